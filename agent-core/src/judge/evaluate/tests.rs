//! The rules of judgement, by behaviour, and what must hold for any input.

mod store_offers;

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, civil::Date};
use proptest::prelude::*;

use super::{
    super::{
        catalogue::{Confidence, Floor, LastVersion, Provenance, Quarantine, Release, ReleaseLine, Support},
        facts::*,
        policy::{Condition, EvidenceRules, Notice, Paper, QuarantineRules, ReleaseRules, StaleRules},
        quiet_hours::QuietHours,
        version::{Line, Version},
    },
    *,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-24T09:00:00Z")
}

fn rule(rule: Rule, condition: Condition) -> RulePolicy {
    RulePolicy { rule, condition, severity: None, grace: Period::ZERO, nudge_after: None }
}

fn check(rules: Vec<RulePolicy>) -> CheckPolicy {
    CheckPolicy {
        severity: Severity::Fail,
        min_evidence: None,
        unknown: UnknownTreatment::Count,
        unknown_grace: Period::ZERO,
        rules,
    }
}

/// A policy for Android with these checks.
fn policy(checks: Vec<(Check, CheckPolicy)>) -> Policy {
    Policy {
        name: "test".into(),
        revision: 7,
        stale: StaleRules { after: Period::from_days(3), not_compliant_after: None },
        enrolment_grace: Period::ZERO,
        releases: ReleaseRules { hold_back: Period::from_days(7), max_source_age: Period::from_days(7) },
        quiet_hours: QuietHours::none(),
        checks: checks.into_iter().map(|(name, check)| ((Platform::Android, name), check)).collect(),
        notice: Notice::default(),
        evidence: EvidenceRules::default(),
        quarantine: None,
        exceptions: Vec::new(),
        unsupported: Vec::new(),
    }
}

/// Every check with every rule.
fn whole_policy() -> Policy {
    let mut checks: BTreeMap<Check, CheckPolicy> = BTreeMap::new();
    for name in Rule::ALL {
        let condition = match name {
            Rule::LockComplexity => Condition::Complexity(LockComplexity::Medium),
            Rule::OsMinimum => Condition::Minimum("14".into()),
            Rule::BusinessMinimum => Condition::Minimum("2.25.1.1".into()),
            Rule::OsBehindLatest => Condition::BehindLatest { releases: Some(1), days: None },
            Rule::BusinessBehindLatest => Condition::BehindLatest { releases: None, days: Some(30) },
            Rule::PatchAge => Condition::MaxAge(Period::from_days(120)),
            Rule::Signer => Condition::Signers(vec!["aa".into()]),
            Rule::Installer => Condition::Installers(vec!["com.android.vending".into()]),
            Rule::VerifiedBoot => Condition::Boot { allow_self_signed: false },
            Rule::RootSigns => Condition::NoSigns { muted: vec![] },
            Rule::RulesAcknowledged => {
                Condition::Rules(Arc::new(Paper { version: 3, key: "usage-rules.text", own: BTreeMap::new() }))
            }
            Rule::TwoStepVerification => Condition::MaxAge(Period::from_days(180)),
            _ => Condition::Holds,
        };
        checks.entry(name.check()).or_insert_with(|| check(vec![])).rules.push(rule(*name, condition));
    }
    policy(checks.into_iter().collect())
}

fn provenance() -> Provenance {
    Provenance {
        source: "administrator".into(),
        fetched_at: at("2026-11-23T09:00:00Z"),
        confidence: Confidence::Official,
    }
}

fn line<L: Line>(releases: &[(&str, &str)], floor: Option<(&str, &str, bool)>) -> ReleaseLine<Version<L>> {
    let release = |(version, released): &(&str, &str)| Release {
        version: version.parse().unwrap(),
        released: released.parse().unwrap(),
        provenance: provenance(),
    };
    let floors = floor.map(|(version, cve, exploited)| Floor {
        version: version.parse().unwrap(),
        affected_from: None,
        cve: cve.into(),
        exploited,
        provenance: provenance(),
    });
    ReleaseLine {
        releases: releases.iter().map(release).collect(),
        floors: floors.into_iter().collect(),
        support: Vec::new(),
        last_versions: Vec::new(),
    }
}

