//! What a company requires, already parsed: every value possible, every rule resolved per platform.
//!
//! The written form is YAML `apiVersion: posture/v1` ([`document`] reads it, strictly when an administrator
//! writes it, leniently when an older phone reads a newer one); this is what `evaluate` looks at.

mod conditions;
pub mod document;
pub mod evidence;
mod fields;
mod paper;
pub mod quarantine;
pub mod schema;

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, civil::Date};

use super::{
    catalogue::start_of,
    check::{Check, Rule, Severity, UnknownTreatment, Unsupported},
    facts::{Evidence, LockComplexity, Platform, RootSign},
    period::Period,
    quiet_hours::QuietHours,
};

pub use evidence::EvidenceRules;
pub use paper::{LONGEST_TEXT, Notice, Paper};
pub use quarantine::QuarantineRules;

/// When a silent device becomes stale, and when not compliant. Only time outside quiet hours counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaleRules {
    /// Silence after which a device is stale. Default 3 days.
    pub after: Period,
    /// Silence after which a stale device is not compliant; none: it stays stale. Not shorter than `after`.
    pub not_compliant_after: Option<Period>,
}

/// How "latest" is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseRules {
    /// How old a release must be to be expected of everyone. Default 7 days.
    pub hold_back: Period,
    /// How old a source's answer may be and still say what is latest. Default 7 days.
    pub max_source_age: Period,
}

/// What one rule demands. Versions stay text here and are parsed against their own line when the policy is read,
/// so a value that stands here parses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The plain condition of the rule, without a parameter (encrypted, lock set, app there, options off …).
    Holds,
    /// At least this version of the check's product on this platform.
    Minimum(String),
    /// At most this far behind the newest settled release. Both given: failing either fails.
    BehindLatest {
        /// How many settled releases may be newer.
        releases: Option<u32>,
        /// For how many days a newer settled release may have been there.
        days: Option<u32>,
    },
    /// At most this old (patch level, declaration).
    MaxAge(Period),
    /// At least this band of lock quality.
    Complexity(LockComplexity),
    /// One of these SHA-256 signer digests (lower-case hexadecimal); empty: none pinned yet.
    Signers(Vec<String>),
    /// One of these installer packages.
    Installers(Vec<String>),
    /// No root signs but these muted ones.
    NoSigns {
        /// Signs that are left out of the judgement.
        muted: Vec<RootSign>,
    },
    /// A boot verified by the maker, or by the owner's key where this allows it.
    Boot {
        /// Whether a self-signed boot passes.
        allow_self_signed: bool,
    },
    /// At least this version of the rules of use, and their text.
    Rules(Arc<Paper>),
}

impl Condition {
    /// When an answer of this day is asked again; none: never.
    pub fn expires(&self, answered_on: Date) -> Option<Timestamp> {
        if let Self::MaxAge(age) = self { Some(age.after(start_of(answered_on))) } else { None }
    }
}

/// One rule as it applies on one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePolicy {
    /// The rule.
    pub rule: Rule,
    /// What it demands.
    pub condition: Condition,
    /// Its weight; none: the check's, but a failure that rests on heuristic evidence only nudges.
    pub severity: Option<Severity>,
    /// From the first failing to the failure that counts.
    pub grace: Period,
    /// For `security-patch.age` an age, else a time since the first failing: before the rule fails it nudges.
    /// For an age rule the nudge begins at this age; for others the rule nudges for this long, then grace runs.
    pub nudge_after: Option<Period>,
}

/// One check as it applies on one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckPolicy {
    /// Its weight.
    pub severity: Severity,
    /// The weakest evidence that is accepted; none: any.
    pub min_evidence: Option<Evidence>,
    /// How an unanswerable check is counted.
    pub unknown: UnknownTreatment,
    /// Grace of an unknown that counts as failing.
    pub unknown_grace: Period,
    /// The rules, in the order of [`Rule::ALL`]. Never empty.
    pub rules: Vec<RulePolicy>,
}

/// A check that is not asked for some time, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The check.
    pub check: Check,
    /// The device; none: every device under this policy.
    pub device: Option<String>,
    /// The last day on which it holds, in the policy's zone.
    pub until: Date,
    /// Why.
    pub reason: String,
}

/// What the company requires of the devices of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name, a slug.
    pub name: String,
    /// Grows with each change.
    pub revision: u64,
    /// Silence.
    pub stale: StaleRules,
    /// From enrolment, every failing is in grace at least this long. Default 24 hours.
    pub enrolment_grace: Period,
    /// "Latest".
    pub releases: ReleaseRules,
    /// When nothing is collected, sent or notified; also holds the policy's time zone (UTC when none is written).
    pub quiet_hours: QuietHours,
    /// What a person is told before anything is read of their device.
    pub notice: Notice,
    /// What an enrolment must prove, and how long evidence speaks for a device.
    pub evidence: EvidenceRules,
    /// When a heuristic is taken for wrong on one build; none: never.
    pub quarantine: Option<QuarantineRules>,
    /// The checks of each platform. A check that is not here is not asked.
    pub checks: BTreeMap<(Platform, Check), CheckPolicy>,
    /// Exceptions, of any device; `evaluate` picks those of the standing's device.
    pub exceptions: Vec<Exception>,
    /// What a newer policy says and this version does not know. Each makes its check unknown.
    pub unsupported: Vec<Unsupported>,
}

impl Policy {
    /// The check as it applies on this platform, when the policy names it.
    pub fn check(&self, platform: Platform, check: Check) -> Option<&CheckPolicy> {
        self.checks.get(&(platform, check))
    }

    /// The rules of use that it asks for on this platform.
    pub fn usage_rules(&self, platform: Platform) -> Option<&Arc<Paper>> {
        let rules = &self.check(platform, Check::UsageRules)?.rules;
        rules.iter().find_map(|rule| if let Condition::Rules(paper) = &rule.condition { Some(paper) } else { None })
    }

    /// Whether any platform's policy names this check: it is then shown, `not-applicable` elsewhere.
    pub fn names(&self, check: Check) -> bool {
        Platform::ALL.iter().any(|platform| self.checks.contains_key(&(*platform, check)))
    }
}
