//! The fleet in one look.

use agent_core::judge::{DeviceState, Evidence, Platform};
use askama::Template;
use axum::response::Html;

use super::{
    Chrome, Frame, Place,
    chart::{self, Part, Trend},
    finish, judged, quarantine,
    shape::STATES,
    words::Speak as _,
};
use crate::fleet::{
    DeviceFilter, ReleaseLineView, Summary,
    adoption::Adoption,
    attention::Attention,
    counts::{CheckCounts, GradeCount, StateCounts},
    filter,
    standing::VersionStanding,
};

/// The overview. `lines` are the catalogue's, for the sentence on the settled latest; empty when none is known.
pub fn render(summary: &Summary, lines: &[ReleaseLineView], chrome: &Chrome) -> Html<String> {
    let (language, when) = (chrome.language, chrome.when());
    let total = summary.states.total();
    let fit = summary.states.compliant;
    let heading = match (fit, total) {
        (_, 0) => language.say("overview.heading.none").to_owned(),
        (fit, total) if fit == total => language.count("overview.heading.all", fit, &when.number(fit), &[]),
        _ => language.count("overview.heading", fit, &when.number(fit), &[("total", &when.number(total))]),
    };
    let policy = match summary.policy_revision {
        0 => language.say("overview.policy.none").to_owned(),
        revision => language.fill("overview.policy", &[("revision", &when.number(revision))]),
    };
    let catalogue = summary.catalogue_fetched_at.map_or_else(
        || language.say("overview.catalogue.none").to_owned(),
        |at| language.fill("overview.catalogue", &[("age", &when.ago(at))]),
    );
    let tiles: Vec<_> = STATES.iter().map(|state| tile(*state, summary, chrome)).collect();
    let parts: Vec<_> =
        tiles.iter().map(|tile| (tile.count, tile.shape, format!("{}: {}", tile.word, tile.number))).collect();
    let adoption = adoption(&summary.whatsapp_versions, "adoption.whatsapp", lines, "whatsapp-business", chrome)
        .into_iter()
        .chain(self::adoption(&summary.os_versions, "adoption.os", lines, "os", chrome))
        .collect();
    finish(&Page {
        f: Frame::new(chrome, Place::Overview, language.say("overview.title")),
        heading,
        about: format!("{} · {policy} · {catalogue}", when.long(summary.at)),
        rejudging: summary.rejudging.map(|progress| {
            let (done, total) = (when.number(progress.done.min(progress.total)), when.number(progress.total));
            language.fill("overview.rejudging", &[("done", &done), ("total", &total)])
        }),
        empty: total == 0,
        bar: chart::stacked(&parts),
        tiles,
        trend: chart::trend(summary, &when),
        days: summary.trend.iter().rev().map(|day| Day::of(when.date(day.day), &day.states, chrome)).collect(),
        attention: summary.attention.iter().map(|item| needs(item, chrome)).collect(),
        failing: failing(summary, chrome),
        grades: grades(summary, chrome),
        adoption,
    })
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Page<'a> {
    f: Frame<'a>,
    heading: String,
    about: String,
    rejudging: Option<String>,
    empty: bool,
    bar: Vec<Part>,
    tiles: Vec<Tile>,
    trend: Option<Trend>,
    days: Vec<Day>,
    attention: Vec<Need>,
    failing: Vec<Failing>,
    grades: Vec<Grade>,
    adoption: Vec<Versions>,
}

struct Tile {
    count: u64,
    number: String,
    shape: &'static str,
    word: String,
    detail: String,
}

struct Day {
    date: String,
    counts: Vec<String>,
    share: String,
}

impl Day {
    fn of(day: String, states: &StateCounts, chrome: &Chrome) -> Self {
        let when = chrome.when();
        Self {
            date: day,
            counts: STATES.iter().map(|state| when.number(states.of(*state))).collect(),
            share: when.percent(states.compliant, states.total()),
        }
    }
}

