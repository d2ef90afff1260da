//! `run`: report and deliver, for ever. Nothing is read or sent in quiet hours, a server that fails is left alone for
//! as long as it should be, and a fleet spreads itself in time.

use std::{future::Future, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{
    call::{Call, wait},
    delivery::sentences,
    failure::Failure,
    machine::Machine,
    phrase::Phrase,
};
use crate::{
    client::{AgentError, Delivery, Held, Random, SystemRandom, Urgency},
    clock::Clock,
    judge::Period,
};

pub(super) const EXAMPLES: &str = "Examples:
  atalaya-agent run --every 6h
  atalaya-agent run --every 6h --json   one line of JSON a round

Ends with 0 on SIGINT and SIGTERM, and when the device has left its company or was closed by it.";

/// How often.
#[derive(Debug, clap::Args)]
pub(super) struct RunArguments {
    /// At least so often, outside quiet hours; the server may ask for more.
    #[arg(long, value_name = "TIME", default_value = "6h")]
    every: Period,
}

/// No shorter than this: a server that asks for less is mistaken.
const SHORTEST: SignedDuration = SignedDuration::from_secs(60);
/// After quiet hours a fleet comes back over this long, not all at eight.
const MORNING: SignedDuration = SignedDuration::from_mins(10);
/// A fault of this machine, such as a full disk, is tried again after this.
const FAULT: SignedDuration = SignedDuration::from_mins(15);

/// What one round did, and when the next one is.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) reported: Option<u64>,
    pub(super) delivery: Result<Delivery, AgentError>,
    pub(super) next: Timestamp,
}

/// The rounds of one machine.
pub(super) struct Rounds<'a> {
    pub(super) machine: &'a Machine,
    pub(super) clock: &'a dyn Clock,
    pub(super) random: &'a dyn Random,
    pub(super) every: SignedDuration,
    /// When the next report is due; until then a round only delivers.
    due: Timestamp,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(machine: &'a Machine, clock: &'a dyn Clock, random: &'a dyn Random, every: Period) -> Self {
        let every = SignedDuration::from_secs(every.seconds().into()).max(SHORTEST);
        Self { machine, clock, random, every, due: Timestamp::MIN }
    }

    /// Rounds until the device is out of its fleet, and says how, or is not enrolled. `pause` waits until a moment, `tell`
    /// hears of each round.
    pub(super) async fn run<P: Future<Output = ()>>(
        &mut self,
        mut pause: impl FnMut(Timestamp) -> P,
        mut tell: impl FnMut(&Round) -> Result<(), Failure>,
    ) -> Result<Phrase, Failure> {
        loop {
            let round = self.round().await;
            match &round.delivery {
                Err(AgentError::Left) => return Ok(Phrase::RoundEnds),
                Err(AgentError::DeviceClosed) => return Ok(Phrase::RoundEndsClosed),
                Err(AgentError::NotEnrolled) => return Err(AgentError::NotEnrolled.into()),
                _ => tell(&round)?,
            }
            pause(round.next).await;
        }
    }

    async fn round(&mut self) -> Round {
        let now = self.clock.now();
        let quiet = self.machine.agent().quiet_until().unwrap_or_default();
        if let Some(until) = quiet {
            let delivery = self.machine.deliver(Urgency::Background).await;
            let until = delivery.as_ref().ok().and_then(|delivery| delivery.held).map_or(until, Held::until);
            let next = later(until, self.up_to(MORNING)).max(later(now, SHORTEST));
            return Round { reported: None, delivery, next };
        }
        let mut reported = None;
        if now >= self.due {
            match self.machine.report() {
                Ok(queued) => reported = Some(queued.sequence),
                Err(error) => return Round { reported, delivery: Err(error), next: later(now, FAULT) },
            }
            self.due = later(now, self.interval());
        }
        let delivery = self.machine.deliver(Urgency::Background).await;
        let next = match &delivery {
            Ok(delivery) => self.next(now, delivery),
            // Another process delivers just now; and a fault of this machine may pass.
            Err(_) => later(now, FAULT),
        };
        Round { reported, delivery, next }
    }

    /// When the next round is: for a failed delivery when it may be tried again, else for the next report.
    fn next(&mut self, now: Timestamp, delivery: &Delivery) -> Timestamp {
        // What an earlier acknowledgement asked for was heard then.
        if let Some(asked) = delivery.next_check_in.filter(|_| delivery.acknowledged > 0) {
            self.due = self.due.min(later(asked, self.up_to(asked.duration_since(now) / 10)));
        }
        let again = delivery.next_try.filter(|_| delivery.waiting > 0 || delivery.problem.is_some());
        again.map_or(self.due, |again| again.min(self.due)).max(later(now, SHORTEST.min(self.every)))
    }

    /// The whole interval or up to a tenth less.
    fn interval(&self) -> SignedDuration {
        self.every - self.up_to(self.every / 10)
    }

    fn up_to(&self, longest: SignedDuration) -> SignedDuration {
        let seconds = self.random.up_to(longest.as_secs().try_into().unwrap_or_default());
        SignedDuration::from_secs(seconds.try_into().unwrap_or_default())
    }
}