fn catalogue() -> Catalogue {
    let mut android_os = line(&[("17", "2026-06-16"), ("16", "2025-06-10"), ("15", "2024-09-03")], None);
    let cycle = |name: &str, until: Option<&str>| Support {
        cycle: name.parse().unwrap(),
        until: until.map(|day| day.parse().unwrap()),
        provenance: provenance(),
    };
    android_os.support = vec![cycle("17", None), cycle("16", None), cycle("15", None), cycle("13", Some("2026-03-02"))];
    Catalogue {
        revision: 3,
        issued: Some(now()),
        android_os,
        android_patch: line(&[("2026-11-05", "2026-11-02"), ("2026-10-05", "2026-10-05")], None),
        whatsapp_android: line(
            &[("2.26.41.75", "2026-11-21"), ("2.26.39.71", "2026-10-01"), ("2.26.31.70", "2026-08-10")],
            Some(("2.26.17.4", "CVE-2026-23871", false)),
        ),
        ..Catalogue::default()
    }
}

/// A phone that passes everything.
fn good_facts() -> DeviceFacts {
    let declared = |declaration: &Declaration| DeclarationMade {
        declaration: *declaration,
        affirmed: true,
        on: "2026-11-01".parse().unwrap(),
    };
    DeviceFacts {
        model: Reading::reported("Pixel 8".into()),
        os_version: Reading::reported("17".into()),
        security_patch: Reading::reported("2026-11-05".into()),
        storage_encryption: Reading::reported(StorageEncryption::PerUser),
        screen_lock: Reading::reported(true),
        lock_complexity: Reading::reported(LockComplexity::High),
        whatsapp_business: AppFacts {
            presence: Reading::reported(Presence::Installed),
            version: Reading::reported("2.26.39.71".into()),
            signers: Reading::reported(vec!["aa".into()]),
            installer: Reading::reported("com.android.vending".into()),
            ..AppFacts::default()
        },
        whatsapp_consumer: Reading::reported(Presence::Absent),
        own_app_genuine: Reading::reported(true),
        boot_state: Reading::reported(BootState::Verified),
        root_signs: Reading::known(vec![], Evidence::Heuristic),
        developer_options: Reading::reported(false),
        adb: Reading::reported(false),
        usage_rules: Reading::known(
            Some(RulesAcknowledgement { version: 3, on: "2026-09-02".parse().unwrap() }),
            Evidence::UserDeclared,
        ),
        declarations: Reading::known(Declaration::ALL.iter().map(declared).collect(), Evidence::UserDeclared),
        ..DeviceFacts::nothing_collected(Platform::Android)
    }
}

fn judge(facts: &DeviceFacts, policy: &Policy) -> Posture {
    evaluate(facts, policy, &catalogue(), &Standing::default(), now())
}

fn code(facts: &DeviceFacts, policy: &Policy, check: Check) -> (Verdict, &'static str) {
    let posture = judge(facts, policy);
    let verdict = posture.check(check).unwrap();
    (verdict.verdict, verdict.reason.code())
}

