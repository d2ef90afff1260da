//! Grace, nudges, exceptions: what time does to a failing.

use super::*;

#[test]
fn grace_runs_from_the_first_failing_and_ends() {
    let mut lock = rule(Rule::LockSet, Condition::Holds);
    lock.grace = Period::from_days(3);
    let policy = policy(vec![(Check::ScreenLock, check(vec![lock]))]);
    let mut facts = good_facts();
    facts.screen_lock = Reading::reported(false);
    let first = evaluate(&facts, &policy, &catalogue(), &Standing::default(), now());
    assert_eq!((first.state, first.changes_at), (PostureState::InGrace, Some(at("2026-11-27T09:00:00Z"))));
    assert_eq!(first.checks[0].deadline, first.changes_at);

    let standing = Standing::default().after(&first);
    let last_moment = evaluate(&facts, &policy, &catalogue(), &standing, at("2026-11-27T08:59:59Z"));
    assert_eq!(last_moment.state, PostureState::InGrace);
    let ended = evaluate(&facts, &policy, &catalogue(), &standing, at("2026-11-27T09:00:00Z"));
    assert_eq!((ended.state, ended.checks[0].deadline), (PostureState::NotCompliant, None));
    assert_eq!(ended.checks[0].since, now());
}

#[test]
fn an_unknown_between_neither_ends_nor_restarts_a_failing_and_a_pass_ends_it() {
    let policy = policy(vec![(Check::ScreenLock, check(vec![rule(Rule::LockSet, Condition::Holds)]))]);
    let step = |standing: &Standing, reading: Reading<bool>, moment: &str| {
        let facts = DeviceFacts { screen_lock: reading, ..good_facts() };
        standing.after(&evaluate(&facts, &policy, &catalogue(), standing, at(moment)))
    };
    let fails = step(&Standing::default(), Reading::reported(false), "2026-11-01T00:00:00Z");
    let unknown = step(&fails, Reading::unknown(UnknownReason::ProbeFailed), "2026-11-02T00:00:00Z");
    let again = step(&unknown, Reading::reported(false), "2026-11-03T00:00:00Z");
    assert_eq!(again.failing_since[&Rule::LockSet], at("2026-11-01T00:00:00Z"));
    let passes = step(&again, Reading::reported(true), "2026-11-04T00:00:00Z");
    assert!(passes.failing_since.is_empty());
}

#[test]
fn an_unknown_runs_its_own_time_behind_a_failing_rule() {
    let mut boot = rule(Rule::VerifiedBoot, Condition::Boot { allow_self_signed: false });
    boot.grace = Period::from_days(9);
    let mut integrity = check(vec![boot, rule(Rule::RootSigns, Condition::NoSigns { muted: vec![] })]);
    integrity.unknown = UnknownTreatment::Fail;
    integrity.unknown_grace = Period::from_days(2);
    let policy = policy(vec![(Check::DeviceIntegrity, integrity)]);
    let unasked = Reading::unknown(UnknownReason::ProbeFailed);
    let both =
        DeviceFacts { boot_state: Reading::reported(BootState::SelfSigned), root_signs: unasked, ..good_facts() };
    let judge = |facts: &DeviceFacts, standing: &Standing, moment: &str| {
        evaluate(facts, &policy, &catalogue(), standing, at(moment))
    };

    let first = judge(&both, &Standing::default(), "2026-11-01T00:00:00Z");
    assert_eq!((first.state, first.checks[0].verdict), (PostureState::InGrace, Verdict::Fail));
    assert_eq!(first.checks[0].deadline, Some(at("2026-11-03T00:00:00Z")));
    let standing = Standing::default().after(&first);
    let second = judge(&both, &standing, "2026-11-03T00:00:00Z");
    assert_eq!((second.state, second.checks[0].deadline), (PostureState::NotCompliant, None));

    // Mending what fails neither makes it worse nor starts the time of the unknown anew.
    let mended = DeviceFacts { boot_state: Reading::reported(BootState::Verified), ..both.clone() };
    let third = judge(&mended, &standing, "2026-11-02T00:00:00Z");
    let again = judge(&mended, &standing.after(&third), "2026-11-02T12:00:00Z");
    for posture in [third, again] {
        assert_eq!((posture.state, posture.checks[0].verdict), (PostureState::InGrace, Verdict::Unknown));
        assert_eq!(posture.checks[0].deadline, Some(at("2026-11-03T00:00:00Z")));
    }

    // And once it was answered, another unknown has its own time.
    let answered = DeviceFacts { root_signs: Reading::reported(vec![]), ..both.clone() };
    let fourth = standing.after(&judge(&answered, &standing, "2026-11-02T12:00:00Z"));
    assert_eq!(judge(&both, &fourth, "2026-11-03T12:00:00Z").checks[0].deadline, Some(at("2026-11-05T12:00:00Z")));
}

