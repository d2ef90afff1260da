//! What was so before: since when each rule has failed without a pass between, since when each check
//! has had its verdict, and when the device was enrolled. The phone keeps its own; the server's comes
//! from the timeline.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    check::{Check, Rule},
    posture::{CheckVerdict, Posture, RuleOutcome, Verdict},
};

/// Since when a check has had its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Held {
    /// The verdict.
    pub verdict: Verdict,
    /// Since when without another between.
    #[serde(deserialize_with = "crate::moment::read")]
    pub since: Timestamp,
    /// Under `unknown: fail`, since when one of its rules could not be answered, where that is not what `since` tells:
    /// another rule speaks for the check, or did.
    #[serde(default, deserialize_with = "crate::moment::read_optional", skip_serializing_if = "Option::is_none")]
    pub unknown_since: Option<Timestamp>,
}

impl Held {
    /// Since when something of the check could not be answered, whoever speaks for it; none when all was answered.
    pub fn unknown_since(&self) -> Option<Timestamp> {
        self.unknown_since.or_else(|| (self.verdict == Verdict::Unknown).then_some(self.since))
    }
}

/// What was so before this judgement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Standing {
    /// The device, to find its exceptions; none when a host judges itself unenrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// When the device was enrolled; none before it was.
    #[serde(default, deserialize_with = "crate::moment::read_optional", skip_serializing_if = "Option::is_none")]
    pub enrolled_at: Option<Timestamp>,
    /// Since when each rule has been failing, without a pass or not-applicable between.
    #[serde(default, deserialize_with = "crate::moment::read_map", skip_serializing_if = "BTreeMap::is_empty")]
    pub failing_since: BTreeMap<Rule, Timestamp>,
    /// Since when each check has had its verdict.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<Check, Held>,
}

impl Standing {
    /// The standing after this posture. A pass or not-applicable ends a rule's failing for good; an unknown in
    /// between neither ends nor restarts it. A rule that was not judged at all has no failing left.
    #[must_use]
    pub fn after(&self, posture: &Posture) -> Self {
        let mut next = Self { device: self.device.clone(), enrolled_at: self.enrolled_at, ..Self::default() };
        for verdict in &posture.checks {
            let CheckVerdict { check, verdict: held, since, unknown_since, .. } = *verdict;
            next.held.insert(check, Held { verdict: held, since, unknown_since });
            for rule in &verdict.rules {
                match rule.outcome {
                    RuleOutcome::Failing { since, .. } | RuleOutcome::Unknown { failing_since: Some(since) } => {
                        next.failing_since.insert(rule.rule, since);
                    }
                    RuleOutcome::Unknown { failing_since: None } | RuleOutcome::Pass | RuleOutcome::NotApplicable => {}
                }
            }
        }
        next
    }
}
