//! Queries over rows that are laid out by hand, and over what the real intake has judged.

mod journey;
mod listing;
mod sums;

use agent_core::{
    judge::{DeviceState, Platform},
    wire::id::DeviceId,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use crate::{
    scope::Scope,
    server::create_organisation,
    store::{open::in_memory, to_ms},
};

/// A fleet in memory.
pub(super) struct Fleet {
    pub(super) connection: Connection,
    pub(super) scope: Scope,
    pub(super) now: Timestamp,
}

/// A device as a test lays it out.
pub(super) struct Sample {
    pub(super) id: DeviceId,
    pub(super) group: &'static str,
    pub(super) platform: Platform,
    pub(super) state: DeviceState,
    /// For how many hours it has been in its state.
    pub(super) hours: i64,
    /// How many hours ago it reported; none: never.
    pub(super) heard: Option<i64>,
    /// In how many hours its grace ends.
    pub(super) grace: Option<i64>,
    pub(super) model: &'static str,
    pub(super) os: &'static str,
    pub(super) whatsapp: &'static str,
    /// Check, verdict, whether in grace, reason.
    pub(super) checks: Vec<(&'static str, &'static str, bool, &'static str)>,
}

pub(super) fn sample(number: u8) -> Sample {
    Sample {
        id: DeviceId::new(1, [number; 12]),
        group: "default",
        platform: Platform::Android,
        state: DeviceState::Compliant,
        hours: 1,
        heard: Some(1),
        grace: None,
        model: "Pixel 8",
        os: "16",
        whatsapp: "2.26.39.71",
        checks: Vec::new(),
    }
}

impl Fleet {
    pub(super) fn new() -> Self {
        let connection = in_memory();
        let now = "2026-11-24T09:00:00Z".parse().unwrap();
        let scope = create_organisation(&connection, "Clínica Levante", now).unwrap();
        Self { connection, scope, now }
    }

    pub(super) fn ago(&self, hours: i64) -> i64 {
        to_ms(self.now.checked_sub(SignedDuration::from_hours(hours)).unwrap())
    }

    pub(super) fn put(&self, device: &Sample) {
        let (org, id) = (self.scope.org(), device.id.to_bytes());
        let attention = match device.state {
            DeviceState::NotCompliant => 0,
            DeviceState::InGrace => 1,
            DeviceState::Unknown => 2,
            DeviceState::Stale => 3,
            DeviceState::Compliant => 4,
        };
        let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| self.connection.execute(sql, values).unwrap();
        run("INSERT OR IGNORE INTO groups VALUES (?1, ?2, 0)", params![org, device.group]);
        run(
            "INSERT INTO devices VALUES (?1, ?2, ?3, ?4, '{}', ?5, x'', NULL, ?6)",
            params![org, id, device.group, device.platform.as_str(), device.id.to_string(), self.ago(2000)],
        );
        run(
            "INSERT INTO device_states (org, device, grp, platform, challenged_at, last_heard_at, last_report_at, state,
                state_since, judged_at, rules_revision, deadline, model, os_version, whatsapp_version, attention)
             VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, ?6, ?7, 0, 0, ?8, ?9, ?10, ?11, ?12)",
            params![
                org,
                id,
                device.group,
                device.platform.as_str(),
                device.heard.map(|hours| self.ago(hours)),
                device.state.as_str(),
                self.ago(device.hours),
                device.grace.map(|hours| self.ago(-hours)),
                device.model,
                device.os,
                device.whatsapp,
                attention
            ],
        );
        let count = "INSERT INTO counts VALUES (?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT DO UPDATE SET n = n + 1";
        let platform = device.platform.as_str();
        run(count, params![org, device.group, "state", device.state.as_str(), ""]);
        run(count, params![org, device.group, "os", platform, device.os]);
        run(count, params![org, device.group, "whatsapp", platform, device.whatsapp]);
        for (check, word, in_grace, code) in &device.checks {
            run(
                "INSERT INTO spans VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6, ?7, '{}', ?4, NULL, NULL, 1, 0)",
                params![org, id, check, self.ago(device.hours), word, in_grace, code],
            );
            let answer = if *in_grace { "in-grace" } else { word };
            run(count, params![org, device.group, "check", check, answer]);
            if *word != "pass" {
                run(count, params![org, device.group, "reason", check, code]);
            }
        }
    }
}
