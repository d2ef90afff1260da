//! What must hold for any bytes at the product's five doors: no panic, and one reading of what is taken.
//!
//! The fuzzer calls these (`tests/fuzz/run`), and `agent-core/tests/fuzz_targets.rs` with random changes of the same
//! seeds, so that they are checked where no fuzzer is installed.

use std::sync::LazyLock;

use agent_core::{
    judge::{
        Catalogue, DeviceFacts, Policy, Posture, Standing,
        catalogue::document::CatalogueDocument,
        document::Faults,
        evaluate,
        policy::document::PolicyDocument,
        quiet_hours::{declare, paused_until},
    },
    wire::{
        envelope::{Kind, Unverified, rebuild, seal},
        key::VerifyingKey,
        message::{Batch, ChallengeRequest, EnrolmentRequest, Proof},
        posture::ReceivedPosture,
        report::{Content, Report},
        software_key::SoftwareKey,
        statement::{self, Statement},
        unchanged::{UnchangedColumns, unchanged_payload},
        wanted::Wanted,
    },
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// An envelope as it arrives, before anything is known of it.
pub fn envelope(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(parsed) = Unverified::parse(text) else { return };
    let key = SoftwareKey::from_seed(&[1; 32]).expect("a seed is a key");
    let ready = VerifyingKey::try_from(&key.public_key()).expect("a key of ours verifies");
    let own = parsed.key_thumbprint() == ready.thumbprint();
    let again =
        rebuild(parsed.kind(), ready.algorithm(), parsed.key_thumbprint(), parsed.payload(), parsed.signature());
    assert!(!own || again == text, "an envelope has one form");
    let (kind, payload) = (parsed.kind(), parsed.payload().to_vec());
    let unverified: Result<Value, _> = parsed.read_unverified();
    let Ok(verified) = parsed.verify(kind, &ready) else { return };
    assert_eq!(verified.payload(), payload);
    assert_eq!(verified.read::<Value>(), unverified);
    let _ = verified.read::<Report>();
    let _ = verified.read::<Statement>();
}

/// A policy: an administrator's text, and JSON that a server sends.
pub fn policy(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match PolicyDocument::from_text("policy.yaml", text) {
        Ok(document) => {
            let served = PolicyDocument::from_json(&document.json).expect("what was written can be served");
            assert_eq!(served.policy, document.policy, "phone and server read the same policy");
            assert!(document.policy.unsupported.is_empty(), "an administrator is told of what is not known");
            let _ = PolicyDocument::from_json(&document.for_device("01J")).expect("a device's part can be served");
            judge(&PHONE, &document.policy, &CATALOGUE, &Standing::default());
        }
        Err(faults) => told(&faults),
    }
    let Ok(json) = serde_json::from_str::<Value>(text) else { return };
    if let Ok(document) = PolicyDocument::from_json(&json) {
        judge(&PHONE, &document.policy, &CATALOGUE, &Standing::default());
    }
}

/// A catalogue: an administrator's text, and JSON that a server sends.
pub fn catalogue(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match CatalogueDocument::from_text("catalogue.yaml", text) {
        Ok(document) => {
            let served = CatalogueDocument::from_json(&document.json).expect("what was written can be served");
            assert_eq!(served.catalogue, document.catalogue, "phone and server read the same catalogue");
            judge(&PHONE, &POLICY, &document.catalogue, &Standing::default());
        }
        Err(faults) => told(&faults),
    }
    let Ok(json) = serde_json::from_str::<Value>(text) else { return };
    if let Ok(document) = CatalogueDocument::from_json(&json) {
        judge(&PHONE, &POLICY, &document.catalogue, &Standing::default());
    }
}

/// The payload of a signed message or a plain request.
pub fn report(bytes: &[u8]) {
    same_again::<EnrolmentRequest>(bytes);
    same_again::<ChallengeRequest>(bytes);
    same_again::<Proof>(bytes);
    same_again::<Batch>(bytes);
    if let Some(statement) = same_again::<Statement>(bytes) {
        let key = SoftwareKey::from_seed(&[1; 32]).expect("a seed is a key");
        let sealed = seal(Kind::Statement, &statement, &key).expect("a statement that was read can be sealed");
        assert!(Unverified::parse(&sealed).is_ok());
        if let statement::Content::Pause(pause) = statement.content {
            let (mut pauses, at) = (Vec::new(), statement.at);
            declare(&mut pauses, pause, at);
            assert!(pauses.iter().all(|pause| at <= pause.from && pause.from < pause.until));
            assert!(paused_until(&pauses, pause.from).is_none_or(|until| until == pause.until));
        }
    }
    let Some(report) = same_again::<Report>(bytes) else { return };
    let key = SoftwareKey::from_seed(&[1; 32]).expect("a seed is a key");
    let sealed = seal(Kind::Report, &report, &key).expect("a report that was read can be sealed");
    assert!(Unverified::parse(&sealed).is_ok());
    match &report.content {
        Content::Full(full) => {
            let posture = judge(&full.facts, &POLICY, &CATALOGUE, &Standing::default());
            let kept = Wanted::of(&POLICY, full.facts.platform).keep(&full.facts);
            assert_eq!(judge(&kept, &POLICY, &CATALOGUE, &Standing::default()), posture);
        }
        Content::Unchanged(_) => {
            let columns = UnchangedColumns::of(&report).expect("an unchanged report has columns");
            let payload = unchanged_payload(&columns);
            assert_eq!(payload, serde_json::to_vec(&report).expect("a report can be written"));
        }
    }
}

/// Stored rows: facts, a standing, a posture as a client keeps it. Separated by a line `---`.
pub fn facts(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut rows = text.split("\n---\n");
    let facts = rows.next().and_then(|row| same_again::<DeviceFacts>(row.as_bytes()));
    let standing = rows.next().and_then(|row| same_again::<Standing>(row.as_bytes()));
    rows.next().and_then(|row| same_again::<ReceivedPosture>(row.as_bytes()));
    let (facts, standing) = (facts.unwrap_or_else(|| PHONE.clone()), standing.unwrap_or_default());
    judge(&facts, &POLICY, &CATALOGUE, &standing);
}

/// What is read is written and read again as the same.
fn same_again<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(bytes: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(bytes).ok()?;
    let written = serde_json::to_vec(&value).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    let rewritten = serde_json::to_vec(&again).expect("what was read can be written");
    assert_eq!(String::from_utf8(rewritten), String::from_utf8(written));
    Some(value)
}

/// A judgement holds until it says that it changes, and time standing still changes nothing.
fn judge(facts: &DeviceFacts, policy: &Policy, catalogue: &Catalogue, standing: &Standing) -> Posture {
    let now: Timestamp = "2026-11-24T09:00:00Z".parse().expect("a moment");
    let posture = evaluate(facts, policy, catalogue, standing, now);
    assert!(posture.changes_at.is_none_or(|moment| moment > now));
    let next = standing.after(&posture);
    let again = evaluate(facts, policy, catalogue, &next, now);
    assert_eq!(again.state, posture.state);
    serde_json::to_vec(&posture).expect("a posture can be written");
    posture
}

/// Faults can be printed, and say where they are.
fn told(faults: &Faults) {
    assert!(!faults.faults.is_empty());
    assert!(!faults.to_string().is_empty());
}

// Read once: a fuzzer calls the targets thousands of times a second.
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = include_str!("../seeds/policy/every-check.yaml");
    PolicyDocument::from_text("every-check.yaml", text).expect("the seed is a policy").policy
});
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let text = include_str!("../seeds/catalogue/every-line.json");
    CatalogueDocument::from_text("every-line.json", text).expect("the seed is a catalogue").catalogue
});
static PHONE: LazyLock<DeviceFacts> =
    LazyLock::new(|| serde_json::from_str(include_str!("../seeds/facts/phone.json")).expect("the seed is facts"));
