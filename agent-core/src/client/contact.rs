//! How things stand between this device and the server: what it said last, and what went wrong since.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    anchor::Anchor,
    backoff,
    enrolment::{Enrolled, first_schema, is_first_schema},
    error::{AgentError, Problem},
    random::Random,
    storage::{Storage, StorageError, read_json, write_json},
    trust::PolicyRevision,
};
use crate::{
    clock::DeviceTime,
    judge::{DeviceFacts, DeviceState},
    wire::{
        envelope::{hex, sha256},
        id::DeviceId,
        message::{Acknowledgement, common_schema},
        posture::ReceivedPosture,
    },
};

const NAME: &str = "contact.json";

/// A full report that the server acknowledged: an `unchanged` one can name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AcknowledgedFull {
    pub(super) hash: String,
    /// The fingerprint of its facts; none where an earlier version kept the facts themselves: the next report is full.
    #[serde(default)]
    pub(super) facts_hash: String,
}

/// What tells facts apart: the SHA-256 of what a report would say of them.
pub(super) fn fingerprint(facts: &DeviceFacts) -> Result<String, AgentError> {
    let told = serde_json::to_vec(facts).map_err(|error| AgentError::BadFact { what: error.to_string() })?;
    Ok(hex(&sha256(&told)))
}

/// The newest acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastAcknowledged {
    /// The report's number.
    pub sequence: u64,
    /// When the acknowledgement came, by the device's clock.
    #[serde(deserialize_with = "crate::moment::read")]
    pub at: Timestamp,
    /// The device's state in the fleet, as the server judges it.
    pub state: DeviceState,
    /// The server's verdicts, authoritative; none when this version cannot read them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posture: Option<ReceivedPosture>,
}

/// What the server made of an assertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EvidenceTold {
    /// When the answer came, by the device's clock.
    #[serde(deserialize_with = "crate::moment::read")]
    pub(super) at: Timestamp,
    pub(super) proved: bool,
    /// Why it does not prove what was asked.
    pub(super) reasons: Vec<String>,
}

/// Everything above in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contact {
    pub(super) device: DeviceId,
    pub(super) challenge: String,
    clocks: Anchor,
    /// The version of the report's schema to speak.
    #[serde(default = "first_schema", skip_serializing_if = "is_first_schema")]
    pub(super) schema: u32,
    pub(super) full: Option<AcknowledgedFull>,
    pub(super) acknowledged: Option<LastAcknowledged>,
    /// What the server calls the posture in `acknowledged`; it goes with the next report, to be spared another copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) posture_tag: Option<String>,
    /// The newest policy and catalogue that the server told of.
    pub(super) told_policy: PolicyRevision,
    pub(super) told_catalogue: u64,
    #[serde(default, deserialize_with = "crate::moment::read_optional")]
    pub(super) next_check_in: Option<Timestamp>,
    /// The server wants another report soon: it refused one that this device can make better.
    pub(super) report_again: bool,
    /// The server does not take the challenge any more.
    pub(super) challenge_spent: bool,
    /// When the server last said that it would like fresh evidence for the device's key; none where it does not.
    #[serde(default, deserialize_with = "crate::moment::read_optional", skip_serializing_if = "Option::is_none")]
    pub(super) evidence_wanted_at: Option<Timestamp>,
    /// When fresh evidence was made last: an assertion, or a key with an attestation.
    #[serde(default, deserialize_with = "crate::moment::read_optional", skip_serializing_if = "Option::is_none")]
    pub(super) evidence_made_at: Option<Timestamp>,
    /// What the server made of the newest assertion of the key that signs; none before there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) evidence_told: Option<EvidenceTold>,
    pub(super) left: bool,
    /// When it was heard that it is out because the company closed it.
    #[serde(default, deserialize_with = "crate::moment::read_optional", skip_serializing_if = "Option::is_none")]
    pub(super) closed_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "crate::moment::read_optional")]
    pub(super) attempted_at: Option<Timestamp>,
    pub(super) failures: u32,
    #[serde(default, deserialize_with = "crate::moment::read_optional")]
    pub(super) not_before: Option<Timestamp>,
    pub(super) problems: Vec<Problem>,
}

/// A wait that is longer than any that is ever set comes from a clock that was wrong, and is not kept.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(25);

/// Problems that an acknowledgement does not end.
const LASTING: &[&str] = &[
    "left",
    "device-closed",
    "downgrade",
    "untrusted",
    "report-sequence-conflict",
    "report-sequence-passed",
    "statement-refused",
];

/// Problems of one attempt, gone with the next that succeeds.
const PASSING: &[&str] =
    &["server-busy", "not-atalaya", "bad-address", "server-identity", "offline", "enrol-again", "signing-key"];

