//! One writer: sends its devices' reports one after another until the server is gone.

use std::net::SocketAddr;

use agent_core::wire::{
    envelope::{hash, hex},
    message::Acknowledgement,
};
use jiff::Timestamp;
use load::{Connection, LoadError, request};

use crate::ledger::Reporter;

/// What became of one report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was acknowledged.
    Acknowledged,
    /// The server cannot take it now.
    PutOff,
    /// The connection broke: what became of it is unknown.
    Broken,
}

/// Sends until the connection breaks, which is the server's death.
pub(crate) fn write(server: SocketAddr, reporters: &mut [Reporter]) -> Result<(), WriterError> {
    // Killed before it could accept: nothing was sent.
    let Ok(mut connection) = Connection::open(server) else { return Ok(()) };
    for round in 0_u64.. {
        for reporter in &mut *reporters {
            if send(&mut connection, reporter, round)? == Outcome::Broken {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Sends the report that is open, with the same bytes, or the next one.
pub(crate) fn send(connection: &mut Connection, reporter: &mut Reporter, round: u64) -> Result<Outcome, WriterError> {
    let sequence = reporter.acknowledged + 1;
    let envelope = match reporter.open.take() {
        Some(envelope) => envelope,
        None => reporter.device.seal(sequence, now(round))?,
    };
    let answered = connection.ask(&request("/v1/reports", "application/jose", envelope.as_bytes()));
    let hash = hash(&envelope);
    reporter.open = Some(envelope);
    let Ok(answer) = answered else { return Ok(Outcome::Broken) };
    if answer.status == 503 {
        return Ok(Outcome::PutOff);
    }
    let acknowledgement: Option<Acknowledgement> =
        (answer.status == 200).then(|| serde_json::from_slice(&answer.body).ok()).flatten();
    match acknowledgement {
        Some(told) if told.sequence == sequence && told.report_hash == hex(&hash) => reporter.acknowledge(hash),
        _ => return Err(WriterError::Answer { sequence, status: answer.status, body: text(&answer.body) }),
    }
    Ok(Outcome::Acknowledged)
}

/// Any believable moment: reports need not be made now.
fn now(round: u64) -> Timestamp {
    Timestamp::from_second(1_795_510_800 + i64::try_from(round).unwrap_or_default()).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(400).collect()
}

/// A writer met what it must not.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriterError {
    /// The report was neither acknowledged nor put off.
    #[error("report {sequence} was answered with {status}: {body}")]
    Answer {
        /// The report.
        sequence: u64,
        /// The HTTP status.
        status: u16,
        /// The answer.
        body: String,
    },
    /// The report could not be sealed.
    #[error(transparent)]
    Seal(#[from] LoadError),
}
