//! What a device hands over to prove where its key lives: at enrolment, with a new key, or on its own.

use std::sync::Arc;

use agent_core::{
    judge::policy::evidence::{AttestationDemand, EvidenceRules},
    wire::{
        envelope::{Kind, Unverified},
        evidence::{EvidenceMessage, EvidenceReceipt},
        key::VerifyingKey,
        message::Attestation,
    },
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::{
    challenge::{self, Subject},
    gone::gone,
    registry::Registered,
    served,
    verify::{present, refusal},
};
use crate::{
    api::problem::{Problem, ProblemCode},
    evidence::{self, Asked, Piece, trust::Trust},
    judging::{Changed, Desk, catch_up, judge},
    scope::Scope,
    server::Server,
    store::{StoreError, cut},
};

/// How old the challenge of evidence may be: an enrolment whose answer was lost is repeated with the evidence of then.
const OLDEST_CHALLENGE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What evidence is held against in one group.
pub(super) type Scales = (EvidenceRules, Arc<Trust>);

/// What evidence is held against in a group.
pub(super) fn scales(
    server: &Server,
    connection: &Connection,
    scope: Scope,
    group: &str,
) -> Result<Scales, StoreError> {
    let rules = served::rules(connection, scope)?;
    Ok((rules.policy(group).evidence.clone(), server.trust.load(connection)?))
}

/// A key, and what is to prove where it lives.
pub(super) struct Claim<'a> {
    pub(super) key: &'a VerifyingKey,
    pub(super) evidence: Option<&'a Attestation>,
    pub(super) challenge: &'a str,
    /// To whom the challenge was issued.
    pub(super) subject: Subject,
}

/// Judges the evidence for a key. None where there is none, or the policy does not look at it.
pub(super) fn weigh(
    server: &Server,
    (rules, trust): &Scales,
    claim: &Claim<'_>,
    now: Timestamp,
) -> Result<Option<Piece>, Problem> {
    let issued = challenge::issued_at(&server.keys, claim.subject, claim.challenge)
        .filter(|issued| *issued <= now && now.duration_since(*issued) <= OLDEST_CHALLENGE);
    let challenge = issued.map(|at| (claim.challenge, at));
    let asked = Asked { rules, key: claim.key, challenge, received_at: cut(now) };
    let judged = claim.evidence.and_then(|evidence| Some((evidence, evidence::judge(evidence, &asked, trust)?)));
    let refused = |why: String| ProblemCode::AttestationRequired.detail(why);
    if rules.attestation == AttestationDemand::Required {
        match &judged {
            None => return Err(refused("it brought none".to_owned())),
            Some((_, attested)) if !attested.is_proved() => return Err(refused(attested.codes().join(", "))),
            Some(_) => {}
        }
    }
    Ok(judged.map(|(evidence, attested)| Piece {
        thumbprint: claim.key.thumbprint().to_owned(),
        challenge: issued.map(|_| claim.challenge.to_owned()),
        evidence: evidence.clone(),
        attested,
    }))
}

/// Evidence that a device sent on its own: signed by the key that it speaks for.
pub(crate) struct VerifiedEvidence {
    pub(crate) registered: Arc<Registered>,
    piece: Piece,
}

/// Verifies the envelope and judges the evidence in it.
pub(crate) async fn verify(server: &Arc<Server>, envelope: String) -> Result<VerifiedEvidence, Problem> {
    let unverified = Unverified::parse(&envelope).map_err(refusal)?;
    let registered = present(server, unverified.key_thumbprint()).await?;
    let verified = unverified.verify(Kind::Evidence, &registered.key).map_err(refusal)?;
    let message: EvidenceMessage = verified.read().map_err(refusal)?;
    if message.audience != server.audience(registered.scope) || message.device != registered.device {
        return Err(ProblemCode::AudienceMismatch.into());
    }
    // A key that another one took the place of needs no evidence any more.
    if registered.replaced_at.is_some() {
        return Err(ProblemCode::UnknownKey.into());
    }
    let now = server.now();
    let subject = Subject::Device(message.device);
    if challenge::issued_at(&server.keys, subject, &message.challenge).is_none() {
        return Err(ProblemCode::ChallengeInvalid.into());
    }
    let (state, device) = (Arc::clone(server), Arc::clone(&registered));
    let mut scales =
        server.store.read(move |connection| scales(&state, connection, device.scope, &device.group)).await?;
    if scales.0.attestation == AttestationDemand::Required {
        // Who is in stays in: what is missing is shown and judged, not refused.
        scales.0.attestation = AttestationDemand::Recorded;
    }
    let claim =
        Claim { key: &registered.key, evidence: Some(&message.evidence), challenge: &message.challenge, subject };
    let piece = weigh(server, &scales, &claim, now)?
        .ok_or_else(|| ProblemCode::MalformedRequest.detail("the policy of this group does not look at evidence"))?;
    Ok(VerifiedEvidence { registered, piece })
}

/// Commits it as the newest evidence of its device, and judges the device with it.
pub(crate) fn commit(
    connection: &Connection,
    desk: &mut Desk,
    verified: &VerifiedEvidence,
    received_at: Timestamp,
) -> Result<Result<EvidenceReceipt, Problem>, StoreError> {
    let (scope, device) = (verified.registered.scope, verified.registered.device);
    let Some(mut record) = desk.take(connection, scope, device)? else {
        return Ok(Err(ProblemCode::UnknownKey.into()));
    };
    if record.left_at.is_some() {
        desk.put(record);
        return Ok(Err(gone(connection, scope, device)?.into()));
    }
    let now = cut(received_at).max(record.judged_at);
    let attested = &verified.piece.attested;
    let same = |held: &evidence::Attested| {
        held.challenged_at == attested.challenged_at && held.values == attested.values && held.gaps == attested.gaps
    };
    // What is sent twice is kept once.
    if !record.proofs.attested.as_ref().is_some_and(same) {
        let rules = desk.rules(connection, scope)?;
        catch_up(connection, desk, &mut record, &rules, now)?;
        evidence::keep(connection, scope, device, &verified.piece)?;
        record.proofs.attested = Some(attested.clone());
        judge(connection, desk, &mut record, &rules, now)?;
        record.save(connection, Changed { documents: true })?;
    }
    desk.put(record);
    let reasons = attested.codes().into_iter().map(str::to_owned).collect();
    Ok(Ok(EvidenceReceipt { proved: attested.is_proved(), reasons, server_time: now }))
}
