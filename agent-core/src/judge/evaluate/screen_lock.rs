//! Is there a screen lock, and is it good enough?

use super::{
    super::{check::Rule, facts::Platform, policy::Condition, reason::Reason},
    finding::{Asked, Finding, Found},
};

pub(super) fn find(asked: &Asked<'_>) -> Found {
    let facts = asked.context.facts;
    if asked.rule.rule == Rule::LockSet {
        return match asked.read(&facts.screen_lock) {
            Ok((locked, evidence)) => Found::that(*locked, Reason::LockSet {}, Reason::LockMissing {}, evidence),
            Err(reason) => Found::unknown(reason),
        };
    }
    let Condition::Complexity(required) = &asked.rule.condition else { return asked.misfit() };
    match asked.read(&facts.lock_complexity) {
        Ok((found, evidence)) => {
            let (found, required, holds) = (found.to_string(), required.to_string(), found >= required);
            let fails = Reason::LockTooSimple { found: found.clone(), required: required.clone() };
            Found::that(holds, Reason::LockGood { found, required }, fails, evidence)
        }
        // Only Android tells the quality of a lock; elsewhere no app may know it.
        Err(_) if facts.platform != Platform::Android => Found {
            finding: Finding::NotApplicable(Reason::NotOnThisPlatform { platform: facts.platform.to_string() }),
            evidence: None,
            changes_at: None,
            not_before: None,
        },
        Err(reason) => Found::unknown(reason),
    }
}
