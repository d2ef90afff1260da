//! Claims that count, as one catalogue; a changed one is put into force, and the fleet is judged again.

use std::collections::{BTreeMap, HashSet};

use agent_core::judge::{Period, catalogue::document::CatalogueDocument};
use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::{Value, json};

use super::{
    claim::{Claim, Line},
    kept::{self, Kept},
    weigh::{Administrator, At, Fate, Weighed, confidence, weigh},
};
use crate::{
    judging::{
        Rules,
        catalogues::{MERGED, put_catalogue},
        rules::DEFAULT_GROUP,
    },
    scope::Scope,
    store::{StoreError, parse},
};

/// What merging came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Merged {
    /// The revision that is in force now because of it; none where nothing changed.
    pub revision: Option<u64>,
}

/// What there is to merge.
pub(super) struct Ground {
    pub(super) claims: Vec<Kept>,
    pub(super) administrator: Administrator,
    pub(super) at: At,
    /// The lines in force.
    in_force: Vec<Value>,
    /// When the age of what is in force must be renewed at the latest.
    renewal: Period,
}

impl Ground {
    pub(super) fn load(connection: &Connection, scope: Scope, now: Timestamp) -> Result<Self, StoreError> {
        let rules = Rules::load(connection, scope)?;
        let max_age = rules.policy(DEFAULT_GROUP).releases.max_source_age;
        let newest = |filter: &str| -> Result<Option<Value>, StoreError> {
            let sql =
                format!("SELECT document FROM catalogues WHERE org = ?1 AND ({filter}) ORDER BY revision DESC LIMIT 1");
            let text: Option<String> =
                connection.prepare_cached(&sql)?.query_row((scope.org(), MERGED), |row| row.get(0)).optional()?;
            text.map(|text| parse("catalogue", &text)).transpose()
        };
        let file = newest("source <> ?2")?;
        let in_force = newest("source <> ?2 OR true")?;
        let lines = |document: Option<Value>| document.map(|document| Administrator::of(&document)).unwrap_or_default();
        Ok(Self {
            claims: kept::claims(connection, scope)?,
            administrator: lines(file),
            at: At { now, max_age },
            in_force: lines(in_force).lines,
            renewal: Period::from_seconds(max_age.seconds() / 2),
        })
    }

    pub(super) fn weigh(&self) -> Vec<Weighed<'_>> {
        weigh(&self.claims, &self.administrator, self.at)
    }

    /// The lines of the merged catalogue.
    fn lines(&self) -> Vec<Value> {
        let mut lines = self.administrator.lines.clone();
        lines.extend(lines_of(&self.weigh(), &self.administrator));
        lines
    }

    /// Whether these lines say something else than what is in force, or say the same but much younger.
    fn changes(&self, lines: &[Value]) -> bool {
        let same = lines.len() == self.in_force.len()
            && lines.iter().zip(&self.in_force).all(|(new, old)| without_age(new) == without_age(old));
        let renewed = || {
            lines.iter().zip(&self.in_force).any(|(new, old)| match (age(new), age(old)) {
                (Some(new), Some(old)) => self.renewal.after(old) <= new,
                _ => false,
            })
        };
        !same || renewed()
    }
}

/// Merges what is known now; only what changes anything is put into force.
pub fn merge(connection: &Connection, scope: Scope, now: Timestamp) -> Result<Merged, StoreError> {
    let ground = Ground::load(connection, scope, now)?;
    // Without a single claim the administrator's file alone is in force.
    if ground.claims.is_empty() {
        return Ok(Merged::default());
    }
    let lines = ground.lines();
    if !ground.changes(&lines) {
        return Ok(Merged::default());
    }
    let document = document(&lines, now);
    // What is served must be readable; a fault here is one of this program, and nothing is changed.
    CatalogueDocument::from_json(&document).map_err(|faults| StoreError::row("merged catalogue", faults))?;
    let revision = put_catalogue(connection, scope, MERGED, document, now)?;
    Ok(Merged { revision: Some(revision) })
}

fn document(lines: &[Value], now: Timestamp) -> Value {
    json!({
        "apiVersion": "posture/v1",
        "kind": "Catalogue",
        "metadata": {"revision": 0, "issued": now.to_string()},
        "lines": lines,
    })
}

/// What must hold for any claims: each has one fate, and what counts is a catalogue without a fault.
pub(super) fn any(claims: &[Kept], now: Timestamp) {
    let (administrator, at) = (Administrator::default(), At { now, max_age: Period::from_days(7) });
    let weighed = weigh(claims, &administrator, at);
    assert_eq!(weighed.len(), claims.len(), "every claim has a fate");
    let text = document(&lines_of(&weighed, &administrator), now).to_string();
    // The strict reader takes only documents that a person could write.
    if text.len() <= agent_core::judge::document::LONGEST {
        let read = CatalogueDocument::from_text("merged", &text);
        assert!(read.is_ok(), "a merged catalogue has no fault: {read:?}");
    }
}

/// Whether merging would change anything; asked before the writer is troubled.
pub(super) fn would_change(connection: &Connection, scope: Scope, now: Timestamp) -> Result<bool, StoreError> {
    let ground = Ground::load(connection, scope, now)?;
    Ok(!ground.claims.is_empty() && ground.changes(&ground.lines()))
}

fn age(line: &Value) -> Option<Timestamp> {
    line["fetchedAt"].as_str()?.parse().ok()
}

fn without_age(line: &Value) -> Value {
    let mut line = line.clone();
    if let Some(fields) = line.as_object_mut() {
        fields.remove("fetchedAt");
    }
    line
}

