//! Random secrets: shown once, kept as a hash.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
};

/// A secret of 256 random bits in base64url. Guessing one is hopeless, so a plain SHA-256 keeps it well.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// The operating system gave no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no randomness; look at its log and try again")]
pub struct NoRandomness;

impl Secret {
    /// A new one.
    pub fn random() -> Result<Self, NoRandomness> {
        Self::with_prefix("")
    }

    /// A new one behind a prefix that tells what it is, so that scanners of leaked secrets can find it.
    pub fn with_prefix(prefix: &str) -> Result<Self, NoRandomness> {
        let bytes: [u8; 32] = random_bytes()?;
        Ok(Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// Whether the text could be a secret without a prefix.
    pub(super) fn has_form(text: &str) -> bool {
        text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    }

    /// The text, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored.
    pub fn hash(&self) -> [u8; 32] {
        hash(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The stored form of a secret that somebody presents.
pub fn hash(presented: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, presented.as_bytes()).as_ref());
    bytes
}

/// Random bytes of the operating system.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_never_the_same_and_never_in_debug_output() {
        let (one, other) = (Secret::random().unwrap(), Secret::with_prefix("atl_").unwrap());
        assert!(Secret::has_form(one.reveal()));
        assert!(other.reveal().starts_with("atl_"));
        assert_ne!(one.hash(), other.hash());
        assert_eq!(one.hash(), hash(one.reveal()));
        assert!(!format!("{one:?}").contains(one.reveal()));
    }
}
