//! Fresh evidence for the key that signs: sealed where the server would like it, and kept until the server has said what
//! it is worth. As with reports, what was on its way is sent again with the same bytes.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    answer::{self, Refusal},
    channel::Channel,
    contact::{Contact, EvidenceTold},
    enrolment::Enrolled,
    error::AgentError,
    ledger::Sent,
    ports::{Ports, STATE},
    statements::Statements,
    storage::{Storage, StorageError, read_json, write_json},
    transport::{ContentType, Request},
};
use crate::wire::{
    envelope::{Kind, seal},
    evidence::{EvidenceMessage, EvidenceReceipt},
    id::DeviceId,
};

const NAME: &str = "evidence.json";

/// Evidence that waits for the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Waiting {
    device: DeviceId,
    /// The thumbprint of the key that it is for, and that sealed it.
    key: String,
    envelope: String,
}

/// Asks for an assertion by hardware that was attested before, and lets it wait for the next delivery. False where only
/// another key brings fresh evidence.
pub(super) fn make(ports: &Ports, enrolled: &Enrolled, now: Timestamp) -> Result<bool, AgentError> {
    let Some(source) = &ports.attestation else { return Ok(false) };
    let storage = &*ports.storage;
    let _state = storage.lock(STATE)?;
    let mut contact = Contact::load(storage, enrolled)?;
    let is_refused = contact.evidence_told.as_ref().is_some_and(|told| !told.proved);
    if is_refused || Statements::load(storage, enrolled.device)?.rotates() {
        return Ok(false);
    }
    let evidence = match source.assertion(contact.challenge.as_bytes()) {
        Ok(Some(evidence)) => evidence,
        Ok(None) => return Ok(false),
        // Hardware that does not answer now is asked again with the next delivery: an assertion costs nobody anything.
        Err(_) => return Ok(true),
    };
    let message = EvidenceMessage {
        audience: enrolled.audience.clone(),
        device: enrolled.device,
        challenge: contact.challenge.clone(),
        at: now,
        evidence,
    };
    let envelope = seal(Kind::Evidence, &message, &*ports.signer)?;
    let key = ports.signer.public_key()?.thumbprint();
    write_json(storage, NAME, &Waiting { device: enrolled.device, key, envelope })?;
    contact.evidence_made_at = Some(now);
    contact.save(storage)?;
    Ok(true)
}

/// Nothing waits any more.
pub(super) fn forget(storage: &dyn Storage) -> Result<(), StorageError> {
    storage.remove(NAME)
}

/// Sends what waits. Gives what was in the way, and how long the server asked to wait.
pub(super) async fn send(
    channel: &Channel<'_>,
    enrolled: &Enrolled,
) -> Result<Option<(Refusal, Option<Duration>)>, AgentError> {
    // Hosts have none.
    if !channel.ports.platform.is_phone() {
        return Ok(None);
    }
    let storage = &*channel.ports.storage;
    let kept: Option<Waiting> = read_json(storage, NAME)?;
    let Some(waiting) = kept else { return Ok(None) };
    let Ok(key) = channel.ports.signer.public_key() else { return Ok(None) };
    if waiting.device != enrolled.device || waiting.key != key.thumbprint() {
        // Another key signs by now, and no server takes the word of the one before.
        forget(storage)?;
        return Ok(None);
    }
    let request = Request::post("/v1/attestations", ContentType::Jose, waiting.envelope.clone().into_bytes());
    let sent = channel.send(Sent::Evidence, None, &waiting.envelope, request).await?;
    let receipt: Result<EvidenceReceipt, Refusal> = sent.and_then(|response| answer::read(&response));
    channel.answered(&waiting.envelope, &receipt)?;

    let _state = storage.lock(STATE)?;
    let time = channel.ports.time();
    let now = time.wall;
    let mut contact = Contact::load(storage, enrolled)?;
    let told = match receipt {
        Ok(EvidenceReceipt { proved, reasons, .. }) => EvidenceTold { at: now, proved, reasons },
        Err(Refusal::ForGood(problem)) => {
            contact.challenge_spent |= problem.code == "challenge-invalid";
            EvidenceTold { at: now, proved: false, reasons: vec![problem.code] }
        }
        Err(refusal) => {
            let asked = if let Refusal::Later(_, asked) = &refusal { *asked } else { None };
            return Ok(Some((refusal, asked)));
        }
    };
    contact.attempted(&time);
    contact.succeeded();
    if told.proved {
        contact.evidence_wanted_at = None;
    } else {
        // The other way, a key with an attestation of its own, need not wait.
        contact.evidence_made_at = None;
    }
    contact.evidence_told = Some(told);
    contact.save(storage)?;
    forget(storage)?;
    Ok(None)
}
