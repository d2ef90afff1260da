//! The table and the types tell the same, both ways.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::wanted::Wanted;
use super::*;
use crate::{
    fits::fits,
    judge::{
        Catalogue, DeviceFacts, Evidence, Platform, Policy, PostureState, Reading, Standing, evaluate, facts::*,
        policy::document::PolicyDocument, quiet_hours::Pause,
    },
    wire::{
        id::{Audience, DeviceId},
        key_rotation::KeyRotation,
        message::{SCHEMA_VERSION, SCHEMA_VERSIONS, common_schema},
        report::{Content, Full, Report, Unchanged},
        statement::{self, Statement},
    },
};

/// A report with every field that there is.
fn full_report() -> Report {
    let declared =
        DeclarationMade { declaration: Declaration::LinkedDevices, affirmed: true, on: "2026-11-01".parse().unwrap() };
    let rules = RulesAcknowledgement { version: 3, on: "2026-11-01".parse().unwrap() };
    let facts = DeviceFacts {
        platform: Platform::Android,
        model: Reading::reported("Pixel 8".into()),
        os_version: Reading::reported("16".into()),
        os_name: Reading::reported("android".into()),
        security_patch: Reading::reported("2026-11-05".into()),
        vendor_patch: Reading::reported("2026-10-05".into()),
        kernel_version: Reading::reported("6.1.128".into()),
        storage_encryption: Reading::reported(StorageEncryption::PerUser),
        screen_lock: Reading::reported(true),
        lock_complexity: Reading::reported(LockComplexity::High),
        whatsapp_business: AppFacts {
            presence: Reading::reported(Presence::Installed),
            version: Reading::reported("2.26.39.71".into()),
            signers: Reading::reported(vec!["ab".repeat(32)]),
            installer: Reading::reported("com.android.vending".into()),
            ..AppFacts::default()
        },
        whatsapp_consumer: Reading::reported(Presence::Absent),
        own_app_genuine: Reading::known(true, Evidence::HardwareAttested),
        boot_state: Reading::known(BootState::Verified, Evidence::HardwareAttested),
        root_signs: Reading::known(vec![RootSign::TestKeys], Evidence::Heuristic),
        muted_root_signs: Reading::known(vec![RootSign::SuBinary], Evidence::Heuristic),
        developer_options: Reading::reported(false),
        adb: Reading::reported(false),
        usage_rules: Reading::known(Some(rules), Evidence::UserDeclared),
        declarations: Reading::known(vec![declared], Evidence::UserDeclared),
    };
    Report {
        schema: SCHEMA_VERSION,
        audience: Audience::new("k7", 4),
        device: DeviceId::new(4, [9; 12]),
        sequence: 7,
        challenge: "c".into(),
        at: "2026-11-24T09:00:00Z".parse().unwrap(),
        agent_version: "0.1.0".into(),
        policy_revision: 7,
        catalogue_revision: 3,
        dropped: 2,
        content: Content::Full(Box::new(Full { facts, state: PostureState::Compliant })),
    }
}

fn unchanged_report() -> Report {
    let content = Content::Unchanged(Unchanged { report_hash: "ab".repeat(32) });
    Report { content, dropped: 0, ..full_report() }
}

/// Every path of this JSON as the table writes it, down to what is not a container.
fn paths(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) if members.contains_key("evidence") => {
            found.insert(path.to_owned());
            paths(&members["value"], path, found);
        }
        Value::Object(members) => {
            for (name, member) in members {
                paths(member, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for item in items {
                paths(item, &format!("{path}[]"), found);
            }
        }
        _ => drop(found.insert(path.to_owned())),
    }
}

#[test]
fn the_table_lists_exactly_what_a_report_can_hold() {
    let mut written = BTreeSet::new();
    paths(&serde_json::to_value(full_report()).unwrap(), "", &mut written);
    paths(&serde_json::to_value(unchanged_report()).unwrap(), "", &mut written);
    let table: BTreeSet<String> = FIELDS.iter().map(|field| field.path.to_owned()).collect();
    assert_eq!(table, written);
    assert_eq!(FIELDS.len(), table.len(), "a row stands twice");
}

