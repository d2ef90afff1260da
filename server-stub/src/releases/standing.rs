//! Where each source stands: when it was asked, what it answered, how old that is, and what it speaks for.

mod file;

use std::collections::BTreeMap;

use agent_core::judge::Period;
use jiff::Timestamp;
use rusqlite::Connection;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use super::{
    explain::hours,
    fault::Fault,
    kept::{self, Part},
    source::{self, Known, OBSERVED},
};
use crate::{
    judging::{policy_of, rules::DEFAULT_GROUP},
    scope::Scope,
    store::StoreError,
};

/// How a source is, in a word; the worst that is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceState {
    /// Something that it was asked for failed when it was asked last.
    Failing,
    /// Something that it said is older than the policy's `maxSourceAge`.
    Stale,
    /// It never answered, and was never asked.
    Never,
    /// All that it was asked for was answered, and is young enough.
    Current,
}

impl SourceState {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Stale => "stale",
            Self::Never => "never",
            Self::Current => "current",
        }
    }
}

/// What a source says about one product on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Spoken {
    /// The product, such as `os`; none for known flaws whatever they are of.
    pub product: Option<String>,
    /// The platform or distribution.
    pub platform: Option<String>,
    /// How many claims its newest answers make.
    pub claims: u64,
}

/// One source as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceView {
    /// Its name.
    pub source: String,
    /// How far it can be believed.
    pub confidence: String,
    /// How it is: `failing`, `stale`, `never` or `current`.
    pub state: SourceState,
    /// The host of its newest answer, or that it is asked at; none for the own fleet and for a saved file.
    pub host: Option<String>,
    /// When anything of it was asked or imported last.
    #[schema(value_type = Option<String>)]
    pub asked_at: Option<Timestamp>,
    /// When it last confirmed what it says; none when it never did.
    #[schema(value_type = Option<String>)]
    pub fetched_at: Option<Timestamp>,
    /// How many hours ago.
    pub age_hours: Option<i64>,
    /// When that of its parts which is the oldest was last confirmed.
    #[schema(value_type = Option<String>)]
    pub oldest_at: Option<Timestamp>,
    /// How many things it is asked for, and how many of them failed last.
    pub parts: usize,
    /// How many of them failed when they were asked last.
    pub failing: usize,
    /// Why.
    pub last_error: Option<String>,
    /// The same in a word, such as `unreachable` or `not-json`.
    pub last_fault: Option<String>,
    /// When it is asked again, where the server asks by schedule.
    #[schema(value_type = Option<String>)]
    pub next_at: Option<Timestamp>,
    /// What it speaks for.
    pub speaks_for: Vec<Spoken>,
}

/// Every source that is known, whether it ever answered or not, and the administrator's file.
pub fn sources(connection: &Connection, scope: Scope, now: Timestamp) -> Result<Vec<SourceView>, StoreError> {
    let max_age = policy_of(connection, scope, DEFAULT_GROUP)?.releases.max_source_age;
    let parts = kept::parts(connection, scope)?;
    let mut spoken = spoken(connection, scope)?;
    let view = |name: &str| {
        let own: Vec<&Part> = parts.iter().filter(|part| part.source == name).collect();
        view(name, &own, spoken.remove(name).unwrap_or_default(), (now, max_age))
    };
    let asked = source::names().into_iter().map(view);
    Ok(asked.chain(file::view(connection, scope, (now, max_age))?).collect())
}

fn view(name: &str, own: &[&Part], speaks_for: Vec<Spoken>, (now, max_age): (Timestamp, Period)) -> SourceView {
    let mut failing = own.iter().filter(|part| part.last_error.is_some());
    let fetched_at = own.iter().filter_map(|part| part.fetched_at).max();
    let oldest_at = own.iter().filter_map(|part| part.fetched_at).min();
    let count = failing.clone().count();
    let first = failing.next();
    let state = match (own.is_empty(), count, oldest_at) {
        (true, ..) => SourceState::Never,
        (_, 1.., _) => SourceState::Failing,
        (.., Some(at)) if max_age.after(at) > now => SourceState::Current,
        _ => SourceState::Stale,
    };
    SourceView {
        source: name.to_owned(),
        confidence: source::confidence(name).to_string(),
        state,
        host: host(name, own),
        asked_at: own.iter().map(|part| part.tried_at).max(),
        fetched_at,
        age_hours: fetched_at.map(|at| hours(now, at)),
        oldest_at,
        parts: own.len(),
        failing: count,
        last_error: first.and_then(|part| Some(format!("{}: {}", part.name, part.last_error.as_ref()?))),
        last_fault: first.and_then(|part| part.last_fault).map(Fault::as_str).map(str::to_owned),
        next_at: own.iter().filter_map(|part| part.next_at).min(),
        speaks_for,
    }
}

/// The host of the part that was asked last; that of the source itself before any was.
fn host(name: &str, own: &[&Part]) -> Option<String> {
    let last = own.iter().max_by_key(|part| part.tried_at);
    let url = match last {
        Some(part) => Some(part.url.clone()),
        None if OBSERVED.contains(&name) => None,
        None => source::named(name)?.addresses(&Known::default()).first().map(|address| address.url.clone()),
    };
    Url::parse(&url?).ok()?.host_str().map(str::to_owned)
}

fn spoken(connection: &Connection, scope: Scope) -> Result<BTreeMap<String, Vec<Spoken>>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT source, line, count(*) FROM release_claims WHERE org = ?1 AND current = 1
         GROUP BY source, line ORDER BY source, line",
    )?;
    let mut rows = statement.query([scope.org()])?;
    let mut all: BTreeMap<String, Vec<Spoken>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (line, claims): (String, i64) = (row.get(1)?, row.get(2)?);
        let (product, platform) = line.split_once(' ').unzip();
        all.entry(row.get(0)?).or_default().push(Spoken {
            product: product.map(str::to_owned),
            platform: platform.map(str::to_owned),
            claims: claims.unsigned_abs(),
        });
    }
    Ok(all)
}
