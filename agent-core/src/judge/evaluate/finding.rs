//! What one rule found, before standing and grace.

use jiff::Timestamp;

use super::super::{
    catalogue::Catalogue,
    facts::{DeviceFacts, Evidence, Reading, UnknownReason},
    policy::{Policy, RulePolicy},
    reason::Reason,
};

/// All that a judgement looks at but the standing.
pub(super) struct Context<'a> {
    pub(super) facts: &'a DeviceFacts,
    pub(super) policy: &'a Policy,
    pub(super) catalogue: &'a Catalogue,
    pub(super) now: Timestamp,
}

/// One rule being asked.
pub(super) struct Asked<'a> {
    pub(super) rule: &'a RulePolicy,
    /// The weakest evidence that is accepted; none: any.
    pub(super) least: Option<Evidence>,
    pub(super) context: &'a Context<'a>,
}

/// What a rule found.
pub(super) enum Finding {
    Passes(Reason),
    Fails(Reason),
    /// Not yet failing, by its own measure (an age): shown, never counted.
    Nudges(Reason),
    Unknown(Reason),
    NotApplicable(Reason),
}

/// A finding with what it rests on.
pub(super) struct Found {
    pub(super) finding: Finding,
    /// The weakest evidence among the readings it rests on.
    pub(super) evidence: Option<Evidence>,
    /// When the same readings would be found otherwise.
    pub(super) changes_at: Option<Timestamp>,
    /// For a failing that time alone brought about: when it began.
    pub(super) not_before: Option<Timestamp>,
}

impl Found {
    pub(super) const fn new(finding: Finding, evidence: Evidence) -> Self {
        Self { finding, evidence: Some(evidence), changes_at: None, not_before: None }
    }

    /// Passes or fails by a plain condition.
    pub(super) fn that(holds: bool, passes: Reason, fails: Reason, evidence: Evidence) -> Self {
        Self::new(if holds { Finding::Passes(passes) } else { Finding::Fails(fails) }, evidence)
    }

    pub(super) const fn unknown(reason: Reason) -> Self {
        Self { finding: Finding::Unknown(reason), evidence: None, changes_at: None, not_before: None }
    }

    pub(super) const fn changing(mut self, at: Option<Timestamp>) -> Self {
        self.changes_at = at;
        self
    }

    pub(super) fn resting_on(mut self, evidence: Evidence) -> Self {
        self.evidence = Some(self.evidence.map_or(evidence, |own| own.min(evidence)));
        self
    }
}

impl Asked<'_> {
    /// The value of a reading that is known well enough, or the reason why not.
    pub(super) fn read<'r, T>(&self, reading: &'r Reading<T>) -> Result<(&'r T, Evidence), Reason> {
        match reading {
            Reading::Known { value, evidence } => match self.least {
                Some(least) if *evidence < least => {
                    Err(Reason::UnknownWeakEvidence { found: evidence.to_string(), required: least.to_string() })
                }
                _ => Ok((value, *evidence)),
            },
            Reading::Unknown { unknown } => Err(match unknown {
                UnknownReason::PlatformForbids => Reason::UnknownPlatformForbids {},
                UnknownReason::PermissionMissing => Reason::UnknownPermissionMissing {},
                UnknownReason::NotSupported => Reason::UnknownNotSupported {},
                UnknownReason::NotInThisProfile => Reason::UnknownNotInThisProfile {},
                UnknownReason::SourcesDisagree => Reason::UnknownSourcesDisagree {},
                UnknownReason::ProbeFailed => Reason::UnknownProbeFailed {},
                UnknownReason::NotCollected => Reason::UnknownNotCollected {},
            }),
        }
    }

    /// The rule and its condition do not fit: a policy that was not read by its reader. Unknown, never passed.
    pub(super) fn misfit(&self) -> Found {
        Found::unknown(Reason::UnsupportedRule { rule: self.rule.rule.to_string() })
    }
}
