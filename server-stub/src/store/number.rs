//! Numbers as SQLite keeps them.

use super::StoreError;

/// A number as SQLite keeps it.
pub(crate) fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|error| StoreError::row("number", error))
}
