//! `deliver`: what is queued goes to the server, and what the server says of it is told.

use super::{
    call::{Call, wait},
    failure::{Failure, problem},
    phrase::Phrase,
};
use crate::client::{Delivery, Held, LastAcknowledged, Urgency};

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

pub(super) fn run(arguments: &DeliverArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    let machine = call.must_be_enrolled()?;
    let urgency = if arguments.now { Urgency::PersonAsked } else { Urgency::Background };
    let delivery = wait(machine.deliver(urgency))??;
    if call.json {
        call.document(&delivery)?;
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
    count(Phrase::StatementsDelivered, delivery.statements);
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
        Some(Held::Pause { until }) => {
            said.push(speech.say(Phrase::PausedNothingSent, &[("moment", &speech.moment(until))]));
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
    if delivery.statements_waiting > 0 {
        said.push(speech.say(Phrase::StatementsWaiting, &[("count", &delivery.statements_waiting)]));
    }
    if delivery.new_policy {
        said.push(speech.say(Phrase::NewPolicy, &[]));
    }
    if delivery.new_catalogue {
        said.push(speech.say(Phrase::NewCatalogue, &[]));
    }
    said
}
