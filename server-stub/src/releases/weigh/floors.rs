//! Which floors, ends of support and marks of exploitation count.

use std::collections::HashSet;

use super::{
    super::{
        claim::{Claim, Line},
        kept::Kept,
        source::ADMINISTRATOR,
    },
    Administrator, At, Doubt, Fate, Weighed,
};

fn by_administrator() -> Fate {
    Fate::Beaten { by: ADMINISTRATOR.to_owned() }
}

pub(super) fn weigh<'a>(line: Line, claims: &[&'a Kept], administrator: &Administrator) -> Vec<Weighed<'a>> {
    let fate = |kept: &Kept| {
        let Claim::Floor { version, affected_from, cve, .. } = &kept.claim else { return Fate::Idle };
        let from = affected_from.as_deref();
        if line.order(version).is_none() || from.is_some_and(|from| line.order(from).is_none()) {
            Fate::Doubtful(Doubt::Unreadable)
        } else if !kept.current {
            Fate::Withdrawn
        } else if administrator.has_floor(line, cve) {
            by_administrator()
        } else {
            Fate::Used
        }
    };
    claims.iter().map(|kept| Weighed { kept, fate: fate(kept) }).collect()
}

pub(super) fn support<'a>(line: Line, claims: &[&'a Kept], administrator: &Administrator, at: At) -> Vec<Weighed<'a>> {
    let fate = |kept: &Kept| {
        let Claim::Support { cycle, .. } = &kept.claim else { return Fate::Idle };
        let Some(order) = line.order(cycle) else { return Fate::Doubtful(Doubt::Unreadable) };
        if !kept.current {
            return Fate::Withdrawn;
        }
        if administrator.has_cycle(line, cycle) {
            return by_administrator();
        }
        let same = |other: &&&Kept| {
            let Claim::Support { cycle, .. } = &other.claim else { return false };
            other.current && line.order(cycle).as_ref() == Some(&order)
        };
        let best = claims.iter().filter(same).min_by_key(|other| (at.rank(other), other.source.clone()));
        match best {
            Some(best) if best.source != kept.source => Fate::Beaten { by: best.source.clone() },
            _ => Fate::Used,
        }
    };
    claims.iter().map(|kept| Weighed { kept, fate: fate(kept) }).collect()
}

/// What is said of a vulnerability alone counts where a floor names it.
pub(super) fn marks<'a>(
    claims: &[&'a Kept],
    weighed: &[Weighed<'_>],
    administrator: &Administrator,
) -> Vec<Weighed<'a>> {
    let used = weighed.iter().filter(|one| one.fate == Fate::Used).filter_map(|one| match &one.kept.claim {
        Claim::Floor { cve, .. } => Some(cve.as_str()),
        _ => None,
    });
    let used: HashSet<&str> = used.collect();
    let named = administrator.cves();
    let fate = |kept: &Kept| match &kept.claim {
        _ if !kept.current => Fate::Withdrawn,
        Claim::Named { cve } | Claim::Exploited { cve, .. } if used.contains(cve.as_str()) => Fate::Used,
        Claim::Named { cve } | Claim::Exploited { cve, .. } if named.contains(cve.as_str()) => by_administrator(),
        _ => Fate::Idle,
    };
    claims.iter().map(|kept| Weighed { kept, fate: fate(kept) }).collect()
}
