//! After any history, every state, span and count is what a full recomputation gives.

use agent_core::{
    clock::Clock,
    judge::{
        DeviceFacts, Platform, Reading, UnknownReason,
        facts::{AppFacts, Declaration, LockComplexity, Presence, StorageEncryption},
        quiet_hours::Pause,
        text::Language,
    },
    wire::statement::{self, Content, Subject},
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{
    catalogues::import_catalogue,
    policy_of,
    rules::{Rules, apply_policy},
};
use crate::{
    rig::{Device, Rig, rig},
    store::StoreError,
    verify::{Verification, verify},
};

const CATALOGUE: &str = r#"{"apiVersion":"posture/v1","kind":"Catalogue",
  "metadata":{"revision":1,"issued":"2026-11-24T06:00:00Z"},
  "lines":[{"product":"whatsapp-business","platform":"android","source":"administrator",
    "fetchedAt":"2026-11-24T06:00:00Z","confidence":"official",
    "releases":[{"version":"2.26.39.71","released":"2026-10-01"},{"version":"2.26.41.75","released":"2026-11-21"}],
    "floors":[{"version":"2.26.17.4","cve":"CVE-2026-23871","exploited":false}]}]}"#;

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Pass {
        hours: i64,
    },
    Settle,
    Enrol,
    Report {
        device: usize,
        facts: Box<DeviceFacts>,
    },
    /// The same facts again, some minutes later.
    Again {
        device: usize,
    },
    Policy {
        grace: u32,
        complexity: &'static str,
        stale: u32,
        group: &'static str,
    },
    Catalogue,
    /// The person says something.
    Say {
        device: usize,
        what: Said,
    },
}

/// What a person says.
#[derive(Debug, Clone, Copy)]
enum Said {
    Rules(u32),
    Away(bool),
    /// From so many hours on, for so many hours.
    Pause(i64, i64),
    Withdraws,
}

fn reading<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Reading<T>> {
    prop_oneof![
        4 => value.prop_map(Reading::reported),
        1 => Just(Reading::unknown(UnknownReason::ProbeFailed)),
    ]
    .boxed()
}

fn some_facts() -> impl Strategy<Value = Box<DeviceFacts>> {
    (
        reading(any::<bool>()),
        reading(prop::sample::select(vec![LockComplexity::None, LockComplexity::Low, LockComplexity::High])),
        reading(prop::sample::select(vec![StorageEncryption::PerUser, StorageEncryption::Inactive])),
        reading(prop::sample::select(vec!["2.26.41.75", "2.26.39.71", "2.26.14.2", "x"]).prop_map(str::to_owned)),
        reading(prop::sample::select(vec!["2026-11-05", "2026-08-05", "2026-01-05"]).prop_map(str::to_owned)),
        reading(prop::sample::select(vec!["12", "14", "16"]).prop_map(str::to_owned)),
    )
        .prop_map(|(screen_lock, lock_complexity, storage_encryption, version, security_patch, os_version)| {
            Box::new(DeviceFacts {
                screen_lock,
                lock_complexity,
                storage_encryption,
                security_patch,
                os_version,
                whatsapp_business: AppFacts {
                    presence: Reading::reported(Presence::Installed),
                    version,
                    ..AppFacts::default()
                },
                ..DeviceFacts::nothing_collected(Platform::Android)
            })
        })
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        3 => (1..4_u32).prop_map(Said::Rules),
        3 => any::<bool>().prop_map(Said::Away),
        3 => (-200..200_i64, 0..400_i64).prop_map(|(from, hours)| Said::Pause(from, hours)),
        1 => Just(Said::Withdraws),
    ]
}

