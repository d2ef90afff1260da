//! What is stored of sources and their claims, and how an answer changes it.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    claim::Claim,
    fault::Fault,
    fetch::Validators,
    source::{self, Known},
};
use crate::{
    scope::Scope,
    store::{StoreError, from_ms, parse, print, to_ms},
};

/// One thing that is asked of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) source: String,
    pub(super) name: String,
    pub(super) url: String,
    pub(super) fetched_at: Option<Timestamp>,
    pub(super) tried_at: Timestamp,
    pub(super) validators: Validators,
    pub(super) last_error: Option<String>,
    /// Of which kind it is, where that is known.
    pub(super) last_fault: Option<Fault>,
    pub(super) failures: u32,
    pub(super) next_at: Option<Timestamp>,
}

/// One claim, with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) source: String,
    pub(super) part: String,
    pub(super) claim: Claim,
    pub(super) first_seen: Timestamp,
    /// When an answer last held it.
    pub(super) last_seen: Timestamp,
    /// Whether the newest answer does.
    pub(super) current: bool,
    /// When its part of the source last answered at all.
    pub(super) confirmed: Timestamp,
}

pub(super) fn parts(connection: &Connection, scope: Scope) -> Result<Vec<Part>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT source, part, url, fetched_at, etag, last_modified, last_error, failures, next_at, tried_at,
                last_fault
         FROM release_sources WHERE org = ?1 ORDER BY source, part",
    )?;
    let rows = statement.query_map([scope.org()], |row| {
        Ok(Part {
            source: row.get(0)?,
            name: row.get(1)?,
            url: row.get(2)?,
            fetched_at: row.get::<_, Option<i64>>(3)?.map(from_ms),
            validators: Validators { etag: row.get(4)?, last_modified: row.get(5)? },
            last_error: row.get(6)?,
            failures: row.get(7)?,
            next_at: row.get::<_, Option<i64>>(8)?.map(from_ms),
            tried_at: from_ms(row.get(9)?),
            last_fault: row.get::<_, Option<String>>(10)?.and_then(|word| Fault::from_word(&word)),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn claims(connection: &Connection, scope: Scope) -> Result<Vec<Kept>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT c.source, c.part, c.claim, c.first_seen_at, c.last_seen_at, c.current, s.fetched_at
         FROM release_claims c JOIN release_sources s USING (org, source, part)
         WHERE c.org = ?1 ORDER BY c.source, c.part, c.line, c.kind, c.subject",
    )?;
    let mut rows = statement.query([scope.org()])?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next()? {
        let (text, last_seen, current): (String, i64, bool) = (row.get(2)?, row.get(4)?, row.get(5)?);
        let confirmed: i64 = row.get::<_, Option<i64>>(6)?.unwrap_or(last_seen);
        kept.push(Kept {
            source: row.get(0)?,
            part: row.get(1)?,
            claim: parse("claim about a release", &text)?,
            first_seen: from_ms(row.get(3)?),
            // A source that said "unchanged" said it again.
            last_seen: from_ms(if current { last_seen.max(confirmed) } else { last_seen }),
            current,
            confirmed: from_ms(confirmed),
        });
    }
    Ok(kept)
}

/// What is known to ask for: vulnerabilities of products that are judged.
pub(super) fn known(connection: &Connection, scope: Scope) -> Result<Known, StoreError> {
    let cves = claims(connection, scope)?.into_iter().filter_map(|kept| match kept.claim {
        Claim::Named { cve } => Some(cve),
        Claim::Exploited { cve, product } if product.contains("WhatsApp") => Some(cve),
        Claim::Floor { cve, .. } if kept.source == "cve" => Some(cve),
        _ => None,
    });
    Ok(Known { cves: cves.collect() })
}

/// Which answer something is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) source: &'a str,
    pub(super) part: &'a str,
    pub(super) url: &'a str,
    pub(super) now: Timestamp,
    /// When it is asked again; none for a file.
    pub(super) next_at: Option<Timestamp>,
}

/// An answer replaces what its part of the source said; what it no longer says stays as history.
pub(super) fn answered(
    connection: &Connection,
    scope: Scope,
    asked: Asked<'_>,
    claims: &[Claim],
    validators: &Validators,
) -> Result<(), StoreError> {
    let Asked { source, part, url, now, next_at } = asked;
    let at = to_ms(now);
    connection
        .prepare_cached(
            "INSERT INTO release_sources (org, source, part, url, fetched_at, tried_at, etag, last_modified, next_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8)
             ON CONFLICT DO UPDATE SET url = excluded.url, fetched_at = excluded.fetched_at,
                 tried_at = excluded.tried_at, etag = excluded.etag, last_modified = excluded.last_modified,
                 last_error = NULL, last_fault = NULL, failures = 0, next_at = coalesce(excluded.next_at, next_at)",
        )?
        .execute(params![
            scope.org(),
            source,
            part,
            url,
            at,
            validators.etag,
            validators.last_modified,
            next_at.map(to_ms)
        ])?;
    // A clock that was put back must not make the past later than the present.
    connection
        .prepare_cached(
            "UPDATE release_claims SET current = 0 WHERE org = ?1 AND source = ?2 AND part = ?3 AND current = 1",
        )?
        .execute(params![scope.org(), source, part])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO release_claims
             (org, source, part, line, kind, subject, claim, first_seen_at, last_seen_at, current)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 1)
         ON CONFLICT DO UPDATE SET claim = excluded.claim, current = 1,
             last_seen_at = max(last_seen_at, excluded.last_seen_at)",
    )?;
    for claim in claims {
        let line = claim.line().map_or_else(String::new, |line| line.to_string());
        let text = print("claim about a release", claim)?;
        insert.execute(params![scope.org(), source, part, line, claim.kind(), claim.subject(), text, at])?;
    }
    Ok(())
}

