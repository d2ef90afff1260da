//! Google's list of fixed vulnerabilities per SDK: its newest day that names the system is the newest published patch
//! level. <https://storage.googleapis.com/osv-android-api/v1/android_sdk_35.json>, as androidx `security-state` reads it.

use std::collections::BTreeMap;

use agent_core::judge::catalogue::Confidence;
use serde::Deserialize;

use super::{
    super::claim::{Claim, Line, release},
    Address, Known, MIB, ParseError, Source, file_name, json,
};

/// SDKs that are asked for: Android 13 to 17. Older ones get no patches any more; there is nothing below 26.
const SDKS: std::ops::RangeInclusive<u16> = 33..=37;
const OLDEST: u16 = 26;

/// Google's patch levels.
pub(super) struct AndroidPatch;

#[derive(Deserialize)]
struct Feed {
    vulnerabilities: BTreeMap<String, Vec<Vulnerability>>,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(default)]
    components: Vec<String>,
}

impl Source for AndroidPatch {
    fn name(&self) -> &'static str {
        "android-patch"
    }

    fn confidence(&self) -> Confidence {
        Confidence::Official
    }

    fn longest(&self) -> usize {
        16 * MIB
    }

    fn addresses(&self, _: &Known) -> Vec<Address> {
        let address = |sdk: u16| {
            let file = format!("android_sdk_{sdk}.json");
            let url = format!("https://storage.googleapis.com/osv-android-api/v1/{file}");
            Address::new(&format!("sdk-{sdk}"), &url, &format!("android-patch/{file}"))
        };
        SDKS.map(address).collect()
    }

    fn part(&self, place: &str, _: &[u8]) -> Option<String> {
        let (_, rest) = file_name(place).rsplit_once("sdk_")?;
        let digits = rest.split('.').next()?;
        let sdk: u16 = digits.parse().ok().filter(|sdk| *sdk >= OLDEST)?;
        Some(format!("sdk-{sdk}"))
    }

    fn part_remedy(&self) -> &'static str {
        "the file does not say which SDK it is of; name it android_sdk_35.json, with an SDK of 26 or higher"
    }

    fn parse(&self, _: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError> {
        let feed: Feed = json(bytes)?;
        // A level that fixes only drivers or modules is not what the system reports.
        let system = feed
            .vulnerabilities
            .iter()
            .filter(|(_, fixed)| fixed.iter().any(|one| one.components.iter().any(|component| component == "system")));
        Ok(system.map(|(level, _)| release(Line::PATCH, level, super::day(level))).collect())
    }
}
