//! What is not known, and what becomes of it.

use super::*;

#[test]
fn a_sign_that_nobody_looked_for_is_unknown_while_the_policy_asks_for_it() {
    let judged = |muted: &[RootSign], found: &[RootSign]| {
        let no_signs = rule(Rule::RootSigns, Condition::NoSigns { muted: muted.to_vec() });
        let policy = policy(vec![(Check::DeviceIntegrity, check(vec![no_signs]))]);
        let facts = DeviceFacts {
            root_signs: Reading::known(found.to_vec(), Evidence::Heuristic),
            muted_root_signs: Reading::known(vec![RootSign::TestKeys], Evidence::Heuristic),
            ..good_facts()
        };
        let posture = evaluate(&facts, &policy, &catalogue(), &Standing::default(), at("2026-11-01T00:00:00Z"));
        (posture.checks[0].verdict, posture.checks[0].reason.code().to_owned())
    };
    assert_eq!(judged(&[RootSign::TestKeys], &[]).0, Verdict::Pass);
    assert_eq!(judged(&[], &[]), (Verdict::Unknown, "unknown.not-collected".to_owned()));
    assert_eq!(judged(&[RootSign::SuBinary], &[]).0, Verdict::Unknown);
    // One that was found says enough.
    assert_eq!(judged(&[], &[RootSign::SuBinary]).1, "device-integrity.root-signs");
}

#[test]
fn what_is_unknown_is_counted_as_the_policy_says() {
    let facts = DeviceFacts { screen_lock: Reading::unknown(UnknownReason::PermissionMissing), ..good_facts() };
    let state = |treatment: UnknownTreatment, grace: u32| {
        let mut lock = check(vec![rule(Rule::LockSet, Condition::Holds)]);
        lock.unknown = treatment;
        lock.unknown_grace = Period::from_days(grace);
        let adb = check(vec![rule(Rule::AdbOff, Condition::Holds)]);
        judge(&facts, &policy(vec![(Check::ScreenLock, lock), (Check::DeveloperOptions, adb)])).state
    };
    assert_eq!(state(UnknownTreatment::Count, 0), PostureState::Unknown);
    assert_eq!(state(UnknownTreatment::Tolerate, 0), PostureState::Compliant);
    assert_eq!(state(UnknownTreatment::Fail, 0), PostureState::NotCompliant);
    assert_eq!(state(UnknownTreatment::Fail, 1), PostureState::InGrace);
}

#[test]
fn nothing_answered_is_unknown_and_never_compliant() {
    assert_eq!(judge(&good_facts(), &policy(vec![])).state, PostureState::Unknown);
    let mut lock = check(vec![rule(Rule::LockSet, Condition::Holds)]);
    lock.unknown = UnknownTreatment::Tolerate;
    let facts = DeviceFacts::nothing_collected(Platform::Android);
    assert_eq!(judge(&facts, &policy(vec![(Check::ScreenLock, lock)])).state, PostureState::Unknown);
}

#[test]
fn weaker_evidence_than_demanded_is_unknown() {
    let mut lock = check(vec![rule(Rule::LockSet, Condition::Holds)]);
    lock.min_evidence = Some(Evidence::MdmConfirmed);
    let policy = policy(vec![(Check::ScreenLock, lock)]);
    assert_eq!(code(&good_facts(), &policy, Check::ScreenLock), (Verdict::Unknown, "unknown.weak-evidence"));
}

#[test]
fn a_rule_from_a_newer_policy_is_unknown_and_not_dropped() {
    let mut policy = whole_policy();
    let path = "spec.checks.screen-lock.biometry".to_owned();
    policy.unsupported = vec![crate::judge::check::Unsupported { check: Some(Check::ScreenLock), path }];
    assert_eq!(code(&good_facts(), &policy, Check::ScreenLock), (Verdict::Unknown, "unsupported-rule"));
    policy.unsupported[0].check = None;
    assert_eq!(judge(&good_facts(), &policy).state, PostureState::Unknown);
}

#[test]
fn an_iphone_without_device_management_has_an_unknown_whatsapp_version() {
    let mut policy = whole_policy();
    policy.checks = policy.checks.into_iter().map(|((_, check), rules)| ((Platform::Ios, check), rules)).collect();
    let mut facts = DeviceFacts { platform: Platform::Ios, ..good_facts() };
    facts.whatsapp_business.version = Reading::unknown(UnknownReason::PlatformForbids);
    assert_eq!(
        code(&facts, &policy, Check::WhatsappBusiness),
        (Verdict::Unknown, "whatsapp-business.version-needs-mdm")
    );
    assert_eq!(code(&facts, &policy, Check::SecurityPatch).0, Verdict::NotApplicable);
}
