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
    verify::{present, refusal},
};
use crate::{
    api::problem::{Problem, ProblemCode},
    evidence::{self, Asked, Earlier, Material, Piece, trust::Trust},
    judging::{Changed, Desk, catch_up, judge, policy_of},
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
    Ok((policy_of(connection, scope, group)?.evidence, server.trust.load(connection)?))
}

/// A key, and what is to prove where it lives.
pub(super) struct Claim<'a> {
    pub(super) key: &'a VerifyingKey,
    pub(super) evidence: Option<Material>,
    pub(super) challenge: &'a str,
    /// To whom the challenge was issued.
    pub(super) subject: Subject,
}

/// Judges the evidence for a key. None where there is none, or the policy does not look at it.
pub(super) fn weigh(
    server: &Server,
    (rules, trust): &Scales,
    claim: Claim<'_>,
    now: Timestamp,
) -> Result<Option<Piece>, Problem> {
    let issued = issued(server, claim.subject, claim.challenge, now);
    let challenge = issued.map(|at| (claim.challenge, at));
    let asked = Asked { rules, key: claim.key, challenge, received_at: cut(now) };
    let judged = claim.evidence.and_then(|evidence| {
        let attested = evidence::judge(&evidence, &asked, trust)?;
        Some((evidence, attested))
    });
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
        evidence,
        attested,
    }))
}

/// When the challenge of evidence was issued; none where it was not, or too long ago.
fn issued(server: &Server, subject: Subject, challenge: &str, now: Timestamp) -> Option<Timestamp> {
    challenge::issued_at(&server.keys, subject, challenge)
        .filter(|issued| *issued <= now && now.duration_since(*issued) <= OLDEST_CHALLENGE)
}

/// Evidence that a device sent on its own: signed by the key that it speaks for.
pub(crate) struct VerifiedEvidence {
    pub(crate) registered: Arc<Registered>,
    scales: Scales,
    piece: Piece,
}

impl VerifiedEvidence {
    /// The same, judged from this.
    fn over(&self, evidence: Material) -> Option<Piece> {
        let Piece { thumbprint, challenge, attested, .. } = &self.piece;
        let asked = Asked {
            rules: &self.scales.0,
            key: &self.registered.key,
            challenge: challenge.as_deref().zip(attested.challenged_at),
            received_at: attested.received_at,
        };
        let attested = evidence::judge(&evidence, &asked, &self.scales.1)?;
        Some(Piece { thumbprint: thumbprint.clone(), challenge: challenge.clone(), evidence, attested })
    }

    /// As it stands now that nothing else is committed: other assertions of its key may have come since it was judged.
    fn newest(&self, connection: &Connection) -> Result<Piece, StoreError> {
        let again = || -> Result<Option<Piece>, StoreError> {
            let (scope, device) = (self.registered.scope, self.registered.device);
            let Some(assertion) = self.piece.evidence.assertion() else { return Ok(None) };
            let key = self.piece.attested.asserted.as_ref().and_then(|asserted| asserted.key.as_deref());
            let Some(key) = key else { return Ok(None) };
            let highest = evidence::highest_counter(connection, scope, device, key)?;
            if highest == assertion.previous {
                return Ok(None);
            }
            Ok(self.over(Material::asserted(&assertion.object, assertion.attestation.clone(), highest)))
        };
        Ok(again()?.unwrap_or_else(|| self.piece.clone()))
    }
}

/// What is held against an assertion: the attestations of the key that sent it, with the highest counters of their keys.
type Held = Vec<(Earlier, u32)>;

fn held(connection: &Connection, device: &Registered) -> Result<Held, StoreError> {
    let (scope, id) = (device.scope, device.device);
    let all = evidence::attestations(connection, scope, id, device.key.thumbprint())?;
    let with_counter = |earlier: Earlier| {
        let key = evidence::attested_key(&earlier.object);
        let highest = key.map(|key| evidence::highest_counter(connection, scope, id, &key)).transpose()?;
        Ok((earlier, highest.unwrap_or_default()))
    };
    all.into_iter().map(with_counter).collect()
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
    let asserts = matches!(message.evidence, Attestation::AppAssertion(_));
    let look = move |connection: &Connection| {
        let held = if asserts { held(connection, &device)? } else { Held::new() };
        Ok((scales(&state, connection, device.scope, &device.group)?, held))
    };
    let (mut scales, held) = server.store.read(look).await?;
    if scales.0.attestation == AttestationDemand::Required {
        // Who is in stays in: what is missing is shown and judged, not refused.
        scales.0.attestation = AttestationDemand::Recorded;
    }
    let evidence = match &message.evidence {
        Attestation::AppAssertion(object) => {
            let (rules, trust) = &scales;
            let asked = Asked { rules, key: &registered.key, challenge: None, received_at: cut(now) };
            let (attestation, previous) = evidence::standing(held, &asked, trust).unzip();
            Material::asserted(object, attestation, previous.unwrap_or_default())
        }
        other => Material::alone(other),
    };
    let claim = Claim { key: &registered.key, evidence: Some(evidence), challenge: &message.challenge, subject };
    let piece = weigh(server, &scales, claim, now)?
        .ok_or_else(|| ProblemCode::MalformedRequest.detail("the policy of this group does not look at evidence"))?;
    Ok(VerifiedEvidence { registered, scales, piece })
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
    // An assertion that is sent twice is answered twice, and counted once.
    if let Some(kept) = evidence::repeated(connection, scope, device, &verified.piece)? {
        let piece = verified.over(kept);
        desk.put(record);
        return Ok(Ok(receipt(&piece.as_ref().unwrap_or(&verified.piece).attested, now)));
    }
    let piece = verified.newest(connection)?;
    let attested = &piece.attested;
    let same = |held: &evidence::Attested| {
        held.challenged_at == attested.challenged_at
            && held.asserted == attested.asserted
            && held.values == attested.values
            && held.gaps == attested.gaps
    };
    // What is sent twice is kept once.
    if !record.proofs.attested.as_ref().is_some_and(same) {
        let rules = desk.rules(connection, scope)?;
        catch_up(connection, desk, &mut record, &rules, now)?;
        evidence::keep(connection, scope, device, &piece)?;
        record.proofs.attested = Some(attested.clone());
        judge(connection, desk, &mut record, &rules, now)?;
        record.save(connection, Changed { documents: true })?;
    }
    desk.put(record);
    Ok(Ok(receipt(attested, now)))
}

fn receipt(attested: &evidence::Attested, now: Timestamp) -> EvidenceReceipt {
    let reasons = attested.codes().into_iter().map(str::to_owned).collect();
    EvidenceReceipt { proved: attested.is_proved(), reasons, server_time: now }
}
