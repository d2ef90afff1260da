//! How many: devices by state, by check and by grade of evidence.

use agent_core::judge::{Check, DeviceState, Evidence};
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

    /// The devices in this state, to count into.
    pub(super) const fn of_mut(&mut self, state: DeviceState) -> &mut u64 {
        match state {
            DeviceState::Compliant => &mut self.compliant,
            DeviceState::InGrace => &mut self.in_grace,
            DeviceState::NotCompliant => &mut self.not_compliant,
            DeviceState::Unknown => &mut self.unknown,
            DeviceState::Stale => &mut self.stale,
        }
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

impl CheckCounts {
    /// The devices on which it does not pass.
    pub const fn trouble(&self) -> u64 {
        self.fail + self.in_grace + self.nudge + self.unknown
    }
}

/// How many of the fleet's answers rest on a grade of evidence: each check of each device is one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GradeCount {
    /// The grade.
    #[schema(value_type = String)]
    pub evidence: Evidence,
    /// How many answers.
    pub answers: u64,
}
