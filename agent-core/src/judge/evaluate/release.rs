//! A version against its line of releases: floor, minimum, behind the newest settled release.

use jiff::{Timestamp, civil::Date};

use super::{
    super::{
        catalogue::{Floor, LastVersion, ReleaseLine, Support, start_of},
        facts::Evidence,
        period::Period,
        policy::Condition,
        reason::Reason,
        version::{Line, Version},
    },
    finding::{Asked, Finding, Found},
};

/// How a check words what was found of a version.
pub(super) struct Words {
    pub(super) good: fn(found: String) -> Reason,
    pub(super) below_floor: fn(found: String, floor: String, cve: String, exploited: bool) -> Reason,
    pub(super) below_minimum: fn(found: String, required: String) -> Reason,
    pub(super) behind: fn(found: String, latest: String) -> Reason,
}

/// Which releases a version is measured against.
pub(super) enum Rivals<'l, V> {
    /// Every newer release.
    All,
    /// Newer releases of its own cycle while that is supported, and of these only what exists for its model where the
    /// last version for that is known: a device that cannot run a version is not behind it. Where nothing is known of
    /// the model this makes the fewest false failures. Once support has ended every newer release counts again.
    OwnModel(Option<&'l LastVersion<V>>),
}

/// A version against a floor.
pub(super) fn floor<L: Line>(
    found: &Version<L>,
    line: &ReleaseLine<Version<L>>,
    words: &Words,
    evidence: Evidence,
) -> Found {
    let below = |floor: &&Floor<Version<L>>| {
        *found < floor.version && floor.affected_from.as_ref().is_none_or(|first| found >= first)
    };
    let worst =
        line.floors.iter().filter(below).max_by(|a, b| (a.exploited, &a.version).cmp(&(b.exploited, &b.version)));
    let finding = match worst {
        Some(floor) => Finding::Fails((words.below_floor)(
            found.to_string(),
            floor.version.to_string(),
            floor.cve.clone(),
            floor.exploited,
        )),
        None => Finding::Passes((words.good)(found.to_string())),
    };
    Found::new(finding, evidence)
}

/// A version against the policy's minimum.
pub(super) fn minimum<L: Line>(found: &Version<L>, asked: &Asked<'_>, words: &Words, evidence: Evidence) -> Found {
    let Condition::Minimum(required) = &asked.rule.condition else { return asked.misfit() };
    match required.parse::<Version<L>>() {
        Ok(least) => Found::that(
            *found >= least,
            (words.good)(found.to_string()),
            (words.below_minimum)(found.to_string(), required.clone()),
            evidence,
        ),
        Err(_) => Found::unknown(Reason::UnknownUnparseable { found: required.clone() }),
    }
}

/// A version against the end of its cycle's support.
pub(super) fn supported<L: Line>(
    found: &Version<L>,
    line: &ReleaseLine<Version<L>>,
    now: Timestamp,
    words: &Words,
    unsupported: fn(found: String, ended: String) -> Reason,
    evidence: Evidence,
) -> Found {
    let Some(cycle) = cycle_of(found, line) else {
        // Newer than all that is known: the sources lag, and the device must not pay for it.
        let newest = line.support.iter().map(|support| &support.cycle).max();
        return match newest {
            Some(newest) if found > newest => Found::new(Finding::Passes((words.good)(found.to_string())), evidence),
            _ => Found::unknown(Reason::NoReleaseSource {}),
        };
    };
    let Some(until) = cycle.until else {
        return Found::new(Finding::Passes((words.good)(found.to_string())), evidence);
    };
    let ends = end_of(until);
    let fails = unsupported(found.to_string(), until.to_string());
    Found::that(now < ends, (words.good)(found.to_string()), fails, evidence).changing(Some(ends))
}

/// The last day of support of a version's cycle, and the moment when it has passed; none while no end is known.
pub(super) fn support_of<L: Line>(found: &Version<L>, line: &ReleaseLine<Version<L>>) -> Option<(Date, Timestamp)> {
    let until = cycle_of(found, line)?.until?;
    Some((until, end_of(until)))
}

