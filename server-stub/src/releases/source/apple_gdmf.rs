//! Apple's list of public system versions per hardware model, which its own updates go by.
//! <https://gdmf.apple.com/v2/pmv>

use std::collections::BTreeMap;

use agent_core::judge::catalogue::Confidence;
use serde::Deserialize;

use super::{
    super::claim::{Claim, Line, short},
    Address, Known, MIB, ParseError, Source, day, json,
};

/// What `iOS` lists besides phones and tablets: watches, televisions, speakers.
const PHONES: [&str; 3] = ["iPhone", "iPad", "iPod"];

/// Apple's list per model.
pub(super) struct AppleGdmf;

/// The answer itself, or as some collections keep it, with its `ETag` around it.
#[derive(Deserialize)]
struct Answer {
    data: Option<Sets>,
    #[serde(flatten)]
    sets: Sets,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sets {
    public_asset_sets: Option<Systems>,
    asset_sets: Option<Systems>,
}

#[derive(Deserialize)]
struct Systems {
    #[serde(rename = "iOS", default)]
    ios: Vec<Asset>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asset {
    product_version: String,
    #[serde(default)]
    build: String,
    posting_date: String,
    supported_devices: Vec<String>,
}

impl Source for AppleGdmf {
    fn name(&self) -> &'static str {
        "apple-gdmf"
    }

    fn confidence(&self) -> Confidence {
        Confidence::Official
    }

    fn longest(&self) -> usize {
        8 * MIB
    }

    fn addresses(&self, _: &Known) -> Vec<Address> {
        vec![Address::new("pmv", "https://gdmf.apple.com/v2/pmv", "apple-gdmf/pmv.json")]
    }

    fn part(&self, _: &str, _: &[u8]) -> Option<String> {
        Some("pmv".to_owned())
    }

    fn parse(&self, _: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError> {
        let answer: Answer = json(bytes)?;
        let sets = answer.data.unwrap_or(answer.sets);
        let Some(public) = sets.public_asset_sets else {
            let what = "is missing, so this is not Apple's list; save the answer of https://gdmf.apple.com/v2/pmv";
            return Err(ParseError::shape("PublicAssetSets", what));
        };
        let assets = public.ios.into_iter().chain(sets.asset_sets.into_iter().flat_map(|all| all.ios));
        // A version comes once for each build and posting; its first day counts.
        let mut versions: BTreeMap<String, (Option<jiff::civil::Date>, Vec<String>, Vec<String>)> = BTreeMap::new();
        for asset in assets {
            let devices: Vec<String> = asset.supported_devices.into_iter().filter(|device| is_phone(device)).collect();
            if devices.is_empty() {
                continue;
            }
            let posted = day(&asset.posting_date);
            let (released, builds, models) = versions.entry(short(&asset.product_version)).or_default();
            *released = [*released, posted].into_iter().flatten().min();
            builds.push(short(&asset.build));
            models.extend(devices.iter().map(|device| short(device)));
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

/// `iPhone14,5` is a phone; `Watch6,1` and `iPhoneOS` are not.
fn is_phone(device: &str) -> bool {
    PHONES
        .iter()
        .filter_map(|family| device.strip_prefix(family))
        .any(|number| number.starts_with(|first: char| first.is_ascii_digit()))
}
