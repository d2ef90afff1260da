//! The summary and the releases, from counts.

use agent_core::judge::{Check, DeviceState};
use jiff::SignedDuration;
use rusqlite::params;

use super::{Fleet, Sample, sample};
use crate::{
    fleet::{
        DeviceFilter, counts::StateCounts, list::list, releases::releases, standing::VersionStanding, summary::summary,
    },
    judging::catalogues::import_catalogue,
};

const CATALOGUE: &str = r#"
apiVersion: posture/v1
kind: Catalogue
metadata: { revision: 1, issued: "2026-11-24T06:00:00Z" }
lines:
  - product: whatsapp-business
    platform: android
    source: administrator
    fetchedAt: "2026-11-23T06:00:00Z"
    confidence: curated
    releases:
      - { version: 2.26.41.75, released: 2026-11-21 }
      - { version: 2.26.39.71, released: 2026-11-08 }
      - { version: 2.26.38.74, released: 2026-10-30 }
    floors:
      - { version: 2.26.17.4, cve: CVE-2026-23871, exploited: "true" }
  - product: whatsapp-business
    platform: android
    source: own-fleet
    fetchedAt: "2026-11-10T06:00:00Z"
    confidence: observed
    releases:
      - { version: 2.26.39.71, released: 2026-11-09 }
  - product: os
    platform: android
    source: endoflife.date
    fetchedAt: "2026-11-23T06:00:00Z"
    confidence: curated
    releases:
      - { version: "16", released: 2025-06-10 }
    support:
      - { cycle: "12", until: 2025-03-31 }
      - { cycle: "16", until: 2028-06-30 }
"#;

fn fleet() -> Fleet {
    let fleet = Fleet::new();
    let floor = ("whatsapp-business", "fail", false, "whatsapp-business.below-exploited-floor");
    let patch = |in_grace| ("security-patch", "fail", in_grace, "security-patch.old");
    for number in 0..40_u8 {
        let (state, whatsapp, checks) = match number {
            0..3 => (DeviceState::NotCompliant, "2.26.14.2", vec![floor]),
            3..5 => (DeviceState::NotCompliant, "2.26.39.71", vec![patch(false)]),
            5..9 => (DeviceState::InGrace, "2.26.38.74", vec![patch(true)]),
            9 => (DeviceState::Unknown, "", vec![("screen-lock", "unknown", false, "unknown.probe-failed")]),
            10..12 => (DeviceState::Stale, "2.26.41.75", vec![]),
            _ => (DeviceState::Compliant, "2.26.41.75", vec![("screen-lock", "pass", false, "screen-lock.set")]),
        };
        fleet.put(&Sample {
            state,
            whatsapp,
            checks,
            os: if number == 0 { "12" } else { "16" },
            // Two end within two days, two do not.
            grace: (state == DeviceState::InGrace).then(|| 24 * i64::from(number - 4)),
            group: if number < 20 { "clinic" } else { "sales-es" },
            ..sample(number)
        });
    }
    fleet
}

#[test]
fn the_summary_adds_up_and_every_number_leads_to_its_devices() {
    let fleet = fleet();
    import_catalogue(&fleet.connection, fleet.scope, "administrator", ("c.yaml", CATALOGUE), fleet.now).unwrap();
    for group in [None, Some("clinic"), Some("sales-es")] {
        let told = summary(&fleet.connection, fleet.scope, group, fleet.now).unwrap();
        let total = |filter: &DeviceFilter| {
            let filter = DeviceFilter { group: group.map(str::to_owned), ..filter.clone() };
            list(&fleet.connection, fleet.scope, &filter).unwrap().total
        };
        for state in DeviceState::ALL {
            let filter = DeviceFilter { state: Some(*state), ..DeviceFilter::default() };
            assert_eq!(told.states.of(*state), total(&filter), "{state} in {group:?}");
        }
        for counts in &told.checks {
            let filter = DeviceFilter { check: Some(counts.check), ..DeviceFilter::default() };
            assert_eq!(counts.trouble(), total(&filter), "{} in {group:?}", counts.check);
        }
        for item in told.attention.iter().filter(|item| item.devices > 0) {
            let filter = DeviceFilter::from_query(&item.query).unwrap();
            assert_eq!(item.devices, list(&fleet.connection, fleet.scope, &filter).unwrap().total, "{item:?}");
        }
        for row in &told.whatsapp_versions {
            let whatsapp = if row.version.is_empty() { "unknown" } else { &row.version };
            let filter = DeviceFilter {
                platform: Some(row.platform),
                whatsapp: Some(whatsapp.to_owned()),
                ..DeviceFilter::default()
            };
            assert_eq!(row.devices, total(&filter), "{row:?}");
        }
    }
}

