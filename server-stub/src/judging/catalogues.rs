//! Catalogues that are put into force: what an administrator wrote, or what was merged from sources.

use agent_core::judge::catalogue::document::CatalogueDocument;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    quarantine::view,
    rules::{RulesError, rules_changed},
};
use crate::{
    scope::Scope,
    store::{StoreError, parse, print, to_ms},
};

/// The source of a catalogue that was merged; no file can be named so.
pub const MERGED: &str = "merged from sources";

/// Takes over a catalogue that an administrator wrote; it gets the next revision. The fleet is judged again.
///
/// # Errors
/// Refuses a document with faults.
pub fn import_catalogue(
    connection: &Connection,
    scope: Scope,
    source: &str,
    (file, text): (&str, &str),
    now: Timestamp,
) -> Result<u64, RulesError> {
    let json = CatalogueDocument::from_text(file, text)?.json;
    Ok(put_catalogue(connection, scope, source, json, now)?)
}

/// Puts a catalogue that was read into force; it gets the next revision. The fleet is judged again.
pub(crate) fn put_catalogue(
    connection: &Connection,
    scope: Scope,
    source: &str,
    mut json: serde_json::Value,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let newest: i64 = connection.query_row(
        "SELECT coalesce(max(revision), 0) FROM catalogues WHERE org = ?1",
        [scope.org()],
        |row| row.get(0),
    )?;
    let revision = newest + 1;
    // Which heuristics only advise is told by every catalogue, whoever wrote the rest of it.
    let quarantines = view::told(connection, scope)?;
    if let Some(top) = json.as_object_mut() {
        top.remove("quarantines");
        if !quarantines.is_empty() {
            top.insert("quarantines".to_owned(), quarantines.into());
        }
    }
    if let Some(own) = json.pointer_mut("/metadata/revision") {
        *own = revision.into();
    }
    connection.execute(
        "INSERT INTO catalogues (org, revision, imported_at, source, document) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![scope.org(), revision, to_ms(now), source, print("catalogue", &json)?],
    )?;
    rules_changed(connection, scope, to_ms(now))?;
    Ok(revision.unsigned_abs())
}

/// Puts the catalogue in force once more, with the quarantines that last now.
pub(super) fn renew_catalogue(connection: &Connection, scope: Scope, now: Timestamp) -> Result<(), StoreError> {
    let newest: Option<(String, String)> = connection
        .prepare_cached("SELECT source, document FROM catalogues WHERE org = ?1 ORDER BY revision DESC LIMIT 1")?
        .query_row([scope.org()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (source, document) = if let Some((source, text)) = newest {
        (source, parse("catalogue", &text)?)
    } else {
        let empty = serde_json::json!({"apiVersion": "posture/v1", "kind": "Catalogue", "lines": [],
                                       "metadata": {"revision": 0, "issued": now.to_string()}});
        (MERGED.to_owned(), empty)
    };
    put_catalogue(connection, scope, &source, document, now)?;
    Ok(())
}
