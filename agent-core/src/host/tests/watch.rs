//! `run`: days pass as fast as the clock is moved.

use std::{
    cell::{Cell, RefCell},
    sync::{Arc, atomic::Ordering},
};

use jiff::{SignedDuration, Timestamp};

use super::{Desk, FakeServer, server::SERVER, server::TOKEN};
use crate::{
    client::{MemoryStorage, SeededRandom},
    clock::{Clock, FixedClock},
    host::{
        Machine,
        phrase::Phrase,
        rounds::{Round, Rounds},
    },
};

/// One round: when, which report was made, how many the server took.
type Seen = (Timestamp, Option<u64>, usize);

/// Rounds until this moment; `meanwhile` happens before each pause.
fn rounds(desk: &Desk, until: &str, meanwhile: impl Fn(&Desk)) -> Vec<Seen> {
    let until: Timestamp = until.parse().unwrap();
    let storage = Arc::new(MemoryStorage::new());
    let (server, clock) = (Arc::<FakeServer>::clone(&desk.server), Arc::<FixedClock>::clone(&desk.clock));
    let machine = Machine::on(storage, server, clock, desk.root()).unwrap();
    let (random, seen, end) = (SeededRandom::new(7), RefCell::new(Vec::new()), tokio::sync::Notify::new());
    let mut rounds = Rounds::new(&machine, &*desk.clock, &random, "6h".parse().unwrap());
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        machine.agent().enrol(SERVER, TOKEN, None).await.unwrap();
        let pause = |next: Timestamp| {
            meanwhile(desk);
            assert!(next > desk.clock.now(), "time passes between rounds");
            let over = next >= until;
            if over {
                end.notify_one();
            } else {
                desk.clock.advance_to(next);
            }
            async move {
                if over {
                    std::future::pending::<()>().await;
                }
            }
        };
        let tell = |round: &Round| {
            let taken = round.delivery.as_ref().map_or(0, |delivery| delivery.acknowledged);
            seen.borrow_mut().push((desk.clock.now(), round.reported, taken));
            Ok(())
        };
        tokio::select! {
            ended = rounds.run(pause, tell) => assert!(matches!(ended, Ok(Phrase::RoundEnds | Phrase::RoundEndsClosed))),
            () = end.notified() => {}
        }
    });
    seen.into_inner()
}

#[test]
fn a_machine_reports_every_six_hours_and_a_fleet_spreads_itself() {
    let desk = Desk::new();
    let seen = rounds(&desk, "2026-11-24T17:59:00Z", |_| {});
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen.iter().all(|(_, reported, taken)| reported.is_some() && *taken == 1), "{seen:?}");
    let gap = seen[1].0.duration_since(seen[0].0);
    assert!(gap >= SignedDuration::from_mins(324) && gap <= SignedDuration::from_hours(6), "{gap}");
}

#[test]
fn nothing_is_read_or_sent_in_quiet_hours() {
    let desk = Desk::new();
    let seen = rounds(&desk, "2026-12-01T11:00:00Z", |_| {});
    let zone = jiff::tz::TimeZone::get("Europe/Madrid").unwrap();
    for (at, reported, _) in &seen {
        let local = zone.to_datetime(*at);
        let free = matches!(local.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday)
            || !(8..19).contains(&local.hour());
        assert_eq!(reported.is_none(), free, "{local}");
    }
    let days = 5;
    assert!(seen.iter().filter(|(_, reported, _)| reported.is_some()).count() >= 2 * days - 1, "{seen:?}");
}

#[test]
fn a_server_out_of_reach_is_tried_again_without_new_reports() {
    let desk = Desk::new();
    desk.server.offline.store(false, Ordering::Relaxed);
    let tries = Cell::new(0);
    let seen = rounds(&desk, "2026-11-24T17:40:00Z", |desk| {
        // Gone before the second report, and back after three failed tries of it.
        tries.set(tries.get() + 1);
        desk.server.offline.store((1..5).contains(&tries.get()), Ordering::Relaxed);
    });
    let [first, second, rest @ ..] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!((first.1, first.2, second.1, second.2), (Some(1), 1, Some(2), 0));
    let last = rest.last().unwrap();
    assert!(rest.iter().all(|(_, reported, _)| reported.is_none()), "only the delivery is repeated: {seen:?}");
    assert_eq!((rest.len(), last.2), (4, 1), "{seen:?}");
    assert!(last.0.duration_since(second.0) < SignedDuration::from_mins(15), "{seen:?}");
}

#[test]
fn the_watch_ends_when_the_device_has_left_or_was_closed() {
    let ends: [fn(&Desk); 2] = [|desk| desk.server.held().left = true, |desk| desk.server.held().closed = true];
    for end in ends {
        let desk = Desk::new();
        let seen = rounds(&desk, "2027-01-01T00:00:00Z", end);
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert_eq!(desk.server.held().reports.len(), 1);
    }
}

#[test]
fn a_server_that_wants_to_hear_sooner_does() {
    let desk = Desk::checking_in_after(1800);
    let seen = rounds(&desk, "2026-11-24T13:00:00Z", |_| {});
    let gap = seen[1].0.duration_since(seen[0].0);
    assert!(gap >= SignedDuration::from_mins(30) && gap <= SignedDuration::from_mins(33), "{gap}");
    assert!(seen.len() >= 3, "{seen:?}");
}
