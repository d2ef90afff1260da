//! Versions against what is known about releases.

use super::*;

#[test]
fn a_version_newer_than_every_source_never_fails() {
    let mut facts = good_facts();
    facts.os_version = Reading::reported("18".into());
    facts.whatsapp_business.version = Reading::reported("2.27.1.1".into());
    assert_eq!(judge(&facts, &whole_policy()).state, PostureState::Compliant);
}

#[test]
fn a_failing_that_no_update_can_end_is_judged_alike_and_told_otherwise() {
    let mut known = catalogue();
    let last = |model: &str, released: Option<&str>| LastVersion {
        model: model.into(),
        version: "13".parse().unwrap(),
        released: released.map(|day| day.parse().unwrap()),
        provenance: provenance(),
    };
    known.android_os.last_versions = vec![last("Pixel 4a", Some("2022-08-15"))];
    let os = |asked: Vec<RulePolicy>| policy(vec![(Check::OsVersion, check(asked))]);
    let minimum = rule(Rule::OsMinimum, Condition::Minimum("14".into()));
    let told = |model: &str, version: &str, asked: RulePolicy| {
        let facts = DeviceFacts {
            model: Reading::reported(model.into()),
            os_version: Reading::reported(version.into()),
            ..good_facts()
        };
        let posture = evaluate(&facts, &os(vec![asked]), &known, &Standing::default(), now());
        assert_eq!(posture.state, PostureState::NotCompliant);
        posture.checks[0].reason.clone()
    };
    let unfixable = |required: &str| Reason::OsVendorUnfixable {
        found: "13".into(),
        required: required.into(),
        since: "2026-03-02".into(),
    };
    let supported = || rule(Rule::OsSupported, Condition::Holds);
    let behind = rule(Rule::OsBehindLatest, Condition::BehindLatest { releases: Some(0), days: None });
    assert_eq!(told("Pixel 4a", "13", minimum.clone()), unfixable("14"));
    assert_eq!(told("Pixel 4a", "13", supported()), unfixable("15"), "the lowest that is supported");
    assert_eq!(told("Pixel 4a", "13", behind), unfixable("17"));
    assert_eq!(told("Pixel 4a", "12", minimum.clone()).code(), "os-version.below-minimum", "13 is to be had");
    assert_eq!(told("Pixel 8", "13", minimum).code(), "os-version.below-minimum");
    assert_eq!(told("Pixel 8", "13", supported()).code(), "os-version.unsupported");
}

/// A line of iOS as it was when 26 was new: 18 still mended, 15 no more, and two models that get neither.
fn apple() -> Catalogue {
    let mut known = catalogue();
    let support = |cycle: &str, until: Option<&str>| Support {
        cycle: cycle.parse().unwrap(),
        until: until.map(|day| day.parse().unwrap()),
        provenance: provenance(),
    };
    let last = |model: &str, version: &str, released: Option<&str>| LastVersion {
        model: model.into(),
        version: version.parse().unwrap(),
        released: released.map(|day| day.parse().unwrap()),
        provenance: provenance(),
    };
    known.ios_os = line(
        &[("26.1", "2026-10-20"), ("18.7.2", "2026-10-20"), ("18.7.1", "2026-09-20"), ("15.8.5", "2026-03-01")],
        None,
    );
    known.ios_os.support = vec![support("26", None), support("18", None), support("15", Some("2026-04-30"))];
    known.ios_os.last_versions = vec![
        last("iPhone11,8", "18.7.10", Some("2026-11-01")),
        last("iPad7,11", "18.7.1", Some("2026-09-20")),
        last("iPhone9,1", "15.8.5", Some("2026-03-01")),
        last("iPhone8,1", "15.8.5", None),
    ];
    known
}

fn on_apple(model: &str, version: &str, asked: RulePolicy, moment: Timestamp) -> CheckVerdict {
    let mut policy = policy(vec![(Check::OsVersion, check(vec![asked]))]);
    policy.checks = policy.checks.into_iter().map(|((_, check), rules)| ((Platform::Ios, check), rules)).collect();
    let facts = DeviceFacts {
        platform: Platform::Ios,
        model: Reading::reported(model.into()),
        os_version: Reading::reported(version.into()),
        ..good_facts()
    };
    evaluate(&facts, &policy, &apple(), &Standing::default(), moment).checks.remove(0)
}

