//! Heuristics that are taken for wrong on one build of a system: where the policy asks for it, and a heuristic suddenly
//! fails on one new build much more often than on all others, it advises there until it does so no more, or until an
//! administrator says otherwise. Every beginning and end is in the audit log, and the signed catalogue tells phones.

use std::collections::BTreeMap;

use agent_core::judge::{
    Platform, Policy, Rule,
    policy::{Condition, QuarantineRules},
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;

pub(super) mod view;

use self::view::Build;
pub use self::view::{QuarantineView, all};
pub(crate) use self::view::{current, since};
use super::{
    catalogues::renew_catalogue,
    rules::{DEFAULT_GROUP, Rules},
};
use crate::{
    access::{Actor, audit},
    scope::Scope,
    store::{Store, StoreError, from_ms, parse, to_ms},
};

/// How often the fleet is looked at.
const EVERY: SignedDuration = SignedDuration::from_hours(1);
/// The only heuristic there is.
const RULE: Rule = Rule::RootSigns;

/// An administrator ends one; it does not begin again by itself for the same build. False where none lasts.
pub fn end(
    connection: &Connection,
    scope: Scope,
    number: u32,
    actor: &Actor,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = current(connection, scope)?.into_iter().find(|one| one.number == number);
    let Some(one) = found else { return Ok(false) };
    close(connection, scope, &one, "administrator", actor, now)?;
    renew_catalogue(connection, scope, now)?;
    Ok(true)
}

/// Looks at every organisation that was not looked at for an hour.
pub(super) async fn look_due(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let before = to_ms(now.checked_sub(EVERY).unwrap_or(Timestamp::MIN));
    let due: Vec<u32> = store
        .read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT o.org FROM organisations o LEFT JOIN quarantine_looks l USING (org)
                 WHERE coalesce(l.looked_at, ?1) <= ?1",
            )?;
            let rows = statement.query_map([before], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await?;
    for scope in due.into_iter().map(Scope::proven) {
        // The fleet is read beside the writer, on which reports wait.
        let seen = store.read(move |connection| seen(connection, scope)).await?;
        store.write(move |connection| apply(connection, scope, seen.as_ref(), now)).await?;
    }
    Ok(())
}

/// How a heuristic does on one build.
#[derive(Debug, Clone, Copy, Default)]
struct Rate {
    devices: u64,
    failing: u64,
}

impl Rate {
    /// Whether at least so many of a hundred fail.
    const fn is_at_least(self, percent: u64) -> bool {
        self.devices > 0 && self.failing * 100 >= self.devices * percent
    }

    /// Whether it fails so many times as often as there. Where it never fails there, any failing is more.
    const fn is_times(self, factor: u64, other: Self) -> bool {
        self.failing * other.devices >= factor * other.failing * self.devices
    }

    const fn and(self, other: Self) -> Self {
        Self { devices: self.devices + other.devices, failing: self.failing + other.failing }
    }
}

/// What the fleet shows, and what the policy asks of it.
type Seen = (QuarantineRules, BTreeMap<Build, Rate>);

/// None where the policy does not ask.
fn seen(connection: &Connection, scope: Scope) -> Result<Option<Seen>, StoreError> {
    let rules = Rules::load(connection, scope)?;
    let Some(asked) = rules.policy(DEFAULT_GROUP).quarantine else { return Ok(None) };
    let mut statement = connection.prepare_cached(
        "SELECT d.grp, d.platform, d.os_version, d.security_patch, json_extract(p.facts, '$.rootSigns.value')
         FROM device_states d JOIN device_postures p USING (org, device)
         WHERE d.org = ?1 AND d.left_at IS NULL AND d.os_version <> ''
           AND json_type(p.facts, '$.rootSigns.value') = 'array'",
    )?;
    let mut rows = statement.query([scope.org()])?;
    let mut rates: BTreeMap<Build, Rate> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (group, platform, signs): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(4)?);
        let signs: Vec<String> = parse("list of signs", &signs)?;
        let Some(muted) = Platform::from_word(&platform).and_then(|on| muted(rules.policy(&group), on)) else {
            continue;
        };
        let rate = rates.entry((platform, row.get(2)?, row.get(3)?)).or_default();
        rate.devices += 1;
        rate.failing += u64::from(signs.iter().any(|sign| !muted.contains(&sign.as_str())));
    }
    Ok(Some((asked, rates)))
}

/// The signs that a policy leaves out; none where it does not ask for signs at all.
fn muted(policy: &Policy, platform: Platform) -> Option<Vec<&'static str>> {
    let rule = policy.check(platform, RULE.check())?.rules.iter().find(|rule| rule.rule == RULE)?;
    let Condition::NoSigns { muted } = &rule.condition else { return None };
    Some(muted.iter().map(|sign| sign.as_str()).collect())
}

