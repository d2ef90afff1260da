//! Which releases of one line count: per major version of a system, and for a whole app or patch level at once.

use std::collections::{BTreeMap, BTreeSet};

use agent_core::judge::{Period, catalogue::Product};
use semver::Version;

use super::{
    super::{
        claim::{Claim, Line},
        kept::Kept,
        seen::ENOUGH,
        source::ADMINISTRATOR,
    },
    Administrator, At, Doubt, Fate, Weighed, doubt,
};

/// How long a source must say a lower version before the higher one counts as withdrawn, and how long a part of it may
/// fail while others go on.
const PATIENCE: Period = Period::from_days(3);
/// An Android whose newest patch level is this much behind the newest of all gets none any more.
const PATCHED: Period = Period::from_days(180);

/// One claim on its way.
struct Weighing<'a> {
    kept: &'a Kept,
    order: Version,
    fate: Option<Fate>,
}

impl Weighing<'_> {
    fn version(&self) -> &str {
        match &self.kept.claim {
            Claim::Release { version, .. } | Claim::Seen { version, .. } => version,
            _ => "",
        }
    }

    fn models(&self) -> &[String] {
        if let Claim::Release { models, .. } = &self.kept.claim { models } else { &[] }
    }

    const fn is_open(&self) -> bool {
        self.fate.is_none()
    }
}

pub(super) fn weigh<'a>(line: Line, claims: &[&'a Kept], administrator: &Administrator, at: At) -> Vec<Weighed<'a>> {
    let mut done = Vec::new();
    let mut cycles: BTreeMap<u64, Vec<Weighing<'a>>> = BTreeMap::new();
    for kept in claims {
        let (Claim::Release { version, .. } | Claim::Seen { version, .. }) = &kept.claim else { continue };
        let (order, doubt) = (line.order(version), doubt::of(line, kept, at));
        match order {
            Some(order) => {
                let cycle = if line.product == Product::Os { order.major } else { 0 };
                let fate = doubt.map(Fate::Doubtful).or_else(|| unusable(line, kept, claims));
                cycles.entry(cycle).or_default().push(Weighing { kept, order, fate });
            }
            None => done.push(Weighed { kept, fate: Fate::Doubtful(Doubt::Unreadable) }),
        }
    }
    for mut cycle in cycles.into_values() {
        history(&mut cycle);
        if administrator.has_releases(line) {
            close(&mut cycle, |_| Some(Fate::Beaten { by: ADMINISTRATOR.to_owned() }));
        }
        best(&mut cycle, at);
        agree(line, &mut cycle);
        done.extend(cycle.into_iter().map(|one| Weighed { kept: one.kept, fate: one.fate.unwrap_or(Fate::Used) }));
    }
    done
}

fn close(cycle: &mut [Weighing<'_>], fate: impl Fn(&Weighing<'_>) -> Option<Fate>) {
    for one in cycle.iter_mut().filter(|one| one.is_open()) {
        one.fate = fate(one);
    }
}

/// What never counts among the claims of its line: too few devices, or a part of a source that lags behind.
fn unusable(line: Line, kept: &Kept, claims: &[&Kept]) -> Option<Fate> {
    if let Claim::Seen { devices, settled, .. } = &kept.claim {
        return match settled {
            _ if line.product != Product::WhatsappBusiness => Some(Fate::Sighting),
            None => Some(Fate::TooFew { devices: *devices, enough: ENOUGH }),
            Some(_) => None,
        };
    }
    let newest = claims.iter().filter(|other| other.source == kept.source).map(|other| other.confirmed).max()?;
    (PATIENCE.after(kept.confirmed) < newest).then_some(Fate::Lagging)
}

