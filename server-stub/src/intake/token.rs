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
    store::{StoreError, to_ms},
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
