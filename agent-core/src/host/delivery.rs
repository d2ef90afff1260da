//! `deliver`: what is queued goes to the server, and what the server says of it is told.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    call::{Call, wait},
    failure::{Failure, problem},
    phrase::Phrase,
};
use crate::client::{AgentError, Delivery, Held, LastAcknowledged, Urgency};

pub(super) const EXAMPLES: &str = "Examples:
  atalaya-agent deliver
  atalaya-agent deliver --now   also in quiet hours and before a wait is over, because a person asks";

/// How what is queued is sent.
#[derive(Debug, clap::Args)]
pub(super) struct DeliverArguments {
    /// At once, also in quiet hours: a person asks for it.
    #[arg(long)]
    now: bool,
}

/// One pass as `--json` tells it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeliveryDocument {
    acknowledged: usize,
    refused: usize,
    waiting: usize,
    new_policy: bool,
    new_catalogue: bool,
    held: Option<Held>,
    problem: Option<ProblemDocument>,
    next_try: Option<Timestamp>,
    next_check_in: Option<Timestamp>,
    /// The newest acknowledgement, of this pass or an earlier one.
    last: Option<LastAcknowledged>,
}

#[derive(Serialize)]
struct ProblemDocument {
    code: String,
    message: String,
}

impl From<&AgentError> for ProblemDocument {
    fn from(error: &AgentError) -> Self {
        Self { code: error.code().to_owned(), message: error.to_string() }
    }
}

impl From<&Delivery> for DeliveryDocument {
    fn from(delivery: &Delivery) -> Self {
        Self {
            acknowledged: delivery.acknowledged,
            refused: delivery.refused,
            waiting: delivery.waiting,
            new_policy: delivery.new_policy,
            new_catalogue: delivery.new_catalogue,
            held: delivery.held,
            problem: delivery.problem.as_ref().map(ProblemDocument::from),
            next_try: delivery.next_try,
            next_check_in: delivery.next_check_in,
            last: delivery.last.clone(),
        }
    }
}

pub(super) fn run(arguments: &DeliverArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    let machine = call.must_be_enrolled()?;
    let urgency = if arguments.now { Urgency::PersonAsked } else { Urgency::Background };
    let delivery = wait(machine.deliver(urgency))??;
    if call.json {
        call.document(&DeliveryDocument::from(&delivery))?;
    } else {
        for sentence in sentences(&delivery, call) {
            writeln!(call.out, "{sentence}")?;
        }
        if delivery.held.is_some() {
            writeln!(call.out, "{}", call.speech.say(Phrase::WithNow, &[]))?;
        }
        if let Some(LastAcknowledged { state, posture: Some(posture), .. }) = &delivery.last
            && delivery.acknowledged > 0
        {
            writeln!(call.out)?;
            call.speech.received(*state, posture, call.out)?;
        }
    }
    let refused = delivery.refused > 0 && delivery.acknowledged == 0;
    Ok(u8::from(delivery.problem.is_some() || refused))
}

/// What one pass did, most important first.
pub(super) fn sentences(delivery: &Delivery, call: &Call<'_>) -> Vec<String> {
    let speech = call.speech;
    let mut said = Vec::new();
    let mut count = |phrase: Phrase, number: usize| {
        if number > 0 {
            said.push(speech.say(phrase, &[("count", &number)]));
        }
    };
    if delivery.problem.is_none() && delivery.held.is_none() && delivery.refused == 0 && delivery.waiting == 0 {
        count(Phrase::Delivered, delivery.acknowledged);
    } else {
        count(Phrase::PartDelivered, delivery.acknowledged);
    }
    count(Phrase::ReportsRefused, delivery.refused);
    if let Some(error) = &delivery.problem {
        said.push(problem(speech.language, error.code(), &error.to_string()));
    }
    match delivery.held {
        Some(Held::QuietHours { until }) => {
            said.push(speech.say(Phrase::QuietNothingSent, &[("moment", &speech.moment(until))]));
        }
        Some(Held::BackOff { until }) => {
            said.push(speech.say(Phrase::WaitingToTry, &[("moment", &speech.moment(until))]));
        }
        None => {}
    }
    if said.is_empty() {
        said.push(speech.say(Phrase::NothingToDeliver, &[]));
    }
    if delivery.waiting > 0 {
        said.push(speech.say(Phrase::StillWaiting, &[("count", &delivery.waiting)]));
    }
    if delivery.new_policy {
        said.push(speech.say(Phrase::NewPolicy, &[]));
    }
    if delivery.new_catalogue {
        said.push(speech.say(Phrase::NewCatalogue, &[]));
    }
    said
}
