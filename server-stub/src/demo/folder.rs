//! Where a demo lives: a temporary folder, or one that is kept.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// The file that marks a folder as a demo's, so that a demo never opens a company's real data.
const MARK: &str = "demo.json";
/// The database's file.
const DATABASE: &str = "atalaya.db";

/// A demo's folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    // Dropped, it takes the temporary folder away.
    temporary: Option<TempDir>,
}

/// What stands in the mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Mark {
    /// Whether the history was made to its end.
    whole: bool,
}

/// What is in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing yet.
    Nothing,
    /// A demo whose history was made.
    Demo,
}

/// The folder cannot be a demo's.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is a database that no demo made.
    #[error("{} holds data that no demo made; name another folder with --data, or serve it with `atalaya serve`", .0.display())]
    NotADemo(PathBuf),
    /// An earlier demo was ended before its history was made.
    #[error("{} holds a demo whose history was not made to its end; remove it, or name another folder with --data", .0.display())]
    Unfinished(PathBuf),
    /// The folder cannot be used.
    #[error("{}: {error}; name another folder with --data", path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl Folder {
    /// The folder that was named, or a temporary one.
    pub(super) fn open(named: Option<&Path>) -> Result<Self, FolderError> {
        let unusable = |path: &Path, error| FolderError::Unusable { path: path.to_owned(), error };
        if let Some(path) = named {
            std::fs::create_dir_all(path).map_err(|error| unusable(path, error))?;
            return Ok(Self { path: path.to_owned(), temporary: None });
        }
        let made = tempfile::Builder::new().prefix("atalaya-demo-").tempdir();
        let temporary = made.map_err(|error| unusable(&std::env::temp_dir(), error))?;
        Ok(Self { path: temporary.path().to_owned(), temporary: Some(temporary) })
    }

    /// The path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is kept after the end.
    pub(super) const fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// Where this machine's agent keeps its state.
    pub(super) fn machine(&self) -> PathBuf {
        self.path.join("this-machine")
    }

    /// What is in it.
    pub(super) fn content(&self) -> Result<Content, FolderError> {
        match std::fs::read(self.path.join(MARK)) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(Mark { whole: true }) => Ok(Content::Demo),
                Ok(Mark { whole: false }) => Err(FolderError::Unfinished(self.path.clone())),
                Err(_) => Err(FolderError::NotADemo(self.path.clone())),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.path.join(DATABASE).exists() {
                    return Err(FolderError::NotADemo(self.path.clone()));
                }
                Ok(Content::Nothing)
            }
            Err(error) => Err(FolderError::Unusable { path: self.path.clone(), error }),
        }
    }

    /// Marks it: as begun, or as whole.
    pub(super) fn mark(&self, whole: bool) -> Result<(), FolderError> {
        let text = if whole { "{\"whole\":true}\n" } else { "{\"whole\":false}\n" };
        let written = std::fs::write(self.path.join(MARK), text);
        written.map_err(|error| FolderError::Unusable { path: self.path.clone(), error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_a_demos_only_once_its_history_is_whole() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(Some(&place.path().join("new"))).unwrap();
        assert!(folder.is_kept());
        assert_eq!(folder.content().unwrap(), Content::Nothing);
        folder.mark(false).unwrap();
        assert!(matches!(folder.content(), Err(FolderError::Unfinished(_))));
        folder.mark(true).unwrap();
        assert_eq!(folder.content().unwrap(), Content::Demo);
    }

    #[test]
    fn a_companys_data_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join(DATABASE), "").unwrap();
        let folder = Folder::open(Some(place.path())).unwrap();
        assert!(matches!(folder.content(), Err(FolderError::NotADemo(_))));
    }

    #[test]
    fn a_temporary_folder_goes_with_its_demo() {
        let folder = Folder::open(None).unwrap();
        let path = folder.path().to_owned();
        assert!(path.is_dir() && !folder.is_kept());
        drop(folder);
        assert!(!path.exists());
    }
}
