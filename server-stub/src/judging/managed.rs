//! Judging again what device management knows something else about.

use agent_core::wire::id::DeviceId;
use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    desk::Desk,
    judge::{catch_up, judge},
    record::Changed,
};
use crate::{
    mdm,
    scope::Scope,
    store::{StoreError, cut},
};

/// Judges these devices with what device management says of them now, in the transaction that made it known.
pub(crate) fn managed_changed(
    connection: &Connection,
    desk: &mut Desk,
    scope: Scope,
    devices: &[DeviceId],
    now: Timestamp,
) -> Result<(), StoreError> {
    for device in devices {
        let Some(mut record) = desk.take(connection, scope, *device)? else { continue };
        let managed = mdm::of_device(connection, scope, *device)?;
        if record.left_at.is_none() && record.proofs.managed != managed {
            let (rules, now) = (desk.rules(connection, scope)?, cut(now).max(record.judged_at));
            // What came due before was judged with what was known then.
            catch_up(connection, desk, &mut record, &rules, now)?;
            record.proofs.managed = managed;
            judge(connection, desk, &mut record, &rules, now)?;
            record.save(connection, Changed { documents: true })?;
        }
        desk.put(record);
    }
    Ok(())
}
