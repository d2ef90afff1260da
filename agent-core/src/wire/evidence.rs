//! `POST /v1/attestations`: fresh evidence for the key that a device signs with.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    id::{Audience, DeviceId},
    message::Attestation,
};

/// The payload of an envelope signed by the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EvidenceMessage {
    /// Whom it is for.
    pub audience: Audience,
    /// Who sends it.
    pub device: DeviceId,
    /// A challenge of this device: the one that the evidence answers.
    pub challenge: String,
    /// When it was made, by the device's clock.
    pub at: Timestamp,
    /// The evidence.
    pub evidence: Attestation,
}

/// The answer: what the evidence is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceReceipt {
    /// Whether it proves everything that was asked.
    pub proved: bool,
    /// Why it does not: codes, such as `wrong-challenge`.
    pub reasons: Vec<String>,
    /// The server's clock.
    #[serde(deserialize_with = "crate::moment::read")]
    pub server_time: Timestamp,
}
