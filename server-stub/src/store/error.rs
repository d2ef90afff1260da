//! Why the store could not do what it was asked.

use rusqlite::ErrorCode;

/// Why the store could not do what it was asked. Nothing of what failed was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full; it works again by itself once there is room.
    #[error("the disk that holds the database is full; make room, nothing else is needed")]
    Full,
    /// Another process held the database for too long.
    #[error("another process holds the database; try again")]
    Busy,
    /// The committer ended; this process cannot write any more.
    #[error("the database cannot be written by this process any more; see the log and restart it")]
    Closed,
    /// The disk refused to keep what was written.
    #[error("the disk failed to keep what was written: {0}; check it before you restart")]
    Disk(String),
    /// A stored row cannot be read.
    #[error("a stored {what} cannot be read: {why}; run `atalaya verify`")]
    Row {
        /// What it is.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// The files are of a newer version.
    #[error(
        "the database was written by a newer version (schema {found}, this one knows {known}); update this program"
    )]
    Newer {
        /// The schema found.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// Anything else of the engine.
    #[error("the database failed: {0}")]
    Sql(rusqlite::Error),
    /// The file could not be opened.
    #[error("{path}: {error}; check the path and its permissions")]
    Open {
        /// The path.
        path: String,
        /// Why not.
        error: String,
    },
}

impl StoreError {
    /// A stored row that cannot be read.
    pub fn row(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Row { what, why: why.to_string() }
    }

    /// Whether the disk can no longer be trusted: the process must end.
    pub(super) const fn is_fatal(&self) -> bool {
        matches!(self, Self::Disk(_) | Self::Closed)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Disk(error.to_string())
            }
            _ => Self::Sql(error),
        }
    }
}
