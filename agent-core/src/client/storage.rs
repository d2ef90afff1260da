//! What the agent keeps on the device: a few small named files behind a port.
//!
//! What a write acknowledged is there after a power cut; what it did not is there whole or not at all.

mod disk;
#[cfg(test)]
pub(crate) mod faulty;
mod file;
mod memory;
#[cfg(test)]
mod tests;

pub use file::FileStorage;
pub use memory::MemoryStorage;

/// Named pieces of bytes. Names are `a-z`, `0-9`, `-` and `.`, and do not begin with a dot.
///
/// Calls return when the work is done and durable. They block for as long as a disk takes.
pub trait Storage: Send + Sync {
    /// The bytes of this name; none where there are none.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StorageError>;

    /// Puts these bytes in the place of all there were: afterwards, and after a power cut at any instant, either
    /// the old ones or the new ones are there, and the new ones once this has returned.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError>;

    /// Adds these bytes at the end and gives the length after. A power cut before this returns can leave any part
    /// of them, so the reader must be able to tell a whole piece from a torn one.
    fn append(&self, name: &str, bytes: &[u8]) -> Result<u64, StorageError>;

    /// Takes this name away; nothing happens where there is none.
    fn remove(&self, name: &str) -> Result<(), StorageError>;

    /// The names that begin so, in order.
    fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError>;

    /// Waits until nobody else holds this lock, in this process or another, and holds it until dropped.
    fn lock(&self, name: &str) -> Result<Lock, StorageError>;

    /// Holds this lock until dropped; none when somebody else holds it.
    fn try_lock(&self, name: &str) -> Result<Option<Lock>, StorageError>;
}

/// A lock that is held until this is dropped.
pub struct Lock(#[expect(dead_code, reason = "held for its drop")] Box<dyn Send + Sync>);

impl Lock {
    /// A lock that lasts as long as this guard.
    pub fn held_by(guard: impl Send + Sync + 'static) -> Self {
        Self(Box::new(guard))
    }
}

impl std::fmt::Debug for Lock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lock")
    }
}

/// The device's storage failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// There is no room left.
    #[error("there is no room left on this device ({name}); free some and try again")]
    Full {
        /// What was to be kept.
        name: String,
    },
    /// The system forbids it.
    #[error(
        "this user may not use {name} in the agent's state; run as the user who enrolled the device, or choose another --state directory"
    )]
    Forbidden {
        /// What was to be used.
        name: String,
    },
    /// What is there cannot be used.
    #[error("{name} in the agent's state is damaged: {what}; move it away and enrol this device again")]
    Damaged {
        /// What is damaged.
        name: String,
        /// How.
        what: String,
    },
    /// Another failure of the system.
    #[error("the agent's state cannot be used ({name}): {what}")]
    Failed {
        /// What was to be used.
        name: String,
        /// What the system says.
        what: String,
    },
}

impl StorageError {
    pub(crate) fn from_io(name: &str, error: &std::io::Error) -> Self {
        let name = name.to_owned();
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full { name },
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Self::Forbidden { name },
            kind => Self::Failed { name, what: kind.to_string() },
        }
    }
}

/// Reads a JSON document; none where there is none.
pub(crate) fn read_json<T: serde::de::DeserializeOwned>(
    storage: &dyn Storage,
    name: &str,
) -> Result<Option<T>, StorageError> {
    let Some(bytes) = storage.read(name)? else { return Ok(None) };
    let damaged = |error: serde_json::Error| StorageError::Damaged {
        name: name.to_owned(),
        what: format!("line {}, column {}", error.line(), error.column()),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(damaged)
}

/// Writes a JSON document.
pub(crate) fn write_json(
    storage: &dyn Storage,
    name: &str,
    document: &impl serde::Serialize,
) -> Result<(), StorageError> {
    let failed = |error: serde_json::Error| StorageError::Failed { name: name.to_owned(), what: error.to_string() };
    storage.write(name, &serde_json::to_vec(document).map_err(failed)?)
}
