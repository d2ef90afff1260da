//! The timeline of one device: what was so from when to when, and what was so at one moment.

use std::collections::BTreeMap;

use agent_core::{
    judge::{Check, DeviceState},
    wire::id::DeviceId,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::list::exists;
use crate::{
    scope::Scope,
    store::{StoreError, from_ms, parse, to_ms},
};

/// How far back a device's page looks.
const SHOWN: SignedDuration = SignedDuration::from_hours(24 * 90);

/// A stretch of time in which something was so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// Since when.
    #[schema(value_type = String)]
    pub since: Timestamp,
    /// Until when; none while it lasts.
    #[schema(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    /// The word: a device's state, or a check's verdict (`fail` in grace is told by `inGrace`).
    pub word: String,
    /// Whether a failing check was in grace.
    pub in_grace: bool,
    /// The reason's code; empty for a device's state.
    pub code: String,
    /// The reason's parameters, as they were last.
    pub params: BTreeMap<String, String>,
    /// The policy revision it was judged by when it began.
    pub policy_revision: u64,
}

/// A device's state and checks at one moment in the past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastState {
    /// The moment.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The state then; none before enrolment.
    #[schema(value_type = Option<String>)]
    pub state: Option<DeviceState>,
    /// The spans that covered the moment, by check.
    #[schema(value_type = std::collections::BTreeMap<String, Span>)]
    pub checks: BTreeMap<Check, Span>,
}

/// What is told of spans, by subject: a check, or none for the device's own state.
pub(super) type Subjects = BTreeMap<Option<Check>, Vec<Span>>;

/// The spans of the last 90 days, each subject's oldest first.
pub(super) fn recent(
    connection: &Connection,
    scope: Scope,
    device: DeviceId,
    now: Timestamp,
) -> Result<Subjects, StoreError> {
    let since = now.checked_sub(SHOWN).unwrap_or(Timestamp::MIN);
    let sql = "SELECT subject, since, until, word, in_grace, code, params, policy_revision FROM spans
         WHERE org = ?1 AND device = ?2 AND (until IS NULL OR until > ?3) ORDER BY subject, since";
    read(connection, sql, scope, device, since)
}

/// What was so at a moment; none for a device that does not exist here.
pub fn at(
    connection: &Connection,
    scope: Scope,
    device: DeviceId,
    moment: Timestamp,
) -> Result<Option<PastState>, StoreError> {
    if !exists(connection, scope, device)? {
        return Ok(None);
    }
    let sql = "SELECT subject, since, until, word, in_grace, code, params, policy_revision FROM spans
         WHERE org = ?1 AND device = ?2 AND since <= ?3 AND (until IS NULL OR until > ?3)";
    let mut past = PastState { at: moment, state: None, checks: BTreeMap::new() };
    for (subject, spans) in read(connection, sql, scope, device, moment)? {
        for span in spans {
            match subject {
                Some(check) => drop(past.checks.insert(check, span)),
                None => past.state = DeviceState::from_word(&span.word),
            }
        }
    }
    Ok(Some(past))
}

fn read(
    connection: &Connection,
    sql: &str,
    scope: Scope,
    device: DeviceId,
    moment: Timestamp,
) -> Result<Subjects, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![scope.org(), device.to_bytes(), to_ms(moment)])?;
    let mut subjects = Subjects::new();
    while let Some(row) = rows.next()? {
        let subject: String = row.get(0)?;
        let check = match subject.as_str() {
            "" => None,
            word => Some(Check::from_word(word).ok_or_else(|| StoreError::row("span", "its check is not known"))?),
        };
        subjects.entry(check).or_default().push(span(row)?);
    }
    Ok(subjects)
}

fn span(row: &Row<'_>) -> Result<Span, StoreError> {
    let params: String = row.get(6)?;
    Ok(Span {
        since: from_ms(row.get(1)?),
        until: row.get::<_, Option<i64>>(2)?.map(from_ms),
        word: row.get(3)?,
        in_grace: row.get(4)?,
        code: row.get(5)?,
        params: parse("reason", &params)?,
        policy_revision: row.get::<_, i64>(7)?.unsigned_abs(),
    })
}
