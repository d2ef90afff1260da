//! The one function that judges. The same on the phone (offline, provisional) and on the server (authoritative).
//!
//! Each check finds what holds (`finding`); this file joins the findings with severity, standing, grace,
//! exceptions and the treatment of unknown, and tells the overall state.

mod app_authenticity;
mod declarations;
mod developer_options;
mod device_encryption;
mod device_integrity;
mod finding;
mod os_version;
mod release;
mod screen_lock;
mod security_patch;
#[cfg(test)]
mod tests;
mod usage_rules;
mod whatsapp_business;
mod whatsapp_consumer;

use jiff::Timestamp;

use self::finding::{Context, Finding, Found};
use super::{
    catalogue::{Catalogue, Quarantine},
    check::{Check, Rule, Severity, UnknownTreatment},
    facts::{DeviceFacts, Evidence},
    period::Period,
    policy::{CheckPolicy, Exception, Policy, RulePolicy},
    posture::{CheckVerdict, Posture, PostureState, RuleOutcome, RuleVerdict, Verdict},
    reason::Reason,
    standing::{Held, Standing},
};

/// Judges what was seen against what is required.
pub fn evaluate(
    facts: &DeviceFacts,
    policy: &Policy,
    catalogue: &Catalogue,
    standing: &Standing,
    now: Timestamp,
) -> Posture {
    let mut moments = Moments { now, next: None };
    let context = Context { facts, policy, catalogue, now };
    let named = Check::ALL.iter().copied().filter(|check| {
        policy.names(*check) || policy.unsupported.iter().any(|unsupported| unsupported.check == Some(*check))
    });
    let checks: Vec<CheckVerdict> = named.map(|check| judge_check(check, &context, standing, &mut moments)).collect();
    let whole_check_unsupported = policy.unsupported.iter().any(|unsupported| unsupported.check.is_none());
    Posture {
        state: overall(&checks, whole_check_unsupported, now),
        at: now,
        policy_revision: policy.revision,
        catalogue_revision: catalogue.revision,
        checks,
        changes_at: moments.next,
    }
}

/// The earliest moment after now at which something would be judged otherwise.
struct Moments {
    now: Timestamp,
    next: Option<Timestamp>,
}

impl Moments {
    fn note(&mut self, moment: Timestamp) {
        if moment > self.now && moment < Timestamp::MAX {
            self.next = Some(self.next.map_or(moment, |next| next.min(moment)));
        }
    }
}

fn judge_check(check: Check, context: &Context<'_>, standing: &Standing, moments: &mut Moments) -> CheckVerdict {
    let platform = context.facts.platform;
    let policy = context.policy.check(platform, check);
    let draft = if let Some(exception) = exception(check, context, standing, moments) {
        let until = exception.until.to_string();
        let reason = Reason::Exception { until, why: exception.reason.clone() };
        Draft::not_applicable(reason, policy)
    } else if let Some(policy) = policy {
        judge_rules(policy, context, standing, moments)
    } else {
        Draft::not_applicable(Reason::NotOnThisPlatform { platform: platform.to_string() }, None)
    };
    finish(check, draft, policy, context, standing, moments)
}

/// A check's answer before the treatment of unknown and its `since`.
struct Draft {
    verdict: Verdict,
    reason: Reason,
    deadline: Option<Timestamp>,
    evidence: Option<Evidence>,
    rules: Vec<RuleVerdict>,
}

impl Draft {
    fn not_applicable(reason: Reason, policy: Option<&CheckPolicy>) -> Self {
        let rules = policy.map_or(&[][..], |policy| &policy.rules).iter();
        let rules = rules.map(|rule| RuleVerdict {
            rule: rule.rule,
            outcome: RuleOutcome::NotApplicable,
            reason: reason.clone(),
        });
        Self { verdict: Verdict::NotApplicable, rules: rules.collect(), reason, deadline: None, evidence: None }
    }
}

