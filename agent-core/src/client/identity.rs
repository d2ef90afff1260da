//! The device's key on hosts: a software key in the agent's storage. Phones sign with their hardware instead.

use super::storage::{Storage, StorageError};
use crate::wire::{key::Algorithm, software_key::SoftwareKey};

const NAME: &str = "identity.key";

/// The key of this storage, made once. The file holds it as PKCS#8 and only this user may read it.
pub fn software_key(storage: &dyn Storage) -> Result<SoftwareKey, StorageError> {
    let _making = storage.lock("identity")?;
    if let Some(document) = storage.read(NAME)? {
        let damaged = |_| StorageError::Damaged { name: NAME.to_owned(), what: "it holds no key".to_owned() };
        return SoftwareKey::from_document(&document).map_err(damaged);
    }
    let failed = |_| StorageError::Failed { name: NAME.to_owned(), what: "this system has no randomness".to_owned() };
    let key = SoftwareKey::generate(Algorithm::EdDsa).map_err(failed)?;
    storage.write(NAME, key.document())?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::storage::MemoryStorage;

    #[test]
    fn the_key_is_made_once() {
        let storage = MemoryStorage::new();
        let first = software_key(&storage).unwrap().public_key();
        assert_eq!(software_key(&storage).unwrap().public_key(), first);
    }

    #[test]
    fn a_damaged_key_is_never_replaced_silently() {
        let storage = MemoryStorage::new();
        storage.write(NAME, b"nothing").unwrap();
        assert!(matches!(software_key(&storage), Err(StorageError::Damaged { .. })));
        assert_eq!(storage.read(NAME).unwrap().unwrap(), b"nothing");
    }
}
