//! The audit log: every administrative act, as a hash chain of salted commitments.
//!
//! `commitment = SHA-256(salt ‖ payload)`, `chain = SHA-256(chain before ‖ commitment)`. The chain never reads a
//! payload, so erasing one (and its salt, without which the commitment cannot be guessed at) leaves it whole, while
//! a changed, dropped or reordered entry breaks it. Entries cut off the end break nothing that is stored: whoever
//! wants to notice that keeps the [`head`] elsewhere.

use jiff::Timestamp;
use ring::digest::{Context, SHA256};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde_json::Value;

use super::{actor::Actor, secret};
use crate::scope::Scope;

/// One act, as it is read back.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its number, from 1.
    pub entry: i64,
    /// What was done; none once erased.
    pub payload: Option<Value>,
}

/// Where the chain stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// The last entry's number; 0 when there is none.
    pub entry: i64,
    /// Its chain value, lower-case hexadecimal.
    pub chain: String,
}

/// A place where the stored log is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// A number is missing, so an entry was removed or moved.
    #[error("audit entry {expected} is missing: {found} follows")]
    Missing {
        /// The number that should come.
        expected: i64,
        /// The number that does.
        found: i64,
    },
    /// The payload or its salt is not what was committed to.
    #[error("audit entry {entry}: what it says is not what was written")]
    Changed {
        /// The entry.
        entry: i64,
    },
    /// Only one of payload and salt is gone: no erasure does that.
    #[error("audit entry {entry}: half of it was erased")]
    HalfErased {
        /// The entry.
        entry: i64,
    },
    /// The entry does not follow from the one before.
    #[error("audit entry {entry} does not follow from the one before")]
    Unchained {
        /// The entry.
        entry: i64,
    },
}

