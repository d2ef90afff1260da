//! The catalogue: what is known of each release, who says so, and how far the fleet has come.

use agent_core::judge::Platform;
use askama::Template;
use axum::response::Html;

use super::{
    Chrome, Frame, Place, chart, finish, product, quarantine::Quarantines, sources::Sources, words::Speak as _,
};
use crate::{
    fleet::{DeviceFilter, ReleaseLineView, releases::FloorView},
    judging::quarantine::QuarantineView,
    releases::SourceView,
};

/// The page of the catalogue.
pub fn render(
    lines: &[ReleaseLineView],
    sources: &[SourceView],
    (quarantines, may_end): (&[QuarantineView], bool),
    chrome: &Chrome,
) -> Html<String> {
    let language = chrome.language;
    // Devices below several floors of a line are below its highest: the largest count is the line's.
    let below: u64 =
        lines.iter().filter_map(|line| line.floors.iter().filter_map(|floor| floor.devices_below).max()).sum();
    let heading = match (lines.is_empty(), below) {
        (true, _) => language.say("releases.empty").to_owned(),
        (false, 0) => language.say("releases.heading.none").to_owned(),
        (false, below) => language.count("releases.heading", below, &chrome.when().number(below), &[]),
    };
    finish(&Page {
        f: Frame::new(chrome, Place::Releases, language.say("releases.title")),
        heading,
        quarantines: Quarantines::of(quarantines, may_end, chrome),
        lines: lines.iter().map(|line| self::line(line, chrome)).collect(),
        sources: Sources::of(sources, chrome),
    })
}

#[derive(Template)]
#[template(path = "releases.html")]
struct Page<'a> {
    f: Frame<'a>,
    heading: String,
    quarantines: Quarantines,
    lines: Vec<Line>,
    sources: Sources,
}

struct Line {
    title: String,
    latest: Option<String>,
    about: String,
    stale: bool,
    unreleased: bool,
    releases: Vec<Release>,
    floors: Vec<Floor>,
    cycles: Vec<Cycle>,
}

struct Cycle {
    version: String,
    until: Option<String>,
    source: String,
}

struct Release {
    version: String,
    released: String,
    settled: bool,
    support: Option<String>,
    source: String,
    confidence: String,
    devices: String,
    width: String,
    href: Option<String>,
}

struct Floor {
    version: String,
    cve: String,
    exploited: bool,
    source: String,
    below: String,
    href: Option<String>,
}

fn line(line: &ReleaseLineView, chrome: &Chrome) -> Line {
    let (language, when) = (chrome.language, chrome.when());
    let platform = Platform::from_word(&line.platform);
    let mut about = Vec::new();
    if let Some(newest) = line.releases.first().filter(|newest| !newest.settled) {
        about.push(language.fill("releases.newest", &[("version", &newest.version)]));
    }
    if let Some(at) = line.fetched_at {
        about.push(language.fill("releases.fetched", &[("ago", &when.ago(at))]));
    }
    let most = line.releases.iter().filter_map(|release| release.devices).max().unwrap_or_default();
    let list = |version: &str| {
        let version = Some(version.to_owned());
        let filter = DeviceFilter { platform, ..DeviceFilter::default() };
        match line.product.as_str() {
            "os" => Some(super::devices::href(&DeviceFilter { os: version, ..filter })),
            "whatsapp-business" => Some(super::devices::href(&DeviceFilter { whatsapp: version, ..filter })),
            "security-patch" => Some(super::devices::href(&DeviceFilter { patch: version, ..filter })),
            _ => None,
        }
    };
    Line {
        title: product::title(&line.product, &line.platform, chrome),
        latest: line.effective_latest.clone(),
        about: about.join(" · "),
        stale: line.stale,
        unreleased: line.releases.is_empty(),
        releases: line
            .releases
            .iter()
            .map(|release| Release {
                version: release.version.clone(),
                released: when.date(release.released),
                settled: release.settled,
                support: release.supported_until.map(|until| when.date(until)),
                source: release.source.clone(),
                confidence: product::confidence(&release.confidence, chrome),
                devices: count(release.devices, chrome),
                width: chart::per_cent(chart::share(release.devices.unwrap_or_default(), most)),
                href: release.devices.is_some_and(|devices| devices > 0).then(|| list(&release.version)).flatten(),
            })
            .collect(),
        cycles: line
            .cycles
            .iter()
            .map(|cycle| Cycle {
                version: cycle.cycle.clone(),
                until: cycle.until.map(|until| when.date(until)),
                source: cycle.source.clone(),
            })
            .collect(),
        floors: line.floors.iter().map(|floor| self::floor(floor, &line.product, platform, chrome)).collect(),
    }
}

fn floor(floor: &FloorView, product: &str, platform: Option<Platform>, chrome: &Chrome) -> Floor {
    let ending = if floor.exploited { "below-exploited-floor" } else { "below-floor" };
    let check = match product {
        "os" => Some("os-version"),
        "whatsapp-business" => Some("whatsapp-business"),
        _ => None,
    };
    let filter = check.filter(|_| floor.devices_below.is_some_and(|devices| devices > 0)).map(|check| DeviceFilter {
        platform,
        reason: Some(format!("{check}.{ending}")),
        ..DeviceFilter::default()
    });
    Floor {
        version: floor.version.clone(),
        cve: floor.cve.clone(),
        exploited: floor.exploited,
        source: floor.source.clone(),
        below: count(floor.devices_below, chrome),
        href: filter.map(|filter| super::devices::href(&filter)),
    }
}

/// A dash where devices are not counted by this line.
fn count(devices: Option<u64>, chrome: &Chrome) -> String {
    devices.map_or_else(|| "–".to_owned(), |devices| chrome.when().number(devices))
}
