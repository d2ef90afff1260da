//! Did the person acknowledge the current rules of use?

use super::{
    super::{policy::Condition, reason::Reason},
    finding::{Asked, Found},
};

pub(super) fn find(asked: &Asked<'_>) -> Found {
    let Condition::Rules(paper) = &asked.rule.condition else { return asked.misfit() };
    let required = paper.version;
    match asked.read(&asked.context.facts.usage_rules) {
        Ok((Some(acknowledged), evidence)) => {
            let (found, required_text) = (acknowledged.version.to_string(), required.to_string());
            let passes = Reason::RulesAcknowledged { version: found.clone(), on: acknowledged.on.to_string() };
            let fails = Reason::RulesOutdated { found, required: required_text };
            Found::that(acknowledged.version >= required, passes, fails, evidence)
        }
        Ok((None, evidence)) => {
            let required = required.to_string();
            Found::that(false, Reason::DeclarationsGood {}, Reason::RulesNotAcknowledged { required }, evidence)
        }
        Err(reason) => Found::unknown(reason),
    }
}
