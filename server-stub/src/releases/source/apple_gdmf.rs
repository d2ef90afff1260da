//! Apple's list of public system versions per hardware model, which its own updates go by.
//! <https://gdmf.apple.com/v2/pmv>

use agent_core::judge::catalogue::Confidence;
use serde::Deserialize;

use super::{super::claim::Claim, Address, Known, MIB, ParseError, Source, day, json, versions::Versions};

/// What `iOS` lists besides phones and tablets: watches, televisions, speakers.
const PHONES: [&str; 3] = ["iPhone", "iPad", "iPod"];

/// Apple's list per model.
pub(super) struct AppleGdmf;

/// The answer itself, or as some collections keep it: as `data`, with its `ETag` beside.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(rename = "data")]
    data: Option<Sets>,
    public_asset_sets: Option<Systems>,
    asset_sets: Option<Systems>,
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

    fn always_speaks(&self) -> bool {
        true
    }

    fn addresses(&self, _: &Known) -> Vec<Address> {
        vec![Address::new("pmv", "https://gdmf.apple.com/v2/pmv", "apple-gdmf/pmv.json")]
    }

    fn part(&self, _: &str, _: &[u8]) -> Option<String> {
        Some("pmv".to_owned())
    }

    fn parse(&self, _: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError> {
        let answer: Answer = json(bytes)?;
        let bare = Sets { public_asset_sets: answer.public_asset_sets, asset_sets: answer.asset_sets };
        let sets = answer.data.unwrap_or(bare);
        let Some(public) = sets.public_asset_sets else {
            let what = "is missing, so this is not Apple's list; save the answer of https://gdmf.apple.com/v2/pmv";
            return Err(ParseError::shape("PublicAssetSets", what));
        };
        let assets = public.ios.into_iter().chain(sets.asset_sets.into_iter().flat_map(|all| all.ios));
        let mut versions = Versions::default();
        for asset in assets {
            let mut devices = asset.supported_devices.into_iter().filter(|device| is_phone(device)).peekable();
            if devices.peek().is_some() {
                versions.add(&asset.product_version, day(&asset.posting_date), &asset.build, devices);
            }
        }
        Ok(versions.claims())
    }
}

/// `iPhone14,5` is a phone; `Watch6,1` and `iPhoneOS` are not.
fn is_phone(device: &str) -> bool {
    PHONES
        .iter()
        .filter_map(|family| device.strip_prefix(family))
        .any(|number| number.starts_with(|first: char| first.is_ascii_digit()))
}
