//! What left this device, byte for byte, so that its person can look. Kept here only; nothing of it is ever sent.
//!
//! The ledger is a journal: a line before something leaves and a line when its answer is known, in segments of which
//! the oldest falls off. A line that a power cut tore is no whole line and is passed over.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::storage::{Storage, StorageError};
use crate::wire::envelope::{Unverified, hash, hex};

pub(super) const SEGMENT: &str = "ledger-";
/// A segment that has reached this is full: with the longest line after it, 256 KiB.
const FULL: u64 = 184 * 1024;
/// So many segments are kept: 2 MiB.
const SEGMENTS: usize = 8;

/// What kind of thing left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sent {
    /// A request for a challenge.
    Challenge,
    /// A request for enrolment.
    Enrolment,
    /// A report.
    Report,
    /// A statement of the person.
    Statement,
    /// Fresh evidence for the device's key.
    Evidence,
    /// A proof of who asks for a policy, a catalogue or keys.
    Proof,
}

/// What is known of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// No answer is known. It may have arrived.
    Unknown,
    /// The server took it.
    Acknowledged,
    /// The server refused it, with this code.
    Refused(String),
}

/// One thing that left, however often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// What it was.
    pub kind: Sent,
    /// A report's or a statement's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The server that it went to, with the path.
    pub to: String,
    /// Exactly what was sent: the envelope, or the body.
    pub sent: String,
    /// When it left first, by the device's clock.
    pub first_at: Timestamp,
    /// When it left last.
    pub last_at: Timestamp,
    /// How often.
    pub times: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// When that was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
}

impl LedgerEntry {
    /// What it says: of a signed message the JSON that was signed, of anything else what was sent.
    pub fn says(&self) -> String {
        let signed = Unverified::parse(&self.sent).ok();
        let says = signed.and_then(|envelope| String::from_utf8(envelope.payload().to_vec()).ok());
        says.unwrap_or_else(|| self.sent.clone())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    First {
        #[serde(deserialize_with = "crate::moment::read")]
        at: Timestamp,
        kind: Sent,
        to: String,
        sequence: Option<u64>,
        sent: String,
    },
    Again {
        #[serde(deserialize_with = "crate::moment::read")]
        at: Timestamp,
        hash: String,
    },
    Answer {
        #[serde(deserialize_with = "crate::moment::read")]
        at: Timestamp,
        hash: String,
        outcome: Outcome,
    },
}

/// The journal.
pub(super) struct Ledger {
    storage: Arc<dyn Storage>,
    // What this process has written out in full into a segment that is still the newest.
    written: Mutex<HashSet<[u8; 32]>>,
}

impl Ledger {
    pub(super) fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage, written: Mutex::default() }
    }

    /// Writes down that this leaves now. Nothing leaves before it stands here.
    pub(super) fn leaves(
        &self,
        at: Timestamp,
        kind: Sent,
        to: &str,
        sequence: Option<u64>,
        sent: &str,
    ) -> Result<(), StorageError> {
        let name = hash(sent);
        let first = self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
        let line = if first {
            Line::First { at, kind, to: to.to_owned(), sequence, sent: sent.to_owned() }
        } else {
            Line::Again { at, hash: hex(&name) }
        };
        let written = self.write(&line);
        if written.is_err() {
            self.written.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
        }
        written
    }

    /// Writes down what became of it.
    pub(super) fn answered(&self, at: Timestamp, sent: &str, outcome: Outcome) -> Result<(), StorageError> {
        self.write(&Line::Answer { at, hash: hex(&hash(sent)), outcome })
    }

    fn write(&self, line: &Line) -> Result<(), StorageError> {
        let segments = self.storage.list(SEGMENT)?;
        let newest = segments.last().cloned().unwrap_or_else(|| name(1));
        // A line break before it, too: what was torn must not swallow it.
        let line = serde_json::to_string(line)
            .map_err(|error| StorageError::Failed { name: newest.clone(), what: error.to_string() })?;
        let length = self.storage.append(&newest, format!("\n{line}\n").as_bytes())?;
        if length >= FULL {
            self.turn(&segments, &newest)?;
        }
        Ok(())
    }

    /// Begins a new segment and lets the oldest fall off.
    fn turn(&self, segments: &[String], newest: &str) -> Result<(), StorageError> {
        let number = newest.trim_start_matches(SEGMENT).trim_end_matches(".jsonl").parse().unwrap_or(0_u64);
        self.storage.append(&name(number + 1), b"")?;
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let fallen = (segments.len().max(1) + 1).saturating_sub(SEGMENTS);
        segments.iter().take(fallen).try_for_each(|segment| self.storage.remove(segment))
    }

    /// All that is still written down, oldest first.
    pub(super) fn entries(&self) -> Result<Vec<LedgerEntry>, StorageError> {
        let mut entries: Vec<LedgerEntry> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for segment in self.storage.list(SEGMENT)? {
            let bytes = self.storage.read(&segment)?.unwrap_or_default();
            for line in bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()) {
                enter(line, &mut entries, &mut places);
            }
        }
        Ok(entries)
    }
}

fn enter(line: Line, entries: &mut Vec<LedgerEntry>, places: &mut HashMap<String, usize>) {
    match line {
        Line::First { at, kind, to, sequence, sent } => {
            let name = hex(&hash(&sent));
            if let Some(entry) = places.get(&name).and_then(|place| entries.get_mut(*place)) {
                entry.last_at = at;
                entry.times += 1;
            } else {
                places.insert(name, entries.len());
                let outcome = Outcome::Unknown;
                let (first_at, last_at) = (at, at);
                entries.push(LedgerEntry {
                    kind,
                    sequence,
                    to,
                    sent,
                    first_at,
                    last_at,
                    times: 1,
                    outcome,
                    answered_at: None,
                });
            }
        }
        Line::Again { at, hash } => {
            if let Some(entry) = places.get(&hash).and_then(|place| entries.get_mut(*place)) {
                entry.last_at = at;
                entry.times += 1;
            }
        }
        Line::Answer { at, hash, outcome } => {
            if let Some(entry) = places.get(&hash).and_then(|place| entries.get_mut(*place)) {
                entry.outcome = outcome;
                entry.answered_at = Some(at);
            }
        }
    }
}

fn name(number: u64) -> String {
    format!("{SEGMENT}{number:08}.jsonl")
}
