//! Every message as it crosses the network and every document as it is stored, in `tests/golden/v1`, and in
//! `tests/golden/v2` those of which the second version of the report's schema has another form. What changes
//! one of these files changes the wire: a new version keeps the old files and adds its own.
//! `ATALAYA_BLESS=1 cargo test -p agent-core --test golden` writes them anew.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::{collections::BTreeSet, env, fmt::Debug, fs, path::PathBuf};

use agent_core::{
    judge::{
        Check, DeviceFacts, DeviceState, Evidence, Platform, Posture, PostureState, Reading, Rule, Standing,
        UnknownReason, Verdict,
        catalogue::document::CatalogueDocument,
        evaluate,
        facts::{
            AppFacts, BootState, Declaration, DeclarationMade, LockComplexity, Presence, RootSign,
            RulesAcknowledgement, StorageEncryption,
        },
        policy::document::PolicyDocument,
        quiet_hours::Pause,
        standing::Held,
        text::Language,
    },
    wire::{
        envelope::{Kind, Unverified, hash, hex, seal},
        evidence::{EvidenceMessage, EvidenceReceipt},
        id::{Audience, DeviceId},
        key::{Algorithm, PublicKey, VerifyingKey},
        key_rotation::{KeyRotation, Possession},
        message::{
            Acknowledgement, Attestation, Batch, BatchAnswer, BatchItem, ChallengeAnswer, ChallengeRequest,
            EnrolmentAnswer, EnrolmentRequest, KeyDocument, Proof, ServedCatalogue, ServedPolicy,
        },
        posture::ReceivedPosture,
        problem::Problem,
        report::{Content, Full, Report, Unchanged},
        software_key::SoftwareKey,
        statement::{self, Answer, Receipt, Statement, Subject},
    },
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    version("v1")
}

fn version(version: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(version)
}

/// The file's text, once it has been written anew where that was asked for.
fn golden(file: &str, written: &str) -> String {
    let path = if file.starts_with("v2/") { version("").join(file) } else { folder().join(file) };
    if env::var_os("ATALAYA_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, written).unwrap();
    }
    fs::read_to_string(&path).unwrap_or_else(|_| panic!("{file} is missing in tests/golden; run with ATALAYA_BLESS=1"))
}

/// Who meets fields that it does not know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// The server refuses them.
    Server,
    /// The agent leaves them aside.
    Agent,
}

/// Holds the JSON form of a message to its file, both ways.
fn json<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, message: &T, reader: Reader) {
    let written = format!("{}\n", serde_json::to_string_pretty(message).unwrap());
    let file = golden(&format!("{name}.json"), &written);
    assert_eq!(file, written, "{name}.json");
    assert_eq!(&serde_json::from_str::<T>(&file).unwrap(), message, "{name}.json");
    let mut more: Value = serde_json::from_str(&file).unwrap();
    let Some(members) = more.as_object_mut() else { return };
    members.insert("fieldOfTomorrow".into(), json!({ "x": 1 }));
    let read = serde_json::from_value::<T>(more);
    match reader {
        Reader::Server => assert!(read.is_err(), "{name}: a field that is not known was taken"),
        Reader::Agent => assert_eq!(&read.unwrap(), message, "{name}"),
    }
}

/// Holds the JSON form and the envelope of a signed message to their files.
fn signed<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    name: &str,
    kind: Kind,
    message: &T,
    signer: &SoftwareKey,
    reader: Reader,
) -> String {
    json(name, message, reader);
    let written = seal(kind, message, signer).unwrap();
    let file = golden(&format!("{name}.jws"), &format!("{written}\n"));
    let envelope = file.trim_end();
    let key = VerifyingKey::try_from(&signer.public_key()).unwrap();
    let verified = Unverified::parse(envelope).unwrap().verify(kind, &key).unwrap();
    assert_eq!(&verified.read::<T>().unwrap(), message, "{name}.jws");
    assert_eq!(envelope, written, "{name}.jws");
    written
}

fn device_key() -> SoftwareKey {
    SoftwareKey::from_seed(&[1; 32]).unwrap()
}

