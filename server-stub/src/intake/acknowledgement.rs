//! What a device is told after its report was committed.

use std::sync::Arc;

use agent_core::wire::envelope::sha256;
use agent_core::{
    judge::{DeviceState, Posture, policy::evidence::AttestationDemand},
    wire::message::{Acknowledgement, SCHEMA_VERSIONS},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
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

impl Outgoing {
    /// Names the posture by 96 bits of its hash: the device chooses none of it, so nobody gains from two that are alike.
    fn tag(&self) -> Option<String> {
        let json = serde_json::to_vec(self.0.as_deref()?).ok()?;
        sha256(&json).get(..12).map(|start| URL_SAFE_NO_PAD.encode(start))
    }
}

/// Names the posture of an acknowledgement, and leaves it out where the device says that it holds it.
pub(crate) fn spare(acknowledgement: &mut Acknowledgement<Outgoing>, held: Option<&str>) {
    acknowledgement.posture_tag = acknowledgement.posture.tag();
    if held.is_some() && acknowledgement.posture_tag.as_deref() == held {
        acknowledgement.posture = Outgoing(None);
    }
}

/// Whether a phone's evidence is missing, has lost its grade by age, or is an assertion that does not hold: a key with an
/// attestation of its own can.
fn wants_evidence(record: &Record, rules: &Rules, now: Timestamp) -> bool {
    let asked = &rules.policy(&record.group).evidence;
    asked.attestation != AttestationDemand::None
        && record.platform.is_phone()
        && record.proofs.attested.as_ref().is_none_or(|attested| {
            ages_at(attested, asked) <= now || (attested.asserted.is_some() && !attested.is_proved())
        })
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
        posture_tag: None,
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
