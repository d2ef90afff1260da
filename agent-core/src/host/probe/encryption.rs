//! Whether what is stored on this Linux machine is encrypted: every disk under `/`, `/home` and each home that is
//! mounted by itself is followed down through sysfs, and every way down must pass through dm-crypt.
//!
//! Not seen, and so never counted as encryption: self-encrypting drives (unless cryptsetup drives them), a hypervisor's
//! or a cloud's encryption of a virtual disk, and the null cipher that cryptsetup can be told to use. Not read, and so
//! unknown: encryption of single folders (fscrypt), ZFS, and file systems of another machine.

mod block;

use std::{
    cell::Cell,
    path::{Path, PathBuf},
};

use block::Blocks;

use super::{Reading, Root, StorageEncryption, UnknownReason, mount::Mount, mount::Mounts, why};

/// What is under one mount or device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Under {
    /// Every way down passes through encryption.
    Encrypted,
    /// A way was followed down to a plain disk.
    Plain,
    /// A way could not be followed.
    Unclear(UnknownReason),
}

impl Under {
    /// Plain if any is, else unclear if any is: one plain disk is enough to read what lies on it.
    fn all(each: impl IntoIterator<Item = Self>) -> Self {
        each.into_iter().fold(Self::Encrypted, |so_far, one| match (so_far, one) {
            (Self::Plain, _) | (_, Self::Plain) => Self::Plain,
            (Self::Unclear(reason), _) | (_, Self::Unclear(reason)) => Self::Unclear(reason),
            (Self::Encrypted, Self::Encrypted) => Self::Encrypted,
        })
    }
}

/// How storage is encrypted.
pub(super) fn of(root: &Root) -> Reading<StorageEncryption> {
    let mounts = match Mounts::read(root) {
        Ok(mounts) => mounts,
        Err(error) => return Reading::unknown(why(&error)),
    };
    let home = root.resolved("/home").unwrap_or_else(|_| "/home".into());
    let (blocks, mut under) = (Blocks { root, mounts: &mounts, steps: Cell::new(2000) }, Vec::new());
    for path in [Path::new("/"), &home] {
        let Some(mount) = mounts.holding(path) else { return Reading::unknown(UnknownReason::ProbeFailed) };
        under.push(below(&blocks, mount, 0));
    }
    // A person's home may be a disk of its own; what is no disk there (a share, a view of memory) stores nothing here.
    under.extend(mounts.directly_below(&home).filter(|mount| is_block(mount)).map(|mount| below(&blocks, mount, 0)));
    match Under::all(under) {
        Under::Encrypted => Reading::reported(StorageEncryption::WholeDisk),
        Under::Plain => Reading::reported(StorageEncryption::Inactive),
        Under::Unclear(reason) => Reading::unknown(reason),
    }
}

/// Stacks deeper than this are a ring.
const DEEPEST: usize = 24;

fn is_block(mount: &Mount) -> bool {
    !mount.device.starts_with("0:") || mount.kind == "btrfs"
}

fn below(blocks: &Blocks<'_>, mount: &Mount, depth: usize) -> Under {
    if depth > DEEPEST {
        return Under::Unclear(UnknownReason::ProbeFailed);
    }
    let under = match mount.kind.as_str() {
        "btrfs" => blocks.btrfs(&mount.source, depth),
        "overlay" => overlay(blocks, mount, depth),
        // Its devices and its own encryption do not show in sysfs.
        "bcachefs" => Under::Unclear(UnknownReason::NotSupported),
        _ if is_block(mount) => blocks.numbered(&mount.device, depth),
        // ZFS tells its datasets' encryption only through its own tools; a network's or a host's file system not at all.
        _ => Under::Unclear(UnknownReason::NotSupported),
    };
    // fscrypt encrypts folders, and which ones only an ioctl tells: where it is set up, plain is not the whole truth.
    let folders = under == Under::Plain && blocks.root.exists(mount.point.join(".fscrypt"));
    if folders { Under::Unclear(UnknownReason::NotSupported) } else { under }
}

/// The layers of an overlay, where they are folders that this process sees; a container's are not.
fn overlay(blocks: &Blocks<'_>, overlay: &Mount, depth: usize) -> Under {
    let named = |name: &str| overlay.options.split(',').find_map(|option| option.strip_prefix(name));
    let layers = named("upperdir=").into_iter().chain(named("lowerdir=").into_iter().flat_map(|all| all.split(':')));
    let layers: Vec<PathBuf> = layers.filter(|layer| !layer.is_empty()).map(PathBuf::from).collect();
    if layers.is_empty() {
        return Under::Unclear(UnknownReason::NotSupported);
    }
    Under::all(layers.iter().map(|layer| match blocks.mounts.holding(layer) {
        Some(mount) if mount != overlay && layer.is_absolute() && blocks.root.exists(layer) => {
            below(blocks, mount, depth + 1)
        }
        _ => Under::Unclear(UnknownReason::NotSupported),
    }))
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
