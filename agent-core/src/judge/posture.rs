//! The answer: all verdicts of a device at one moment, and its overall state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    check::{Check, Rule, Severity},
    facts::Evidence,
    reason::Reason,
    words::words,
};

words! {
    /// The answer to one check.
    Verdict {
        /// As the policy wants it.
        Pass = "pass",
        /// Not as the policy wants it, softly: shown, never counted.
        Nudge = "nudge",
        /// Not as the policy wants it; in grace while a deadline stands.
        Fail = "fail",
        /// Could not be answered, with the reason.
        Unknown = "unknown",
        /// Not asked of this device.
        NotApplicable = "not-applicable",
    }
}

words! {
    /// The overall state as the pure judgement knows it.
    PostureState {
        /// Nothing that counts fails or is unknown.
        Compliant = "compliant",
        /// Something fails, and its grace runs.
        InGrace = "in-grace",
        /// Something fails beyond its grace.
        NotCompliant = "not-compliant",
        /// Something that counts could not be answered.
        Unknown = "unknown",
    }
}

words! {
    /// The overall state as the fleet sees it: the posture's, or stale for a silent device.
    DeviceState {
        /// Nothing that counts fails or is unknown.
        Compliant = "compliant",
        /// Something fails, and its grace runs.
        InGrace = "in-grace",
        /// Something fails beyond its grace, or the device was silent for too long.
        NotCompliant = "not-compliant",
        /// Something that counts could not be answered.
        Unknown = "unknown",
        /// No report for longer than the policy allows.
        Stale = "stale",
    }
}

impl From<PostureState> for DeviceState {
    fn from(state: PostureState) -> Self {
        match state {
            PostureState::Compliant => Self::Compliant,
            PostureState::InGrace => Self::InGrace,
            PostureState::NotCompliant => Self::NotCompliant,
            PostureState::Unknown => Self::Unknown,
        }
    }
}

/// What became of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum RuleOutcome {
    /// The condition holds.
    #[serde(rename = "pass")]
    Pass,
    /// The condition does not hold.
    #[serde(rename = "failing")]
    #[serde(rename_all = "camelCase")]
    Failing {
        /// Since when without a pass between.
        since: Timestamp,
        /// Whether it only nudges, by severity or because `nudgeAfter` has not run out.
        nudges: bool,
        /// When its grace ends, while it is in grace; none when it only nudges or is beyond.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deadline: Option<Timestamp>,
    },
    /// The condition could not be answered.
    #[serde(rename = "unknown")]
    #[serde(rename_all = "camelCase")]
    Unknown {
        /// Since when it had been failing, if it had.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failing_since: Option<Timestamp>,
    },
    /// Not asked on this platform, or under an exception.
    #[serde(rename = "not-applicable")]
    NotApplicable,
}

/// One rule with what became of it and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleVerdict {
    /// The rule.
    pub rule: Rule,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: RuleOutcome,
    /// Why.
    pub reason: Reason,
}

/// The answer to one check: the weightiest of its rules speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckVerdict {
    /// The check.
    pub check: Check,
    /// The answer.
    pub verdict: Verdict,
    /// How much it weighs under this policy.
    pub severity: Severity,
    /// Whether it counts towards the overall state (an unknown that is tolerated does not, nor a nudge).
    pub counted: bool,
    /// Why, as a code with parameters; the words stand in the text table.
    pub reason: Reason,
    /// Since when the verdict is so.
    pub since: Timestamp,
    /// Under `unknown: fail`, since when one of its rules could not be answered, where that is not what `since` tells:
    /// another rule speaks for the check, or did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_since: Option<Timestamp>,
    /// When grace ends, while in grace. The earliest among its failing rules and an unknown that counts as failing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// The weakest evidence among the readings that the answer rests on; none when nothing was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Each rule that was judged, in the order of [`Rule::ALL`].
    pub rules: Vec<RuleVerdict>,
}

/// All verdicts of a device at one moment. Checks that the policy does not name are not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Posture {
    /// The overall state.
    pub state: PostureState,
    /// The moment of judgement.
    pub at: Timestamp,
    /// The policy's revision.
    pub policy_revision: u64,
    /// The catalogue's revision; 0 when there was none.
    pub catalogue_revision: u64,
    /// Each check that the policy names, in the order of [`Check::ALL`].
    pub checks: Vec<CheckVerdict>,
    /// The next moment at which the same facts, policy, catalogue and standing would be judged otherwise;
    /// none when they never would. Until then every verdict, state and deadline stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<Timestamp>,
}

impl Posture {
    /// The verdict on this check, when the policy names it.
    pub fn check(&self, check: Check) -> Option<&CheckVerdict> {
        self.checks.iter().find(|verdict| verdict.check == check)
    }
}