#[test]
fn a_report_of_an_older_schema_has_no_field_that_came_later() {
    let newest = serde_json::to_value(full_report()).unwrap();
    for version in SCHEMA_VERSIONS {
        let schema = report_schema(*version);
        let mut told = full_report();
        told.schema = *version;
        let Content::Full(full) = &mut told.content else { unreachable!("the full report is full") };
        full.facts = Wanted::everything().in_schema(*version).keep(&full.facts);
        let told = serde_json::to_value(told).unwrap();
        assert!(serde_json::from_value::<Report>(told.clone()).is_ok() && fits(&told, &schema), "{version}");
        for field in FIELDS.iter().filter(|field| field.since > *version) {
            let name = field.fact().unwrap();
            let mut more = told.clone();
            more["content"]["full"]["facts"][name] = newest["content"]["full"]["facts"][name].clone();
            let refused = serde_json::from_value::<Report>(more.clone()).unwrap_err().to_string();
            assert!(refused.starts_with(field.path), "{version}: {refused}");
            assert!(!fits(&more, &schema), "{version}: {name}");
        }
    }
}

#[test]
fn the_newest_schema_that_both_speak_is_spoken() {
    assert_eq!(common_schema(&[1]), Some(1));
    assert_eq!(common_schema(&[2, 1, 3]), Some(2));
    assert_eq!(common_schema(&[3]), None);
    assert_eq!(common_schema(&[]), None);
}

#[test]
fn what_the_policy_mutes_is_not_asked_of_a_probe_that_can_say_so() {
    let checks = json!({ "device-integrity": { "rootSigns": { "mute": ["test-keys", "su-binary"] } } });
    let json = json!({ "apiVersion": "posture/v1", "kind": "Policy",
        "metadata": { "name": "test", "revision": 1 }, "spec": { "checks": checks } });
    let policy = PolicyDocument::from_json(&json).unwrap().policy;
    let wanted = Wanted::of(&policy, Platform::Android);
    assert_eq!(wanted.muted_root_signs(), [RootSign::TestKeys, RootSign::SuBinary]);
    assert_eq!(wanted.clone().in_schema(2), wanted);
    // The first schema has no word for it, and a sign that was not looked for would be one that is not there.
    let first = wanted.in_schema(1);
    assert!(first.wants("rootSigns") && !first.wants("mutedRootSigns"));
    assert!(first.muted_root_signs().is_empty());
}

/// A statement of each kind.
fn statements() -> Vec<Statement> {
    let pause = Pause { from: "2026-12-01T08:00:00Z".parse().unwrap(), until: "2026-12-08T08:00:00Z".parse().unwrap() };
    let (subject, language) = (statement::Subject::UsageRules, crate::judge::text::Language::Es);
    [
        statement::Content::Acknowledgement(statement::Acknowledgement {
            subject,
            version: 3,
            text_hash: "ab".repeat(32),
            language,
        }),
        statement::Content::Declaration(statement::Answer { declaration: Declaration::AwayMessage, affirmed: false }),
        statement::Content::Pause(pause),
        statement::Content::KeyRotation(KeyRotation { possession: "a.b.c".into() }),
        statement::Content::Withdrawal {},
    ]
    .map(|content| Statement {
        audience: Audience::new("k7", 4),
        device: DeviceId::new(4, [9; 12]),
        number: 7,
        challenge: "c".into(),
        at: "2026-11-24T09:00:00Z".parse().unwrap(),
        agent_version: "0.1.0".into(),
        content,
    })
    .to_vec()
}

#[test]
fn the_table_of_statements_lists_exactly_what_one_can_hold() {
    let mut written = BTreeSet::new();
    for statement in statements() {
        paths(&serde_json::to_value(statement).unwrap(), "", &mut written);
    }
    let table: BTreeSet<String> = STATEMENT_FIELDS.iter().map(|field| field.path.to_owned()).collect();
    assert_eq!(table, written);
    assert_eq!(STATEMENT_FIELDS.len(), table.len(), "a row stands twice");
}

