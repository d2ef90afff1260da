//! CVE records (JSON 5): which versions of a product a vulnerability is in, so which version is the first without it.
//! <https://github.com/CVEProject/cve-schema>

use std::collections::BTreeMap;

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
        // One product may have several entries, such as one for each major version in which it is mended.
        let mut by_line: BTreeMap<Line, Vec<&Affected>> = BTreeMap::new();
        for affected in &containers.cna.affected {
            if let Some(line) = line(&affected.vendor, &affected.product) {
                by_line.entry(line).or_default().push(affected);
            }
        }
        let tablets: Vec<&Affected> = containers.cna.affected.iter().filter(|one| is_tablet(one)).collect();
        let mut claims = Vec::new();
        for (line, affected) in by_line {
            let tablets = if line == Line::IOS { tablets.as_slice() } else { &[] };
            for (version, from) in fixes(line, &affected, tablets) {
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

/// A record may tell of tablets by themselves, where an older major version is still mended for them alone.
fn is_tablet(affected: &Affected) -> bool {
    affected.vendor.eq_ignore_ascii_case("apple") && affected.product == "iPadOS"
}

/// A first version without the flaw.
struct Fix {
    order: semver::Version,
    version: String,
    /// The first version with it; none when all older ones have it.
    from: Option<String>,
}

/// The first versions without the flaw, each with the first that has it. A record that says only up to which version
/// it reaches names no first good one, so it makes no floor.
fn fixes(line: Line, affected: &[&Affected], tablets: &[&Affected]) -> Vec<(String, Option<String>)> {
    let all = |entries: &[&Affected]| entries.iter().flat_map(|one| of_entry(line, one)).collect::<Vec<_>>();
    let mut found = all(affected);
    // What is mended for tablets alone says nothing of phones, which have newer versions of theirs; but it is mended.
    let newest = found.iter().map(|fix| fix.order.major).max().unwrap_or_default();
    let majors: Vec<u64> = found.iter().map(|fix| fix.order.major).collect();
    let older = |fix: &Fix| fix.order.major < newest && !majors.contains(&fix.order.major);
    found.extend(all(tablets).into_iter().filter(older));
    found.sort_by(|a, b| (&a.order, &a.version, &a.from).cmp(&(&b.order, &b.version, &b.from)));
    found.dedup_by(|a, b| a.order == b.order);
    // A system is mended in several major versions at once: the lowest fix speaks for all versions before, each other one
    // for its own major version and for those since the fix before, which are not mended.
    let mut before: Option<(u64, String)> = None;
    let mut told = Vec::with_capacity(found.len());
    for Fix { order, version, from } in found {
        let since = before.replace((order.major, version.clone())).filter(|_| line == Line::IOS && from.is_none());
        let since = since.map(|(major, version)| if major < order.major { (major + 1).to_string() } else { version });
        told.push((version, from.or(since)));
    }
    told
}

fn of_entry(line: Line, affected: &Affected) -> impl Iterator<Item = Fix> {
    affected.versions.iter().filter_map(move |range| {
        let open = range.less_than.as_deref().is_none_or(|end| line.order(bare(end)).is_none());
        let (first_good, from) = match (range.status.as_str(), &range.less_than) {
            ("affected", Some(first_good)) => (bare(first_good), Some(bare(&range.version))),
            // Good from here on, with no end: `*`, `unspecified` or nothing.
            ("unaffected", _) if open && affected.default_status == "affected" => (bare(&range.version), None),
            _ => return None,
        };
        let order = line.order(first_good)?;
        // `0`, `unspecified` and the like: every older version has it.
        let from = from.filter(|from| line.order(from).is_some_and(|from| from.major > 0)).map(str::to_owned);
        Some(Fix { order, version: first_good.to_owned(), from })
    })
}