/// The answer that is here still holds.
pub(super) fn confirmed(connection: &Connection, scope: Scope, asked: Asked<'_>) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE release_sources SET fetched_at = ?4, tried_at = ?4, last_error = NULL, last_fault = NULL,
                 failures = 0, next_at = ?5
             WHERE org = ?1 AND source = ?2 AND part = ?3",
        )?
        .execute(params![scope.org(), asked.source, asked.part, to_ms(asked.now), asked.next_at.map(to_ms)])?;
    connection
        .prepare_cached(
            "UPDATE release_claims SET last_seen_at = max(last_seen_at, ?4)
             WHERE org = ?1 AND source = ?2 AND part = ?3 AND current = 1",
        )?
        .execute(params![scope.org(), asked.source, asked.part, to_ms(asked.now)])?;
    Ok(())
}

/// No answer: what is known stays, and grows old.
pub(super) fn failed(
    connection: &Connection,
    scope: Scope,
    asked: Asked<'_>,
    (why, fault): (&str, Fault),
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO release_sources (org, source, part, url, tried_at, last_error, failures, next_at, last_fault)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8)
             ON CONFLICT DO UPDATE SET tried_at = excluded.tried_at, last_error = excluded.last_error,
                 failures = failures + 1, next_at = excluded.next_at, last_fault = excluded.last_fault",
        )?
        .execute(params![
            scope.org(),
            asked.source,
            asked.part,
            asked.url,
            to_ms(asked.now),
            why,
            asked.next_at.map(to_ms),
            fault.as_str()
        ])?;
    Ok(())
}

/// When something is asked again: after its interval and up to a quarter more, so that servers spread; after
/// failures at a moment drawn evenly from a span that doubles, and never before the source's own `Retry-After`.
pub(crate) fn next_at(
    now: Timestamp,
    every: Duration,
    failure: Option<(u32, Option<Duration>)>,
    chance: f64,
) -> Timestamp {
    const FIRST: Duration = Duration::from_mins(5);
    const LONGEST: Duration = Duration::from_hours(6);
    const LEAST: Duration = Duration::from_secs(30);
    let wait = match failure {
        None => every + every.mul_f64(chance / 4.0),
        Some((failures, asked)) => {
            let span = FIRST.saturating_mul(1 << failures.min(10)).min(LONGEST);
            asked.unwrap_or(LEAST) + span.mul_f64(chance)
        }
    };
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// A number from 0 to 1 that nobody can foresee; the middle on a system without randomness.
pub(crate) fn chance() -> f64 {
    crate::keys::random::<4>().map_or(0.5, |bytes| f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX))
}

/// How often a source is asked; the fleet is looked at every hour.
pub(super) fn every(name: &str) -> Duration {
    source::named(name).map_or(Duration::from_hours(1), source::Source::every)
}
