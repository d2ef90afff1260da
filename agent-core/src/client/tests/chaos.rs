//! Any order of reports, deliveries, lost messages, dropped futures, restarts and power cuts: every report that was
//! queued is acknowledged, or counted as given up; none goes out twice with other bytes.

use std::{collections::BTreeSet, path::Path};

use proptest::prelude::*;

use super::*;
use crate::client::{AgentError, FileStorage, Urgency::PersonAsked, storage::faulty::FaultyDisk};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    /// So many reports of facts of this version.
    Report(u8, usize),
    /// A delivery over a network with these fates.
    Deliver(Vec<Fate>),
    /// A delivery that is dropped after so many polls.
    Abandon(usize, Vec<Fate>),
    /// The process is killed and begins again.
    Kill,
    /// The power goes during the operation after so many more.
    CutAfter(u64),
    /// Time passes.
    Hours(i64),
    /// The server forgets which full report was the last.
    ForgetFull(bool),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        3 => Just(Fate::Arrives),
        1 => Just(Fate::RequestLost),
        2 => Just(Fate::AnswerLost),
        1 => Just(Fate::Instead(super::server::no(&super::server::problem(503, "not-ready")))),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let fates = || prop::collection::vec(fate(), 0..4);
    prop_oneof![
        4 => (0_u8..3, prop_oneof![15 => Just(1_usize), 1 => Just(20_usize)]).prop_map(|(os, times)| Step::Report(os, times)),
        3 => fates().prop_map(Step::Deliver),
        2 => (1_usize..12, fates()).prop_map(|(polls, fates)| Step::Abandon(polls, fates)),
        1 => Just(Step::Kill),
        2 => (0_u64..40).prop_map(Step::CutAfter),
        1 => prop_oneof![3 => 1_i64..48, 1 => Just(31 * 24)].prop_map(Step::Hours),
        1 => any::<bool>().prop_map(Step::ForgetFull),
    ]
}

/// A device on a disk whose power can go, and what it was told is queued.
struct Device {
    world: World,
    disk: FaultyDisk,
    queued: BTreeSet<u64>,
    lost_answers: usize,
}

impl Device {
    fn enrolled(seed: u64) -> Self {
        let disk = FaultyDisk::new(seed);
        let world = World::on(open(&disk));
        block_on(world.agent.enrol(SERVER, server::TOKEN, None)).unwrap();
        Self { world, disk, queued: BTreeSet::new(), lost_answers: 0 }
    }

    /// Begins again on what the disk holds.
    fn begin_again(&mut self) {
        self.world.ports.storage = open(&self.disk);
        self.world.restart();
    }

    fn after_a_cut(&mut self) {
        self.disk.reboot();
        self.begin_again();
    }

    /// An error is either the power, or a mistake.
    fn expect<T>(&mut self, done: Result<T, AgentError>) -> Option<T> {
        match done {
            Ok(done) => Some(done),
            Err(error) => {
                assert!(self.disk.is_off(), "{error}");
                self.after_a_cut();
                None
            }
        }
    }

    fn does(&mut self, step: Step) {
        match step {
            Step::Report(os, times) => {
                for _ in 0..times {
                    let done = self.world.agent.report(&facts(&format!("{}", 14 + os)));
                    if let Some(queued) = self.expect(done) {
                        assert!(self.queued.insert(queued.sequence), "a number was used twice");
                    }
                }
            }
            Step::Deliver(fates) => {
                self.network(fates);
                let done = block_on(self.world.agent.deliver(PersonAsked));
                // The power may go after an answer came and before it was kept.
                self.lost_answers += usize::from(self.expect(done).is_none());
            }
            Step::Abandon(polls, fates) => {
                self.network(fates);
                let mut delivery = Box::pin(self.world.agent.deliver(PersonAsked));
                let done = poll(&mut delivery, polls);
                drop(delivery);
                // What was on its way may have arrived.
                self.lost_answers += 1;
                done.map(|done| self.expect(done));
            }
            Step::Kill => {
                self.disk.restart();
                self.begin_again();
            }
            Step::CutAfter(operations) => self.disk.cut_after(operations),
            Step::Hours(hours) => self.world.clock.advance(SignedDuration::from_hours(hours)),
            Step::ForgetFull(forgets) => self.world.server.mood(Mood::ForgetsFull, forgets),
        }
    }

    fn network(&mut self, fates: Vec<Fate>) {
        self.lost_answers += fates.iter().filter(|fate| matches!(fate, Fate::AnswerLost)).count();
        self.world.network.forget_script();
        self.world.network.next(fates);
    }

