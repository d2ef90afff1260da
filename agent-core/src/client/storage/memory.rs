//! Storage in memory: for simulations, tests and agents that keep nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use super::{Lock, Storage, StorageError};

/// Bytes by name, gone with the process. Clones share what they hold.
#[derive(Debug, Clone, Default)]
pub struct MemoryStorage {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    locks: Arc<Locks>,
}

#[derive(Debug, Default)]
struct Locks {
    held: Mutex<BTreeSet<String>>,
    freed: Condvar,
}

struct Held {
    name: String,
    locks: Arc<Locks>,
}

impl Drop for Held {
    fn drop(&mut self) {
        guarded(&self.locks.held).remove(&self.name);
        self.locks.freed.notify_all();
    }
}

impl MemoryStorage {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn hold(&self, mut held: MutexGuard<'_, BTreeSet<String>>, name: &str) -> Lock {
        held.insert(name.to_owned());
        Lock::held_by(Held { name: name.to_owned(), locks: Arc::clone(&self.locks) })
    }
}

fn guarded<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Storage for MemoryStorage {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(guarded(&self.files).get(name).cloned())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        guarded(&self.files).insert(name.to_owned(), bytes.to_owned());
        Ok(())
    }

    fn append(&self, name: &str, bytes: &[u8]) -> Result<u64, StorageError> {
        let mut files = guarded(&self.files);
        let file = files.entry(name.to_owned()).or_default();
        file.extend_from_slice(bytes);
        Ok(file.len() as u64)
    }

    fn remove(&self, name: &str) -> Result<(), StorageError> {
        guarded(&self.files).remove(name);
        Ok(())
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        let files = guarded(&self.files);
        let names = files.range(prefix.to_owned()..).map(|(name, _)| name);
        Ok(names.take_while(|name| name.starts_with(prefix)).cloned().collect())
    }

    fn lock(&self, name: &str) -> Result<Lock, StorageError> {
        let held = self.locks.freed.wait_while(guarded(&self.locks.held), |held| held.contains(name));
        Ok(self.hold(held.unwrap_or_else(PoisonError::into_inner), name))
    }

    fn try_lock(&self, name: &str) -> Result<Option<Lock>, StorageError> {
        let held = guarded(&self.locks.held);
        Ok(if held.contains(name) { None } else { Some(self.hold(held, name)) })
    }
}
