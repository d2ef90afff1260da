//! What a device is told after its report was committed.

use std::sync::Arc;

use agent_core::{
    judge::{DeviceState, Posture, policy::evidence::AttestationDemand},
    wire::message::{Acknowledgement, SCHEMA_VERSIONS},
};
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::challenge::{self, Subject};
use crate::{
    judging::{Record, Rules, ages_at},
    keys::Keys,
};

/// When the server would like to hear next, in seconds: four times on a working day.
const NEXT_CHECK_IN: u32 = 4 * 60 * 60;

/// A posture on its way out: turned into JSON where the answer is written, not on the committer's thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outgoing(Option<Arc<Posture>>);

impl Serialize for Outgoing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_deref().serialize(serializer)
    }
}

/// Whether a phone's evidence is missing or has lost its grade by age.
fn wants_evidence(record: &Record, rules: &Rules, now: Timestamp) -> bool {
    let asked = &rules.policy(&record.group).evidence;
    asked.attestation != AttestationDemand::None
        && record.platform.is_phone()
        && record.proofs.attested.as_ref().is_none_or(|attested| ages_at(attested, asked) <= now)
}

/// The acknowledgement of one report. Revisions and challenge are the newest, also where a report is repeated.
pub(super) fn acknowledge(
    keys: &Keys,
    record: &Record,
    rules: &Rules,
    sequence: u64,
    report_hash: &str,
    now: Timestamp,
) -> Acknowledgement<Outgoing> {
    Acknowledgement {
        sequence,
        report_hash: report_hash.to_owned(),
        posture: Outgoing(record.posture.clone()),
        state: record.shown.as_ref().map_or(DeviceState::Unknown, |shown| shown.state),
        policy_revision: rules.policy(&record.group).revision,
        policy_epoch: rules.epoch,
        catalogue_revision: rules.catalogue.revision,
        // Issued when the row says that the newest challenge was.
        challenge: challenge::issue(keys, Subject::Device(record.device), record.challenged_at),
        next_check_in: NEXT_CHECK_IN,
        schema_version: SCHEMA_VERSIONS[0],
        schema_versions: SCHEMA_VERSIONS.to_vec(),
        evidence_wanted: wants_evidence(record, rules, now),
        server_time: now,
    }
}