    /// Peace: a last report, and deliveries until nothing waits.
    fn settle(&mut self) {
        if self.disk.is_off() {
            self.after_a_cut();
        }
        self.disk.restart();
        self.begin_again();
        self.world.network.forget_script();
        self.world.server.mood(Mood::ForgetsFull, false);
        for _ in 0..3 {
            // The first may be refused for what the server forgot; the next then tells of it.
            let last = self.world.agent.report(&facts("99")).unwrap();
            assert!(self.queued.insert(last.sequence), "a number was used twice");
            let delivery = block_on(self.world.agent.deliver(PersonAsked)).unwrap();
            assert_eq!((delivery.waiting, delivery.problem), (0, None));
        }
    }

    fn judge(&self) {
        let held = self.world.server.held();
        for (sequence, envelopes) in &held.seen {
            assert_eq!(envelopes.len(), 1, "report {sequence} went out with other bytes");
        }
        let arrived: BTreeSet<u64> = held.reports.keys().copied().collect();
        drop(held);
        let told: u64 = self.world.server.reports().iter().map(|report| u64::from(report.dropped)).sum();
        let missing = self.queued.difference(&arrived).count() as u64;
        let highest = arrived.last().copied().unwrap_or_default();
        let gaps = highest - arrived.len() as u64;
        assert!(told >= missing, "{missing} are missing and {told} were told of");
        assert!(
            told <= gaps + self.lost_answers as u64 * 50,
            "{told} were told of, {gaps} numbers did not arrive, {} answers were lost",
            self.lost_answers
        );
        if self.lost_answers == 0 {
            assert!(told <= gaps);
        }
        let status = self.world.agent.status().unwrap();
        assert_eq!((status.queue.reports, status.queue.dropped), (0, 0));
        let ledger = self.world.agent.ledger().unwrap();
        let envelopes = self.world.server.held().reports.clone();
        for entry in ledger.iter().filter(|entry| entry.kind == crate::client::Sent::Report) {
            let arrived = envelopes.get(&entry.sequence.unwrap());
            assert!(arrived.is_none_or(|envelope| *envelope == entry.sent), "the ledger shows other bytes");
        }
    }
}

fn open(disk: &FaultyDisk) -> Arc<dyn Storage> {
    Arc::new(FileStorage::on(Box::new(disk.clone()), Path::new("/state")).unwrap())
}

proptest! {
    // A case is long: an eighth of what PROPTEST_CASES says, 32 of 256.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 8, ..ProptestConfig::default() })]

    #[test]
    fn every_queued_report_is_acknowledged_or_counted(
        seed in any::<u64>(),
        steps in prop::collection::vec(step(), 1..50),
    ) {
        let mut device = Device::enrolled(seed);
        for step in steps {
            device.does(step);
        }
        device.settle();
        device.judge();
    }
}

#[test]
fn the_power_may_go_at_any_operation_of_an_enrolment() {
    let mut cut = 0;
    loop {
        let disk = FaultyDisk::new(cut);
        let mut world = World::on(open(&disk));
        disk.cut_after(cut);
        let enrolled = block_on(world.agent.enrol(SERVER, server::TOKEN, None));
        if enrolled.is_ok() {
            break;
        }
        disk.reboot();
        world.ports.storage = open(&disk);
        world.restart();
        let status = world.agent.status().unwrap();
        assert!(
            status.enrolment.is_none() || world.agent.check(&facts("16")).is_ok(),
            "cut {cut}: whole or not at all"
        );
        let again = block_on(world.agent.enrol(SERVER, server::TOKEN, None)).unwrap();
        assert_eq!(world.server.held().enrolments, 1);
        assert_eq!(world.server.held().device.as_ref().unwrap().0, again.device);
        world.agent.report(&facts("16")).unwrap();
        assert_eq!(block_on(world.deliver()).acknowledged, 1);
        cut += 1;
    }
    assert!(cut > 20, "an enrolment has more operations than {cut}");
}

#[test]
fn a_delivery_dropped_at_any_await_loses_nothing() {
    let mut polls = 1;
    loop {
        let world = block_on(World::enrolled());
        world.server.set_policy(1, 2, &serde_json::json!({ "checks": { "screen-lock": {} } }));
        *server::guarded(&world.server.catalogue) = 2;
        for os in ["15", "16", "17"] {
            world.agent.report(&facts(os)).unwrap();
        }
        let mut delivery = Box::pin(world.agent.deliver(PersonAsked));
        let whole = poll(&mut delivery, polls).is_some();
        drop(delivery);
        block_on(world.agent.deliver(PersonAsked)).unwrap();
        assert_eq!(world.server.reports().len(), 3);
        assert!(world.server.held().seen.values().all(|envelopes| envelopes.len() == 1));
        let rules = world.agent.status().unwrap().rules.unwrap();
        assert_eq!((rules.policy_revision, rules.catalogue_revision), (2, 2));
        if whole {
            break;
        }
        polls += 1;
    }
    assert!(polls > 6, "three requests pause twice each");
}
