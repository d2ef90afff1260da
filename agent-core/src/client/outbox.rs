//! The durable queue of sealed reports. Each waits as a file of its own until the server has acknowledged it.
//!
//! A sequence number is reserved, durably, before anything is sealed under it: a power cut can leave a gap, never the
//! same number with other bytes. When the queue is too long or too old, its oldest reports, which newer ones
//! supersede, are given up, and the next report says how many. That number counts what this device gave up; a report
//! among them whose answer was lost may have arrived all the same.

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    error::AgentError,
    storage::{Storage, StorageError, read_json, write_json},
};
use crate::wire::{envelope::Kind, id::DeviceId};

/// The longest envelope that a server takes.
pub(super) const LONGEST_ENVELOPE: usize = Kind::Report.longest();
/// No more than this waits: 256 KiB.
pub(super) const MOST_BYTES: usize = 256 * 1024;
/// Nothing waits longer than this: 30 days.
pub(super) const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(30 * 24);

const STATE: &str = "outbox.json";
const QUEUE: &str = "queue-";

/// What outlives the reports themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    device: DeviceId,
    /// The number of the next report.
    next: u64,
    /// The lowest number that may still wait; what lies below is settled, and its file is only not yet gone.
    first: u64,
    /// How much giving up there is to tell of, ever. Giving up a report that itself told of some owes that again.
    owed: u64,
    /// How much of it reports that were settled have accounted for.
    paid: u64,
}

/// A report that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Waiting {
    pub(super) sequence: u64,
    pub(super) envelope: String,
    /// The fingerprint of the facts that it carries; none where it names an earlier report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) facts_hash: Option<String>,
    #[serde(deserialize_with = "crate::moment::read")]
    pub(super) queued_at: Timestamp,
    /// How many given-up reports it tells of.
    dropped: u32,
    /// The queue's `owed` when it was made.
    owed: u64,
}

/// What becomes of a report that waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// The server has it.
    Acknowledged,
    /// The server will never have it.
    GivenUp,
}

/// The queue of one device. Held only while the state is locked.
pub(super) struct Outbox<'s> {
    storage: &'s dyn Storage,
    state: State,
    waiting: Vec<Waiting>,
}

impl<'s> Outbox<'s> {
    /// Opens the queue. What another device of the same machine left is cleared: no server takes it any more.
    pub(super) fn open(storage: &'s dyn Storage, device: DeviceId) -> Result<Self, StorageError> {
        let kept: Option<State> = read_json(storage, STATE)?;
        let kept = kept.filter(|state| state.device == device);
        let names = storage.list(QUEUE)?;
        let Some(state) = kept else {
            // The files go first: a power cut in between finds the old state, and clears again.
            names.iter().try_for_each(|name| storage.remove(name))?;
            let state = State { device, next: 1, first: 1, owed: 0, paid: 0 };
            return Ok(Self { storage, state, waiting: Vec::new() });
        };
        let mut waiting = Vec::new();
        for name in names {
            let one: Option<Waiting> = read_json(storage, &name)?;
            match one {
                Some(one) if one.sequence >= state.first => waiting.push(one),
                _ => storage.remove(&name)?,
            }
        }
        Ok(Self { storage, state, waiting })
    }

    /// Opens the queue to look at it only, without the lock and without clearing anything.
    pub(super) fn open_to_look(storage: &'s dyn Storage, device: DeviceId) -> Result<Self, StorageError> {
        let kept: Option<State> = read_json(storage, STATE)?;
        let mut waiting = Vec::new();
        let state = match kept.filter(|state| state.device == device) {
            None => State { device, next: 1, first: 1, owed: 0, paid: 0 },
            Some(state) => {
                for name in storage.list(QUEUE)? {
                    // One that is gone by now was settled while this looked.
                    waiting.extend(read_json::<Waiting>(storage, &name)?.filter(|one| one.sequence >= state.first));
                }
                state
            }
        };
        Ok(Self { storage, state, waiting })
    }

    /// What waits, oldest first.
    pub(super) fn waiting(&self) -> &[Waiting] {
        &self.waiting
    }