/// What one source says of one line.
#[derive(Default)]
struct Said<'a> {
    fetched: Option<Timestamp>,
    releases: BTreeMap<semver::Version, (&'a str, Option<Date>)>,
    floors: Vec<Value>,
    support: Vec<Value>,
    models: Vec<Value>,
}

/// The lines of what counts, one for each source of a product on a platform.
fn lines_of(weighed: &[Weighed<'_>], administrator: &Administrator) -> Vec<Value> {
    let used: Vec<&Kept> = weighed.iter().filter(|one| one.fate == Fate::Used).map(|one| one.kept).collect();
    let exploited: HashSet<&str> = used
        .iter()
        .filter_map(|kept| if let Claim::Exploited { cve, .. } = &kept.claim { Some(cve.as_str()) } else { None })
        .collect();
    let mut said: BTreeMap<(Line, &str), Said<'_>> = BTreeMap::new();
    for kept in &used {
        let Some(line) = kept.claim.line() else { continue };
        let own = said.entry((line, kept.source.as_str())).or_default();
        own.fetched = own.fetched.max(Some(kept.confirmed));
        own.add(line, kept, &exploited);
    }
    for (line, source, model) in last_versions(weighed, administrator) {
        if let Some(own) = said.get_mut(&(line, source)) {
            own.models.push(model);
        }
    }
    let confidence_of = |source: &str| super::source::confidence(source).as_str();
    said.into_iter().map(|((line, source), own)| own.line(line, source, confidence_of(source))).collect()
}

impl<'a> Said<'a> {
    fn add(&mut self, line: Line, kept: &'a Kept, exploited: &HashSet<&str>) {
        let first_seen = first_day(kept);
        match &kept.claim {
            Claim::Release { version, released, .. } => self.release(line, version, released.unwrap_or(first_seen)),
            Claim::Seen { version, settled, .. } => self.release(line, version, settled.unwrap_or(first_seen)),
            Claim::Floor { version, affected_from, cve, exploited: own, .. } => {
                let mut floor = json!({"version": version, "cve": cve});
                if let Some(from) = affected_from {
                    floor["affectedFrom"] = json!(from);
                }
                if *own || exploited.contains(cve.as_str()) {
                    floor["exploited"] = json!(true);
                }
                self.floors.push(floor);
            }
            Claim::Support { cycle, until, .. } => {
                let mut support = json!({"cycle": cycle});
                if let Some(until) = until {
                    support["until"] = json!(until);
                }
                self.support.push(support);
            }
            Claim::Named { .. } | Claim::Exploited { .. } => {}
        }
    }

    /// The latest of the days that are told, so that nobody is expected to have it too early.
    fn release(&mut self, line: Line, version: &'a str, day: Date) {
        let Some(order) = line.order(version) else { return };
        let known = self.releases.entry(order).or_insert((version, Some(day)));
        known.1 = known.1.max(Some(day));
    }

    fn line(self, line: Line, source: &str, confidence: &str) -> Value {
        let fetched = self.fetched.map_or_else(String::new, |at| at.to_string());
        let mut written = json!({
            "product": line.product, "platform": line.platform, "source": source,
            "fetchedAt": fetched, "confidence": confidence,
        });
        let releases = self.releases.into_values().rev();
        let releases: Vec<Value> =
            releases.map(|(version, day)| json!({"version": version, "released": day})).collect();
        for (key, list) in
            [("releases", releases), ("floors", self.floors), ("support", self.support), ("models", self.models)]
        {
            if !list.is_empty() {
                written[key] = Value::Array(list);
            }
        }
        written
    }
}

/// The newest version of each model, and its day.
type Models<'a> = BTreeMap<&'a str, (semver::Version, &'a str, Date)>;

/// Models that get no newer major version, where a source lists versions by model.
fn last_versions<'a>(weighed: &[Weighed<'a>], administrator: &Administrator) -> Vec<(Line, &'a str, Value)> {
    let mut sources: BTreeMap<(Line, &str), Models<'_>> = BTreeMap::new();
    // Disputed versions are real: they are those that only some models can have.
    let real = |one: &&Weighed<'a>| one.kept.current && matches!(one.fate, Fate::Used | Fate::Disputed { .. });
    for one in weighed.iter().filter(real) {
        let Claim::Release { line, version, released, models, .. } = &one.kept.claim else { continue };
        let Some(order) = line.order(version) else { continue };
        let day = released.unwrap_or_else(|| first_day(one.kept));
        for model in models {
            let newest = sources.entry((*line, &one.kept.source)).or_default();
            let known = newest.entry(model).or_insert_with(|| (order.clone(), version, day));
            if known.0 < order {
                *known = (order.clone(), version, day);
            }
        }
    }
    let best = |line: Line| {
        let names = sources.keys().filter(move |(own, _)| *own == line).map(|(_, source)| *source);
        names.min_by_key(|source| super::claim::rank(super::source::confidence(source)))
    };
    let mut last = Vec::new();
    for ((line, source), newest) in &sources {
        if best(*line) != Some(source) {
            continue;
        }
        let major = newest.values().map(|(order, ..)| order.major).max().unwrap_or_default();
        for (model, (order, version, day)) in newest {
            if order.major < major && !administrator.has_model(*line, model) {
                last.push((*line, *source, json!({"model": model, "lastVersion": version, "released": day})));
            }
        }
    }
    last
}

/// The day on which a claim was first heard.
fn first_day(kept: &Kept) -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(kept.first_seen).date()
}

/// How far a claim's source can be believed, in words.
pub(super) fn confidence_word(kept: &Kept) -> &'static str {
    confidence(kept).as_str()
}
