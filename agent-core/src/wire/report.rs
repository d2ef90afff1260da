//! The report: what a device tells the server. Its fields are exactly those of the field table.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{
    field,
    id::{Audience, DeviceId},
};
use crate::judge::{DeviceFacts, posture::PostureState};

/// The payload of a report's envelope. One is read only if it keeps within the field table's lengths and ranges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct Report {
    /// The schema's version, one of [`super::message::SCHEMA_VERSIONS`].
    pub schema: u32,
    /// Whom it is for.
    pub audience: Audience,
    /// Whose it is.
    pub device: DeviceId,
    /// Grows by one with each report that the device makes, from 1.
    pub sequence: u64,
    /// The newest challenge that the device holds.
    pub challenge: String,
    /// When it was made, by the device's clock; written to the millisecond, as the server keeps it.
    #[serde(serialize_with = "to_the_millisecond")]
    pub at: Timestamp,
    /// The agent's version.
    pub agent_version: String,
    /// The policy that it was judged by.
    pub policy_revision: u64,
    /// The catalogue that it was judged by; 0 for none.
    pub catalogue_revision: u64,
    /// How many queued reports before this one were given up since the last that was sent; 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped: u32,
    /// What it tells.
    pub content: Content,
}

/// What a report tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Content {
    /// Facts and what the device made of them.
    Full(Box<Full>),
    /// The same facts as in an acknowledged full report.
    Unchanged(Unchanged),
}

/// Facts and what the device made of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Full {
    /// What the probe saw, only what the policy asks for.
    pub facts: DeviceFacts,
    /// The device's own, provisional state.
    pub state: PostureState,
}

/// Names an acknowledged full report whose facts still hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unchanged {
    /// The hash of the full report, as it was acknowledged.
    pub report_hash: String,
}

impl Report {
    /// Whether a server takes it: it keeps within the field table's lengths and ranges. If not, which field does not.
    #[cfg(feature = "client")]
    pub(crate) fn keeps_to_the_table(&self) -> Result<(), &'static str> {
        field::within_limits(self)
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Report {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let report = Self::deserialize(deserializer)?;
        match field::within_limits(&report) {
            Ok(()) => Ok(report),
            Err(path) => Err(D::Error::custom(format_args!("{path} is not as the field table allows"))),
        }
    }
}

fn to_the_millisecond<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(*at).serialize(serializer)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}
