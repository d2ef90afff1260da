//! Machines built of folders and links, as sysfs shows real ones.

use std::{fmt::Write, fs, os::unix::fs::symlink};

use super::*;

struct Machine {
    folder: tempfile::TempDir,
    mounts: String,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap(), mounts: String::new() };
        fs::create_dir_all(machine.at("home")).unwrap();
        machine
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), text).unwrap();
    }

    /// A folder in sysfs, found by its number and by its name.
    fn block(&self, number: &str, name: &str, folder: &str) {
        fs::create_dir_all(self.at("sys/devices").join(folder)).unwrap();
        for place in [format!("sys/dev/block/{number}"), format!("sys/block/{name}")] {
            fs::create_dir_all(self.at(&place).parent().unwrap()).unwrap();
            let up = "../".repeat(place.matches('/').count() - 1);
            symlink(format!("{up}devices/{folder}"), self.at(&place)).unwrap();
        }
    }

    fn disk(&self, number: &str, name: &str) {
        self.block(number, name, &format!("pci0/block/{name}"));
        fs::create_dir_all(self.at(&format!("sys/devices/pci0/block/{name}/device"))).unwrap();
    }

    fn partition(&self, number: &str, disk: &str, name: &str) {
        self.block(number, name, &format!("pci0/block/{disk}/{name}"));
        self.write(&format!("sys/devices/pci0/block/{disk}/{name}/partition"), "1\n");
    }

    /// A device without hardware, made of others.
    fn stacked(&self, number: &str, name: &str, uuid: Option<&str>, on: &[&str]) {
        self.block(number, name, &format!("virtual/block/{name}"));
        let slaves = self.at(&format!("sys/devices/virtual/block/{name}/slaves"));
        fs::create_dir_all(&slaves).unwrap();
        for part in on {
            symlink(format!("../../../../../block/{part}"), slaves.join(part)).unwrap();
        }
        if let Some(uuid) = uuid {
            self.write(&format!("sys/devices/virtual/block/{name}/dm/uuid"), &format!("{uuid}\n"));
            self.write(&format!("sys/devices/virtual/block/{name}/dm/name"), &format!("mapped-{name}\n"));
        }
    }

    fn mount(mut self, device: &str, point: &str, rest: &str) -> Self {
        let _ = writeln!(self.mounts, "1 1 {device} / {point} rw,relatime shared:1 - {rest}");
        self
    }

    fn reading(&self) -> Reading<StorageEncryption> {
        self.write("proc/self/mountinfo", &self.mounts);
        of(&Root::at(self.folder.path()))
    }
}

const LUKS: Option<&str> = Some("CRYPT-LUKS2-0123456789abcdef0123456789abcdef-mapped");
const LVM: Option<&str> = Some("LVM-abcdefghijklmnopqrstuvwxyz");

fn whole() -> Reading<StorageEncryption> {
    Reading::reported(StorageEncryption::WholeDisk)
}

fn inactive() -> Reading<StorageEncryption> {
    Reading::reported(StorageEncryption::Inactive)
}

fn failed() -> Reading<StorageEncryption> {
    Reading::unknown(UnknownReason::ProbeFailed)
}

fn not_supported() -> Reading<StorageEncryption> {
    Reading::unknown(UnknownReason::NotSupported)
}

/// A disk with one partition, 8:1.
fn machine_with_partition() -> Machine {
    let machine = Machine::new();
    machine.disk("8:0", "sda");
    machine.partition("8:1", "sda", "sda1");
    machine
}

#[test]
fn a_plain_disk_is_not_encrypted() {
    assert_eq!(machine_with_partition().mount("8:1", "/", "ext4 /dev/sda1 rw").reading(), inactive());
    let machine = Machine::new();
    machine.disk("254:0", "vda");
    assert_eq!(machine.mount("254:0", "/", "ext4 /dev/vda rw").reading(), inactive());
}

#[test]
fn luks_on_a_partition_is_encrypted() {
    let machine = machine_with_partition();
    machine.stacked("253:0", "dm-0", LUKS, &["sda1"]);
    assert_eq!(machine.mount("253:0", "/", "ext4 /dev/mapper/root rw").reading(), whole());
}

#[test]
fn lvm_on_luks_and_luks_on_lvm_are_encrypted() {
    for (below, above) in [(LUKS, LVM), (LVM, LUKS)] {
        let machine = machine_with_partition();
        machine.stacked("253:0", "dm-0", below, &["sda1"]);
        machine.stacked("253:1", "dm-1", above, &["dm-0"]);
        assert_eq!(machine.mount("253:1", "/", "xfs /dev/mapper/vg-root rw").reading(), whole());
    }
}

#[test]
fn lvm_alone_and_checking_alone_are_not_encrypted() {
    for uuid in [LVM, Some("CRYPT-VERITY-0123-usr"), Some("CRYPT-INTEGRITY-x")] {
        let machine = machine_with_partition();
        machine.stacked("253:0", "dm-0", uuid, &["sda1"]);
        assert_eq!(machine.mount("253:0", "/", "ext4 /dev/mapper/x rw").reading(), inactive());
    }
}