/// A tag is sent back inside a path, so a server cannot choose more than letters of base64.
fn fits_in_a_path(tag: &str) -> bool {
    (1..=64).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

impl Contact {
    /// The contact of this enrolment; a fresh one where what is kept is of another.
    pub(super) fn load(storage: &dyn Storage, enrolled: &Enrolled) -> Result<Self, StorageError> {
        let kept: Option<Self> = read_json(storage, NAME)?;
        Ok(kept
            .filter(|kept| kept.device == enrolled.device)
            .unwrap_or_else(|| Self::begin(enrolled, &DeviceTime { wall: enrolled.answered_at, uptime: None })))
    }

    fn begin(enrolled: &Enrolled, answered: &DeviceTime) -> Self {
        Self {
            device: enrolled.device,
            challenge: enrolled.challenge.clone(),
            clocks: Anchor::new(enrolled.server_time, answered),
            schema: enrolled.schema,
            full: None,
            acknowledged: None,
            posture_tag: None,
            told_policy: (0, 0),
            told_catalogue: 0,
            next_check_in: None,
            report_again: false,
            challenge_spent: false,
            evidence_wanted_at: None,
            evidence_made_at: None,
            evidence_told: None,
            left: false,
            closed_at: None,
            attempted_at: None,
            failures: 0,
            not_before: None,
            problems: Vec::new(),
        }
    }

    /// Begins anew after an enrolment. The same device keeps its acknowledged report, which still stands.
    pub(super) fn renew(storage: &dyn Storage, enrolled: &Enrolled, answered: &DeviceTime) -> Result<(), StorageError> {
        let kept = Self::load(storage, enrolled)?;
        let Self { full, acknowledged, posture_tag, .. } = kept;
        Self { full, acknowledged, posture_tag, ..Self::begin(enrolled, answered) }.save(storage)
    }

    pub(super) fn save(&self, storage: &dyn Storage) -> Result<(), StorageError> {
        write_json(storage, NAME, self)
    }

    /// Refuses where the device is out of the fleet: nothing is read or sent any more.
    pub(super) const fn still_in(&self) -> Result<(), AgentError> {
        match (self.left, self.closed_at) {
            (false, _) => Ok(()),
            (true, None) => Err(AgentError::Left),
            (true, Some(_)) => Err(AgentError::DeviceClosed),
        }
    }

    /// The device is out of the fleet: nobody waits for it or asks it for anything any more.
    pub(super) fn ended(&mut self, closed: bool, now: Timestamp) {
        self.left = true;
        self.closed_at = closed.then_some(now);
        self.succeeded();
        self.next_check_in = None;
        self.note(if closed { &AgentError::DeviceClosed } else { &AgentError::Left }, now);
    }

    /// The best known time.
    pub(super) fn trusted(&self, now: &DeviceTime) -> Timestamp {
        self.clocks.trusted(now)
    }

    /// How far the clock on this device's wall is ahead of the best known time.
    pub(super) fn ahead(&self, now: &DeviceTime) -> SignedDuration {
        self.clocks.ahead(now)
    }

    /// When the clock on this device's wall, as it is set now, will say so, of a moment by the best known time.
    pub(super) fn by_device(&self, trusted: Timestamp, now: &DeviceTime) -> Timestamp {
        trusted.checked_add(self.shift(now)).unwrap_or(Timestamp::MAX)
    }

    /// The same moment by the best known time, of one by the clock on this device's wall.
    pub(super) fn by_server(&self, device: Timestamp, now: &DeviceTime) -> Timestamp {
        device.checked_sub(self.shift(now)).unwrap_or(device)
    }

    /// How far moments of the one lie from those of the other. An answer takes its time and every clock drifts, so less
    /// than a minute is nothing; more is rounded up to minutes, so that the same moment has one name.
    fn shift(&self, now: &DeviceTime) -> SignedDuration {
        let ahead = self.ahead(now);
        if ahead.abs() < SignedDuration::from_mins(1) {
            return SignedDuration::ZERO;
        }
        let minutes = ahead.as_mins();
        SignedDuration::from_mins(if ahead > SignedDuration::from_mins(minutes) { minutes + 1 } else { minutes })
    }

    /// An attempt was made: from now on the best known time goes no further back than this.
    pub(super) fn attempted(&mut self, now: &DeviceTime) {
        self.attempted_at = Some(now.wall);
        self.clocks = self.clocks.carried(now);
    }

    /// Until when the device waits after failures; none when it need not.
    pub(super) fn held_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.not_before.filter(|moment| *moment > now && moment.duration_since(now) <= LONGEST_WAIT)
    }

    /// Takes what an acknowledgement says. `full` is the fingerprint of the report's facts when it was a full one.
    pub(super) fn take(&mut self, answer: &Acknowledgement, full: Option<&str>, now: &DeviceTime) {
        self.hear(&answer.challenge, answer.server_time, now);
        let now = now.wall;
        self.told_policy = (answer.policy_epoch, answer.policy_revision);
        self.evidence_wanted_at = answer.evidence_wanted.then_some(now);
        self.told_catalogue = answer.catalogue_revision;
        self.next_check_in = now.checked_add(SignedDuration::from_secs(answer.next_check_in.into())).ok();
        self.report_again = false;
        let only = [answer.schema_version];
        let theirs = if answer.schema_versions.is_empty() { &only[..] } else { &answer.schema_versions };
        match common_schema(theirs) {
            Some(common) => self.schema = common,
            None => self.note(&AgentError::Outdated { offered: answer.schema_version }, now),
        }
        if let Some(facts_hash) = full {
            let facts_hash = facts_hash.to_owned();
            self.full = Some(AcknowledgedFull { hash: answer.report_hash.clone(), facts_hash });
        }
        let posture = self.posture_of(answer);
        self.posture_tag = answer.posture_tag.clone().filter(|tag| posture.is_some() && fits_in_a_path(tag));
        self.acknowledged = Some(LastAcknowledged { sequence: answer.sequence, at: now, state: answer.state, posture });
    }

    /// The posture of an answer; the one that is held where the answer names it and spares another copy.
    fn posture_of(&mut self, answer: &Acknowledgement) -> Option<ReceivedPosture> {
        if answer.posture.is_null() && answer.posture_tag.is_some() && answer.posture_tag == self.posture_tag {
            return self.acknowledged.take().and_then(|held| held.posture);
        }
        // From text, as everything else: a second kind of reader would be a hundredth of a phone's library.
        serde_json::from_slice(&serde_json::to_vec(&answer.posture).ok()?).ok()
    }

    /// Takes a new challenge.
    pub(super) fn hear(&mut self, challenge: &str, server_time: Timestamp, now: &DeviceTime) {
        challenge.clone_into(&mut self.challenge);
        self.challenge_spent = false;
        self.clocks = Anchor::new(server_time, now);
    }

    /// Keeps a problem until its cause is gone, one of each code.
    pub(super) fn note(&mut self, error: &AgentError, now: Timestamp) {
        self.cured(error.code());
        self.problems.push(Problem { code: error.code().to_owned(), words: error.to_string(), at: now });
    }

    /// The cause of this problem is gone.
    pub(super) fn cured(&mut self, code: &str) {
        self.problems.retain(|problem| problem.code != code);
    }

    /// The server takes reports: what it refused before is history, but for what an acknowledgement does not end.
    pub(super) fn forget_refusals(&mut self) {
        self.problems.retain(|problem| LASTING.contains(&problem.code.as_str()));
    }

    /// An attempt came through.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.not_before = None;
        self.problems.retain(|problem| !PASSING.contains(&problem.code.as_str()));
    }

    /// An attempt did not come through; the next waits.
    pub(super) fn failed(&mut self, error: &AgentError, asked: Option<Duration>, random: &dyn Random, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        let wait = SignedDuration::try_from(backoff::wait(self.failures, asked, random)).unwrap_or(LONGEST_WAIT);
        self.not_before = now.checked_add(wait).ok();
        self.note(error, now);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_posture_stays_only_where_the_answer_names_it() {
        let now: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
        let mut contact: Contact = serde_json::from_value(json!({
            "device": DeviceId::new(1, [7; 12]), "challenge": "c", "clocks": { "server": now, "device": now },
            "full": null, "acknowledged": null, "toldPolicy": [1, 1], "toldCatalogue": 1, "nextCheckIn": null,
            "reportAgain": false, "challengeSpent": false, "left": false, "attemptedAt": null, "failures": 0,
            "notBefore": null, "problems": [] }))
        .unwrap();
        let mut answer: Acknowledgement =
            serde_json::from_str(include_str!("../../../tests/golden/v1/acknowledgement.json")).unwrap();
        let posture = answer.posture.clone();
        let mut told = |posture: &Value, tag: Option<&str>| {
            (answer.posture, answer.posture_tag) = (posture.clone(), tag.map(str::to_owned));
            contact.take(&answer, None, &DeviceTime { wall: now, uptime: None });
            (contact.acknowledged.clone().unwrap().posture.is_some(), contact.posture_tag.clone())
        };
        let held = Some("a-Tag_1".to_owned());
        assert_eq!(told(&posture, None), (true, None), "an older server names none");
        assert_eq!(told(&posture, Some("a-Tag_1")), (true, held.clone()));
        assert_eq!(told(&Value::Null, Some("a-Tag_1")), (true, held));
        assert_eq!(told(&Value::Null, Some("another")), (false, None), "what is not held is not known");
        assert_eq!(told(&Value::Null, None), (false, None));
        assert_eq!(told(&json!({ "state": 7 }), Some("a-Tag_1")), (false, None), "none that cannot be read is held");
        for bad in ["", "a b", "a&b=c", "../a", "\u{e9}", &"a".repeat(65)] {
            assert_eq!(told(&posture, Some(bad)), (true, None), "{bad}");
        }
    }
}
