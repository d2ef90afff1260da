//! The queue's bounds, and how it tells of what it gave up.

use super::*;
use crate::client::storage::MemoryStorage;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn device(number: u8) -> DeviceId {
    DeviceId::new(1, [number; 12])
}

/// Adds an envelope so long; its number and what it tells.
fn add(storage: &MemoryStorage, now: Timestamp, length: usize) -> (u64, u32) {
    let mut told = 0;
    let sequence = Outbox::open(storage, device(1)).unwrap().add(now, length, None, |_, dropped| {
        told = dropped;
        Ok("x".repeat(length))
    });
    (sequence.unwrap(), told)
}

fn settle(storage: &MemoryStorage, sequence: u64, what: Settled) {
    Outbox::open(storage, device(1)).unwrap().settle(&[(sequence, what)]).unwrap();
}

fn waiting(storage: &MemoryStorage) -> Vec<u64> {
    Outbox::open(storage, device(1)).unwrap().waiting().iter().map(|one| one.sequence).collect()
}

#[test]
fn at_256_kib_the_oldest_make_room_and_the_next_tells_of_it() {
    let storage = MemoryStorage::new();
    for number in 1..=4 {
        assert_eq!(add(&storage, NOW, LONGEST_ENVELOPE), (number, 0));
    }
    assert_eq!(add(&storage, NOW, 1), (5, 1));
    assert_eq!(waiting(&storage), [2, 3, 4, 5]);
    assert_eq!(add(&storage, NOW, LONGEST_ENVELOPE), (6, 1));
    assert_eq!(waiting(&storage), [3, 4, 5, 6]);
    assert!(Outbox::open(&storage, device(1)).unwrap().bytes() <= MOST_BYTES);
    assert_eq!(storage.list(QUEUE).unwrap().len(), 4);
}

#[test]
fn what_told_of_some_and_is_given_up_is_told_of_again() {
    let storage = MemoryStorage::new();
    for _ in 0..4 {
        add(&storage, NOW, LONGEST_ENVELOPE);
    }
    assert_eq!(add(&storage, NOW, LONGEST_ENVELOPE), (5, 1));
    for number in 2..=4 {
        settle(&storage, number, Settled::Acknowledged);
    }
    settle(&storage, 5, Settled::GivenUp);
    assert_eq!(Outbox::open(&storage, device(1)).unwrap().untold(), 2);
    assert_eq!(add(&storage, NOW, 1), (6, 2), "5 itself, and 1 that it told of");
    settle(&storage, 6, Settled::Acknowledged);
    assert_eq!(add(&storage, NOW, 1), (7, 0));
}

#[test]
fn after_thirty_days_all_but_the_newest_go() {
    let storage = MemoryStorage::new();
    add(&storage, NOW, 1);
    add(&storage, NOW, 1);
    let late = NOW + LONGEST_WAIT + SignedDuration::from_secs(1);
    assert_eq!(Outbox::open(&storage, device(1)).unwrap().trim(NOW + LONGEST_WAIT).unwrap(), 0);
    assert_eq!(Outbox::open(&storage, device(1)).unwrap().trim(late).unwrap(), 1);
    assert_eq!(waiting(&storage), [2]);
    assert_eq!(add(&storage, late, 1), (3, 2));
}

#[test]
fn a_clock_that_is_set_back_gives_nothing_up() {
    let storage = MemoryStorage::new();
    add(&storage, NOW + SignedDuration::from_hours(24 * 365), 1);
    assert_eq!(add(&storage, NOW, 1), (2, 0));
    assert_eq!(waiting(&storage), [1, 2]);
}

#[test]
fn a_number_is_used_once_even_when_nothing_was_sealed_under_it() {
    let storage = MemoryStorage::new();
    let failed = Outbox::open(&storage, device(1)).unwrap().add(NOW, 1, None, |_, _| Err(AgentError::TooLarge));
    assert_eq!(failed, Err(AgentError::TooLarge));
    assert_eq!(add(&storage, NOW, 1).0, 1, "nothing was sealed, so nothing can have left");
    settle(&storage, 1, Settled::Acknowledged);
    assert_eq!(add(&storage, NOW, 1).0, 2, "the queue is empty and still knows");
}

#[test]
fn a_report_that_no_server_takes_is_not_queued() {
    let storage = MemoryStorage::new();
    add(&storage, NOW, 1);
    let failed =
        Outbox::open(&storage, device(1)).unwrap().add(NOW, LONGEST_ENVELOPE + 1, None, |_, _| Ok(String::new()));
    assert_eq!(failed, Err(AgentError::TooLarge));
    assert_eq!(waiting(&storage), [1]);
}

#[test]
fn another_device_finds_an_empty_queue() {
    let storage = MemoryStorage::new();
    add(&storage, NOW, 1);
    assert!(Outbox::open_to_look(&storage, device(2)).unwrap().waiting().is_empty());
    assert_eq!(waiting(&storage), [1], "looking changes nothing");
    let sequence = Outbox::open(&storage, device(2)).unwrap().add(NOW, 1, None, |_, _| Ok("x".to_owned()));
    assert_eq!(sequence, Ok(1));
    assert_eq!(storage.list(QUEUE).unwrap().len(), 1);
}