fn server_key(seed: u8) -> SoftwareKey {
    SoftwareKey::from_seed(&[seed; 32]).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-24T09:00:00Z")
}

fn audience() -> Audience {
    Audience::new("k7pq2m", 4)
}

fn device() -> DeviceId {
    DeviceId::new(4, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
}

fn challenge() -> String {
    "AAABmrS1wAAq8QxS3mFh0n8m8Qk".to_owned()
}

/// Every kind of reading: known by each grade, and unknown by each reason but *not collected*, which is not written.
fn facts() -> DeviceFacts {
    let declared = |declaration, affirmed| DeclarationMade { declaration, affirmed, on: "2026-11-01".parse().unwrap() };
    let rules = RulesAcknowledgement { version: 3, on: "2026-10-20".parse().unwrap() };
    let answers = vec![declared(Declaration::TwoStepVerification, true), declared(Declaration::LinkedDevices, false)];
    DeviceFacts {
        platform: Platform::Android,
        model: Reading::reported("Pixel 8".into()),
        os_version: Reading::known("16".into(), Evidence::MdmConfirmed),
        os_name: Reading::unknown(UnknownReason::NotSupported),
        security_patch: Reading::known("2026-10-05".into(), Evidence::HardwareAttested),
        vendor_patch: Reading::default(),
        kernel_version: Reading::default(),
        storage_encryption: Reading::reported(StorageEncryption::PerUser),
        screen_lock: Reading::reported(true),
        lock_complexity: Reading::reported(LockComplexity::Medium),
        whatsapp_business: AppFacts {
            presence: Reading::reported(Presence::Installed),
            version: Reading::reported("2.26.39.71".into()),
            signers: Reading::reported(vec!["3987d043d10aefaf5a8710b3671418fe57e0e19b653c9df82558feb5ffce5d44".into()]),
            installer: Reading::unknown(UnknownReason::PermissionMissing),
            ..AppFacts::default()
        },
        whatsapp_consumer: Reading::unknown(UnknownReason::NotInThisProfile),
        own_app_genuine: Reading::unknown(UnknownReason::PlatformForbids),
        boot_state: Reading::known(BootState::Verified, Evidence::HardwareAttested),
        root_signs: Reading::known(vec![RootSign::TestKeys], Evidence::Heuristic),
        muted_root_signs: Reading::default(),
        developer_options: Reading::reported(false),
        adb: Reading::unknown(UnknownReason::ProbeFailed),
        usage_rules: Reading::known(Some(rules), Evidence::UserDeclared),
        declarations: Reading::known(answers, Evidence::UserDeclared),
    }
}

fn policy() -> Value {
    json!({
        "apiVersion": "posture/v1", "kind": "Policy", "metadata": { "name": "whatsapp-at-work", "revision": 7 },
        "spec": {
            "quietHours": { "timezone": "Europe/Madrid", "windows": ["Mon-Fri 19:00-08:00", "Sat,Sun"] },
            "checks": {
                "screen-lock": { "complexity": "high", "grace": "3d" },
                "os-version": { "android": { "min": "14" } },
                "whatsapp-business": { "behindLatest": { "days": 30, "grace": "7d" } },
                "app-authenticity": { "installers": ["com.android.vending"] },
            },
            "exceptions": [{ "check": "os-version", "device": device(), "until": "2027-01-31", "reason": "lab phone" }],
        },
    })
}

fn catalogue() -> Value {
    json!({
        "apiVersion": "posture/v1", "kind": "Catalogue",
        "metadata": { "revision": 3, "issued": "2026-11-24T06:00:00Z" },
        "lines": [{
            "product": "whatsapp-business", "platform": "android", "source": "administrator",
            "fetchedAt": "2026-11-24T06:00:00Z", "confidence": "official",
            "releases": [{ "version": "2.26.39.71", "released": "2026-10-01" }],
            "floors": [{ "version": "2.26.17.4", "cve": "CVE-2026-23871", "exploited": false }],
        }],
    })
}

fn standing() -> Standing {
    let held = Held { verdict: Verdict::Fail, since: at("2026-11-23T18:30:00Z"), unknown_since: None };
    Standing {
        device: Some(device().to_string()),
        enrolled_at: Some(at("2026-11-01T10:00:00Z")),
        failing_since: [(Rule::LockComplexity, at("2026-11-23T18:30:00Z"))].into(),
        held: [(Check::ScreenLock, held)].into(),
    }
}

fn posture() -> Posture {
    let policy = PolicyDocument::from_json(&policy()).unwrap().policy;
    let catalogue = CatalogueDocument::from_json(&catalogue()).unwrap().catalogue;
    evaluate(&facts(), &policy, &catalogue, &standing(), now())
}

fn report(content: Content, sequence: u64) -> Report {
    Report {
        schema: 1,
        audience: audience(),
        device: device(),
        sequence,
        challenge: challenge(),
        at: at("2026-11-24T08:59:58.25Z"),
        agent_version: "0.1.0".into(),
        policy_revision: 7,
        catalogue_revision: 3,
        dropped: 0,
        content,
    }
}

fn full() -> Report {
    report(Content::Full(Box::new(Full { facts: facts(), state: PostureState::InGrace })), 41)
}

/// The same of the second schema, with what that brought.
fn second_full() -> Report {
    let muted_root_signs = Reading::known(vec![RootSign::SuBinary], Evidence::Heuristic);
    let (vendor_patch, kernel_version) =
        (Reading::reported("2026-09-05".into()), Reading::unknown(UnknownReason::ProbeFailed));
    let facts = DeviceFacts { muted_root_signs, vendor_patch, kernel_version, ..facts() };
    Report { schema: 2, ..report(Content::Full(Box::new(Full { facts, state: PostureState::InGrace })), 41) }
}

fn acknowledgement() -> Acknowledgement {
    Acknowledgement {
        sequence: 41,
        report_hash: hex(&hash(&seal(Kind::Report, &full(), &device_key()).unwrap())),
        posture: serde_json::to_value(posture()).unwrap(),
        posture_tag: Some("a0bYQ3Zt5l2vKc9d".to_owned()),
        state: DeviceState::InGrace,
        policy_revision: 7,
        policy_epoch: 1,
        catalogue_revision: 3,
        challenge: challenge(),
        next_check_in: 21_600,
        schema_version: 1,
        schema_versions: vec![],
        evidence_wanted: false,
        server_time: now(),
    }
}

fn problem() -> Problem {
    Problem {
        kind: "https://example.com/errors#report-sequence-conflict".into(),
        title: "Another report has this sequence number".into(),
        status: 409,
        code: "report-sequence-conflict".into(),
        detail: Some("Make a new report; its number is told by the next one.".into()),
    }
}

fn key_document() -> KeyDocument {
    KeyDocument {
        audience: audience(),
        revision: 2,
        current: server_key(2).public_key(),
        next: Some(server_key(3).public_key()),
        issued: now(),
    }
}

fn served_policy() -> ServedPolicy {
    ServedPolicy {
        audience: audience(),
        group: "clinic".into(),
        epoch: 1,
        revision: 7,
        issued: now(),
        expires: at("2026-12-01T09:00:00Z"),
        policy: policy(),
    }
}

fn enrolment_request(key: PublicKey) -> EnrolmentRequest {
    EnrolmentRequest {
        audience: audience(),
        token: "00000040G40R40M30E209185GR".into(),
        challenge: challenge(),
        key,
        platform: Platform::Android,
        agent_version: "0.1.0".into(),
        schema_versions: vec![1],
        device_ref: Some("inventory-17".into()),
        attestation: Some(Attestation::AndroidChain(vec!["MIIB".into(), "MIIC".into()])),
        attestation_challenge: None,
    }
}

#[test]
fn challenges_keep_their_form() {
    json("challenge-request-token", &ChallengeRequest::TokenHash("ab".repeat(32)), Reader::Server);
    json("challenge-request-device", &ChallengeRequest::Device(device()), Reader::Server);
    let answer = ChallengeAnswer { challenge: challenge(), audience: audience(), server_time: now() };
    json("challenge-answer", &answer, Reader::Agent);
}

#[test]
fn enrolments_keep_their_form() {
    let (key, server) = (device_key(), server_key(2));
    signed("enrolment-request", Kind::Enrolment, &enrolment_request(key.public_key()), &key, Reader::Server);
    let answer = EnrolmentAnswer {
        device: device(),
        audience: audience(),
        schema_version: 1,
        organisation: "Clínica Ñandú".into(),
        enrolled_at: now(),
        keys: signed("key-document", Kind::Keys, &key_document(), &server, Reader::Agent),
        policy: signed("served-policy", Kind::Policy, &served_policy(), &server, Reader::Agent),
        challenge: challenge(),
        server_time: now(),
    };
    json("enrolment-answer", &answer, Reader::Agent);
}

#[test]
fn reports_and_their_answers_keep_their_form() {
    let key = device_key();
    let first = signed("report-full", Kind::Report, &full(), &key, Reader::Server);
    let unchanged = Content::Unchanged(Unchanged { report_hash: hex(&hash(&first)) });
    let second = signed("report-unchanged", Kind::Report, &report(unchanged, 42), &key, Reader::Server);
    json("acknowledgement", &acknowledgement(), Reader::Agent);
    json("batch", &Batch { envelopes: vec![first, second] }, Reader::Server);
    let answers = vec![BatchItem::Acknowledged(Box::new(acknowledgement())), BatchItem::Refused(problem())];
    json("batch-answer", &BatchAnswer { answers }, Reader::Agent);
    json("problem", &problem(), Reader::Agent);
    let received: ReceivedPosture = serde_json::from_value(acknowledgement().posture).unwrap();
    json("posture-received", &received, Reader::Agent);
}

#[test]
fn the_second_schema_keeps_its_form() {
    let key = device_key();
    let first = signed("v2/report-full", Kind::Report, &second_full(), &key, Reader::Server);
    let unchanged = Content::Unchanged(Unchanged { report_hash: hex(&hash(&first)) });
    let second = Report { schema: 2, ..report(unchanged, 42) };
    signed("v2/report-unchanged", Kind::Report, &second, &key, Reader::Server);
    let request = EnrolmentRequest { schema_versions: vec![1, 2], ..enrolment_request(key.public_key()) };
    signed("v2/enrolment-request", Kind::Enrolment, &request, &key, Reader::Server);
    let report_hash = hex(&hash(&first));
    let answer = Acknowledgement { report_hash, schema_versions: vec![1, 2], ..acknowledgement() };
    json("v2/acknowledgement", &answer, Reader::Agent);
}

#[test]
fn statements_and_their_answers_keep_their_form() {
    let key = device_key();
    let statement = |number, content| Statement {
        audience: audience(),
        device: device(),
        number,
        challenge: challenge(),
        at: at("2026-11-24T08:59:58.25Z"),
        agent_version: "0.1.0".into(),
        content,
    };
    let (subject, language) = (Subject::UsageRules, Language::Es);
    let acknowledgement =
        statement::Acknowledgement { subject, version: 3, text_hash: hex(&hash("Las normas.")), language };
    let pause = Pause { from: at("2026-12-24T23:00:00Z"), until: at("2027-01-06T23:00:00Z") };
    let answer = Answer { declaration: Declaration::TwoStepVerification, affirmed: true };
    let first = statement(1, statement::Content::Acknowledgement(acknowledgement));
    let envelope = signed("statement-acknowledgement", Kind::Statement, &first, &key, Reader::Server);
    let declaration = statement(2, statement::Content::Declaration(answer));
    signed("statement-declaration", Kind::Statement, &declaration, &key, Reader::Server);
    signed("statement-pause", Kind::Statement, &statement(3, statement::Content::Pause(pause)), &key, Reader::Server);
    let next = SoftwareKey::from_seed(&[8; 32]).unwrap();
    let possession = Possession {
        audience: audience(),
        device: device(),
        challenge: challenge(),
        replaces: key.public_key().thumbprint(),
        key: next.public_key(),
        attestation: None,
    };
    signed("key-possession", Kind::Possession, &possession, &next, Reader::Server);
    let rotation = statement(5, statement::Content::KeyRotation(KeyRotation::prove(&possession, &next).unwrap()));
    signed("statement-key-rotation", Kind::Statement, &rotation, &key, Reader::Server);
    let withdrawal = statement(4, statement::Content::Withdrawal {});
    signed("statement-withdrawal", Kind::Statement, &withdrawal, &key, Reader::Server);
    let receipt =
        Receipt { number: 1, statement_hash: hex(&hash(&envelope)), challenge: challenge(), server_time: now() };
    json("statement-receipt", &receipt, Reader::Agent);
}

#[test]
fn evidence_on_its_own_keeps_its_form() {
    let of = |evidence| EvidenceMessage {
        audience: audience(),
        device: device(),
        challenge: challenge(),
        at: now(),
        evidence,
    };
    let key = device_key();
    for (name, evidence) in [
        ("evidence-app-attest", Attestation::app_attest(b"object")),
        ("evidence-app-assertion", Attestation::app_assertion(b"object")),
    ] {
        signed(name, Kind::Evidence, &of(evidence), &key, Reader::Server);
    }
    let receipt = EvidenceReceipt { proved: false, reasons: vec!["counter-not-rising".into()], server_time: now() };
    json("evidence-receipt", &receipt, Reader::Agent);
}

#[test]
fn what_is_served_keeps_its_form() {
    let served = ServedCatalogue { audience: audience(), revision: 3, issued: now(), catalogue: catalogue() };
    signed("served-catalogue", Kind::Catalogue, &served, &server_key(2), Reader::Agent);
    let proof = Proof {
        audience: audience(),
        device: device(),
        method: "GET".into(),
        path: "/v1/policy".into(),
        body_hash: hex(&hash("")),
        challenge: challenge(),
        at: now(),
    };
    signed("proof", Kind::Proof, &proof, &device_key(), Reader::Server);
}

#[test]
fn what_is_stored_keeps_its_form() {
    json("facts", &facts(), Reader::Server);
    json("standing", &standing(), Reader::Server);
    let written = format!("{}\n", serde_json::to_string_pretty(&posture()).unwrap());
    assert_eq!(golden("posture.json", &written), written);
}

/// An ES256 signature differs each time: the file is verified, and written anew only with a key of its own.
#[test]
fn an_envelope_from_a_phone_is_read() {
    if env::var_os("ATALAYA_BLESS").is_some() && !folder().join("report-es256.jws").exists() {
        let key = SoftwareKey::generate(Algorithm::Es256).unwrap();
        golden("report-es256.key.json", &serde_json::to_string_pretty(&key.public_key()).unwrap());
        golden("report-es256.jws", &seal(Kind::Report, &full(), &key).unwrap());
    }
    let read = |file| fs::read_to_string(folder().join(file)).unwrap();
    let key: PublicKey = serde_json::from_str(&read("report-es256.key.json")).unwrap();
    let envelope = read("report-es256.jws");
    let key = VerifyingKey::try_from(&key).unwrap();
    let verified = Unverified::parse(envelope.trim_end()).unwrap().verify(Kind::Report, &key).unwrap();
    assert_eq!(verified.read::<Report>().unwrap(), full());
}

#[test]
fn no_golden_file_is_without_its_test() {
    let source = include_str!("golden.rs");
    let files = |folder: PathBuf, prefix: &'static str| {
        let name = move |entry: fs::DirEntry| format!("{prefix}{}", entry.file_name().into_string().unwrap());
        fs::read_dir(folder).unwrap().map(move |entry| name(entry.unwrap()))
    };
    let files: BTreeSet<String> = files(folder(), "").chain(files(version("v2"), "v2/")).collect();
    assert!(files.len() >= 30, "{files:?}");
    for file in files {
        let name = file.trim_end_matches(".json").trim_end_matches(".jws").trim_end_matches(".key");
        assert!(source.contains(&format!("\"{name}")), "{file}");
    }
}
