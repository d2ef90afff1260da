//! Evidence of real devices: parsed as their publishers say, and judged at the time of its making.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use atalaya_server::attestation::{
    Certificate,
    android::{
        Challenge, Expected, Judgement, Roots, StatusList, Trust,
        extension::{KeyDescription, List, Value},
        judge,
        tag::Shape,
    },
    apple::{
        AppleRoots, Environment, Expected as Asked,
        attestation::Attested,
        object::{AssertionObject, AttestationObject},
        verify_assertion, verify_attestation,
    },
    bundle, sha256,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

/// The folder of recorded evidence; says so where there is none.
fn vectors(kind: &str) -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = std::env::var_os("ATALAYA_TEST_DATA").map_or_else(default, PathBuf::from).join("vectors").join(kind);
    if folder.is_dir() {
        return Some(folder);
    }
    // Past the test runner's capture, so that the skip is seen.
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED recorded evidence: {} is not there; set ATALAYA_TEST_DATA",
        folder.display()
    );
    None
}

fn judged(chain: &[Certificate], at: Timestamp, status: Option<&StatusList>) -> Judgement {
    let expected = Expected { challenge: Challenge::Any, ..Expected::default() };
    judge(chain, &Trust { roots: &Roots::google(), status, cache: None }, &expected, at)
}

fn codes(judged: &Judgement) -> Vec<&'static str> {
    judged.shortfalls.iter().map(|shortfall| shortfall.reason.code()).collect()
}

fn made_at(description: &KeyDescription) -> Timestamp {
    let made = description.software.integer(701).unwrap();
    Timestamp::from_millisecond(i64::try_from(made).unwrap()).unwrap()
}

fn parsed(chain: &[Certificate]) -> KeyDescription {
    judged(chain, Timestamp::UNIX_EPOCH, None).description.unwrap()
}

const UNLOCKED: &[&str] = &["not-locked", "boot-not-verified"];
const EXPECTED: [(&str, &[&str]); 8] = [
    ("akita_sdk34_TEE_EC_NONE", UNLOCKED),
    ("blueline_sdk28_TEE_EC_NONE", UNLOCKED),
    ("caiman_sdk36_TEE_EC_RKP", &[]),
    ("google_EC_SecurityLevel_TEE", &["not-locked", "boot-not-verified", "os-unknown"]),
    (
        "marlin_sdk29_TEE_EC_NONE",
        &["software-root", "software-level", "level-mismatch", "no-root-of-trust", "os-unknown"],
    ),
    ("sony-xperia10-iii_sdk33_TEE_EC", &[]),
    ("tegu_sdk36_TEE_EC_2026_ROOT", &[]),
    ("tokay_sdk37_TEE_MLDSA_RKP", &["unsupported-leaf-key", "not-locked", "boot-not-verified"]),
];

#[test]
fn every_recorded_chain_is_parsed_as_its_publisher_says_and_judged_as_it_is() {
    let Some(folder) = vectors("android-key-attestation") else { return };
    let status = StatusList::from_json(&fs::read(folder.join("status.json")).unwrap()).unwrap();
    assert_eq!(status.len(), 5);
    let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut expected = BTreeMap::from(EXPECTED);
    for path in paths.filter(|path| path.extension().is_some_and(|extension| extension == "pem")) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let chain = bundle::certificates(&fs::read(&path).unwrap()).unwrap();
        let description = parsed(&chain);
        // A folder with more chains is welcome: their parse stands beside them, only the judgement has no row.
        if let Some(expected) = expected.remove(name) {
            assert_eq!(codes(&judged(&chain, made_at(&description), Some(&status))), expected, "{name}");
        }
        if let Ok(text) = fs::read_to_string(path.with_extension("json")) {
            compare(name, &text, &description);
        }
    }
    assert!(expected.is_empty(), "these chains were not there: {expected:?}");
}

fn compare(name: &str, text: &str, told: &KeyDescription) {
    let plain: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let mut expected: Json = serde_json::from_str(&plain.join("\n")).unwrap();
    for (list, told) in [("softwareEnforced", &told.software), ("hardwareEnforced", &told.hardware)] {
        let ordered = expected[list].as_object_mut().unwrap().remove("areTagsOrdered");
        assert!(ordered.is_none() || told.ordered, "{name}");
    }
    let level = |level| ["SOFTWARE", "TRUSTED_ENVIRONMENT", "STRONG_BOX"][usize::try_from(level).unwrap()];
    let found = json!({
        "attestationVersion": told.attestation_version.to_string(),
        "attestationSecurityLevel": level(told.attestation_level),
        "keyMintVersion": told.keymint_version.to_string(),
        "keyMintSecurityLevel": level(told.keymint_level),
        "attestationChallenge": STANDARD.encode(&told.challenge),
        "uniqueId": STANDARD.encode(&told.unique_id),
        "softwareEnforced": fields(&told.software),
        "hardwareEnforced": fields(&told.hardware),
    });
    assert_eq!(found, expected, "{name}");
}

fn boot_state(state: u64) -> &'static str {
    ["VERIFIED", "SELF_SIGNED", "UNVERIFIED", "FAILED"][usize::try_from(state).unwrap()]
}

