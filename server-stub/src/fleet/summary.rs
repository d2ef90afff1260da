//! The fleet in one look. Made from stored counts and spans, never by scanning devices.

use agent_core::judge::{Check, DeviceState, Platform};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

/// How many devices are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StateCounts {
    /// Compliant.
    pub compliant: u64,
    /// In grace.
    pub in_grace: u64,
    /// Not compliant.
    pub not_compliant: u64,
    /// Unknown.
    pub unknown: u64,
    /// Stale.
    pub stale: u64,
}

impl StateCounts {
    /// All devices.
    pub const fn total(&self) -> u64 {
        self.compliant + self.in_grace + self.not_compliant + self.unknown + self.stale
    }

    /// The devices in this state.
    pub const fn of(&self, state: DeviceState) -> u64 {
        match state {
            DeviceState::Compliant => self.compliant,
            DeviceState::InGrace => self.in_grace,
            DeviceState::NotCompliant => self.not_compliant,
            DeviceState::Unknown => self.unknown,
            DeviceState::Stale => self.stale,
        }
    }
}

/// How one check stands in the fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckCounts {
    /// The check.
    #[schema(value_type = String)]
    pub check: Check,
    /// Devices that fail it beyond grace.
    pub fail: u64,
    /// Devices that fail it within grace.
    pub in_grace: u64,
    /// Devices that it nudges.
    pub nudge: u64,
    /// Devices on which it could not be answered.
    pub unknown: u64,
    /// Devices that pass.
    pub pass: u64,
}

/// How a version stands against the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VersionStanding {
    /// The newest settled release or newer.
    Current,
    /// Older than the newest settled release.
    Behind,
    /// Below a floor, or no longer supported.
    Vulnerable,
    /// Nothing is known to compare with.
    Unknown,
}

/// How many devices run a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Adoption {
    /// The platform.
    #[schema(value_type = String)]
    pub platform: Platform,
    /// The version as people write it; empty where it could not be read.
    pub version: String,
    /// How many devices.
    pub devices: u64,
    /// How it stands against the catalogue.
    pub standing: VersionStanding,
}

/// The fleet on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendDay {
    /// The day, in the policy's zone; counts are those of its end (today: of now).
    #[schema(value_type = String)]
    pub day: Date,
    /// The devices by state.
    pub states: StateCounts,
}

/// A change of policy, to mark on the time axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyMark {
    /// When it came into force.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Its revision.
    pub revision: u64,
    /// The administrator's note; empty when none was given.
    pub note: String,
}

/// Something that needs a person now. Its words are made by the pages from kind and parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// The state whose shape and colour it wears.
    #[schema(value_type = String)]
    pub state: DeviceState,
    /// The reason's code, such as `whatsapp-business.below-floor`, or `deadline-near`, `gone-stale`, `source-silent`.
    pub code: String,
    /// The check it is about, when it is about one.
    #[schema(value_type = Option<String>)]
    pub check: Option<Check>,
    /// How many devices; 0 when it is not about devices.
    pub devices: u64,
    /// Parameters of the sentence.
    pub params: std::collections::BTreeMap<String, String>,
    /// The query of the device list that shows them, such as `state=not-compliant&check=whatsapp-business`.
    pub query: String,
}

/// The fleet in one look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The moment it tells of.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The organisation's name.
    pub organisation: String,
    /// The policy's newest revision; 0 when there is none.
    pub policy_revision: u64,
    /// When the newest claim of the catalogue was fetched.
    #[schema(value_type = Option<String>)]
    pub catalogue_fetched_at: Option<Timestamp>,
    /// Devices by state.
    pub states: StateCounts,
    /// Devices by state seven days ago; none when the fleet is younger.
    pub states_week_ago: Option<StateCounts>,
    /// When the next grace ends; none while none runs.
    #[schema(value_type = Option<String>)]
    pub next_deadline: Option<Timestamp>,
    /// Checks, those that fail most first.
    pub checks: Vec<CheckCounts>,
    /// Operating systems, by platform, newest first.
    pub os_versions: Vec<Adoption>,
    /// WhatsApp Business versions, by platform, newest first.
    pub whatsapp_versions: Vec<Adoption>,
    /// One entry per day, oldest first.
    pub trend: Vec<TrendDay>,
    /// Changes of policy within the trend.
    pub policy_marks: Vec<PolicyMark>,
    /// What needs a person now, weightiest first.
    pub attention: Vec<Attention>,
}
