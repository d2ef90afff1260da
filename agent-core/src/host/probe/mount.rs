//! The table of mounts, `/proc/self/mountinfo` (proc(5)): what is mounted where, and from which device.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::Root;

/// One mounted file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// `major:minor`; major 0 is no block device.
    pub(super) device: String,
    /// Where it is mounted.
    pub(super) point: PathBuf,
    /// Such as `ext4`, `btrfs` or `overlay`.
    pub(super) kind: String,
    /// What was mounted, as the file system names it.
    pub(super) source: String,
    /// The file system's own options.
    pub(super) options: String,
}

/// All mounts that the agent sees, in the order in which they were mounted.
pub(super) struct Mounts(Vec<Mount>);

impl Mounts {
    pub(super) fn read(root: &Root) -> io::Result<Self> {
        let mounts: Vec<Mount> = root.text("/proc/self/mountinfo")?.lines().filter_map(mount).collect();
        if mounts.is_empty() { Err(io::ErrorKind::InvalidData.into()) } else { Ok(Self(mounts)) }
    }

    /// The mount that holds this path: the deepest, and of several there the last.
    pub(super) fn holding(&self, path: &Path) -> Option<&Mount> {
        let holding = self.0.iter().filter(|mount| path.starts_with(&mount.point));
        holding.max_by_key(|mount| mount.point.components().count())
    }

    /// The mounts directly below this folder.
    pub(super) fn directly_below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a Mount> {
        self.0.iter().filter(move |mount| mount.point.parent() == Some(folder))
    }
}

fn mount(line: &str) -> Option<Mount> {
    let (here, there) = line.split_once(" - ")?;
    let mut here = here.split(' ').skip(2);
    let (device, point) = (here.next()?, here.nth(1)?);
    let mut there = there.splitn(3, ' ');
    Some(Mount {
        device: device.to_owned(),
        point: unescaped(point).into(),
        kind: there.next()?.to_owned(),
        source: unescaped(there.next()?),
        options: unescaped(there.next().unwrap_or_default()),
    })
}

/// The kernel writes space, tab, newline and backslash as three octal digits.
fn unescaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let octal = bytes.get(at + 1..at + 4).filter(|digits| bytes[at] == b'\\' && digits.is_ascii());
        let code = octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        out.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 4 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernel_is_read() {
        let line = r"36 35 98:0 /mnt1 /a\040b rw,noatime master:1 shared:2 - ext3 /dev/r\134oot rw,errors=continue";
        let read = mount(line).unwrap();
        assert_eq!((read.device.as_str(), read.point.as_path()), ("98:0", Path::new("/a b")));
        assert_eq!((read.kind.as_str(), read.source.as_str()), ("ext3", r"/dev/r\oot"));
        assert_eq!(mount("nothing of the kind"), None);
        assert_eq!(unescaped(r"end\04"), r"end\04");
    }

    #[test]
    fn the_deepest_and_last_mount_holds_a_path() {
        let at = |device: &str, point: &str| mount(&format!("1 1 {device} / {point} rw - ext4 x rw")).unwrap();
        let mounts = Mounts(vec![at("8:1", "/"), at("8:2", "/home"), at("8:3", "/home"), at("8:4", "/homeless")]);
        let device = |path: &str| mounts.holding(Path::new(path)).unwrap().device.clone();
        assert_eq!(device("/home/ana"), "8:3");
        assert_eq!(device("/var"), "8:1");
        assert_eq!(mounts.directly_below(Path::new("/")).count(), 3);
    }
}
