//! The primitive operations that a file storage is made of. Each can be the last before the power goes.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use super::Lock;

/// A file system, operation by operation. Nothing is durable before it is synchronised.
pub(crate) trait Disk: Send + Sync {
    /// Makes a folder that only this user may enter, with those above it.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes or empties a file that only this user may read, and writes these bytes.
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Adds bytes to a file, made where there is none; its length after.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<u64>;
    /// Makes a file's bytes durable.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Gives a file another name, in the place of what had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Takes a file's name away.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// A file's bytes.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// The names in a folder.
    fn names(&self, path: &Path) -> io::Result<Vec<String>>;
    /// Holds a lock file; none where another holds it and `wait` is false.
    fn lock(&self, path: &Path, wait: bool) -> io::Result<Option<Lock>>;
}

/// The system's file system.
#[derive(Debug, Clone, Copy)]
pub(super) struct SystemDisk;

impl Disk for SystemDisk {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path)?;
        #[cfg(unix)]
        close_to_others(path)?;
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), |parent| self.sync_folder(parent))
    }

    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        private().write(true).create(true).truncate(true).open(path)?.write_all(bytes)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<u64> {
        let mut file = private().append(true).create(true).open(path)?;
        file.write_all(bytes)?;
        Ok(file.metadata()?.len())
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        OpenOptions::new().append(true).open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        // Windows keeps names durable by itself and cannot open a folder as a file.
        if cfg!(windows) { Ok(()) } else { File::open(path)?.sync_all() }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn names(&self, path: &Path) -> io::Result<Vec<String>> {
        fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn lock(&self, path: &Path, wait: bool) -> io::Result<Option<Lock>> {
        let file = private().write(true).create(true).truncate(false).open(path)?;
        if wait {
            file.lock()?;
        } else {
            match file.try_lock() {
                Ok(()) => {}
                Err(fs::TryLockError::WouldBlock) => return Ok(None),
                Err(fs::TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(Some(Lock::held_by(file)))
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A folder that was there before and is still empty becomes this agent's own. One with other files in it is left
/// as it is: it may be anybody's, and each file in it is closed by itself.
#[cfg(unix)]
fn close_to_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let open = fs::metadata(path)?.permissions().mode() & 0o077 != 0;
    if open && fs::read_dir(path)?.next().is_none() {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}