fn judge_rules(policy: &CheckPolicy, context: &Context<'_>, standing: &Standing, moments: &mut Moments) -> Draft {
    let mut evidence: Option<Evidence> = None;
    let rules: Vec<RuleVerdict> = policy
        .rules
        .iter()
        .map(|rule| {
            let found = find(rule, policy, context);
            evidence = weaker(evidence, found.evidence);
            if let Some(moment) = found.changes_at {
                moments.note(moment);
            }
            judge_rule(rule, policy, found, context, standing, moments)
        })
        .collect();
    let loudest = rules.iter().max_by_key(|rule| (weight(&rule.outcome), std::cmp::Reverse(rule.rule)));
    let (verdict, reason) = loudest.map_or_else(
        || (Verdict::Unknown, Reason::UnknownNotCollected {}),
        |rule| (verdict_of(&rule.outcome), rule.reason.clone()),
    );
    let beyond = rules.iter().any(|rule| weight(&rule.outcome) == BEYOND_GRACE);
    let deadlines = rules.iter().filter_map(|rule| match rule.outcome {
        RuleOutcome::Failing { deadline, .. } => deadline,
        _ => None,
    });
    let deadline = if beyond { None } else { deadlines.min() };
    Draft { verdict, reason, deadline, evidence, rules }
}

const BEYOND_GRACE: u8 = 5;

/// Which of several rules speaks for the check.
const fn weight(outcome: &RuleOutcome) -> u8 {
    match outcome {
        RuleOutcome::Failing { nudges: false, deadline: None, .. } => BEYOND_GRACE,
        RuleOutcome::Failing { nudges: false, .. } => 4,
        RuleOutcome::Unknown { .. } => 3,
        RuleOutcome::Failing { .. } => 2,
        RuleOutcome::Pass => 1,
        RuleOutcome::NotApplicable => 0,
    }
}

const fn verdict_of(outcome: &RuleOutcome) -> Verdict {
    match outcome {
        RuleOutcome::Failing { nudges: false, .. } => Verdict::Fail,
        RuleOutcome::Failing { .. } => Verdict::Nudge,
        RuleOutcome::Unknown { .. } => Verdict::Unknown,
        RuleOutcome::Pass => Verdict::Pass,
        RuleOutcome::NotApplicable => Verdict::NotApplicable,
    }
}

fn find(rule: &RulePolicy, check: &CheckPolicy, context: &Context<'_>) -> Found {
    let asked = finding::Asked { rule, least: check.min_evidence, context };
    match rule.rule {
        Rule::Encrypted | Rule::BoundToLock => device_encryption::find(&asked),
        Rule::LockSet | Rule::LockComplexity => screen_lock::find(&asked),
        Rule::OsFloor | Rule::OsMinimum | Rule::OsSupported | Rule::OsBehindLatest => os_version::find(&asked),
        Rule::PatchAge => security_patch::find(&asked),
        Rule::BusinessRequired | Rule::BusinessFloor | Rule::BusinessMinimum | Rule::BusinessBehindLatest => {
            whatsapp_business::find(&asked)
        }
        Rule::ConsumerAbsent => whatsapp_consumer::find(&asked),
        Rule::Signer | Rule::Installer | Rule::OwnApp => app_authenticity::find(&asked),
        Rule::VerifiedBoot | Rule::RootSigns => device_integrity::find(&asked),
        Rule::DeveloperOptionsOff | Rule::AdbOff => developer_options::find(&asked),
        Rule::RulesAcknowledged => usage_rules::find(&asked),
        Rule::TwoStepVerification
        | Rule::LinkedDevices
        | Rule::BusinessProfile
        | Rule::AwayMessage
        | Rule::ContactConsent => declarations::find(&asked),
    }
}

