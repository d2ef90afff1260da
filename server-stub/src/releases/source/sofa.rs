//! SOFA: a kept collection of Apple's releases. Its second form, and where that fails its first, which has placeholder
//! builds and no models. <https://sofa.macadmins.io>

use std::{collections::BTreeMap, time::Duration};

use agent_core::judge::catalogue::Confidence;
use jiff::civil::Date;
use serde::Deserialize;

use super::{
    super::claim::{Claim, Line, short},
    Address, Known, MIB, ParseError, Source, day, json,
};

/// SOFA.
pub(super) struct Sofa;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Feed {
    #[serde(rename = "OSVersions")]
    os_versions: Vec<System>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct System {
    latest: Release,
    #[serde(default)]
    security_releases: Vec<Release>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Release {
    product_version: String,
    #[serde(default)]
    build: String,
    release_date: String,
    #[serde(default)]
    supported_devices: Vec<String>,
}

impl Source for Sofa {
    fn name(&self) -> &'static str {
        "sofa"
    }

    fn confidence(&self) -> Confidence {
        Confidence::Curated
    }

    fn every(&self) -> Duration {
        Duration::from_hours(12)
    }

    fn longest(&self) -> usize {
        16 * MIB
    }

    fn addresses(&self, _: &Known) -> Vec<Address> {
        let v1 = ("https://sofafeed.macadmins.io/v1/ios_data_feed.json".to_owned(), "sofa/v1.json".to_owned());
        let v2 = "https://sofafeed.macadmins.io/v2/ios_data_feed.json";
        vec![Address { fallback: Some(v1), ..Address::new("ios", v2, "sofa/v2.json") }]
    }

    fn part(&self, _: &str, _: &[u8]) -> Option<String> {
        Some("ios".to_owned())
    }

    fn parse(&self, _: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError> {
        let feed: Feed = json(bytes)?;
        let mut versions: BTreeMap<String, (Option<Date>, Vec<String>, Vec<String>)> = BTreeMap::new();
        for release in
            feed.os_versions.into_iter().flat_map(|os| std::iter::once(os.latest).chain(os.security_releases))
        {
            let (released, builds, models) = versions.entry(short(&release.product_version)).or_default();
            *released = [*released, day(&release.release_date)].into_iter().flatten().min();
            builds.extend(Some(short(&release.build)).filter(|build| !build.is_empty()));
            models.extend(release.supported_devices.iter().map(|device| short(device)));
        }
        let claim = |(version, (released, mut builds, mut models)): (String, (_, Vec<String>, Vec<String>))| {
            builds.sort_unstable();
            builds.dedup();
            models.sort_unstable();
            models.dedup();
            Claim::Release { line: Line::IOS, version, released, builds, models }
        };
        Ok(versions.into_iter().map(claim).collect())
    }
}
