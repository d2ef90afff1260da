//! What is in quarantine, as it is stored, shown and told to phones.

use std::collections::BTreeMap;

use agent_core::judge::{Check, Platform, Rule};
use jiff::Timestamp;
use rusqlite::Connection;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    scope::Scope,
    store::{StoreError, from_ms},
};

/// Platform, version, patch level.
pub(super) type Build = (String, String, String);

/// One heuristic on one build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuarantineView {
    /// Its number in the organisation.
    pub number: u32,
    /// The rule, such as `device-integrity.root-signs`.
    pub rule: String,
    /// The system.
    pub platform: String,
    /// Its version.
    pub os_version: String,
    /// Its patch level; empty where the build has none.
    pub security_patch: String,
    /// Since when it only advises there.
    #[schema(value_type = String)]
    pub since: Timestamp,
    /// How many devices ran the build then, and on how many it failed.
    pub devices: u64,
    /// On how many of them it failed.
    pub failing: u64,
    /// How many devices ran other builds.
    pub other_devices: u64,
    /// On how many of those it failed.
    pub other_failing: u64,
    /// When it ended; none while it lasts.
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Timestamp>,
    /// What ended it: `rate`, `policy` or `administrator`.
    pub ended_by: Option<String>,
}

impl QuarantineView {
    /// What the sentences about it are made from.
    pub(crate) fn params(&self) -> BTreeMap<String, String> {
        let percent = |part: u64, whole: u64| (part * 100).checked_div(whole).unwrap_or_default().to_string();
        let params = [
            ("platform", self.platform.clone()),
            ("build", format!("{} {}", self.os_version, self.security_patch).trim().to_owned()),
            ("since", self.since.to_string()),
            ("rate", percent(self.failing, self.devices)),
            ("others", percent(self.other_failing, self.other_devices)),
        ];
        params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    pub(super) fn build(&self) -> Build {
        (self.platform.clone(), self.os_version.clone(), self.security_patch.clone())
    }
}

/// Every quarantine of the organisation, those that last first.
pub fn all(connection: &Connection, scope: Scope) -> Result<Vec<QuarantineView>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, rule, platform, os_version, security_patch, began_at, devices, failing, other_devices,
                other_failing, ended_at, ended_by
         FROM quarantines WHERE org = ?1 ORDER BY ended_at IS NOT NULL, number DESC",
    )?;
    let count = |row: &rusqlite::Row<'_>, place: usize| row.get::<_, i64>(place).map(i64::unsigned_abs);
    let rows = statement.query_map([scope.org()], |row| {
        Ok(QuarantineView {
            number: row.get(0)?,
            rule: row.get(1)?,
            platform: row.get(2)?,
            os_version: row.get(3)?,
            security_patch: row.get(4)?,
            since: from_ms(row.get(5)?),
            devices: count(row, 6)?,
            failing: count(row, 7)?,
            other_devices: count(row, 8)?,
            other_failing: count(row, 9)?,
            ended_at: row.get::<_, Option<i64>>(10)?.map(from_ms),
            ended_by: row.get(11)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those that last.
pub(crate) fn current(connection: &Connection, scope: Scope) -> Result<Vec<QuarantineView>, StoreError> {
    let mut all = all(connection, scope)?;
    all.retain(|one| one.ended_at.is_none());
    Ok(all)
}

/// As the catalogue tells them.
pub(in crate::judging) fn told(connection: &Connection, scope: Scope) -> Result<Vec<Value>, StoreError> {
    let told = |one: &QuarantineView| {
        let mut told = json!({"rule": one.rule, "platform": one.platform, "osVersion": one.os_version,
                              "since": one.since.to_string()});
        if !one.security_patch.is_empty() {
            told["securityPatch"] = json!(one.security_patch);
        }
        told
    };
    Ok(current(connection, scope)?.iter().map(told).collect())
}

/// Since when a check of a device on this build only advises.
pub(crate) fn since(
    current: &[QuarantineView],
    check: Check,
    (platform, os_version, security_patch): (Platform, &str, &str),
) -> Option<Timestamp> {
    let of_check = current.iter().filter(|one| Rule::from_word(&one.rule).is_some_and(|rule| rule.check() == check));
    let covering = of_check.filter(|one| {
        one.platform == platform.as_str() && one.os_version == os_version && one.security_patch == security_patch
    });
    covering.map(|one| one.since).min()
}