fn fields(list: &List) -> Json {
    let mut fields = Map::new();
    for (tag, value) in list.entries() {
        let name = match tag.name {
            "purpose" => "purposes",
            "algorithm" => "algorithms",
            "digest" => "digests",
            "padding" => "paddings",
            name => name,
        };
        let value = match value {
            Value::Integer(0) if tag.number == 702 => json!("GENERATED"),
            Value::Integer(number) => json!(number.to_string()),
            Value::Integers(numbers) => numbers.iter().map(u64::to_string).collect(),
            Value::Flag => json!(true),
            Value::Bytes(bytes) if tag.shape == Shape::Text => json!(String::from_utf8_lossy(bytes)),
            Value::Bytes(bytes) => json!(STANDARD.encode(bytes)),
            Value::RootOfTrust(root) => json!({
                "verifiedBootKey": STANDARD.encode(&root.boot_key), "deviceLocked": root.device_locked,
                "verifiedBootState": boot_state(root.boot_state),
                "verifiedBootHash": STANDARD.encode(root.boot_hash.as_deref().unwrap_or_default()),
            }),
            Value::Application(app) => json!({
                "packages": app.packages.iter().map(|(name, version)| {
                    json!({"name": String::from_utf8_lossy(name), "version": version.to_string()})
                }).collect::<Vec<_>>(),
                "signatures": app.signers.iter().map(|signer| STANDARD.encode(signer)).collect::<Vec<_>>(),
            }),
        };
        fields.insert(name.to_owned(), value);
    }
    Json::Object(fields)
}

#[test]
fn every_flipped_bit_of_a_real_leaf_is_refused_or_changes_nothing() {
    let Some(folder) = vectors("android-key-attestation") else { return };
    let chain = bundle::certificates(&fs::read(folder.join("tegu_sdk36_TEE_EC_2026_ROOT.pem")).unwrap()).unwrap();
    let at = made_at(&parsed(&chain));
    let honest = judged(&chain, at, None);
    assert!(honest.is_proved());
    let leaf = chain[0].der().to_vec();
    for bit in 0..leaf.len() * 8 {
        let mut flipped = leaf.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(certificate) = Certificate::from_der(&flipped) else { continue };
        let mut changed = chain.clone();
        changed[0] = certificate;
        let judged = judged(&changed, at, None);
        assert!(!judged.is_proved() || judged == honest, "bit {bit}");
    }
}

fn development(folder: &Path) -> (Vec<u8>, [u8; 32], Vec<u8>) {
    let file: Json = serde_json::from_slice(&fs::read(folder.join("attestation-development.json")).unwrap()).unwrap();
    let part = |key: &str| STANDARD.decode(file[key].as_str().unwrap()).unwrap();
    (part("attestation"), sha256(&part("challenge")), part("keyId"))
}

fn attested(bytes: &[u8], hash: [u8; 32], app: &str, at: &str) -> Option<Attested> {
    let apps = [app.to_owned()];
    let environment = Some(Environment::Development);
    let expected = Asked { apps: &apps, client_data_hash: Some(&hash), environment, key_id: None };
    verify_attestation(&AttestationObject::parse(bytes).ok()?, &AppleRoots::apple(), &expected, at.parse().unwrap())
        .ok()
}

#[test]
fn every_recorded_app_attest_object_is_proved() {
    let Some(folder) = vectors("app-attest") else { return };
    let (bytes, hash, id) = development(&folder);
    let app = "V8H6LQ9448.io.uebelacker.AppAttestExample";
    let found = attested(&bytes, hash, app, "2024-02-05T00:00:00Z").unwrap();
    assert!(found.is_proved(), "{:?}", found.shortfalls);
    assert_eq!(found.system.unwrap().version.as_deref(), Some("17.2.1"));
    assert_eq!(found.data.credential.unwrap().id, id);
    let late = attested(&bytes, hash, app, "2026-02-05T00:00:00Z").unwrap();
    assert_eq!(late.shortfalls[0].reason.code(), "expired");

    let text = fs::read_to_string(folder.join("ios-14.4.yaml")).unwrap();
    let part = |record: &str, key: &str| {
        let line = record.lines().find_map(|line| line.strip_prefix(&format!("{key}: "))).map(str::to_owned);
        line.map(|text| STANDARD.decode(text.trim()).unwrap())
    };
    let mut point = Vec::new();
    let (mut attestations, mut assertions) = (0, 0);
    for record in text.split("\n---\n") {
        let Some(hash) = part(record, "clientDataHashSha256Base64") else { continue };
        let hash: [u8; 32] = hash.try_into().unwrap();
        let app = "6MURL8TA57.de.vincent-haupert.apple-appattest-poc";
        if let Some(bytes) = part(record, "attestationBase64") {
            let found = attested(&bytes, hash, app, "2021-01-23T12:13:33Z").unwrap();
            assert!(found.is_proved(), "{:?}", found.shortfalls);
            point = found.data.credential.unwrap().point;
            attestations += 1;
        }
        if let Some(bytes) = part(record, "assertionBase64") {
            let apps = [app.to_owned()];
            let expected = Asked { apps: &apps, client_data_hash: Some(&hash), environment: None, key_id: None };
            let object = AssertionObject::parse(&bytes).unwrap();
            let (data, found) = verify_assertion(&object, Some(&point), 0, &expected).unwrap();
            assert!(found.is_empty() && data.counter == 1, "{found:?}");
            assertions += 1;
        }
    }
    assert_eq!((attestations, assertions), (1, 1));
}

#[test]
fn every_flipped_bit_of_a_real_object_is_refused_or_changes_nothing() {
    let Some(folder) = vectors("app-attest") else { return };
    let (bytes, hash, _) = development(&folder);
    let app = "V8H6LQ9448.io.uebelacker.AppAttestExample";
    let of = |bytes: &[u8]| attested(bytes, hash, app, "2024-02-05T00:00:00Z");
    let honest = format!("{:?}", of(&bytes).unwrap());
    // Every bit of the data at the end and each seventh of the rest: each costs two P-384 signatures.
    let data = bytes.len() - 200;
    for bit in (0..data * 8).step_by(7).chain(data * 8..bytes.len() * 8) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Some(found) = of(&flipped) else { continue };
        assert!(!found.is_proved() || format!("{found:?}") == honest, "bit {bit}");
    }
}
