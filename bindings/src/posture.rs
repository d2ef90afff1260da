//! What the device or the server makes of the device, in the person's words.

use std::time::SystemTime;

use agent_core::{
    client,
    judge::{Check, DeviceState, Evidence, Remediation, Verdict, check::Severity, text::Told},
};

use crate::moment::moment;

/// All verdicts at one moment.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Posture {
    /// The overall state.
    pub state: DeviceState,
    /// Whether the device judged this itself and the server has not yet.
    pub provisional: bool,
    /// The moment of judgement.
    pub at: SystemTime,
    /// Each check, what needs doing first.
    pub checks: Vec<CheckVerdict>,
}

/// The answer to one check.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CheckVerdict {
    /// The check.
    pub check: Check,
    /// The answer.
    pub verdict: Verdict,
    /// How much it weighs.
    pub severity: Severity,
    /// Whether it counts towards the overall state.
    pub counted: bool,
    /// Whether it fails and there is still time.
    pub in_grace: bool,
    /// The stable code of the reason.
    pub reason: String,
    /// The check's name.
    pub title: String,
    /// What is so.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// What to do, and how long it takes.
    pub fix: Option<String>,
    /// The step that mends it.
    pub remediation: Remediation,
    /// Since when it is so.
    pub since: SystemTime,
    /// Until when there is time.
    pub deadline: Option<SystemTime>,
    /// The weakest evidence that the answer rests on.
    pub evidence: Option<Evidence>,
}

impl From<client::ToldPosture> for Posture {
    fn from(posture: client::ToldPosture) -> Self {
        let client::ToldPosture { state, provisional, at, checks } = posture;
        Self { state, provisional, at: moment(at), checks: checks.into_iter().map(CheckVerdict::from).collect() }
    }
}

impl From<client::ToldVerdict> for CheckVerdict {
    fn from(verdict: client::ToldVerdict) -> Self {
        let client::ToldVerdict {
            check,
            verdict,
            severity,
            counted,
            in_grace,
            reason,
            told: Told { title, what, why, fix },
            remediation,
            since,
            deadline,
            evidence,
        } = verdict;
        Self {
            check,
            verdict,
            severity,
            counted,
            in_grace,
            reason,
            title,
            what,
            why,
            fix,
            remediation,
            since: moment(since),
            deadline: deadline.map(moment),
            evidence,
        }
    }
}
