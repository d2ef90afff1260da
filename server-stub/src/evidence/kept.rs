//! Evidence as it lies in the store: as it came, with what was made of it last.

use agent_core::wire::id::DeviceId;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    judgement::Attested,
    material::{Earlier, Material},
};
use crate::{
    attestation::Reason,
    judging::{Finding, FindingKind},
    scope::Scope,
    store::{StoreError, from_ms, parse, print, to_ms},
};

/// How many pieces of a device are told.
const TOLD: u32 = 20;
/// How many attestations of one key are looked at for an assertion: a phone makes one.
const ATTESTATIONS: u32 = 5;

/// One piece of evidence, judged.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// The key that it speaks for.
    pub(crate) thumbprint: String,
    /// The challenge that it must answer.
    pub(crate) challenge: Option<String>,
    pub(crate) evidence: Material,
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

/// Keeps a piece as the device's newest. A key that lives in a lesser place than the one before is a finding, and so is a
/// counter that did not rise.
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
    let counted = attested.counted();
    connection
        .prepare_cached(
            "INSERT INTO attestations (org, device, number, thumbprint, received_at, challenge, challenged_at, evidence,
                basis, proved, judgement, current, app_key, counter)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, ?12, ?13)",
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
            counted.map(|(key, _)| key),
            counted.map(|(_, counter)| counter),
        ])?;
    if let (Some((_, counter)), Some(asserted)) = (counted, &attested.asserted)
        && attested.lacks(Reason::CounterNotRising)
    {
        let detail = serde_json::json!({ "before": asserted.previous, "after": counter });
        let sequence = number.unsigned_abs();
        let finding = Finding { kind: FindingKind::CounterNotRising, sequence, hash: None, detail };
        finding.note(connection, scope, device, attested.received_at)?;
    }
    // An assertion is by a key that was there before: where it proves nothing, that key lives where it lived.
    if piece.evidence.assertion().is_some() {
        return Ok(());
    }
    if let Some((earlier, text)) = before
        && let Some(before) = judged(&text)?
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

/// The App Attest attestations that came for this key of a device, newest first.
pub(crate) fn attestations(
    connection: &Connection,
    scope: Scope,
    device: DeviceId,
    thumbprint: &str,
) -> Result<Vec<Earlier>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT evidence, challenge, challenged_at, received_at FROM attestations
         WHERE org = ?1 AND device = ?2 AND thumbprint = ?3 AND challenge IS NOT NULL
           AND json_extract(evidence, '$.\"app-attest\"') IS NOT NULL
         ORDER BY number DESC LIMIT ?4",
    )?;
    let mut rows = statement.query(params![scope.org(), device.to_bytes(), thumbprint, ATTESTATIONS])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        if let Material::AppAttest(object) = parse("evidence", &row.get::<_, String>(0)?)? {
            let (challenged_at, received_at) = (from_ms(row.get(2)?), from_ms(row.get(3)?));
            all.push(Earlier { object, challenge: row.get(1)?, challenged_at, received_at });
        }
    }
    Ok(all)
}

/// The highest counter that was seen of an attested key of a device.
pub(crate) fn highest_counter(
    connection: &Connection,
    scope: Scope,
    device: DeviceId,
    app_key: &str,
) -> Result<u32, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT coalesce(max(counter), 0) FROM attestations WHERE org = ?1 AND device = ?2 AND app_key = ?3",
        )?
        .query_row(params![scope.org(), device.to_bytes(), app_key], |row| row.get(0))?)
}

/// The same assertion over the same challenge as it was kept; none where it comes for the first time.
pub(crate) fn repeated(
    connection: &Connection,
    scope: Scope,
    device: DeviceId,
    piece: &Piece,
) -> Result<Option<Material>, StoreError> {
    let Some(sent) = piece.evidence.assertion() else { return Ok(None) };
    let text: Option<String> = connection
        .prepare_cached(
            "SELECT evidence FROM attestations
             WHERE org = ?1 AND device = ?2 AND thumbprint = ?3 AND challenge IS ?4
               AND json_extract(evidence, '$.\"app-assertion\".object') = ?5
             ORDER BY number LIMIT 1",
        )?
        .query_row(params![scope.org(), device.to_bytes(), piece.thumbprint, piece.challenge, sent.object], |row| {
            row.get(0)
        })
        .optional()?;
    text.map(|text| parse("evidence", &text)).transpose()
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
pub(crate) fn judged(text: &str) -> Result<Option<Attested>, StoreError> {
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
            judged: judged(&row.get::<_, String>(4)?)?,
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
    pub(super) evidence: Material,
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