#[test]
fn what_needs_somebody_is_told_weightiest_first() {
    let fleet = fleet();
    import_catalogue(&fleet.connection, fleet.scope, "administrator", ("c.yaml", CATALOGUE), fleet.now).unwrap();
    let told = summary(&fleet.connection, fleet.scope, None, fleet.now).unwrap();
    let items: Vec<_> =
        told.attention.iter().map(|item| (item.code.as_str(), item.state.as_str(), item.devices)).collect();
    assert_eq!(
        items,
        [
            ("whatsapp-business.below-exploited-floor", "not-compliant", 3),
            ("security-patch.old", "not-compliant", 2),
            ("deadline-near", "in-grace", 2),
            ("not-known", "unknown", 1),
            ("gone-stale", "stale", 2),
            ("source-silent", "unknown", 0),
        ]
    );
    assert_eq!(told.attention[5].params["source"], "own-fleet");
    assert_eq!(told.attention[5].params["days"], "14");
    assert_eq!(told.next_deadline, Some("2026-11-25T09:00:00Z".parse().unwrap()));
    assert_eq!(told.checks[0].check, Check::SecurityPatch, "it fails or will fail on the most devices");
}

#[test]
fn versions_stand_against_the_catalogue_and_unknown_is_never_current() {
    use VersionStanding::{Behind, Current, Unknown, Vulnerable};

    let fleet = fleet();
    let standing = |told: &crate::fleet::Summary| -> Vec<(String, VersionStanding)> {
        told.whatsapp_versions.iter().map(|row| (row.version.clone(), row.standing)).collect()
    };
    let before = summary(&fleet.connection, fleet.scope, None, fleet.now).unwrap();
    assert!(standing(&before).iter().all(|(_, standing)| *standing == VersionStanding::Unknown), "no catalogue");

    import_catalogue(&fleet.connection, fleet.scope, "administrator", ("c.yaml", CATALOGUE), fleet.now).unwrap();
    let told = summary(&fleet.connection, fleet.scope, None, fleet.now).unwrap();
    let told_of = |text: &str, standing| (text.to_owned(), standing);
    assert_eq!(
        standing(&told),
        [
            told_of("2.26.41.75", Current),
            told_of("2.26.39.71", Current),
            told_of("2.26.38.74", Behind),
            told_of("2.26.14.2", Vulnerable),
            told_of("", Unknown),
        ]
    );
    let systems: Vec<_> = told.os_versions.iter().map(|row| (row.version.as_str(), row.standing)).collect();
    assert_eq!(systems, [("16", Current), ("12", Vulnerable)]);

    let later = fleet.now.checked_add(SignedDuration::from_hours(24 * 30)).unwrap();
    let stale = summary(&fleet.connection, fleet.scope, None, later).unwrap();
    assert_eq!(standing(&stale)[0], told_of("2.26.41.75", Unknown), "what is latest is not known any more");
    assert_eq!(standing(&stale)[3], told_of("2.26.14.2", Vulnerable), "floors judge on");
}

