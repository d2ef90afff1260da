//! The port through which the device proves where its key lives.

use std::sync::Arc;

use agent_core::{
    client,
    wire::{key::SignError, message::Attestation},
};

use crate::{shell_error::ShellError, signer::ShellSigner};

/// Evidence that the device's key lives in hardware.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum AttestationEvidence {
    /// The device has none.
    None,
    /// An Android key attestation chain.
    AndroidChain {
        /// Leaf first, each certificate DER.
        certificates: Vec<Vec<u8>>,
    },
    /// An App Attest attestation.
    AppAttest {
        /// The attestation object, CBOR.
        object: Vec<u8>,
    },
    /// An App Attest assertion, by the key of an earlier attestation.
    AppAssertion {
        /// The assertion object, CBOR.
        object: Vec<u8>,
    },
}

impl From<AttestationEvidence> for Option<Attestation> {
    fn from(evidence: AttestationEvidence) -> Self {
        match evidence {
            AttestationEvidence::None => None,
            AttestationEvidence::AndroidChain { certificates } => Some(Attestation::android_chain(&certificates)),
            AttestationEvidence::AppAttest { object } => Some(Attestation::app_attest(&object)),
            AttestationEvidence::AppAssertion { object } => Some(Attestation::app_assertion(&object)),
        }
    }
}

/// What makes the evidence.
#[uniffi::export(foreign)]
pub trait AttestationSource: Send + Sync {
    /// Evidence over this challenge, at most 128 bytes. Called once for each enrolment, before
    /// [`crate::signer::ReportSigner::public_key`]: Android makes the key pair here, with this challenge; iOS makes
    /// the key here and attests SHA-256(challenge ‖ the key's thumbprint). The evidence is kept until the server has
    /// answered, so that a retry with the same token makes no second key.
    fn attest(&self, challenge: Vec<u8>) -> Result<AttestationEvidence, ShellError>;

    /// Fresh evidence over this challenge, at most 128 bytes, for the key that signs: iOS asserts
    /// SHA-256(challenge ‖ the key's thumbprint) with the App Attest key that attested it. `None` where only another key
    /// brings fresh evidence, as on Android, or where the App Attest key is gone: then a succession is asked for one.
    fn assertion(&self, challenge: Vec<u8>) -> Result<AttestationEvidence, ShellError>;
}

/// A shell's source as the core's port.
pub(crate) struct ShellAttestation {
    pub(crate) shell: Arc<dyn AttestationSource>,
    pub(crate) signer: Arc<ShellSigner>,
}

impl client::AttestationSource for ShellAttestation {
    fn attest(&self, challenge: &[u8]) -> Result<Option<Attestation>, SignError> {
        let evidence = self.shell.attest(challenge.to_vec());
        // Whether or not it came to an end: the key may have been made.
        self.signer.forget_public_key();
        Ok(evidence?.into())
    }

    fn assertion(&self, challenge: &[u8]) -> Result<Option<Attestation>, SignError> {
        Ok(self.shell.assertion(challenge.to_vec())?.into())
    }
}
