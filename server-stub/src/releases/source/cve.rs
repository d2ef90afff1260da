//! CVE records (JSON 5): which versions of a product a vulnerability is in, so which version is the first without it.
//! <https://github.com/CVEProject/cve-schema>

use agent_core::judge::catalogue::Confidence;
use serde::Deserialize;

use super::{
    super::claim::{Claim, Line, short},
    Address, Known, ParseError, Source, json,
};

/// Records that name WhatsApp Business and reach further than the others; more are learnt from `nvd`, from the list of
/// exploited ones and from imported records.
const RECORDS: [&str; 7] = [
    "CVE-2022-36934",
    "CVE-2023-38538",
    "CVE-2025-55177",
    "CVE-2025-55179",
    "CVE-2026-23871",
    "CVE-2026-44908",
    "CVE-2026-102769",
];

/// CVE records.
pub(super) struct Cve;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    cve_metadata: Metadata,
    containers: Option<Containers>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    cve_id: String,
    state: String,
}

#[derive(Deserialize)]
struct Containers {
    cna: Container,
    #[serde(default)]
    adp: Vec<Container>,
}

#[derive(Deserialize)]
struct Container {
    #[serde(default)]
    affected: Vec<Affected>,
    #[serde(default)]
    metrics: Vec<Metric>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Affected {
    #[serde(default)]
    vendor: String,
    #[serde(default)]
    product: String,
    #[serde(default)]
    versions: Vec<Range>,
    #[serde(default)]
    default_status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Range {
    version: String,
    less_than: Option<String>,
    status: String,
}

#[derive(Deserialize)]
struct Metric {
    other: Option<Other>,
}

#[derive(Deserialize)]
struct Other {
    #[serde(rename = "type", default)]
    kind: String,
}

impl Source for Cve {
    fn name(&self) -> &'static str {
        "cve"
    }

    fn confidence(&self) -> Confidence {
        Confidence::Official
    }

    fn addresses(&self, known: &Known) -> Vec<Address> {
        let mut ids: Vec<&str> = RECORDS.iter().copied().chain(known.cves.iter().map(String::as_str)).collect();
        ids.retain(|id| is_cve(id));
        ids.sort_unstable();
        ids.dedup();
        let address =
            |id: &&str| Address::new(id, &format!("https://cveawg.mitre.org/api/cve/{id}"), &format!("cve/{id}.json"));
        ids.iter().map(address).collect()
    }

    fn part(&self, _: &str, bytes: &[u8]) -> Option<String> {
        json::<Record>(bytes).ok().map(|record| record.cve_metadata.cve_id).filter(|id| is_cve(id))
    }

    fn part_remedy(&self) -> &'static str {
        "this is no CVE record with `cveMetadata.cveId`; save one such as https://cveawg.mitre.org/api/cve/CVE-2025-55177"
    }

    fn parse(&self, part: &str, bytes: &[u8]) -> Result<Vec<Claim>, ParseError> {
        let record: Record = json(bytes)?;
        let cve = record.cve_metadata.cve_id;
        if !is_cve(&cve) || (part != cve && is_cve(part)) {
            let what = format!("is not the record that was asked for, {part}; fetch it again");
            return Err(ParseError::shape("cveMetadata.cveId", what));
        }
        // A rejected record says nothing any more.
        if record.cve_metadata.state != "PUBLISHED" {
            return Ok(Vec::new());
        }
        let Some(containers) = record.containers else {
            return Err(ParseError::shape("containers", "is missing; fetch the record again"));
        };
        let all = || std::iter::once(&containers.cna).chain(&containers.adp);
        let exploited = all()
            .flat_map(|container| &container.metrics)
            .any(|metric| metric.other.as_ref().is_some_and(|other| other.kind == "kev"));
        let mut claims = Vec::new();
        for affected in &containers.cna.affected {
            let Some(line) = line(&affected.vendor, &affected.product) else { continue };
            for (version, from) in fixes(line, affected) {
                let (cve, version) = (cve.clone(), short(&version));
                claims.push(Claim::Floor {
                    line,
                    version,
                    affected_from: from.map(|from| short(&from)),
                    cve,
                    exploited,
                });
            }
        }
        Ok(claims)
    }
}

/// Whether this is a vulnerability's id, such as `CVE-2025-55177`.
pub(super) fn is_cve(text: &str) -> bool {
    order(text).is_some()
}

/// Year and number of a vulnerability's id; none for what is no such id.
pub(super) fn order(text: &str) -> Option<(u64, u64)> {
    let digits = |part: &str| part.len() >= 4 && part.len() <= 10 && part.bytes().all(|byte| byte.is_ascii_digit());
    let (year, number) = text.strip_prefix("CVE-")?.split_once('-')?;
    if year.len() == 4 && digits(year) && digits(number) {
        Some((year.parse().ok()?, number.parse().ok()?))
    } else {
        None
    }
}

/// The line of a product, by its exact name: a flaw of another product or platform is none of this one.
fn line(vendor: &str, product: &str) -> Option<Line> {
    let vendor = vendor.to_ascii_lowercase();
    match (vendor.as_str(), product) {
        ("facebook" | "meta" | "meta platforms" | "whatsapp", "WhatsApp Business for Android") => {
            Some(Line::BUSINESS_ANDROID)
        }
        (
            "facebook" | "meta" | "meta platforms" | "whatsapp",
            "WhatsApp Business for iOS" | "WhatsApp Business for iPhone",
        ) => Some(Line::BUSINESS_IOS),
        ("apple", "iOS" | "iOS and iPadOS") => Some(Line::IOS),
        _ => None,
    }
}

/// A version without the `v` that some records write before it.
fn bare(version: &str) -> &str {
    version.strip_prefix(['v', 'V']).unwrap_or(version)
}

/// The first versions without the flaw, each with the first that has it. A record that says only up to which version
/// it reaches names no first good one, so it makes no floor.
fn fixes(line: Line, affected: &Affected) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(semver::Version, String, Option<String>)> = Vec::new();
    for range in &affected.versions {
        let (first_good, from) = match (range.status.as_str(), &range.less_than) {
            ("affected", Some(first_good)) => (bare(first_good), Some(bare(&range.version))),
            ("unaffected", None) if affected.default_status == "affected" => (bare(&range.version), None),
            _ => continue,
        };
        let Some(order) = line.order(first_good) else { continue };
        // `0`, `unspecified` and the like: every older version has it.
        let from = from.filter(|from| line.order(from).is_some_and(|from| from.major > 0)).map(str::to_owned);
        found.push((order, first_good.to_owned(), from));
    }
    found.sort();
    found.dedup_by(|a, b| a.0 == b.0);
    // A system is mended in several major versions at once: each fix speaks for its own, the lowest for all before.
    for (order, _, from) in found.iter_mut().skip(1) {
        if line == Line::IOS && from.is_none() {
            *from = Some(order.major.to_string());
        }
    }
    found.into_iter().map(|(_, first_good, from)| (first_good, from)).collect()
}
