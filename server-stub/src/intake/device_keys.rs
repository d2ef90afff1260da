//! The keys of one device: the one it signs with, and those it signed with before.

use agent_core::wire::{
    envelope::{EnvelopeError, Kind, Unverified, Verified},
    id::DeviceId,
    key::{PublicKey, VerifyingKey},
    key_rotation::Possession,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    scope::Scope,
    store::{StoreError, parse, print, to_ms},
};

/// The keys of one device, the current one first.
pub(crate) struct DeviceKeys(Vec<VerifyingKey>);

impl DeviceKeys {
    /// Every key that the device ever had; none for a device that does not exist here.
    pub(crate) fn load(connection: &Connection, scope: Scope, device: DeviceId) -> Result<Option<Self>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT public_key, 1 AS signs FROM devices WHERE org = ?1 AND device = ?2
             UNION ALL SELECT public_key, 0 FROM former_keys WHERE org = ?1 AND device = ?2
             ORDER BY signs DESC",
        )?;
        let texts = statement.query_map(params![scope.org(), device.to_bytes()], |row| row.get::<_, String>(0))?;
        let keys: Vec<VerifyingKey> = texts
            .map(|text| {
                let key: PublicKey = parse("key", &text?)?;
                VerifyingKey::try_from(&key).map_err(|error| StoreError::row("key", error))
            })
            .collect::<Result<_, _>>()?;
        Ok((!keys.is_empty()).then_some(Self(keys)))
    }

    /// A message of a kind that one of them signed.
    pub(crate) fn open(&self, envelope: Unverified<'_>, kind: Kind) -> Result<Verified, EnvelopeError> {
        let key = self.of(&envelope).clone();
        envelope.verify(kind, &key)
    }

    /// The key that an envelope names; the current one where it names none of them, and then it does not verify.
    pub(crate) fn of(&self, envelope: &Unverified<'_>) -> &VerifyingKey {
        let named = self.0.iter().find(|key| key.thumbprint() == envelope.key_thumbprint());
        named.unwrap_or(&self.0[0])
    }
}

/// Whether a key is or was some device's.
pub(super) fn is_known(connection: &Connection, thumbprint: &str) -> Result<bool, StoreError> {
    let known = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM devices WHERE thumbprint = ?1)
                 OR EXISTS (SELECT 1 FROM former_keys WHERE thumbprint = ?1)",
        )?
        .query_row([thumbprint], |row| row.get(0))?;
    Ok(known)
}

/// Puts the new key in the place of the one it names. False where that one is not the device's key any more, or the
/// new one is or was somebody's.
pub(super) fn replace(
    connection: &Connection,
    scope: Scope,
    new: &Possession,
    number: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let thumbprint = new.key.thumbprint();
    let device = new.device.to_bytes();
    let current: Option<String> = connection
        .prepare_cached("SELECT thumbprint FROM devices WHERE org = ?1 AND device = ?2")?
        .query_row(params![scope.org(), device], |row| row.get(0))
        .optional()?;
    if current.as_deref() != Some(new.replaces.as_str()) || is_known(connection, &thumbprint)? {
        return Ok(false);
    }
    connection
        .prepare_cached(
            "INSERT INTO former_keys (org, device, thumbprint, public_key, replaced_at, number)
             SELECT org, device, thumbprint, public_key, ?3, ?4 FROM devices WHERE org = ?1 AND device = ?2",
        )?
        .execute(params![scope.org(), device, to_ms(now), number])?;
    connection
        .prepare_cached("UPDATE devices SET thumbprint = ?3, public_key = ?4 WHERE org = ?1 AND device = ?2")?
        .execute(params![scope.org(), device, thumbprint, print("key", &new.key)?])?;
    Ok(true)
}