/// The lowest cycle that is still supported, and the end of that.
pub(super) fn lowest_supported<L: Line>(
    line: &ReleaseLine<Version<L>>,
    now: Timestamp,
) -> Option<(&Version<L>, Option<Timestamp>)> {
    let cycles = line.support.iter().map(|support| (&support.cycle, support.until.map(end_of)));
    cycles.filter(|(_, ends)| ends.is_none_or(|ends| now < ends)).min_by(|a, b| a.0.cmp(b.0))
}

fn cycle_of<'l, L: Line>(found: &Version<L>, line: &'l ReleaseLine<Version<L>>) -> Option<&'l Support<Version<L>>> {
    let holding = line.support.iter().filter(|support| found.is_in_cycle(&support.cycle));
    holding.max_by(|a, b| a.cycle.to_string().len().cmp(&b.cycle.to_string().len()))
}

/// Every newer release with its day.
fn newer<'l, L: Line>(found: &Version<L>, line: &'l ReleaseLine<Version<L>>) -> Vec<(&'l Version<L>, Date)> {
    let newer = line.releases.iter().filter(|release| release.version > *found);
    newer.map(|release| (&release.version, release.released)).collect()
}

fn end_of(until: Date) -> Timestamp {
    until.tomorrow().map_or(Timestamp::MAX, start_of)
}

/// A version against the newest settled release.
pub(super) fn behind_latest<L: Line>(
    found: &Version<L>,
    line: &ReleaseLine<Version<L>>,
    rivals: &Rivals<'_, Version<L>>,
    asked: &Asked<'_>,
    words: &Words,
    evidence: Evidence,
) -> Found {
    let Condition::BehindLatest { releases, days } = asked.rule.condition else { return asked.misfit() };
    let (now, rules) = (asked.context.now, asked.context.policy.releases);
    let Some(fetched_at) = line.fetched_at() else { return Found::unknown(Reason::NoReleaseSource {}) };
    let too_old_at = rules.max_source_age.after(fetched_at);
    if now >= too_old_at {
        let days = now.duration_since(fetched_at).as_hours() / 24;
        return Found::unknown(Reason::StaleReleaseSource { days: days.to_string() });
    }
    let mut next = too_old_at;
    let (mut newer, mut reach) = (newer(found, line), None);
    if let Rivals::OwnModel(last) = *rivals {
        // What only some models can have stands in no list of releases; this model can have it.
        if let Some((last, released)) = last.and_then(|last| Some((last, last.released?)))
            && last.version > *found
            && !newer.iter().any(|(version, _)| **version == last.version)
        {
            newer.push((&last.version, released));
        }
        reach = last.map(|last| &last.version);
        let supported = cycle_of(found, line).filter(|cycle| cycle.until.is_none_or(|until| now < end_of(until)));
        if let Some(cycle) = supported {
            newer.retain(|(version, _)| {
                version.is_in_cycle(&cycle.cycle) && reach.is_none_or(|reach| *version <= reach)
            });
            next = next.min(cycle.until.map_or(Timestamp::MAX, end_of));
        }
    }
    let mut settled: Vec<(&Version<L>, Date)> = Vec::new();
    for (version, released) in newer {
        let settles = rules.hold_back.after(start_of(released));
        if settles <= now {
            settled.push((version, released));
        } else {
            next = next.min(settles);
        }
    }
    let too_many = releases.is_some_and(|allowed| settled.len() > usize::try_from(allowed).unwrap_or(usize::MAX));
    let too_long_at = days.and_then(|days| {
        let oldest = settled.iter().map(|(_, released)| *released).min()?;
        Some(Period::from_days(days).after(start_of(oldest)))
    });
    let too_long = too_long_at.is_some_and(|moment| moment <= now);
    if let Some(moment) = too_long_at.filter(|moment| *moment > now) {
        next = next.min(moment);
    }
    // What is told to be had is what the model can have, where it has not got that yet.
    let can =
        settled.iter().map(|(version, _)| *version).filter(|version| reach.is_some_and(|reach| *version <= reach));
    let latest = can.max().or_else(|| settled.iter().map(|(version, _)| *version).max());
    let finding = match latest {
        Some(latest) if too_many || too_long => Finding::Fails((words.behind)(found.to_string(), latest.to_string())),
        _ => Finding::Passes((words.good)(found.to_string())),
    };
    Found::new(finding, evidence).changing(Some(next))
}
