//! Signatures of upper certificates that held: many devices share these certificates. Only the signature is kept; dates,
//! revocation and the root are looked at each time.

use std::{
    num::NonZeroUsize,
    sync::{Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use ring::digest::{Context, SHA256};

use super::{Certificate, signature::KeyKind};

// A fleet has a few upper certificates for each model and month; an entry is 32 bytes and its links.
const ROOM: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1023);

/// The cache: bounded, shared between threads by reference. What was used last stays longest.
#[derive(Debug)]
pub struct Verified(Mutex<LruCache<[u8; 32], ()>>);

impl Default for Verified {
    fn default() -> Self {
        Self::new(ROOM)
    }
}

impl Verified {
    /// Room for this many.
    pub fn new(most: NonZeroUsize) -> Self {
        Self(Mutex::new(LruCache::new(most)))
    }

    /// How many signatures are known to hold.
    pub fn len(&self) -> usize {
        self.held().len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.held().is_empty()
    }

    /// Whether this key signed the certificate. What does not hold is not kept, and asked again.
    pub(super) fn verify(&self, child: &Certificate, kind: KeyKind, key: &[u8]) -> bool {
        self.knows(child, kind, key) || {
            let holds = child.is_signed_by_key(kind, key);
            if holds {
                self.held().put(digest(child, kind, key), ());
            }
            holds
        }
    }

    /// Whether it was verified before.
    pub(super) fn knows(&self, child: &Certificate, kind: KeyKind, key: &[u8]) -> bool {
        self.held().get(&digest(child, kind, key)).is_some()
    }

    fn held(&self) -> MutexGuard<'_, LruCache<[u8; 32], ()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// The whole certificate, which is DER and says its own length, and the whole key with its kind: none can be exchanged.
fn digest(child: &Certificate, kind: KeyKind, key: &[u8]) -> [u8; 32] {
    let mut hash = Context::new(&SHA256);
    hash.update(child.der());
    hash.update(kind.name().as_bytes());
    hash.update(key);
    let mut out = [0; 32];
    out.copy_from_slice(hash.finish().as_ref());
    out
}
