//! Are the developer options off?

use super::{
    super::{check::Rule, facts::Platform, reason::Reason},
    finding::{Asked, Finding, Found},
};

pub(super) fn find(asked: &Asked<'_>) -> Found {
    let facts = asked.context.facts;
    if facts.platform != Platform::Android {
        let platform = facts.platform.to_string();
        let finding = Finding::NotApplicable(Reason::NotOnThisPlatform { platform });
        return Found { finding, evidence: None, changes_at: None, not_before: None };
    }
    let (reading, on) = match asked.rule.rule {
        Rule::AdbOff => (&facts.adb, Reason::AdbOn {}),
        _ => (&facts.developer_options, Reason::DeveloperOn {}),
    };
    match asked.read(reading) {
        Ok((is_on, evidence)) => Found::that(!is_on, Reason::DeveloperOff {}, on, evidence),
        Err(reason) => Found::unknown(reason),
    }
}
