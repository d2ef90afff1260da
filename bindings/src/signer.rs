//! The port through which the device signs: the Keystore, the Secure Enclave.

use std::sync::{Arc, Mutex, PoisonError};

use agent_core::wire::{
    key::{Algorithm, PublicKey, SignError, Signer},
    signature,
};

use crate::shell_error::ShellError;

/// What signs for the device, with a key on P-256.
#[uniffi::export(foreign)]
pub trait ReportSigner: Send + Sync {
    /// The public key: the uncompressed point of X9.62, 65 bytes beginning with 4.
    fn public_key(&self) -> Result<Vec<u8>, ShellError>;

    /// ECDSA with SHA-256 over this message, as DER or as the 64 bytes r ‖ s.
    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, ShellError>;
}

impl From<ShellError> for SignError {
    fn from(error: ShellError) -> Self {
        match error {
            ShellError::KeyLost => Self::KeyLost,
            ShellError::KeyUnavailable | ShellError::Failed { .. } | ShellError::Unexpected { .. } => Self::Unavailable,
        }
    }
}

/// A shell's signer as the core's port. The public key is asked for once, until an attestation may have made another.
pub(crate) struct ShellSigner {
    shell: Arc<dyn ReportSigner>,
    public_key: Mutex<Option<PublicKey>>,
}

impl ShellSigner {
    pub(crate) const fn new(shell: Arc<dyn ReportSigner>) -> Self {
        Self { shell, public_key: Mutex::new(None) }
    }

    /// The key may be another one from now on.
    pub(crate) fn forget_public_key(&self) {
        *self.public_key.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Signer for ShellSigner {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    fn public_key(&self) -> Result<PublicKey, SignError> {
        let mut kept = self.public_key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*kept {
            return Ok(key.clone());
        }
        let key = PublicKey::from_x962(&self.shell.public_key()?).map_err(|_| SignError::Unavailable)?;
        Ok(kept.insert(key).clone())
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        signature::from_hardware(&self.shell.sign(message.to_vec())?).ok_or(SignError::Unavailable)
    }
}
