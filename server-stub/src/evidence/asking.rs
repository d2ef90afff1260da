//! Google's list of revoked certificates, asked for over the network: by hand, or by schedule beside serving. Roots are
//! not asked for: Google advises to pin them, and they are built in.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde_json::json;

use super::trust::{self, Document, TrustError};
use crate::{
    access::{Actor, audit},
    attestation::android::StatusList,
    releases::{
        Fetcher,
        network::{Answer, Fault, FetchError, Validators, chance, next_at, read_json},
    },
    scope::Scope,
    server::Server,
    store::{StoreError, from_ms, to_ms},
};

const DOCUMENT: Document = Document::AndroidStatus;
const URL: &str = "https://android.googleapis.com/attestation/status";
/// The same below a mirror's address.
const MIRRORED: &str = "android-status/status.json";
const EVERY: Duration = Duration::from_hours(24);
/// Longer than the list will be for years: some 300 entries were 50 KiB.
const LONGEST: usize = 16 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_mins(1);
/// How often the schedule is looked at.
const TICK: Duration = Duration::from_secs(5);

/// Where a document comes from, and how that went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustSource {
    /// The document.
    pub name: &'static str,
    /// Where it was asked for last.
    pub url: String,
    /// When.
    pub asked_at: Timestamp,
    /// When an answer last confirmed what is held; none when it never did.
    pub fetched_at: Option<Timestamp>,
    /// Why the last question had no answer that can be used.
    pub last_error: Option<String>,
    /// The same in a word, such as `unreachable`.
    pub last_fault: Option<String>,
    /// How many questions in a row had none.
    pub failures: u32,
    /// When it is asked for again, where the server asks by schedule.
    pub next_at: Option<Timestamp>,
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The document.
    pub document: &'static str,
    /// `ok`, `unchanged` or `failed`.
    pub outcome: &'static str,
    /// How many entries a changed list has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<usize>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How asking for it stands; none before the first time.
pub fn source(connection: &Connection) -> Result<Option<TrustSource>, StoreError> {
    Ok(kept(connection)?.map(|(source, _)| source))
}

fn kept(connection: &Connection) -> Result<Option<(TrustSource, Validators)>, StoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        let source = TrustSource {
            name: DOCUMENT.as_str(),
            url: row.get(0)?,
            asked_at: from_ms(row.get(1)?),
            fetched_at: row.get::<_, Option<i64>>(2)?.map(from_ms),
            last_error: row.get(5)?,
            last_fault: row.get(6)?,
            failures: row.get(7)?,
            next_at: row.get::<_, Option<i64>>(8)?.map(from_ms),
        };
        Ok((source, Validators { etag: row.get(3)?, last_modified: row.get(4)? }))
    };
    Ok(connection
        .prepare_cached(
            "SELECT url, tried_at, fetched_at, etag, last_modified, last_error, last_fault, failures, next_at
             FROM trust_sources WHERE name = ?1",
        )?
        .query_row([DOCUMENT.as_str()], read)
        .optional()?)
}

/// Asks by schedule, for ever. Dropping it gives a running question up.
pub async fn keep_fetching(server: Arc<Server>, fetcher: Fetcher) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match fetch_due(&server, &fetcher).await {
            Ok(None) => {}
            Ok(Some(Outcome { outcome, reason: Some(reason), .. })) => {
                tracing::warn!(outcome, reason, "the list of revoked certificates did not come");
            }
            Ok(Some(Outcome { outcome, .. })) => {
                tracing::info!(outcome, "the list of revoked certificates was asked for");
            }
            Err(error) => {
                tracing::error!(%error, "the list of revoked certificates could not be kept; it is tried again");
            }
        }
    }
}

/// Asks where that is due by now.
pub async fn fetch_due(server: &Server, fetcher: &Fetcher) -> Result<Option<Outcome>, StoreError> {
    let now = server.now();
    let known = server.store.read(source).await?;
    if known.and_then(|source| source.next_at).is_some_and(|at| at > now) {
        return Ok(None);
    }
    fetch(server, fetcher).await.map(Some)
}