fn content(said: Said, now: Timestamp) -> Content {
    let later = |hours| now.checked_add(SignedDuration::from_hours(hours)).unwrap();
    match said {
        Said::Rules(version) => Content::Acknowledgement(statement::Acknowledgement {
            subject: Subject::UsageRules,
            version,
            text_hash: "ab".repeat(32),
            language: Language::En,
        }),
        Said::Away(affirmed) => {
            Content::Declaration(statement::Answer { declaration: Declaration::AwayMessage, affirmed })
        }
        Said::Pause(from, hours) => Content::Pause(Pause { from: later(from), until: later(from + hours) }),
        Said::Withdraws => Content::Withdrawal {},
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (1..80_i64).prop_map(|hours| Step::Pass { hours }),
        1 => Just(Step::Settle),
        1 => Just(Step::Enrol),
        6 => (0..4_usize, some_facts()).prop_map(|(device, facts)| Step::Report { device, facts }),
        1 => (0..9_u32, prop::sample::select(vec!["low", "medium", "high"]), 1..6_u32,
              prop::sample::select(vec!["default", "sales"]))
            .prop_map(|(grace, complexity, stale, group)| Step::Policy { grace, complexity, stale, group }),
        1 => Just(Step::Catalogue),
        3 => (0..4_usize).prop_map(|device| Step::Again { device }),
        4 => (0..4_usize, said()).prop_map(|(device, what)| Step::Say { device, what }),
    ];
    prop::collection::vec(step, 1..30)
}

async fn live(rig: &Rig, steps: Vec<Step>) {
    let mut devices: Vec<Device> = vec![rig.enrol().await];
    let mut told: std::collections::HashMap<usize, DeviceFacts> = std::collections::HashMap::new();
    let mut revision = 1;
    let mut number = 0;
    for step in steps {
        let (scope, now) = (rig.scope, rig.clock.now());
        match step {
            Step::Pass { hours } => rig.clock.advance(SignedDuration::from_hours(hours)),
            Step::Settle => drop(rig.server.settle().await.unwrap()),
            Step::Enrol => devices.push(rig.enrol().await),
            Step::Report { device, facts } => {
                let place = device % devices.len();
                told.insert(place, (*facts).clone());
                rig.send(&mut devices[place], *facts).await;
            }
            Step::Again { device } => {
                let place = device % devices.len();
                rig.clock.advance(SignedDuration::from_mins(7));
                let facts = told.get(&place).cloned().unwrap_or_else(|| crate::rig::facts(true));
                told.insert(place, facts.clone());
                rig.send(&mut devices[place], facts).await;
            }
            Step::Say { device, what } => {
                let place = device % devices.len();
                number += 1;
                let envelope = rig.said(&devices[place], number, content(what, now));
                assert_eq!(rig.say(&envelope).await.unwrap().number, number);
                if matches!(what, Said::Withdraws) {
                    devices[place] = rig.enrol().await;
                    told.remove(&place);
                }
            }
            Step::Policy { grace, complexity, stale, group } => {
                revision += 1;
                let text = policy(revision, grace, complexity, stale);
                let applied = rig.server.store.write(move |connection| {
                    apply_policy(connection, scope, group, ("p.yaml", &text), "", now)
                        .map_err(|error| StoreError::row("policy", error))
                });
                applied.await.unwrap();
            }
            Step::Catalogue => {
                let imported = rig.server.store.write(move |connection| {
                    import_catalogue(connection, scope, "administrator", ("c.json", CATALOGUE), now)
                        .map_err(|error| StoreError::row("catalogue", error))
                });
                imported.await.unwrap();
            }
        }
    }
}

