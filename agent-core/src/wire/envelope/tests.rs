//! Only the one envelope that was sealed is accepted.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::wire::{key::PublicKey, software_key::SoftwareKey};

fn key(algorithm: Algorithm) -> SoftwareKey {
    SoftwareKey::generate(algorithm).unwrap()
}

fn ready(key: &SoftwareKey) -> VerifyingKey {
    VerifyingKey::try_from(&key.public_key()).unwrap()
}

fn open(envelope: &str, kind: Kind, key: &SoftwareKey) -> Result<Value, EnvelopeError> {
    Unverified::parse(envelope)?.verify(kind, &ready(key))?.read()
}

fn parts(envelope: &str) -> [String; 3] {
    let parts: Vec<String> = envelope.split('.').map(str::to_owned).collect();
    parts.try_into().unwrap()
}

/// An envelope with this header and payload, validly signed.
fn forged(header: &str, payload: &[u8], key: &SoftwareKey) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let mut signature = key.sign(signed.as_bytes()).unwrap();
    if key.algorithm() == Algorithm::Es256 {
        lower(&mut signature);
    }
    join(signed, &signature)
}

#[test]
fn what_was_sealed_is_read() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let key = key(algorithm);
        for kind in Kind::ALL {
            let envelope = seal(*kind, &json!({ "a": "ñ" }), &key).unwrap();
            let unverified = Unverified::parse(&envelope).unwrap();
            assert_eq!(unverified.kind(), *kind);
            assert_eq!(unverified.key_thumbprint(), key.public_key().thumbprint());
            assert_eq!(unverified.payload(), "{\"a\":\"ñ\"}".as_bytes());
            assert_eq!(unverified.read_unverified::<Value>().unwrap(), json!({ "a": "ñ" }));
            assert_eq!(open(&envelope, *kind, &key).unwrap(), json!({ "a": "ñ" }));
        }
    }
}

#[test]
fn a_known_envelope_of_another_library_is_read() {
    // RFC 8037, appendix A.4, with this product's header: only the signature's arithmetic is theirs to prove.
    let seed: [u8; 32] =
        from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap().try_into().unwrap();
    let key = SoftwareKey::from_seed(&seed).unwrap();
    assert_eq!(key.public_key().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).unwrap());
    assert_eq!(signature, "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
}

#[test]
fn every_flipped_bit_is_refused() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let key = key(algorithm);
        let envelope = seal(Kind::Report, &json!({ "sequence": 7 }), &key).unwrap();
        assert!(open(&envelope, Kind::Report, &key).is_ok());
        for place in 0..envelope.len() {
            for bit in 0..8 {
                let mut bytes = envelope.clone().into_bytes();
                bytes[place] ^= 1 << bit;
                if let Ok(text) = String::from_utf8(bytes) {
                    assert!(open(&text, Kind::Report, &key).is_err(), "byte {place}, bit {bit}");
                }
            }
        }
    }
}

#[test]
fn the_high_form_of_a_signature_is_refused_and_never_sealed() {
    let key = key(Algorithm::Es256);
    for count in 0..32 {
        let envelope = seal(Kind::Report, &json!(count), &key).unwrap();
        let [header, payload, signature] = parts(&envelope);
        let mut bytes: [u8; 64] = URL_SAFE_NO_PAD.decode(signature).unwrap().try_into().unwrap();
        assert!(is_low(&bytes));
        // n − s is the other signature of the same message: the arithmetic must agree that it is one.
        let mut borrow = 0_i16;
        for (byte, order) in bytes[32..].iter_mut().zip(ORDER).rev() {
            let difference = i16::from(order) - i16::from(*byte) - borrow;
            borrow = i16::from(difference < 0);
            *byte = u8::try_from(difference.rem_euclid(256)).unwrap();
        }
        assert!(!is_low(&bytes) && ready(&key).verifies(format!("{header}.{payload}").as_bytes(), &bytes));
        let high = join(format!("{header}.{payload}"), &bytes);
        assert_eq!(open(&high, Kind::Report, &key), Err(EnvelopeError::BadSignature));
        lower(&mut bytes);
        assert_eq!(join(format!("{header}.{payload}"), &bytes), envelope);
    }
}

#[test]
fn another_kind_key_or_algorithm_is_refused() {
    let (es, ed) = (key(Algorithm::Es256), key(Algorithm::EdDsa));
    let envelope = seal(Kind::Report, &json!({}), &es).unwrap();
    assert_eq!(open(&envelope, Kind::Proof, &es), Err(EnvelopeError::WrongKind));
    assert_eq!(open(&envelope, Kind::Report, &key(Algorithm::Es256)), Err(EnvelopeError::WrongKey));
    assert_eq!(open(&envelope, Kind::Report, &ed), Err(EnvelopeError::WrongKey));
    let kid = es.public_key().thumbprint();
    for alg in ["EdDSA", "HS256", "none", "es256", "ES256 "] {
        let header = format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":"posture-report+jws"}}"#);
        assert!(open(&forged(&header, b"{}", &es), Kind::Report, &es).is_err(), "{alg}");
    }
    // The same name for another key: the signature decides.
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}","typ":"posture-report+jws"}}"#, ed.public_key().thumbprint());
    let other = forged(&header, b"{}", &key(Algorithm::EdDsa));
    assert_eq!(open(&other, Kind::Report, &ed), Err(EnvelopeError::BadSignature));
}