#[test]
fn a_statement_outside_its_table_is_refused() {
    for statement in statements() {
        let json = serde_json::to_value(&statement).unwrap();
        assert_eq!(serde_json::from_value::<Statement>(json.clone()).unwrap(), statement);
        let mut found = Vec::new();
        objects(&json, "", &mut found);
        for place in found {
            let mut more = json.clone();
            more.pointer_mut(&place).unwrap()["reason"] = json!("ill");
            assert!(serde_json::from_value::<Statement>(more).is_err(), "in {place}");
        }
        for (at, value) in [
            ("/audience", json!("x".repeat(121))),
            ("/challenge", json!("x".repeat(513))),
            ("/agentVersion", json!("x".repeat(41))),
            ("/number", json!(0)),
            ("/number", json!((1_u64 << 53) + 1)),
            ("/content/acknowledgement/version", json!(0)),
            ("/content/acknowledgement/textHash", json!("AB".repeat(32))),
            ("/content/acknowledgement/language", json!("fr")),
            ("/content/pause/until", json!("2026-11-30T08:00:00Z")),
            ("/content/pause/until", json!("2027-12-03T08:00:00Z")),
            ("/content/keyRotation/possession", json!("x".repeat(40 * 1024 + 1))),
        ] {
            let mut other = json.clone();
            let Some(place) = other.pointer_mut(at) else { continue };
            *place = value;
            assert!(serde_json::from_value::<Statement>(other).is_err(), "{at}");
        }
    }
}

/// Every object of this JSON, by its pointer.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(at.to_owned());
            members.iter().for_each(|(name, member)| objects(member, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, item)| objects(item, &format!("{at}/{place}"), found));
        }
        _ => {}
    }
}

#[test]
fn a_field_outside_the_table_is_refused_at_every_depth() {
    for report in [full_report(), unchanged_report()] {
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(serde_json::from_value::<Report>(json.clone()).unwrap(), report);
        let mut found = Vec::new();
        objects(&json, "", &mut found);
        assert!(found.len() > 2);
        for place in found {
            let mut more = json.clone();
            more.pointer_mut(&place).unwrap()["location"] = json!("here");
            assert!(serde_json::from_value::<Report>(more.clone()).is_err(), "in {place}");
            assert!(!fits(&more, &report_schema(SCHEMA_VERSION)), "in {place}");
        }
    }
}

/// The JSON pointer of a row in a full report, with the reading's value.
fn pointer(field: &Field) -> String {
    let mut pointer = String::new();
    let mut path = String::new();
    for part in field.path.split('.') {
        path = if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") };
        let (name, list) = part.strip_suffix("[]").map_or((part, false), |name| (name, true));
        pointer = format!("{pointer}/{name}");
        let plain = path.trim_end_matches("[]");
        if FIELDS.iter().any(|field| field.reading && field.path == plain) {
            pointer.push_str("/value");
        }
        if list {
            pointer.push_str("/0");
        }
    }
    pointer
}

fn set(field: &Field, value: Value) -> Value {
    let report = if field.path.starts_with("content.unchanged") { unchanged_report() } else { full_report() };
    let mut json = serde_json::to_value(report).unwrap();
    *json.pointer_mut(&pointer(field)).unwrap_or_else(|| panic!("{}", pointer(field))) = value;
    json
}

#[test]
fn every_row_is_held_to_its_shape_by_types_and_schema_alike() {
    let schema = report_schema(SCHEMA_VERSION);
    for field in FIELDS {
        let (good, bad) = samples(&field.shape);
        for (values, accepted) in [(good, true), (bad, false)] {
            for value in values {
                let json = set(field, value.clone());
                let by_schema = fits(&json, &schema);
                assert_eq!(by_schema, accepted, "{} by the schema: {value}", field.path);
                let by_type = serde_json::from_value::<Report>(json).is_ok();
                // What version is spoken is intake's to answer, with its own code.
                assert!(by_type == accepted || matches!(field.shape, Shape::Version), "{}: {value}", field.path);
            }
        }
    }
}