#[test]
fn a_cache_must_be_encrypted_as_well_as_what_it_caches() {
    for (cache, expected) in [("dm-1", whole()), ("sdb", inactive())] {
        let machine = machine_with_partition();
        machine.disk("8:16", "sdb");
        machine.stacked("253:0", "dm-0", LUKS, &["sda1"]);
        machine.stacked("253:1", "dm-1", LUKS, &["sdb"]);
        machine.stacked("252:0", "bcache0", None, &["dm-0", cache]);
        assert_eq!(machine.mount("252:0", "/", "ext4 /dev/bcache0 rw").reading(), expected);
    }
}

#[test]
fn an_array_is_encrypted_only_as_a_whole() {
    for (second, expected) in [("dm-1", whole()), ("sdb", inactive()), ("gone", failed())] {
        let machine = machine_with_partition();
        machine.disk("8:16", "sdb");
        machine.stacked("253:0", "dm-0", LUKS, &["sda1"]);
        machine.stacked("253:1", "dm-1", LUKS, &["sdb"]);
        machine.stacked("9:0", "md0", None, &["dm-0", second]);
        assert_eq!(machine.mount("9:0", "/", "ext4 /dev/md0 rw").reading(), expected, "{second}");
    }
}

#[test]
fn a_partition_of_an_array_stands_on_the_arrays_disks() {
    let machine = machine_with_partition();
    machine.stacked("253:0", "dm-0", LUKS, &["sda1"]);
    machine.stacked("9:0", "md0", None, &["dm-0"]);
    machine.block("259:0", "md0p1", "virtual/block/md0/md0p1");
    machine.write("sys/devices/virtual/block/md0/md0p1/partition", "1\n");
    assert_eq!(machine.mount("259:0", "/", "ext4 /dev/md0p1 rw").reading(), whole());
}

fn machine_with_encrypted_root() -> Machine {
    let machine = machine_with_partition();
    machine.stacked("253:0", "dm-0", LUKS, &["sda1"]);
    machine.disk("8:16", "sdb");
    machine.mount("253:0", "/", "ext4 /dev/mapper/root rw")
}

#[test]
fn a_home_of_its_own_must_be_encrypted_too() {
    assert_eq!(machine_with_encrypted_root().mount("8:16", "/home", "ext4 /dev/sdb rw").reading(), inactive());
    assert_eq!(machine_with_encrypted_root().mount("8:16", "/home/ana", "ext4 /dev/sdb rw").reading(), inactive());
    assert_eq!(machine_with_encrypted_root().mount("8:16", "/srv", "ext4 /dev/sdb rw").reading(), whole());
    assert_eq!(machine_with_encrypted_root().mount("0:50", "/home/ana", "fuse.sshfs x rw").reading(), whole());
    assert_eq!(machine_with_encrypted_root().mount("0:50", "/home", "nfs4 files:/home rw").reading(), not_supported());
    let machine = machine_with_partition();
    machine.stacked("253:0", "dm-0", LUKS, &["sda1"]);
    machine.disk("8:16", "sdb");
    let machine = machine.mount("8:16", "/", "ext4 /dev/sdb rw").mount("253:0", "/home", "ext4 x rw");
    assert_eq!(machine.reading(), inactive(), "an encrypted home on a plain system");
}

#[test]
fn a_home_that_is_a_link_is_followed() {
    let machine = machine_with_encrypted_root();
    fs::remove_dir(machine.at("home")).unwrap();
    fs::create_dir_all(machine.at("var/home")).unwrap();
    symlink("var/home", machine.at("home")).unwrap();
    assert_eq!(machine.mount("8:16", "/var/home", "ext4 /dev/sdb rw").reading(), inactive());
}

#[test]
fn a_btrfs_is_encrypted_only_on_all_its_devices() {
    for (devices, expected) in [(vec!["dm-0"], whole()), (vec!["dm-0", "sdb"], inactive()), (vec![], failed())] {
        let machine = machine_with_partition();
        machine.stacked("253:0", "dm-0", LUKS, &["sda1"]);
        machine.disk("8:16", "sdb");
        fs::create_dir_all(machine.at("sys/fs/btrfs/features")).unwrap();
        fs::create_dir_all(machine.at("sys/fs/btrfs/0a-1b/devices")).unwrap();
        for name in devices {
            symlink(format!("../../../../block/{name}"), machine.at("sys/fs/btrfs/0a-1b/devices").join(name)).unwrap();
        }
        let machine = machine.mount("0:30", "/", "btrfs /dev/mapper/mapped-dm-0 rw,subvol=/root");
        assert_eq!(machine.reading(), expected);
    }
}

