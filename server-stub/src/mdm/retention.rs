//! How long a record without a device waits, and what time alone changes.

use std::{sync::Arc, time::Duration};

use agent_core::wire::id::DeviceId;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::{matching, record::Record};
use crate::{
    judging::managed_changed,
    scope::Scope,
    server::Server,
    store::{StoreError, to_ms},
};

/// How many days a record is kept after its last message when it is matched to none of our devices, or retired.
pub const RETENTION_DAYS: i64 = 30;

/// How often devices that enrolled or left, and records that are too old, are looked for.
const TICK: Duration = Duration::from_mins(1);

/// What has waited long enough: no device of ours, or management has ended, and nothing came since.
const OLD: &str = "org = ?1 AND heard_at < ?2 AND (device IS NULL
                       OR (retired_at IS NOT NULL AND (seen_at IS NULL OR seen_at <= retired_at)))";

/// Forgets what has waited long enough. How many records.
pub fn purge(connection: &Connection, scope: Scope, now: Timestamp) -> Result<usize, StoreError> {
    Ok(connection.execute(&format!("DELETE FROM mdm_records WHERE {OLD}"), params![scope.org(), limit(now)])?)
}

fn limit(now: Timestamp) -> i64 {
    to_ms(now.checked_sub(SignedDuration::from_hours(24 * RETENTION_DAYS)).unwrap_or(Timestamp::MIN))
}

/// Does what is due: forgets old records, and matches those whose devices enrolled or left. The devices about which
/// something else is known now.
pub async fn tend(server: &Server, scope: Scope) -> Result<Vec<DeviceId>, StoreError> {
    let now = server.now();
    let (unsettled, is_due) = server
        .store
        .read(move |connection| {
            let any_old = format!("SELECT EXISTS (SELECT 1 FROM mdm_records WHERE {OLD})");
            let is_due: bool = connection.query_row(&any_old, params![scope.org(), limit(now)], |row| row.get(0))?;
            Ok((matching::unsettled(connection, scope)?, is_due))
        })
        .await?;
    if unsettled.is_empty() && !is_due {
        return Ok(Vec::new());
    }
    server
        .store
        .commit(move |connection, desk| {
            let mut changed = Vec::new();
            for Record { source, device_ref, .. } in unsettled {
                // It may have changed since it was looked at.
                let Some(mut record) = Record::load(connection, scope, (&source, &device_ref))? else { continue };
                changed.extend(matching::settle(connection, scope, &mut record)?);
                record.save(connection, scope)?;
            }
            purge(connection, scope, now)?;
            managed_changed(connection, desk, scope, &changed, now)?;
            Ok(changed)
        })
        .await
}

/// Does what is due in every organisation, for ever.
pub async fn keep_tending(server: Arc<Server>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let tended = async {
            for (scope, _) in server.organisations().await? {
                tend(&server, scope).await?;
            }
            Ok::<(), StoreError>(())
        };
        if let Err(error) = tended.await {
            tracing::error!(%error, "inventory of management could not be tended; it is tried again");
        }
    }
}