/// Values that a shape allows, and values that it does not.
fn samples(shape: &Shape) -> (Vec<Value>, Vec<Value>) {
    let object = json!({});
    match shape {
        Shape::Version => (vec![json!(SCHEMA_VERSION)], vec![json!(SCHEMA_VERSION + 1), json!("2")]),
        Shape::Number(least, most) => {
            let mut bad = vec![json!(most + 1), json!(-1), json!(1.5), json!("1"), json!(null)];
            bad.extend(least.checked_sub(1).map(Value::from));
            (vec![json!(least), json!(most)], bad)
        }
        Shape::Text(longest) => {
            let good = vec![json!(""), json!("x".repeat(*longest)), json!("ñ".repeat(*longest))];
            (good, vec![json!("x".repeat(longest + 1)), json!(7), json!(null)])
        }
        Shape::Form(pattern) if pattern.contains("a-f") => {
            (vec![json!("0a".repeat(32))], vec![json!("0A".repeat(32)), json!("0a"), json!(""), json!(7)])
        }
        Shape::Form(_) => (
            vec![json!(DeviceId::new(1, [7; 12]))],
            vec![json!("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"), json!("0000000000000000000000000i"), json!("0"), json!(7)],
        ),
        Shape::Moment => (vec![json!("2026-11-24T09:00:00Z")], vec![json!("now"), json!(7)]),
        Shape::Day => (vec![json!("2026-11-24")], vec![json!("2026-13-01"), json!(7)]),
        Shape::Truth => (vec![json!(true), json!(false)], vec![json!("true"), json!(1), json!(null)]),
        Shape::Word(words) => {
            (words.iter().map(|word| json!(word)).collect(), vec![json!("mauve"), json!(""), json!(1), object])
        }
        Shape::List(most, item) => {
            let (good, bad) = match item {
                Shape::Group => {
                    let one = json!({ "declaration": "linked-devices", "affirmed": true, "on": "2026-11-01" });
                    (one, json!({ "declaration": "linked-devices" }))
                }
                item => (samples(item).0.remove(0), samples(item).1.remove(0)),
            };
            (vec![json!([]), json!(vec![&good; *most])], vec![json!(vec![&good; most + 1]), json!([bad]), object])
        }
        Shape::Group => (vec![json!(null)], vec![object, json!(7)]),
    }
}

