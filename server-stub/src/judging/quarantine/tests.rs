//! A heuristic that goes wrong on one build: it advises there, everybody can see that, and it ends.

use agent_core::{
    judge::{
        DeviceFacts, Evidence, Reading,
        facts::{BootState, RootSign},
    },
    wire::id::DeviceId,
};
use jiff::SignedDuration;

use super::{all, end};
use crate::{
    access::Actor,
    fleet::{attention::Attention, device::device, summary},
    judging::rules::apply_policy,
    rig::{Device, Rig, facts, rig},
};

const POLICY: &str = "apiVersion: posture/v1
kind: Policy
metadata: { name: strict, revision: REVISION }
spec:
  stale: { after: 90d }
  QUARANTINE
  checks: { device-integrity: { verifiedBoot: false, rootSigns: { severity: fail, grace: 0d } } }
";

/// A phone on a build, with signs of root or without.
fn phone(os: &str, patch: &str, signs: &[RootSign]) -> DeviceFacts {
    let mut facts = facts(true);
    facts.os_version = Reading::reported(os.to_owned());
    facts.security_patch = Reading::reported(patch.to_owned());
    facts.boot_state = Reading::reported(BootState::Verified);
    facts.root_signs = Reading::known(signs.to_vec(), Evidence::Heuristic);
    facts
}

const WRONG: &[RootSign] = &[RootSign::TestKeys];

impl Rig {
    pub(crate) async fn policy(&self, revision: u64, quarantine: &str) {
        let (scope, now) = (self.scope, self.server.now());
        let text = POLICY.replace("REVISION", &revision.to_string()).replace("QUARANTINE", quarantine);
        let applied = self.server.store.write(move |conn| {
            Ok(apply_policy(conn, scope, "default", ("p.yaml", &text), "", now).map_err(|error| error.to_string()))
        });
        applied.await.unwrap().unwrap();
    }

    /// So many phones on a build, of which so many show signs.
    pub(crate) async fn phones(&self, build: (&str, &str), all: usize, failing: usize) -> Vec<Device> {
        let mut phones = Vec::new();
        for place in 0..all {
            let mut one = self.enrol().await;
            self.send(&mut one, phone(build.0, build.1, if place < failing { WRONG } else { &[] })).await;
            phones.push(one);
        }
        phones
    }

    /// The scheduler comes by, an hour later.
    pub(crate) async fn an_hour_passes(&self) {
        self.clock.advance(SignedDuration::from_mins(61));
        self.server.settle().await.unwrap();
    }

    pub(crate) async fn word(&self, id: DeviceId) -> (String, bool) {
        let (scope, now) = (self.scope, self.server.now());
        let found = self.server.store.read(move |conn| device(conn, scope, id, now)).await.unwrap().unwrap();
        let check = found.checks.into_iter().next().unwrap();
        (check.verdict.to_string(), check.quarantined_since.is_some())
    }

    async fn audited(&self) -> i64 {
        self.count("SELECT count(*) FROM audit_log WHERE payload LIKE '%quarantine.%'").await
    }

    async fn attention(&self) -> Vec<(String, Vec<(String, String)>, String)> {
        let (scope, now) = (self.scope, self.server.now());
        let told = self.server.store.read(move |conn| summary::summary(conn, scope, None, now)).await.unwrap();
        let of = |item: &Attention| item.code == "quarantined";
        let told = told.attention.into_iter().filter(of);
        told.map(|item| (item.code, item.params.into_iter().collect(), item.query)).collect()
    }
}

const NEW: (&str, &str) = ("17", "2026-11-05");
const OLD: (&str, &str) = ("16", "2026-10-05");