#[test]
fn a_device_is_measured_by_the_newest_that_exists_for_its_model() {
    let behind = || rule(Rule::OsBehindLatest, Condition::BehindLatest { releases: Some(0), days: None });
    let told = |model: &str, version: &str| on_apple(model, version, behind(), now()).reason;
    let late = |found: &str, latest: &str| Reason::OsBehindLatest { found: found.into(), latest: latest.into() };
    let good = |found: &str| Reason::OsGood { found: found.into() };
    // What only some models can have is expected of these, once it has settled.
    assert_eq!(told("iPhone11,8", "18.7.2"), late("18.7.2", "18.7.10"));
    assert_eq!(told("iPhone11,8", "18.7.10"), good("18.7.10"));
    assert_eq!(on_apple("iPhone11,8", "18.7.2", behind(), at("2026-11-07T23:00:00Z")).reason, good("18.7.2"));
    // What a model cannot have is not expected of it.
    assert_eq!(told("iPad7,11", "18.7.1"), good("18.7.1"));
    assert_eq!(told("iPad7,11", "18.7"), late("18.7", "18.7.1"));
    // A model that no source lists, and one that cannot be read, are judged as before.
    assert_eq!(told("iPhone99,1", "18.7.1"), late("18.7.1", "18.7.2"));
    assert_eq!(told("iPhone99,1", "18.7.2"), good("18.7.2"));
    // Support has ended: never a pass, and what is told to be had is what the model can have.
    assert_eq!(told("iPhone9,1", "15.8.4"), late("15.8.4", "15.8.5"));
    assert_eq!(told("iPhone99,1", "15.8.5"), late("15.8.5", "26.1"));
    assert_eq!(
        told("iPhone9,1", "15.8.5"),
        Reason::OsVendorUnfixable { found: "15.8.5".into(), required: "26.1".into(), since: "2026-04-30".into() }
    );
}

#[test]
fn since_when_nothing_can_be_done_is_the_end_of_support_or_the_day_of_the_last_version() {
    let minimum = || rule(Rule::OsMinimum, Condition::Minimum("27".into()));
    let since = |model: &str, version: &str, moment: &str| {
        let verdict = on_apple(model, version, minimum(), at(moment));
        assert_eq!((verdict.verdict, verdict.reason.code()), (Verdict::Fail, "os-version.vendor-unfixable"));
        verdict.reason.params().into_iter().find(|(name, _)| *name == "since").unwrap().1.to_owned()
    };
    let (before, after) = ("2026-04-30T12:00:00Z", "2026-05-01T00:00:00Z");
    assert_eq!(since("iPhone9,1", "15.8.5", before), "2026-03-01");
    assert_eq!(since("iPhone9,1", "15.8.5", after), "2026-04-30");
    assert_eq!(since("iPhone8,1", "15.8.5", before), "unknown-date");
    let params = [("found", "15.8.5"), ("required", "27"), ("since", "unknown-date")];
    let params = params.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let told = |language| crate::judge::text::told(language, Check::OsVersion, "os-version.vendor-unfixable", &params);
    let (es, en) = (told(crate::judge::text::Language::Es), told(crate::judge::text::Language::En));
    assert!(es.what.contains("(desde: no se sabe)") && en.what.contains("(since: not known)"), "{es:?} {en:?}");
    assert!(es.fix.unwrap().contains("No tienes que hacer nada"), "the person has nothing to do");
    assert!(en.fix.unwrap().contains("nothing for you to do"), "the person has nothing to do");
}

#[test]
fn the_last_version_below_a_floor_still_fails() {
    let mut known = apple();
    known.ios_os.floors = vec![Floor {
        version: "18.7.5".parse().unwrap(),
        affected_from: None,
        cve: "CVE-2026-4242".into(),
        exploited: true,
        provenance: provenance(),
    }];
    let mut policy = policy(vec![(Check::OsVersion, check(vec![rule(Rule::OsFloor, Condition::Holds)]))]);
    policy.checks = policy.checks.into_iter().map(|((_, check), rules)| ((Platform::Ios, check), rules)).collect();
    for (model, version, code) in [
        ("iPad7,11", "18.7.1", "os-version.vendor-unfixable"),
        ("iPhone11,8", "18.7.2", "os-version.below-exploited-floor"),
        ("iPhone99,1", "18.7.1", "os-version.below-exploited-floor"),
    ] {
        let facts = DeviceFacts {
            platform: Platform::Ios,
            model: Reading::reported(model.into()),
            os_version: Reading::reported(version.into()),
            ..good_facts()
        };
        let posture = evaluate(&facts, &policy, &known, &Standing::default(), now());
        assert_eq!((posture.state, posture.checks[0].reason.code()), (PostureState::NotCompliant, code), "{model}");
    }
}