/// What the tests' policies are written from: each check with everything that it can ask.
const CHECKS: &[(&str, &str)] = &[
    ("device-encryption", "{}"),
    ("screen-lock", r#"{"complexity":"medium"}"#),
    ("os-version", r#"{"android":{"min":"14"},"behindLatest":{"releases":1}}"#),
    ("security-patch", "{}"),
    ("whatsapp-business", r#"{"android":{"min":"2.25.1.1"},"behindLatest":{"days":30}}"#),
    ("whatsapp-consumer", "{}"),
    (
        "app-authenticity",
        r#"{"signers":["abababababababababababababababababababababababababababababababab"],"ownApp":true,"installers":["com.android.vending"]}"#,
    ),
    ("device-integrity", "{}"),
    ("developer-options", "{}"),
    ("usage-rules", r#"{"version":3}"#),
    ("declarations", "{}"),
];

fn policy(named: &[bool]) -> Policy {
    let checks: serde_json::Map<String, Value> = CHECKS
        .iter()
        .zip(named)
        .filter(|(_, named)| **named)
        .map(|((check, asks), _)| ((*check).to_owned(), serde_json::from_str(asks).unwrap()))
        .collect();
    let json = json!({ "apiVersion": "posture/v1", "kind": "Policy",
        "metadata": { "name": "test", "revision": 1 }, "spec": { "checks": checks } });
    let policy = PolicyDocument::from_json(&json).unwrap().policy;
    assert!(policy.unsupported.is_empty(), "{:?}", policy.unsupported);
    policy
}

fn facts() -> DeviceFacts {
    match full_report().content {
        Content::Full(full) => full.facts,
        Content::Unchanged(_) => unreachable!("the full report is full"),
    }
}

fn judged(facts: &DeviceFacts, policy: &Policy) -> crate::judge::Posture {
    let now = "2026-11-24T09:00:00Z".parse().unwrap();
    evaluate(facts, policy, &Catalogue::default(), &Standing::default(), now)
}

proptest! {
    #[test]
    fn what_is_not_wanted_is_not_needed_either(named in prop::collection::vec(any::<bool>(), CHECKS.len())) {
        let (policy, facts) = (policy(&named), facts());
        let wanted = Wanted::of(&policy, facts.platform);
        let kept = wanted.keep(&facts);
        prop_assert_eq!(judged(&kept, &policy), judged(&facts, &policy));
        prop_assert_eq!(wanted.keep(&kept), kept);
    }
}

#[test]
fn only_what_the_policy_names_is_wanted() {
    let only = |check: &str| -> Vec<&'static str> {
        let named: Vec<bool> = CHECKS.iter().map(|(name, _)| *name == check).collect();
        Wanted::of(&policy(&named), Platform::Android).names().collect()
    };
    assert_eq!(only("screen-lock"), ["lockComplexity", "screenLock"]);
    assert_eq!(only("whatsapp-consumer"), ["whatsappConsumer"]);
    assert_eq!(only("os-version"), ["model", "osName", "osVersion"]);
    assert_eq!(only("security-patch"), ["kernelVersion", "securityPatch", "vendorPatch"]);
    assert!(only("nothing").is_empty());
    let none = policy(&[false; 11]);
    assert_eq!(Wanted::of(&none, Platform::Android).keep(&facts()), DeviceFacts::nothing_collected(Platform::Android));
    assert!(!Wanted::of(&policy(&[true; 11]), Platform::Linux).wants("adb"));
}

#[test]
fn every_fact_can_be_wanted_and_kept() {
    assert_eq!(Wanted::everything().keep(&facts()), facts());
    let all = policy(&[true; 11]);
    assert_eq!(Wanted::of(&all, Platform::Android), Wanted::everything());
    for field in FIELDS.iter().filter(|field| field.reading) {
        assert!(!field.needed_by.is_empty() && field.fact().is_some(), "{}", field.path);
    }
}

#[test]
fn each_fact_changes_the_answer_of_the_checks_that_it_is_collected_for() {
    // The model and the distribution matter only beside a catalogue that knows them, and what was not looked for only where
    // nothing was found; the levels of the maker's part and of the kernel are shown beside the one that is judged.
    let quiet = ["model", "osName", "mutedRootSigns", "vendorPatch", "kernelVersion"];
    let all = policy(&[true; 11]);
    let before = judged(&facts(), &all);
    for field in FIELDS.iter().filter(|field| field.reading) {
        let name = field.fact().unwrap();
        if quiet.contains(&name) {
            continue;
        }
        let mut without = Wanted::everything();
        assert!(without.forget(name));
        let after = judged(&without.keep(&facts()), &all);
        let changed: BTreeSet<Check> = before
            .checks
            .iter()
            .zip(&after.checks)
            .filter(|(before, after)| before.rules != after.rules)
            .map(|(before, _)| before.check)
            .collect();
        let listed: BTreeSet<Check> = field.checks().into_iter().collect();
        assert!(changed.is_subset(&listed) && !changed.is_empty(), "{name}: {changed:?}, listed {listed:?}");
    }
}

#[test]
fn every_purpose_is_written_in_both_languages() {
    for field in FIELDS {
        for text in [field.es, field.en] {
            assert!(text.ends_with('.') && text.trim() == text && !text.contains("usted"), "{}", field.path);
        }
    }
}
