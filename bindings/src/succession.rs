//! The port through which another key takes the place of the device's.

use std::sync::Arc;

use agent_core::{
    client::{self, Successor},
    wire::{
        key::{Algorithm, PublicKey, SignError, Signer},
        signature,
    },
};

use crate::{attestation::AttestationEvidence, shell_error::ShellError, signer::ShellSigner};

/// A key that was made to take the place of the device's.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct NextKey {
    /// The uncompressed point of X9.62, 65 bytes beginning with 4.
    pub public_key: Vec<u8>,
    /// Evidence over the challenge that it was made with.
    pub evidence: AttestationEvidence,
}

/// What makes the key after the one that [`crate::signer::ReportSigner`] signs with.
#[uniffi::export(foreign)]
pub trait KeySuccession: Send + Sync {
    /// Makes a key beside the one that signs, in the place of one that was made so before and was not adopted; with
    /// evidence over this challenge, at most 128 bytes: Android makes the key with it, iOS attests
    /// SHA-256(challenge ‖ the key's thumbprint).
    fn make_next(&self, challenge: Vec<u8>) -> Result<NextKey, ShellError>;

    /// ECDSA with SHA-256 over this message by that key, as DER or as the 64 bytes r ‖ s.
    fn sign_with_next(&self, message: Vec<u8>) -> Result<Vec<u8>, ShellError>;

    /// The server knows the key with this point now: the signer signs with it from here on, and the one before is
    /// destroyed. To adopt the one that signs already changes nothing.
    fn adopt(&self, public_key: Vec<u8>) -> Result<(), ShellError>;
}

/// A shell's succession as the core's port.
pub(crate) struct ShellSuccession {
    pub(crate) shell: Arc<dyn KeySuccession>,
    pub(crate) signer: Arc<ShellSigner>,
}

impl client::KeySuccession for ShellSuccession {
    fn next(&self, challenge: &[u8]) -> Result<Successor, SignError> {
        let NextKey { public_key, evidence } = self.shell.make_next(challenge.to_vec())?;
        let key = PublicKey::from_x962(&public_key).map_err(|_| SignError::Unavailable)?;
        let signer = NextSigner { shell: Arc::clone(&self.shell), key };
        Ok(Successor { signer: Arc::new(signer), attestation: evidence.into() })
    }

    fn adopt(&self, key: &PublicKey) -> Result<(), SignError> {
        let adopted = self.shell.adopt(key.to_x962().ok_or(SignError::Unavailable)?);
        // Whether or not it came to an end: the key may be another one.
        self.signer.forget_public_key();
        Ok(adopted?)
    }
}

/// Signs with the key that was made last.
struct NextSigner {
    shell: Arc<dyn KeySuccession>,
    key: PublicKey,
}

impl Signer for NextSigner {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    fn public_key(&self) -> Result<PublicKey, SignError> {
        Ok(self.key.clone())
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        signature::from_hardware(&self.shell.sign_with_next(message.to_vec())?).ok_or(SignError::Unavailable)
    }
}
