//! Inventory becomes records.

use agent_core::wire::id::DeviceId;
use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    inventory::{Found, Inventory},
    matching,
    record::Record,
    shape,
};
use crate::{
    scope::Scope,
    store::{StoreError, cut, to_ms},
};

/// What a message or a file did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Devices of ours about which something else is known now, or known to be newer: they are judged again.
    pub changed: Vec<DeviceId>,
    /// How many of management's devices it was about.
    pub records: usize,
    /// How many of them are matched.
    pub matched: usize,
}

/// Takes over what was found in one message or file of a source. A message about nothing that is kept is counted.
pub fn take_in(
    connection: &Connection,
    scope: Scope,
    source: &str,
    found: Found,
    now: Timestamp,
) -> Result<Imported, StoreError> {
    let now = cut(now);
    let mut imported = Imported::default();
    count(connection, scope, source, found.inventories.is_empty(), now)?;
    let mut heard = std::collections::HashMap::new();
    for inventory in found.inventories {
        let Some((device_ref, matched)) = one(connection, scope, source, inventory, now, &mut imported.changed)? else {
            continue;
        };
        heard.insert(device_ref, matched);
    }
    imported.records = heard.len();
    imported.matched = heard.into_values().filter(|matched| *matched).count();
    imported.changed.sort_unstable();
    imported.changed.dedup();
    Ok(imported)
}

fn one(
    connection: &Connection,
    scope: Scope,
    source: &str,
    inventory: Inventory,
    now: Timestamp,
    changed: &mut Vec<DeviceId>,
) -> Result<Option<(String, bool)>, StoreError> {
    let Some(device_ref) = shape::device_ref(&inventory.device_ref) else { return Ok(None) };
    let kept = Record::load(connection, scope, (source, &device_ref))?;
    let mut record = kept.unwrap_or_else(|| Record::new(source, device_ref.clone(), now));
    // Nothing is so in the future, whatever the sender's clock says.
    let at = inventory.seen_at.map_or(now, |at| cut(at).min(now));
    let says_more = record.take(inventory, at, now);
    changed.extend(matching::settle(connection, scope, &mut record)?);
    changed.extend(record.device.filter(|_| says_more));
    record.save(connection, scope)?;
    Ok(Some((device_ref, record.device.is_some())))
}

fn count(
    connection: &Connection,
    scope: Scope,
    source: &str,
    is_ignored: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE mdm_sources SET received = received + 1, ignored = ignored + ?3, last_received_at = ?4
             WHERE org = ?1 AND source = ?2",
        )?
        .execute(params![scope.org(), source, is_ignored, to_ms(now)])?;
    Ok(())
}

/// Keeps why a message could not be read: its sender may look at no answer.
pub fn failed(
    connection: &Connection,
    scope: Scope,
    source: &str,
    why: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE mdm_sources SET last_error = ?3, last_error_at = ?4 WHERE org = ?1 AND source = ?2")?
        .execute(params![scope.org(), source, why, to_ms(now)])?;
    Ok(())
}
