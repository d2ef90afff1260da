//! Enrolment tokens: 26 characters that name the organisation; only their hash is kept.

use agent_core::wire::{
    envelope::{hex, sha256},
    id::DeviceId,
};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::{
    keys::random,
    scope::Scope,
    store::{StoreError, from_ms, to_ms},
};

/// Makes a token that enrols `uses` devices into a group until it expires.
///
/// # Errors
/// Where the group does not exist, or the system gives no random numbers.
pub fn create(
    connection: &Connection,
    scope: Scope,
    group: &str,
    (uses, expires): (u32, Timestamp),
    now: Timestamp,
) -> Result<String, StoreError> {
    let random = random().map_err(|error| StoreError::row("token", error))?;
    let token = DeviceId::new(scope.org(), random).to_string();
    connection.execute(
        "INSERT INTO enrolment_tokens (org, token_hash, grp, uses, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![scope.org(), sha256(token.as_bytes()), group, uses, to_ms(now), to_ms(expires)],
    )?;
    Ok(token)
}

/// How a token is named where it must not be shown: the first characters of its hash.
pub fn name(token_hash: &[u8]) -> String {
    hex(token_hash).chars().take(12).collect()
}

/// One token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentToken {
    /// How it is named.
    pub name: String,
    /// The group that it enrols into.
    pub group: String,
    /// How many devices it may enrol.
    pub uses: u32,
    /// How many it has.
    pub used: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Since when it works no more.
    pub revoked_at: Option<Timestamp>,
}

/// Every token of the organisation, newest first.
pub fn all(connection: &Connection, scope: Scope) -> Result<Vec<EnrolmentToken>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT token_hash, grp, uses, used, created_at, expires_at, revoked_at FROM enrolment_tokens
         WHERE org = ?1 ORDER BY created_at DESC, token_hash",
    )?;
    let rows = statement.query_map([scope.org()], |row| {
        let hash: Vec<u8> = row.get(0)?;
        Ok(EnrolmentToken {
            name: name(&hash),
            group: row.get(1)?,
            uses: row.get(2)?,
            used: row.get(3)?,
            created_at: from_ms(row.get(4)?),
            expires_at: from_ms(row.get(5)?),
            revoked_at: row.get::<_, Option<i64>>(6)?.map(from_ms),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends the token of this name. False when there is none that works.
pub fn revoke(connection: &Connection, scope: Scope, called: &str, now: Timestamp) -> Result<bool, StoreError> {
    let ended = connection.execute(
        "UPDATE enrolment_tokens SET revoked_at = ?3
         WHERE org = ?1 AND lower(substr(hex(token_hash), 1, 12)) = ?2 AND revoked_at IS NULL",
        params![scope.org(), called, to_ms(now)],
    )?;
    Ok(ended > 0)
}
