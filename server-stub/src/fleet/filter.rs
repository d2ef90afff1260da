//! The device list: filters, order and pages, all of it written in the URL's query.

use agent_core::{
    judge::{Check, DeviceState, Evidence, Platform},
    wire::id::DeviceId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What to list. Every field is one parameter of the query; an absent one does not filter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DeviceFilter {
    /// Text to find in id, label, model, group or version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// The state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub state: Option<DeviceState>,
    /// A check that does not pass (fails, nudges or is unknown).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub check: Option<Check>,
    /// A reason code of any check, such as `whatsapp-business.below-floor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub platform: Option<Platform>,
    /// The group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The version of the operating system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// The version of WhatsApp Business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whatsapp: Option<String>,
    /// The grade of evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub evidence: Option<Evidence>,
    /// The order; absent: what needs attention first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Sort>,
    /// Where the page begins: the cursor that the page before gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How many rows, 1 to 200; absent: 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// Not compliant, in grace, unknown, stale, compliant; longest in its state first.
    #[default]
    Attention,
    /// Last report, newest first.
    LastReport,
    /// Last report, oldest first.
    Silent,
    /// By device id.
    Device,
}

/// One device in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceRow {
    /// Its id.
    #[schema(value_type = String)]
    pub id: DeviceId,
    /// Its short label.
    pub label: String,
    /// Its state.
    #[schema(value_type = String)]
    pub state: DeviceState,
    /// Since when.
    #[schema(value_type = String)]
    pub state_since: Timestamp,
    /// Its platform.
    #[schema(value_type = String)]
    pub platform: Platform,
    /// Its model; empty when unknown.
    pub model: String,
    /// Its operating system's version; empty when unknown.
    pub os_version: String,
    /// Its patch level; empty when there is none or it is unknown.
    pub security_patch: String,
    /// Its WhatsApp Business version; empty when unknown.
    pub whatsapp_version: String,
    /// Its group.
    pub group: String,
    /// The weightiest reason, none when all checks pass.
    pub why: Option<Why>,
    /// The weakest evidence among its checks.
    #[schema(value_type = Option<String>)]
    pub evidence: Option<Evidence>,
    /// When its last report was received; none before the first.
    #[schema(value_type = Option<String>)]
    pub last_report: Option<Timestamp>,
}

/// The weightiest reason of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// The check.
    #[schema(value_type = String)]
    pub check: Check,
    /// The reason's code.
    pub code: String,
    /// Its parameters.
    pub params: std::collections::BTreeMap<String, String>,
    /// When grace ends, while it runs.
    #[schema(value_type = Option<String>)]
    pub deadline: Option<Timestamp>,
}

/// One page of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DevicePage {
    /// The rows.
    pub devices: Vec<DeviceRow>,
    /// How many devices the filter finds in all.
    pub total: u64,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
}
