//! The sources of inventory of an organisation.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{inventory::AppLists, kind::Kind};
use crate::{
    scope::Scope,
    store::{StoreError, from_ms, to_ms},
};

/// One source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// What kind of management it is.
    pub kind: Kind,
    /// What its lists of apps are.
    pub lists: AppLists,
    /// Which of its keys is in force.
    pub secret_number: u32,
    /// Since when there is this source.
    pub added_at: Timestamp,
    /// When a message last came.
    pub last_received_at: Option<Timestamp>,
    /// How many came.
    pub received: u64,
    /// How many of them were about nothing that is kept.
    pub ignored: u64,
    /// What was wrong with the last one that could not be read, and when.
    pub last_error: Option<(String, Timestamp)>,
}

/// A source cannot be used so.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is of another kind.
    #[error("`{name}` is a source of the kind {is}, not {wanted}; choose another name, or leave --kind out")]
    OtherKind {
        /// Its name.
        name: String,
        /// What it is.
        is: Kind,
        /// What was asked for.
        wanted: Kind,
    },
}

const COLUMNS: &str = "source, kind, whole_lists, secret_number, added_at, last_received_at, received, ignored, \
                       last_error, last_error_at";

/// The source of this name, made where there is none; told anew what its lists of apps are, where that is said.
pub fn add(
    connection: &Connection,
    scope: Scope,
    (name, kind): (&str, Kind),
    lists: Option<AppLists>,
    now: Timestamp,
) -> Result<Source, SourceError> {
    let lists = lists.map(|lists| lists == AppLists::Whole);
    connection
        .prepare_cached(
            "INSERT INTO mdm_sources (org, source, kind, whole_lists, added_at)
             VALUES (?1, ?2, ?3, coalesce(?4, 0), ?5)
             ON CONFLICT DO UPDATE SET whole_lists = coalesce(?4, whole_lists) WHERE kind = ?3",
        )
        .and_then(|mut insert| insert.execute(params![scope.org(), name, kind.as_str(), lists, to_ms(now)]))
        .map_err(StoreError::from)?;
    let source = find(connection, scope, name)?.ok_or_else(|| StoreError::row("source of inventory", "it is gone"))?;
    if source.kind != kind {
        return Err(SourceError::OtherKind { name: source.name, is: source.kind, wanted: kind });
    }
    Ok(source)
}

/// The source of this name.
pub fn find(connection: &Connection, scope: Scope, name: &str) -> Result<Option<Source>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM mdm_sources WHERE org = ?1 AND source = ?2"))?
        .query_row(params![scope.org(), name], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// Every source, by name.
pub fn sources(connection: &Connection, scope: Scope) -> Result<Vec<Source>, StoreError> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM mdm_sources WHERE org = ?1 ORDER BY source"))?;
    let rows = statement.query_map([scope.org()], |row| Ok(read(row)))?;
    rows.map(|row| row?).collect()
}

/// Puts the next key in force: what is signed with the one before is refused from now on. False: no such source.
pub fn renew(connection: &Connection, scope: Scope, name: &str) -> Result<bool, StoreError> {
    let renewed = connection.execute(
        "UPDATE mdm_sources SET secret_number = secret_number + 1 WHERE org = ?1 AND source = ?2",
        params![scope.org(), name],
    )?;
    Ok(renewed == 1)
}

fn read(row: &Row<'_>) -> Result<Source, StoreError> {
    let kind: String = row.get(1)?;
    let error: Option<String> = row.get(8)?;
    Ok(Source {
        name: row.get(0)?,
        kind: kind.parse().map_err(|error| StoreError::row("source of inventory", error))?,
        lists: if row.get(2)? { AppLists::Whole } else { AppLists::MayLeaveOut },
        secret_number: row.get(3)?,
        added_at: from_ms(row.get(4)?),
        last_received_at: row.get::<_, Option<i64>>(5)?.map(from_ms),
        received: row.get::<_, i64>(6)?.unsigned_abs(),
        ignored: row.get::<_, i64>(7)?.unsigned_abs(),
        last_error: error.zip(row.get::<_, Option<i64>>(9)?.map(from_ms)),
    })
}
