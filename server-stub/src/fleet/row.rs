//! One line of the device list.

use std::collections::BTreeMap;

use agent_core::{
    judge::{Check, DeviceState, Evidence, Platform},
    wire::id::DeviceId,
};
use jiff::Timestamp;
use rusqlite::Row;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cursor::Cursor;
use crate::{
    evidence::{self, Attested},
    store::{StoreError, from_ms, parse},
};

/// One device in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceRow {
    /// Its id.
    #[schema(value_type = String)]
    pub id: DeviceId,
    /// Its short label; not unique.
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
    /// The newest evidence of hardware for its key; none where there is none, or the policy does not look at it.
    pub hardware: Option<Hardware>,
    /// When its last report was received; none before the first.
    #[schema(value_type = Option<String>)]
    pub last_report: Option<Timestamp>,
    /// Since when the device has left: nothing is judged or counted any more, and its state is the last that was.
    #[schema(value_type = Option<String>)]
    pub left_at: Option<Timestamp>,
    /// Why an administrator closed it: `replaced`, `lost` or `retired`; none where it left by itself, or is here.
    pub closed: Option<String>,
}

/// The newest evidence of hardware for a device's key, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hardware {
    /// `android-chain`, `app-attest` or `app-assertion`.
    pub kind: &'static str,
    /// Whether everything that was asked is proved.
    pub proved: bool,
    /// What it says is of then: when the challenge was issued that it answers, or else when it came.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Of an assertion: when the attestation that it rests on was made.
    #[schema(value_type = Option<String>)]
    pub attested_at: Option<Timestamp>,
}

impl From<Attested> for Hardware {
    fn from(attested: Attested) -> Self {
        let kind = match (&attested.asserted, attested.kind.as_str()) {
            (Some(_), _) => "app-assertion",
            (None, "ios") => "app-attest",
            (None, _) => "android-chain",
        };
        Self {
            kind,
            proved: attested.is_proved(),
            at: attested.challenged_at.unwrap_or(attested.received_at),
            attested_at: attested.asserted.and_then(|asserted| asserted.attested_at),
        }
    }
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
    pub params: BTreeMap<String, String>,
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
    #[schema(value_type = Option<String>)]
    pub next: Option<Cursor>,
}

/// The columns that [`DeviceRow::read`] reads, of `device_states d`.
pub(super) const COLUMNS: &str = "d.device, d.state, d.state_since, d.platform, d.model, d.os_version, \
     d.security_patch, d.whatsapp_version, d.grp, d.why, d.evidence, d.last_report_at, d.attention, \
     d.left_at, \
     (SELECT a.judgement FROM attestations a WHERE a.org = d.org AND a.device = d.device AND a.current = 1), \
     CASE WHEN d.left_at IS NOT NULL THEN (SELECT c.reason FROM closings c WHERE c.org = d.org AND c.device = d.device) END";
/// How many there are.
pub(super) const COLUMN_COUNT: usize = 16;

impl DeviceRow {
    pub(super) fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let id = DeviceId::from_bytes(row.get(0)?);
        let (state, platform): (String, String) = (row.get(1)?, row.get(3)?);
        let (why, evidence): (Option<String>, Option<String>) = (row.get(9)?, row.get(10)?);
        let judged: Option<String> = row.get(14)?;
        Ok(Self {
            id,
            label: id.label(),
            state: DeviceState::from_word(&state).ok_or_else(|| StoreError::row("device", "its state is not known"))?,
            state_since: from_ms(row.get(2)?),
            platform: Platform::from_word(&platform)
                .ok_or_else(|| StoreError::row("device", "its platform is not known"))?,
            model: row.get(4)?,
            os_version: row.get(5)?,
            security_patch: row.get(6)?,
            whatsapp_version: row.get(7)?,
            group: row.get(8)?,
            why: why.as_deref().map(Why::stored).transpose()?,
            evidence: evidence.as_deref().and_then(Evidence::from_word),
            hardware: judged.as_deref().map(evidence::judged).transpose()?.flatten().map(Hardware::from),
            last_report: row.get::<_, Option<i64>>(11)?.map(from_ms),
            left_at: row.get::<_, Option<i64>>(13)?.map(from_ms),
            closed: row.get(15)?,
        })
    }
}

impl Why {
    /// As the judgement stores it: the deadline in milliseconds.
    fn stored(text: &str) -> Result<Self, StoreError> {
        #[derive(Deserialize)]
        struct Stored {
            check: Check,
            code: String,
            #[serde(default)]
            params: BTreeMap<String, String>,
            deadline: Option<i64>,
        }
        let Stored { check, code, params, deadline } = parse("reason", text)?;
        Ok(Self { check, code, params, deadline: deadline.map(from_ms) })
    }
}