struct Need {
    shape: &'static str,
    href: Option<String>,
    title: String,
    detail: String,
}

struct Failing {
    name: String,
    href: String,
    parts: Vec<Part>,
    counts: Vec<Said>,
}

/// How much of what is known rests on one grade of evidence.
struct Grade {
    name: String,
    what: &'static str,
    href: String,
    width: String,
    share: String,
}

fn grades(summary: &Summary, chrome: &Chrome) -> Vec<Grade> {
    let (language, when) = (chrome.language, chrome.when());
    let all = summary.evidence.iter().map(|grade| grade.answers).sum();
    let grade = |grade: &GradeCount| Grade {
        name: judged::evidence(language, grade.evidence),
        what: language.say(match grade.evidence {
            Evidence::HardwareAttested => "overview.evidence.proved",
            Evidence::MdmConfirmed => "overview.evidence.imported",
            Evidence::OsReported | Evidence::Heuristic => "overview.evidence.claimed",
            Evidence::UserDeclared => "overview.evidence.declared",
        }),
        href: super::devices::href(&DeviceFilter { evidence: Some(grade.evidence), ..DeviceFilter::default() }),
        width: chart::per_cent(chart::share(grade.answers, all).max(0.012)),
        share: when.percent(grade.answers, all),
    };
    summary.evidence.iter().map(grade).collect()
}

/// A word with its shape.
#[derive(PartialEq, Eq)]
struct Said {
    shape: &'static str,
    words: String,
}

struct Versions {
    title: String,
    rows: Vec<Version>,
    legend: Vec<Said>,
    settled: String,
    rolling: Option<String>,
}

struct Version {
    label: String,
    href: Option<String>,
    width: String,
    shape: &'static str,
    standing: &'static str,
    devices: String,
}

fn tile(state: DeviceState, summary: &Summary, chrome: &Chrome) -> Tile {
    let (language, when) = (chrome.language, chrome.when());
    let count = summary.states.of(state);
    let detail = match state {
        DeviceState::Compliant => {
            let change = summary.states_week_ago.map_or_else(
                || language.say("overview.first-week").to_owned(),
                |before| match (count, before.compliant) {
                    (now, before) if now > before => language.fill("overview.up", &[("n", &when.number(now - before))]),
                    (now, before) if now < before => {
                        language.fill("overview.down", &[("n", &when.number(before - now))])
                    }
                    _ => language.say("overview.same").to_owned(),
                },
            );
            format!("{} · {change}", when.percent(count, summary.states.total()))
        }
        _ if count == 0 => language.say("overview.zero").to_owned(),
        DeviceState::InGrace => summary.next_deadline.map_or_else(
            || language.say("overview.in-grace").to_owned(),
            |at| language.fill("overview.next-deadline", &[("deadline", &when.moment(at))]),
        ),
        DeviceState::NotCompliant => language.say("overview.not-compliant").to_owned(),
        DeviceState::Unknown => language.say("overview.unknown").to_owned(),
        DeviceState::Stale => language.say("overview.stale").to_owned(),
    };
    Tile { count, number: when.number(count), shape: state.as_str(), word: judged::state(language, state), detail }
}

