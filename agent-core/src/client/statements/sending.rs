//! Sends what the person said, oldest first, one at a time. As with reports, nothing is settled before an answer, and
//! what was on its way is sent again with the same bytes.

use std::time::Duration;

use super::{Statements, Waiting};
use crate::{
    client::{
        answer::{self, Refusal},
        channel::Channel,
        contact::Contact,
        enrolment::{self, Enrolled},
        error::AgentError,
        ledger::Sent,
        ports::STATE,
        transport::{ContentType, Request},
    },
    wire::{
        envelope::{hash, hex},
        statement::Receipt,
    },
};

/// What became of what the person said.
#[derive(Debug, Default)]
pub(in crate::client) struct Told {
    pub(in crate::client) acknowledged: usize,
    pub(in crate::client) refused: usize,
    /// The person has left: nothing of the enrolment is here any more.
    pub(in crate::client) has_left: bool,
    /// What was refused for good last.
    pub(in crate::client) refusal: Option<AgentError>,
    /// Why it ended before all was told, and how long the server asked to wait.
    pub(in crate::client) stopped: Option<(Refusal, Option<Duration>)>,
}

/// Sends what waits until nothing does or something is in the way.
pub(in crate::client) async fn send(channel: &Channel<'_>, enrolled: &Enrolled) -> Result<Told, AgentError> {
    let storage = &*channel.ports.storage;
    let mut told = Told::default();
    loop {
        let next = Statements::load(storage, enrolled.device)?.waiting().first().cloned();
        let Some(one) = next else { return Ok(told) };
        let path = if one.rotates_to.is_some() { "/v1/keys" } else { "/v1/statements" };
        let request = Request::post(path, ContentType::Jose, one.envelope.clone().into_bytes());
        let sent = channel.send(Sent::Statement, Some(one.number), &one.envelope, request).await?;
        let receipt = sent.and_then(|response| answer::read(&response)).and_then(|receipt| matching(&one, receipt));
        channel.answered(&one.envelope, &receipt)?;

        let _state = storage.lock(STATE)?;
        let time = channel.ports.time();
        let now = time.wall;
        let mut contact = Contact::load(storage, enrolled)?;
        contact.attempted(&time);
        match receipt {
            Ok(receipt) => {
                told.acknowledged += 1;
                contact.hear(&receipt.challenge, receipt.server_time, &time);
                contact.succeeded();
                contact.cured("statement-refused");
            }
            Err(Refusal::ForGood(problem)) => {
                let error = AgentError::StatementRefused { code: problem.code.clone() };
                told.refused += 1;
                contact.succeeded();
                contact.note(&error, now);
                contact.challenge_spent |= problem.code == "challenge-invalid";
                told.refusal = Some(error);
                contact.save(storage)?;
                Statements::load(storage, enrolled.device)?.settle(one.number)?;
                continue;
            }
            Err(refusal) => {
                let asked = if let Refusal::Later(_, asked) = &refusal { *asked } else { None };
                told.stopped = Some((refusal, asked));
                return Ok(told);
            }
        }
        if one.withdraws {
            enrolment::forget(storage)?;
            told.has_left = true;
            return Ok(told);
        }
        // The key first: what is not settled is sent again, and the server gives the same answer.
        if let (Some(key), Some(succession)) = (&one.rotates_to, &channel.ports.succession) {
            succession.adopt(key)?;
            contact.evidence_told = None;
        }
        contact.save(storage)?;
        Statements::load(storage, enrolled.device)?.settle(one.number)?;
    }
}

/// A receipt counts only for the very bytes that were sent.
fn matching(sent: &Waiting, receipt: Receipt) -> Result<Receipt, Refusal> {
    if receipt.number == sent.number && receipt.statement_hash == hex(&hash(&sent.envelope)) {
        Ok(receipt)
    } else {
        Err(answer::strange(200, "it acknowledges another statement"))
    }
}
