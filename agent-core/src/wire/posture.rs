//! The server's posture as an agent reads it: words it does not know yet are kept as they came.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::judge::{CheckVerdict, Posture, Reason};

/// [`crate::judge::Posture`] as it was received. Checks, verdicts and codes are text: a newer server may know more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedPosture {
    /// The overall state.
    pub state: String,
    /// The moment of judgement.
    #[serde(deserialize_with = "crate::moment::read")]
    pub at: Timestamp,
    /// The policy's revision.
    pub policy_revision: u64,
    /// The catalogue's revision; 0 when there was none.
    pub catalogue_revision: u64,
    /// Each check that the policy names.
    pub checks: Vec<ReceivedVerdict>,
    /// The next moment at which the same facts would be judged otherwise; none when they never would.
    #[serde(default, deserialize_with = "crate::moment::read_optional", skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<Timestamp>,
}

/// The answer to one check as it was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedVerdict {
    /// The check.
    pub check: String,
    /// The answer.
    pub verdict: String,
    /// How much it weighs.
    pub severity: String,
    /// Whether it counts towards the overall state.
    pub counted: bool,
    /// Why.
    pub reason: ReceivedReason,
    /// Since when the verdict is so.
    #[serde(deserialize_with = "crate::moment::read")]
    pub since: Timestamp,
    /// When grace ends, while in grace.
    #[serde(default, deserialize_with = "crate::moment::read_optional", skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// The weakest evidence that the answer rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// Why a verdict is what it is: goes into the text table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedReason {
    /// The stable code.
    pub code: String,
    /// The parameters of the sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

/// The device's own posture, in the form that the server's has.
impl From<&Posture> for ReceivedPosture {
    fn from(posture: &Posture) -> Self {
        Self {
            state: posture.state.as_str().to_owned(),
            at: posture.at,
            policy_revision: posture.policy_revision,
            catalogue_revision: posture.catalogue_revision,
            checks: posture.checks.iter().map(ReceivedVerdict::from).collect(),
            changes_at: posture.changes_at,
        }
    }
}

impl From<&CheckVerdict> for ReceivedVerdict {
    fn from(verdict: &CheckVerdict) -> Self {
        Self {
            check: verdict.check.as_str().to_owned(),
            verdict: verdict.verdict.as_str().to_owned(),
            severity: verdict.severity.as_str().to_owned(),
            counted: verdict.counted,
            reason: ReceivedReason::from(&verdict.reason),
            since: verdict.since,
            deadline: verdict.deadline,
            evidence: verdict.evidence.map(|evidence| evidence.as_str().to_owned()),
        }
    }
}

impl From<&Reason> for ReceivedReason {
    fn from(reason: &Reason) -> Self {
        let params = reason.params().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { code: reason.code().to_owned(), params: params.collect() }
    }
}

impl ReceivedPosture {
    /// The verdict on this check.
    pub fn check(&self, check: &str) -> Option<&ReceivedVerdict> {
        self.checks.iter().find(|verdict| verdict.check == check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{
        Catalogue, DeviceFacts, Platform, Standing, evaluate, policy::document::PolicyDocument, text::told,
    };

    #[test]
    fn what_the_server_judged_is_read_and_told() {
        let policy = serde_json::json!({ "apiVersion": "posture/v1", "kind": "Policy",
            "metadata": { "name": "test", "revision": 7 },
            "spec": { "checks": { "screen-lock": { "complexity": "medium", "grace": "3d" }, "usage-rules": { "version": 1 } } } });
        let policy = PolicyDocument::from_json(&policy).unwrap().policy;
        let mut facts = DeviceFacts::nothing_collected(Platform::Android);
        facts.screen_lock = crate::judge::Reading::reported(false);
        let now = "2026-11-24T09:00:00Z".parse().unwrap();
        let posture = evaluate(&facts, &policy, &Catalogue::default(), &Standing::default(), now);
        let mut json = serde_json::to_value(&posture).unwrap();
        let read: ReceivedPosture = serde_json::from_value(json.clone()).unwrap();
        assert_eq!((read.state.as_str(), read.policy_revision), (posture.state.as_str(), 7));
        assert_eq!(ReceivedPosture::from(&posture), read);
        for (read, judged) in read.checks.iter().zip(&posture.checks) {
            assert_eq!(read.check, judged.check.as_str());
            assert_eq!(read.verdict, judged.verdict.as_str());
            assert_eq!(read.reason.code, judged.reason.code());
            assert_eq!((read.since, read.deadline), (judged.since, judged.deadline));
            let told = told(crate::judge::text::Language::En, judged.check, &read.reason.code, &read.reason.params);
            assert!(!told.what.contains('{'), "{}", told.what);
        }
        assert_eq!(read.checks.len(), posture.checks.len());

        json["checks"][0]["check"] = "biometrics".into();
        json["checks"][0]["reason"] = serde_json::json!({ "code": "biometrics.weird", "params": { "a": "b" } });
        json["mood"] = "sunny".into();
        let newer: ReceivedPosture = serde_json::from_value(json).unwrap();
        assert_eq!(newer.check("biometrics").unwrap().reason.code, "biometrics.weird");
    }
}
