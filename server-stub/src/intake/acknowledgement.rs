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
use serde_json::value::{RawValue, to_raw_value};

use super::challenge::{self, Subject};
use crate::{
    judging::{Record, Rules, ages_at},
    keys::Keys,
};

/// When the server would like to hear next, in seconds: four times on a working day.
const NEXT_CHECK_IN: u32 = 4 * 60 * 60;

/// A posture on its way out: turned into JSON, once, where the answer is written, not on the committer's thread.
#[derive(Debug, Clone)]
pub(crate) enum Outgoing {
    Posture(Option<Arc<Posture>>),
    Json(Box<RawValue>),
}

impl Serialize for Outgoing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Posture(posture) => posture.as_deref().serialize(serializer),
            Self::Json(json) => json.serialize(serializer),
        }
    }
}

/// Names a posture by 96 bits of its hash: the device chooses none of it, so nobody gains from two that are alike.
fn tag(json: &RawValue) -> Option<String> {
    sha256(json.get().as_bytes()).get(..12).map(|start| URL_SAFE_NO_PAD.encode(start))
}

/// Names the posture of an acknowledgement, and leaves it out where the device says that it holds it.
pub(crate) fn spare(acknowledgement: &mut Acknowledgement<Outgoing>, held: Option<&str>) {
    let Outgoing::Posture(Some(posture)) = &acknowledgement.posture else { return };
    let Ok(json) = to_raw_value(posture.as_ref()) else { return };
    acknowledgement.posture_tag = tag(&json);
    let is_held = held.is_some() && acknowledgement.posture_tag.as_deref() == held;
    acknowledgement.posture = if is_held { Outgoing::Posture(None) } else { Outgoing::Json(json) };
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
        posture: Outgoing::Posture(record.posture.clone()),
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
