//! What a device is told after its report was committed.

use agent_core::{
    judge::DeviceState,
    wire::message::{Acknowledgement, SCHEMA_VERSION},
};
use jiff::Timestamp;

use super::challenge::{self, Subject};
use crate::{
    judging::{Record, Rules},
    keys::Keys,
};

/// When the server would like to hear next, in seconds: four times on a working day.
const NEXT_CHECK_IN: u32 = 4 * 60 * 60;

/// The acknowledgement of one report. Revisions and challenge are the newest, also where a report is repeated.
pub(super) fn acknowledge(
    keys: &Keys,
    record: &Record,
    rules: &Rules,
    sequence: u64,
    report_hash: &str,
    now: Timestamp,
) -> Acknowledgement {
    let posture = record.posture.as_ref().and_then(|posture| serde_json::to_value(posture).ok());
    Acknowledgement {
        sequence,
        report_hash: report_hash.to_owned(),
        posture: posture.unwrap_or_default(),
        state: record.shown.as_ref().map_or(DeviceState::Unknown, |shown| shown.state),
        policy_revision: rules.policy(&record.group).revision,
        policy_epoch: rules.epoch,
        catalogue_revision: rules.catalogue.revision,
        // Issued when the row says that the newest challenge was.
        challenge: challenge::issue(keys, Subject::Device(record.device), record.challenged_at),
        next_check_in: NEXT_CHECK_IN,
        schema_version: SCHEMA_VERSION,
        server_time: now,
    }
}
