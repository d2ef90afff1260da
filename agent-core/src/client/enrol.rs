//! Enrolment: a token and a new key become a device of the fleet.
//!
//! Everything that the answer brings is kept in one write. Until then nothing but the pending enrolment has changed,
//! and the same token with the same key gets the same answer again.

use std::sync::Arc;

use super::{
    answer::{self, Refusal},
    channel::{Asked, Channel},
    contact::Contact,
    enrolment::{Document, Enrolled},
    error::AgentError,
    ledger::Sent,
    pending_enrolment::PendingEnrolment,
    ports::{AttestationSource, STATE},
    refresh::{Refresh, What},
    transport::{ContentType, Request},
    trust::{self, Rules},
};
use crate::wire::{
    envelope::{Kind, hex, seal, sha256},
    message::{ChallengeAnswer, ChallengeRequest, EnrolmentAnswer, EnrolmentRequest, SCHEMA_VERSIONS},
};

/// Enrols and keeps the answer.
pub(super) async fn enrol(
    channel: &Channel<'_>,
    token: &str,
    device_ref: Option<&str>,
) -> Result<Enrolled, AgentError> {
    let storage = &*channel.ports.storage;
    let pending = pending(channel, token).await?;
    let mut answer = ask(channel, token, device_ref, &pending, &pending.challenge).await?;
    if matches!(&answer, Err(Refusal::ForGood(problem)) if problem.code == "challenge-invalid") {
        // The request comes long after its evidence was made. The same key over a new challenge gets the same answer.
        let challenge = challenge(channel, token).await?;
        answer = ask(channel, token, device_ref, &pending, &challenge.challenge).await?;
    }
    if matches!(answer, Err(Refusal::ForGood(_) | Refusal::Left | Refusal::Closed | Refusal::EnrolAgain(_))) {
        PendingEnrolment::forget(storage)?;
    }
    let answer = answer.map_err(Refusal::into_error)?;
    let answered = channel.ports.time();
    let enrolled = believe(channel, answer, &pending.audience, answered.wall)?;

    let _state = storage.lock(STATE)?;
    enrolled.save(storage)?;
    Contact::renew(storage, &enrolled, &answered)?;
    Ok(enrolled)
}

/// The enrolment that this token began before, or a new one: a challenge, and the evidence over it.
async fn pending(channel: &Channel<'_>, token: &str) -> Result<PendingEnrolment, AgentError> {
    let ports = channel.ports;
    let token_hash = hash_of(token);
    if let Some(pending) = PendingEnrolment::load(&*ports.storage, channel.server, &token_hash)? {
        return Ok(pending);
    }
    let ChallengeAnswer { challenge, audience, .. } = challenge(channel, token).await?;
    let attest = |source: &Arc<dyn AttestationSource>| source.attest(challenge.as_bytes());
    let attestation = ports.attestation.as_ref().map(attest).transpose()?.flatten();
    let pending = PendingEnrolment { server: channel.server.to_owned(), token_hash, audience, challenge, attestation };
    if ports.attestation.is_some() {
        pending.save(&*ports.storage)?;
    }
    Ok(pending)
}

async fn challenge(channel: &Channel<'_>, token: &str) -> Result<ChallengeAnswer, AgentError> {
    channel.challenge(&ChallengeRequest::TokenHash(hash_of(token))).await?.map_err(Refusal::into_error)
}

fn hash_of(token: &str) -> String {
    hex(&sha256(token.as_bytes()))
}

async fn ask(
    channel: &Channel<'_>,
    token: &str,
    device_ref: Option<&str>,
    pending: &PendingEnrolment,
    challenge: &str,
) -> Asked<EnrolmentAnswer> {
    let ports = channel.ports;
    let request = EnrolmentRequest {
        audience: pending.audience.clone(),
        token: token.to_owned(),
        challenge: challenge.to_owned(),
        key: ports.signer.public_key()?,
        platform: ports.platform,
        agent_version: ports.agent_version.clone(),
        schema_versions: SCHEMA_VERSIONS.to_vec(),
        device_ref: device_ref.map(str::to_owned),
        attestation: pending.attestation.clone(),
        attestation_challenge: (pending.attestation.is_some() && challenge != pending.challenge)
            .then(|| pending.challenge.clone()),
    };
    let envelope = seal(Kind::Enrolment, &request, &*ports.signer)?;
    let post = Request::post("/v1/enrolments", ContentType::Jose, envelope.clone().into_bytes());
    let response = channel.send(Sent::Enrolment, None, &envelope, post).await?;
    let answer = response.and_then(|response| answer::read(&response));
    channel.answered(&envelope, &answer)?;
    Ok(answer)
}

/// Pins the keys and verifies the policy by them.
fn believe(
    channel: &Channel<'_>,
    answer: EnrolmentAnswer,
    audience: &crate::wire::id::Audience,
    now: jiff::Timestamp,
) -> Result<Enrolled, AgentError> {
    if answer.audience != *audience {
        let why = "it is for another organisation or server than the challenge was".to_owned();
        return Err(AgentError::Untrusted { what: "answer to the enrolment".to_owned(), why });
    }
    if !SCHEMA_VERSIONS.contains(&answer.schema_version) {
        return Err(AgentError::Outdated { offered: answer.schema_version });
    }
    let keys = trust::pin(&answer.keys, audience)?;
    let policy = Document { envelope: answer.policy, key: keys.current, etag: None };
    trust::policy(&policy, audience)?;
    Ok(Enrolled {
        server: channel.server.to_owned(),
        device: answer.device,
        audience: answer.audience,
        organisation: answer.organisation,
        since: answer.enrolled_at,
        schema: answer.schema_version,
        challenge: answer.challenge,
        server_time: answer.server_time,
        answered_at: now,
        keys: answer.keys,
        policy,
        catalogue: None,
    })
}

/// Ends an enrolment that was kept: fetches the catalogue that the first judgement needs. The enrolment stands without
/// it: the first acknowledgement tells of the catalogue again. The evidence goes last, so that a caller who gave up
/// meanwhile and calls again gets the same answer.
pub(super) async fn finish(channel: &Channel<'_>, enrolled: Enrolled) -> Result<(), AgentError> {
    let storage = &*channel.ports.storage;
    let rules = Rules::load(&enrolled, storage)?;
    let contact = Contact::load(storage, &enrolled)?;
    let keys = rules.keys.clone();
    let mut refresh = Refresh { channel, enrolled: enrolled.clone(), contact, rules: &rules, keys };
    let refreshed = refresh.run(&[What::Catalogue]).await?;
    if !refreshed.distrusted.is_empty() {
        let _state = storage.lock(STATE)?;
        let mut contact = Contact::load(storage, &enrolled)?;
        for error in &refreshed.distrusted {
            contact.note(error, channel.ports.clock.now());
        }
        contact.save(storage)?;
    }
    Ok(PendingEnrolment::forget(storage)?)
}
