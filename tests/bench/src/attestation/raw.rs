//! The signatures of a chain, taken apart beforehand and verified by ring alone: what no verifier can do without.

use std::hint::black_box;

use atalaya_server::attestation::{Certificate, KeyKind, bundle};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};

use super::Failure;

/// One chain's.
pub(super) struct Raw(Vec<Signature>);

struct Signature {
    by: &'static dyn VerificationAlgorithm,
    key: Vec<u8>,
    signed: Vec<u8>,
    made: Vec<u8>,
}

impl Raw {
    /// Of certificates one behind the other.
    pub(super) fn of(chain: &[u8]) -> Result<Self, Failure> {
        let chain = bundle::certificates(chain)?;
        chain.windows(2).map(|pair| Signature::of(&pair[0], &pair[1])).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn verify(&self) -> Result<(), Failure> {
        for one in &self.0 {
            let key = UnparsedPublicKey::new(one.by, &one.key);
            black_box(key.verify(&one.signed, &one.made)).map_err(|_| "a good signature was refused")?;
        }
        Ok(())
    }
}

impl Signature {
    fn of(child: &Certificate, issuer: &Certificate) -> Result<Self, Failure> {
        // The authority signs P-384 with SHA-384 and all else with SHA-256.
        let by: &dyn VerificationAlgorithm = match issuer.key_kind() {
            KeyKind::P256 => &ECDSA_P256_SHA256_ASN1,
            KeyKind::P384 => &ECDSA_P384_SHA384_ASN1,
            _ => &RSA_PKCS1_2048_8192_SHA256,
        };
        let (whole, _) = item(child.der())?;
        let (signed, rest) = item(&child.der()[whole.start..])?;
        let signed = &child.der()[whole.start..whole.start + signed.end];
        let (_, bits) = item(rest)?;
        let (content, _) = item(bits)?;
        let made = bits[content].get(1..).ok_or("no signature")?.to_vec();
        Ok(Self { by, key: issuer.key_bits().to_vec(), signed: signed.to_vec(), made })
    }
}

/// Where the first item's content lies, and what follows it.
fn item(bytes: &[u8]) -> Result<(std::ops::Range<usize>, &[u8]), Failure> {
    let first = usize::from(*bytes.get(1).ok_or("no item")?);
    let (start, length) = if first < 0x80 {
        (2, first)
    } else {
        let digits = bytes.get(2..2 + (first & 0x7f)).ok_or("no item")?;
        (2 + digits.len(), digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
    };
    Ok((start..start + length, bytes.get(start + length..).ok_or("no item")?))
}
