//! What left this device, byte for byte.

use std::time::SystemTime;

use agent_core::client::{self, Sent};

use crate::moment::moment;

/// What kind of thing left.
#[uniffi::remote(Enum)]
pub enum Sent {
    Challenge,
    Enrolment,
    Report,
    Statement,
    Evidence,
    Proof,
}

/// What is known of the answer.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Outcome {
    /// No answer is known. It may have arrived.
    Unknown,
    /// The server took it.
    Acknowledged,
    /// The server refused it.
    Refused {
        /// The server's code.
        code: String,
    },
}

impl From<client::Outcome> for Outcome {
    fn from(outcome: client::Outcome) -> Self {
        match outcome {
            client::Outcome::Unknown => Self::Unknown,
            client::Outcome::Acknowledged => Self::Acknowledged,
            client::Outcome::Refused(code) => Self::Refused { code },
        }
    }
}

/// One thing that left, however often.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LedgerEntry {
    /// What it was.
    pub kind: Sent,
    /// A report's or a statement's number.
    pub sequence: Option<u64>,
    /// The server that it went to, with the path.
    pub to: String,
    /// Exactly what was sent.
    pub sent: String,
    /// What it says, as JSON; of a signed message what was signed.
    pub says: String,
    /// When it left first.
    pub first_at: SystemTime,
    /// When it left last.
    pub last_at: SystemTime,
    /// How often.
    pub times: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// When that was known.
    pub answered_at: Option<SystemTime>,
}

impl From<client::LedgerEntry> for LedgerEntry {
    fn from(entry: client::LedgerEntry) -> Self {
        let says = entry.says();
        let client::LedgerEntry { kind, sequence, to, sent, first_at, last_at, times, outcome, answered_at } = entry;
        Self {
            kind,
            sequence,
            to,
            sent,
            says,
            first_at: moment(first_at),
            last_at: moment(last_at),
            times,
            outcome: outcome.into(),
            answered_at: answered_at.map(moment),
        }
    }
}
