//! What a person says: verified like a report, committed in the group's transaction, and judged with at once.

use std::sync::Arc;

use agent_core::wire::{
    envelope::{self, Kind, Unverified, hex},
    key::VerifyingKey,
    key_rotation::{KeyRotation, Possession},
    statement::{Content, Receipt, Statement},
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    challenge::{self, Subject},
    device_keys,
    evidence::{self, Claim},
    gone::gone,
    registry::Registered,
    verify::{find, may_sign, refusal},
};
use crate::{
    api::problem::{Problem, ProblemCode},
    evidence::{Material, Piece},
    judging::{Changed, Desk, Finding, FindingKind, Record, Rules, catch_up, judge, leave},
    keys::Keys,
    server::Server,
    store::{StoreError, cut, number, to_ms},
};

/// A statement that its device has certainly signed for this server.
#[derive(Debug, Clone)]
pub(crate) struct VerifiedStatement {
    pub(crate) registered: Arc<Registered>,
    pub(crate) statement: Statement,
    envelope: String,
    hash: [u8; 32],
    /// When its challenge was issued.
    challenged_at: Timestamp,
    /// The key that takes the place of the device's, where it says so: proven to be there, with what is proved of where
    /// it lives.
    rotation: Option<(Possession, Option<Piece>)>,
}

impl VerifiedStatement {
    /// Whether it puts another key in the place of the device's.
    pub(crate) const fn is_rotation(&self) -> bool {
        self.rotation.is_some()
    }
}

/// Verifies a statement's envelope. A device that has left may repeat what it said.
pub(crate) async fn verify(server: &Arc<Server>, envelope: String) -> Result<VerifiedStatement, Problem> {
    let unverified = Unverified::parse(&envelope).map_err(refusal)?;
    let registered = find(server, unverified.key_thumbprint()).await?;
    let verified = unverified.verify(Kind::Statement, &registered.key).map_err(refusal)?;
    let statement: Statement = verified.read().map_err(|_| ProblemCode::FieldNotAllowed)?;
    if statement.audience != server.audience(registered.scope) || statement.device != registered.device {
        return Err(ProblemCode::AudienceMismatch.into());
    }
    let challenged_at = challenge::issued_at(&server.keys, Subject::Device(statement.device), &statement.challenge)
        .ok_or(ProblemCode::ChallengeInvalid)?;
    may_sign(server, &registered, challenged_at)?;
    let rotation = match &statement.content {
        Content::KeyRotation(rotation) => {
            let possession = possession(rotation, &statement, &registered)?;
            let piece = evidence_of(server, &possession, &registered).await?;
            Some((possession, piece))
        }
        _ => None,
    };
    let hash = envelope::hash(&envelope);
    Ok(VerifiedStatement { registered, statement, envelope, hash, challenged_at, rotation })
}

/// The new key is there, and means this device, this server, this challenge and the key that signed the statement.
fn possession(rotation: &KeyRotation, statement: &Statement, old: &Registered) -> Result<Possession, Problem> {
    let (possession, _) = rotation.verify().map_err(refusal)?;
    let same = possession.audience == statement.audience
        && possession.device == statement.device
        && possession.challenge == statement.challenge
        && possession.replaces == old.key.thumbprint();
    if same { Ok(possession) } else { Err(ProblemCode::AudienceMismatch.into()) }
}

/// What the evidence for a new key is worth.
async fn evidence_of(
    server: &Arc<Server>,
    possession: &Possession,
    registered: &Arc<Registered>,
) -> Result<Option<Piece>, Problem> {
    let key = VerifyingKey::try_from(&possession.key)
        .map_err(|_| ProblemCode::MalformedRequest.detail("the new key is no P-256 or Ed25519 key"))?;
    let (state, device) = (Arc::clone(server), Arc::clone(registered));
    let look = move |connection: &Connection| evidence::scales(&state, connection, device.scope, &device.group);
    let scales = server.store.read(look).await?;
    let claim = Claim {
        key: &key,
        evidence: possession.attestation.as_ref().map(Material::alone),
        challenge: &possession.challenge,
        subject: Subject::Device(possession.device),
    };
    evidence::weigh(server, &scales, claim, server.now())
}

