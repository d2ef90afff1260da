//! A signing key in memory and on disk: Ed25519 for hosts and servers, ES256 for simulated phones.

use std::fmt;

use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};

use super::key::{Algorithm, PublicKey, SignError, Signer};

/// A software key with the document it is kept as.
pub struct SoftwareKey {
    pair: Pair,
    document: Vec<u8>,
}

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

/// A software key could not be made or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SoftwareKeyError {
    /// The system gave no random bytes.
    #[error("the system gave no random bytes; try again")]
    NoRandom,
    /// The document is not a key of a known kind.
    #[error("this is not a private key (PKCS#8, Ed25519 or P-256); restore it from a copy, or make a new one")]
    NotAKey,
}

impl SoftwareKey {
    /// A new key from the system's randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, SoftwareKeyError> {
        let random = SystemRandom::new();
        let document = match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
        };
        Self::from_document(document.map_err(|_| SoftwareKeyError::NoRandom)?.as_ref())
    }

    /// The Ed25519 key of a 32-byte seed: the same seed, the same key. For simulations and tests.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, SoftwareKeyError> {
        // RFC 8410: version 0, algorithm 1.3.101.112, an octet string in an octet string.
        const HEAD: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        Self::from_document(&[&HEAD[..], seed].concat())
    }

    /// The key of a PKCS#8 document (DER), as [`Self::document`] or OpenSSL writes it.
    pub fn from_document(document: &[u8]) -> Result<Self, SoftwareKeyError> {
        let pair = match Ed25519KeyPair::from_pkcs8_maybe_unchecked(document) {
            Ok(pair) => Pair::EdDsa(pair),
            Err(_) => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document, &SystemRandom::new())
                .map(Pair::Es256)
                .map_err(|_| SoftwareKeyError::NotAKey)?,
        };
        Ok(Self { pair, document: document.to_vec() })
    }

    /// The public half; a key in memory has it always.
    pub fn public_key(&self) -> PublicKey {
        fn bytes<const N: usize>(key: &[u8]) -> [u8; N] {
            let mut out = [0; N];
            out.copy_from_slice(key);
            out
        }
        match &self.pair {
            Pair::Es256(pair) => PublicKey::from_point(&bytes(pair.public_key().as_ref())),
            Pair::EdDsa(pair) => PublicKey::from_ed25519(&bytes(pair.public_key().as_ref())),
        }
    }

    /// The PKCS#8 document (DER). It is the secret: keep it where only its owner reads.
    pub fn document(&self) -> &[u8] {
        &self.document
    }
}

impl Signer for SoftwareKey {
    fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Es256(_) => Algorithm::Es256,
            Pair::EdDsa(_) => Algorithm::EdDsa,
        }
    }

    fn public_key(&self) -> Result<PublicKey, SignError> {
        Ok(Self::public_key(self))
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        let signature = match &self.pair {
            Pair::Es256(pair) => pair.sign(&SystemRandom::new(), message).map_err(|_| SignError::Unavailable)?,
            Pair::EdDsa(pair) => pair.sign(message),
        };
        signature.as_ref().try_into().map_err(|_| SignError::Unavailable)
    }
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftwareKey({}, {})", self.algorithm().as_str(), self.public_key().thumbprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_being_written_down() {
        for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
            let key = SoftwareKey::generate(algorithm).unwrap();
            let again = SoftwareKey::from_document(key.document()).unwrap();
            assert_eq!((again.algorithm(), again.public_key()), (algorithm, key.public_key()));
            assert_ne!(SoftwareKey::generate(algorithm).unwrap().public_key(), key.public_key());
        }
        assert_eq!(SoftwareKey::from_document(b"nonsense").err(), Some(SoftwareKeyError::NotAKey));
    }

    #[test]
    fn a_seed_is_always_the_same_key_and_its_printed_form_is_no_secret() {
        let key = |seed| SoftwareKey::from_seed(&[seed; 32]).unwrap();
        assert_eq!(key(1).public_key(), key(1).public_key());
        assert_ne!(key(1).public_key(), key(2).public_key());
        assert_eq!(format!("{:?}", key(1)), format!("SoftwareKey(EdDSA, {})", key(1).public_key().thumbprint()));
    }
}
