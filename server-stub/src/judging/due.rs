//! What changes without a report: grace ends, a device goes silent, an exception ends, a release settles, the rules
//! change. One call does everything that has come due, in small pieces, so that reports never wait for it.

use agent_core::wire::id::DeviceId;
use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    desk::Desk,
    judge::{catch_up, judge},
    quarantine,
};
use crate::{
    scope::Scope,
    store::{Store, StoreError, number, to_ms},
};

/// How many devices one piece of work judges.
const PIECE: u32 = 200;

/// What `settle` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// Devices about which something had come due.
    pub due: usize,
    /// Devices that were judged again under new rules.
    pub rejudged: usize,
}

/// Does everything that has come due by `now`: first moments, then changed rules.
pub(crate) async fn settle(store: &Store, now: Timestamp) -> Result<Settled, StoreError> {
    let mut settled = Settled::default();
    quarantine::look_due(store, now).await?;
    // An idle server looks without writing.
    while store.read(move |connection| has_due(connection, now)).await? {
        settled.due += store.commit(move |connection, desk| due(connection, desk, now)).await?;
    }
    while store.read(has_rejudgement).await? {
        settled.rejudged += store.commit(move |connection, desk| rejudge(connection, desk, now)).await?;
    }
    Ok(settled)
}

fn has_due(connection: &Connection, now: Timestamp) -> Result<bool, StoreError> {
    let found = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM device_states WHERE due_at <= ?1)")?
        .query_row([to_ms(now)], |row| row.get(0))?;
    Ok(found)
}

fn has_rejudgement(connection: &Connection) -> Result<bool, StoreError> {
    let found = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM rejudgements WHERE ended_at IS NULL)")?
        .query_row([], |row| row.get(0))?;
    Ok(found)
}

fn due(connection: &Connection, desk: &mut Desk, now: Timestamp) -> Result<usize, StoreError> {
    let devices = {
        let mut statement = connection
            .prepare_cached("SELECT org, device FROM device_states WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2")?;
        let rows = statement.query_map(params![to_ms(now), PIECE], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<Vec<(u32, [u8; 16])>, _>>()?
    };
    for (org, device) in &devices {
        let scope = Scope::proven(*org);
        let rules = desk.rules(connection, scope)?;
        if let Some(mut record) = desk.take(connection, scope, DeviceId::from_bytes(*device))? {
            let changed = catch_up(connection, desk, &mut record, &rules, now)?;
            record.save(connection, changed)?;
            desk.put(record);
        }
    }
    Ok(devices.len())
}

/// Judges some devices again under changed rules; the row of the change tells how far it has come.
fn rejudge(connection: &Connection, desk: &mut Desk, now: Timestamp) -> Result<usize, StoreError> {
    let pending: Option<u32> = connection
        .prepare_cached("SELECT org FROM rejudgements WHERE ended_at IS NULL LIMIT 1")?
        .query_map([], |row| row.get(0))?
        .next()
        .transpose()?;
    let Some(org) = pending else { return Ok(0) };
    let scope = Scope::proven(org);
    let rules = desk.rules(connection, scope)?;
    let revision = number(rules.revision)?;
    let devices = {
        let mut statement = connection.prepare_cached(
            "SELECT device FROM device_states
             WHERE org = ?1 AND rules_revision < ?2 AND left_at IS NULL LIMIT ?3",
        )?;
        let rows = statement.query_map(params![org, revision, PIECE], |row| row.get(0))?;
        rows.collect::<Result<Vec<[u8; 16]>, _>>()?
    };
    for device in &devices {
        if let Some(mut record) = desk.take(connection, scope, DeviceId::from_bytes(*device))? {
            // Judged under the new rules from now on; what came due before now still happened under them.
            let mut changed = catch_up(connection, desk, &mut record, &rules, now)?;
            changed.documents |= judge(connection, desk, &mut record, &rules, now)?.documents;
            record.save(connection, changed)?;
            desk.put(record);
        }
    }
    let count = i64::try_from(devices.len()).unwrap_or_default();
    connection
        .prepare_cached(
            "UPDATE rejudgements SET done = done + ?3, ended_at = CASE WHEN ?4 THEN ?5 ELSE ended_at END
             WHERE org = ?1 AND (rules_revision = ?2 OR (?4 AND ended_at IS NULL))",
        )?
        .execute(params![org, revision, count, count < i64::from(PIECE), to_ms(now)])?;
    Ok(devices.len())
}
