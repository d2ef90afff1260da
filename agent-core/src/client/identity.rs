//! The device's key on hosts: a software key in the agent's storage. Phones sign with their hardware instead.

use std::sync::Arc;

use super::{
    ports::{KeySuccession, Successor},
    storage::{Storage, StorageError},
};
use crate::wire::{
    key::{Algorithm, PublicKey, SignError, Signer},
    software_key::SoftwareKey,
};

const NAME: &str = "identity.key";
/// The key that will take its place.
const NEXT: &str = "identity-next.key";
const LOCK: &str = "identity";

/// The key of a storage, made once, and the one after it. Files hold them as PKCS#8, and only this user may read them.
/// Read each time: another process may have put the next one in its place.
pub struct StoredKey {
    storage: Arc<dyn Storage>,
}

impl std::fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredKey").finish_non_exhaustive()
    }
}

impl StoredKey {
    /// The key of this storage; makes it where there is none.
    pub fn open(storage: Arc<dyn Storage>) -> Result<Self, StorageError> {
        {
            let _making = storage.lock(LOCK)?;
            made(&*storage, NAME)?;
        }
        Ok(Self { storage })
    }

    fn key(&self) -> Result<SoftwareKey, SignError> {
        read(&*self.storage, NAME).map_err(|_| SignError::Unavailable)?.ok_or(SignError::KeyLost)
    }
}

impl Signer for StoredKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDsa
    }

    fn public_key(&self) -> Result<PublicKey, SignError> {
        Ok(self.key()?.public_key())
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        self.key()?.sign(message)
    }
}

impl KeySuccession for StoredKey {
    fn next(&self, _: &[u8]) -> Result<Successor, SignError> {
        let unavailable = |_| SignError::Unavailable;
        let _making = self.storage.lock(LOCK).map_err(unavailable)?;
        let next = made(&*self.storage, NEXT).map_err(unavailable)?;
        Ok(Successor { signer: Arc::new(next), attestation: None })
    }

    fn adopt(&self, key: &PublicKey) -> Result<(), SignError> {
        let unavailable = |_| SignError::Unavailable;
        let _making = self.storage.lock(LOCK).map_err(unavailable)?;
        if self.key()?.public_key() != *key {
            let next = read(&*self.storage, NEXT).map_err(unavailable)?.filter(|next| next.public_key() == *key);
            let next = next.ok_or(SignError::KeyLost)?;
            self.storage.write(NAME, next.document()).map_err(unavailable)?;
        }
        self.storage.remove(NEXT).map_err(unavailable)
    }
}

fn read(storage: &dyn Storage, name: &str) -> Result<Option<SoftwareKey>, StorageError> {
    let damaged = |_| StorageError::Damaged { name: name.to_owned(), what: "it holds no key".to_owned() };
    storage.read(name)?.map(|document| SoftwareKey::from_document(&document).map_err(damaged)).transpose()
}

fn made(storage: &dyn Storage, name: &str) -> Result<SoftwareKey, StorageError> {
    if let Some(key) = read(storage, name)? {
        return Ok(key);
    }
    let failed = |_| StorageError::Failed { name: name.to_owned(), what: "this system has no randomness".to_owned() };
    let key = SoftwareKey::generate(Algorithm::EdDsa).map_err(failed)?;
    storage.write(name, key.document())?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::storage::MemoryStorage;

    fn stored() -> (Arc<MemoryStorage>, StoredKey) {
        let storage = Arc::new(MemoryStorage::new());
        (Arc::clone(&storage), StoredKey::open(storage).unwrap())
    }

    #[test]
    fn the_key_is_made_once() {
        let (storage, key) = stored();
        assert_eq!(StoredKey::open(storage).unwrap().public_key(), key.public_key());
    }

    #[test]
    fn a_damaged_key_is_never_replaced_silently() {
        let storage = Arc::new(MemoryStorage::new());
        storage.write(NAME, b"nothing").unwrap();
        assert!(matches!(StoredKey::open(storage.clone()), Err(StorageError::Damaged { .. })));
        assert_eq!(storage.read(NAME).unwrap().unwrap(), b"nothing");
    }

    #[test]
    fn the_next_key_takes_its_place_once_and_no_other_does() {
        let (storage, key) = stored();
        let first = key.public_key().unwrap();
        let next = key.next(b"c").unwrap().signer.public_key().unwrap();
        assert_eq!(key.next(b"d").unwrap().signer.public_key().unwrap(), next, "made once");
        assert_eq!(key.public_key().unwrap(), first, "not before it is adopted");
        let stranger = SoftwareKey::generate(Algorithm::EdDsa).unwrap().public_key();
        assert_eq!(key.adopt(&stranger), Err(SignError::KeyLost));
        key.adopt(&next).unwrap();
        key.adopt(&next).unwrap();
        assert_eq!(key.public_key().unwrap(), next);
        assert_eq!(storage.read(NEXT).unwrap(), None);
    }
}