fn policy(revision: u64, grace: u32, complexity: &str, stale: u32) -> String {
    format!(
        "apiVersion: posture/v1
kind: Policy
metadata: {{ name: changing, revision: {revision} }}
spec:
  stale: {{ after: {stale}d, notCompliantAfter: 9d }}
  quietHours: {{ timezone: Europe/Madrid, windows: [\"Mon-Fri 19:00-08:00\", \"Sat\", \"Sun\"] }}
  checks:
    screen-lock: {{ complexity: {complexity}, grace: {grace}d }}
    device-encryption: {{ severity: fail, unknown: fail }}
    security-patch: {{ maxAge: 120d, nudgeAfter: 90d, grace: {grace}d }}
    whatsapp-business: {{ required: true, floor: enforce, behindLatest: {{ days: 30, grace: 7d }} }}
    os-version: {{ android: {{ min: \"13\" }} }}
    usage-rules: {{ version: 2, grace: {grace}d }}
    declarations: {{ away-message: {{ maxAge: 3d }} }}
"
    )
}

async fn verified(rig: &Rig) -> Verification {
    let now = rig.clock.now();
    rig.server.store.read(move |connection| verify(connection, now, &mut |_, _| {})).await.unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn what_is_stored_is_what_a_full_recomputation_gives(steps in steps()) {
        runtime().block_on(async {
            let rig = rig().await;
            live(&rig, steps).await;
            let before = verified(&rig).await;
            assert_eq!(before.breaches, [], "before what has come due is settled");
            rig.server.settle().await.unwrap();
            let after = verified(&rig).await;
            assert_eq!((after.breaches.as_slice(), after.pending), ([].as_slice(), 0));
        });
    }
}

#[tokio::test]
async fn verification_finds_what_was_tampered_with() {
    for (tampering, invariant) in [
        ("DELETE FROM reports WHERE sequence = 1", "I1"),
        ("UPDATE reports SET sequence = 9 WHERE sequence = 2", "I4"),
        ("UPDATE reports SET envelope = replace(envelope, '.e', '.f')", "I3"),
        ("UPDATE device_states SET state = 'compliant'", "I6"),
        ("UPDATE device_postures SET facts = replace(facts, '\"16\"', '\"17\"')", "I5"),
        ("UPDATE counts SET n = n + 1 WHERE kind = 'os'", "I5"),
        ("DELETE FROM count_changes", "I5"),
        ("UPDATE spans SET word = 'pass' WHERE subject = 'screen-lock' AND until IS NULL", "I5"),
        ("UPDATE spans SET until = until + 5000 WHERE until IS NOT NULL", "I5"),
    ] {
        let rig = rig().await;
        let mut device = rig.enrol().await;
        for locked in [false, true] {
            rig.clock.advance(SignedDuration::from_hours(1));
            rig.send(&mut device, crate::rig::facts(locked)).await;
        }
        assert_eq!(verified(&rig).await.breaches, []);
        let changed = rig.server.store.write(move |connection| Ok(connection.execute(tampering, [])?));
        assert!(changed.await.unwrap() > 0, "{tampering}");
        let breaches = verified(&rig).await.breaches;
        assert!(breaches.iter().any(|breach| breach.invariant == invariant), "{tampering}: {breaches:?}");
    }
}

#[tokio::test]
async fn a_groups_policy_alone_is_the_one_among_all_rules() {
    let rig = rig().await;
    let scope = rig.scope;
    let told = rig.server.store.write(move |connection| {
        for (revision, group) in [(10, "sales"), (11, "default"), (12, "sales"), (13, "default"), (14, "stores")] {
            let text = policy(revision, 3, "low", 5);
            let applied =
                apply_policy(connection, scope, group, ("p.yaml", &text), "", "2026-11-24T10:00:00Z".parse().unwrap());
            applied.unwrap();
        }
        let rules = Rules::load(connection, scope)?;
        let groups = ["default", "sales", "stores", "nobody"];
        // What is not asked for need not even be readable.
        connection.execute("UPDATE policies SET document = '{}' WHERE grp = 'stores' OR revision < 12", [])?;
        assert!(Rules::load(connection, scope).is_err());
        let alone = |group| policy_of(connection, scope, group).ok().map(|policy| policy.revision);
        Ok(groups.map(|group| (group, rules.policy(group).revision, alone(group))))
    });
    let expected = [("default", 13, Some(13)), ("sales", 12, Some(12)), ("stores", 14, None), ("nobody", 13, Some(13))];
    assert_eq!(told.await.unwrap(), expected);
}