#[test]
fn a_btrfs_mounted_by_a_link_is_found() {
    let machine = machine_with_partition();
    fs::create_dir_all(machine.at("sys/fs/btrfs/0a-1b/devices")).unwrap();
    symlink("../../../../block/sda1", machine.at("sys/fs/btrfs/0a-1b/devices/sda1")).unwrap();
    machine.write("dev/sda1", "");
    fs::create_dir_all(machine.at("dev/vg")).unwrap();
    symlink("../sda1", machine.at("dev/vg/root")).unwrap();
    assert_eq!(machine.mount("0:30", "/", "btrfs /dev/vg/root rw").reading(), inactive());
}

#[test]
fn an_overlay_is_as_encrypted_as_its_layers() {
    let layers = "overlay overlay rw,lowerdir=/disk/lower,upperdir=/disk/upper,workdir=/disk/work";
    let machine = machine_with_partition();
    machine.stacked("253:0", "dm-0", LUKS, &["sda1"]);
    fs::create_dir_all(machine.at("disk/lower")).unwrap();
    fs::create_dir_all(machine.at("disk/upper")).unwrap();
    let machine = machine.mount("0:40", "/", layers).mount("253:0", "/disk", "ext4 /dev/mapper/root rw");
    assert_eq!(machine.reading(), whole());
    // In a container the layers are folders of the host: they are not seen, or would be found inside the overlay itself.
    let container = Machine::new().mount("0:40", "/", layers);
    assert_eq!(container.reading(), not_supported());
    fs::create_dir_all(container.at("disk/lower")).unwrap();
    fs::create_dir_all(container.at("disk/upper")).unwrap();
    assert_eq!(container.reading(), not_supported());
}

#[test]
fn a_file_as_a_disk_is_as_encrypted_as_what_holds_it() {
    let machine = machine_with_encrypted_root();
    machine.block("7:0", "loop0", "virtual/block/loop0");
    machine.write("sys/devices/virtual/block/loop0/loop/backing_file", "/srv/home.img\n");
    let machine = machine.mount("7:0", "/home", "ext4 /dev/loop0 rw").mount("8:16", "/srv", "ext4 /dev/sdb rw");
    assert_eq!(machine.reading(), failed(), "the file is not seen");
    machine.write("srv/home.img", "");
    assert_eq!(machine.reading(), inactive());
}

#[test]
fn folders_encrypted_by_fscrypt_and_other_file_systems_are_unknown() {
    let machine = machine_with_partition().mount("8:1", "/", "ext4 /dev/sda1 rw");
    fs::create_dir_all(machine.at(".fscrypt/policies")).unwrap();
    assert_eq!(machine.reading(), not_supported());
    assert_eq!(Machine::new().mount("0:26", "/", "zfs rpool/ROOT/debian rw").reading(), not_supported());
    assert_eq!(Machine::new().mount("0:26", "/", "9p host rw").reading(), not_supported());
}

#[test]
fn what_is_not_a_disk_is_not_called_one() {
    let machine = Machine::new();
    machine.stacked("43:0", "nbd0", None, &[]);
    assert_eq!(machine.mount("43:0", "/", "ext4 /dev/nbd0 rw").reading(), not_supported());
    let machine = Machine::new();
    machine.stacked("253:0", "dm-0", LVM, &[]);
    assert_eq!(machine.mount("253:0", "/", "ext4 /dev/dm-0 rw").reading(), failed(), "a mapping of nothing");
}

#[test]
fn missing_tables_are_a_failed_probe() {
    assert_eq!(of(&Root::at("/nonexistent")), failed());
    assert_eq!(Machine::new().mount("8:1", "/", "ext4 /dev/sda1 rw").reading(), failed(), "no sysfs");
    assert_eq!(Machine::new().mount("8:1", "/srv", "ext4 /dev/sda1 rw").reading(), failed(), "no root");
    assert_eq!(Machine::new().reading(), failed(), "no mounts");
}

#[test]
fn a_ring_of_devices_ends() {
    let machine = Machine::new();
    machine.stacked("253:0", "dm-0", LVM, &["dm-1"]);
    machine.stacked("253:1", "dm-1", LVM, &["dm-0"]);
    assert_eq!(machine.mount("253:0", "/", "ext4 /dev/dm-0 rw").reading(), failed());
    // Each stands on all: without a bound the ways through them would be beyond counting.
    let (machine, names) = (Machine::new(), ["dm-0", "dm-1", "dm-2", "dm-3"]);
    for (number, name) in names.iter().enumerate() {
        machine.stacked(&format!("253:{number}"), name, LVM, &names);
    }
    assert_eq!(machine.mount("253:0", "/", "ext4 /dev/dm-0 rw").reading(), failed());
    let machine = Machine::new();
    machine.block("7:0", "loop0", "virtual/block/loop0");
    machine.write("sys/devices/virtual/block/loop0/loop/backing_file", "/self.img");
    machine.write("self.img", "");
    assert_eq!(machine.mount("7:0", "/", "ext4 /dev/loop0 rw").reading(), failed());
}