/// Begins and ends what the fleet shows.
fn apply(connection: &Connection, scope: Scope, seen: Option<&Seen>, now: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT INTO quarantine_looks VALUES (?1, ?2) ON CONFLICT DO UPDATE SET looked_at = ?2")?
        .execute(params![scope.org(), to_ms(now)])?;
    let current = current(connection, scope)?;
    let mut changed = false;
    let Some((asked, rates)) = seen else {
        for one in &current {
            close(connection, scope, one, "policy", &Actor::Local, now)?;
            changed = true;
        }
        return if changed { renew_catalogue(connection, scope, now) } else { Ok(()) };
    };
    for one in &current {
        // Half of what began it: a rate about the threshold neither begins nor ends it again and again.
        let rate = rates.get(&one.build()).copied().unwrap_or_default();
        if rate.failing * 200 < rate.devices * u64::from(asked.fail_rate) || rate.devices == 0 {
            close(connection, scope, one, "rate", &Actor::Local, now)?;
            changed = true;
        }
    }
    for (build, rate) in rates {
        let first_seen = first_seen(connection, scope, build, now)?;
        let is_new = asked.new_for.after(first_seen) > now;
        // Builds that are in quarantine themselves say nothing about what is usual.
        let others = rates.iter().filter(|(other, _)| {
            other.0 == build.0 && *other != build && !current.iter().any(|one| one.build() == **other)
        });
        let others = others.fold(Rate::default(), |sum, (_, rate)| sum.and(*rate));
        let enough = rate.devices.min(others.devices) >= u64::from(asked.min_devices);
        let jumps = rate.is_at_least(u64::from(asked.fail_rate)) && rate.is_times(u64::from(asked.factor), others);
        if is_new && enough && jumps && !is_settled(connection, scope, build)? {
            begin(connection, scope, build, (*rate, others), now)?;
            changed = true;
        }
    }
    if changed { renew_catalogue(connection, scope, now) } else { Ok(()) }
}

fn first_seen(connection: &Connection, scope: Scope, build: &Build, now: Timestamp) -> Result<Timestamp, StoreError> {
    let key = params![scope.org(), build.0, build.1, build.2, to_ms(now)];
    connection.prepare_cached("INSERT INTO builds VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING")?.execute(key)?;
    let at: i64 = connection
        .prepare_cached(
            "SELECT first_seen_at FROM builds
             WHERE org = ?1 AND platform = ?2 AND os_version = ?3 AND security_patch = ?4",
        )?
        .query_row(params![scope.org(), build.0, build.1, build.2], |row| row.get(0))?;
    Ok(from_ms(at))
}

/// Whether it lasts already, or an administrator said that it is none.
fn is_settled(connection: &Connection, scope: Scope, build: &Build) -> Result<bool, StoreError> {
    let found: Option<i64> = connection
        .prepare_cached(
            "SELECT 1 FROM quarantines
             WHERE org = ?1 AND rule = ?2 AND platform = ?3 AND os_version = ?4 AND security_patch = ?5
               AND (ended_at IS NULL OR ended_by = 'administrator') LIMIT 1",
        )?
        .query_row(params![scope.org(), RULE.as_str(), build.0, build.1, build.2], |row| row.get(0))
        .optional()?;
    Ok(found.is_some())
}

fn begin(
    connection: &Connection,
    scope: Scope,
    (platform, os_version, security_patch): &Build,
    (rate, others): (Rate, Rate),
    now: Timestamp,
) -> Result<(), StoreError> {
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let number: u32 = connection.query_row(
        "INSERT INTO quarantines (org, number, rule, platform, os_version, security_patch, began_at, devices, failing,
                                  other_devices, other_failing)
         SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM quarantines WHERE org = ?1
         RETURNING number",
        params![
            scope.org(),
            RULE.as_str(),
            platform,
            os_version,
            security_patch,
            to_ms(now),
            signed(rate.devices),
            signed(rate.failing),
            signed(others.devices),
            signed(others.failing)
        ],
        |row| row.get(0),
    )?;
    let detail = json!({"number": number, "rule": RULE.as_str(), "platform": platform, "osVersion": os_version,
                        "securityPatch": security_patch, "devices": rate.devices, "failing": rate.failing,
                        "otherDevices": others.devices, "otherFailing": others.failing});
    audit::record(connection, scope, now, &Actor::Local, "quarantine.began", detail)?;
    Ok(())
}

fn close(
    connection: &Connection,
    scope: Scope,
    one: &QuarantineView,
    by: &str,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE quarantines SET ended_at = max(began_at, ?3), ended_by = ?4 WHERE org = ?1 AND number = ?2",
        )?
        .execute(params![scope.org(), one.number, to_ms(now), by])?;
    let detail = json!({"number": one.number, "rule": one.rule, "platform": one.platform,
                        "osVersion": one.os_version, "securityPatch": one.security_patch, "by": by});
    audit::record(connection, scope, now, actor, "quarantine.ended", detail)?;
    Ok(())
}

#[cfg(test)]
mod tests;