/// Writes one act. The detail says what was done without naming a person: users by number, devices by id.
pub fn record(
    conn: &Connection,
    scope: Scope,
    now: Timestamp,
    actor: &Actor,
    action: &str,
    detail: Value,
) -> rusqlite::Result<()> {
    let mut payload = serde_json::json!({"at": now.to_string(), "actor": actor.to_string(), "action": action});
    payload["detail"] = detail;
    let payload = payload.to_string();
    // Without randomness nothing may be promised to be erasable, so nothing is written.
    let salt: [u8; 16] =
        secret::random_bytes().map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let (last, before) = last(conn, scope)?;
    let commitment = sha256(&[&salt, payload.as_bytes()]);
    conn.prepare_cached(
        "INSERT INTO audit_log (org, entry, payload, salt, commitment, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![scope.org(), last + 1, payload, salt, commitment, sha256(&[&before, &commitment])])?;
    Ok(())
}

/// Forgets what an entry says, and keeps its place in the chain.
pub fn erase(conn: &Connection, scope: Scope, entry: i64) -> rusqlite::Result<()> {
    conn.execute(
        "UPDATE audit_log SET payload = NULL, salt = NULL WHERE org = ?1 AND entry = ?2",
        params![scope.org(), entry],
    )?;
    Ok(())
}

/// The newest entries, newest first, from before this entry number on.
pub fn entries(conn: &Connection, scope: Scope, before: Option<i64>, limit: u32) -> rusqlite::Result<Vec<Entry>> {
    conn.prepare_cached(
        "SELECT entry, payload FROM audit_log WHERE org = ?1 AND entry < ?2 ORDER BY entry DESC LIMIT ?3",
    )?
    .query_map(params![scope.org(), before.unwrap_or(i64::MAX), limit], |row| {
        let payload: Option<String> = row.get(1)?;
        Ok(Entry { entry: row.get(0)?, payload: payload.and_then(|text| serde_json::from_str(&text).ok()) })
    })?
    .collect()
}

/// Where the chain stands now. Kept elsewhere, it shows whether entries were cut off the end.
pub fn head(conn: &Connection, scope: Scope) -> rusqlite::Result<Head> {
    let (entry, chain) = last(conn, scope)?;
    Ok(Head { entry, chain: hex(&chain) })
}

/// Every place where the log is not what was written.
pub fn verify_chain(conn: &Connection, scope: Scope) -> rusqlite::Result<Vec<Breach>> {
    let mut breaches = Vec::new();
    let (mut last, mut before) = (0_i64, genesis(scope));
    let mut statement =
        conn.prepare("SELECT entry, payload, salt, commitment, chain FROM audit_log WHERE org = ?1 ORDER BY entry")?;
    let mut rows = statement.query([scope.org()])?;
    while let Some(row) = rows.next()? {
        let entry: i64 = row.get(0)?;
        let (payload, salt): (Option<String>, Option<Vec<u8>>) = (row.get(1)?, row.get(2)?);
        let (commitment, chain): (Vec<u8>, Vec<u8>) = (row.get(3)?, row.get(4)?);
        if entry != last + 1 {
            breaches.push(Breach::Missing { expected: last + 1, found: entry });
        }
        match (payload, salt) {
            (None, None) => {}
            (Some(payload), Some(salt)) if sha256(&[&salt, payload.as_bytes()])[..] == commitment[..] => {}
            (Some(_), Some(_)) => breaches.push(Breach::Changed { entry }),
            _ => breaches.push(Breach::HalfErased { entry }),
        }
        if sha256(&[&before, &commitment])[..] != chain[..] {
            breaches.push(Breach::Unchained { entry });
        }
        last = entry;
        before = chain;
    }
    Ok(breaches)
}

fn last(conn: &Connection, scope: Scope) -> rusqlite::Result<(i64, Vec<u8>)> {
    let found = conn
        .prepare_cached("SELECT entry, chain FROM audit_log WHERE org = ?1 ORDER BY entry DESC LIMIT 1")?
        .query_row([scope.org()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.unwrap_or_else(|| (0, genesis(scope))))
}

/// What the first entry follows: it names the organisation, so that no chain can stand in for another.
fn genesis(scope: Scope) -> Vec<u8> {
    sha256(&[b"atalaya audit log of organisation ", &scope.org().to_be_bytes()]).to_vec()
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    bytes
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::access::tests::{now, open};

    fn three_acts() -> (Connection, Scope) {
        let (conn, scope) = open();
        for (action, detail) in
            [("user.invited", json!({"user": 1})), ("policy.applied", json!({"revision": 1})), ("sign-out", json!({}))]
        {
            record(&conn, scope, now(), &Actor::Local, action, detail).unwrap();
        }
        (conn, scope)
    }

    #[test]
    fn what_was_written_is_whole_and_read_newest_first() {
        let (conn, scope) = three_acts();
        assert_eq!(verify_chain(&conn, scope).unwrap(), []);
        let read = entries(&conn, scope, None, 2).unwrap();
        assert_eq!(read.iter().map(|entry| entry.entry).collect::<Vec<_>>(), [3, 2]);
        let payload = read[1].payload.as_ref().unwrap();
        assert_eq!(payload["action"], "policy.applied");
        assert_eq!(payload["actor"], "local");
        assert_eq!(entries(&conn, scope, Some(2), 9).unwrap().len(), 1);
        assert_eq!(head(&conn, scope).unwrap().entry, 3);
    }

    #[test]
    fn erasing_what_an_entry_says_leaves_the_chain_whole() {
        let (conn, scope) = three_acts();
        let head_before = head(&conn, scope).unwrap();
        erase(&conn, scope, 2).unwrap();
        assert_eq!(verify_chain(&conn, scope).unwrap(), []);
        assert_eq!(entries(&conn, scope, None, 9).unwrap()[1].payload, None);
        assert_eq!(head(&conn, scope).unwrap(), head_before);
        record(&conn, scope, now(), &Actor::Local, "again", json!({})).unwrap();
        assert_eq!(verify_chain(&conn, scope).unwrap(), []);
    }

    #[test]
    fn tampering_is_found_where_it_happened() {
        let tamper = |sql: &str| {
            let (conn, scope) = three_acts();
            conn.execute_batch(sql).unwrap();
            verify_chain(&conn, scope).unwrap()
        };
        assert_eq!(
            tamper("UPDATE audit_log SET payload = replace(payload, 'policy', 'nobody') WHERE entry = 2"),
            [Breach::Changed { entry: 2 }]
        );
        assert_eq!(tamper("UPDATE audit_log SET salt = NULL WHERE entry = 2"), [Breach::HalfErased { entry: 2 }]);
        assert_eq!(
            tamper("DELETE FROM audit_log WHERE entry = 2"),
            [Breach::Missing { expected: 2, found: 3 }, Breach::Unchained { entry: 3 }]
        );
        assert_eq!(
            tamper("DELETE FROM audit_log WHERE entry = 1"),
            [Breach::Missing { expected: 1, found: 2 }, Breach::Unchained { entry: 2 }]
        );
        // A payload replaced together with its commitment, as somebody who knows the scheme would.
        assert_eq!(
            tamper(
                "UPDATE audit_log SET (payload, salt, commitment) =
                     (SELECT payload, salt, commitment FROM audit_log WHERE entry = 1) WHERE entry = 2"
            ),
            [Breach::Unchained { entry: 2 }]
        );
    }

    #[test]
    fn reordering_is_found() {
        let (conn, scope) = three_acts();
        conn.execute_batch(
            "UPDATE audit_log SET entry = 9 WHERE entry = 2; UPDATE audit_log SET entry = 2 WHERE entry = 3;
             UPDATE audit_log SET entry = 3 WHERE entry = 9;",
        )
        .unwrap();
        assert_eq!(
            verify_chain(&conn, scope).unwrap(),
            [Breach::Unchained { entry: 2 }, Breach::Unchained { entry: 3 }]
        );
    }

    #[test]
    fn one_organisations_chain_cannot_stand_in_for_anothers() {
        let (conn, scope) = three_acts();
        conn.execute_batch(
            "INSERT INTO organisations (org, name, created_at) VALUES (2, 'Other', 0);
             INSERT INTO audit_log SELECT 2, entry, payload, salt, commitment, chain FROM audit_log WHERE org = 1;",
        )
        .unwrap();
        assert_eq!(verify_chain(&conn, scope).unwrap(), []);
        assert_eq!(verify_chain(&conn, Scope::proven(2)).unwrap(), [Breach::Unchained { entry: 1 }]);
    }
}
