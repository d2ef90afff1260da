//! What is kept of one device of management: the newest of each fact, and which of ours it is.

use agent_core::wire::id::DeviceId;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use super::{facts::ToldFacts, inventory::Inventory};
use crate::{
    scope::Scope,
    store::{StoreError, from_ms, parse, print, to_ms},
};

/// How a record came to its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchedBy {
    /// The device enrolled with this reference.
    Reference,
    /// An administrator said so.
    Hand,
}

impl MatchedBy {
    /// The spelling in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Hand => "hand",
        }
    }
}

/// What one source says of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The source.
    pub source: String,
    /// How management calls the device.
    pub device_ref: String,
    /// What it says, each fact with its moment.
    pub facts: ToldFacts,
    /// When it was first heard of.
    pub first_seen_at: Timestamp,
    /// The newest message in which it is managed.
    pub seen_at: Option<Timestamp>,
    /// The newest message that ended that.
    pub retired_at: Option<Timestamp>,
    /// When a message last came, on the server's clock.
    pub heard_at: Timestamp,
    /// Which of our devices it is.
    pub device: Option<DeviceId>,
    /// How that is known.
    pub matched_by: Option<MatchedBy>,
    /// How many devices that have not left enrolled with this reference; more than one is ambiguous.
    pub candidates: u32,
}

const COLUMNS: &str = "source, device_ref, facts, first_seen_at, seen_at, retired_at, heard_at, device, matched_by, \
                       candidates";

impl Record {
    /// A device that was never heard of.
    pub(super) fn new(source: &str, device_ref: String, now: Timestamp) -> Self {
        Self {
            source: source.to_owned(),
            device_ref,
            facts: ToldFacts::default(),
            first_seen_at: now,
            seen_at: None,
            retired_at: None,
            heard_at: now,
            device: None,
            matched_by: None,
            candidates: 0,
        }
    }

    /// Whether management has ended for it.
    pub fn is_retired(&self) -> bool {
        // A message of the same moment came before its end.
        self.retired_at.is_some_and(|retired| self.seen_at.is_none_or(|seen| seen <= retired))
    }

    /// Takes over a message. Messages may come in any order and more than once: the outcome is the same.
    pub(super) fn take(&mut self, inventory: Inventory, at: Timestamp, now: Timestamp) -> bool {
        let was_retired = self.is_retired();
        self.heard_at = self.heard_at.max(now);
        let changed = if inventory.retired {
            self.retired_at = self.retired_at.max(Some(at));
            self.facts.forget_until(at)
        } else {
            self.seen_at = self.seen_at.max(Some(at));
            self.retired_at.is_none_or(|retired| at > retired) && self.facts.take(inventory.facts, at)
        };
        changed || was_retired != self.is_retired()
    }

    /// The record of this reference.
    pub(super) fn load(
        connection: &Connection,
        scope: Scope,
        (source, device_ref): (&str, &str),
    ) -> Result<Option<Self>, StoreError> {
        connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM mdm_records WHERE org = ?1 AND source = ?2 AND device_ref = ?3"
            ))?
            .query_row(params![scope.org(), source, device_ref], |row| Ok(read(row)))
            .optional()?
            .transpose()
    }

    /// Writes it.
    pub(super) fn save(&self, connection: &Connection, scope: Scope) -> Result<(), StoreError> {
        connection
            .prepare_cached(
                "INSERT INTO mdm_records (org, source, device_ref, facts, first_seen_at, seen_at, retired_at, heard_at,
                     device, matched_by, candidates)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT DO UPDATE SET facts = excluded.facts, seen_at = excluded.seen_at,
                     retired_at = excluded.retired_at, heard_at = excluded.heard_at, device = excluded.device,
                     matched_by = excluded.matched_by, candidates = excluded.candidates",
            )?
            .execute(params![
                scope.org(),
                self.source,
                self.device_ref,
                print("inventory of a device", &self.facts)?,
                to_ms(self.first_seen_at),
                self.seen_at.map(to_ms),
                self.retired_at.map(to_ms),
                to_ms(self.heard_at),
                self.device.map(DeviceId::to_bytes),
                self.matched_by.map(MatchedBy::as_str),
                self.candidates,
            ])?;
        Ok(())
    }
}

/// Every record, by source and reference.
pub fn records(connection: &Connection, scope: Scope) -> Result<Vec<Record>, StoreError> {
    select(connection, scope, "1 ORDER BY source, device_ref")
}

/// The records of this device that are in force, the one that counts first: a match by hand before one by reference,
/// then the one that was last seen.
pub(super) fn of_device(connection: &Connection, scope: Scope, device: DeviceId) -> Result<Vec<Record>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM mdm_records WHERE org = ?1 AND device = ?2
         ORDER BY matched_by = 'hand' DESC, seen_at DESC, source"
    ))?;
    let rows = statement.query_map(params![scope.org(), device.to_bytes()], |row| Ok(read(row)))?;
    let all = rows.map(|row| row?).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(all.into_iter().filter(|record| !record.is_retired()).collect())
}

fn select(connection: &Connection, scope: Scope, which: &str) -> Result<Vec<Record>, StoreError> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM mdm_records WHERE org = ?1 AND {which}"))?;
    let rows = statement.query_map([scope.org()], |row| Ok(read(row)))?;
    rows.map(|row| row?).collect()
}

fn read(row: &Row<'_>) -> Result<Record, StoreError> {
    let (facts, matched_by): (String, Option<String>) = (row.get(2)?, row.get(8)?);
    Ok(Record {
        source: row.get(0)?,
        device_ref: row.get(1)?,
        facts: parse("inventory of a device", &facts)?,
        first_seen_at: from_ms(row.get(3)?),
        seen_at: row.get::<_, Option<i64>>(4)?.map(from_ms),
        retired_at: row.get::<_, Option<i64>>(5)?.map(from_ms),
        heard_at: from_ms(row.get(6)?),
        device: row.get::<_, Option<[u8; 16]>>(7)?.map(DeviceId::from_bytes),
        matched_by: matched_by.map(|by| if by == "hand" { MatchedBy::Hand } else { MatchedBy::Reference }),
        candidates: row.get(9)?,
    })
}