/// A source that says less than before is suspicious at first, and after some days believed.
fn history(cycle: &mut [Weighing<'_>]) {
    let parts: BTreeSet<(String, String)> =
        cycle.iter().map(|one| (one.kept.source.clone(), one.kept.part.clone())).collect();
    for (source, part) in parts {
        let own = |one: &Weighing<'_>| one.is_open() && one.kept.source == source && one.kept.part == part;
        // What devices run goes down when devices leave; that withdraws nothing.
        let newest = |current: bool, cycle: &[Weighing<'_>]| {
            let said = cycle.iter().filter(|one| own(one) && one.kept.current == current);
            let said = said.filter(|one| matches!(one.kept.claim, Claim::Release { .. }));
            said.max_by(|a, b| a.order.cmp(&b.order))
                .map(|one| (one.order.clone(), one.version().to_owned(), one.kept.last_seen, one.kept.confirmed))
        };
        let (Some(now), Some(before)) = (newest(true, cycle), newest(false, cycle)) else { continue };
        if now.0 >= before.0 {
            continue;
        }
        let believed = PATIENCE.after(before.2) <= now.3;
        for one in cycle.iter_mut().filter(|one| own(one)) {
            if believed && !one.kept.current && one.order > now.0 {
                one.fate = Some(Fate::Withdrawn);
            } else if !believed && one.kept.current && one.order == now.0 {
                one.fate = Some(Fate::Doubtful(Doubt::Backwards { before: before.1.clone() }));
            }
        }
    }
}

/// Only the best sources speak.
fn best(cycle: &mut [Weighing<'_>], at: At) {
    let open = cycle.iter().filter(|one| one.is_open()).map(|one| (at.rank(one.kept), one.kept.source.clone()));
    let Some((best, by)) = open.min() else { return };
    close(cycle, |one| (at.rank(one.kept) > best).then(|| Fate::Beaten { by: by.clone() }));
}

/// Where those that speak disagree, what makes the fewest false failures is latest.
fn agree(line: Line, cycle: &mut [Weighing<'_>]) {
    let Some(cap) = by_model(cycle).or_else(|| lowest(line, cycle)) else { return };
    let told =
        cycle.iter().find(|one| one.order == cap).map_or_else(|| cap.to_string(), |one| one.version().to_owned());
    close(cycle, |one| (one.order > cap).then(|| Fate::Disputed { latest: told.clone() }));
}

/// Where a source says which model can have which version: the newest that every model of the cycle can have.
fn by_model(cycle: &[Weighing<'_>]) -> Option<Version> {
    let mut newest: BTreeMap<&str, &Version> = BTreeMap::new();
    for one in cycle.iter().filter(|one| one.is_open() && one.kept.current) {
        for model in one.models() {
            let known = newest.entry(model).or_insert(&one.order);
            *known = (*known).max(&one.order);
        }
    }
    newest.into_values().min().cloned()
}

/// The lowest of what each part of each source says is newest.
fn lowest(line: Line, cycle: &[Weighing<'_>]) -> Option<Version> {
    let mut newest: BTreeMap<(&str, &str), &Version> = BTreeMap::new();
    for one in cycle.iter().filter(|one| one.is_open()) {
        // Devices of one fleet run many versions at once; the newest that enough of them run counts.
        let part = if matches!(one.kept.claim, Claim::Seen { .. }) { "" } else { one.kept.part.as_str() };
        let known = newest.entry((&one.kept.source, part)).or_insert(&one.order);
        *known = (*known).max(&one.order);
    }
    let highest = newest.values().copied().max()?;
    let patched = |level: &Version| {
        line != Line::PATCH || day(level).is_none_or(|own| day(highest).is_none_or(|best| PATCHED.after(own) >= best))
    };
    newest.values().copied().filter(|version| patched(version)).min().cloned()
}

/// The moment of a patch level.
fn day(level: &Version) -> Option<jiff::Timestamp> {
    let part = |number: u64| i8::try_from(number).ok();
    let date =
        jiff::civil::Date::new(i16::try_from(level.major).ok()?, part(level.minor)?, part(level.patch)?.max(1)).ok()?;
    super::super::claim::start_of(date)
}
