//! What any storage keeps, and what a file storage keeps when the power goes.

use std::{collections::BTreeMap, path::Path};

use super::{FileStorage, MemoryStorage, Storage, StorageError, faulty::FaultyDisk};
use crate::client::random::{Random, SeededRandom};

fn keeps_what_it_is_given(storage: &dyn Storage) {
    assert_eq!(storage.read("a").unwrap(), None);
    storage.write("a", b"one").unwrap();
    storage.write("a", b"two").unwrap();
    storage.write("ab", b"").unwrap();
    storage.write("b", b"three").unwrap();
    assert_eq!(storage.read("a").unwrap().unwrap(), b"two");
    assert_eq!(storage.read("ab").unwrap().unwrap(), b"");
    assert_eq!(storage.list("a").unwrap(), ["a", "ab"]);
    assert_eq!(storage.append("a", b"+").unwrap(), 4);
    assert_eq!(storage.append("new", b"x").unwrap(), 1);
    assert_eq!(storage.read("a").unwrap().unwrap(), b"two+");
    storage.remove("a").unwrap();
    storage.remove("a").unwrap();
    assert_eq!(storage.list("").unwrap(), ["ab", "b", "new"]);

    let held = storage.lock("one").unwrap();
    assert!(storage.try_lock("one").unwrap().is_none());
    assert!(storage.try_lock("other").unwrap().is_some());
    drop(held);
    assert!(storage.try_lock("one").unwrap().is_some());
    assert_eq!(storage.list("").unwrap(), ["ab", "b", "new"], "locks are no names");
}

#[test]
fn every_storage_keeps_what_it_is_given() {
    keeps_what_it_is_given(&MemoryStorage::new());
    let folder = tempfile::tempdir().unwrap();
    keeps_what_it_is_given(&FileStorage::open(&folder.path().join("deep/state")).unwrap());
    keeps_what_it_is_given(&FileStorage::on(Box::new(FaultyDisk::new(0)), Path::new("/state")).unwrap());
}

#[test]
fn a_lock_waits_for_the_other_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let one = FileStorage::open(folder.path()).unwrap();
    let other = FileStorage::open(folder.path()).unwrap();
    let count = |storage: &dyn Storage| {
        for _ in 0..50 {
            let _held = storage.lock("count").unwrap();
            let number: u32 =
                storage.read("n").unwrap().map_or(0, |bytes| String::from_utf8(bytes).unwrap().parse().unwrap());
            storage.write("n", (number + 1).to_string().as_bytes()).unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| count(&one));
        scope.spawn(|| count(&other));
    });
    assert_eq!(one.read("n").unwrap().unwrap(), b"100");
}

#[cfg(unix)]
#[test]
fn only_this_user_reads_what_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("fresh");
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    std::fs::set_permissions(&empty, std::fs::Permissions::from_mode(0o755)).unwrap();
    for state in [&fresh, &empty] {
        let storage = FileStorage::open(state).unwrap();
        storage.write("identity.key", b"secret").unwrap();
        storage.append("journal", b"line").unwrap();
        assert_eq!(mode(state), 0o700);
        for name in ["identity.key", "journal"] {
            assert_eq!(mode(&state.join(name)), 0o600, "{name}");
        }
    }
}

#[test]
fn what_an_interrupted_write_left_is_cleared() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".a.new"), b"half").unwrap();
    std::fs::write(folder.path().join("kept"), b"whole").unwrap();
    let storage = FileStorage::open(folder.path()).unwrap();
    assert!(!folder.path().join(".a.new").exists());
    assert_eq!(storage.list("").unwrap(), ["kept"]);
}

#[test]
fn no_name_leaves_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let storage = FileStorage::open(folder.path()).unwrap();
    for name in ["", ".", "..", "../a", "a/b", "/etc/passwd", ".hidden", "A", "a b"] {
        assert!(matches!(storage.write(name, b""), Err(StorageError::Failed { .. })), "{name}");
        assert!(storage.read(name).is_err(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn what_the_system_forbids_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), b"").unwrap();
    let Err(error) = FileStorage::open(&folder.path().join("file/state")) else { panic!("opened") };
    assert!(error.to_string().contains("the agent's state cannot be used"), "{error}");
}

