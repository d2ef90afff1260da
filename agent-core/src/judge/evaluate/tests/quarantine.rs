//! A heuristic that only advises on one build.

use super::*;

#[test]
fn a_heuristic_in_quarantine_advises_on_its_build_alone_and_only_where_the_policy_asks() {
    let signs = RulePolicy {
        severity: Some(Severity::Fail),
        ..rule(Rule::RootSigns, Condition::NoSigns { muted: Vec::new() })
    };
    let mut asked = policy(vec![(Check::DeviceIntegrity, check(vec![signs]))]);
    asked.quarantine = Some(QuarantineRules::default());
    let mut known = catalogue();
    known.quarantines = vec![Quarantine {
        rule: Rule::RootSigns,
        platform: Platform::Android,
        os_version: "17".into(),
        security_patch: Some("2026-11-05".into()),
        since: at("2026-11-20T00:00:00Z"),
    }];
    let rooted = |os: &str, patch: &str, evidence: Evidence| DeviceFacts {
        os_version: Reading::reported(os.into()),
        security_patch: Reading::reported(patch.into()),
        root_signs: Reading::known(vec![RootSign::TestKeys], evidence),
        ..good_facts()
    };
    let verdict = |facts: &DeviceFacts, policy: &Policy| {
        let posture = evaluate(facts, policy, &known, &Standing::default(), now());
        assert_eq!(posture.checks[0].reason.code(), "device-integrity.root-signs", "shown all the same");
        posture.checks[0].verdict
    };
    let on_build = rooted("17", "2026-11-05", Evidence::Heuristic);
    assert_eq!(verdict(&on_build, &asked), Verdict::Nudge);
    assert_eq!(verdict(&rooted("17", "2026-10-05", Evidence::Heuristic), &asked), Verdict::Fail);
    assert_eq!(verdict(&rooted("16", "2026-11-05", Evidence::Heuristic), &asked), Verdict::Fail);
    assert_eq!(verdict(&rooted("17", "2026-11-05", Evidence::HardwareAttested), &asked), Verdict::Fail);
    let elsewhere = DeviceFacts { platform: Platform::Ios, ..on_build.clone() };
    assert!(!known.quarantines[0].covers(&elsewhere));
    asked.quarantine = None;
    assert_eq!(verdict(&on_build, &asked), Verdict::Fail);
}
