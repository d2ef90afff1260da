//! Block devices as sysfs stacks them: `slaves/` names what a device is made of, a partition lies in its disk's folder.

use std::{
    cell::Cell,
    io,
    path::{Path, PathBuf},
};

use super::{DEEPEST, Mounts, Root, Under, UnknownReason, below, why};

/// The kinds of dm-crypt device that cryptsetup makes and that encrypt (`CRYPT-VERITY`, `CRYPT-INTEGRITY` and
/// `CRYPT-SUBDEV` only check, and stand on what they check).
const ENCRYPTING: [&str; 7] = ["LUKS1", "LUKS2", "PLAIN", "LOOPAES", "TCRYPT", "BITLK", "FVAULT2"];

/// Devices whose disks are elsewhere, in memory or behind a driver that sysfs does not show.
const ELSEWHERE: [&str; 7] = ["drbd", "nbd", "ram", "rbd", "ublkb", "zd", "zram"];

/// The block devices of a machine.
pub(super) struct Blocks<'a> {
    pub(super) root: &'a Root,
    pub(super) mounts: &'a Mounts,
    /// How many more devices are looked at: what is deeper or wider than any real stack is a ring.
    pub(super) steps: Cell<u16>,
}

impl Blocks<'_> {
    /// What is under the device with this `major:minor`.
    pub(super) fn numbered(&self, device: &str, depth: usize) -> Under {
        self.found(&Path::new("/sys/dev/block").join(device), depth)
    }

    /// What is under a btrfs, which may span several devices and is mounted under the name of one.
    pub(super) fn btrfs(&self, source: &str, depth: usize) -> Under {
        let devices = self.name(source).and_then(|name| self.btrfs_of(&name));
        match devices {
            Ok(Some(devices)) => Under::all(devices.iter().map(|device| self.found(device, depth))),
            // The name it was mounted under is one device of perhaps several: no answer for the others.
            Ok(None) => Under::Unclear(UnknownReason::ProbeFailed),
            Err(error) => Under::Unclear(why(&error)),
        }
    }

    /// All devices of the btrfs that this one belongs to.
    fn btrfs_of(&self, name: &str) -> io::Result<Option<Vec<PathBuf>>> {
        for id in self.root.names("/sys/fs/btrfs")? {
            let devices = Path::new("/sys/fs/btrfs").join(id).join("devices");
            if self.root.exists(devices.join(name)) {
                let names = self.root.names(&devices)?;
                return Ok(Some(names.iter().map(|name| devices.join(name)).collect()));
            }
        }
        Ok(None)
    }

    /// The kernel's name of a device that is mounted as `/dev/…`: a link is followed, a mapping is looked up.
    fn name(&self, source: &str) -> io::Result<String> {
        let source = self.root.resolved(source).unwrap_or_else(|_| source.into());
        let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if source.parent() == Some(Path::new("/dev/mapper")) {
            for device in self.root.names("/sys/block")? {
                let mapped = self.root.text(Path::new("/sys/block").join(&device).join("dm/name"));
                if mapped.is_ok_and(|mapped| mapped.trim_end() == name) {
                    return Ok(device);
                }
            }
        }
        Ok(name)
    }

    fn found(&self, link: &Path, depth: usize) -> Under {
        match self.root.resolved(link) {
            Ok(folder) => self.device(&folder, depth),
            Err(error) => Under::Unclear(why(&error)),
        }
    }

    /// What is under the device whose folder in sysfs this is.
    fn device(&self, folder: &Path, depth: usize) -> Under {
        let steps = self.steps.get();
        if depth > DEEPEST || steps == 0 {
            return Under::Unclear(UnknownReason::ProbeFailed);
        }
        self.steps.set(steps - 1);
        match self.mapping(folder) {
            Ok(Some(mapping)) if encrypts(&mapping) => return Under::Encrypted,
            Ok(_) => {}
            Err(error) => return Under::Unclear(why(&error)),
        }
        let parts = match self.root.names(folder.join("slaves")) {
            Ok(parts) => parts,
            Err(error) => return Under::Unclear(why(&error)),
        };
        if !parts.is_empty() {
            return Under::all(parts.iter().map(|part| self.found(&folder.join("slaves").join(part), depth + 1)));
        }
        match folder.parent() {
            Some(disk) if self.root.exists(folder.join("partition")) => self.device(disk, depth + 1),
            _ if self.root.exists(folder.join("loop/backing_file")) => self.loop_device(folder, depth),
            _ => self.last(folder),
        }
    }

    fn mapping(&self, folder: &Path) -> io::Result<Option<String>> {
        match self.root.text(folder.join("dm/uuid")) {
            Ok(id) => Ok(Some(id.trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A file in place of a disk: what is under the file system that holds it.
    fn loop_device(&self, folder: &Path, depth: usize) -> Under {
        let file = match self.root.text(folder.join("loop/backing_file")) {
            Ok(file) => PathBuf::from(file.trim_end_matches('\n')),
            Err(error) => return Under::Unclear(why(&error)),
        };
        match self.mounts.holding(&file) {
            Some(mount) if file.is_absolute() && self.root.exists(&file) => below(self, mount, depth + 1),
            _ => Under::Unclear(UnknownReason::ProbeFailed),
        }
    }

    /// A device that stands on no other. One with a `device` of its own is a disk; a mapping or an array without
    /// parts was not understood.
    fn last(&self, folder: &Path) -> Under {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let family = name.trim_end_matches(|one: char| one.is_ascii_digit());
        if ELSEWHERE.contains(&family) {
            Under::Unclear(UnknownReason::NotSupported)
        } else if self.root.exists(folder.join("device")) {
            Under::Plain
        } else {
            Under::Unclear(UnknownReason::ProbeFailed)
        }
    }
}

/// Whether a device-mapper's `uuid`, such as `CRYPT-LUKS2-8f3a…-luks-home`, is that of an encrypting one.
fn encrypts(mapping: &str) -> bool {
    let kind = mapping.strip_prefix("CRYPT-").and_then(|rest| rest.split('-').next());
    kind.is_some_and(|kind| ENCRYPTING.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_encrypts_counts() {
        for mapping in ["CRYPT-LUKS2-0123456789abcdef-root", "CRYPT-PLAIN-swap", "CRYPT-BITLK-x"] {
            assert!(encrypts(mapping), "{mapping}");
        }
        for mapping in ["CRYPT-VERITY-abc-usr", "CRYPT-INTEGRITY-x", "CRYPT-SUBDEV-x", "LVM-abc", "", "CRYPT", "crypt-"]
        {
            assert!(!encrypts(mapping), "{mapping}");
        }
    }
}
