//! A device leaves: its history ends, nothing counts it, and nothing comes due for it any more.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{desk::Desk, record::Record, rules::Rules};
use crate::store::{StoreError, to_ms};

/// Ends a device's history at a moment that is not before its last judgement. The caller saves the record.
pub(crate) fn leave(
    connection: &Connection,
    desk: &mut Desk,
    record: &mut Record,
    rules: &Rules,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (scope, key) = (record.scope, record.device.to_bytes());
    let counts = desk.counts();
    if let Some(shown) = &record.shown {
        for counted in shown.counted(record.platform) {
            counts.shift(scope, &record.group, counted, -1);
        }
        let day = rules.zone.to_datetime(at).date().to_string();
        counts.shift_day(scope, &record.group, day, shown.state.as_str(), -1);
    }
    // A span that would have no length is as if it had never been.
    connection
        .prepare_cached("DELETE FROM spans WHERE org = ?1 AND device = ?2 AND until IS NULL AND since >= ?3")?
        .execute(params![scope.org(), key, to_ms(at)])?;
    connection
        .prepare_cached("UPDATE spans SET until = ?3 WHERE org = ?1 AND device = ?2 AND until IS NULL")?
        .execute(params![scope.org(), key, to_ms(at)])?;
    record.left_at = Some(at);
    record.due_at = None;
    Ok(())
}
