//! What is known of one product on one platform, who says so, and why it counts or not.

use agent_core::judge::{
    Catalogue,
    catalogue::{Product, ReleaseLine, document::Family},
    version::{Line as VersionLine, Version},
};
use jiff::{Timestamp, civil::Date};
use rusqlite::Connection;
use serde::Serialize;

use super::{
    claim::{Claim, Line},
    kept::Kept,
    merge::{Ground, confidence_word},
    source::{self, ADMINISTRATOR, OBSERVED},
    weigh::{Administrator, Fate, Weighed},
};
use crate::{
    fleet::{ReleaseLineView, releases},
    judging::{Rules, rules::DEFAULT_GROUP},
    scope::Scope,
    store::StoreError,
};

/// One claim and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    /// Who says so.
    pub source: String,
    /// In which of its answers.
    pub part: String,
    /// `release`, `seen`, `floor`, `support` or `exploited`.
    pub kind: String,
    /// The version, cycle or vulnerability.
    pub subject: String,
    /// The day of the release or the end of support.
    pub day: Option<Date>,
    /// How far it can be believed.
    pub confidence: String,
    /// When it was first heard.
    pub first_seen: Timestamp,
    /// When it was last confirmed, and how many hours ago.
    pub last_seen: Timestamp,
    /// How many hours ago it was last confirmed.
    pub age_hours: i64,
    /// What became of it, in a word.
    pub fate: String,
    /// Why.
    pub why: String,
}

/// A model for which its maker makes no newer major version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndedModel {
    /// The last version for it.
    pub last_version: String,
    /// The day of that.
    pub released: Option<Date>,
    /// The last day of support of that version's major version, when announced.
    pub supported_until: Option<Date>,
}

/// What is known of one product on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// What is in force; none where no claim counts.
    #[serde(flatten)]
    pub line: Option<ReleaseLineView>,
    /// After how many days a release is expected of everyone.
    pub hold_back_days: u32,
    /// The model that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The newest version that a source lists for the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest_for_model: Option<String>,
    /// What its devices are measured by, where the maker has ended with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndedModel>,
    /// Every claim.
    pub claims: Vec<ClaimView>,
    /// What would change the answer.
    pub would_change: Vec<String>,
}

pub(super) fn hours(now: Timestamp, then: Timestamp) -> i64 {
    now.duration_since(then).as_hours().max(0)
}

/// Everything about one line; none where nothing at all is known of it.
pub fn explain(
    connection: &Connection,
    scope: Scope,
    line: Line,
    model: Option<&str>,
    now: Timestamp,
) -> Result<Option<Explanation>, StoreError> {
    let ground = Ground::load(connection, scope, now)?;
    let weighed = ground.weigh();
    let (product, platform) = (line.product.as_str(), line.platform.as_str());
    let views = releases::releases(connection, scope, now)?;
    let view = views.into_iter().find(|view| view.product == product && view.platform == platform);
    let cves: Vec<&str> = weighed.iter().filter_map(|one| floor_of(&one.kept.claim, line)).collect();
    let own = |one: &&Weighed<'_>| match &one.kept.claim {
        Claim::Named { cve } | Claim::Exploited { cve, .. } => cves.contains(&cve.as_str()),
        claim => claim.line() == Some(line),
    };
    let mut own: Vec<&Weighed<'_>> = weighed.iter().filter(own).collect();
    own.sort_by_key(|one| {
        let kept = one.kept;
        (kept.claim.kind(), one.fate != Fate::Used, kept.source.clone(), std::cmp::Reverse(order(line, kept)))
    });
    let mut claims = of_administrator(&ground.administrator, line, now);
    claims.extend(own.iter().map(|one| claim_view(one, now)));
    if view.is_none() && claims.is_empty() {
        return Ok(None);
    }
    let rules = Rules::load(connection, scope)?;
    let hold_back = rules.policy(DEFAULT_GROUP).releases.hold_back;
    let ended = model.and_then(|model| ended(&rules.catalogue, line, model));
    let newest = model.and_then(|model| newest_for(line, model, &own));
    let would_change = would_change(line, view.as_ref(), &own, &ground, hold_back);
    Ok(Some(Explanation {
        line: view,
        hold_back_days: hold_back.days(),
        model: model.map(str::to_owned),
        newest_for_model: newest,
        ended,
        claims,
        would_change,
    }))
}

/// What the catalogue in force says of a model that gets nothing newer.
fn ended(catalogue: &Catalogue, line: Line, model: &str) -> Option<EndedModel> {
    fn of<L: VersionLine>(line: &ReleaseLine<Version<L>>, model: &str) -> Option<EndedModel> {
        let last = line.last_version(model)?;
        let cycle = line.support.iter().filter(|support| last.version.is_in_cycle(&support.cycle));
        let cycle = cycle.max_by_key(|support| support.cycle.to_string().len());
        Some(EndedModel {
            last_version: last.version.to_string(),
            released: last.released,
            supported_until: cycle.and_then(|cycle| cycle.until),
        })
    }
    match (line.product, line.platform) {
        (Product::Os, Family::Android) => of(&catalogue.android_os, model),
        (Product::Os, Family::Ios) => of(&catalogue.ios_os, model),
        (Product::Os, host) => of(catalogue.host_os.get(host.as_str())?, model),
        _ => None,
    }
}

