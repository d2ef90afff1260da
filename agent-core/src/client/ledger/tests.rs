//! The journal's bounds and its torn lines.

use std::path::Path;

use super::*;
use crate::client::storage::{FileStorage, MemoryStorage, faulty::FaultyDisk};

fn ledger() -> (Arc<MemoryStorage>, Ledger) {
    let storage = Arc::new(MemoryStorage::new());
    (Arc::clone(&storage), Ledger::new(storage))
}

fn leaves(ledger: &Ledger, second: i64, sent: &str) {
    let at = Timestamp::from_second(second).unwrap();
    ledger.leaves(at, Sent::Report, "https://a/v1/reports", Some(1), sent).unwrap();
}

#[test]
fn the_oldest_fall_off_at_two_mebibytes() {
    let (storage, ledger) = ledger();
    for number in 0..200 {
        leaves(&ledger, number, &format!("{number:064000}"));
        let bytes: usize =
            storage.list(SEGMENT).unwrap().iter().map(|name| storage.read(name).unwrap().unwrap().len()).sum();
        assert!(bytes <= 2 * 1024 * 1024, "{bytes}");
    }
    let entries = ledger.entries().unwrap();
    assert!(entries.len() >= 20, "{}", entries.len());
    assert!(entries.last().unwrap().sent.ends_with("199"));
    assert!(entries.is_sorted_by_key(|entry| entry.first_at));
}

#[test]
fn what_leaves_again_is_one_entry_even_after_a_restart() {
    let (storage, ledger) = ledger();
    leaves(&ledger, 1, "envelope");
    leaves(&ledger, 2, "envelope");
    let again = Ledger::new(storage);
    leaves(&again, 3, "envelope");
    again.answered(Timestamp::from_second(4).unwrap(), "envelope", Outcome::Refused("conflict".into())).unwrap();
    let entries = again.entries().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].times, entries[0].last_at.as_second()), (3, 3));
    assert_eq!(entries[0].outcome, Outcome::Refused("conflict".into()));
    assert_eq!(entries[0].answered_at.map(Timestamp::as_second), Some(4));
}

#[test]
fn a_torn_line_swallows_no_other() {
    let (storage, ledger) = ledger();
    leaves(&ledger, 1, "first");
    let segment = storage.list(SEGMENT).unwrap().remove(0);
    storage.append(&segment, b"\n{\"first\":{\"at\":\"2026-11-24T0").unwrap();
    leaves(&ledger, 2, "second");
    let sent: Vec<String> = ledger.entries().unwrap().into_iter().map(|entry| entry.sent).collect();
    assert_eq!(sent, ["first", "second"]);
}

#[test]
fn a_line_that_could_not_be_written_is_written_in_full_the_next_time() {
    let disk = FaultyDisk::new(1);
    let storage = FileStorage::on(Box::new(disk.clone()), Path::new("/state")).unwrap();
    let ledger = Ledger::new(Arc::new(storage));
    disk.cut_after(0);
    let at = Timestamp::UNIX_EPOCH;
    assert!(ledger.leaves(at, Sent::Report, "https://a/v1/reports", Some(1), "first").is_err());
    disk.reboot();
    leaves(&ledger, 2, "first");
    assert_eq!(ledger.entries().unwrap().len(), 1);
}
