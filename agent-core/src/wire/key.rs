//! Keys as they cross the network: JSON Web Keys (RFC 7517, RFC 8037), and the port that signs.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{digest, signature};
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
#[serde(tag = "kty", try_from = "Members")]
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

/// The members of a key as they are read: each is a text, whichever key it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    kty: String,
    crv: String,
    x: String,
    y: Option<String>,
}

impl TryFrom<Members> for PublicKey {
    type Error = KeyError;

    fn try_from(Members { kty, crv, x, y }: Members) -> Result<Self, KeyError> {
        match (&*kty, &*crv, y) {
            ("EC", "P-256", Some(y)) => Ok(Self::Ec { crv: P256::Name, x, y }),
            ("OKP", "Ed25519", None) => Ok(Self::Okp { crv: Ed25519::Name, x }),
            _ => Err(KeyError),
        }
    }
}

/// The curve's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum P256 {
    /// NIST P-256.
    #[serde(rename = "P-256")]
    Name,
}

/// The curve's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Ed25519 {
    /// Ed25519.
    #[serde(rename = "Ed25519")]
    Name,
}

impl PublicKey {
    /// The P-256 key of this uncompressed point (X9.62: `04`, x, y), as the Keystore and the Secure Enclave give it.
    pub fn from_point(point: &[u8; 65]) -> Self {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Self::Ec { crv: P256::Name, x: part(&point[1..33]), y: part(&point[33..]) }
    }

    /// The P-256 key of what a shell handed over, which must be such a point.
    pub fn from_x962(bytes: &[u8]) -> Result<Self, KeyError> {
        let point: &[u8; 65] = bytes.try_into().map_err(|_| KeyError)?;
        if point[0] == 4 { Ok(Self::from_point(point)) } else { Err(KeyError) }
    }

    /// The uncompressed point of a P-256 key, as [`Self::from_x962`] reads it; none of another key.
    pub fn to_x962(&self) -> Option<Vec<u8>> {
        let Self::Ec { x, y, .. } = self else { return None };
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 32);
        Some([&[4][..], &part(x)?, &part(y)?].concat())
    }

    /// The Ed25519 key of these bytes.
    pub fn from_ed25519(bytes: &[u8; 32]) -> Self {
        Self::Okp { crv: Ed25519::Name, x: URL_SAFE_NO_PAD.encode(bytes) }
    }

    /// How the key signs.
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Ec { .. } => Algorithm::Es256,
            Self::Okp { .. } => Algorithm::EdDsa,
        }
    }

    /// The key's name: RFC 7638, SHA-256 over its members in alphabetical order, 43 characters of base64url.
    pub fn thumbprint(&self) -> String {
        // Written in alphabetical order, and printed so whether or not `serde_json` keeps the order of writing.
        let members = match self {
            Self::Ec { x, y, .. } => serde_json::json!({ "crv": "P-256", "kty": "EC", "x": x, "y": y }),
            Self::Okp { x, .. } => serde_json::json!({ "crv": "Ed25519", "kty": "OKP", "x": x }),
        };
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, members.to_string().as_bytes()))
    }
}

/// The public key is none of its kind: a coordinate has the wrong length or is not canonical base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a P-256 or Ed25519 key; each part is 32 bytes in base64url without padding")]
pub struct KeyError;

/// A public key made ready to verify with; one on P-256 only with the feature `verify-es256`. Cloning is cheap.
#[derive(Clone)]
pub struct VerifyingKey(Arc<Ready>);

struct Ready {
    algorithm: Algorithm,
    thumbprint: String,
    bytes: Vec<u8>,
}

impl VerifyingKey {
    /// How the key signs.
    pub fn algorithm(&self) -> Algorithm {
        self.0.algorithm
    }

    /// The key's name, [`PublicKey::thumbprint`].
    pub fn thumbprint(&self) -> &str {
        &self.0.thumbprint
    }

    /// The key itself: the uncompressed point of P-256 (X9.62), or the 32 bytes of Ed25519.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Whether this is the key's signature over the message. Says nothing about the low form of `s`.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let algorithm: &'static dyn signature::VerificationAlgorithm = match self.0.algorithm {
            #[cfg(feature = "verify-es256")]
            Algorithm::Es256 => &signature::ECDSA_P256_SHA256_FIXED,
            // No such key comes to be, see `try_from`.
            #[cfg(not(feature = "verify-es256"))]
            Algorithm::Es256 => return false,
            Algorithm::EdDsa => &signature::ED25519,
        };
        signature::UnparsedPublicKey::new(algorithm, &self.0.bytes).verify(message, signature).is_ok()
    }
}

impl TryFrom<&PublicKey> for VerifyingKey {
    type Error = KeyError;

    fn try_from(key: &PublicKey) -> Result<Self, Self::Error> {
        let part = |text: &str| -> Result<[u8; 32], KeyError> {
            URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError)?.try_into().map_err(|_| KeyError)
        };
        let bytes = match key {
            PublicKey::Ec { .. } if cfg!(not(feature = "verify-es256")) => return Err(KeyError),
            PublicKey::Ec { x, y, .. } => [&[4][..], &part(x)?, &part(y)?].concat(),
            PublicKey::Okp { x, .. } => part(x)?.to_vec(),
        };
        Ok(Self(Arc::new(Ready { algorithm: key.algorithm(), thumbprint: key.thumbprint(), bytes })))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.0.thumbprint)
    }
}

/// What signs for a device or server: a file's key on hosts, the Keystore or Secure Enclave on phones.
pub trait Signer: Send + Sync {
    /// How it signs.
    fn algorithm(&self) -> Algorithm;

    /// The public half.
    fn public_key(&self) -> Result<PublicKey, SignError>;

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
    /// The message is longer than its kind allows, so no server would take it.
    #[error("the message is too long to be sent; it holds more than its kind allows")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprints_are_those_of_the_standards() {
        // RFC 8037, appendix A.3.
        let okp = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let key: PublicKey = serde_json::from_str(okp).unwrap();
        assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(VerifyingKey::try_from(&key).unwrap().thumbprint(), key.thumbprint());
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        let okp = |x: &str| PublicKey::Okp { crv: Ed25519::Name, x: x.to_owned() };
        let good = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        assert!(VerifyingKey::try_from(&okp(good)).is_ok());
        for bad in ["", &good[1..], &good.replace("Ro", "Rp"), &format!("{good}="), &good.replace('_', "/")] {
            assert_eq!(VerifyingKey::try_from(&okp(bad)).err(), Some(KeyError), "{bad}");
        }
        for unread in [
            r#"{"kty":"EC","crv":"P-384","x":"","y":""}"#,
            r#"{"kty":"OKP","crv":"Ed25519","x":"","d":"secret"}"#,
            r#"{"kty":"OKP","crv":"Ed25519","x":"","y":""}"#,
            r#"{"kty":"OKP","crv":"P-256","x":""}"#,
            r#"{"kty":"EC","crv":"P-256","x":""}"#,
            r#"{"kty":"oct","k":""}"#,
        ] {
            assert!(serde_json::from_str::<PublicKey>(unread).is_err(), "{unread}");
        }
    }
}
