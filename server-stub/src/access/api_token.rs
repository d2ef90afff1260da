//! API tokens: how scripts prove who they are, by `Authorization: Bearer atl_…`.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;

use super::{
    actor::Actor,
    audit,
    role::Role,
    secret::{self, Secret},
};
use crate::scope::Scope;

/// What every token begins with, so that scanners of leaked secrets can find one.
pub const PREFIX: &str = "atl_";

/// One token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its name, as the logs show it.
    pub name: String,
    /// What it may.
    pub role: Role,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
    /// Since when it works no more.
    pub revoked_at: Option<i64>,
}

/// Whether this can be a token's name: it goes into logs, so it is short and plain.
pub fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Stores a token. False when the name is taken, also by a revoked one: the logs name tokens for ever.
pub fn create(
    conn: &Connection,
    scope: Scope,
    now: Timestamp,
    actor: &Actor,
    name: &str,
    role: Role,
    token: &Secret,
) -> rusqlite::Result<bool> {
    let stored = conn.execute(
        "INSERT INTO api_tokens (org, token_hash, name, role, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (org, name) DO NOTHING",
        params![scope.org(), token.hash(), name, role.as_str(), now.as_millisecond()],
    )?;
    if stored == 1 {
        let detail = json!({"name": name, "role": role.as_str()});
        audit::record(conn, scope, now, actor, "api-token.created", detail)?;
    }
    Ok(stored == 1)
}

/// Ends a token. False when none of this name works.
pub fn revoke(conn: &Connection, scope: Scope, now: Timestamp, actor: &Actor, name: &str) -> rusqlite::Result<bool> {
    let ended = conn.execute(
        "UPDATE api_tokens SET revoked_at = ?3 WHERE org = ?1 AND name = ?2 AND revoked_at IS NULL",
        params![scope.org(), name, now.as_millisecond()],
    )?;
    if ended == 1 {
        audit::record(conn, scope, now, actor, "api-token.revoked", json!({"name": name}))?;
    }
    Ok(ended == 1)
}

/// Every token of the organisation, by name.
pub fn all(conn: &Connection, scope: Scope) -> rusqlite::Result<Vec<ApiToken>> {
    conn.prepare_cached("SELECT name, role, created_at, revoked_at FROM api_tokens WHERE org = ?1 ORDER BY name")?
        .query_map([scope.org()], |row| {
            Ok(ApiToken { name: row.get(0)?, role: row.get(1)?, created_at: row.get(2)?, revoked_at: row.get(3)? })
        })?
        .collect()
}

/// Whose token this is and what it may, while it works.
pub(super) fn find(conn: &Connection, presented: &str) -> rusqlite::Result<Option<(Scope, ApiToken)>> {
    if !presented.starts_with(PREFIX) {
        return Ok(None);
    }
    conn.prepare_cached(
        "SELECT org, name, role, created_at, revoked_at FROM api_tokens WHERE token_hash = ?1 AND revoked_at IS NULL",
    )?
    .query_row([secret::hash(presented)], |row| {
        let token = ApiToken { name: row.get(1)?, role: row.get(2)?, created_at: row.get(3)?, revoked_at: row.get(4)? };
        Ok((Scope::proven(row.get(0)?), token))
    })
    .optional()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::tests::{now, open};

    #[test]
    fn a_token_works_until_it_is_revoked_and_its_name_stays_taken() {
        let (conn, scope) = open();
        let token = Secret::with_prefix(PREFIX).unwrap();
        let make = |token: &Secret| create(&conn, scope, now(), &Actor::Local, "grafana", Role::Viewer, token).unwrap();
        assert!(make(&token));
        assert!(!make(&Secret::with_prefix(PREFIX).unwrap()));
        let (found, what) = find(&conn, token.reveal()).unwrap().unwrap();
        assert_eq!((found, what.name.as_str(), what.role), (scope, "grafana", Role::Viewer));
        assert!(find(&conn, "atl_unknown").unwrap().is_none());
        assert!(!revoke(&conn, Scope::proven(2), now(), &Actor::Local, "grafana").unwrap());
        assert!(revoke(&conn, scope, now(), &Actor::Local, "grafana").unwrap());
        assert!(!revoke(&conn, scope, now(), &Actor::Local, "grafana").unwrap());
        assert!(find(&conn, token.reveal()).unwrap().is_none());
        assert!(!make(&token));
        assert!(all(&conn, scope).unwrap()[0].revoked_at.is_some());
    }

    #[test]
    fn a_name_is_plain() {
        assert!(is_name("grafana-1"));
        for name in ["", "a b", "a\n", "marta@clinica.example", &"x".repeat(41)] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
