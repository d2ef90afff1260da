//! A disk in memory whose power can be cut at any operation, and that then keeps as little as a real one may.
//!
//! Bytes that were not synchronised may be there in part; names that were not may or may not have changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Lock, disk::Disk};
use crate::client::random::{Random, SeededRandom};

#[derive(Default, Clone)]
struct File {
    durable: Vec<u8>,
    current: Vec<u8>,
}

#[derive(Clone)]
enum Change {
    Named(PathBuf, usize),
    Renamed(PathBuf, PathBuf, usize),
    Removed(PathBuf),
}

#[derive(Default)]
struct State {
    files: Vec<File>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    pending: Vec<Change>,
    operations: u64,
    cut_after: Option<u64>,
    off: bool,
    locks: BTreeSet<PathBuf>,
    power: u64,
}

/// Clones are the same disk.
#[derive(Clone)]
pub(crate) struct FaultyDisk {
    state: Arc<Mutex<State>>,
    random: Arc<SeededRandom>,
}

fn apply(names: &mut BTreeMap<PathBuf, usize>, change: &Change) {
    match change {
        Change::Named(path, file) => drop(names.insert(path.clone(), *file)),
        Change::Renamed(from, to, file) => {
            names.remove(from);
            names.insert(to.clone(), *file);
        }
        Change::Removed(path) => drop(names.remove(path)),
    }
}

fn no_power() -> io::Error {
    io::Error::other("no power")
}

impl FaultyDisk {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: Arc::default(), random: Arc::new(SeededRandom::new(seed)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cuts the power during the operation after so many more.
    pub(crate) fn cut_after(&self, operations: u64) {
        let mut state = self.state();
        state.cut_after = Some(state.operations + operations);
    }

    pub(crate) fn is_off(&self) -> bool {
        self.state().off
    }

    /// Cuts the power now.
    pub(crate) fn cut(&self) {
        self.state().off = true;
    }

    /// Power again: what was durable is there, and of the rest what chance leaves.
    pub(crate) fn reboot(&self) {
        let mut state = self.state();
        let pending = std::mem::take(&mut state.pending);
        let mut names = state.durable_names.clone();
        for change in &pending {
            if self.random.up_to(1) == 0 {
                apply(&mut names, change);
            }
        }
        for file in &mut state.files {
            let whole = file.current.len() as u64;
            let kept = usize::try_from(self.random.up_to(whole)).unwrap();
            let torn = if file.current.starts_with(&file.durable) {
                file.current[..kept.max(file.durable.len())].to_vec()
            } else if self.random.up_to(1) == 0 {
                file.durable.clone()
            } else {
                file.current[..kept].to_vec()
            };
            *file = File { durable: torn.clone(), current: torn };
        }
        state.names.clone_from(&names);
        state.durable_names = names;
        state.locks.clear();
        state.off = false;
        state.cut_after = None;
        state.power += 1;
    }

    /// The process was killed and begins again; the power stayed, and with it what was written.
    pub(crate) fn restart(&self) {
        let mut state = self.state();
        state.locks.clear();
        state.off = false;
        state.cut_after = None;
        state.power += 1;
    }

    /// Does an operation, or, when the power goes during it, perhaps.
    fn operate<T>(&self, operation: impl FnOnce(&mut State, bool) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.state();
        if state.off {
            return Err(no_power());
        }
        if state.cut_after == Some(state.operations) {
            if self.random.up_to(1) == 0 {
                let _ = operation(&mut state, true);
            }
            state.off = true;
            return Err(no_power());
        }
        state.operations += 1;
        operation(&mut state, false)
    }

    fn part<'b>(&self, bytes: &'b [u8], torn: bool) -> &'b [u8] {
        let most = bytes.len() as u64;
        let kept = if torn { self.random.up_to(most) } else { most };
        &bytes[..usize::try_from(kept).unwrap()]
    }
}

impl State {
    fn file(&self, path: &Path) -> io::Result<usize> {
        self.names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn file_or_new(&mut self, path: &Path) -> usize {
        self.names.get(path).copied().unwrap_or_else(|| {
            self.files.push(File::default());
            let file = self.files.len() - 1;
            self.change(Change::Named(path.to_owned(), file));
            file
        })
    }

    fn change(&mut self, change: Change) {
        apply(&mut self.names, &change);
        self.pending.push(change);
    }
}

struct Held {
    disk: FaultyDisk,
    path: PathBuf,
    power: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        // A lock does not outlive the power, and must not open one that was taken since.
        if state.power == self.power {
            state.locks.remove(&self.path);
        }
    }
}

impl Disk for FaultyDisk {
    fn make_folder(&self, _: &Path) -> io::Result<()> {
        self.operate(|_, _| Ok(()))
    }

    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.operate(|state, torn| {
            let file = state.file_or_new(path);
            state.files[file].current = self.part(bytes, torn).to_vec();
            Ok(())
        })
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<u64> {
        self.operate(|state, torn| {
            let file = state.file_or_new(path);
            state.files[file].current.extend_from_slice(self.part(bytes, torn));
            Ok(state.files[file].current.len() as u64)
        })
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.operate(|state, _| {
            let file = state.file(path)?;
            state.files[file].durable = state.files[file].current.clone();
            Ok(())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.operate(|state, _| {
            let file = state.file(from)?;
            state.change(Change::Renamed(from.to_owned(), to.to_owned(), file));
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.operate(|state, _| {
            state.file(path)?;
            state.change(Change::Removed(path.to_owned()));
            Ok(())
        })
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        self.operate(|state, _| {
            for change in std::mem::take(&mut state.pending) {
                apply(&mut state.durable_names, &change);
            }
            Ok(())
        })
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.state();
        if state.off { Err(no_power()) } else { Ok(state.files[state.file(path)?].current.clone()) }
    }

    fn names(&self, _: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        if state.off {
            return Err(no_power());
        }
        Ok(state.names.keys().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect())
    }

    fn lock(&self, path: &Path, wait: bool) -> io::Result<Option<Lock>> {
        let mut state = self.state();
        if state.off {
            return Err(no_power());
        }
        if !state.locks.insert(path.to_owned()) {
            assert!(!wait, "one thread would wait for itself");
            return Ok(None);
        }
        let held = Held { disk: self.clone(), path: path.to_owned(), power: state.power };
        Ok(Some(Lock::held_by(held)))
    }
}
