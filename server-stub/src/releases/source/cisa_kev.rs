//! CISA's list of known exploited vulnerabilities: it marks floors as exploited, and names records to ask for.
//! <https://www.cisa.gov/known-exploited-vulnerabilities-catalog>

use std::time::Duration;

use agent_core::judge::catalogue::Confidence;
use serde::Deserialize;

use super::{
    super::claim::{Claim, short},
    Address, Known, MIB, ParseError, Source, json,
};

const URL: &str = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";
/// Vendors whose products are judged; the list has thousands of others.
const VENDORS: [&str; 7] = ["meta", "meta platforms", "facebook", "whatsapp", "apple", "google", "android"];

/// The known exploited vulnerabilities.
pub(super) struct CisaKev;

#[derive(Deserialize)]
struct Feed {
    vulnerabilities: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(rename = "cveID")]
    cve: String,
    vendor_project: String,
    product: String,
}

impl Source for CisaKev {
    fn name(&self) -> &'static str {
        "cisa-kev"
    }

    fn confidence(&self) -> Confidence {
        Confidence::Official
    }

    fn longest(&self) -> usize {
        16 * MIB
    }

    fn patience(&self) -> Duration {
        Duration::from_mins(1)
    }

    fn always_speaks(&self) -> bool {
        true
    }

    fn addresses(&self, _: &Known) -> Vec<Address> {
        vec![Address::new("list", URL, "cisa-kev/known_exploited_vulnerabilities.json")]
    }

    fn part(&self, _: &str, _: &[u8]) -> Option<String> {
        Some("list".to_owned())
    }

    fn parse(&self, _: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError> {
        let feed: Feed = json(bytes)?;
        let mut claims = Vec::new();
        for (place, entry) in feed.vulnerabilities.into_iter().enumerate() {
            if !super::cve::is_cve(&entry.cve) {
                return Err(ParseError::shape(&format!("vulnerabilities[{place}].cveID"), "is no CVE id"));
            }
            if VENDORS.contains(&entry.vendor_project.to_ascii_lowercase().as_str()) {
                let product = format!("{} {}", short(&entry.vendor_project), short(&entry.product));
                claims.push(Claim::Exploited { cve: entry.cve, product });
            }
        }
        Ok(claims)
    }
}