    /// How many bytes wait.
    pub(super) fn bytes(&self) -> usize {
        self.waiting.iter().map(|one| one.envelope.len()).sum()
    }

    /// How much giving up no report has told of yet.
    pub(super) fn untold(&self) -> u64 {
        let told = self.waiting.last().map_or(self.state.paid, |newest| newest.owed.max(self.state.paid));
        self.state.owed.saturating_sub(told)
    }

    /// Seals a report under the next number and lets it wait. `seal` is told the number and how many reports were
    /// given up; `expected` is how long its envelope will be at most, `facts_hash` the fingerprint of the facts of a full
    /// one. Gives the number.
    pub(super) fn add(
        &mut self,
        now: Timestamp,
        expected: usize,
        facts_hash: Option<String>,
        seal: impl FnOnce(u64, u32) -> Result<String, AgentError>,
    ) -> Result<u64, AgentError> {
        if expected > LONGEST_ENVELOPE {
            return Err(AgentError::TooLarge);
        }
        let gone = self.give_up(now, expected, 0);
        let dropped = u32::try_from(self.untold()).unwrap_or(u32::MAX);
        let sequence = self.state.next;
        let envelope = seal(sequence, dropped)?;
        let one = Waiting { sequence, envelope, facts_hash, queued_at: now, dropped, owed: self.state.owed };
        self.state.next += 1;
        self.save()?;
        write_json(self.storage, &name(sequence), &one)?;
        self.waiting.push(one);
        self.clear(&gone)?;
        Ok(sequence)
    }

    /// Gives up what has waited too long; the newest always stays. How many.
    pub(super) fn trim(&mut self, now: Timestamp) -> Result<usize, StorageError> {
        let gone = self.give_up(now, 0, 1);
        if !gone.is_empty() {
            self.save()?;
            self.clear(&gone)?;
        }
        Ok(gone.len())
    }

    /// Takes reports from the front that the server acknowledged or refused for good.
    pub(super) fn settle(&mut self, settled: &[(u64, Settled)]) -> Result<(), StorageError> {
        let mut gone = Vec::new();
        for (sequence, what) in settled {
            // One that was given up while it was on its way is not here any more.
            let Some(place) = self.waiting.iter().position(|one| one.sequence == *sequence) else { continue };
            let one = self.waiting.remove(place);
            self.leave(&one, *what);
            gone.push(one.sequence);
        }
        if !gone.is_empty() {
            self.save()?;
            self.clear(&gone)?;
        }
        Ok(())
    }

    /// Forgets everything that waits, for a device that left.
    pub(super) fn forget(&mut self) -> Result<(), StorageError> {
        let settled: Vec<_> = self.waiting.iter().map(|one| (one.sequence, Settled::GivenUp)).collect();
        self.settle(&settled)
    }

    /// Gives up the oldest until the rest and `room` more bytes fit, but keeps the `least` newest.
    fn give_up(&mut self, now: Timestamp, room: usize, least: usize) -> Vec<u64> {
        let mut gone = Vec::new();
        while self.waiting.len() > least {
            let old = now.duration_since(self.waiting[0].queued_at) > LONGEST_WAIT;
            if !old && self.bytes() + room <= MOST_BYTES {
                break;
            }
            let one = self.waiting.remove(0);
            self.leave(&one, Settled::GivenUp);
            gone.push(one.sequence);
        }
        gone
    }

    fn leave(&mut self, one: &Waiting, what: Settled) {
        if what == Settled::GivenUp {
            self.state.owed += 1 + u64::from(one.dropped);
        }
        self.state.paid = self.state.paid.max(one.owed);
        self.state.first = self.state.first.max(one.sequence + 1);
    }

    fn save(&self) -> Result<(), StorageError> {
        write_json(self.storage, STATE, &self.state)
    }

    fn clear(&self, sequences: &[u64]) -> Result<(), StorageError> {
        sequences.iter().try_for_each(|sequence| self.storage.remove(&name(*sequence)))
    }
}

fn name(sequence: u64) -> String {
    format!("{QUEUE}{sequence:020}.json")
}
