//! The stored counts of an organisation, or of one of its groups, read once.

use agent_core::judge::{Check, DeviceState, Evidence, Platform};
use rusqlite::{Connection, params};

use super::counts::{CheckCounts, GradeCount, StateCounts};
use crate::{scope::Scope, store::StoreError};

/// What is counted of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versions {
    Os,
    Patch,
    Whatsapp,
}

/// The counts: (kind, a, b, devices), as the table's comment explains them.
pub(super) struct Tally(Vec<(String, String, String, u64)>);

impl Tally {
    pub(super) fn read(connection: &Connection, scope: Scope, group: Option<&str>) -> Result<Self, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT kind, a, b, sum(n) FROM counts WHERE org = ?1 AND (?2 IS NULL OR grp = ?2)
             GROUP BY kind, a, b HAVING sum(n) > 0",
        )?;
        let rows = statement.query_map(params![scope.org(), group], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, i64>(3)?.unsigned_abs()))
        })?;
        Ok(Self(rows.collect::<Result<_, _>>()?))
    }

    fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a str, u64)> {
        self.0.iter().filter(move |row| row.0 == kind).map(|(_, a, b, n)| (a.as_str(), b.as_str(), *n))
    }

    pub(super) fn states(&self) -> StateCounts {
        let mut states = StateCounts::default();
        for (word, _, n) in self.of("state") {
            if let Some(state) = DeviceState::from_word(word) {
                *states.of_mut(state) += n;
            }
        }
        states
    }

    /// Checks that somebody is asked, those that need somebody most first.
    pub(super) fn checks(&self) -> Vec<CheckCounts> {
        let mut checks: Vec<CheckCounts> = Vec::new();
        for check in Check::ALL {
            let mut counts = CheckCounts { check: *check, fail: 0, in_grace: 0, nudge: 0, unknown: 0, pass: 0 };
            for (_, word, n) in self.of("check").filter(|(a, ..)| *a == check.as_str()) {
                match word {
                    "fail" => counts.fail += n,
                    "in-grace" => counts.in_grace += n,
                    "nudge" => counts.nudge += n,
                    "unknown" => counts.unknown += n,
                    "pass" => counts.pass += n,
                    _ => {}
                }
            }
            if counts.pass + counts.trouble() > 0 {
                checks.push(counts);
            }
        }
        checks.sort_by_key(|counts| std::cmp::Reverse((counts.trouble() - counts.unknown, counts.unknown)));
        checks
    }

    /// How many devices have this reason, of checks that fail, nudge or are unknown.
    pub(super) fn reasons(&self) -> impl Iterator<Item = (Check, &str, u64)> {
        self.of("reason").filter_map(|(check, code, n)| Check::from_word(check).map(|check| (check, code, n)))
    }

    /// How many answers rest on each grade of evidence, strongest first.
    pub(super) fn grades(&self) -> Vec<GradeCount> {
        let count = |evidence: &Evidence| {
            let answers = self.of("grade").filter(|(grade, ..)| *grade == evidence.as_str()).map(|(.., n)| n).sum();
            GradeCount { evidence: *evidence, answers }
        };
        Evidence::ALL.iter().rev().map(count).filter(|grade| grade.answers > 0).collect()
    }

    /// Versions of a platform and how many devices run each; an empty one could not be read.
    pub(super) fn versions(&self, kind: Versions, platform: Platform) -> impl Iterator<Item = (&str, u64)> {
        let kind = match kind {
            Versions::Os => "os",
            Versions::Patch => "patch",
            Versions::Whatsapp => "whatsapp",
        };
        self.of(kind).filter(move |(a, ..)| *a == platform.as_str()).map(|(_, version, n)| (version, n))
    }
}
