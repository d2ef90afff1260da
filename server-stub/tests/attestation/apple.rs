//! Each reason of an App Attest object, once present and once absent.

use atalaya_server::attestation::{
    Certificate, Shortfall,
    apple::{
        AppleRoots, Environment, Expected,
        attestation::Attested,
        object::{AssertionObject, AttestationObject},
        verify_assertion, verify_attestation,
    },
    sha256,
};
use jiff::Timestamp;
use rcgen::{KeyPair, SigningKey as _};

use super::authority::app_attest;

const APP: &str = "TEAM123456.com.example.app";
const PRODUCTION: &[u8; 16] = b"appattest\0\0\0\0\0\0\0";
const DEVELOPMENT: &[u8; 16] = b"appattestdevelop";
const HASH: [u8; 32] = [5; 32];

fn judged(bytes: &[u8], root: &Certificate, change: impl FnOnce(&mut Expected<'_>)) -> Attested {
    let at: Timestamp = "2026-11-25T09:00:00Z".parse().unwrap();
    let mut roots = AppleRoots::apple();
    roots.add(root);
    let apps = [APP.to_owned()];
    let environment = Some(Environment::Production);
    let mut expected = Expected { apps: &apps, client_data_hash: Some(HASH), environment, key_id: None };
    change(&mut expected);
    verify_attestation(&AttestationObject::parse(bytes).unwrap(), &roots, &expected, at).unwrap()
}

fn codes(shortfalls: &[Shortfall]) -> Vec<&'static str> {
    shortfalls.iter().map(|shortfall| shortfall.reason.code()).collect()
}

fn tail() -> Vec<u8> {
    let mut tail = Vec::new();
    let map = ciborium::Value::Map(vec![
        ("apple_bundle_version_01".into(), "17".into()),
        ("apple_validation_category_01".into(), ciborium::Value::Bytes(vec![4, 0, 0, 0])),
    ]);
    ciborium::into_writer(&map, &mut tail).unwrap();
    tail
}

#[test]
fn an_attestation_is_proved_in_both_layouts() {
    let (old, root, _) = app_attest(APP, HASH, PRODUCTION, &[]);
    assert_eq!(codes(&judged(&old, &root, |_| {}).shortfalls), [""; 0]);
    let (new, root, _) = app_attest(APP, HASH, PRODUCTION, &tail());
    let judged = judged(&new, &root, |_| {});
    assert_eq!(codes(&judged.shortfalls), [""; 0]);
    assert_eq!(judged.data.bundle_version.as_deref(), Some("17"));
    assert_eq!(judged.data.validation_category, Some(4));
}

#[test]
fn every_attestation_that_is_not_what_was_asked_has_its_reason() {
    let (bytes, root, _) = app_attest(APP, HASH, PRODUCTION, &[]);
    let of = |change: &dyn Fn(&mut Expected<'_>)| codes(&judged(&bytes, &root, |expected| change(expected)).shortfalls);
    assert_eq!(of(&|expected| expected.client_data_hash = Some([6; 32])), ["wrong-nonce"]);
    assert_eq!(of(&|expected| expected.client_data_hash = None), ["challenge-not-given"]);
    assert_eq!(of(&|expected| expected.environment = Some(Environment::Development)), ["wrong-environment"]);
    assert_eq!(of(&|expected| expected.environment = None), [""; 0]);
    assert_eq!(of(&|expected| expected.key_id = Some(&[1; 32])), ["wrong-key-id"]);
    let (other, other_root, _) = app_attest("TEAM123456.com.example.other", HASH, DEVELOPMENT, &[]);
    let told = codes(&judged(&other, &other_root, |_| {}).shortfalls);
    assert_eq!(told, ["wrong-environment", "wrong-app"]);
    let (unknown, unknown_root, _) = app_attest(APP, HASH, b"somebody else's!", &[]);
    let told = judged(&unknown, &unknown_root, |expected| expected.environment = None);
    assert_eq!(codes(&told.shortfalls), ["wrong-environment"]);
    assert_eq!(codes(&judged(&bytes, &other_root, |_| {}).shortfalls), ["unknown-root"]);
}

fn assertion(key: &KeyPair, counter: u8, tail: &[u8], once: bool) -> Vec<u8> {
    let mut data = sha256(APP.as_bytes()).to_vec();
    data.extend([0x40, 0, 0, 0, counter]);
    data.extend(tail);
    let message = [&data[..], &HASH].concat();
    // The signer hashes what it is given: the honest device gives it a hash already.
    let signature = if once { key.sign(&message) } else { key.sign(&sha256(&message)) }.unwrap();
    let object = ciborium::Value::Map(vec![
        ("signature".into(), ciborium::Value::Bytes(signature)),
        ("authenticatorData".into(), ciborium::Value::Bytes(data)),
    ]);
    let mut out = Vec::new();
    ciborium::into_writer(&object, &mut out).unwrap();
    out
}

fn asserted(key: &KeyPair, bytes: &[u8], previous: u32) -> Vec<&'static str> {
    let apps = [APP.to_owned()];
    let expected = Expected { apps: &apps, client_data_hash: Some(HASH), environment: None, key_id: None };
    let object = AssertionObject::parse(bytes).unwrap();
    codes(&verify_assertion(&object, key.public_key_raw(), previous, &expected).unwrap().1)
}

#[test]
fn an_assertion_signs_a_hash_of_a_hash() {
    let (_, _, key) = app_attest(APP, HASH, PRODUCTION, &[]);
    assert_eq!(asserted(&key, &assertion(&key, 1, &[], false), 0), [""; 0]);
    assert_eq!(asserted(&key, &assertion(&key, 1, &tail(), false), 0), [""; 0]);
    assert_eq!(asserted(&key, &assertion(&key, 1, &[], true), 0), ["broken-assertion"]);
}

#[test]
fn the_counter_must_rise() {
    let (_, _, key) = app_attest(APP, HASH, PRODUCTION, &[]);
    let bytes = assertion(&key, 7, &[], false);
    assert_eq!(asserted(&key, &bytes, 6), [""; 0]);
    assert_eq!(asserted(&key, &bytes, 7), ["counter-not-rising"]);
    assert_eq!(asserted(&key, &bytes, 8), ["counter-not-rising"]);
}