#[test]
fn a_missing_lock_has_one_grace_in_both_checks() {
    let mut lock = rule(Rule::LockSet, Condition::Holds);
    lock.grace = Period::from_days(3);
    let bound = rule(Rule::BoundToLock, Condition::Holds);
    let policy = policy(vec![(Check::ScreenLock, check(vec![lock])), (Check::DeviceEncryption, check(vec![bound]))]);
    let facts = DeviceFacts { screen_lock: Reading::reported(false), ..good_facts() };
    let posture = evaluate(&facts, &policy, &catalogue(), &Standing::default(), now());
    assert_eq!(posture.checks[0].deadline, posture.checks[1].deadline);
    assert_eq!(posture.state, PostureState::InGrace);
}

#[test]
fn a_rule_nudges_before_it_fails() {
    let mut lock = rule(Rule::LockSet, Condition::Holds);
    lock.nudge_after = Some(Period::from_days(1));
    let policy = policy(vec![(Check::ScreenLock, check(vec![lock]))]);
    let facts = DeviceFacts { screen_lock: Reading::reported(false), ..good_facts() };
    let first = evaluate(&facts, &policy, &catalogue(), &Standing::default(), now());
    assert_eq!(first.checks[0].verdict, Verdict::Nudge);
    assert_eq!(first.changes_at, Some(at("2026-11-25T09:00:00Z")));
    let standing = Standing::default().after(&first);
    let then = evaluate(&facts, &policy, &catalogue(), &standing, at("2026-11-25T09:00:00Z"));
    assert_eq!(then.state, PostureState::NotCompliant);
}

#[test]
fn enrolment_grace_covers_a_new_device() {
    let mut policy = policy(vec![(Check::ScreenLock, check(vec![rule(Rule::LockSet, Condition::Holds)]))]);
    policy.enrolment_grace = Period::from_hours(24);
    let facts = DeviceFacts { screen_lock: Reading::reported(false), ..good_facts() };
    let standing = Standing { enrolled_at: Some(at("2026-11-24T08:00:00Z")), ..Standing::default() };
    let posture = evaluate(&facts, &policy, &catalogue(), &standing, now());
    assert_eq!((posture.state, posture.changes_at), (PostureState::InGrace, Some(at("2026-11-25T08:00:00Z"))));
}

#[test]
fn an_exception_holds_through_its_last_day_in_the_policys_zone() {
    let mut policy = policy(vec![(Check::ScreenLock, check(vec![rule(Rule::LockSet, Condition::Holds)]))]);
    policy.quiet_hours.zone = jiff::tz::TimeZone::get("Europe/Madrid").unwrap();
    let exception = |device: Option<&str>| Exception {
        check: Check::ScreenLock,
        device: device.map(Into::into),
        until: Date::constant(2026, 11, 24),
        reason: "lab phone".into(),
    };
    policy.exceptions = vec![exception(Some("A"))];
    let facts = DeviceFacts { screen_lock: Reading::reported(false), ..good_facts() };
    let judge = |device: &str, moment: &str| {
        let standing = Standing { device: Some(device.into()), ..Standing::default() };
        evaluate(&facts, &policy, &catalogue(), &standing, at(moment)).checks[0].verdict
    };
    assert_eq!(judge("A", "2026-11-24T22:59:59Z"), Verdict::NotApplicable);
    assert_eq!(judge("A", "2026-11-24T23:00:00Z"), Verdict::Fail);
    assert_eq!(judge("B", "2026-11-24T12:00:00Z"), Verdict::Fail);
}
