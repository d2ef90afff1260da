//! NIST's National Vulnerability Database: which flaws' records speak of WhatsApp Business, so that they are asked for.
//! <https://nvd.nist.gov/developers/vulnerabilities>
//!
//! Only the ids are taken: what is affected, and by which version it is mended, is for the records of `cve` to say.

use agent_core::judge::catalogue::Confidence;
use serde::Deserialize;

use super::{super::claim::Claim, Address, Known, MIB, ParseError, Source, cve, json};

/// All that speak of it go on one page, which may hold 2000.
const URL: &str =
    "https://services.nvd.nist.gov/rest/json/cves/2.0?keywordSearch=WhatsApp%20Business&keywordExactMatch";
const PRODUCT: &str = "whatsapp business";
/// So many records are asked for at most, the newest.
const MOST: usize = 500;

/// The National Vulnerability Database.
pub(super) struct Nvd;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feed {
    total_results: usize,
    vulnerabilities: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    cve: Record,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    id: String,
    #[serde(default)]
    vuln_status: String,
    #[serde(default)]
    descriptions: Vec<Description>,
}

#[derive(Deserialize)]
struct Description {
    value: String,
}

impl Source for Nvd {
    fn name(&self) -> &'static str {
        "nvd"
    }

    fn confidence(&self) -> Confidence {
        Confidence::Official
    }

    fn longest(&self) -> usize {
        16 * MIB
    }

    fn addresses(&self, _: &Known) -> Vec<Address> {
        vec![Address::new("whatsapp-business", URL, "nvd/whatsapp-business.json")]
    }

    fn part(&self, _: &str, _: &[u8]) -> Option<String> {
        Some("whatsapp-business".to_owned())
    }

    fn parse(&self, _: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError> {
        let feed: Feed = json(bytes)?;
        // It tells the oldest first, so the newest would be missing.
        if feed.total_results > feed.vulnerabilities.len() {
            let what = format!("is {}, more than the answer holds; fetch it whole", feed.total_results);
            return Err(ParseError::shape("totalResults", what));
        }
        let mut ids = Vec::new();
        for (place, Entry { cve: record }) in feed.vulnerabilities.into_iter().enumerate() {
            let Some(order) = cve::order(&record.id) else {
                return Err(ParseError::shape(&format!("vulnerabilities[{place}].cve.id"), "is no CVE id"));
            };
            let names = |text: &Description| text.value.to_ascii_lowercase().contains(PRODUCT);
            if record.vuln_status != "Rejected" && record.descriptions.iter().any(names) {
                ids.push((order, record.id));
            }
        }
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.truncate(MOST);
        Ok(ids.into_iter().map(|(_, cve)| Claim::Named { cve }).collect())
    }
}
