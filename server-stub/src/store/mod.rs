//! The database: one SQLite file, one thread that writes (`committer`), a pool of readers.
//!
//! What is acknowledged is on the disk: a write returns after its group's commit was flushed. All SQL that changes a
//! device's state stands in [`crate::judging`], queries of pages in [`crate::fleet`].

mod backup;
mod committer;
mod error;
mod number;
pub(crate) mod open;
mod time;

use std::path::{Path, PathBuf};

use deadpool_sqlite::{Hook, HookError, Pool, Runtime};
use rusqlite::Connection;

use self::committer::Committer;
use crate::judging::Desk;

pub(crate) use self::number::number;
pub use self::{
    error::StoreError,
    time::{cut, from_ms, to_ms},
};

/// How many readers work at once.
const READERS: usize = 4;

/// The database of one server. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    path: PathBuf,
    committer: Committer,
    readers: Pool,
}

impl Store {
    /// Opens or makes the database file and brings it to the newest schema.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let committer = Committer::start(open::writer(path)?)?;
        let failed = |error: String| StoreError::Open { path: path.display().to_string(), error };
        let readers = deadpool_sqlite::Config::new(path)
            .builder(Runtime::Tokio1)
            .map_err(|error| failed(error.to_string()))?
            .max_size(READERS)
            .post_create(Hook::async_fn(|reader, _| {
                Box::pin(async move {
                    let set = reader.interact(|connection| {
                        open::settings(connection)?;
                        connection.pragma_update(None, "query_only", true)
                    });
                    match set.await {
                        Ok(Ok(())) => Ok(()),
                        Ok(Err(error)) => Err(HookError::message(error.to_string())),
                        Err(error) => Err(HookError::message(error.to_string())),
                    }
                })
            }))
            .build()
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self { path: path.to_owned(), committer, readers })
    }

    /// Looks at one consistent state of the database.
    pub async fn read<T, F>(&self, look: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let reader = self
            .readers
            .get()
            .await
            .map_err(|error| StoreError::Open { path: self.path.display().to_string(), error: error.to_string() })?;
        reader
            .interact(move |connection| {
                let snapshot = connection.transaction()?;
                look(&snapshot)
            })
            .await
            .map_err(|_| StoreError::Closed)?
    }

    /// Changes what is not a device's state. Returns after the commit has reached the disk.
    pub async fn write<T, F>(&self, act: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.committer
            .commit(move |connection, desk| {
                let done = act(connection)?;
                desk.rules_may_have_changed();
                Ok(done)
            })
            .await
    }

    /// Changes devices' states, with what the writer keeps on its desk.
    pub(crate) async fn commit<T, F>(&self, act: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &mut Desk) -> Result<T, StoreError> + Send + 'static,
    {
        self.committer.commit(act).await
    }

    /// Whether this process can still write.
    pub fn is_alive(&self) -> bool {
        self.committer.is_alive()
    }

    /// Returns when this process can no longer write.
    pub async fn died(&self) {
        self.committer.died().await;
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The journey of every stored text that must parse back.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::row(what, error))
}

/// What is stored as JSON.
pub(crate) fn print<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::row(what, error))
}
