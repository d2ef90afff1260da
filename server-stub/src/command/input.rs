//! Files that an administrator hands in. Every fault names the file, the place and what to do.

use std::path::{Path, PathBuf};

use agent_core::judge::document::LONGEST;
use serde::de::DeserializeOwned;

use crate::encoding::utf8;

/// A file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum InputError {
    #[error("{}: cannot be read: {error}; check the path and its permissions", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("{}: is longer than {} KiB; this is not such a file", path.display(), longest / 1024)]
    TooLong { path: PathBuf, longest: usize },
    #[error("{}: is not text in UTF-8", path.display())]
    NotText { path: PathBuf },
    #[error("{}:{line}:{column}: {what}", path.display())]
    Json { path: PathBuf, line: usize, column: usize, what: String },
}

/// The name of a file as faults show it.
pub(super) fn name(path: &Path) -> String {
    path.display().to_string()
}

/// The text of a file, at most as long as a document may be.
pub(super) fn text(path: &Path) -> Result<String, InputError> {
    String::from_utf8(utf8(&bytes(path, LONGEST)?).into_owned())
        .map_err(|_| InputError::NotText { path: path.to_owned() })
}

/// What is in a file, at most this long.
pub(super) fn bytes(path: &Path, longest: usize) -> Result<Vec<u8>, InputError> {
    let unreadable = |error| InputError::Unreadable { path: path.to_owned(), error };
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > longest as u64 {
        return Err(InputError::TooLong { path: path.to_owned(), longest });
    }
    std::fs::read(path).map_err(unreadable)
}

/// A JSON document of a known shape.
pub(super) fn json<T: DeserializeOwned>(path: &Path) -> Result<T, InputError> {
    serde_json::from_str(&text(path)?).map_err(|error| {
        let told = error.to_string();
        let what = told.split(" at line ").next().unwrap_or(&told).to_owned();
        InputError::Json { path: path.to_owned(), line: error.line(), column: error.column(), what }
    })
}
