//! Is the operating system supported and recent?

use super::{
    super::{
        catalogue::ReleaseLine,
        check::Rule,
        facts::{Evidence, Platform},
        reason::Reason,
        version::{HostOs, Line, Version},
    },
    finding::{Asked, Finding, Found},
    release::{self, Rivals, Words},
};

const WORDS: Words = Words {
    good: |found| Reason::OsGood { found },
    below_floor: |found, floor, cve, exploited| {
        if exploited {
            Reason::OsBelowExploitedFloor { found, floor, cve }
        } else {
            Reason::OsBelowFloor { found, floor, cve }
        }
    },
    below_minimum: |found, required| Reason::OsBelowMinimum { found, required },
    behind: |found, latest| Reason::OsBehindLatest { found, latest },
};

pub(super) fn find(asked: &Asked<'_>) -> Found {
    let (facts, catalogue) = (asked.context.facts, asked.context.catalogue);
    let (text, evidence) = match asked.read(&facts.os_version) {
        Ok(read) => read,
        Err(reason) => return Found::unknown(reason),
    };
    match facts.platform {
        Platform::Android => judge(asked, text, &catalogue.android_os, evidence),
        Platform::Ios => judge(asked, text, &catalogue.ios_os, evidence),
        Platform::Linux | Platform::Macos | Platform::Windows => {
            let named = facts.os_name.value().map_or(facts.platform.as_str(), String::as_str);
            match catalogue.host_os.get(named) {
                Some(line) => judge(asked, text, line, evidence),
                None => judge(asked, text, &ReleaseLine::<HostOs>::default(), evidence),
            }
        }
    }
}

fn judge<L: Line>(asked: &Asked<'_>, text: &str, line: &ReleaseLine<Version<L>>, evidence: Evidence) -> Found {
    let Ok(found) = text.parse::<Version<L>>() else {
        return Found::unknown(Reason::UnknownUnparseable { found: text.chars().take(40).collect() });
    };
    let answer = match asked.rule.rule {
        Rule::OsFloor => release::floor(&found, line, &WORDS, evidence),
        Rule::OsMinimum => release::minimum(&found, asked, &WORDS, evidence),
        Rule::OsSupported => {
            let unsupported = |found, ended| Reason::OsUnsupported { found, ended };
            release::supported(&found, line, asked.context.now, &WORDS, unsupported, evidence)
        }
        _ => release::behind_latest(&found, line, Rivals::OwnCycle, asked, &WORDS, evidence),
    };
    unfixable(asked, &found, line, answer)
}

/// A failing that no update can end, since the vendor makes none for this model: judged alike, told otherwise.
fn unfixable<L: Line>(
    asked: &Asked<'_>,
    found: &Version<L>,
    line: &ReleaseLine<Version<L>>,
    mut answer: Found,
) -> Found {
    let Finding::Fails(reason) = &answer.finding else { return answer };
    let mut ends = None;
    let required = match reason {
        Reason::OsBelowFloor { floor, .. } | Reason::OsBelowExploitedFloor { floor, .. } => floor.clone(),
        Reason::OsBelowMinimum { required, .. } => required.clone(),
        Reason::OsBehindLatest { latest, .. } => latest.clone(),
        _ => match release::lowest_supported(line, asked.context.now) {
            Some((cycle, end)) => {
                ends = end;
                cycle.to_string()
            }
            None => return answer,
        },
    };
    let Ok((model, _)) = asked.read(&asked.context.facts.model) else { return answer };
    if line.last_version(model).is_some_and(|last| last <= found) {
        answer.finding = Finding::Fails(Reason::OsVendorUnfixable { found: found.to_string(), required });
        answer.changes_at = [answer.changes_at, ends].into_iter().flatten().min();
    }
    answer
}
