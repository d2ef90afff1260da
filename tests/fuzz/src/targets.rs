//! What must hold for any bytes at the product's doors: no panic, and one reading of what is taken.
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
        key::{Algorithm, PublicKey, SignError, Signer, VerifyingKey},
        message::{Batch, ChallengeRequest, EnrolmentRequest, Proof},
        posture::ReceivedPosture,
        report::{Content, Report},
        signature::from_hardware,
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
        judge(&PHONE, &QUARANTINING, &document.catalogue, &Standing::default());
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

/// A signature as the Keystore or the Secure Enclave hands it out.
pub fn signature(bytes: &[u8]) {
    let Some(raw) = from_hardware(bytes) else { return };
    assert!(bytes == raw || bytes == der(&raw), "there is one way to write it");
    assert_eq!(from_hardware(&raw), Some(raw));
    assert!(bytes.len() == 64 || der(&raw).len() == 64 || from_hardware(&der(&raw)) == Some(raw));
    let sealed = seal(Kind::Report, &Value::Null, &Hardware(raw)).expect("what hardware signed can be sealed");
    let parsed = Unverified::parse(&sealed).expect("what was sealed has the one form");
    let [r, s] = parsed.signature().as_chunks::<32>().0 else { panic!("two numbers") };
    assert!(*r != [0; 32] && *r < ORDER && r[..] == raw[..32]);
    assert!(*s != [0; 32] && *s <= HALF_ORDER, "only the lower of two is sealed");
    assert!(s[..] == raw[32..] || plus(s, &raw[32..]) == ORDER, "it is one of the two");
}

/// A key in hardware that signs everything so.
struct Hardware([u8; 64]);

impl Signer for Hardware {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    fn public_key(&self) -> Result<PublicKey, SignError> {
        let mut point = [1; 65];
        point[0] = 4;
        Ok(PublicKey::from_point(&point))
    }

    fn sign(&self, _: &[u8]) -> Result<[u8; 64], SignError> {
        Ok(self.0)
    }
}

/// `SEQUENCE { INTEGER r, INTEGER s }` in DER (X.690, sections 8.3 and 10.1).
fn der(raw: &[u8; 64]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let digits: Vec<u8> = number.iter().copied().skip_while(|digit| *digit == 0).collect();
        let sign = if digits.first().is_none_or(|first| *first >= 0x80) { vec![0] } else { Vec::new() };
        tagged(2, [sign, digits].concat())
    };
    tagged(0x30, [integer(&raw[..32]), integer(&raw[32..])].concat())
}

fn tagged(tag: u8, content: Vec<u8>) -> Vec<u8> {
    let length = u8::try_from(content.len()).expect("two numbers of 33 bytes at most");
    [vec![tag, length], content].concat()
}

/// The sum, without what is carried out of it.
fn plus(one: &[u8], other: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    let mut carried = 0_u16;
    for place in (0..32).rev() {
        let [high, low] = (u16::from(one[place]) + u16::from(other[place]) + carried).to_be_bytes();
        (sum[place], carried) = (low, high.into());
    }
    sum
}

/// The order of P-256's group (SEC 2, section 2.4.2), and half of it, rounded down.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d,
    0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
];

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
static QUARANTINING: LazyLock<Policy> = LazyLock::new(|| {
    let text = include_str!("../seeds/policy/quarantine.yaml");
    PolicyDocument::from_text("quarantine.yaml", text).expect("the seed is a policy").policy
});
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let text = include_str!("../seeds/catalogue/every-line.json");
    CatalogueDocument::from_text("every-line.json", text).expect("the seed is a catalogue").catalogue
});
static PHONE: LazyLock<DeviceFacts> =
    LazyLock::new(|| serde_json::from_str(include_str!("../seeds/facts/phone.json")).expect("the seed is facts"));
