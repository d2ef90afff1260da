//! Where things stand, for the person and for IT: one value that says everything and prints as JSON.

use jiff::Timestamp;
use serde::Serialize;

use super::{contact::LastAcknowledged, error::Problem};
use crate::wire::id::DeviceId;

/// Where things stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The enrolment; none before there is one.
    pub enrolment: Option<EnrolmentStatus>,
    /// What this device judges by.
    pub rules: Option<RulesStatus>,
    /// What waits to be sent.
    pub queue: QueueStatus,
    /// What the person said, and what they are asked.
    pub statements: StatementsStatus,
    /// The newest acknowledgement, with the server's verdicts: these count. [`super::Agent::check`] gives the
    /// provisional ones.
    pub acknowledged: Option<LastAcknowledged>,
    /// When the server was tried last, by the device's clock.
    pub attempted_at: Option<Timestamp>,
    /// When the next attempt may begin, when it must wait.
    pub not_before: Option<Timestamp>,
    /// When the server would like to hear next.
    pub next_check_in: Option<Timestamp>,
    /// How far the device's clock is ahead of the best known time, in seconds.
    pub clock_ahead_seconds: i64,
    /// What is wrong now, oldest first; empty when all is well.
    pub problems: Vec<Problem>,
}

impl Status {
    pub(super) fn not_enrolled() -> Self {
        Self {
            enrolment: None,
            rules: None,
            queue: QueueStatus::default(),
            statements: StatementsStatus::default(),
            acknowledged: None,
            attempted_at: None,
            not_before: None,
            next_check_in: None,
            clock_ahead_seconds: 0,
            problems: Vec::new(),
        }
    }
}

/// Who this device is, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentStatus {
    /// The server's address.
    pub server: String,
    /// The organisation's name.
    pub organisation: String,
    /// The device's id.
    pub device: DeviceId,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// Whether the device is out of the fleet: it left, or it was closed. Nothing is sent any more.
    pub left: bool,
    /// Whether it is out because the company closed it.
    pub closed: bool,
}

/// What this device judges by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RulesStatus {
    /// The policy's name.
    pub policy: String,
    /// The group whose policy it is.
    pub group: String,
    /// The policy's revision.
    pub policy_revision: u64,
    /// The policy's epoch.
    pub policy_epoch: u64,
    /// After this moment it is asked for again; it judges all the same.
    pub policy_expires: Timestamp,
    /// Whether that moment has passed.
    pub policy_expired: bool,
    /// The catalogue's revision; 0 for none.
    pub catalogue_revision: u64,
    /// When quiet hours or a pause end by the device's clock, while they last.
    pub quiet_until: Option<Timestamp>,
}

/// What waits to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueStatus {
    /// How many reports.
    pub reports: usize,
    /// How many bytes.
    pub bytes: usize,
    /// Since when the oldest waits, by the device's clock.
    pub oldest: Option<Timestamp>,
    /// How many reports were given up that no report has told of yet.
    pub dropped: u64,
}

/// What the person said, and what they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatementsStatus {
    /// How many statements wait to be sent.
    pub waiting: usize,
    /// Whether the notice is still to be acknowledged; a phone reports nothing before.
    pub notice_pending: bool,
    /// Whether the rules of use are still to be acknowledged.
    pub rules_pending: bool,
    /// How many declarations are asked for now.
    pub declarations_pending: usize,
    /// When the pause ends by the device's clock, while it lasts.
    pub paused_until: Option<Timestamp>,
    /// Whether the person has said that they leave, and the server has not heard it yet.
    pub withdraws: bool,
}