/// The sentence of something that needs a person. Its parameters: `deadline` (RFC 3339) for `deadline-near`,
/// `source` and `days` for `source-silent`, those of the reason for a reason's code. Without them it says less.
fn needs(item: &Attention, chrome: &Chrome) -> Need {
    let (language, when) = (chrome.language, chrome.when());
    let number = when.number(item.devices);
    let count = |key: &str, params: &[(&str, &str)]| language.try_count(key, item.devices, &number, params);
    let param = |name: &str| item.params.get(name).map(String::as_str);
    let (title, detail) = match (item.code.as_str(), item.check) {
        ("deadline-near", _) => {
            let deadline = param("deadline").and_then(|at| at.parse().ok()).map(|at| when.moment(at));
            let title = deadline.and_then(|at| count("attention.deadline-near", &[("deadline", &at)]));
            let detail = language.say("attention.deadline.why").to_owned();
            (title.or_else(|| count("attention.deadline-soon", &[])), detail)
        }
        ("gone-stale", _) => (count("attention.gone-stale", &[]), language.say("attention.stale.why").to_owned()),
        ("quarantined", Some(check)) => {
            let (title, detail) = quarantine::told(check, &item.params, chrome);
            (title, detail.unwrap_or_default())
        }
        ("not-known", _) => (count("attention.not-known", &[]), language.say("attention.not-known.why").to_owned()),
        ("source-silent", _) => {
            let days = param("days").and_then(|days| days.parse().ok()).map(|days| when.number(days));
            let said = param("source").zip(days.as_deref());
            let title = said.and_then(|(source, days)| {
                language.try_fill("attention.source-silent", &[("source", source), ("days", days)])
            });
            (title.or_else(|| count("attention.source", &[])), language.say("attention.source.why").to_owned())
        }
        (code, Some(check)) => {
            let told = judged::told(language, check, code, &item.params);
            let name = told.title.as_str();
            let title = param("floor").and_then(|floor| count("attention.floor", &[("floor", floor), ("check", name)]));
            // A sentence that lacks its parameters, or is none, says less than why the check is asked.
            let is_whole = told.what != code && !told.what.contains('{');
            let detail = match (&title, param("cve")) {
                (Some(_), Some(cve)) => format!("{cve}. {}", told.why),
                _ if is_whole => told.what.clone(),
                _ => told.why.clone(),
            };
            (title.or_else(|| count("attention.check", &[("check", name)])), detail)
        }
        (code, None) => (count("devices.count", &[]), code.replace(['-', '.'], " ")),
    };
    let href = (item.devices > 0).then(|| format!("/devices?{}", item.query));
    Need { shape: item.state.as_str(), href, title: title.unwrap_or_default(), detail }
}

fn failing(summary: &Summary, chrome: &Chrome) -> Vec<Failing> {
    let (language, when) = (chrome.language, chrome.when());
    let most = summary.checks.iter().map(CheckCounts::trouble).max().unwrap_or_default();
    summary
        .checks
        .iter()
        .filter(|check| check.trouble() > 0)
        .map(|check| {
            let kinds = [
                ("count.fail", check.fail, "not-compliant"),
                ("count.in-grace", check.in_grace, "in-grace"),
                ("count.nudge", check.nudge, "nudge"),
                ("count.unknown", check.unknown, "unknown"),
            ];
            let said: Vec<_> = kinds
                .iter()
                .filter(|(_, count, _)| *count > 0)
                .map(|(key, count, shape)| Said {
                    shape,
                    words: language.count(key, *count, &when.number(*count), &[]),
                })
                .collect();
            let mut x = 0.0;
            let parts = kinds
                .iter()
                .filter(|(_, count, _)| *count > 0)
                .map(|(_, count, shape)| {
                    let width = chart::share(*count, most).max(0.01);
                    let part =
                        Part { x: chart::per_cent(x), width: chart::per_cent(width), shape, words: String::new() };
                    x += width;
                    part
                })
                .collect();
            let filter = DeviceFilter { check: Some(check.check), ..DeviceFilter::default() };
            Failing {
                name: judged::check(language, check.check),
                href: super::devices::href(&filter),
                parts,
                counts: said,
            }
        })
        .collect()
}

/// Rows that a card shows before it sums up the rest.
const ROWS: usize = 6;

