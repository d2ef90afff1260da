//! Is the operating system supported and recent?

use super::{
    super::{
        catalogue::{LastVersion, ReleaseLine},
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

/// The term for a day that no source tells.
const UNKNOWN_DATE: &str = "unknown-date";

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
    // A model that cannot be read, or that no source lists, is judged as if its maker still made everything for it.
    let model = asked.read(&asked.context.facts.model).ok();
    let last = model.and_then(|(model, _)| line.last_version(model));
    let answer = match asked.rule.rule {
        Rule::OsFloor => release::floor(&found, line, &WORDS, evidence),
        Rule::OsMinimum => release::minimum(&found, asked, &WORDS, evidence),
        Rule::OsSupported => {
            let unsupported = |found, ended| Reason::OsUnsupported { found, ended };
            release::supported(&found, line, asked.context.now, &WORDS, unsupported, evidence)
        }
        _ => release::behind_latest(&found, line, &Rivals::OwnModel(last), asked, &WORDS, evidence),
    };
    match last.filter(|last| last.version <= found) {
        Some(last) => unfixable(asked, &found, line, last, answer),
        None => answer,
    }
}

/// A failing that no update can end, since the vendor makes none for this model: judged alike, told otherwise.
fn unfixable<L: Line>(
    asked: &Asked<'_>,
    found: &Version<L>,
    line: &ReleaseLine<Version<L>>,
    last: &LastVersion<Version<L>>,
    mut answer: Found,
) -> Found {
    let now = asked.context.now;
    let Finding::Fails(reason) = &answer.finding else { return answer };
    let mut changes = None;
    let required = match reason {
        Reason::OsBelowFloor { floor, .. } | Reason::OsBelowExploitedFloor { floor, .. } => floor.clone(),
        Reason::OsBelowMinimum { required, .. } => required.clone(),
        Reason::OsBehindLatest { latest, .. } => latest.clone(),
        _ => match release::lowest_supported(line, now) {
            Some((cycle, end)) => {
                changes = end;
                cycle.to_string()
            }
            None => return answer,
        },
    };
    // The end of support is the weightier day; until it comes, the day of the last version is told.
    let ends = release::support_of(found, line);
    let ended = ends.filter(|(_, ends)| *ends <= now).map(|(until, _)| until);
    let since = ended.or(last.released).map_or_else(|| UNKNOWN_DATE.to_owned(), |day| day.to_string());
    let turns = ends.map(|(_, ends)| ends).filter(|ends| *ends > now);
    answer.finding = Finding::Fails(Reason::OsVendorUnfixable { found: found.to_string(), required, since });
    answer.changes_at = [answer.changes_at, changes, turns].into_iter().flatten().min();
    answer
}
