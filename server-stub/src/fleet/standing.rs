//! How a version stands against the catalogue: the rules of the release checks, for a whole fleet at once.

use agent_core::judge::{
    catalogue::{Floor, ReleaseLine, Support},
    policy::ReleaseRules,
    version::{Line, Version},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use utoipa::ToSchema;

/// How a version stands against the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VersionStanding {
    /// The newest settled release or newer.
    Current,
    /// Older than the newest settled release.
    Behind,
    /// Below a floor, or no longer supported.
    Vulnerable,
    /// Nothing is known to compare with.
    Unknown,
}

/// A line of releases at a moment, under an organisation's rules.
pub(super) struct Measure<'a, L> {
    pub(super) line: &'a ReleaseLine<Version<L>>,
    pub(super) rules: ReleaseRules,
    pub(super) now: Timestamp,
    /// Whether a version is measured against its own supported cycle only, as the system's are.
    pub(super) by_cycle: bool,
}

impl<L: Line> Measure<'_, L> {
    /// Whether no source is young enough to say what is latest.
    pub(super) fn is_stale(&self) -> bool {
        self.line.fetched_at().is_none_or(|at| self.now >= self.rules.max_source_age.after(at))
    }

    pub(super) fn is_below(found: &Version<L>, floor: &Floor<Version<L>>) -> bool {
        *found < floor.version && floor.affected_from.as_ref().is_none_or(|first| found >= first)
    }

    /// The cycle of a version, the most exactly named.
    pub(super) fn cycle(&self, found: &Version<L>) -> Option<&Support<Version<L>>> {
        let holding = self.line.support.iter().filter(|support| found.is_in_cycle(&support.cycle));
        holding.max_by_key(|support| support.cycle.to_string().len())
    }

    fn has_ended(&self, until: Option<Date>) -> bool {
        until.is_some_and(|until| TimeZone::UTC.to_datetime(self.now).date() > until)
    }

    pub(super) fn of(&self, found: &Version<L>) -> VersionStanding {
        let cycle = self.cycle(found);
        let ended = cycle.is_some_and(|cycle| self.has_ended(cycle.until));
        if ended || self.line.floors.iter().any(|floor| Self::is_below(found, floor)) {
            return VersionStanding::Vulnerable;
        }
        if self.is_stale() || self.line.releases.is_empty() {
            return VersionStanding::Unknown;
        }
        let own = cycle.filter(|_| self.by_cycle);
        let newer = self.line.releases.iter().any(|release| {
            release.version > *found
                && own.is_none_or(|cycle| release.version.is_in_cycle(&cycle.cycle))
                && release.settled_at(self.rules.hold_back) <= self.now
        });
        if newer { VersionStanding::Behind } else { VersionStanding::Current }
    }
}
