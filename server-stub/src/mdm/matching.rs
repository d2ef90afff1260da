//! Which of our devices a record is about: the one that enrolled with its reference, or the one that somebody named.

use agent_core::wire::id::DeviceId;
use rusqlite::{Connection, params};

use super::{
    record::{self, MatchedBy, Record},
    shape,
};
use crate::{judging::is_here, scope::Scope, store::StoreError};

/// A record cannot be matched so.
#[derive(Debug, thiserror::Error)]
pub enum MatchError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such record.
    #[error("no record has this reference; `atalaya mdm list` shows them")]
    NoRecord,
    /// Several sources have one.
    #[error("several sources have a record of this reference: {0}; say which with --source")]
    Several(String),
    /// No such device, or it has left.
    #[error("no device that has not left has this id here; `atalaya device list` shows them")]
    NoDevice,
}

/// Devices by reference, in the terms of their index.
pub(super) const CANDIDATES: &str = "SELECT d.device, d.device_ref
    FROM devices d JOIN device_states s USING (org, device)
    WHERE d.org = ?1 AND lower(trim(d.device_ref)) = lower(?2) AND d.device_ref IS NOT NULL AND s.left_at IS NULL
    ORDER BY d.enrolled_at DESC, d.device DESC";

/// The devices that enrolled with this reference and have not left, the newest first.
pub(super) fn candidates(connection: &Connection, scope: Scope, device_ref: &str) -> Result<Vec<DeviceId>, StoreError> {
    let mut statement = connection.prepare_cached(CANDIDATES)?;
    let rows = statement.query_map(params![scope.org(), device_ref], |row| {
        Ok((DeviceId::from_bytes(row.get(0)?), row.get::<_, String>(1)?))
    })?;
    // Only a UDID is the same in any case of its letters.
    let found = rows.filter_map(|row| match row {
        Ok((device, own)) => (shape::device_ref(&own).as_deref() == Some(device_ref)).then_some(Ok(device)),
        Err(error) => Some(Err(error)),
    });
    Ok(found.collect::<Result<_, _>>()?)
}

/// The devices that are here under the reference that one enrols with.
pub(crate) fn under_reference(
    connection: &Connection,
    scope: Scope,
    own: Option<&str>,
) -> Result<Vec<DeviceId>, StoreError> {
    own.and_then(shape::device_ref).map_or_else(|| Ok(Vec::new()), |own| candidates(connection, scope, &own))
}

/// Matches a record as things stand now. A match by hand stays until its device leaves. The devices whose inventory
/// that changes: the one before and the one after.
pub(super) fn settle(connection: &Connection, scope: Scope, record: &mut Record) -> Result<Vec<DeviceId>, StoreError> {
    let candidates = candidates(connection, scope, &record.device_ref)?;
    record.candidates = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
    if record.matched_by == Some(MatchedBy::Hand)
        && let Some(device) = record.device
        && is_here(connection, scope, device)?
    {
        return Ok(Vec::new());
    }
    let before = record.device;
    record.device = candidates.first().copied();
    record.matched_by = record.device.map(|_| MatchedBy::Reference);
    Ok(moved(before, record.device))
}

fn moved(before: Option<DeviceId>, after: Option<DeviceId>) -> Vec<DeviceId> {
    if before == after { Vec::new() } else { before.into_iter().chain(after).collect() }
}

/// The records whose match is not what it should be by now: a device enrolled or left since.
pub(super) fn unsettled(connection: &Connection, scope: Scope) -> Result<Vec<Record>, StoreError> {
    let mut unsettled = Vec::new();
    for record in record::records(connection, scope)? {
        let mut settled = record.clone();
        settle(connection, scope, &mut settled)?;
        if settled != record {
            unsettled.push(record);
        }
    }
    Ok(unsettled)
}

/// Says by hand which device a record is about. The devices whose inventory that changes, and the record's source.
pub fn match_by_hand(
    connection: &Connection,
    scope: Scope,
    (source, device_ref): (Option<&str>, &str),
    device: DeviceId,
) -> Result<(String, Vec<DeviceId>), MatchError> {
    let mut record = the_one(connection, scope, source, device_ref)?;
    if !is_here(connection, scope, device)? {
        return Err(MatchError::NoDevice);
    }
    let before = record.device.replace(device);
    record.matched_by = Some(MatchedBy::Hand);
    record.save(connection, scope)?;
    Ok((record.source, moved(before, Some(device))))
}

/// Takes a match by hand back; the record's reference counts again.
pub fn release(
    connection: &Connection,
    scope: Scope,
    (source, device_ref): (Option<&str>, &str),
) -> Result<(String, Vec<DeviceId>), MatchError> {
    let mut record = the_one(connection, scope, source, device_ref)?;
    let before = record.device;
    record.matched_by = None;
    settle(connection, scope, &mut record)?;
    record.save(connection, scope)?;
    Ok((record.source, moved(before, record.device)))
}

fn the_one(
    connection: &Connection,
    scope: Scope,
    source: Option<&str>,
    device_ref: &str,
) -> Result<Record, MatchError> {
    let wanted = shape::device_ref(device_ref).ok_or(MatchError::NoRecord)?;
    let all = record::records(connection, scope)?;
    let mut fitting = all
        .into_iter()
        .filter(|record| record.device_ref == wanted && source.is_none_or(|source| record.source == source));
    let first = fitting.next().ok_or(MatchError::NoRecord)?;
    let others: Vec<String> = fitting.map(|record| record.source).collect();
    if others.is_empty() {
        return Ok(first);
    }
    Err(MatchError::Several(std::iter::once(first.source).chain(others).collect::<Vec<_>>().join(", ")))
}
