//! Signatures of upper certificates that held: many devices share these certificates. Only the signature is kept; dates,
//! revocation and the root are looked at each time.

use std::{
    num::NonZeroUsize,
    sync::{Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use ring::digest::{Context, SHA256};

use super::super::Certificate;

// A fleet has a few upper certificates for each model and month; an entry is 32 bytes and its links.
const ROOM: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1023);

/// The cache: bounded, shared between threads by reference. What was used last stays longest.
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

    /// Whether the issuer's key signed the certificate. What does not hold is not kept, and asked again.
    pub(super) fn verify(&self, child: &Certificate, issuer: &Certificate) -> bool {
        let key = key(child, issuer);
        if self.held().get(&key).is_some() {
            return true;
        }
        let holds = child.is_signed_by(issuer);
        if holds {
            self.held().put(key, ());
        }
        holds
    }

    fn held(&self) -> MutexGuard<'_, LruCache<[u8; 32], ()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// The whole certificate and the whole key, so that neither can be exchanged. Both are DER and say their own length.
fn key(child: &Certificate, issuer: &Certificate) -> [u8; 32] {
    let mut hash = Context::new(&SHA256);
    hash.update(child.der());
    hash.update(issuer.key_info());
    let mut out = [0; 32];
    out.copy_from_slice(hash.finish().as_ref());
    out
}