fn judge_rule(
    rule: &RulePolicy,
    check: &CheckPolicy,
    found: Found,
    context: &Context<'_>,
    standing: &Standing,
    moments: &mut Moments,
) -> RuleVerdict {
    let now = context.now;
    // A missing lock is one failing, wherever it shows: its standing and grace are those of the screen lock.
    let lock = (rule.rule == Rule::BoundToLock)
        .then(|| context.policy.check(context.facts.platform, Check::ScreenLock))
        .flatten()
        .and_then(|check| check.rules.iter().find(|rule| rule.rule == Rule::LockSet));
    let timing = lock.unwrap_or(rule);
    let stood = |rule: Rule| standing.failing_since.get(&rule).map(|since| (*since).min(now));
    // Asked only of what fails: most rules pass.
    let failing_since = || {
        let own = stood(rule.rule);
        if lock.is_some() { own.into_iter().chain(stood(timing.rule)).min() } else { own }
    };
    let (outcome, reason) = match found.finding {
        Finding::Passes(reason) => (RuleOutcome::Pass, reason),
        Finding::NotApplicable(reason) => (RuleOutcome::NotApplicable, reason),
        Finding::Unknown(reason) => (RuleOutcome::Unknown { failing_since: stood(rule.rule) }, reason),
        Finding::Nudges(reason) => {
            let since = failing_since().unwrap_or(now);
            (RuleOutcome::Failing { since, nudges: true, deadline: None }, reason)
        }
        Finding::Fails(reason) => {
            let begun = found.not_before.map_or(Timestamp::MIN, |moment| moment.min(now));
            let since = failing_since().unwrap_or(now).max(begun);
            let heuristic = found.evidence == Some(Evidence::Heuristic);
            let severity = rule.severity.unwrap_or(if heuristic { Severity::Nudge } else { check.severity });
            // Taken for wrong on this build, it advises; it is asked and shown all the same.
            let severity = if heuristic && is_quarantined(rule.rule, context) { Severity::Nudge } else { severity };
            // The nudging time of an age rule has run out by the age itself.
            let soft = timing.nudge_after.filter(|_| found.not_before.is_none()).unwrap_or(Period::ZERO);
            let hard_from = soft.after(since);
            let nudges = severity == Severity::Nudge || now < hard_from;
            if severity == Severity::Fail {
                moments.note(hard_from);
            }
            let enrolment = standing.enrolled_at.map(|at| context.policy.enrolment_grace.after(at));
            let grace_ends = timing.grace.after(hard_from).max(enrolment.unwrap_or(Timestamp::MIN));
            let deadline = (!nudges && now < grace_ends).then_some(grace_ends);
            if let Some(deadline) = deadline {
                moments.note(deadline);
            }
            (RuleOutcome::Failing { since, nudges, deadline }, reason)
        }
    };
    RuleVerdict { rule: rule.rule, outcome, reason }
}

/// Whether the policy wants heuristics to be taken for wrong, and the catalogue names this one for this build.
fn is_quarantined(rule: Rule, context: &Context<'_>) -> bool {
    let named = |one: &Quarantine| one.rule == rule && one.covers(context.facts);
    context.policy.quarantine.is_some() && context.catalogue.quarantines.iter().any(named)
}

/// The exception that covers the check today, through its last day in the policy's zone.
fn exception<'a>(
    check: Check,
    context: &Context<'a>,
    standing: &Standing,
    moments: &mut Moments,
) -> Option<&'a Exception> {
    let zone = &context.policy.quiet_hours.zone;
    let covering = context.policy.exceptions.iter().filter(|exception| {
        exception.check == check && (exception.device.is_none() || exception.device == standing.device)
    });
    let mut longest: Option<(Timestamp, &Exception)> = None;
    for exception in covering {
        let ends = exception
            .until
            .tomorrow()
            .ok()
            .and_then(|day| zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible().ok())
            .unwrap_or(Timestamp::MAX);
        if context.now < ends && longest.is_none_or(|(end, _)| ends > end) {
            longest = Some((ends, exception));
        }
    }
    let (ends, exception) = longest?;
    moments.note(ends);
    Some(exception)
}