#[test]
fn a_good_phone_passes_every_check() {
    let posture = judge(&good_facts(), &whole_policy());
    assert_eq!(posture.checks.len(), Check::ALL.len());
    for verdict in &posture.checks {
        assert_eq!(verdict.verdict, Verdict::Pass, "{verdict:?}");
    }
    assert_eq!(posture.state, PostureState::Compliant);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_bad_fact_has_its_reason() {
    type Spoil = fn(&mut DeviceFacts);
    let cases: [(Spoil, Check, Verdict, &str); 22] = [
        (
            |f| f.storage_encryption = Reading::reported(StorageEncryption::Inactive),
            Check::DeviceEncryption,
            Verdict::Fail,
            "device-encryption.off",
        ),
        (
            |f| f.storage_encryption = Reading::reported(StorageEncryption::DefaultKey),
            Check::DeviceEncryption,
            Verdict::Fail,
            "device-encryption.default-key",
        ),
        (
            |f| f.screen_lock = Reading::reported(false),
            Check::DeviceEncryption,
            Verdict::Fail,
            "device-encryption.not-bound-to-lock",
        ),
        (|f| f.screen_lock = Reading::reported(false), Check::ScreenLock, Verdict::Fail, "screen-lock.not-set"),
        (
            |f| f.lock_complexity = Reading::reported(LockComplexity::Low),
            Check::ScreenLock,
            Verdict::Fail,
            "screen-lock.too-simple",
        ),
        (
            |f| f.os_version = Reading::reported("13".into()),
            Check::OsVersion,
            Verdict::Fail,
            "os-version.below-minimum",
        ),
        (
            |f| f.os_version = Reading::reported("Baklava".into()),
            Check::OsVersion,
            Verdict::Unknown,
            "unknown.unparseable",
        ),
        (
            |f| f.security_patch = Reading::reported("2026-06-05".into()),
            Check::SecurityPatch,
            Verdict::Fail,
            "security-patch.old",
        ),
        (
            |f| f.security_patch = Reading::reported(String::new()),
            Check::SecurityPatch,
            Verdict::Unknown,
            "unknown.unparseable",
        ),
        (
            |f| f.whatsapp_business.presence = Reading::reported(Presence::Absent),
            Check::WhatsappBusiness,
            Verdict::Fail,
            "whatsapp-business.not-installed",
        ),
        (
            |f| f.whatsapp_business.presence = Reading::reported(Presence::Disabled),
            Check::WhatsappBusiness,
            Verdict::Fail,
            "whatsapp-business.disabled",
        ),
        (
            |f| f.whatsapp_business.version = Reading::reported("2.26.14.2".into()),
            Check::WhatsappBusiness,
            Verdict::Fail,
            "whatsapp-business.below-floor",
        ),
        (
            |f| f.whatsapp_business.version = Reading::reported("2.26.31.70".into()),
            Check::WhatsappBusiness,
            Verdict::Fail,
            "whatsapp-business.behind-latest",
        ),
        (
            |f| f.whatsapp_consumer = Reading::reported(Presence::Installed),
            Check::WhatsappConsumer,
            Verdict::Fail,
            "whatsapp-consumer.installed",
        ),
        (
            |f| f.whatsapp_business.signers = Reading::reported(vec!["bb".into()]),
            Check::AppAuthenticity,
            Verdict::Fail,
            "app-authenticity.signer-unexpected",
        ),
        (
            |f| f.whatsapp_business.installer = Reading::reported(String::new()),
            Check::AppAuthenticity,
            Verdict::Fail,
            "app-authenticity.installer-unexpected",
        ),
        (
            |f| f.boot_state = Reading::reported(BootState::Unlocked),
            Check::DeviceIntegrity,
            Verdict::Fail,
            "device-integrity.bootloader-unlocked",
        ),
        (
            |f| f.root_signs = Reading::known(vec![RootSign::SuBinary], Evidence::Heuristic),
            Check::DeviceIntegrity,
            Verdict::Nudge,
            "device-integrity.root-signs",
        ),
        (|f| f.adb = Reading::reported(true), Check::DeveloperOptions, Verdict::Fail, "developer-options.adb-on"),
        (
            |f| f.usage_rules = Reading::known(None, Evidence::UserDeclared),
            Check::UsageRules,
            Verdict::Fail,
            "usage-rules.not-acknowledged",
        ),
        (
            |f| f.declarations = Reading::known(vec![], Evidence::UserDeclared),
            Check::Declarations,
            Verdict::Fail,
            "declarations.missing",
        ),
        (
            |f| f.screen_lock = Reading::unknown(UnknownReason::ProbeFailed),
            Check::ScreenLock,
            Verdict::Unknown,
            "unknown.probe-failed",
        ),
    ];
    for (spoil, check, verdict, expected) in cases {
        let mut facts = good_facts();
        spoil(&mut facts);
        assert_eq!(code(&facts, &whole_policy(), check), (verdict, expected));
    }
}

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
    policy.unsupported = vec![super::super::check::Unsupported { check: Some(Check::ScreenLock), path }];
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
