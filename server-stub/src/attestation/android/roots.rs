//! The keys that a chain may end in. A root counts by its public key only: four certificates share the older one.

use super::super::{Certificate, bundle::BundleError, unhex};

/// Who may be the last of a chain.
#[derive(Debug, Clone)]
pub struct Roots {
    keys: Vec<(String, [u8; 32])>,
    published: Vec<[u8; 32]>,
}

// SHA-256 of the SubjectPublicKeyInfo of Google's two roots: RSA-4096 since 2016, P-384 since 2025.
const GOOGLE: [(&str, &str); 2] = [
    ("Google, RSA", "feb2ea7551ee316ed4bb443c8293b884dbfdea40b603ee3e4f4a897e4580fbae"),
    ("Google, P-384", "3ee44512a1af2beb39c889490c60ea3f82e43f5d5a5532f5ab9419f676cd07ec"),
];

// The private keys under these two roots are published with Android's source, so anybody can sign with them.
const SOFTWARE: [&str; 2] = [
    "d5100c7942ef2e8310dc30ef82729680cf48d690735c3f68179a33c7c370f286",
    "f2c4746f545946c100e72297f8f946344d7052f03a2f694221f9c893b0e6f711",
];

fn hash(text: &str) -> [u8; 32] {
    unhex(text).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default()
}

impl Default for Roots {
    /// None.
    fn default() -> Self {
        Self { keys: Vec::new(), published: SOFTWARE.iter().map(|key| hash(key)).collect() }
    }
}

impl Roots {
    /// Google's.
    pub fn google() -> Self {
        let keys = GOOGLE.iter().map(|(name, key)| ((*name).to_owned(), hash(key))).collect();
        Self { keys, ..Self::default() }
    }

    /// Adds an administrator's; one whose private key is published is refused.
    pub fn add(&mut self, root: &Certificate) -> bool {
        let is_published = self.is_published(root);
        if !is_published {
            self.keys.push((root.subject(), root.key_hash()));
        }
        !is_published
    }

    /// From now on this root's private key counts as published.
    pub fn distrust(&mut self, root: &Certificate) {
        let key = root.key_hash();
        self.keys.retain(|(_, known)| *known != key);
        self.published.push(key);
    }

    /// The roots of a file: PEM, DER, or a JSON array of either.
    pub fn from_bytes(bytes: &[u8]) -> Result<Vec<Certificate>, BundleError> {
        super::super::bundle::certificates(bytes)
    }

    /// The name of the root whose key this certificate carries.
    pub fn name(&self, certificate: &Certificate) -> Option<&str> {
        let key = certificate.key_hash();
        self.keys.iter().find(|(_, known)| *known == key).map(|(name, _)| name.as_str())
    }

    /// Whether anybody can sign with this root's key, as with the two of Android's own source.
    pub fn is_published(&self, certificate: &Certificate) -> bool {
        self.published.contains(&certificate.key_hash())
    }
}
