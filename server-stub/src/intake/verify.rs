//! Is this message what it claims to be? Everything that needs no transaction: form, signature over the received
//! bytes, audience, device, challenge.

use std::sync::Arc;

use agent_core::wire::{
    envelope::{self, EnvelopeError, Kind, Unverified, hex, sha256},
    message::{Proof, SCHEMA_VERSIONS},
    report::Report,
};
use jiff::{SignedDuration, Timestamp};

use super::{
    challenge::{self, Subject},
    registry::Registered,
};
use crate::{
    api::problem::{Problem, ProblemCode},
    server::Server,
};

/// A report that its device has certainly signed for this server.
#[derive(Debug, Clone)]
pub(crate) struct VerifiedReport {
    pub(crate) registered: Arc<Registered>,
    pub(crate) report: Report,
    pub(crate) envelope: String,
    pub(crate) hash: [u8; 32],
    /// When its challenge was issued.
    pub(crate) challenged_at: Timestamp,
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registered").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// The largest sequence number: JSON's whole numbers end here.
const LARGEST_SEQUENCE: u64 = 1 << 53;

/// How long a device keeps what it could not deliver.
const LONGEST_QUEUE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Verifies a report's envelope.
pub(crate) async fn verify(server: &Server, envelope: String) -> Result<VerifiedReport, Problem> {
    let unverified = Unverified::parse(&envelope).map_err(refusal)?;
    let registered = present(server, unverified.key_thumbprint()).await?;
    let verified = unverified.verify(Kind::Report, &registered.key).map_err(refusal)?;
    let report: Report = verified.read().map_err(|error| field_refusal(error, verified.payload()))?;
    if report.audience != server.audience(registered.scope) || report.device != registered.device {
        return Err(ProblemCode::AudienceMismatch.into());
    }
    if !SCHEMA_VERSIONS.contains(&report.schema) {
        return Err(ProblemCode::SchemaUnsupported.into());
    }
    if !(1..=LARGEST_SEQUENCE).contains(&report.sequence) {
        return Err(ProblemCode::MalformedRequest.detail("`sequence` is a whole number from 1"));
    }
    let challenged_at = challenge::issued_at(&server.keys, Subject::Device(report.device), &report.challenge)
        .ok_or(ProblemCode::ChallengeInvalid)?;
    may_sign(server, &registered, challenged_at)?;
    let hash = envelope::hash(&envelope);
    Ok(VerifiedReport { registered, report, envelope, hash, challenged_at })
}

/// Verifies the proof of a call without an envelope: that the device calls just this, with a challenge of ours.
pub(crate) async fn verify_proof(
    server: &Server,
    header: &str,
    (method, path): (&str, &str),
    body: &[u8],
) -> Result<Arc<Registered>, Problem> {
    let envelope = header.strip_prefix("Proof ").ok_or_else(|| {
        ProblemCode::Unauthorised.detail("send `Authorization: Proof` with an envelope over method, path and body")
    })?;
    let unverified = Unverified::parse(envelope).map_err(refusal)?;
    // What is at hand may be old: a command beside this process closes devices, and no committer looks at this one again.
    server.registry.forget(unverified.key_thumbprint());
    let registered = present(server, unverified.key_thumbprint()).await?;
    let proof: Proof =
        unverified.verify(Kind::Proof, &registered.key).and_then(|verified| verified.read()).map_err(refusal)?;
    let is_this_call = proof.method == method && proof.path == path && proof.body_hash == hex(&sha256(body));
    if !is_this_call || proof.audience != server.audience(registered.scope) || proof.device != registered.device {
        return Err(ProblemCode::AudienceMismatch.into());
    }
    challenge::issued_at(&server.keys, Subject::Device(proof.device), &proof.challenge)
        .ok_or(ProblemCode::ChallengeInvalid)?;
    // A proof is made on the spot and never waits.
    if registered.replaced_at.is_some() {
        return Err(ProblemCode::UnknownKey.into());
    }
    Ok(registered)
}

/// A key that another one took the place of has signed only what was challenged before, and what it signed waits no
/// longer than a device's queue keeps it.
pub(super) fn may_sign(server: &Server, key: &Registered, challenged_at: Timestamp) -> Result<(), Problem> {
    let Some(replaced_at) = key.replaced_at else { return Ok(()) };
    let waited = server.now().duration_since(replaced_at);
    if challenged_at <= replaced_at && waited <= LONGEST_QUEUE { Ok(()) } else { Err(ProblemCode::UnknownKey.into()) }
}

/// The device of this key, unless it has left.
pub(super) async fn present(server: &Server, thumbprint: &str) -> Result<Arc<Registered>, Problem> {
    let found = find(server, thumbprint).await?;
    found.gone.map_or(Ok(found), |gone| Err(gone.into()))
}

pub(super) async fn find(server: &Server, thumbprint: &str) -> Result<Arc<Registered>, Problem> {
    let found = server.registry.find(&server.store, thumbprint).await?;
    found.ok_or_else(|| ProblemCode::UnknownKey.into())
}

/// The problem of an envelope that cannot be accepted.
pub(super) fn refusal(error: EnvelopeError) -> Problem {
    match error {
        EnvelopeError::TooLong => ProblemCode::BodyTooLarge.into(),
        EnvelopeError::Malformed => ProblemCode::MalformedEnvelope.into(),
        EnvelopeError::WrongKind | EnvelopeError::WrongKey | EnvelopeError::BadSignature => {
            ProblemCode::SignatureInvalid.into()
        }
        EnvelopeError::BadPayload => ProblemCode::MalformedRequest.into(),
    }
}

/// A well-signed payload that is no report: of another schema, or with a field outside the allow-list.
fn field_refusal(error: EnvelopeError, payload: &[u8]) -> Problem {
    if error != EnvelopeError::BadPayload {
        return refusal(error);
    }
    let schema =
        serde_json::from_slice::<serde_json::Value>(payload).ok().and_then(|json| json.get("schema")?.as_u64());
    match schema {
        Some(schema) if !SCHEMA_VERSIONS.iter().any(|known| u64::from(*known) == schema) => {
            ProblemCode::SchemaUnsupported.into()
        }
        _ => ProblemCode::FieldNotAllowed.into(),
    }
}
