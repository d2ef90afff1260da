//! Storage in a folder of small files, atomic and durable.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    Lock, Storage, StorageError,
    disk::{Disk, SystemDisk},
};

/// A folder (mode 0700) of files (mode 0600).
///
/// A write makes a new file beside the old one, synchronises it, renames it over the old one and synchronises the
/// folder. What an interrupted write left behind is never read, and is cleared when the storage is opened.
pub struct FileStorage {
    folder: PathBuf,
    disk: Box<dyn Disk>,
}

/// Held while files change, so that two processes never share a half-written one.
const WRITING: &str = "writing";

impl FileStorage {
    /// Opens the storage in this folder, made where there is none.
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        Self::on(Box::new(SystemDisk), folder)
    }

    pub(crate) fn on(disk: Box<dyn Disk>, folder: &Path) -> Result<Self, StorageError> {
        let storage = Self { folder: folder.to_owned(), disk };
        let failed = |error: io::Error| StorageError::from_io(&folder.display().to_string(), &error);
        storage.disk.make_folder(folder).map_err(failed)?;
        let _writing = storage.lock(WRITING)?;
        for name in storage.disk.names(folder).map_err(failed)? {
            if is_temporary(&name) {
                storage.disk.remove(&folder.join(name)).map_err(failed)?;
            }
        }
        Ok(storage)
    }

    /// The path of a name. A name that could leave the folder is a mistake of the caller.
    fn path(&self, name: &str) -> Result<PathBuf, StorageError> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
        if name.is_empty() || name.starts_with('.') || !name.bytes().all(allowed) {
            return Err(StorageError::Failed { name: name.to_owned(), what: "no name for stored bytes".to_owned() });
        }
        Ok(self.folder.join(name))
    }

    fn hold(&self, name: &str, wait: bool) -> Result<Option<Lock>, StorageError> {
        let path = self.path(name)?.with_file_name(format!(".{name}.lock"));
        self.disk.lock(&path, wait).map_err(|error| StorageError::from_io(name, &error))
    }
}

fn temporary(path: &Path) -> PathBuf {
    path.with_file_name(format!(".{}.new", path.file_name().unwrap_or_default().to_string_lossy()))
}

fn is_temporary(name: &str) -> bool {
    name.strip_prefix('.').is_some_and(|name| name.strip_suffix(".new").is_some())
}

impl Storage for FileStorage {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        match self.disk.read(&self.path(name)?) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StorageError::from_io(name, &error)),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let path = self.path(name)?;
        let new = temporary(&path);
        let _writing = self.lock(WRITING)?;
        let written = self
            .disk
            .create(&new, bytes)
            .and_then(|()| self.disk.sync(&new))
            .and_then(|()| self.disk.rename(&new, &path))
            .and_then(|()| self.disk.sync_folder(&self.folder));
        written.map_err(|error| StorageError::from_io(name, &error))
    }

    fn append(&self, name: &str, bytes: &[u8]) -> Result<u64, StorageError> {
        let path = self.path(name)?;
        let _writing = self.lock(WRITING)?;
        let appended = self.disk.append(&path, bytes).and_then(|length| {
            self.disk.sync(&path)?;
            // Always: who made the file may have been killed before its name was durable.
            self.disk.sync_folder(&self.folder)?;
            Ok(length)
        });
        appended.map_err(|error| StorageError::from_io(name, &error))
    }

    fn remove(&self, name: &str) -> Result<(), StorageError> {
        let path = self.path(name)?;
        let _writing = self.lock(WRITING)?;
        match self.disk.remove(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.and_then(|()| self.disk.sync_folder(&self.folder)),
        }
        .map_err(|error| StorageError::from_io(name, &error))
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        let names = self.disk.names(&self.folder).map_err(|error| StorageError::from_io(prefix, &error))?;
        let mut names: Vec<String> =
            names.into_iter().filter(|name| !name.starts_with('.') && name.starts_with(prefix)).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn lock(&self, name: &str) -> Result<Lock, StorageError> {
        let failed = || StorageError::Failed { name: name.to_owned(), what: "the lock was not given".to_owned() };
        self.hold(name, true)?.ok_or_else(failed)
    }

    fn try_lock(&self, name: &str) -> Result<Option<Lock>, StorageError> {
        self.hold(name, false)
    }
}