#[tokio::test]
async fn a_heuristic_that_jumps_on_a_new_build_advises_there_until_the_rate_falls() {
    let rig = rig().await;
    rig.policy(7, "quarantine: {}").await;
    let mut wrong = rig.phones(NEW, 6, 5).await;
    let right = rig.phones(OLD, 12, 1).await;
    assert_eq!(rig.word(wrong[0].answer.device).await, ("fail".to_owned(), false));
    rig.an_hour_passes().await;
    assert_eq!(rig.word(wrong[0].answer.device).await, ("nudge".to_owned(), true), "advises, and says so");
    assert_eq!(rig.word(wrong[5].answer.device).await, ("pass".to_owned(), true));
    assert_eq!(rig.word(right[0].answer.device).await, ("fail".to_owned(), false), "elsewhere it weighs");
    assert_eq!(rig.audited().await, 1);
    let asked = rig.attention().await;
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].1.contains(&("build".into(), "17 2026-11-05".into())), "{asked:?}");
    assert!(asked[0].1.contains(&("rate".into(), "83".into())) && asked[0].2.contains("os=17"), "{asked:?}");
    // Phones follow: the catalogue in force names it, also after another was imported.
    let told = "SELECT count(*) FROM catalogues WHERE document LIKE '%\"quarantines\"%'";
    assert_eq!(rig.count(told).await, 1);

    // The maker mends it, and all but one come clean.
    for one in &mut wrong {
        rig.send(one, phone(NEW.0, NEW.1, &[])).await;
    }
    rig.an_hour_passes().await;
    assert_eq!(rig.word(wrong[0].answer.device).await, ("pass".to_owned(), false));
    assert_eq!(rig.audited().await, 2);
    assert!(rig.attention().await.is_empty());
    let newest = "SELECT count(*) FROM catalogues WHERE document LIKE '%\"quarantines\"%'
                  AND revision = (SELECT max(revision) FROM catalogues)";
    assert_eq!(rig.count(newest).await, 0);
}

#[tokio::test]
async fn it_is_off_unless_asked_for_and_needs_enough_devices_a_jump_and_a_new_build() {
    for (quarantine, new, old) in [
        ("", (6, 5), (12, 1)),
        ("quarantine: { minDevices: 7 }", (6, 5), (12, 1)),
        ("quarantine: {}", (6, 5), (4, 0)),
        ("quarantine: { failRate: 90 }", (6, 5), (12, 1)),
        ("quarantine: {}", (6, 5), (12, 4)),
    ] {
        let rig = rig().await;
        rig.policy(7, quarantine).await;
        let wrong = rig.phones(NEW, new.0, new.1).await;
        rig.phones(OLD, old.0, old.1).await;
        rig.an_hour_passes().await;
        assert_eq!(rig.word(wrong[0].answer.device).await, ("fail".to_owned(), false), "{quarantine} {new:?} {old:?}");
        assert_eq!(rig.audited().await, 0);
    }
    // A build that was there for long does not become new.
    let rig = rig().await;
    rig.policy(7, "quarantine: { newFor: 10d }").await;
    let mut phones = rig.phones(NEW, 6, 0).await;
    rig.phones(OLD, 12, 0).await;
    rig.an_hour_passes().await;
    rig.clock.advance(SignedDuration::from_hours(24 * 11));
    for one in &mut phones {
        rig.send(one, phone(NEW.0, NEW.1, WRONG)).await;
    }
    rig.an_hour_passes().await;
    assert_eq!(rig.word(phones[0].answer.device).await.0, "fail");
}

#[tokio::test]
async fn an_administrator_ends_it_for_good_and_a_policy_that_asks_no_more_ends_it_too() {
    let rig = rig().await;
    rig.policy(7, "quarantine: {}").await;
    let wrong = rig.phones(NEW, 6, 5).await;
    rig.phones(OLD, 12, 0).await;
    rig.an_hour_passes().await;
    let (scope, now) = (rig.scope, rig.server.now());
    let ended = move |conn: &rusqlite::Connection, number| end(conn, scope, number, &Actor::Local, now);
    assert!(!rig.server.store.write(move |conn| ended(conn, 9)).await.unwrap());
    assert!(rig.server.store.write(move |conn| ended(conn, 1)).await.unwrap());
    rig.an_hour_passes().await;
    rig.an_hour_passes().await;
    assert_eq!(rig.word(wrong[0].answer.device).await, ("fail".to_owned(), false), "and it stays ended");
    let by = |list: Vec<super::QuarantineView>| list.into_iter().map(|one| one.ended_by).collect::<Vec<_>>();
    let list = rig.server.store.read(move |conn| all(conn, scope)).await.unwrap();
    assert_eq!(by(list), [Some("administrator".to_owned())]);

    let rig = self::rig().await;
    rig.policy(7, "quarantine: {}").await;
    let wrong = rig.phones(NEW, 6, 5).await;
    rig.phones(OLD, 12, 0).await;
    rig.an_hour_passes().await;
    rig.policy(8, "").await;
    rig.an_hour_passes().await;
    assert_eq!(rig.word(wrong[0].answer.device).await, ("fail".to_owned(), false));
    let scope = rig.scope;
    let list = rig.server.store.read(move |conn| all(conn, scope)).await.unwrap();
    assert_eq!(by(list), [Some("policy".to_owned())]);
}
