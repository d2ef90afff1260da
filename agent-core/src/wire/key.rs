//! Keys as they cross the network: JSON Web Keys (RFC 7517, RFC 8037), and the port that signs.

use serde::{Deserialize, Serialize};

/// How a key signs. Fixed by the key, never by a message's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256: what phones' hardware has.
    Es256,
    /// Ed25519: software keys of hosts and servers.
    EdDsa,
}

impl Algorithm {
    /// The name in a JWS header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// A public key as a JSON Web Key, with just the members that its thumbprint (RFC 7638) covers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kty", deny_unknown_fields)]
pub enum PublicKey {
    /// An elliptic-curve key; the curve is always `P-256`.
    #[serde(rename = "EC")]
    Ec {
        /// `P-256`.
        crv: P256,
        /// The x coordinate, 32 bytes in base64url.
        x: String,
        /// The y coordinate, 32 bytes in base64url.
        y: String,
    },
    /// An octet key pair; the curve is always `Ed25519`.
    #[serde(rename = "OKP")]
    Okp {
        /// `Ed25519`.
        crv: Ed25519,
        /// The public key, 32 bytes in base64url.
        x: String,
    },
}

/// The curve's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum P256 {
    /// NIST P-256.
    #[serde(rename = "P-256")]
    Name,
}

/// The curve's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Ed25519 {
    /// Ed25519.
    #[serde(rename = "Ed25519")]
    Name,
}

/// What signs for a device or server: a file's key on hosts, the Keystore or Secure Enclave on phones.
pub trait Signer: Send + Sync {
    /// How it signs.
    fn algorithm(&self) -> Algorithm;

    /// The public half.
    fn public_key(&self) -> PublicKey;

    /// The 64 bytes of a JWS signature over these bytes (r ‖ s for ES256; the envelope brings s to its low form).
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError>;
}

/// Signing failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The key is gone (cleared lock screen, restored backup): the device must be enrolled again.
    #[error("the signing key is gone; enrol this device again")]
    KeyLost,
    /// The key's holder did not answer; trying later may work.
    #[error("the signing key did not answer; try again later")]
    Unavailable,
}
