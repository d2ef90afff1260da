//! The messages that are neither report nor statement: challenges, enrolment, acknowledgements.
//!
//! The agent ignores unknown fields of the server's answers; the server refuses unknown fields of requests.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    id::{Audience, DeviceId},
    key::PublicKey,
    problem::Problem,
};
use crate::judge::facts::Platform;

/// The newest version of the report's schema.
pub const SCHEMA_VERSION: u32 = 2;

/// Every version that this code speaks, oldest first. Which one is agreed at enrolment and in each acknowledgement.
pub const SCHEMA_VERSIONS: &[u32] = &[1, SCHEMA_VERSION];

/// The newest version that both sides speak; none where they have none in common.
pub fn common_schema(theirs: &[u32]) -> Option<u32> {
    SCHEMA_VERSIONS.iter().rev().copied().find(|version| theirs.contains(version))
}

/// `POST /v1/challenges`: for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum ChallengeRequest {
    /// For an enrolment with a token: SHA-256 of the token, lower-case hexadecimal. The token itself stays here.
    TokenHash(String),
    /// For an enrolled device.
    Device(DeviceId),
}

/// The answer: a challenge, and whom signed messages are for. It never tells whether token or device exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChallengeAnswer {
    /// Opaque; goes back unchanged inside a signed message.
    pub challenge: String,
    /// Whom the signed message is for. For an unknown token it is a believable one.
    pub audience: Audience,
    /// The server's clock.
    #[serde(deserialize_with = "crate::moment::read")]
    pub server_time: Timestamp,
}

/// `POST /v1/enrolments`, the payload of an envelope signed by the *new* key (proof of possession).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnrolmentRequest {
    /// Whom it is for.
    pub audience: Audience,
    /// The token, as the administrator handed it out.
    pub token: String,
    /// The challenge for this token.
    pub challenge: String,
    /// The new key.
    pub key: PublicKey,
    /// The system the device runs.
    pub platform: Platform,
    /// The agent's version, such as `0.1.0`.
    pub agent_version: String,
    /// The report schemas that the agent can speak.
    pub schema_versions: Vec<u32>,
    /// The company's own reference for the device, from managed configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_ref: Option<String>,
    /// Evidence for the key, verified when the server can: kept as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Attestation>,
    /// The challenge that the evidence answers, where it is an earlier one of the same token than this request's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation_challenge: Option<String>,
}

/// Evidence that a key lives in hardware. What is over a challenge names the key, too: SHA-256(challenge ‖ the key's
/// thumbprint) is App Attest's client data hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Attestation {
    /// An Android key attestation chain, leaf first, each certificate DER in base64.
    AndroidChain(Vec<String>),
    /// An App Attest attestation object, CBOR in base64.
    AppAttest(String),
    /// An App Attest assertion, CBOR in base64: the key of an attestation that the server holds was used once more. It
    /// counts in [`super::evidence::EvidenceMessage`] alone.
    AppAssertion(String),
}

impl Attestation {
    /// An Android key attestation chain of these certificates, leaf first, each DER.
    pub fn android_chain(certificates: &[Vec<u8>]) -> Self {
        Self::AndroidChain(certificates.iter().map(|certificate| STANDARD.encode(certificate)).collect())
    }

    /// This App Attest attestation object.
    pub fn app_attest(object: &[u8]) -> Self {
        Self::AppAttest(STANDARD.encode(object))
    }

    /// This App Attest assertion.
    pub fn app_assertion(object: &[u8]) -> Self {
        Self::AppAssertion(STANDARD.encode(object))
    }
}

/// The answer to an enrolment. The same token and key get the same answer again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentAnswer {
    /// The device's id from now on.
    pub device: DeviceId,
    /// Whom its signed messages are for.
    pub audience: Audience,
    /// The report schema to speak.
    pub schema_version: u32,
    /// The organisation's name, to show to the person.
    pub organisation: String,
    /// When it was enrolled.
    #[serde(deserialize_with = "crate::moment::read")]
    pub enrolled_at: Timestamp,
    /// The server's key document, an envelope.
    pub keys: String,
    /// The device's policy, an envelope.
    pub policy: String,
    /// The challenge for the first report.
    pub challenge: String,
    /// The server's clock.
    #[serde(deserialize_with = "crate::moment::read")]
    pub server_time: Timestamp,
}

