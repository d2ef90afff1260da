//! Is WhatsApp Business installed and up to date?

use super::{
    super::{
        catalogue::ReleaseLine,
        check::Rule,
        facts::{Evidence, Platform, Presence, Reading, UnknownReason},
        reason::Reason,
        version::{Line, Version},
    },
    finding::{Asked, Finding, Found},
    release::{self, Rivals, Words},
};

const WORDS: Words = Words {
    good: |found| Reason::BusinessGood { found },
    below_floor: |found, floor, cve, exploited| {
        if exploited {
            Reason::BusinessBelowExploitedFloor { found, floor, cve }
        } else {
            Reason::BusinessBelowFloor { found, floor, cve }
        }
    },
    below_minimum: |found, required| Reason::BusinessBelowMinimum { found, required },
    behind: |found, latest| Reason::BusinessBehindLatest { found, latest },
};

pub(super) fn find(asked: &Asked<'_>) -> Found {
    let facts = asked.context.facts;
    let app = &facts.whatsapp_business;
    if !matches!(facts.platform, Platform::Android | Platform::Ios) {
        let platform = facts.platform.to_string();
        let finding = Finding::NotApplicable(Reason::NotOnThisPlatform { platform });
        return Found { finding, evidence: None, changes_at: None, not_before: None };
    }
    if asked.rule.rule == Rule::BusinessRequired {
        return match asked.read(&app.presence) {
            Ok((Presence::Installed, evidence)) => Found::new(Finding::Passes(Reason::BusinessInstalled {}), evidence),
            Ok((Presence::Disabled, evidence)) => Found::new(Finding::Fails(Reason::BusinessDisabled {}), evidence),
            Ok((Presence::Archived, evidence)) => Found::new(Finding::Fails(Reason::BusinessArchived {}), evidence),
            Ok((Presence::Absent, evidence)) => Found::new(Finding::Fails(Reason::BusinessMissing {}), evidence),
            Err(reason) => Found::unknown(reason),
        };
    }
    // No app, no version to judge: whether it must be there is the other rule's question.
    if let Ok((Presence::Absent, evidence)) = asked.read(&app.presence) {
        return Found::new(Finding::NotApplicable(Reason::BusinessMissing {}), evidence);
    }
    let forbidden = matches!(app.version, Reading::Unknown { unknown: UnknownReason::PlatformForbids });
    if facts.platform == Platform::Ios && forbidden {
        return Found::unknown(Reason::BusinessVersionNeedsMdm {});
    }
    match asked.read(&app.version) {
        Ok((text, evidence)) if facts.platform == Platform::Android => {
            judge(asked, text, &asked.context.catalogue.whatsapp_android, evidence)
        }
        Ok((text, evidence)) => judge(asked, text, &asked.context.catalogue.whatsapp_ios, evidence),
        Err(reason) => Found::unknown(reason),
    }
}

fn judge<L: Line>(asked: &Asked<'_>, text: &str, line: &ReleaseLine<Version<L>>, evidence: Evidence) -> Found {
    let Ok(found) = text.parse::<Version<L>>() else {
        return Found::unknown(Reason::UnknownUnparseable { found: text.chars().take(40).collect() });
    };
    let answer = match asked.rule.rule {
        Rule::BusinessFloor => release::floor(&found, line, &WORDS, evidence),
        Rule::BusinessMinimum => release::minimum(&found, asked, &WORDS, evidence),
        _ => release::behind_latest(&found, line, &Rivals::All, asked, &WORDS, evidence),
    };
    // The device's own store knows what this device can have.
    let Ok((is_newer, told)) = asked.read(&asked.context.facts.whatsapp_business.update_offered) else { return answer };
    match offered(*is_newer, &answer.finding, found.to_string()) {
        Some(finding) => Found { finding, evidence: Some(evidence.min(told)), ..answer },
        None => answer,
    }
}

/// What it changes that the store offers this device a newer version, or none. It holds some back for a country, a model or
/// an old system, and a device is not behind what it cannot have; what must not be stays so, told otherwise.
fn offered(is_newer: bool, finding: &Finding, found: String) -> Option<Finding> {
    use Reason as R;
    Some(match (is_newer, finding) {
        (
            false,
            Finding::Fails(R::BusinessBehindLatest { .. })
            | Finding::Unknown(R::NoReleaseSource {} | R::StaleReleaseSource { .. }),
        ) => Finding::Passes(R::BusinessNewestOffered { found }),
        (true, Finding::Unknown(R::NoReleaseSource {} | R::StaleReleaseSource { .. })) => {
            Finding::Unknown(R::BusinessUpdateOffered { found })
        }
        (
            false,
            Finding::Fails(
                R::BusinessBelowFloor { floor, cve, .. } | R::BusinessBelowExploitedFloor { floor, cve, .. },
            ),
        ) => Finding::Fails(R::BusinessFlawedNoneOffered { found, floor: floor.clone(), cve: cve.clone() }),
        (false, Finding::Fails(R::BusinessBelowMinimum { required, .. })) => {
            Finding::Fails(R::BusinessNoneOffered { found, required: required.clone() })
        }
        _ => return None,
    })
}
