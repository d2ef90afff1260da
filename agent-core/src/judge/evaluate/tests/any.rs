//! What must hold for any input.

use super::*;

fn reading<T: std::fmt::Debug + Clone + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Reading<T>> {
    prop_oneof![
        4 => (value, prop::sample::select(Evidence::ALL)).prop_map(|(value, grade)| Reading::known(value, grade)),
        1 => prop::sample::select(UnknownReason::ALL).prop_map(Reading::unknown),
    ]
}

fn any_version() -> impl Strategy<Value = String> {
    prop_oneof![
        (20_u8..28, 0_u8..45, 0_u8..90).prop_map(|(y, w, p)| format!("2.{y}.{w}.{p}")),
        (9_u8..19).prop_map(|major| major.to_string()),
        "\\PC{0,20}",
    ]
}

prop_compose! {
    fn any_facts()(
        os in reading(any_version()),
        patch in reading(prop_oneof![(2024_u16..2027, 1_u8..14, 0_u8..33).prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}")), "\\PC{0,12}"]),
        encryption in reading(prop::sample::select(StorageEncryption::ALL)),
        lock in reading(any::<bool>()),
        complexity in reading(prop::sample::select(LockComplexity::ALL)),
        presence in reading(prop::sample::select(Presence::ALL)),
        version in reading(any_version()),
        boot in reading(prop::sample::select(BootState::ALL)),
        signs in reading(prop::collection::vec(prop::sample::select(RootSign::ALL), 0..3)),
        adb in reading(any::<bool>()),
        platform in prop_oneof![4 => Just(Platform::Android), 1 => Just(Platform::Ios), 1 => Just(Platform::Linux)],
    ) -> DeviceFacts {
        let mut facts = DeviceFacts { platform, os_version: os, security_patch: patch, ..good_facts() };
        facts.storage_encryption = encryption;
        facts.screen_lock = lock;
        facts.lock_complexity = complexity;
        facts.whatsapp_business.presence = presence;
        facts.whatsapp_business.version = version;
        facts.boot_state = boot;
        facts.root_signs = signs;
        facts.adb = adb;
        facts
    }
}

prop_compose! {
    fn any_policy()(
        graces in prop::collection::vec(0_u32..40, Rule::ALL.len()),
        nudges in prop::collection::vec(prop::option::of(0_u32..100), Rule::ALL.len()),
        least in prop::collection::vec(prop::option::of(prop::sample::select(Evidence::ALL)), Check::ALL.len()),
        treatments in prop::collection::vec(prop::sample::select(UnknownTreatment::ALL), Check::ALL.len()),
        severities in prop::collection::vec(prop::sample::select(Severity::ALL), Check::ALL.len()),
        left_out in prop::collection::vec(prop::bool::weighted(0.2), Check::ALL.len()),
        enrolment in 0_u32..72,
    ) -> Policy {
        let mut policy = whole_policy();
        policy.enrolment_grace = Period::from_hours(enrolment);
        for (place, check) in Check::ALL.iter().enumerate() {
            let key = (Platform::Android, *check);
            if left_out[place] {
                policy.checks.remove(&key);
            } else if let Some(entry) = policy.checks.get_mut(&key) {
                entry.min_evidence = least[place];
                entry.unknown = treatments[place];
                entry.severity = severities[place];
                entry.unknown_grace = Period::from_days(graces[place]);
                for rule in &mut entry.rules {
                    let index = Rule::ALL.iter().position(|name| *name == rule.rule).unwrap();
                    rule.grace = Period::from_days(graces[index]);
                    rule.nudge_after = nudges[index].map(Period::from_days);
                }
            }
        }
        policy
    }
}

prop_compose! {
    fn any_standing()(
        failing in prop::collection::btree_map(prop::sample::select(Rule::ALL), -90_i64..2, 0..10),
        enrolled in prop::option::of(-100_i64..1),
        verdicts in prop::collection::btree_map(
            prop::sample::select(Check::ALL),
            (prop::sample::select(Verdict::ALL), -90_i64..2, prop::option::of(-90_i64..2)),
            0..6,
        ),
    ) -> Standing {
        let moment = |days: i64| now() + jiff::SignedDuration::from_hours(24 * days);
        let held = |(verdict, since, unknown): (Verdict, i64, Option<i64>)| {
            let unknown_since = unknown.map(moment).filter(|_| verdict == Verdict::Fail);
            Held { verdict, since: moment(since), unknown_since }
        };
        Standing {
            device: None,
            enrolled_at: enrolled.map(moment),
            failing_since: failing.into_iter().map(|(rule, days)| (rule, moment(days))).collect(),
            held: verdicts.into_iter().map(|(check, was)| (check, held(was))).collect(),
        }
    }
}

fn rank(state: PostureState) -> u8 {
    match state {
        PostureState::Compliant => 0,
        PostureState::Unknown => 1,
        PostureState::InGrace => 2,
        PostureState::NotCompliant => 3,
    }
}

type Essence = (PostureState, Vec<(Check, Verdict, Option<Timestamp>, bool)>);

/// What must stay as it is until `changes_at`.
fn essence(posture: &Posture) -> Essence {
    let checks = posture.checks.iter().map(|check| (check.check, check.verdict, check.deadline, check.counted));
    (posture.state, checks.collect())
}

proptest! {
    #[test]
    fn same_input_gives_same_bytes(facts in any_facts(), policy in any_policy(), standing in any_standing()) {
        let judge = || serde_json::to_vec(&evaluate(&facts, &policy, &catalogue(), &standing, now())).unwrap();
        prop_assert_eq!(judge(), judge());
    }

    #[test]
    fn a_pass_needs_known_readings_of_the_demanded_grade(
        mut facts in any_facts(), policy in any_policy(), standing in any_standing(),
    ) {
        facts.platform = Platform::Android;
        let posture = evaluate(&facts, &policy, &catalogue(), &standing, now());
        let lock = |check: Check| {
            let least = policy.check(Platform::Android, check).and_then(|check| check.min_evidence);
            matches!(&facts.screen_lock, Reading::Known { evidence, .. } if least.is_none_or(|least| *evidence >= least))
        };
        for check in [Check::ScreenLock, Check::DeviceEncryption] {
            if let Some(verdict) = posture.check(check) {
                prop_assert!(verdict.verdict != Verdict::Pass || lock(check), "{:?}", verdict);
            }
        }
        for verdict in &posture.checks {
            let least = policy.check(Platform::Android, verdict.check).and_then(|check| check.min_evidence);
            if verdict.verdict == Verdict::Pass && let Some(least) = least {
                prop_assert!(verdict.evidence.is_some_and(|grade| grade >= least), "{:?}", verdict);
            }
        }
    }

    #[test]
    fn a_fact_that_improves_never_makes_the_device_worse(
        facts in any_facts(), policy in any_policy(), standing in any_standing(), which in 0..6,
    ) {
        let mut better = facts.clone();
        let good = good_facts();
        match which {
            0 => better.screen_lock = Reading::known(true, Evidence::HardwareAttested),
            1 => better.lock_complexity = Reading::known(LockComplexity::High, Evidence::HardwareAttested),
            2 => better.adb = Reading::known(false, Evidence::HardwareAttested),
            3 => better.boot_state = Reading::known(BootState::Verified, Evidence::HardwareAttested),
            4 => better.storage_encryption = Reading::known(StorageEncryption::PerUser, Evidence::HardwareAttested),
            _ => better.security_patch = good.security_patch,
        }
        let before = evaluate(&facts, &policy, &catalogue(), &standing, now());
        let after = evaluate(&better, &policy, &catalogue(), &standing, now());
        // A patch that was unknown and tolerated may be found by the demanded grade only: its grade did not improve.
        if which < 5 {
            prop_assert!(rank(after.state) <= rank(before.state), "{before:?} → {after:?}");
        }
    }

    #[test]
    fn until_it_says_so_nothing_changes(
        facts in any_facts(), policy in any_policy(), standing in any_standing(), share in 0.0_f64..1.0,
    ) {
        let first = evaluate(&facts, &policy, &catalogue(), &standing, now());
        let standing = standing.after(&first);
        let first = evaluate(&facts, &policy, &catalogue(), &standing, now());
        let until = first.changes_at.unwrap_or(at("2028-01-01T00:00:00Z"));
        let length = until.duration_since(now()).as_secs_f64() * share;
        let moment = now() + jiff::SignedDuration::from_secs_f64(length.floor());
        let then = evaluate(&facts, &policy, &catalogue(), &standing, moment);
        prop_assert_eq!(essence(&then), essence(&first), "at {}", moment);
    }

    #[test]
    fn what_is_known_of_a_model_changes_no_verdict_but_how_far_behind_it_is(
        mut facts in any_facts(), policy in any_policy(), standing in any_standing(),
        model in prop::sample::select(vec!["Pixel 4a", "iPhone9,1", "iPad7,11", "Pixel 8"]),
        last in 9_u8..19,
    ) {
        facts.model = Reading::reported(model.to_owned());
        let mut known = catalogue();
        known.android_os.last_versions = vec![LastVersion {
            model: "Pixel 4a".into(),
            version: last.to_string().parse().unwrap(),
            released: "2024-09-03".parse().ok(),
            provenance: provenance(),
        }];
        let before = evaluate(&facts, &policy, &catalogue(), &standing, now());
        let after = evaluate(&facts, &policy, &known, &standing, now());
        if facts.platform != Platform::Android || model != "Pixel 4a" {
            prop_assert_eq!(&after, &before);
        }
        for (before, after) in before.checks.iter().zip(&after.checks) {
            for (before, after) in before.rules.iter().zip(&after.rules) {
                if before.rule != Rule::OsBehindLatest {
                    prop_assert_eq!(before.outcome, after.outcome);
                }
            }
        }
    }

    #[test]
    fn a_later_first_failing_never_has_an_earlier_deadline(
        facts in any_facts(), policy in any_policy(), earlier in -60_i64..0, gap in 0_i64..30,
    ) {
        let judge = |days: i64| {
            let since = now() + jiff::SignedDuration::from_hours(24 * days.min(0));
            let failing_since = Rule::ALL.iter().map(|rule| (*rule, since)).collect();
            let standing = Standing { failing_since, ..Standing::default() };
            evaluate(&facts, &policy, &catalogue(), &standing, now())
        };
        let (old, new) = (judge(earlier), judge(earlier + gap));
        for (old, new) in old.checks.iter().zip(&new.checks) {
            for (old, new) in old.rules.iter().zip(&new.rules) {
                if let (RuleOutcome::Failing { deadline: Some(old), .. }, RuleOutcome::Failing { deadline: Some(new), .. }) =
                    (old.outcome, new.outcome)
                {
                    prop_assert!(new >= old);
                }
            }
        }
        prop_assert!(rank(new.state) <= rank(old.state));
    }

    #[test]
    fn no_moment_makes_it_panic(
        facts in any_facts(), policy in any_policy(), standing in any_standing(),
        seconds in -377_705_023_201_i64..=253_402_207_200_i64,
    ) {
        let moment = Timestamp::from_second(seconds).unwrap();
        let posture = evaluate(&facts, &policy, &catalogue(), &standing, moment);
        let twice = standing.after(&posture);
        prop_assert_eq!(&twice.after(&evaluate(&facts, &policy, &catalogue(), &twice, moment)), &twice);
    }
}