fn adoption(
    versions: &[Adoption],
    title: &str,
    lines: &[ReleaseLineView],
    product: &str,
    chrome: &Chrome,
) -> Vec<Versions> {
    let mut cards = Vec::new();
    for platform in [Platform::Android, Platform::Ios, Platform::Linux, Platform::Macos, Platform::Windows] {
        let all: Vec<_> = versions.iter().filter(|version| version.platform == platform).collect();
        if all.is_empty() {
            continue;
        }
        let whole = all.iter().map(|version| version.devices).sum();
        let mut rows: Vec<_> = all.iter().take(ROWS).map(|version| row(version, product, whole, chrome)).collect();
        let rest: Vec<_> = all.iter().skip(ROWS).collect();
        if let Some(first) = rest.first() {
            let devices = rest.iter().map(|version| version.devices).sum();
            let same = rest.iter().all(|version| version.standing == first.standing);
            let standing = if same { first.standing } else { VersionStanding::Unknown };
            let count = u64::try_from(rest.len()).unwrap_or_default();
            let label = chrome.language.count("adoption.older", count, &chrome.when().number(count), &[]);
            let filter = DeviceFilter { platform: Some(platform), ..DeviceFilter::default() };
            rows.push(Version {
                href: Some(super::devices::href(&filter)),
                ..bar(label, standing, devices, whole, chrome)
            });
        }
        let line = lines.iter().find(|line| line.product == product && line.platform == platform.as_str());
        let (settled, rolling) = settled(line, chrome);
        let name = judged::platform(platform);
        let mut legend: Vec<Said> = Vec::new();
        for row in &rows {
            let said = Said { shape: row.shape, words: row.standing.to_owned() };
            if !legend.contains(&said) {
                legend.push(said);
            }
        }
        let title = chrome.language.fill(title, &[("platform", &name)]);
        cards.push(Versions { title, rows, legend, settled, rolling });
    }
    cards
}

fn row(version: &Adoption, product: &str, whole: u64, chrome: &Chrome) -> Version {
    let platform = Some(version.platform);
    let mut filter = filter::DeviceFilter { platform, ..DeviceFilter::default() };
    let (label, wanted) = match version.version.as_str() {
        "" => (chrome.language.say("adoption.unread"), filter::UNREAD),
        text => (text, text),
    };
    if product == "os" {
        filter.os = Some(wanted.to_owned());
    } else {
        filter.whatsapp = Some(wanted.to_owned());
    }
    Version {
        href: Some(super::devices::href(&filter)),
        ..bar(label.to_owned(), version.standing, version.devices, whole, chrome)
    }
}

fn bar(label: String, standing: VersionStanding, devices: u64, whole: u64, chrome: &Chrome) -> Version {
    let (shape, key) = match standing {
        VersionStanding::Current => ("compliant", "adoption.current"),
        VersionStanding::Behind => ("in-grace", "adoption.behind"),
        VersionStanding::Vulnerable => ("not-compliant", "adoption.vulnerable"),
        VersionStanding::Unknown => ("unknown", "adoption.unknown"),
    };
    Version {
        label,
        href: None,
        width: chart::per_cent(chart::share(devices, whole).max(0.012)),
        shape,
        standing: chrome.language.say(key),
        devices: chrome.when().number(devices),
    }
}

/// What is the settled latest, who says so, and what is still rolling out.
fn settled(line: Option<&ReleaseLineView>, chrome: &Chrome) -> (String, Option<String>) {
    let (language, when) = (chrome.language, chrome.when());
    let unknown = || language.say("settled.unknown").to_owned();
    let Some(line) = line.filter(|line| !line.stale) else { return (unknown(), None) };
    let release = |version: &Option<String>| {
        version.as_ref().and_then(|version| line.releases.iter().find(|release| release.version == *version))
    };
    let said = match (release(&line.effective_latest), line.fetched_at) {
        (Some(latest), Some(at)) => language
            .fill("settled.known", &[("version", &latest.version), ("source", &latest.source), ("age", &when.ago(at))]),
        _ => unknown(),
    };
    let rolling = release(&line.newest).filter(|newest| !newest.settled).map(|newest| {
        language.fill("settled.rolling", &[("version", &newest.version), ("day", &when.date(newest.released))])
    });
    (said, rolling)
}
