//! Evidence as it lies in the store: as it came, with what was made of it last.

use agent_core::wire::{id::DeviceId, message::Attestation};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::judgement::Attested;
use crate::{
    judging::{Finding, FindingKind},
    scope::Scope,
    store::{StoreError, from_ms, parse, print, to_ms},
};

/// How many pieces of a device are told.
const TOLD: u32 = 20;

/// One piece of evidence, judged.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// The key that it speaks for.
    pub(crate) thumbprint: String,
    /// The challenge that it must answer.
    pub(crate) challenge: Option<String>,
    pub(crate) evidence: Attestation,
    pub(crate) attested: Attested,
}

/// One piece of evidence, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptEvidence {
    /// Counted from 1 for each device.
    pub number: u64,
    /// The thumbprint of the key that it speaks for.
    pub thumbprint: String,
    /// Whether it is the newest, on which verdicts rest.
    pub current: bool,
    /// Whether everything that was asked is proved.
    pub proved: bool,
    /// What was made of it; absent where the policy does not look at evidence.
    pub judged: Option<Attested>,
}

/// Keeps a piece as the device's newest. A key that lives in a lesser place than the one before is a finding.
pub(crate) fn keep(connection: &Connection, scope: Scope, device: DeviceId, piece: &Piece) -> Result<(), StoreError> {
    let key = params![scope.org(), device.to_bytes()];
    let before: Option<(i64, String)> = connection
        .prepare_cached("SELECT number, judgement FROM attestations WHERE org = ?1 AND device = ?2 AND current = 1")?
        .query_row(key, |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    supersede(connection, scope, device)?;
    let number: i64 = connection
        .prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM attestations WHERE org = ?1 AND device = ?2")?
        .query_row(key, |row| row.get(0))?;
    let attested = &piece.attested;
    connection
        .prepare_cached(
            "INSERT INTO attestations (org, device, number, thumbprint, received_at, challenge, challenged_at, evidence,
                basis, proved, judgement, current)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1)",
        )?
        .execute(params![
            scope.org(),
            device.to_bytes(),
            number,
            piece.thumbprint,
            to_ms(attested.received_at),
            piece.challenge,
            attested.challenged_at.map(to_ms),
            print("evidence", &piece.evidence)?,
            attested.basis,
            attested.is_proved(),
            print("judgement", attested)?,
        ])?;
    if let Some((earlier, text)) = before
        && let Some(before) = read(&text)?
        && level(&before) > level(attested)
    {
        let side = |number: i64, attested: &Attested| {
            serde_json::json!({
                "number": number, "receivedAt": attested.received_at, "keyLevel": attested.values.key_level,
                "reasons": attested.codes(),
            })
        };
        let detail = serde_json::json!({ "before": side(earlier, &before), "after": side(number, attested) });
        Finding { kind: FindingKind::KeyLevelFell, sequence: number.unsigned_abs(), hash: None, detail }.note(
            connection,
            scope,
            device,
            attested.received_at,
        )?;
    }
    Ok(())
}

/// No piece speaks for the device's key any more.
pub(crate) fn supersede(connection: &Connection, scope: Scope, device: DeviceId) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE attestations SET current = 0 WHERE org = ?1 AND device = ?2 AND current = 1")?
        .execute(params![scope.org(), device.to_bytes()])?;
    Ok(())
}

/// How good the place of the key is; nothing proved is the least.
fn level(attested: &Attested) -> u8 {
    match attested.values.key_level.as_deref() {
        Some("strong-box") => 3,
        Some("trusted-environment" | "secure-enclave") => 2,
        Some(_) => 1,
        None => 0,
    }
}

/// What was made of a piece; none where the policy did not look at it.
pub(super) fn read(text: &str) -> Result<Option<Attested>, StoreError> {
    if text == "{}" { Ok(None) } else { parse("judgement", text).map(Some) }
}

/// The evidence of a device, newest first.
pub fn history(connection: &Connection, scope: Scope, device: DeviceId) -> Result<Vec<KeptEvidence>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, thumbprint, current, proved, judgement FROM attestations
         WHERE org = ?1 AND device = ?2 ORDER BY number DESC LIMIT ?3",
    )?;
    let mut rows = statement.query(params![scope.org(), device.to_bytes(), TOLD])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(KeptEvidence {
            number: row.get::<_, i64>(0)?.unsigned_abs(),
            thumbprint: row.get(1)?,
            current: row.get(2)?,
            proved: row.get(3)?,
            judged: read(&row.get::<_, String>(4)?)?,
        });
    }
    Ok(all)
}

/// A stored piece that is to be judged again.
pub(super) struct Stale {
    pub(super) device: DeviceId,
    pub(super) number: i64,
    pub(super) key: String,
    pub(super) received_at: Timestamp,
    pub(super) challenge: Option<(String, Timestamp)>,
    pub(super) evidence: Attestation,
    pub(super) was_proved: bool,
}

/// Some current pieces of a group that were held against something else than this.
pub(super) fn stale(
    connection: &Connection,
    scope: Scope,
    group: &str,
    basis: &str,
    most: u32,
) -> Result<Vec<Stale>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT a.device, a.number, d.public_key, a.received_at, a.challenge, a.challenged_at, a.evidence, a.proved
         FROM attestations a JOIN devices d USING (org, device) JOIN device_states s USING (org, device)
         WHERE a.org = ?1 AND a.current = 1 AND s.grp = ?2 AND a.basis <> ?3 AND s.left_at IS NULL LIMIT ?4",
    )?;
    let mut rows = statement.query(params![scope.org(), group, basis, most])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let challenge: (Option<String>, Option<i64>) = (row.get(4)?, row.get(5)?);
        all.push(Stale {
            device: DeviceId::from_bytes(row.get(0)?),
            number: row.get(1)?,
            key: row.get(2)?,
            received_at: from_ms(row.get(3)?),
            challenge: challenge.0.zip(challenge.1.map(from_ms)),
            evidence: parse("evidence", &row.get::<_, String>(6)?)?,
            was_proved: row.get(7)?,
        });
    }
    Ok(all)
}

/// Writes what was made of a piece anew. False where it is not the newest of its device any more.
pub(super) fn rewrite(
    connection: &Connection,
    scope: Scope,
    stale: &Stale,
    basis: &str,
    attested: Option<&Attested>,
) -> Result<bool, StoreError> {
    let text = attested.map_or_else(|| Ok("{}".to_owned()), |attested| print("judgement", attested))?;
    let changed = connection
        .prepare_cached(
            "UPDATE attestations SET basis = ?4, proved = ?5, judgement = ?6
             WHERE org = ?1 AND device = ?2 AND number = ?3 AND current = 1",
        )?
        .execute(params![
            scope.org(),
            stale.device.to_bytes(),
            stale.number,
            basis,
            attested.is_some_and(Attested::is_proved),
            text,
        ])?;
    Ok(changed == 1)
}
