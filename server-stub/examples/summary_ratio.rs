//! How the fleet's summary scales: its time at 100,000 devices ÷ at 1,000, in one run. Ends with an error above 1.5.
//! `cargo run --release -p server-stub --example summary_ratio`
//!
//! The rows are laid out by SQL: states, grace and failing spans of every device, and the counts made of them.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "it measures and prints a figure")]

use std::{error::Error, sync::Arc, time::Instant};

use agent_core::clock::{Clock, SystemClock};
use atalaya_server::{
    fleet::summary::summary,
    judging::catalogues::import_catalogue,
    scope::Scope,
    server::Server,
    store::{Store, StoreError, to_ms},
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

const SMALL: u32 = 1_000;
const LARGE: u32 = 100_000;
const GOAL: f64 = 1.5;
const ROUNDS: usize = 301;

const CATALOGUE: &str = r#"{ "apiVersion": "posture/v1", "kind": "Catalogue",
  "metadata": { "revision": 1, "issued": "2026-11-24T06:00:00Z" },
  "lines": [ { "product": "whatsapp-business", "platform": "android", "source": "administrator",
    "fetchedAt": "2026-11-24T06:00:00Z", "confidence": "curated",
    "releases": [ { "version": "2.26.9.71", "released": "2026-10-01" }, { "version": "2.26.8.71", "released": "2026-09-01" } ],
    "floors": [ { "version": "2.26.3.0", "cve": "CVE-2026-23871", "exploited": "true" } ] } ] }"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("atalaya-summary-{}", std::process::id()));
    let server = Server::open(&folder, Arc::new(SystemClock)).await?;
    let now = SystemClock.now();
    let mut times = Vec::new();
    for devices in [SMALL, LARGE] {
        let scope = server.create_organisation(&format!("{devices} devices")).await?;
        server.store.write(move |connection| fill(connection, scope, devices, now)).await?;
        times.push((devices, measure(&server.store, scope, now).await?));
    }
    drop(server);
    std::fs::remove_dir_all(&folder)?;
    let [(_, small), (_, large)] = times[..] else { return Err("two sizes are measured".into()) };
    let ratio = large / small;
    println!(
        "FIGURE fleet summary at 100 k ÷ at 1 k devices: {ratio:.2} (goal ≤ {GOAL}; {large:.2} ms and {small:.2} ms)"
    );
    if ratio > GOAL { Err(format!("the summary grows with the fleet: {ratio:.2}").into()) } else { Ok(()) }
}

/// The median time of one summary, in milliseconds.
async fn measure(store: &Store, scope: Scope, now: Timestamp) -> Result<f64, StoreError> {
    store
        .read(move |connection| {
            let mut times = Vec::new();
            for _ in 0..ROUNDS {
                let began = Instant::now();
                let told = summary(connection, scope, None, now)?;
                times.push(began.elapsed().as_secs_f64() * 1000.0);
                assert_eq!(told.attention.len(), 5, "{:?}", told.attention);
            }
            times.sort_by(f64::total_cmp);
            Ok(times[ROUNDS / 2])
        })
        .await
}

fn fill(connection: &Connection, scope: Scope, devices: u32, now: Timestamp) -> Result<(), StoreError> {
    let (org, at) = (scope.org(), to_ms(now));
    let fresh = CATALOGUE.replace("2026-11-24T06:00:00Z", &now.to_string());
    import_catalogue(connection, scope, "administrator", ("catalogue.json", &fresh), now)
        .map_err(|error| StoreError::row("catalogue", error))?;
    connection.execute_batch(&format!(
        "INSERT INTO groups (org, grp, created_at) VALUES ({org}, 'clinic', 0), ({org}, 'sales', 0), ({org}, 'office', 0);
         CREATE TEMP TABLE fleet AS
         WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {devices})
         SELECT n, CAST(printf('%08d%08d', {org}, n) AS BLOB) AS device,
                CASE n % 3 WHEN 0 THEN 'clinic' WHEN 1 THEN 'sales' ELSE 'office' END AS grp,
                CASE n % 2 WHEN 0 THEN 'android' ELSE 'ios' END AS platform,
                CASE WHEN n % 100 < 3 THEN 'not-compliant' WHEN n % 100 < 8 THEN 'in-grace' WHEN n % 100 < 9 THEN 'unknown'
                     WHEN n % 100 < 11 THEN 'stale' ELSE 'compliant' END AS state,
                '2.26.' || (n % 12) || '.71' AS version, CAST(n % 9 + 8 AS TEXT) AS os
         FROM numbers;
         INSERT INTO devices (org, device, grp, platform, public_key, thumbprint, token_hash, enrolled_at)
         SELECT {org}, device, grp, platform, '{{}}', hex(device), device, 0 FROM fleet;
         INSERT INTO device_states (org, device, grp, platform, challenged_at, last_heard_at, last_report_at, state,
             state_since, judged_at, rules_revision, deadline, os_version, whatsapp_version, attention)
         SELECT {org}, device, grp, platform, 0, {at}, {at}, state, {at} - n, {at}, 0,
             CASE state WHEN 'in-grace' THEN {at} + 3600000 * (n % 240) END, os, version,
             CASE state WHEN 'not-compliant' THEN 0 WHEN 'in-grace' THEN 1 WHEN 'unknown' THEN 2 WHEN 'stale' THEN 3 ELSE 4 END
         FROM fleet;
         INSERT INTO spans (org, device, subject, since, word, code, held_since, policy_revision, catalogue_revision)
         SELECT {org}, device, 'whatsapp-business', 0, 'fail', 'whatsapp-business.below-exploited-floor', 0, 1, 1
         FROM fleet WHERE state = 'not-compliant';
         INSERT INTO counts SELECT {org}, grp, 'state', state, '', count(*) FROM fleet GROUP BY grp, state;
         INSERT INTO counts SELECT {org}, grp, 'os', platform, os, count(*) FROM fleet GROUP BY grp, platform, os;
         INSERT INTO counts SELECT {org}, grp, 'whatsapp', platform, version, count(*) FROM fleet GROUP BY grp, platform, version;
         INSERT INTO counts SELECT {org}, grp, 'check', 'whatsapp-business',
             CASE state WHEN 'not-compliant' THEN 'fail' ELSE 'pass' END, count(*) FROM fleet GROUP BY grp, state = 'not-compliant';
         INSERT INTO counts SELECT {org}, grp, 'reason', 'whatsapp-business', 'whatsapp-business.below-exploited-floor', count(*)
             FROM fleet WHERE state = 'not-compliant' GROUP BY grp;
         INSERT INTO counts SELECT {org}, grp, 'check', 'security-patch',
             CASE state WHEN 'in-grace' THEN 'in-grace' WHEN 'stale' THEN 'fail' ELSE 'pass' END, count(*)
             FROM fleet GROUP BY grp, state = 'in-grace', state = 'stale';
         DROP TABLE temp.fleet;"
    ))?;
    let mut change = connection.prepare("INSERT INTO count_changes VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for back in 0..90 {
        let day =
            now.checked_sub(SignedDuration::from_hours(24 * back)).unwrap_or(now).strftime("%Y-%m-%d").to_string();
        for group in ["clinic", "sales", "office"] {
            for (state, by) in
                [("compliant", 3), ("in-grace", -2), ("not-compliant", -1), ("unknown", 1), ("stale", -1)]
            {
                change.execute(params![org, group, day, state, by])?;
            }
        }
    }
    Ok(())
}