/// `POST /v1/reports`: what the server holds and thinks after committing a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Acknowledgement<P = serde_json::Value> {
    /// The sequence number that was committed.
    pub sequence: u64,
    /// SHA-256 of the received envelope, lower-case hexadecimal: names this report in `unchanged` ones.
    pub report_hash: String,
    /// The server's posture, authoritative: [`crate::judge::Posture`] as it serialises. A server puts in the posture
    /// itself; an agent reads any JSON. Null where it is still the one that the agent named.
    pub posture: P,
    /// Names the posture. An agent that holds it says so with its next report (`/v1/reports?posture=TAG`) and is spared
    /// another copy: most check-ins change nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posture_tag: Option<String>,
    /// The device's state in the fleet.
    pub state: crate::judge::DeviceState,
    /// The newest policy for this device.
    pub policy_revision: u64,
    /// The epoch of policy revisions; grows when a backup was restored.
    pub policy_epoch: u64,
    /// The newest catalogue.
    pub catalogue_revision: u64,
    /// The challenge for the next report.
    pub challenge: String,
    /// When the server would like to hear next, in seconds from now.
    pub next_check_in: u32,
    /// The report schema for an agent that knows only one: the first.
    pub schema_version: u32,
    /// Every report schema that the server reads: the newest that the agent has too is spoken from now on. Empty from a
    /// server that knows only one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schema_versions: Vec<u32>,
    /// Whether the server would like fresh evidence for the device's key: it has none, or it is old.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub evidence_wanted: bool,
    /// The server's clock.
    #[serde(deserialize_with = "crate::moment::read")]
    pub server_time: Timestamp,
}

/// `POST /v1/reports/batch`: envelopes in device order, oldest first. At most 1 MiB in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Batch {
    /// The envelopes.
    pub envelopes: Vec<String>,
}

/// The answer to a batch: one answer per envelope, in the same order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer<P = serde_json::Value> {
    /// One answer per envelope.
    pub answers: Vec<BatchItem<P>>,
}

/// What became of one envelope of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BatchItem<P = serde_json::Value> {
    /// Committed.
    Acknowledged(Box<Acknowledgement<P>>),
    /// Refused, with the problem that a single report would have met.
    Refused(Problem),
}

/// The payload of the proof that a call without an envelope carries, in the style of RFC 9449.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proof {
    /// Whom it is for.
    pub audience: Audience,
    /// Who calls.
    pub device: DeviceId,
    /// The call's method, such as `GET`.
    pub method: String,
    /// The call's path with its query, such as `/v1/policy`.
    pub path: String,
    /// SHA-256 of the body, lower-case hexadecimal; of no bytes for a call without a body.
    pub body_hash: String,
    /// The newest challenge that the device holds.
    pub challenge: String,
    /// When it was made, by the device's clock.
    pub at: Timestamp,
}

/// The payload of the key document, an envelope signed by the key before (the first by itself).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyDocument {
    /// Whom it is for.
    pub audience: Audience,
    /// Grows with each rotation; agents refuse to go back.
    pub revision: u64,
    /// The key that signs policies and catalogues now.
    pub current: PublicKey,
    /// The key that will sign next, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<PublicKey>,
    /// When it was issued.
    #[serde(deserialize_with = "crate::moment::read")]
    pub issued: Timestamp,
}

/// The payload of a served policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServedPolicy {
    /// Whom it is for.
    pub audience: Audience,
    /// The group whose policy it is.
    pub group: String,
    /// The epoch of revisions; grows when a backup was restored.
    pub epoch: u64,
    /// Monotone per organisation; agents refuse to go back within an epoch.
    pub revision: u64,
    /// When it was issued.
    #[serde(deserialize_with = "crate::moment::read")]
    pub issued: Timestamp,
    /// After this moment the agent asks again and judges with it meanwhile.
    #[serde(deserialize_with = "crate::moment::read")]
    pub expires: Timestamp,
    /// The policy document, only this device's exceptions in it.
    pub policy: serde_json::Value,
}

/// The payload of a served catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServedCatalogue {
    /// Whom it is for.
    pub audience: Audience,
    /// Monotone; agents refuse to go back.
    pub revision: u64,
    /// When it was issued.
    #[serde(deserialize_with = "crate::moment::read")]
    pub issued: Timestamp,
    /// The catalogue document.
    pub catalogue: serde_json::Value,
}
