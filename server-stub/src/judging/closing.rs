//! An administrator closes a device: it was lost, it is not used any more, or it lost its key and enrolled again.

use agent_core::wire::id::DeviceId;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Desk, catch_up, judge, leave};
use crate::{
    scope::Scope,
    store::{StoreError, cut, from_ms, to_ms},
};

/// Why a device is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosingReason {
    /// Its key was lost; the device enrolled again, and this is what it is now.
    Replaced(DeviceId),
    /// It was lost or stolen.
    Lost,
    /// It is not used any more.
    Retired,
}

impl ClosingReason {
    /// The reason of this name, with what took the device's place where it needs that.
    pub fn named(name: &str, by: Option<DeviceId>) -> Option<Self> {
        match (name, by) {
            ("replaced", Some(by)) => Some(Self::Replaced(by)),
            ("lost", None) => Some(Self::Lost),
            ("retired", None) => Some(Self::Retired),
            _ => None,
        }
    }

    /// Its name, which scripts rely on.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replaced(_) => "replaced",
            Self::Lost => "lost",
            Self::Retired => "retired",
        }
    }

    /// What took the device's place.
    pub const fn replaced_by(self) -> Option<DeviceId> {
        match self {
            Self::Replaced(by) => Some(by),
            Self::Lost | Self::Retired => None,
        }
    }
}

/// That a device was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: ClosingReason,
}

/// Why a device cannot be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotClose {
    /// No such device in this organisation.
    #[error("there is no such device here; `atalaya device list` shows them")]
    Unknown,
    /// It is not here any more.
    #[error("it has left or was closed before; `atalaya device list --filter left=yes` shows those")]
    Gone,
    /// What should have taken its place is not another device that is here.
    #[error("what took its place must be another device that is here; `atalaya device list` shows them")]
    NotReplaced,
}

/// Closes a device: its history ends, nothing counts it, and its key is not taken any more.
pub(crate) fn close(
    connection: &Connection,
    desk: &mut Desk,
    (scope, device): (Scope, DeviceId),
    reason: ClosingReason,
    now: Timestamp,
) -> Result<Result<Closing, CannotClose>, StoreError> {
    if let Some(by) = reason.replaced_by()
        && (by == device || !is_here(connection, scope, by)?)
    {
        return Ok(Err(CannotClose::NotReplaced));
    }
    let Some(mut record) = desk.take(connection, scope, device)? else { return Ok(Err(CannotClose::Unknown)) };
    if record.left_at.is_some() {
        desk.put(record);
        return Ok(Err(CannotClose::Gone));
    }
    let at = cut(now).max(record.judged_at);
    let rules = desk.rules(connection, scope)?;
    // What came due before belongs to its history.
    let mut changed = catch_up(connection, desk, &mut record, &rules, at)?;
    changed.documents |= judge(connection, desk, &mut record, &rules, at)?.documents;
    leave(connection, desk, &mut record, &rules, at)?;
    record.save(connection, changed)?;
    desk.put(record);
    let by = reason.replaced_by().map(DeviceId::to_bytes);
    connection
        .prepare_cached("INSERT INTO closings (org, device, at, reason, replaced_by) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![scope.org(), device.to_bytes(), to_ms(at), reason.as_str(), by])?;
    Ok(Ok(Closing { at, reason }))
}

/// Whether a device has not left.
pub(crate) fn is_here(connection: &Connection, scope: Scope, device: DeviceId) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM device_states WHERE org = ?1 AND device = ?2 AND left_at IS NULL")?
        .exists(params![scope.org(), device.to_bytes()])?)
}

/// That a device was closed; none for one that is here or left by itself.
pub(crate) fn closing(connection: &Connection, scope: Scope, device: DeviceId) -> Result<Option<Closing>, StoreError> {
    let found: Option<(i64, String, Option<[u8; 16]>)> = connection
        .prepare_cached("SELECT at, reason, replaced_by FROM closings WHERE org = ?1 AND device = ?2")?
        .query_row(params![scope.org(), device.to_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((at, reason, by)) = found else { return Ok(None) };
    let reason = ClosingReason::named(&reason, by.map(DeviceId::from_bytes));
    let reason = reason.ok_or_else(|| StoreError::row("closing", "no such reason"))?;
    Ok(Some(Closing { at: from_ms(at), reason }))
}