/// Commits one statement that was received at a moment.
pub(crate) fn commit(
    connection: &Connection,
    desk: &mut Desk,
    keys: &Keys,
    verified: &VerifiedStatement,
    received_at: Timestamp,
) -> Result<Result<Receipt, Problem>, StoreError> {
    let (scope, statement) = (verified.registered.scope, &verified.statement);
    let Some(mut record) = desk.take(connection, scope, statement.device)? else {
        return Ok(Err(ProblemCode::UnknownKey.into()));
    };
    // A server's clock that was set back never makes history run backwards.
    let now = cut(received_at).max(record.judged_at);
    let outcome = match stored(connection, &record, statement.number)? {
        Some(hash) if hash == verified.hash => Ok(()),
        _ if record.left_at.is_some() => Err(gone(connection, scope, statement.device)?.into()),
        Some(_) => {
            conflict(connection, &record, verified, now)?;
            Err(ProblemCode::StatementNumberConflict.into())
        }
        None if statement.number <= record.last_statement => Err(ProblemCode::StatementNumberPassed.into()),
        None if !takes_place(connection, &mut record, verified, now)? => Err(ProblemCode::UnknownKey.into()),
        None => {
            let rules = desk.rules(connection, scope)?;
            take_in(connection, desk, &mut record, &rules, verified, now)?;
            Ok(())
        }
    };
    let receipt = outcome.map(|()| Receipt {
        number: statement.number,
        statement_hash: hex(&verified.hash),
        // The newest challenge stays the newest: a report that waits behind this statement carries it.
        challenge: challenge::issue(keys, Subject::Device(record.device), record.challenged_at),
        server_time: now,
    });
    desk.put(record);
    Ok(receipt)
}

/// Puts a new key in its place, where the statement brings one.
fn takes_place(
    connection: &Connection,
    record: &mut Record,
    verified: &VerifiedStatement,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some((possession, piece)) = &verified.rotation else { return Ok(true) };
    let (scope, device) = (record.scope, record.device);
    if !device_keys::replace(connection, scope, possession, number(verified.statement.number)?, now)? {
        return Ok(false);
    }
    match piece {
        Some(piece) => crate::evidence::keep(connection, scope, device, piece)?,
        // What was proved of the key before says nothing of this one.
        None => crate::evidence::supersede(connection, scope, device)?,
    }
    record.proofs.attested = piece.as_ref().map(|piece| piece.attested.clone());
    Ok(true)
}

/// A new statement: its row, what it changes, and the judgement with it.
fn take_in(
    connection: &Connection,
    desk: &mut Desk,
    record: &mut Record,
    rules: &Rules,
    verified: &VerifiedStatement,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = &verified.statement;
    let made_at = cut(statement.at).clamp(verified.challenged_at.min(now), now);
    let on = rules.policy(&record.group).quiet_hours.zone.to_datetime(made_at).date();
    let kind = match statement.content {
        Content::Acknowledgement(_) => "acknowledgement",
        Content::Declaration(_) => "declaration",
        Content::Pause(_) => "pause",
        Content::KeyRotation(_) => "key-rotation",
        Content::Withdrawal {} => "withdrawal",
    };
    connection
        .prepare_cached(
            "INSERT INTO statements (org, device, number, received_at, made_at, made_on, kind, hash, envelope)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            record.scope.org(),
            record.device.to_bytes(),
            number(statement.number)?,
            to_ms(now),
            to_ms(made_at),
            on.to_string(),
            kind,
            verified.hash,
            verified.envelope,
        ])?;
    // What came due before this was said came due without it.
    catch_up(connection, desk, record, rules, now)?;
    record.last_statement = statement.number;
    record.statements += 1;
    record.said.hear(&statement.content, now, on);
    judge(connection, desk, record, rules, now)?;
    if statement.content == (Content::Withdrawal {}) {
        leave(connection, desk, record, rules, now)?;
    }
    record.save(connection, Changed { documents: true })
}

fn stored(connection: &Connection, record: &Record, at: u64) -> Result<Option<[u8; 32]>, StoreError> {
    let found = connection
        .prepare_cached("SELECT hash FROM statements WHERE org = ?1 AND device = ?2 AND number = ?3")?
        .query_row(params![record.scope.org(), record.device.to_bytes(), number(at)?], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// The same number with other bytes is a finding.
fn conflict(
    connection: &Connection,
    record: &Record,
    verified: &VerifiedStatement,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (kind, hash) = (FindingKind::StatementConflict, Some(verified.hash));
    let finding = Finding { kind, sequence: verified.statement.number, hash, detail: serde_json::json!({}) };
    finding.note(connection, record.scope, record.device, now)
}