/// One change to a storage.
#[derive(Debug, Clone)]
enum Act {
    Write(&'static str, Vec<u8>),
    Append(Vec<u8>),
    Remove(&'static str),
}

const JOURNAL: &str = "journal";

fn acts(random: &SeededRandom) -> Vec<Act> {
    let name = |number: u64| ["a", "b", "c"][usize::try_from(number).unwrap()];
    let bytes = |random: &SeededRandom| {
        let length = usize::try_from(random.up_to(40)).unwrap();
        (0..length).map(|_| b'a' + u8::try_from(random.up_to(25)).unwrap()).collect::<Vec<u8>>()
    };
    let act = |_| match random.up_to(4) {
        0 => Act::Remove(name(random.up_to(2))),
        1 => Act::Append(bytes(random)),
        _ => Act::Write(name(random.up_to(2)), bytes(random)),
    };
    (0..12).map(act).collect()
}

fn perform(storage: &dyn Storage, act: &Act) -> Result<(), StorageError> {
    match act {
        Act::Write(name, bytes) => storage.write(name, bytes),
        Act::Append(bytes) => storage.append(JOURNAL, bytes).map(drop),
        Act::Remove(name) => storage.remove(name),
    }
}

type Files = BTreeMap<String, Vec<u8>>;

fn after(files: &Files, act: &Act) -> Files {
    let mut files = files.clone();
    match act {
        Act::Write(name, bytes) => drop(files.insert((*name).to_owned(), bytes.clone())),
        Act::Append(bytes) => files.entry(JOURNAL.to_owned()).or_default().extend_from_slice(bytes),
        Act::Remove(name) => drop(files.remove(*name)),
    }
    files
}

fn files(storage: &dyn Storage) -> Files {
    storage.list("").unwrap().into_iter().map(|name| (name.clone(), storage.read(&name).unwrap().unwrap())).collect()
}

const FOLDER: &str = "/state";

fn open(disk: &FaultyDisk) -> FileStorage {
    FileStorage::on(Box::new(disk.clone()), Path::new(FOLDER)).unwrap()
}

/// Does a run that ends at one operation; what was acknowledged, and the act that was not. None when all were.
fn run_until(disk: &FaultyDisk, seed: u64, cut: u64) -> Option<(Files, Act)> {
    let storage = open(disk);
    disk.cut_after(cut);
    let mut known = Files::new();
    for act in acts(&SeededRandom::new(seed)) {
        if perform(&storage, &act).is_err() {
            return Some((known, act));
        }
        known = after(&known, &act);
    }
    None
}

/// Cuts the power at one operation of a run, and looks.
fn cut_once(seed: u64, cut: u64) -> bool {
    let disk = FaultyDisk::new(seed ^ cut << 32);
    let Some((mut known, act)) = run_until(&disk, seed, cut) else { return false };
    disk.reboot();
    let mut found = files(&open(&disk));
    let next = after(&known, &act);
    if let Act::Append(_) = act {
        let (before, whole) = (known.remove(JOURNAL), next.get(JOURNAL).cloned().unwrap());
        let journal = found.remove(JOURNAL).unwrap_or_default();
        assert!(journal.starts_with(&before.unwrap_or_default()), "seed {seed} cut {cut}: the journal lost a line");
        assert!(whole.starts_with(&journal), "seed {seed} cut {cut}: the journal holds something else");
        assert_eq!(found, known, "seed {seed} cut {cut}");
    } else {
        assert!(found == known || found == next, "seed {seed} cut {cut}: {found:?} is neither {known:?} nor {next:?}");
    }
    true
}

#[test]
fn after_a_power_cut_at_any_operation_all_is_old_or_new_and_nothing_acknowledged_is_lost() {
    for seed in 0..60 {
        let mut cut = 0;
        while cut_once(seed, cut) {
            cut += 1;
        }
        assert!(cut > 12, "a run has more operations than acts");
    }
}

#[test]
fn what_is_acknowledged_after_a_kill_survives_the_power_cut_after_it() {
    for seed in 0..60 {
        for cut in 0..60 {
            let disk = FaultyDisk::new(seed ^ cut << 32);
            let Some((known, act)) = run_until(&disk, seed, cut) else { break };
            disk.restart();
            let storage = open(&disk);
            let later = [Act::Write("d", b"after the kill".to_vec()), Act::Append(b"!".to_vec())];
            for act in &later {
                perform(&storage, act).unwrap();
            }
            disk.cut();
            disk.reboot();
            let mut found = files(&open(&disk));
            let journal = found.remove(JOURNAL).unwrap_or_default();
            let acknowledged = known.get(JOURNAL).cloned().unwrap_or_default();
            assert!(journal.starts_with(&acknowledged) && journal.ends_with(b"!"), "seed {seed} cut {cut}");
            let expected = |files: &Files| {
                let mut files = after(files, &later[0]);
                files.remove(JOURNAL);
                files
            };
            let next = after(&known, &act);
            assert!(found == expected(&known) || found == expected(&next), "seed {seed} cut {cut}");
        }
    }
}
