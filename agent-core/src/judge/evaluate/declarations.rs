//! Did the person answer what nobody can measure, recently enough?

use jiff::Timestamp;

use super::{
    super::{policy::Condition, reason::Reason},
    finding::{Asked, Finding, Found},
};

pub(super) fn find(asked: &Asked<'_>) -> Found {
    let Some(wanted) = asked.rule.rule.declaration() else { return asked.misfit() };
    let (made, evidence) = match asked.read(&asked.context.facts.declarations) {
        Ok(read) => read,
        Err(reason) => return Found::unknown(reason),
    };
    let declaration = wanted.to_string();
    let newest = made.iter().filter(|made| made.declaration == wanted).max_by_key(|made| made.on);
    let Some(newest) = newest else {
        return Found::new(Finding::Fails(Reason::DeclarationMissing { declaration }), evidence);
    };
    if !newest.affirmed {
        return Found::new(Finding::Fails(Reason::DeclarationDenied { declaration }), evidence);
    }
    let expires = match asked.rule.condition {
        Condition::MaxAge(_) | Condition::Holds => asked.rule.condition.expires(newest.on).unwrap_or(Timestamp::MAX),
        _ => return asked.misfit(),
    };
    let fails = Reason::DeclarationExpired { declaration, on: newest.on.to_string() };
    Found::that(asked.context.now < expires, Reason::DeclarationsGood {}, fails, evidence).changing(Some(expires))
}
