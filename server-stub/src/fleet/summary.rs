//! The fleet in one look. Made from stored counts and indexes, never by scanning devices.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    adoption::{self, Adoption},
    attention::{Ask, Attention},
    counts::{CheckCounts, GradeCount, StateCounts},
    releases,
    tally::Tally,
    trend::{Trend, TrendDay},
};
use crate::{
    judging::{Rules, rules::DEFAULT_GROUP},
    scope::Scope,
    store::{StoreError, from_ms, to_ms},
};

/// A change of policy, to mark on the time axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyMark {
    /// When it came into force.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Its revision.
    pub revision: u64,
    /// The administrator's note; empty when none was given.
    pub note: String,
}

/// How far something has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Devices that are done.
    pub done: u64,
    /// Devices in all.
    pub total: u64,
}

/// The fleet in one look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The moment it tells of.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The organisation's name.
    pub organisation: String,
    /// The zone in which days are counted.
    pub zone: String,
    /// How far the fleet has been judged again after a change of rules; none when nothing is under way.
    pub rejudging: Option<Progress>,
    /// The policy's newest revision; 0 when there is none.
    pub policy_revision: u64,
    /// When the newest claim of the catalogue was fetched.
    #[schema(value_type = Option<String>)]
    pub catalogue_fetched_at: Option<Timestamp>,
    /// Devices by state.
    pub states: StateCounts,
    /// Devices by state seven days ago; none when the fleet is younger.
    pub states_week_ago: Option<StateCounts>,
    /// When the next grace ends; none while none runs.
    #[schema(value_type = Option<String>)]
    pub next_deadline: Option<Timestamp>,
    /// Checks, those that fail most first.
    pub checks: Vec<CheckCounts>,
    /// What the answers rest on, the strongest first: proved by hardware, confirmed by device management, claimed by the
    /// system, or declared.
    pub evidence: Vec<GradeCount>,
    /// Operating systems, by platform, newest first.
    pub os_versions: Vec<Adoption>,
    /// WhatsApp Business versions, by platform, newest first.
    pub whatsapp_versions: Vec<Adoption>,
    /// One entry per day, oldest first.
    pub trend: Vec<TrendDay>,
    /// Changes of policy within the trend.
    pub policy_marks: Vec<PolicyMark>,
    /// What needs a person now, weightiest first.
    pub attention: Vec<Attention>,
}

/// The fleet, or one group of it, in one look.
pub fn summary(
    connection: &Connection,
    scope: Scope,
    group: Option<&str>,
    now: Timestamp,
) -> Result<Summary, StoreError> {
    let rules = Rules::load(connection, scope)?;
    let (releases, catalogue) = (rules.policy(group.unwrap_or(DEFAULT_GROUP)).releases, &rules.catalogue);
    let tally = Tally::read(connection, scope, group)?;
    let states = tally.states();
    let trend = Trend::read(connection, scope, group, rules.zone.to_datetime(now).date(), states)?;
    let lines = releases::lines(catalogue, releases, &tally, now);
    let ask = Ask { connection, scope, group, tally: &tally, states, lines: &lines, catalogue, rules: releases, now };
    let days = trend.told();
    let first = days.first().and_then(|day| rules.zone.to_timestamp(day.day.at(0, 0, 0, 0)).ok());
    Ok(Summary {
        at: now,
        organisation: organisation(connection, scope)?,
        zone: rules.zone.iana_name().unwrap_or("UTC").to_owned(),
        rejudging: rejudging(connection, scope)?,
        policy_revision: policy_revision(connection, scope, group)?,
        catalogue_fetched_at: catalogue.fetched_at(),
        states,
        states_week_ago: trend.week_ago(),
        next_deadline: next_deadline(connection, scope, group)?,
        checks: tally.checks(),
        evidence: tally.grades(),
        os_versions: adoption::systems(&tally, catalogue, releases, now),
        whatsapp_versions: adoption::whatsapp(&tally, catalogue, releases, now),
        policy_marks: policy_marks(connection, scope, group, first.unwrap_or(now))?,
        trend: days,
        attention: ask.all()?,
    })
}

/// The organisation's name.
pub fn organisation(connection: &Connection, scope: Scope) -> Result<String, StoreError> {
    let mut statement = connection.prepare_cached("SELECT name FROM organisations WHERE org = ?1")?;
    Ok(statement.query_row([scope.org()], |row| row.get(0))?)
}

fn rejudging(connection: &Connection, scope: Scope) -> Result<Option<Progress>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT done, total FROM rejudgements WHERE org = ?1 AND ended_at IS NULL ORDER BY rules_revision DESC LIMIT 1",
    )?;
    let count = |row: &rusqlite::Row<'_>, place| Ok::<_, rusqlite::Error>(row.get::<_, i64>(place)?.unsigned_abs());
    let found = statement.query_row([scope.org()], |row| Ok(Progress { done: count(row, 0)?, total: count(row, 1)? }));
    Ok(found.optional()?)
}

/// A group without a policy of its own is judged by the default group's.
fn policy_revision(connection: &Connection, scope: Scope, group: Option<&str>) -> Result<u64, StoreError> {
    let newest = |group: Option<&str>| -> Result<Option<i64>, StoreError> {
        let mut statement = connection
            .prepare_cached("SELECT max(revision) FROM policies WHERE org = ?1 AND (?2 IS NULL OR grp = ?2)")?;
        Ok(statement.query_row(params![scope.org(), group], |row| row.get(0))?)
    };
    let own = newest(group)?;
    let revision = if own.is_none() { newest(Some(DEFAULT_GROUP))? } else { own };
    Ok(revision.unwrap_or_default().unsigned_abs())
}

fn policy_marks(
    connection: &Connection,
    scope: Scope,
    group: Option<&str>,
    since: Timestamp,
) -> Result<Vec<PolicyMark>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT applied_at, revision, note FROM policies
         WHERE org = ?1 AND applied_at >= ?2 AND (?3 IS NULL OR grp IN (?3, ?4)) ORDER BY applied_at, revision",
    )?;
    let marks = statement.query_map(params![scope.org(), to_ms(since), group, DEFAULT_GROUP], |row| {
        let revision = row.get::<_, i64>(1)?.unsigned_abs();
        Ok(PolicyMark { at: from_ms(row.get(0)?), revision, note: row.get(2)? })
    })?;
    Ok(marks.collect::<Result<_, _>>()?)
}

fn next_deadline(connection: &Connection, scope: Scope, group: Option<&str>) -> Result<Option<Timestamp>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT deadline FROM device_states INDEXED BY device_states_deadline
         WHERE org = ?1 AND deadline IS NOT NULL AND (?2 IS NULL OR grp = ?2) ORDER BY deadline LIMIT 1",
    )?;
    let found: Option<i64> = statement.query_row(params![scope.org(), group], |row| row.get(0)).optional()?;
    Ok(found.map(from_ms))
}