fn finish(
    check: Check,
    mut draft: Draft,
    policy: Option<&CheckPolicy>,
    context: &Context<'_>,
    standing: &Standing,
    moments: &mut Moments,
) -> CheckVerdict {
    let now = context.now;
    let excepted = matches!(draft.reason, Reason::Exception { .. });
    let newer = context.policy.unsupported.iter().find(|unsupported| unsupported.check == Some(check));
    if let Some(newer) = newer.filter(|_| !excepted && draft.verdict != Verdict::Fail) {
        draft.verdict = Verdict::Unknown;
        draft.reason = Reason::UnsupportedRule { rule: newer.path.clone() };
    }
    let held = standing.held.get(&check);
    let since = held.filter(|held| held.verdict == draft.verdict).map_or(now, |held| held.since.min(now));
    let severity = policy.map_or(Severity::Fail, |policy| policy.severity);
    let treatment = policy.map_or(UnknownTreatment::Count, |policy| policy.unknown);
    let counted = match draft.verdict {
        Verdict::NotApplicable | Verdict::Nudge => false,
        Verdict::Unknown => severity == Severity::Fail && treatment != UnknownTreatment::Tolerate,
        Verdict::Pass | Verdict::Fail => true,
    };
    // An unknown runs its own time also where a failing rule speaks for the check: it must not wait behind it.
    let unanswered = draft.rules.iter().any(|rule| matches!(rule.outcome, RuleOutcome::Unknown { .. }));
    let unanswered = !excepted && (unanswered || newer.is_some() || draft.verdict == Verdict::Unknown);
    let unanswered = unanswered && severity == Severity::Fail && treatment == UnknownTreatment::Fail;
    let unknown_since = unanswered.then(|| held.and_then(Held::unknown_since).map_or(now, |since| since.min(now)));
    if let Some(unknown_since) = unknown_since.filter(|_| counted) {
        let grace = policy.map_or(Period::ZERO, |policy| policy.unknown_grace);
        let enrolment = standing.enrolled_at.map(|at| context.policy.enrolment_grace.after(at));
        let ends = grace.after(unknown_since).max(enrolment.unwrap_or(Timestamp::MIN));
        moments.note(ends);
        draft.deadline = match draft.verdict {
            Verdict::Fail => draft.deadline.map(|deadline| deadline.min(ends)).filter(|deadline| now < *deadline),
            _ => Some(ends),
        };
    }
    CheckVerdict {
        check,
        verdict: draft.verdict,
        severity,
        counted,
        reason: draft.reason,
        since,
        unknown_since: unknown_since.filter(|began| draft.verdict != Verdict::Unknown || *began != since),
        deadline: draft.deadline,
        evidence: draft.evidence,
        rules: draft.rules,
    }
}

/// An unknown that counts as failing carries a deadline, also when that has passed; other unknowns carry none.
fn overall(checks: &[CheckVerdict], whole_check_unsupported: bool, now: Timestamp) -> PostureState {
    let failing = |verdict: &&CheckVerdict| match verdict.verdict {
        Verdict::Fail => true,
        Verdict::Unknown => verdict.counted && verdict.deadline.is_some(),
        _ => false,
    };
    let in_grace = |verdict: &CheckVerdict| verdict.deadline.is_some_and(|deadline| now < deadline);
    if checks.iter().filter(failing).any(|verdict| !in_grace(verdict)) {
        return PostureState::NotCompliant;
    }
    if checks.iter().any(|verdict| failing(&verdict)) {
        return PostureState::InGrace;
    }
    let unknown = checks.iter().any(|verdict| verdict.verdict == Verdict::Unknown && verdict.counted);
    let answered = checks.iter().any(|verdict| matches!(verdict.verdict, Verdict::Pass | Verdict::Nudge));
    if unknown || whole_check_unsupported || !answered {
        return PostureState::Unknown;
    }
    PostureState::Compliant
}

fn weaker(a: Option<Evidence>, b: Option<Evidence>) -> Option<Evidence> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
