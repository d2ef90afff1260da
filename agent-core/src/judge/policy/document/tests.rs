//! The written policy, as administrators write and misspell it.

use proptest::prelude::*;

use super::{
    super::super::{
        check::{Rule, Severity},
        text::Language,
    },
    super::{Condition, EvidenceRules, LONGEST_TEXT, Notice, QuarantineRules, evidence::AttestationDemand},
    *,
};

const EXAMPLE: &str = r#"
apiVersion: posture/v1
kind: Policy
metadata: { name: whatsapp-at-work, revision: 7 }
spec:
  stale: { after: 3d, notCompliantAfter: 14d }
  enrolmentGrace: 24h
  quietHours: { timezone: Europe/Madrid, windows: ["Mon-Fri 19:00-08:00", "Sat", "Sun"] }
  checks:
    device-encryption: { severity: fail, minEvidence: os-reported }
    screen-lock: { severity: fail, complexity: medium, grace: 3d }
    os-version: { android: { min: "13", supported: true }, ios: { min: "17.0", behindLatest: { releases: 1, grace: 14d } } }
    security-patch: { maxAge: 120d, nudgeAfter: 90d }
    whatsapp-business: { required: true, floor: enforce, behindLatest: { days: 30, grace: 7d } }
    whatsapp-consumer: { severity: nudge }
  exceptions:
    - { check: os-version, device: "01J", until: 2027-01-31, reason: "lab phone" }
    - { check: os-version, device: "02K", until: 2027-01-31, reason: "other phone" }
"#;

fn example() -> PolicyDocument {
    PolicyDocument::from_text("policy.yaml", EXAMPLE).unwrap()
}

fn faults(text: &str) -> String {
    PolicyDocument::from_text("policy.yaml", text).unwrap_err().to_string()
}

#[test]
fn the_documented_example_means_what_it_says() {
    let policy = example().policy;
    assert_eq!((policy.name.as_str(), policy.revision), ("whatsapp-at-work", 7));
    let lock = policy.check(Platform::Android, Check::ScreenLock).unwrap();
    assert_eq!(lock.rules.iter().map(|rule| rule.rule).collect::<Vec<_>>(), [Rule::LockSet, Rule::LockComplexity]);
    assert!(lock.rules.iter().all(|rule| rule.grace == Period::from_days(3)));
    let ios = policy.check(Platform::Ios, Check::OsVersion).unwrap();
    let minimum = ios.rules.iter().find(|rule| rule.rule == Rule::OsMinimum).unwrap();
    assert_eq!(minimum.condition, Condition::Minimum("17.0".into()));
    let behind = ios.rules.iter().find(|rule| rule.rule == Rule::OsBehindLatest).unwrap();
    assert_eq!(behind.grace, Period::from_days(14));
    assert!(policy.check(Platform::Ios, Check::SecurityPatch).is_none());
    assert_eq!(policy.check(Platform::Ios, Check::WhatsappConsumer).unwrap().severity, Severity::Nudge);
    assert!(policy.quiet_hours.is_quiet("2026-11-28T12:00:00Z".parse().unwrap()));
}

#[test]
fn what_is_served_reads_like_what_was_written() {
    let written = example();
    let served = PolicyDocument::from_json(&written.json).unwrap();
    assert_eq!(served, written);
    let own = written.for_device("01J");
    assert_eq!(own.pointer("/spec/exceptions").and_then(|list| list.as_array()).map(Vec::len), Some(1));
}

