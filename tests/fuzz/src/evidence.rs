//! What must hold for any bytes that claim to be evidence of hardware: no panic, faults that lie inside the bytes, one
//! judgement of one chain whether or not its signatures were verified before, and no fact proved by a chain that does not
//! hold.
//!
//! The fuzzer calls these (`tests/fuzz/run`), and `server-stub/tests/attestation/fuzz_targets.rs` with random changes of the
//! same seeds.

use atalaya_server::attestation::{
    Certificate,
    android::{
        AppId, Challenge, Expected, Roots, Trust, Verified, chain,
        extension::{KeyDescription, List},
        judge,
    },
    apple::{
        self, AppleRoots, AuthenticatorData,
        object::{AssertionObject, AttestationObject},
        verify_assertion, verify_attestation,
    },
    bundle,
};
use jiff::Timestamp;

/// When the seeds were received.
const AT: &str = "2026-11-25T09:00:00Z";
/// What stands before an assertion: the point of the key.
const POINT: usize = 65;

/// An extension that describes a key. Whether it was read.
pub fn key_description(bytes: &[u8]) -> bool {
    let told = KeyDescription::parse(bytes, 0);
    match (&told, KeyDescription::parse(bytes, 1000)) {
        (Ok(told), Ok(again)) => assert_eq!(*told, again, "one reading, wherever it stands"),
        (Err(fault), Err(again)) => {
            assert!(fault.at <= bytes.len(), "{fault} lies outside of {} bytes", bytes.len());
            assert_eq!((fault.at + 1000, &fault.what), (again.at, &again.what));
        }
        _ => panic!("it is read in one place and not in another"),
    }
    let Ok(told) = told else { return false };
    for list in [&told.software, &told.hardware] {
        one_meaning(list);
    }
    true
}

fn one_meaning(list: &List) {
    let mut numbers: Vec<u32> = list.entries().map(|(tag, _)| tag.number).collect();
    let is_ordered = numbers.windows(2).all(|pair| pair[0] < pair[1]);
    assert!(is_ordered || !list.ordered);
    numbers.sort_unstable();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "each tag says one thing");
    assert!(list.entries().all(|(tag, value)| list.get(tag.number).is_none_or(|said| said == value)));
}

/// A chain as a device or an administrator hands it in, its own last certificate trusted. Whether it was proved.
pub fn android_chain(bytes: &[u8]) -> bool {
    let chain = match bundle::certificates(bytes) {
        Ok(chain) => chain,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return false;
        }
    };
    assert!((1..=bundle::MOST).contains(&chain.len()));
    chain.iter().for_each(same_again);
    let mut roots = Roots::google();
    assert!(!judged(&chain, &roots, None).0, "nobody else has Google's keys");
    roots.add(&chain[chain.len() - 1]);
    let cache = Verified::default();
    let first = judged(&chain, &roots, Some(&cache));
    assert_eq!(first, judged(&chain, &roots, Some(&cache)), "what was verified before changes nothing");
    first.0
}

fn same_again(certificate: &Certificate) {
    let again = Certificate::from_der(certificate.der()).expect("what was read can be read");
    assert_eq!(format!("{certificate:?}"), format!("{again:?}"));
    let told = [certificate.subject(), certificate.issuer(), certificate.serial(), certificate.algorithm()];
    assert!(!told[2].is_empty() && !told[3].is_empty());
    assert!(certificate.key_info().len() > certificate.key_bits().len());
}

fn judged(chain: &[Certificate], roots: &Roots, cache: Option<&Verified>) -> (bool, String) {
    let at: Timestamp = AT.parse().expect("a moment");
    let apps = [AppId { package: "com.example.app".to_owned(), signer: [9; 32] }];
    let expected = Expected { challenge: Challenge::Is(b"challenge"), apps: &apps, key: None, boot_keys: &[] };
    let trust = Trust { roots, status: None, cache };
    let judged = judge(chain, &trust, &expected, at);
    let holds = chain::verify(chain, &trust, at).is_empty();
    assert!(holds || !judged.is_proved());
    let facts = serde_json::to_value(&judged.facts).expect("facts can be written");
    let facts = facts.as_object().expect("facts are an object");
    assert!(holds || facts.values().all(|fact| fact.is_null() || fact["by"] == "nothing"), "{facts:?}");
    if judged.is_proved() {
        assert!(chain.len() >= 3);
        assert_eq!(facts["deviceLocked"], serde_json::json!({"value": true, "by": "hardware"}));
        assert_eq!(facts["bootState"], serde_json::json!({"value": "verified", "by": "hardware"}));
        assert_eq!(facts["keyOrigin"], serde_json::json!({"value": "generated", "by": "hardware"}));
    }
    (judged.is_proved(), format!("{judged:?}"))
}

/// An App Attest attestation, its own last certificate trusted. Whether it was proved.
pub fn app_attestation(bytes: &[u8]) -> bool {
    let object = match AttestationObject::parse(bytes) {
        Ok(object) => object,
        Err(fault) => {
            assert!(!fault.to_string().is_empty());
            return false;
        }
    };
    object.chain.iter().for_each(same_again);
    let at: Timestamp = AT.parse().expect("a moment");
    let apps = ["TEAM123456.com.example.app".to_owned()];
    let expected = apple::Expected { apps: &apps, client_data_hash: Some(&[5; 32]), environment: None, key_id: None };
    let mut roots = AppleRoots::default();
    let Ok(foreign) = verify_attestation(&object, &roots, &expected, at) else { return false };
    assert!(!foreign.is_proved(), "no root, no proof");
    roots.add(&object.chain[object.chain.len() - 1]);
    let first = verify_attestation(&object, &roots, &expected, at).expect("it was read before");
    let second = verify_attestation(&object, &roots, &expected, at).expect("it was read before");
    assert_eq!(format!("{first:?}"), format!("{second:?}"), "what was verified before changes nothing");
    if first.is_proved() {
        let credential = first.data.credential.as_ref().expect("an attestation has a key");
        assert_eq!(credential.point, object.chain[0].key_bits());
        assert_eq!(first.data.counter, 0);
    }
    first.is_proved()
}

/// The point of a key, and an assertion by it. Whether it was proved.
pub fn app_assertion(bytes: &[u8]) -> bool {
    let _ = AuthenticatorData::of_assertion(bytes);
    let _ = AuthenticatorData::of_attestation(bytes);
    let Some((point, bytes)) = bytes.split_at_checked(POINT) else { return false };
    let Ok(object) = AssertionObject::parse(bytes) else { return false };
    let apps = ["TEAM123456.com.example.app".to_owned()];
    let expected = apple::Expected { apps: &apps, client_data_hash: Some(&[5; 32]), environment: None, key_id: None };
    let Ok((data, found)) = verify_assertion(&object, Some(point), 0, &expected) else { return false };
    if found.is_empty() {
        assert!(data.counter > 0);
        let (_, alone) = verify_assertion(&object, None, 0, &expected).expect("it was read before");
        assert!(!alone.is_empty(), "without an attestation it proves nothing");
        let (_, late) = verify_assertion(&object, Some(point), data.counter, &expected).expect("it was read before");
        assert!(!late.is_empty(), "it counts once");
    }
    found.is_empty()
}
