//! Drains the outbox, oldest first: one report alone, several in a batch.
//!
//! State changes only after an answer, and every message is safe to repeat, so a drain can be dropped at any await:
//! what was on its way is sent again with the same bytes.

use std::time::Duration;

use super::{
    answer::{self, Refusal},
    channel::Channel,
    contact::Contact,
    enrolment::{Enrolled, first_schema},
    error::AgentError,
    ledger::Sent,
    outbox::{Outbox, Settled, Waiting},
    transport::{ContentType, Request, Response},
};
use crate::wire::{
    envelope::{hash, hex},
    message::{Acknowledgement, Batch, BatchAnswer, BatchItem},
};

/// A batch holds no more reports than this.
const MOST_IN_BATCH: usize = 50;

/// What a drain did.
#[derive(Debug, Default)]
pub(super) struct Drained {
    pub(super) acknowledged: usize,
    pub(super) refused: usize,
    /// Why it ended before the queue was empty, and how long the server asked to wait.
    pub(super) stopped: Option<(Refusal, Option<Duration>)>,
}

/// What becomes of one report of a request.
type Fate = Result<Box<Acknowledgement>, Refusal>;

pub(super) struct Courier<'a> {
    pub(super) channel: &'a Channel<'a>,
    pub(super) enrolled: &'a Enrolled,
}

impl Courier<'_> {
    /// Sends what waits until nothing does or something is in the way.
    pub(super) async fn drain(&self) -> Result<Drained, AgentError> {
        let mut drained = Drained::default();
        let mut in_batches = true;
        loop {
            let next = self.next(in_batches)?;
            let fates = match &*next {
                [] => return Ok(drained),
                [one] => vec![self.send_one(one).await?],
                many => match self.send_batch(many).await? {
                    Ok(fates) => fates,
                    // A batch that is refused whole tells nothing of its reports: they go one by one.
                    Err(Refusal::ForGood(_)) => {
                        in_batches = false;
                        continue;
                    }
                    Err(refusal) => vec![Err(refusal)],
                },
            };
            if let Some(refusal) = self.apply(&next, fates, &mut drained)? {
                let asked = if let Refusal::Later(_, asked) = &refusal { *asked } else { None };
                drained.stopped = Some((refusal, asked));
                return Ok(drained);
            }
        }
    }

    /// The oldest that wait, as many as go together. The whole queue is shorter than a batch may be.
    fn next(&self, in_batches: bool) -> Result<Vec<Waiting>, AgentError> {
        let storage = &*self.channel.ports.storage;
        let _state = storage.lock(super::ports::STATE)?;
        let mut outbox = Outbox::open(storage, self.enrolled.device)?;
        outbox.trim(self.channel.ports.clock.now())?;
        let most = if in_batches { MOST_IN_BATCH } else { 1 };
        Ok(outbox.waiting().iter().take(most).cloned().collect())
    }

    async fn send_one(&self, one: &Waiting) -> Result<Fate, AgentError> {
        let held = Contact::load(&*self.channel.ports.storage, self.enrolled)?.posture_tag;
        let path = held.map_or_else(|| "/v1/reports".to_owned(), |tag| format!("/v1/reports?posture={tag}"));
        let request = Request::post(&path, ContentType::Jose, one.envelope.clone().into_bytes());
        let sent = self.channel.send(Sent::Report, Some(one.sequence), &one.envelope, request).await?;
        Ok(sent.and_then(|response| answer::read(&response)))
    }

    async fn send_batch(&self, many: &[Waiting]) -> Result<Result<Vec<Fate>, Refusal>, AgentError> {
        const PATH: &str = "/v1/reports/batch";
        for one in many {
            self.channel.leaves(Sent::Report, Some(one.sequence), &one.envelope, PATH)?;
        }
        let batch = Batch { envelopes: many.iter().map(|one| one.envelope.clone()).collect() };
        let body = serde_json::to_vec(&batch).unwrap_or_default();
        let sent = self.channel.call(Request::post(PATH, ContentType::Json, body)).await;
        Ok(sent.and_then(|response| batch_fates(&response, many.len())))
    }

    /// Keeps what the answers say: first what was learned, then that the reports are settled, so that a power cut in
    /// between only repeats a report. Gives what ends the drain.
    fn apply(&self, sent: &[Waiting], fates: Vec<Fate>, drained: &mut Drained) -> Result<Option<Refusal>, AgentError> {
        let ports = self.channel.ports;
        let storage = &*ports.storage;
        let time = ports.time();
        let now = time.wall;
        let _state = storage.lock(super::ports::STATE)?;
        let mut contact = Contact::load(storage, self.enrolled)?;
        contact.attempted(&time);
        let mut settled = Vec::new();
        let mut stop = None;
        if fates.iter().any(Result::is_ok) {
            contact.forget_refusals();
        }
        for (one, fate) in sent.iter().zip(fates) {
            let fate = fate.and_then(|answer| matching(one, answer));
            self.channel.answered(&one.envelope, &fate)?;
            match fate {
                Ok(answer) => {
                    contact.take(&answer, one.facts_hash.as_deref(), &time);
                    contact.succeeded();
                    settled.push((one.sequence, Settled::Acknowledged));
                    drained.acknowledged += 1;
                }
                Err(Refusal::ForGood(problem)) => {
                    contact.succeeded();
                    contact.note(&answer::refused(&problem), now);
                    match problem.code.as_str() {
                        "full-report-required" => {
                            contact.full = None;
                            contact.report_again = true;
                        }
                        "challenge-invalid" => {
                            contact.challenge_spent = true;
                            contact.report_again = true;
                        }
                        // A server that went back to an older version: the first schema is everyone's.
                        "schema-unsupported" if contact.schema != first_schema() => {
                            contact.schema = first_schema();
                            contact.report_again = true;
                        }
                        _ => {}
                    }
                    settled.push((one.sequence, Settled::GivenUp));
                    drained.refused += 1;
                }
                Err(refusal) => {
                    stop = Some(refusal);
                    break;
                }
            }
        }
        contact.save(storage)?;
        Outbox::open(storage, self.enrolled.device)?.settle(&settled)?;
        Ok(stop)
    }
}

fn batch_fates(response: &Response, sent: usize) -> Result<Vec<Fate>, Refusal> {
    // A server without batches, or one that finds this one too long, takes the reports one by one.
    if matches!(response.status, 404 | 405 | 413) {
        let problem = serde_json::from_slice(&response.body);
        return Err(problem.map_or_else(|_| answer::strange(response.status, "no problem document"), Refusal::ForGood));
    }
    let answer: BatchAnswer = answer::read(response)?;
    if answer.answers.len() != sent {
        return Err(answer::strange(response.status, "not one answer for each report"));
    }
    let fate = |item| match item {
        BatchItem::Acknowledged(answer) => Ok(answer),
        BatchItem::Refused(problem) => Err(answer::of_problem(problem, response.retry_after)),
    };
    Ok(answer.answers.into_iter().map(fate).collect())
}

/// An acknowledgement counts only for the very bytes that were sent.
fn matching(sent: &Waiting, answer: Box<Acknowledgement>) -> Fate {
    if answer.sequence == sent.sequence && answer.report_hash == hex(&hash(&sent.envelope)) {
        Ok(answer)
    } else {
        Err(answer::strange(200, "it acknowledges another report"))
    }
}