#[test]
fn only_the_one_header_is_accepted() {
    let key = key(Algorithm::EdDsa);
    let kid = key.public_key().thumbprint();
    let good = format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"posture-report+jws"}}"#);
    assert!(open(&forged(&good, b"{}", &key), Kind::Report, &key).is_ok());
    for bad in [
        good.replace(',', ", "),
        format!(" {good}"),
        format!("{good}\n"),
        good.replace("\"alg\"", "\"b64\":false,\"alg\""),
        good.replace('}', r#","crit":["b64"]}"#),
        good.replace("posture-report+jws", r#"posture-report+jws","typ":"posture-report+jws"#),
        good.replace("\"alg\"", "\"\\u0061lg\""),
        format!(r#"{{"kid":"{kid}","alg":"EdDSA","typ":"posture-report+jws"}}"#),
        format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","kid":"{kid}A","typ":"posture-report+jws"}}"#),
        format!(r#"{{"alg":"EdDSA","jwk":"{kid}","typ":"posture-report+jws"}}"#),
        String::new(),
        "{}".to_owned(),
    ] {
        assert_eq!(open(&forged(&bad, b"{}", &key), Kind::Report, &key), Err(EnvelopeError::Malformed), "{bad}");
    }
    let unknown = good.replace("posture-report", "posture-rumour");
    assert_eq!(open(&forged(&unknown, b"{}", &key), Kind::Report, &key), Err(EnvelopeError::WrongKind));
}

#[test]
fn only_canonical_base64_in_three_segments_is_accepted() {
    let key = key(Algorithm::EdDsa);
    let envelope = seal(Kind::Report, &json!({ "a": 1 }), &key).unwrap();
    let [header, payload, signature] = parts(&envelope);
    // 64 bytes leave two unused bits in each of the last characters: `A`, `Q`, `g` or `w` are the canonical ones.
    let last = signature.chars().last().unwrap();
    let slack = char::from(u8::try_from(u32::from(last)).unwrap() + 1);
    let loose = format!("{}{slack}", &signature[..signature.len() - 1]);
    for bad in [
        format!("{header}.{payload}.{loose}"),
        format!("{header}.{payload}.{signature}="),
        format!("{header}.{payload}.{signature}=="),
        format!("{header}.{payload}.{signature}\n"),
        format!(" {header}.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}.{signature}"),
        format!("{header}..{payload}.{signature}"),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!("{header}.{payload}.{}", &signature[..40]),
        format!("{header}={payload}.{signature}"),
        String::new(),
        "..".to_owned(),
    ] {
        assert_eq!(Unverified::parse(&bad).err(), Some(EnvelopeError::Malformed), "{bad}");
    }
}

#[test]
fn a_long_envelope_is_neither_sealed_nor_read() {
    let key = key(Algorithm::EdDsa);
    let text = "x".repeat(60_000);
    assert_eq!(seal(Kind::Report, &text, &key), Err(SignError::TooLong));
    let policy = seal(Kind::Policy, &text, &key).unwrap();
    assert_eq!(open(&policy, Kind::Policy, &key).unwrap(), Value::from(text.clone()));
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}","typ":"posture-report+jws"}}"#, key.public_key().thumbprint());
    let report = forged(&header, text.as_bytes(), &key);
    assert_eq!(Unverified::parse(&report).err(), Some(EnvelopeError::TooLong));
    assert_eq!(Unverified::parse(&"A".repeat(2_000_000)).err(), Some(EnvelopeError::TooLong));
}

#[test]
fn a_payload_with_two_readings_is_refused() {
    let key = key(Algorithm::EdDsa);
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}","typ":"proof+jws"}}"#, key.public_key().thumbprint());
    for bad in [r#"{"a":1,"a":2}"#, r#"{"b":[{"a":1,"a":1}]}"#, "{}{}", "{} x", "{", ""] {
        let envelope = forged(&header, bad.as_bytes(), &key);
        assert_eq!(open(&envelope, Kind::Proof, &key), Err(EnvelopeError::BadPayload), "{bad}");
    }
}

#[test]
fn an_envelope_is_rebuilt_from_its_parts_and_named_by_its_hash() {
    let key = key(Algorithm::Es256);
    let envelope = seal(Kind::Report, &json!({ "a": 1 }), &key).unwrap();
    let parsed = Unverified::parse(&envelope).unwrap();
    let again = rebuild(parsed.kind(), key.algorithm(), parsed.key_thumbprint(), parsed.payload(), parsed.signature());
    assert_eq!(again, envelope);
    assert_eq!(hash(&again), hash(&envelope));
    assert_eq!(hex(&hash("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(from_hex(&hex(&hash("abc"))).as_deref(), Some(&hash("abc")[..]));
    for bad in ["0", "0g", "AB", "é"] {
        assert_eq!(from_hex(bad), None, "{bad}");
    }
}

#[test]
fn errors_and_printed_forms_hold_nothing_of_the_message() {
    let key = key(Algorithm::EdDsa);
    let envelope = seal(Kind::Report, &json!({ "secret": "hunter2" }), &key).unwrap();
    let parsed = Unverified::parse(&envelope).unwrap();
    assert_eq!(format!("{parsed:?}"), "Unverified(posture-report+jws, 20 bytes)");
    assert_eq!(format!("{:?}", parsed.verify(Kind::Report, &ready(&key)).unwrap()), "Verified(20 bytes)");
    assert!(matches!(key.public_key(), PublicKey::Okp { .. }));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,120}", parts in prop::collection::vec("[A-Za-z0-9_=-]{0,60}", 0..5)) {
        let _ = Unverified::parse(&text);
        let _ = Unverified::parse(&parts.join("."));
    }
}
