//! Is the system unmodified?

use super::{
    super::{check::Rule, facts::BootState, policy::Condition, reason::Reason},
    finding::{Asked, Finding, Found},
};

pub(super) fn find(asked: &Asked<'_>) -> Found {
    let facts = asked.context.facts;
    let good = Reason::IntegrityGood {};
    if asked.rule.rule == Rule::VerifiedBoot {
        let Condition::Boot { allow_self_signed } = asked.rule.condition else { return asked.misfit() };
        return match asked.read(&facts.boot_state) {
            Ok((state, evidence)) => {
                let finding = match state {
                    BootState::Verified => Finding::Passes(good),
                    BootState::SelfSigned if allow_self_signed => Finding::Passes(good),
                    BootState::SelfSigned => Finding::Fails(Reason::BootSelfSigned {}),
                    BootState::Unlocked => Finding::Fails(Reason::BootUnlocked {}),
                    BootState::Failed => Finding::Fails(Reason::BootFailed {}),
                };
                Found::new(finding, evidence)
            }
            Err(reason) => Found::unknown(reason),
        };
    }
    let Condition::NoSigns { muted } = &asked.rule.condition else { return asked.misfit() };
    match asked.read(&facts.root_signs) {
        Ok((signs, evidence)) => {
            // Muted when it was read, and asked for now: nobody looked.
            let not_looked_for =
                facts.muted_root_signs.value().is_some_and(|skipped| skipped.iter().any(|sign| !muted.contains(sign)));
            let loud: Vec<&str> = signs.iter().filter(|sign| !muted.contains(sign)).map(|sign| sign.as_str()).collect();
            if loud.is_empty() && not_looked_for {
                return Found::unknown(Reason::UnknownNotCollected {});
            }
            Found::that(loud.is_empty(), good, Reason::RootSigns { signs: loud.join(", ") }, evidence)
        }
        Err(reason) => Found::unknown(reason),
    }
}
