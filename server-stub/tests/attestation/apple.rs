//! Each reason of an App Attest object, once present and once absent.

use atalaya_server::attestation::{
    Certificate, Shortfall,
    apple::{
        AppleRoots, Environment, Expected,
        attestation::{Attested, System},
        object::{AssertionObject, AttestationObject},
        verify_assertion, verify_attestation,
    },
};
use jiff::Timestamp;
use rcgen::KeyPair;

use super::apple_authority::{APP, Apple, DEVELOPMENT, HASH, Said, assertion, system, tail};

fn judged(bytes: &[u8], root: &Certificate, change: impl FnOnce(&mut Expected<'_>)) -> Attested {
    let at: Timestamp = "2026-11-25T09:00:00Z".parse().unwrap();
    let mut roots = AppleRoots::apple();
    roots.add(root);
    let apps = [APP.to_owned()];
    let environment = Some(Environment::Production);
    let mut expected = Expected { apps: &apps, client_data_hash: Some(&HASH), environment, key_id: None };
    change(&mut expected);
    verify_attestation(&AttestationObject::parse(bytes).unwrap(), &roots, &expected, at).unwrap()
}

fn codes(shortfalls: &[Shortfall]) -> Vec<&'static str> {
    shortfalls.iter().map(|shortfall| shortfall.reason.code()).collect()
}

#[test]
fn an_attestation_is_proved_in_both_layouts() {
    let apple = Apple::new();
    let (old, _) = apple.attest(&Said::default());
    assert_eq!(codes(&judged(&old, apple.root(), |_| {}).shortfalls), [""; 0]);
    let (new, _) = apple.attest(&Said { tail: tail(), ..Said::default() });
    let new = judged(&new, apple.root(), |_| {});
    assert_eq!(codes(&new.shortfalls), [""; 0]);
    assert_eq!(new.data.bundle_version.as_deref(), Some("17"));
    assert_eq!(new.data.validation_category, Some(4));
    // The root may go with it, as some devices send it.
    let (whole, _) = apple.attest(&Said { certificates: 3, ..Said::default() });
    assert_eq!(codes(&judged(&whole, apple.root(), |_| {}).shortfalls), [""; 0]);
}

#[test]
fn what_the_certificate_says_of_the_system_is_told_and_does_not_weigh() {
    let apple = Apple::new();
    let told = |system| judged(&apple.attest(&Said { system, ..Said::default() }).0, apple.root(), |_| {});
    let known = told(Some(system("17.2.1", "21C66")));
    assert!(known.is_proved());
    let System { version, build, platform } = known.system.unwrap();
    assert_eq!(
        (version.as_deref(), build.as_deref(), platform.as_deref()),
        (Some("17.2.1"), Some("21C66"), Some("iphoneos"))
    );
    // A form that nobody has seen is no reason to refuse.
    assert!(told(Some(vec![1, 2, 3])).is_proved());
    assert!(told(None).system.is_none());
}

#[test]
fn what_follows_the_key_must_be_one_map() {
    let apple = Apple::new();
    for wrong in [vec![0x01], [tail(), tail()].concat(), vec![0xa1, 0x01]] {
        let (bytes, _) = apple.attest(&Said { tail: wrong, ..Said::default() });
        let object = AttestationObject::parse(&bytes).unwrap();
        let expected = Expected { apps: &[], client_data_hash: Some(&HASH), environment: None, key_id: None };
        assert!(verify_attestation(&object, &AppleRoots::apple(), &expected, Timestamp::UNIX_EPOCH).is_err());
    }
}

#[test]
fn every_attestation_that_is_not_what_was_asked_has_its_reason() {
    let apple = Apple::new();
    let (bytes, _) = apple.attest(&Said::default());
    let of = |change: &dyn Fn(&mut Expected<'_>)| {
        codes(&judged(&bytes, apple.root(), |expected| change(expected)).shortfalls)
    };
    assert_eq!(of(&|expected| expected.client_data_hash = Some(&[6; 32])), ["wrong-nonce"]);
    assert_eq!(of(&|expected| expected.client_data_hash = None), ["challenge-not-given"]);
    assert_eq!(of(&|expected| expected.environment = Some(Environment::Development)), ["wrong-environment"]);
    assert_eq!(of(&|expected| expected.environment = None), [""; 0]);
    assert_eq!(of(&|expected| expected.key_id = Some(&[1; 32])), ["wrong-key-id"]);
    let said = |said: Said| codes(&judged(&apple.attest(&said).0, apple.root(), |_| {}).shortfalls);
    let other = Said { app: "TEAM123456.com.example.other", environment: *DEVELOPMENT, ..Said::default() };
    assert_eq!(said(other), ["wrong-environment", "wrong-app"]);
    assert_eq!(said(Said { environment: *b"somebody else's!", ..Said::default() }), ["wrong-environment"]);
    assert_eq!(codes(&judged(&bytes, Apple::new().root(), |_| {}).shortfalls), ["unknown-root"]);
}

fn asserted(key: &KeyPair, bytes: &[u8], previous: u32) -> Vec<&'static str> {
    let apps = [APP.to_owned()];
    let expected = Expected { apps: &apps, client_data_hash: Some(&HASH), environment: None, key_id: None };
    let object = AssertionObject::parse(bytes).unwrap();
    codes(&verify_assertion(&object, Some(key.public_key_raw()), previous, &expected).unwrap().1)
}

#[test]
fn an_assertion_signs_a_hash_of_a_hash() {
    let (_, key) = Apple::new().attest(&Said::default());
    assert_eq!(asserted(&key, &assertion(&key, 1, &[], false), 0), [""; 0]);
    assert_eq!(asserted(&key, &assertion(&key, 1, &tail(), false), 0), [""; 0]);
    assert_eq!(asserted(&key, &assertion(&key, 1, &[], true), 0), ["broken-assertion"]);
}

#[test]
fn the_counter_must_rise() {
    let (_, key) = Apple::new().attest(&Said::default());
    let bytes = assertion(&key, 7, &[], false);
    assert_eq!(asserted(&key, &bytes, 6), [""; 0]);
    assert_eq!(asserted(&key, &bytes, 7), ["counter-not-rising"]);
    assert_eq!(asserted(&key, &bytes, 8), ["counter-not-rising"]);
}