/// Asks now. A changed list takes the place of the one that is held, and stored evidence is judged again.
pub async fn fetch(server: &Server, fetcher: &Fetcher) -> Result<Outcome, StoreError> {
    let url = fetcher.place(URL, MIRRORED);
    let (known, held) =
        server.store.read(|connection| Ok((kept(connection)?, trust::held(connection, DOCUMENT)?))).await?;
    // What is not held any more, or came from elsewhere, cannot be said to be unchanged.
    let same = known.as_ref().filter(|(source, _)| held.is_some() && source.url == url);
    let validators = same.map(|(_, validators)| validators.clone()).unwrap_or_default();
    let failures = known.as_ref().map_or(0, |(source, _)| source.failures);
    let answered = match fetcher.get(&url, &validators, (LONGEST, PATIENCE), server.now()).await {
        Ok(Answer::New { bytes, validators }) => read(bytes).await.map(|bytes| Some((bytes, validators))),
        Ok(Answer::Unchanged) => Ok(None),
        Err(error) => Err(error),
    };
    let now = server.now();
    let outcome = |outcome, entries, reason| Outcome { document: DOCUMENT.as_str(), outcome, entries, reason };
    let answered = match answered {
        Ok(answered) => answered,
        Err(error) => {
            let reason = error.what.clone();
            server.store.write(move |connection| failed(connection, &url, &error, failures, now)).await?;
            return Ok(outcome("failed", None, Some(reason)));
        }
    };
    let organisations = server.organisations().await?;
    let changed = server.store.write(move |connection| {
        let Some((bytes, validators)) = answered else {
            trust::confirm(connection, DOCUMENT, now)?;
            confirmed(connection, &url, &validators, now)?;
            return Ok(None);
        };
        confirmed(connection, &url, &validators, now)?;
        if held.is_some_and(|held| held == bytes) {
            trust::confirm(connection, DOCUMENT, now)?;
            return Ok(None);
        }
        let list = match trust::import(connection, DOCUMENT, &bytes, now, now) {
            Ok(list) => list,
            Err(TrustError::Store(error)) => return Err(error),
            Err(error) => return Err(StoreError::row("trust document", error)),
        };
        for (scope, _) in organisations {
            note(connection, scope, &list, now)?;
        }
        Ok(Some(list.entries))
    });
    Ok(match changed.await? {
        Some(entries) => outcome("ok", Some(entries), None),
        None => outcome("unchanged", None, None),
    })
}

/// The bytes, where they are a list. Off the threads that serve requests.
async fn read(bytes: Vec<u8>) -> Result<Vec<u8>, FetchError> {
    let read = tokio::task::spawn_blocking(move || {
        let list: StatusList =
            read_json(&bytes).map_err(|error| FetchError::new(error.cause.into(), error.to_string()))?;
        if list.is_empty() {
            // Google's has had hundreds for years; an empty one would forgive them all.
            return Err(FetchError::new(Fault::Shape, "the list has no entries, so it is not Google's"));
        }
        Ok(bytes)
    });
    read.await.unwrap_or_else(|_| Err(FetchError::new(Fault::Shape, "the answer could not be read")))
}

fn note(connection: &Connection, scope: Scope, list: &trust::Held, now: Timestamp) -> Result<(), StoreError> {
    let detail = json!({"document": list.name, "entries": list.entries, "asOf": list.as_of});
    audit::record(connection, scope, now, &Actor::Local, "trust.fetched", detail)?;
    Ok(())
}

fn confirmed(connection: &Connection, url: &str, validators: &Validators, now: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO trust_sources (name, url, tried_at, fetched_at, etag, last_modified, next_at)
             VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET url = ?2, tried_at = ?3, fetched_at = ?3, etag = ?4, last_modified = ?5,
                 last_error = NULL, last_fault = NULL, failures = 0, next_at = ?6",
        )?
        .execute(params![
            DOCUMENT.as_str(),
            url,
            to_ms(now),
            validators.etag,
            validators.last_modified,
            to_ms(next_at(now, EVERY, None, chance()))
        ])?;
    Ok(())
}

/// No answer: what is held stays, and grows old.
fn failed(
    connection: &Connection,
    url: &str,
    error: &FetchError,
    failures: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let next = next_at(now, Duration::ZERO, Some((failures, error.retry_after)), chance());
    connection
        .prepare_cached(
            "INSERT INTO trust_sources (name, url, tried_at, last_error, last_fault, failures, next_at)
             VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6)
             ON CONFLICT DO UPDATE SET tried_at = ?3, last_error = ?4, last_fault = ?5, failures = failures + 1,
                 next_at = ?6",
        )?
        .execute(params![DOCUMENT.as_str(), url, to_ms(now), error.what, error.fault.as_str(), to_ms(next)])?;
    Ok(())
}
