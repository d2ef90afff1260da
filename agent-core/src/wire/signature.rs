//! ECDSA signatures as hardware hands them out: 64 raw bytes, or the DER of X9.62 that the Keystore and the Secure
//! Enclave give. A JWS holds the raw form alone (RFC 7518, section 3.4), so DER is read strictly and never written.

/// The order of P-256's group (SEC 2, section 2.4.2).
pub(super) const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// `r ‖ s` of a P-256 signature in either form; none for anything else, nor for numbers that no signature has (SEC 1,
/// section 4.1.4: both lie between zero and the order). Exactly 64 bytes are taken as raw: DER of that length would need a
/// number that is zero in its first three bytes, once in 2⁴⁰ signatures.
pub fn from_hardware(signature: &[u8]) -> Option<[u8; 64]> {
    let raw: [u8; 64] = signature.try_into().ok().or_else(|| from_der(signature))?;
    raw.as_chunks::<32>().0.iter().all(|number| *number != [0; 32] && *number < ORDER).then_some(raw)
}

/// `r ‖ s` of `SEQUENCE { INTEGER r, INTEGER s }`. There is one way to write it: shortest lengths, shortest positive
/// numbers, nothing after the end. Whether it is a signature of anything is for the verifier to say.
pub fn from_der(der: &[u8]) -> Option<[u8; 64]> {
    let [SEQUENCE, length, rest @ ..] = der else { return None };
    // At most 2 · (2 + 33) bytes, so the length is one byte, and that byte is below 128.
    if usize::from(*length) != rest.len() || rest.len() > 70 {
        return None;
    }
    let mut raw = [0; 64];
    let (r, s) = raw.split_at_mut(32);
    let rest = number(rest, r)?;
    number(rest, s)?.is_empty().then_some(raw)
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

/// Reads one positive number into 32 bytes, right-aligned, and gives what comes after it.
fn number<'d>(der: &'d [u8], into: &mut [u8]) -> Option<&'d [u8]> {
    let [INTEGER, length, rest @ ..] = der else { return None };
    let (digits, rest) = rest.split_at_checked(usize::from(*length))?;
    let digits = match digits {
        // A leading zero is there exactly where the number would read as negative without it.
        [0, digits @ ..] if digits.first().is_some_and(|first| *first >= 0x80) => digits,
        [first, ..] if (1..0x80).contains(first) => digits,
        _ => return None,
    };
    let start = into.len().checked_sub(digits.len())?;
    into.get_mut(start..)?.copy_from_slice(digits);
    Some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ring::{
        rand::SystemRandom,
        signature::{
            ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
        },
    };

    use super::*;

    fn der_of(raw: &[u8; 64]) -> Vec<u8> {
        let one = |number: &[u8]| {
            let start = number.iter().position(|digit| *digit != 0).unwrap_or(31);
            let mut digits = number[start..].to_vec();
            if digits[0] >= 0x80 {
                digits.insert(0, 0);
            }
            [vec![INTEGER, u8::try_from(digits.len()).unwrap()], digits].concat()
        };
        let body = [one(&raw[..32]), one(&raw[32..])].concat();
        [vec![SEQUENCE, u8::try_from(body.len()).unwrap()], body].concat()
    }

    #[test]
    fn a_signature_in_der_verifies_in_its_raw_form() {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        // Enough for numbers with a leading zero and ones that are shorter than 32 bytes.
        for message in 0..1_000_u32 {
            let message = message.to_be_bytes();
            let der = pair.sign(&random, &message).unwrap();
            let raw = from_hardware(der.as_ref()).unwrap();
            let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
            key.verify(&message, &raw).unwrap();
            assert_eq!(from_hardware(&raw), Some(raw));
            assert_eq!(der_of(&raw), der.as_ref());
        }
    }

    #[test]
    fn anything_but_the_one_form_is_refused() {
        let short = [SEQUENCE, 6, INTEGER, 1, 1, INTEGER, 1, 0x7f];
        assert!(from_der(&short).is_some());
        for (bad, why) in [
            (&[][..], "nothing"),
            (&[SEQUENCE], "no length"),
            (&[0x31, 6, INTEGER, 1, 1, INTEGER, 1, 1], "a set"),
            (&[SEQUENCE, 7, INTEGER, 1, 1, INTEGER, 1, 1], "the length of more"),
            (&[SEQUENCE, 6, INTEGER, 1, 1, INTEGER, 1, 1, 0], "something after the end"),
            (&[SEQUENCE, 0x81, 6, INTEGER, 1, 1, INTEGER, 1, 1], "a long length"),
            (&[SEQUENCE, 7, INTEGER, 2, 0, 1, INTEGER, 1, 1], "a zero in front"),
            (&[SEQUENCE, 6, INTEGER, 1, 0x80, INTEGER, 1, 1], "a negative number"),
            (&[SEQUENCE, 6, INTEGER, 1, 0, INTEGER, 1, 1], "zero"),
            (&[SEQUENCE, 5, INTEGER, 0, INTEGER, 1, 1], "an empty number"),
            (&[SEQUENCE, 3, INTEGER, 1, 1], "one number"),
            (&[SEQUENCE, 9, INTEGER, 1, 1, INTEGER, 1, 1, INTEGER, 1, 1], "three numbers"),
            (&[SEQUENCE, 6, INTEGER, 4, 1, INTEGER, 1, 1], "a number past the end"),
        ] {
            assert_eq!(from_der(bad), None, "{why}");
        }
        let mut long = vec![SEQUENCE, 38, INTEGER, 33, 1];
        long.extend([7; 32]);
        long.extend([INTEGER, 1, 1]);
        assert_eq!(long.len(), 40);
        assert_eq!(from_der(&long), None, "a number of 33 digits");
    }

    #[test]
    fn numbers_that_no_signature_has_are_refused_in_either_form() {
        let (one, mut highest) = ([[0; 31].as_slice(), &[1]].concat(), ORDER);
        highest[31] -= 1;
        let taken = |r: &[u8], s: &[u8]| {
            let raw: [u8; 64] = [r, s].concat().try_into().unwrap();
            let (given, written) = (from_hardware(&raw), from_hardware(&der_of(&raw)));
            assert!(given == written && given.is_none_or(|given| given == raw));
            given.is_some()
        };
        assert!(taken(&one, &highest) && taken(&highest, &one));
        for bad in [[0; 32], ORDER, [0xff; 32]] {
            assert!(!taken(&one, &bad) && !taken(&bad, &one), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_was_written_in_the_one_form(der in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some(raw) = from_der(&der) {
                prop_assert_eq!(der_of(&raw), der);
            }
        }

        #[test]
        fn every_pair_of_positive_numbers_is_read_back(mut raw in proptest::array::uniform32(any::<u8>()), zeros in 0_usize..31) {
            raw[..zeros].fill(0);
            raw[31] |= 1;
            let mut both = [0; 64];
            both[..32].copy_from_slice(&raw);
            both[32..].copy_from_slice(&raw);
            prop_assert_eq!(from_der(&der_of(&both)), Some(both));
        }

        #[test]
        fn one_flipped_byte_never_reads_as_the_same(place in 0_usize..70, flip in 1_u8..=255) {
            let raw = [0x91; 64];
            let mut der = der_of(&raw);
            let place = place % der.len();
            der[place] ^= flip;
            prop_assert_ne!(from_der(&der), Some(raw));
        }
    }
}
