//! Enrolment: a token and a new key become a device. A lost answer does not burn the token: the same token with the
//! same key gets the same device again.

use std::sync::Arc;

use agent_core::{
    judge::Platform,
    wire::{
        envelope::{Kind, Unverified, sha256},
        id::DeviceId,
        key::VerifyingKey,
        message::{EnrolmentAnswer, EnrolmentRequest, common_schema},
    },
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    challenge::{self, Subject},
    device_keys,
    evidence::{self, Claim},
    gone::gone,
    registry::Registered,
    served,
    verify::refusal,
};
use crate::{
    api::problem::{Problem, ProblemCode},
    evidence::{Material, Piece},
    judging::{Desk, Finding, FindingKind, Record, judge},
    keys::random,
    mdm::under_reference,
    scope::Scope,
    server::Server,
    store::{Store, StoreError, cut, from_ms, print, to_ms},
};

/// How old the challenge of an enrolment may be.
const OLDEST_CHALLENGE: SignedDuration = SignedDuration::from_hours(1);

/// An enrolment whose key has proven itself.
pub(crate) struct VerifiedEnrolment {
    request: EnrolmentRequest,
    /// The newest report schema that both sides speak.
    schema: u32,
    scope: Scope,
    token_hash: [u8; 32],
    thumbprint: String,
    key: VerifyingKey,
}

impl VerifiedEnrolment {
    /// The hash of its token.
    pub(crate) const fn token_hash(&self) -> &[u8; 32] {
        &self.token_hash
    }
}

/// Verifies that the new key signed the request, for this server, with a challenge of its token.
pub(crate) fn verify(server: &Server, envelope: &str, now: Timestamp) -> Result<VerifiedEnrolment, Problem> {
    let unverified = Unverified::parse(envelope).map_err(refusal)?;
    let claimed: EnrolmentRequest = unverified.read_unverified().map_err(refusal)?;
    let key = VerifyingKey::try_from(&claimed.key)
        .map_err(|_| ProblemCode::MalformedRequest.detail("`key` is no P-256 or Ed25519 key"))?;
    let request: EnrolmentRequest =
        unverified.verify(Kind::Enrolment, &key).and_then(|verified| verified.read()).map_err(refusal)?;
    let schema = common_schema(&request.schema_versions).ok_or(ProblemCode::SchemaUnsupported)?;
    if request.device_ref.as_ref().is_some_and(|device_ref| device_ref.chars().count() > 120) {
        return Err(ProblemCode::MalformedRequest.detail("`deviceRef` is at most 120 characters"));
    }
    let token_hash = sha256(request.token.as_bytes());
    let issued = challenge::issued_at(&server.keys, Subject::Token(token_hash), &request.challenge);
    if !issued.is_some_and(|issued| issued <= now && now.duration_since(issued) <= OLDEST_CHALLENGE) {
        return Err(ProblemCode::ChallengeInvalid.into());
    }
    // A token names its organisation; whether it exists is looked up in that organisation alone.
    let token: DeviceId = request.token.parse().map_err(|_| ProblemCode::EnrolmentRefused)?;
    let scope = Scope::proven(token.organisation());
    if request.audience != server.audience(scope) {
        return Err(ProblemCode::EnrolmentRefused.into());
    }
    let thumbprint = request.key.thumbprint();
    Ok(VerifiedEnrolment { request, schema, scope, token_hash, thumbprint, key })
}

/// Enrols, and answers.
pub(crate) async fn enrol(
    server: &Arc<Server>,
    enrolment: VerifiedEnrolment,
    now: Timestamp,
) -> Result<EnrolmentAnswer, Problem> {
    let (scope, schema, key) = (enrolment.scope, enrolment.schema, enrolment.key.clone());
    let random = random().map_err(|_| ProblemCode::Internal)?;
    let piece = evidence(server, &enrolment, now).await?;
    let enrolled = server
        .store
        .commit(move |connection, desk| take_in(connection, desk, (&enrolment, piece.as_ref()), random, cut(now)))
        .await??;
    let registered =
        Registered { scope, device: enrolled.device, group: enrolled.group, key, replaced_at: None, gone: None };
    answer(server, &registered, (schema, enrolled.at), now).await
}

/// What its evidence is worth in the group that the token leads to. Not looked at where the device is known already, nor
/// for a token that lets nobody in: then the answer is the same as ever.
async fn evidence(
    server: &Arc<Server>,
    enrolment: &VerifiedEnrolment,
    now: Timestamp,
) -> Result<Option<Piece>, Problem> {
    let (scope, token_hash, state) = (enrolment.scope, enrolment.token_hash, Arc::clone(server));
    let thumbprint = enrolment.thumbprint.clone();
    let look = move |connection: &Connection| {
        let group: Option<String> = connection
            .prepare_cached(
                "SELECT grp FROM enrolment_tokens t
                 WHERE org = ?1 AND token_hash = ?2 AND used < uses AND expires_at > ?3 AND revoked_at IS NULL
                   AND NOT EXISTS (SELECT 1 FROM devices d
                                   WHERE d.org = ?1 AND d.token_hash = ?2 AND d.thumbprint = ?4)",
            )?
            .query_row(params![scope.org(), token_hash, to_ms(now), thumbprint], |row| row.get(0))
            .optional()?;
        let scales = |group: String| evidence::scales(&state, connection, scope, &group);
        group.map(scales).transpose()
    };
    let Some(scales) = server.store.read(look).await? else { return Ok(None) };
    let request = &enrolment.request;
    let claim = Claim {
        key: &enrolment.key,
        evidence: request.attestation.as_ref().map(Material::alone),
        challenge: request.attestation_challenge.as_ref().unwrap_or(&request.challenge),
        subject: Subject::Token(token_hash),
    };
    evidence::weigh(server, &scales, claim, now)
}