#[test]
fn the_catalogue_tells_sources_settling_and_who_is_below_a_floor() {
    let fleet = fleet();
    assert_eq!(releases(&fleet.connection, fleet.scope, fleet.now).unwrap(), []);
    import_catalogue(&fleet.connection, fleet.scope, "administrator", ("c.yaml", CATALOGUE), fleet.now).unwrap();
    let lines = releases(&fleet.connection, fleet.scope, fleet.now).unwrap();
    let line = &lines[0];
    assert_eq!((line.product.as_str(), line.platform.as_str()), ("whatsapp-business", "android"));
    assert_eq!(line.effective_latest.as_deref(), Some("2.26.39.71"));
    assert_eq!(line.newest.as_deref(), Some("2.26.41.75"));
    let rows: Vec<_> =
        line.releases.iter().map(|row| (row.version.as_str(), row.source.as_str(), row.settled, row.devices)).collect();
    assert_eq!(
        rows,
        [
            ("2.26.41.75", "administrator", false, Some(30)),
            ("2.26.39.71", "administrator, own-fleet", true, Some(2)),
            ("2.26.38.74", "administrator", true, Some(4)),
        ]
    );
    assert_eq!(line.floors[0].devices_below, Some(3));
    let later = fleet.now.checked_add(SignedDuration::from_hours(24 * 30)).unwrap();
    let stale = &releases(&fleet.connection, fleet.scope, later).unwrap()[0];
    assert_eq!((stale.stale, stale.effective_latest.as_deref()), (true, None));
}

#[test]
fn the_trend_is_todays_counts_less_what_came_after() {
    let fleet = fleet();
    let change = |day: &str, state: &str, by: i64| {
        let sql = "INSERT INTO count_changes VALUES (?1, 'clinic', ?2, ?3, ?4)";
        fleet.connection.execute(sql, params![fleet.scope.org(), day, state, by]).unwrap();
    };
    // 28 are compliant today, 5 are not: 20 came a month ago, 8 on the 20th and 2 of them fell on the 22nd.
    change("2026-10-24", "compliant", 25);
    change("2026-11-20", "compliant", 8);
    change("2026-11-22", "compliant", -5);
    change("2026-11-22", "not-compliant", 5);
    for (state, by) in [("in-grace", 4), ("unknown", 1), ("stale", 2)] {
        change("2026-10-24", state, by);
    }
    let told = summary(&fleet.connection, fleet.scope, None, fleet.now).unwrap();
    let on = |day: &str| {
        let found = told.trend.iter().find(|one| one.day.to_string() == day);
        found.map(|one| (one.states.compliant, one.states.not_compliant))
    };
    assert_eq!(told.trend.len(), 32, "from the first device on");
    assert_eq!(on("2026-10-23"), None);
    assert_eq!(on("2026-10-24"), Some((25, 0)));
    assert_eq!(on("2026-11-19"), Some((25, 0)));
    assert_eq!(on("2026-11-20"), Some((33, 0)));
    assert_eq!(on("2026-11-22"), Some((28, 5)));
    assert_eq!(on("2026-11-24"), Some((28, 5)));
    let week = StateCounts { compliant: 25, in_grace: 4, not_compliant: 0, unknown: 1, stale: 2 };
    assert_eq!(told.states_week_ago, Some(week));
}

#[test]
fn a_fleet_of_today_has_no_last_week() {
    let fleet = fleet();
    for (state, by) in [("compliant", 28), ("not-compliant", 5), ("in-grace", 4), ("unknown", 1), ("stale", 2)] {
        let sql = "INSERT INTO count_changes VALUES (?1, 'clinic', '2026-11-24', ?2, ?3)";
        fleet.connection.execute(sql, params![fleet.scope.org(), state, by]).unwrap();
    }
    let told = summary(&fleet.connection, fleet.scope, None, fleet.now).unwrap();
    assert_eq!(told.states_week_ago, None);
    assert_eq!(told.trend.len(), 1);
}
