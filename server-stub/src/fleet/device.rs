//! One device, with everything that is known of it and how it came to be so.

use agent_core::judge::{Check, DeviceState, Evidence, Verdict};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::DeviceRow;

/// A stretch of time in which something was so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// Since when.
    #[schema(value_type = String)]
    pub since: Timestamp,
    /// Until when; none while it lasts.
    #[schema(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    /// The word: a device's state, or a check's verdict (`fail` in grace is told by `in_grace`).
    pub word: String,
    /// Whether a failing check was in grace.
    pub in_grace: bool,
    /// The reason's code; empty for a device's state.
    pub code: String,
    /// The reason's parameters.
    pub params: std::collections::BTreeMap<String, String>,
    /// The policy revision it was judged by.
    pub policy_revision: u64,
}

/// One check of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceCheck {
    /// The check.
    #[schema(value_type = String)]
    pub check: Check,
    /// The verdict.
    #[schema(value_type = String)]
    pub verdict: Verdict,
    /// Whether a failing check is in grace.
    pub in_grace: bool,
    /// The reason's code.
    pub code: String,
    /// The reason's parameters.
    pub params: std::collections::BTreeMap<String, String>,
    /// Since when the verdict is so.
    #[schema(value_type = String)]
    pub since: Timestamp,
    /// When grace ends, while it runs.
    #[schema(value_type = Option<String>)]
    pub deadline: Option<Timestamp>,
    /// The weakest evidence that the answer rests on.
    #[schema(value_type = Option<String>)]
    pub evidence: Option<Evidence>,
    /// The last 90 days, oldest first.
    pub history: Vec<Span>,
}

/// The newest report as it was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedReport {
    /// Its sequence number.
    pub sequence: u64,
    /// When it was received.
    #[schema(value_type = String)]
    pub received_at: Timestamp,
    /// When the device says it was made, clamped to what is possible.
    #[schema(value_type = String)]
    pub made_at: Timestamp,
    /// How far the device's clock was ahead of the server's, in seconds.
    pub clock_skew: i64,
    /// Whether it carried the newest challenge and so proves to be fresh.
    pub fresh: bool,
    /// SHA-256 of the envelope.
    pub hash: String,
    /// The signature's algorithm, `ES256` or `EdDSA`.
    pub algorithm: String,
    /// Whether the stored envelope still verifies against the registered key, computed now.
    pub signature_verifies: bool,
    /// The payload, pretty-printed.
    pub payload: String,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// What the list shows of it.
    #[serde(flatten)]
    pub row: DeviceRow,
    /// When it was enrolled.
    #[schema(value_type = String)]
    pub enrolled_at: Timestamp,
    /// The agent's version; empty before the first report.
    pub agent_version: String,
    /// The thumbprint (RFC 7638) of its key.
    pub key_thumbprint: String,
    /// True when a not-compliant device has also gone silent.
    pub silent: bool,
    /// Its checks, in the order of the vocabulary.
    pub checks: Vec<DeviceCheck>,
    /// Its states over the last 90 days, oldest first.
    #[schema(value_type = Vec<Span>)]
    pub history: Vec<Span>,
    /// The newest report.
    pub last_report: Option<ReceivedReport>,
    /// Who looked at this page, newest first, without addresses.
    pub views: Vec<View>,
    /// Sequence numbers that never came.
    pub gaps: u64,
}

/// Somebody looked at the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The role of who looked, such as `owner`, `viewer` or `api-token`.
    pub role: String,
}

/// A device's state and checks at one moment in the past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastState {
    /// The moment.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The state then; none before enrolment.
    #[schema(value_type = Option<String>)]
    pub state: Option<DeviceState>,
    /// The spans that covered the moment, by check.
    #[schema(value_type = Object)]
    pub checks: std::collections::BTreeMap<Check, Span>,
}