struct Enrolled {
    device: DeviceId,
    group: String,
    at: Timestamp,
}

fn take_in(
    connection: &Connection,
    desk: &mut Desk,
    (enrolment, piece): (&VerifiedEnrolment, Option<&Piece>),
    random: [u8; 12],
    now: Timestamp,
) -> Result<Result<Enrolled, Problem>, StoreError> {
    let (scope, token_hash) = (enrolment.scope, enrolment.token_hash);
    let known: Option<([u8; 16], String, i64, bool)> = connection
        .prepare_cached(
            "SELECT d.device, d.grp, d.enrolled_at, s.left_at IS NOT NULL
             FROM devices d LEFT JOIN device_states s USING (org, device)
             WHERE d.org = ?1 AND d.token_hash = ?2 AND d.thumbprint = ?3",
        )?
        .query_row(params![scope.org(), token_hash, enrolment.thumbprint], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    if let Some((device, group, at, left)) = known {
        // Nobody comes back silently.
        let device = DeviceId::from_bytes(device);
        if left {
            return Ok(Err(gone(connection, scope, device)?.into()));
        }
        return Ok(Ok(Enrolled { device, group, at: from_ms(at) }));
    }
    let group: Option<String> = connection
        .prepare_cached(
            "UPDATE enrolment_tokens SET used = used + 1
             WHERE org = ?1 AND token_hash = ?2 AND used < uses AND expires_at > ?3 AND revoked_at IS NULL
             RETURNING grp",
        )?
        .query_row(params![scope.org(), token_hash, to_ms(now)], |row| row.get(0))
        .optional()?;
    let taken = device_keys::is_known(connection, &enrolment.thumbprint)?;
    let Some(group) = group.filter(|_| !taken) else { return Ok(Err(ProblemCode::EnrolmentRefused.into())) };
    let device = DeviceId::new(scope.org(), random);
    for earlier in under_reference(connection, scope, enrolment.request.device_ref.as_deref())? {
        let detail = serde_json::json!({ "device": device });
        Finding { kind: FindingKind::EnrolledAgain, sequence: 0, hash: None, detail }
            .note(connection, scope, earlier, now)?;
    }
    insert_device(connection, enrolment, device, &group, now)?;
    let mut record = Record::enrolled(scope, device, group.clone(), enrolment.request.platform, now);
    if let Some(piece) = piece {
        crate::evidence::keep(connection, scope, device, piece)?;
        record.proofs.attested = Some(piece.attested.clone());
    }
    let rules = desk.rules(connection, scope)?;
    let changed = judge(connection, desk, &mut record, &rules, now)?;
    record.save(connection, changed)?;
    Ok(Ok(Enrolled { device, group, at: now }))
}

fn insert_device(
    connection: &Connection,
    enrolment: &VerifiedEnrolment,
    device: DeviceId,
    group: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let request = &enrolment.request;
    connection
        .prepare_cached(
            "INSERT INTO devices
                (org, device, grp, platform, public_key, thumbprint, token_hash, device_ref, enrolled_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            enrolment.scope.org(),
            device.to_bytes(),
            group,
            Platform::as_str(request.platform),
            print("key", &request.key)?,
            enrolment.thumbprint,
            enrolment.token_hash,
            request.device_ref,
            to_ms(now),
        ])?;
    Ok(())
}

async fn answer(
    server: &Server,
    device: &Registered,
    (schema, enrolled_at): (u32, Timestamp),
    now: Timestamp,
) -> Result<EnrolmentAnswer, Problem> {
    let scope = device.scope;
    let (rules, organisation) = server.store.read(move |connection| about(connection, scope)).await?;
    let internal = |_| Problem::from(ProblemCode::Internal);
    Ok(EnrolmentAnswer {
        device: device.device,
        audience: server.audience(scope),
        schema_version: schema,
        organisation,
        enrolled_at,
        keys: served::keys(server, scope, enrolled_at).map_err(internal)?.envelope,
        policy: served::policy(server, &rules, device, now).map_err(internal)?.envelope,
        challenge: challenge::issue(&server.keys, Subject::Device(device.device), now),
        server_time: cut(now),
    })
}

fn about(connection: &Connection, scope: Scope) -> Result<(crate::judging::Rules, String), StoreError> {
    let name = connection
        .prepare_cached("SELECT name FROM organisations WHERE org = ?1")?
        .query_row([scope.org()], |row| row.get(0))?;
    Ok((served::rules(connection, scope)?, name))
}

/// The organisation whose audience goes with a challenge for a token: the token's own, or for an unknown token any
/// that exists, always the same for the same token. So nobody learns whether a token is real.
pub(crate) async fn organisation_of(server: &Server, token_hash: [u8; 32]) -> Result<Scope, StoreError> {
    let guess = server.keys.derive("audience of an unknown token", &[&token_hash]);
    let guess = u32::from_be_bytes([guess[0], guess[1], guess[2], guess[3]]);
    let org = find_organisation(&server.store, token_hash, guess).await?;
    Ok(Scope::proven(org))
}

async fn find_organisation(store: &Store, token_hash: [u8; 32], guess: u32) -> Result<u32, StoreError> {
    store
        .read(move |connection| {
            let known: Option<u32> = connection
                .prepare_cached("SELECT org FROM enrolment_tokens WHERE token_hash = ?1")?
                .query_row([token_hash], |row| row.get(0))
                .optional()?;
            let all = connection
                .prepare_cached("SELECT org FROM organisations ORDER BY org")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<Vec<u32>, _>>()?;
            let place = usize::try_from(guess).unwrap_or_default() % all.len().max(1);
            Ok(known.unwrap_or_else(|| all.get(place).copied().unwrap_or_default()))
        })
        .await
}