fn later(moment: Timestamp, by: SignedDuration) -> Timestamp {
    moment.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// One line of `--json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoundDocument<'a> {
    at: Timestamp,
    reported: Option<u64>,
    delivery: Option<&'a Delivery>,
    error: Option<&'a AgentError>,
    next: Timestamp,
}

pub(super) fn run(arguments: &RunArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    let machine = call.must_be_enrolled()?;
    let clock = Arc::clone(&call.clock);
    let random = SystemRandom::default();
    let mut rounds = Rounds::new(&machine, &*clock, &random, arguments.every);
    let end = wait(async {
        let pause = |until| pause(&*clock, until);
        let tell = |round: &Round| tell(round, &*clock, call);
        tokio::select! {
            ended = rounds.run(pause, tell) => ended,
            () = asked_to_stop() => Ok(Phrase::Stopped),
        }
    })??;
    if !call.json {
        writeln!(call.out, "{}", call.speech.say(end, &[]))?;
    }
    Ok(0)
}

/// Waits by the clock on the wall: a laptop that slept through the moment goes on when it wakes.
async fn pause(clock: &dyn Clock, until: Timestamp) {
    loop {
        let left = until.duration_since(clock.now());
        if left <= SignedDuration::ZERO {
            return;
        }
        let left = Duration::try_from(left).unwrap_or_default();
        tokio::time::sleep(left.min(Duration::from_secs(30))).await;
    }
}

/// SIGINT or SIGTERM. What is under way is dropped: it is repeated with the same bytes next time.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut term) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = term.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn tell(round: &Round, clock: &dyn Clock, call: &mut Call<'_>) -> Result<(), Failure> {
    let now = clock.now();
    if call.json {
        let document = RoundDocument {
            at: now,
            reported: round.reported,
            delivery: round.delivery.as_ref().ok(),
            error: round.delivery.as_ref().err(),
            next: round.next,
        };
        serde_json::to_writer(&mut *call.out, &document).map_err(std::io::Error::from)?;
        writeln!(call.out)?;
    } else {
        let speech = call.speech;
        let reported = round.reported.map(|sequence| speech.say(Phrase::RoundReported, &[("sequence", &sequence)]));
        let mut said: Vec<String> = reported.into_iter().collect();
        match &round.delivery {
            Ok(delivery) => said.extend(sentences(delivery, call)),
            Err(error) => said.push(super::failure::problem(speech.language, error.code(), &error.to_string())),
        }
        said.push(speech.say(Phrase::RoundNext, &[("moment", &speech.moment(round.next))]));
        writeln!(call.out, "{}  {}", speech.moment(now), said.join(" "))?;
    }
    Ok(call.out.flush()?)
}
