//! Signatures of certificates and assertions, all by ring.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};
use x509_cert::der::{asn1::ObjectIdentifier, oid::db::rfc5912};

/// The algorithm of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
    RsaSha256,
    RsaSha384,
    RsaSha512,
    Other,
}

/// The kind of a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// The curve P-256.
    P256,
    /// The curve P-384.
    P384,
    /// RSA of any size.
    Rsa,
    /// ML-DSA (FIPS 204): known, but nothing here can verify with it.
    MlDsa,
    /// Anything else.
    Other,
}

const ML_DSA: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17"),
    ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18"),
    ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19"),
];

impl Algorithm {
    pub(super) fn of(oid: &ObjectIdentifier) -> Self {
        match *oid {
            rfc5912::ECDSA_WITH_SHA_256 => Self::EcdsaSha256,
            rfc5912::ECDSA_WITH_SHA_384 => Self::EcdsaSha384,
            rfc5912::ECDSA_WITH_SHA_512 => Self::EcdsaSha512,
            rfc5912::SHA_256_WITH_RSA_ENCRYPTION => Self::RsaSha256,
            rfc5912::SHA_384_WITH_RSA_ENCRYPTION => Self::RsaSha384,
            rfc5912::SHA_512_WITH_RSA_ENCRYPTION => Self::RsaSha512,
            _ => Self::Other,
        }
    }

    /// Whether an RSA key makes such signatures; none where it is not known who does.
    const fn is_rsa(self) -> Option<bool> {
        match self {
            Self::RsaSha256 | Self::RsaSha384 | Self::RsaSha512 => Some(true),
            Self::EcdsaSha256 | Self::EcdsaSha384 | Self::EcdsaSha512 => Some(false),
            Self::Other => None,
        }
    }

    pub(super) const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::EcdsaSha256 => "ECDSA with SHA-256",
            Self::EcdsaSha384 => "ECDSA with SHA-384",
            Self::EcdsaSha512 => "ECDSA with SHA-512",
            Self::RsaSha256 => "RSA with SHA-256",
            Self::RsaSha384 => "RSA with SHA-384",
            Self::RsaSha512 => "RSA with SHA-512",
            Self::Other => return None,
        })
    }
}

impl KeyKind {
    pub(super) fn of(oid: &ObjectIdentifier, curve: Option<&ObjectIdentifier>) -> Self {
        match (*oid, curve.copied()) {
            (rfc5912::ID_EC_PUBLIC_KEY, Some(rfc5912::SECP_256_R_1)) => Self::P256,
            (rfc5912::ID_EC_PUBLIC_KEY, Some(rfc5912::SECP_384_R_1)) => Self::P384,
            (rfc5912::RSA_ENCRYPTION, _) => Self::Rsa,
            (other, _) if ML_DSA.contains(&other) => Self::MlDsa,
            _ => Self::Other,
        }
    }

    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::Rsa => "RSA",
            Self::MlDsa => "ML-DSA",
            Self::Other => "another kind",
        }
    }

    const fn is_rsa(self) -> Option<bool> {
        match self {
            Self::Rsa => Some(true),
            Self::P256 | Self::P384 | Self::MlDsa => Some(false),
            Self::Other => None,
        }
    }

    /// Whether signatures of such a key can be verified here.
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::P256 | Self::P384 | Self::Rsa)
    }
}

/// A DER encoded RSA key that is not longer has a modulus of less than 2048 bits, which nobody trusts any more.
const SHORT_RSA: usize = 256;

fn verifier(algorithm: Algorithm, kind: KeyKind, key: &[u8]) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (algorithm, kind) {
        (Algorithm::EcdsaSha256, KeyKind::P256) => &ECDSA_P256_SHA256_ASN1,
        (Algorithm::EcdsaSha384, KeyKind::P256) => &ECDSA_P256_SHA384_ASN1,
        (Algorithm::EcdsaSha256, KeyKind::P384) => &ECDSA_P384_SHA256_ASN1,
        (Algorithm::EcdsaSha384, KeyKind::P384) => &ECDSA_P384_SHA384_ASN1,
        (_, KeyKind::Rsa) if key.len() <= SHORT_RSA => return None,
        (Algorithm::RsaSha256, KeyKind::Rsa) => &RSA_PKCS1_2048_8192_SHA256,
        (Algorithm::RsaSha384, KeyKind::Rsa) => &RSA_PKCS1_2048_8192_SHA384,
        (Algorithm::RsaSha512, KeyKind::Rsa) => &RSA_PKCS1_2048_8192_SHA512,
        _ => return None,
    })
}

/// Whether it can be told here whether this key made a signature of this algorithm. Of an algorithm of another family it
/// certainly did not.
pub(super) fn is_verifiable(algorithm: Algorithm, kind: KeyKind, key: &[u8]) -> bool {
    verifier(algorithm, kind, key).is_some()
        || matches!((algorithm.is_rsa(), kind.is_rsa()), (Some(made), Some(by)) if made != by)
}

/// Whether the key made this signature; false for a pair that cannot be verified.
pub(super) fn verify(algorithm: Algorithm, kind: KeyKind, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let by = verifier(algorithm, kind, key);
    by.is_some_and(|by| UnparsedPublicKey::new(by, key).verify(message, signature).is_ok())
}

#[cfg(test)]
mod tests;
