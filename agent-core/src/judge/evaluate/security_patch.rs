//! Is the Android security patch recent? A device that has the newest published level is never too old.

use jiff::{Timestamp, civil::Date};

use super::{
    super::{
        catalogue::start_of,
        facts::Platform,
        period::Period,
        policy::Condition,
        reason::Reason,
        version::{AndroidOs, PatchLevel},
    },
    finding::{Asked, Finding, Found},
    release,
};

pub(super) fn find(asked: &Asked<'_>) -> Found {
    let (facts, now) = (asked.context.facts, asked.context.now);
    if facts.platform != Platform::Android {
        let platform = facts.platform.to_string();
        let finding = Finding::NotApplicable(Reason::NotOnThisPlatform { platform });
        return Found { finding, evidence: None, changes_at: None, not_before: None };
    }
    let Condition::MaxAge(allowed) = asked.rule.condition else { return asked.misfit() };
    let (text, evidence) = match asked.read(&facts.security_patch) {
        Ok(read) => read,
        Err(reason) => return Found::unknown(reason),
    };
    let parsed = text.parse::<PatchLevel>().ok().and_then(|level| Some((level.date()?, level)));
    let Some((day, level)) = parsed else {
        return Found::unknown(Reason::UnknownUnparseable { found: text.chars().take(40).collect() });
    };
    let published = start_of(day);
    let days = (now.duration_since(published).as_hours() / 24).max(0).to_string();
    let level_text = level.to_string();
    let too_old_at = allowed.after(published);
    let nudge_at = asked.rule.nudge_after.map(|age: Period| age.after(published));

    let line = &asked.context.catalogue.android_patch;
    let rules = asked.context.policy.releases;
    let fresh_until = line.fetched_at().map(|at| rules.max_source_age.after(at)).filter(|until| now < *until);
    let newest = fresh_until.and_then(|_| line.effective_latest(rules.hold_back, now));
    if let Some(newest) = newest.filter(|newest| level >= newest.version) {
        let next_settles = line
            .releases
            .iter()
            .filter(|release| release.version > newest.version && release.version > level)
            .map(|release| release.settled_at(rules.hold_back))
            .filter(|moment| *moment > now)
            .min();
        let reason = if now < too_old_at {
            Reason::PatchRecent { level: level_text, days }
        } else {
            Reason::PatchNewestPublished { level: level_text }
        };
        let moments = [next_settles, fresh_until, Some(too_old_at).filter(|moment| *moment > now)];
        let changes_at = moments.into_iter().flatten().min();
        return Found::new(Finding::Passes(reason), evidence).changing(changes_at);
    }
    let settles = line.releases.iter().map(|release| release.settled_at(rules.hold_back)).filter(|at| *at > now).min();
    let old = Reason::PatchOld { level: level_text.clone(), days: days.clone(), allowed: allowed.days().to_string() };
    let (finding, next) = if now >= too_old_at {
        (Finding::Fails(old), None)
    } else if nudge_at.is_some_and(|moment| now >= moment) {
        (Finding::Nudges(old), Some(too_old_at))
    } else {
        let recent = Reason::PatchRecent { level: level_text, days };
        (Finding::Passes(recent), Some(nudge_at.map_or(too_old_at, |moment| moment.min(too_old_at))))
    };
    let mut found = Found::new(finding, evidence).changing([next, settles, fresh_until].into_iter().flatten().min());
    found.not_before = Some(too_old_at);
    if let (Finding::Fails(Reason::PatchOld { level, days, .. }), Some((since, ends))) =
        (&found.finding, last_day(asked))
    {
        if ends <= now {
            let (level, days, since) = (level.clone(), days.clone(), since.to_string());
            found.finding = Finding::Fails(Reason::PatchVendorUnfixable { level, days, since });
        } else {
            found.changes_at = Some(found.changes_at.map_or(ends, |next| next.min(ends)));
        }
    }
    found
}

/// The last day on which patches are made for this device, and the moment when it has passed: that of its version's
/// support, where its model gets no newer version. None where that is not known: "update" is the safer advice.
fn last_day(asked: &Asked<'_>) -> Option<(Date, Timestamp)> {
    let (facts, line) = (asked.context.facts, &asked.context.catalogue.android_os);
    let version = asked.read(&facts.os_version).ok()?.0.parse::<AndroidOs>().ok()?;
    let last = line.last_version(asked.read(&facts.model).ok()?.0)?;
    if last.version > version { None } else { release::support_of(&version, line) }
}