fn floor_of(claim: &Claim, wanted: Line) -> Option<&str> {
    match claim {
        Claim::Floor { line, cve, .. } if *line == wanted => Some(cve),
        _ => None,
    }
}

fn order(line: Line, kept: &Kept) -> Option<semver::Version> {
    match &kept.claim {
        Claim::Release { version, .. } | Claim::Seen { version, .. } | Claim::Floor { version, .. } => {
            line.order(version)
        }
        Claim::Support { cycle, .. } => line.order(cycle),
        Claim::Named { .. } | Claim::Exploited { .. } => None,
    }
}

/// The newest version that the best source with models lists for this one.
fn newest_for(line: Line, model: &str, own: &[&Weighed<'_>]) -> Option<String> {
    let listed = own.iter().filter(|one| one.kept.current && !matches!(one.fate, Fate::Doubtful(_)));
    let listed = listed.filter_map(|one| match &one.kept.claim {
        Claim::Release { version, models, .. } if models.iter().any(|one| one == model) => {
            let rank = super::claim::rank(source::confidence(&one.kept.source));
            Some((std::cmp::Reverse(rank), line.order(version)?, version))
        }
        _ => None,
    });
    listed.max().map(|(_, _, version)| version.clone())
}

fn claim_view(one: &Weighed<'_>, now: Timestamp) -> ClaimView {
    let kept = one.kept;
    let day = match &kept.claim {
        Claim::Release { released, .. } => *released,
        Claim::Seen { settled, .. } => *settled,
        Claim::Support { until, .. } => *until,
        _ => None,
    };
    ClaimView {
        source: kept.source.clone(),
        part: kept.part.clone(),
        kind: kept.claim.kind().to_owned(),
        subject: kept.claim.subject(),
        day,
        confidence: confidence_word(kept).to_owned(),
        first_seen: kept.first_seen,
        last_seen: kept.last_seen,
        age_hours: hours(now, kept.last_seen),
        fate: one.fate.word().to_owned(),
        why: one.fate.why(),
    }
}

/// What the administrator's file says: it counts.
fn of_administrator(file: &Administrator, line: Line, now: Timestamp) -> Vec<ClaimView> {
    let mut claims = Vec::new();
    let own =
        |one: &&serde_json::Value| one["product"] == line.product.as_str() && one["platform"] == line.platform.as_str();
    for one in file.lines.iter().filter(own) {
        let written = one["fetchedAt"].as_str().and_then(|at| at.parse().ok()).unwrap_or(now);
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        for (list, kind, subject, day) in [
            ("releases", "release", "version", "released"),
            ("floors", "floor", "cve", ""),
            ("support", "support", "cycle", "until"),
        ] {
            for entry in one[list].as_array().into_iter().flatten() {
                let subject = match kind {
                    "floor" => format!("{} {}", text(&entry[subject]), text(&entry["version"])),
                    _ => text(&entry[subject]),
                };
                claims.push(ClaimView {
                    source: text(&one["source"]),
                    part: ADMINISTRATOR.to_owned(),
                    kind: kind.to_owned(),
                    subject,
                    day: entry[day].as_str().and_then(|day| day.parse().ok()),
                    confidence: text(&one["confidence"]),
                    first_seen: written,
                    last_seen: written,
                    age_hours: hours(now, written),
                    fate: Fate::Used.word().to_owned(),
                    why: "counts: the administrator's file wins for what it names".to_owned(),
                });
            }
        }
    }
    claims
}

fn would_change(
    line: Line,
    view: Option<&ReleaseLineView>,
    own: &[&Weighed<'_>],
    ground: &Ground,
    hold_back: agent_core::judge::Period,
) -> Vec<String> {
    let mut told = Vec::new();
    let newer = view.into_iter().flat_map(|view| view.releases.iter().take_while(|release| !release.settled));
    for held in newer {
        if let Some(at) = super::claim::start_of(held.released).map(|day| hold_back.after(day)) {
            told.push(format!("{} becomes latest on {at:.0}, when its hold-back ends", held.version));
        }
    }
    if let Some(at) = view.and_then(|view| view.fetched_at) {
        let ends = ground.at.max_age.after(at);
        let word = if ends <= ground.at.now { "stopped being known" } else { "stops being known" };
        told.push(format!("what is latest {word} on {ends:.0} unless a source answers"));
    } else {
        told.push("a source that answers, or the administrator's file, would say what is latest".to_owned());
    }
    for one in own {
        let subject = one.kept.claim.subject();
        match &one.fate {
            Fate::TooFew { devices, enough } => {
                told.push(format!("{subject} counts once {enough} devices run it; {devices} do"));
            }
            Fate::Doubtful(super::weigh::Doubt::Backwards { before }) => {
                told.push(format!("{subject} of {} replaces {before} once it is said for 3 days", one.kept.source));
            }
            Fate::Disputed { latest } => {
                told.push(format!("{subject} counts once everyone who has {latest} can have it"));
            }
            _ => {}
        }
    }
    if ground.administrator.has_releases(line) {
        told.push(
            "the administrator's file names releases here; a file without them lets the sources speak".to_owned(),
        );
    } else if line == Line::BUSINESS_ANDROID && !own.iter().any(|one| !OBSERVED.contains(&one.kept.source.as_str())) {
        told.push("an answer of the Android Management API (`amapi`) is the only official source here".to_owned());
    }
    told.dedup();
    told
}