#[test]
fn without_a_fresh_source_latest_is_unknown_while_floor_and_minimum_still_judge() {
    let later = at("2027-03-01T00:00:00Z");
    let rules = vec![
        rule(Rule::BusinessFloor, Condition::Holds),
        rule(Rule::BusinessBehindLatest, Condition::BehindLatest { releases: Some(0), days: None }),
    ];
    let policy = policy(vec![(Check::WhatsappBusiness, check(rules))]);
    let mut facts = good_facts();
    let judge = |facts: &DeviceFacts| evaluate(facts, &policy, &catalogue(), &Standing::default(), later);
    assert_eq!(judge(&facts).checks[0].reason.code(), "unknown.stale-release-source");
    facts.whatsapp_business.version = Reading::reported("2.26.14.2".into());
    assert_eq!(judge(&facts).checks[0].reason.code(), "whatsapp-business.below-floor");
    let nothing = evaluate(&good_facts(), &policy, &Catalogue::default(), &Standing::default(), later);
    assert_eq!(nothing.checks[0].reason.code(), "unknown.no-release-source");
}

#[test]
fn a_patch_that_is_the_newest_published_is_never_too_old() {
    let mut known = catalogue();
    known.android_patch = line(&[("2026-06-05", "2026-06-01")], None);
    let mut facts = good_facts();
    facts.security_patch = Reading::reported("2026-06-05".into());
    let posture = evaluate(&facts, &whole_policy(), &known, &Standing::default(), now());
    assert_eq!(posture.check(Check::SecurityPatch).unwrap().reason.code(), "security-patch.newest-published");
}

#[test]
fn a_patch_is_told_as_unfixable_once_neither_patches_nor_a_newer_version_come() {
    let mut known = catalogue();
    let day = |text: &str| text.parse().unwrap();
    known.android_os.last_versions = [("Pixel 4a", "13"), ("Pixel 5", "14")]
        .map(|(model, version)| LastVersion {
            model: model.into(),
            version: version.parse().unwrap(),
            released: Some(day("2022-08-15")),
            provenance: provenance(),
        })
        .to_vec();
    let judged = |model: &str, version: &str, patch: &str, moment: Timestamp| {
        let mut facts = good_facts();
        facts.model = Reading::reported(model.into());
        facts.os_version = Reading::reported(version.into());
        facts.security_patch = Reading::reported(patch.into());
        let asked = policy(vec![(
            Check::SecurityPatch,
            check(vec![rule(Rule::PatchAge, Condition::MaxAge(Period::from_days(120)))]),
        )]);
        let posture = evaluate(&facts, &asked, &known, &Standing::default(), moment);
        (posture.checks[0].verdict, posture.checks[0].reason.code(), posture.changes_at)
    };
    let told = |model, version, patch| {
        let (verdict, code, _) = judged(model, version, patch, now());
        (verdict, code)
    };
    assert_eq!(told("Pixel 4a", "13", "2025-01-05"), (Verdict::Fail, "security-patch.vendor-unfixable"));
    // A newer version exists for it, nothing is known of the model, its version is still patched, or it is recent enough.
    assert_eq!(told("Pixel 5", "13", "2025-01-05"), (Verdict::Fail, "security-patch.old"));
    assert_eq!(told("Pixel 9", "13", "2025-01-05"), (Verdict::Fail, "security-patch.old"));
    assert_eq!(told("Pixel 4a", "16", "2025-01-05"), (Verdict::Fail, "security-patch.old"));
    assert_eq!(told("Pixel 4a", "13", "2026-10-05"), (Verdict::Pass, "security-patch.recent"));
    // Support ends on 2 March 2026: the day itself still counts, and the change is announced.
    let before = judged("Pixel 4a", "13", "2025-01-05", at("2026-03-02T12:00:00Z"));
    assert_eq!(before, (Verdict::Fail, "security-patch.old", Some(at("2026-03-03T00:00:00Z"))));
}
