//! Which devices of management have the app, and which do not.

use rusqlite::{Connection, params};
use serde::Serialize;

use super::record::{self, Record};
use crate::{scope::Scope, store::StoreError};

/// Management's devices against ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// How many devices management knows now, in all sources.
    pub managed: usize,
    /// How many of them are matched to a device of ours.
    pub matched: usize,
    /// Devices of ours that no management knows.
    pub unmanaged: u64,
    /// Devices that management knows and that never enrolled here, or left.
    pub missing: Vec<Record>,
}

/// Management's devices against ours.
pub fn coverage(connection: &Connection, scope: Scope) -> Result<Coverage, StoreError> {
    let records: Vec<Record> =
        record::records(connection, scope)?.into_iter().filter(|record| !record.is_retired()).collect();
    let managed = records.len();
    let missing: Vec<Record> = records.into_iter().filter(|record| record.device.is_none()).collect();
    let unmanaged: i64 = connection.query_row(
        "SELECT count(*) FROM device_states s WHERE s.org = ?1 AND s.left_at IS NULL AND NOT EXISTS
             (SELECT 1 FROM mdm_records r WHERE r.org = s.org AND r.device = s.device
                  AND (r.retired_at IS NULL OR r.seen_at > r.retired_at))",
        params![scope.org()],
        |row| row.get(0),
    )?;
    Ok(Coverage { managed, matched: managed - missing.len(), unmanaged: unmanaged.unsigned_abs(), missing })
}