#[test]
fn every_fault_is_told_at_once_with_its_place_and_the_nearest_word() {
    let text = EXAMPLE
        .replace("stale: { after: 3d", "stale: { after: 30d")
        .replace("complexity: medium", "complexty: medium")
        .replace("maxAge: 120d", "maxAge: 12 moons")
        .replace("min: \"13\"", "min: Tiramisu")
        .replace("Europe/Madrid", "Europe/Madird")
        .replace("whatsapp-consumer", "whatsapp-consumr")
        .replace("until: 2027-01-31", "until: someday");
    let told = faults(&text);
    for expected in [
        "policy.yaml:6:43: spec.stale.notCompliantAfter: this is shorter than `after`, 30d",
        "policy.yaml:8:27: spec.quietHours.timezone: this time zone is not known",
        "policy.yaml:11:36: spec.checks.screen-lock.complexty: this key is not known; did you mean `complexity`?",
        "policy.yaml:12:35: spec.checks.os-version.android.min: `Tiramisu` is not a readable Android version",
        "policy.yaml:13:31: spec.checks.security-patch.maxAge: `12 moons` is not a length of time",
        "policy.yaml:15:5: spec.checks.whatsapp-consumr: this key is not known; did you mean `whatsapp-consumer`?",
        "spec.exceptions.until: `someday` is not a day",
    ] {
        assert!(told.contains(expected), "{expected} in\n{told}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    for (from, to, expected) in [
        ("revision: 7", "revision: 0", "whole number from 1"),
        ("revision: 7", "revision: -7", "is not a whole number"),
        ("posture/v1", "posture/v2", "`posture/v2` is not one of posture/v1"),
        ("nudgeAfter: 90d", "nudgeAfter: 120d", "the nudge must come before the failing"),
        ("Mon-Fri 19:00-08:00", "Mon-Fry 19:00-08:00", "this is not a window"),
        ("android: { min: \"13\", supported: true }", "min: \"13\"", "not comparable"),
        ("severity: nudge", "severity: nudge, severity: fail", "written twice"),
        ("days: 30, grace", "grace", "say how far behind is allowed"),
        ("reason: \"lab phone\"", "reason: *why", ""),
        ("{ severity: nudge }", "&a { severity: nudge }", "anchors, aliases and tags"),
    ] {
        let told = faults(&EXAMPLE.replace(from, to));
        assert!(told.contains(expected), "{from} → {to}: {told}");
    }
    assert!(faults("").contains("empty"));
    assert!(faults(&"[".repeat(40)).contains("nested too deeply"));
    assert!(!faults(&"[".repeat(100_000)).is_empty());
    assert!(faults(&" ".repeat(300_000)).contains("longer than 256 KiB"));
}

#[test]
fn a_policy_brings_the_texts_that_a_person_acknowledges() {
    let with = |spec: &str| {
        let text = EXAMPLE.replace("  checks:\n", &format!("{spec}  checks:\n    usage-rules:\n      version: 3\n      text:\n        es: |\n          Uno.\n          Dos.\n"));
        PolicyDocument::from_text("policy.yaml", &text)
    };
    let policy = with("  notice: { version: 2, givenElsewhere: true, text: { en: We look. } }\n").unwrap().policy;
    assert!(policy.notice.given_elsewhere);
    assert_eq!(policy.notice.paper.version, 2);
    let (english, spanish) = (("We look.".to_owned(), Language::En), ("Uno.\nDos.\n".to_owned(), Language::Es));
    assert_eq!(policy.notice.paper.text(Language::Es), english, "a company's words never mix with the product's");
    let rules = policy.usage_rules(Platform::Android).unwrap();
    assert_eq!((rules.version, rules.text(Language::En)), (3, spanish));
    let policy = with("").unwrap().policy;
    assert_eq!(policy.notice, Notice::default());
    assert!(policy.notice.paper.text(Language::Es).0.contains("Qué se mira"));
    assert!(policy.notice.paper.text(Language::En).0.contains("What is read"));
    let long = format!("  notice: {{ version: 1, text: {{ es: \"{}\" }} }}\n", "ñ".repeat(LONGEST_TEXT / 2 + 1));
    assert!(with(&long).unwrap_err().to_string().contains("spec.notice.text.es: write 1 to 16384 bytes"));
    assert!(with("  notice: { givenElsewhere: true }\n").unwrap_err().to_string().contains("`version` is missing"));
}

#[test]
fn quarantine_is_off_unless_it_is_named_and_its_faults_are_told() {
    let with = |spec: &str| {
        let text = EXAMPLE.replace("  checks:\n", &format!("  quarantine: {spec}\n  checks:\n"));
        PolicyDocument::from_text("policy.yaml", &text)
    };
    assert_eq!(example().policy.quarantine, None);
    assert_eq!(with("{}").unwrap().policy.quarantine, Some(QuarantineRules::default()));
    let read = with("{ minDevices: 8, failRate: 35, factor: 10, newFor: 14d }").unwrap().policy.quarantine;
    let new_for = Period::from_days(14);
    assert_eq!(read, Some(QuarantineRules { min_devices: 8, fail_rate: 35, factor: 10, new_for }));
    for (wrong, told) in [
        ("{ minDevices: 1 }", "spec.quarantine.minDevices: write a whole number from 2 to 100000"),
        ("{ failRate: 120 }", "spec.quarantine.failRate: write a whole number from 1 to 100"),
        ("{ factor: many }", "spec.quarantine.factor"),
        ("{ failrate: 20 }", "did you mean `failRate`?"),
        ("yes", "spec.quarantine"),
    ] {
        let faults = with(wrong).unwrap_err().to_string();
        assert!(faults.contains(told), "{wrong}: {faults}");
    }
    // What a newer server means by it is not guessed: heuristics weigh as they are written.
    let mut newer = with("{}").unwrap().json;
    newer["spec"]["quarantine"] = serde_json::json!({ "failRate": "auto" });
    assert_eq!(PolicyDocument::from_json(&newer).unwrap().policy.quarantine, None);
}

#[test]
fn what_evidence_is_held_against_is_read_and_its_faults_are_told() {
    let with = |spec: &str| {
        let text = EXAMPLE.replace("  checks:\n", &format!("  evidence:\n    {spec}\n  checks:\n"));
        PolicyDocument::from_text("policy.yaml", &text)
    };
    assert_eq!(example().policy.evidence, EvidenceRules::default());
    let signer = "ab".repeat(32);
    let android = format!(
        "android: {{ apps: [{{ package: org.atalaya.agent, signer: {signer} }}], bootKeys: [{{ name: GrapheneOS, key: 0a0b }}] }}"
    );
    let read = with(&format!("attestation: required\n    maxAge: 10d\n    {android}")).unwrap().policy.evidence;
    assert_eq!((read.attestation, read.max_age), (AttestationDemand::Required, Period::from_days(10)));
    assert_eq!((read.android_apps[0].signer.as_str(), read.boot_keys[0].name.as_str()), (&*signer, "GrapheneOS"));
    let ios = with("ios: { apps: ABCDE12345.org.atalaya.agent, environment: development }").unwrap();
    assert_eq!(ios.policy.evidence.ios_apps, ["ABCDE12345.org.atalaya.agent"]);
    assert_eq!(PolicyDocument::from_json(&ios.json).unwrap().policy, ios.policy);
    for (spec, expected) in [
        ("attestation: require", "did you mean `required`?"),
        ("android: { apps: [{ package: a.b }] }", "`signer` is missing"),
        ("android: { apps: [{ package: a.b, signer: AB }] }", "64 lower-case hexadecimal digits"),
        ("android: { bootKeys: [{ name: a, key: abc }] }", "lower-case hexadecimal"),
        ("ios: { apps: [org.atalaya] }", "such as ABCDE12345.org.atalaya.agent"),
        ("ios: { enviroment: production }", "did you mean `environment`?"),
    ] {
        let told = with(spec).unwrap_err().to_string();
        assert!(told.contains(expected), "{spec}: {told}");
    }
    let mut newer = example().json;
    newer["spec"]["evidence"] = serde_json::json!({ "attestation": "twice", "maxAge": "3d" });
    let policy = PolicyDocument::from_json(&newer).unwrap().policy;
    assert_eq!(policy.evidence, EvidenceRules::default());
    assert!(policy.unsupported.is_empty());
}

#[test]
fn an_older_agent_reads_what_it_knows_of_newer_texts() {
    let mut json = example().json;
    json["spec"]["notice"] =
        serde_json::json!({ "version": 4, "mood": "calm", "text": { "ca": "Mirem.", "es": "Miramos." } });
    json["spec"]["checks"]["usage-rules"] = serde_json::json!({ "version": 2, "text": { "ca": "Una." } });
    let policy = PolicyDocument::from_json(&json).unwrap().policy;
    assert_eq!(policy.notice.paper.version, 4);
    assert_eq!(policy.notice.paper.text(Language::En).0, "Miramos.");
    assert_eq!(policy.usage_rules(Platform::Ios).unwrap().version, 2);
    assert!(policy.unsupported.is_empty(), "{:?}", policy.unsupported);
    json["spec"]["notice"] = serde_json::json!({ "version": { "major": 5 }, "givenElsewhere": true });
    let policy = PolicyDocument::from_json(&json).unwrap().policy;
    assert_eq!(policy.notice.paper.version, 1, "it is shown the product's own");
}

#[test]
fn an_older_agent_keeps_what_it_does_not_know_as_unknown() {
    let mut json = example().json;
    json["spec"]["checks"]["biometrics"] = serde_json::json!({ "severity": "fail" });
    json["spec"]["checks"]["screen-lock"]["wearable"] = serde_json::json!(true);
    json["spec"]["checks"]["security-patch"]["severity"] = serde_json::json!("block");
    json["spec"]["mood"] = serde_json::json!("sunny");
    let policy = PolicyDocument::from_json(&json).unwrap().policy;
    let unsupported: Vec<(Option<Check>, &str)> =
        policy.unsupported.iter().map(|one| (one.check, one.path.as_str())).collect();
    assert!(unsupported.contains(&(None, "spec.checks.biometrics")));
    assert!(unsupported.contains(&(Some(Check::ScreenLock), "spec.checks.screen-lock.wearable")));
    assert!(unsupported.contains(&(Some(Check::SecurityPatch), "spec.checks.security-patch.severity")));
    assert_eq!(unsupported.len(), 3);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}", at in 0_usize..1200, insert in "[-:{}\\[\\]\"'&*!,#|>a-z0-9 \n]{1,8}") {
        let _ = PolicyDocument::from_text("policy.yaml", &text);
        let mut mutated = EXAMPLE.to_owned();
        let at = at.min(mutated.len());
        mutated.insert_str(at, &insert);
        if let Ok(document) = PolicyDocument::from_text("policy.yaml", &mutated) {
            let served = PolicyDocument::from_json(&document.json).unwrap();
            prop_assert_eq!(served.policy, document.policy);
        }
    }
}
