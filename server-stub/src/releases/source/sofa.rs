//! SOFA: a kept collection of Apple's releases. Its second form, and where that fails its first, which has placeholder
//! builds and no models. <https://sofa.macadmins.io>

use std::time::Duration;

use agent_core::judge::catalogue::Confidence;
use serde::Deserialize;

use super::{super::claim::Claim, Address, Known, MIB, ParseError, Source, day, json, versions::Versions};

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
    latest: Entry,
    #[serde(default)]
    security_releases: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
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

    fn always_speaks(&self) -> bool {
        true
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
        let mut versions = Versions::default();
        for system in feed.os_versions {
            for one in std::iter::once(system.latest).chain(system.security_releases) {
                let models = one.supported_devices.into_iter();
                versions.add(&one.product_version, day(&one.release_date), &one.build, models);
            }
        }
        Ok(versions.claims())
    }
}
