//! The fleet over time: today's counts less what changed after a day are that day's counts.

use std::collections::BTreeMap;

use agent_core::judge::DeviceState;
use jiff::{SignedDuration, civil::Date};
use rusqlite::{Connection, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::counts::StateCounts;
use crate::{scope::Scope, store::StoreError};

/// How many days are told, today included.
pub(super) const DAYS: i64 = 90;

/// The fleet on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendDay {
    /// The day, in the policy's zone; counts are those of its end (today: of now).
    #[schema(value_type = String)]
    pub day: Date,
    /// The devices by state.
    pub states: StateCounts,
}

/// What each day of the last [`DAYS`] ended with.
pub(super) struct Trend {
    /// Newest first; the last is the day before those that are told.
    days: Vec<TrendDay>,
}

impl Trend {
    pub(super) fn read(
        connection: &Connection,
        scope: Scope,
        group: Option<&str>,
        today: Date,
        now: StateCounts,
    ) -> Result<Self, StoreError> {
        let day = |back: i64| today.checked_sub(SignedDuration::from_hours(24 * back)).unwrap_or(Date::MIN);
        // By group first, so that each group's days are one stretch of the primary key.
        let mut statement = connection.prepare_cached(
            "SELECT c.day, c.state, sum(c.change) FROM groups g
             CROSS JOIN count_changes c ON c.org = g.org AND c.grp = g.grp AND c.day > ?2
             WHERE g.org = ?1 AND (?3 IS NULL OR g.grp = ?3) GROUP BY c.day, c.state",
        )?;
        let mut rows = statement.query(params![scope.org(), day(DAYS).to_string(), group])?;
        let mut changes: BTreeMap<Date, Vec<(DeviceState, i64)>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (date, state): (String, String) = (row.get(0)?, row.get(1)?);
            let date = date.parse().map_err(|error| StoreError::row("day", error))?;
            let state =
                DeviceState::from_word(&state).ok_or_else(|| StoreError::row("day", "its state is not known"))?;
            changes.entry(date).or_default().push((state, row.get(2)?));
        }
        let mut states = now;
        let mut days = Vec::new();
        for back in 0..=DAYS {
            // Changes dated after today (a zone that was changed) are undone before the first day.
            let after = day(back - 1);
            let later = if back == 0 { changes.range(after..) } else { changes.range(after..=after) };
            for (state, change) in later.flat_map(|(_, changes)| changes) {
                let count = states.of_mut(*state);
                *count = count.saturating_add_signed(-change);
            }
            days.push(TrendDay { day: day(back), states });
        }
        Ok(Self { days })
    }

    /// The days since the first device, oldest first, today the last.
    pub(super) fn told(&self) -> Vec<TrendDay> {
        let told = self.days.iter().take(self.days.len() - 1);
        let since = told.clone().rposition(|day| day.states.total() > 0).map_or(0, |place| place + 1);
        told.take(since).copied().rev().collect()
    }

    /// What the day a week ago ended with; none when there was no device yet.
    pub(super) fn week_ago(&self) -> Option<StateCounts> {
        self.days.get(7).map(|day| day.states).filter(|states| states.total() > 0)
    }
}
