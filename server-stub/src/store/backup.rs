//! A hot copy: one consistent file, made while the server works.

use std::path::Path;

use super::{Store, StoreError};

impl Store {
    /// Copies the database into a new file beside running work. The signing keys are not in it.
    ///
    /// # Errors
    /// Refuses to write over a file that exists.
    pub async fn backup(&self, to: &Path) -> Result<u64, StoreError> {
        let failed = |error: String| StoreError::Open { path: to.display().to_string(), error };
        if to.exists() {
            return Err(failed("this file exists; name a new one".to_owned()));
        }
        let target = to.display().to_string();
        self.read_outside(move |connection| {
            // VACUUM INTO sees one snapshot, holds no writer up and leaves a compact file.
            connection.execute("VACUUM INTO ?1", [&target])?;
            Ok(())
        })
        .await?;
        let file = std::fs::File::open(to).map_err(|error| failed(error.to_string()))?;
        file.sync_all().map_err(|error| failed(error.to_string()))?;
        Ok(file.metadata().map_err(|error| failed(error.to_string()))?.len())
    }

    /// Runs on a connection of its own, outside any transaction.
    async fn read_outside<T, F>(&self, act: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&rusqlite::Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let path = self.path().to_owned();
        tokio::task::spawn_blocking(move || {
            let connection = rusqlite::Connection::open_with_flags(path, super::open::reader_flags())?;
            super::open::settings(&connection)?;
            act(&connection)
        })
        .await
        .map_err(|_| StoreError::Closed)?
    }
}
