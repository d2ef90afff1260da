//! The rules of judgement, by behaviour, and what must hold for any input.

mod any;
mod quarantine;
mod releases;
mod store_offers;
mod time;
mod unknown;

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
