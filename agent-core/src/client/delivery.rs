//! One pass of delivery: send what the person said, drain the outbox, send fresh evidence, then fetch what is newer,
//! then keep what was learned.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    answer::Refusal,
    channel::Channel,
    contact::{Contact, LastAcknowledged},
    courier::{Courier, Drained},
    enrolment::{self, Enrolled},
    error::AgentError,
    evidence,
    outbox::Outbox,
    ports::STATE,
    refresh::{Refresh, Refreshed, What},
    statements::{Statements, sending},
    trust::{self, Rules},
};

/// How much a delivery matters now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// The device's own routine: quiet hours and waits after failures hold it back.
    Background,
    /// A person asked for it just now: nothing holds it back.
    PersonAsked,
}

/// What holds a delivery back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Held {
    /// Quiet hours.
    QuietHours {
        /// When they end, by the device's clock.
        until: Timestamp,
    },
    /// A pause that the person declared.
    Pause {
        /// When it ends, by the device's clock.
        until: Timestamp,
    },
    /// A wait after failures, or one that the server asked for.
    BackOff {
        /// When it ends, by the device's clock.
        until: Timestamp,
    },
}

impl Held {
    /// When nothing holds it back any more.
    pub const fn until(self) -> Timestamp {
        match self {
            Self::QuietHours { until } | Self::Pause { until } | Self::BackOff { until } => until,
        }
    }
}

/// What one pass did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// What held it back; then nothing was sent.
    pub held: Option<Held>,
    /// How many reports the server acknowledged.
    pub acknowledged: usize,
    /// How many it refused for good. They are given up, and stand in the ledger.
    pub refused: usize,
    /// How many still wait.
    pub waiting: usize,
    /// How many statements of the person the server acknowledged.
    pub statements: usize,
    /// How many statements still wait.
    pub statements_waiting: usize,
    /// Whether a newer policy came.
    pub new_policy: bool,
    /// Whether a newer catalogue came.
    pub new_catalogue: bool,
    /// What was in the way.
    pub problem: Option<AgentError>,
    /// When to try again, where there is something to try.
    pub next_try: Option<Timestamp>,
    /// When the server would like to hear next.
    pub next_check_in: Option<Timestamp>,
    /// The server refused a report that this device can make better: report and deliver again now.
    pub report_again: bool,
    /// The newest acknowledgement, with the server's verdicts.
    pub last: Option<LastAcknowledged>,
}

/// A device that the server does not know is no burden to it: it asks seldom.
const UNKNOWN_DEVICE: Duration = Duration::from_mins(15);

impl Delivery {
    pub(super) fn held(held: Held, waiting: usize, contact: &Contact) -> Self {
        Self { held: Some(held), waiting, next_try: Some(held.until()), ..Self::of(contact) }
    }

    fn of(contact: &Contact) -> Self {
        Self {
            next_check_in: contact.next_check_in,
            report_again: contact.report_again,
            last: contact.acknowledged.clone(),
            ..Self::default()
        }
    }
}

/// One pass. Nothing of it is kept before an answer came, so it can be dropped at any await.
pub(super) async fn deliver(channel: &Channel<'_>, enrolled: Enrolled, rules: &Rules) -> Result<Delivery, AgentError> {
    let storage = &*channel.ports.storage;
    let said = sending::send(channel, &enrolled).await?;
    if said.has_left {
        return Err(AgentError::Left);
    }
    let drained = match said.stopped {
        // What was said comes first, so that no report is judged without it.
        Some(stopped) => Drained { stopped: Some(stopped), ..Drained::default() },
        None => Courier { channel, enrolled: &enrolled }.drain().await?,
    };
    let Drained { acknowledged, refused, stopped } = drained;
    // After the reports, so that none waits for it.
    let stopped = match stopped {
        None => evidence::send(channel, &enrolled).await?,
        stopped => stopped,
    };
    let contact = Contact::load(storage, &enrolled)?;
    let waits_for_person = Statements::load(storage, enrolled.device)?.notice_is_pending(&rules.policy.policy.notice);
    let (told, mut wanted) = newer(&contact, rules, contact.trusted(&channel.ports.time()));
    // No acknowledgement tells a device of a newer policy while its person has not read the notice.
    if waits_for_person && channel.ports.platform.is_phone() && !wanted.contains(&What::Policy) {
        wanted.push(What::Policy);
    }
    let mut refreshed = Refreshed::default();
    let asks = !wanted.is_empty() || contact.challenge_spent;
    if stopped.is_none() && asks {
        let keys = rules.keys.clone();
        let mut refresh = Refresh { channel, enrolled: enrolled.clone(), contact, rules, keys };
        refreshed = refresh.run(&wanted).await?;
    }
    let stopped = stopped.or_else(|| {
        refreshed.problem.take().map(|refusal| {
            let asked = if let Refusal::Later(_, asked) = &refusal { *asked } else { None };
            (refusal, asked)
        })
    });
    let distrusted: Vec<AgentError> = told.into_iter().chain(refreshed.distrusted.drain(..)).collect();
    let sent = said.acknowledged + said.refused + acknowledged + refused;
    let tried = asks || sent > 0 || stopped.is_some();

    let _state = storage.lock(STATE)?;
    let mut contact = Contact::load(storage, &enrolled)?;
    let mut outbox = Outbox::open(storage, enrolled.device)?;
    let time = channel.ports.time();
    let now = time.wall;
    let before = contact.clone();
    if tried {
        contact.attempted(&time);
    }
    if refreshed.policy || refreshed.catalogue {
        contact.cured("downgrade");
        contact.cured("untrusted");
    }
    for error in &distrusted {
        contact.note(error, now);
    }
    let problem = match stopped {
        Some((refusal @ (Refusal::Left | Refusal::Closed), _)) => {
            let mut said = Statements::load(storage, enrolled.device)?;
            if said.withdraws() {
                // Whoever wants to leave a fleet that they are not in any more has left.
                enrolment::forget(storage)?;
            } else {
                contact.ended(refusal == Refusal::Closed, now);
                contact.save(storage)?;
                // What waits would never be taken, and is about a person who has left.
                outbox.forget()?;
                said.forget()?;
                evidence::forget(storage)?;
            }
            return Err(refusal.into_error());
        }
        Some((refusal, asked)) => {
            let asked = if let Refusal::EnrolAgain(_) = refusal { Some(UNKNOWN_DEVICE) } else { asked };
            let error = refusal.into_error();
            contact.failed(&error, asked, &*channel.ports.random, now);
            Some(error)
        }
        None => {
            if tried {
                contact.succeeded();
            }
            None
        }
    };
    if contact != before {
        contact.save(storage)?;
    }
    Ok(Delivery {
        acknowledged,
        refused,
        waiting: outbox.waiting().len(),
        statements: said.acknowledged,
        statements_waiting: Statements::load(storage, enrolled.device)?.waiting().len(),
        new_policy: refreshed.policy,
        new_catalogue: refreshed.catalogue,
        next_try: problem.as_ref().and(contact.not_before),
        problem: problem.or(said.refusal).or_else(|| distrusted.into_iter().next()),
        ..Delivery::of(&contact)
    })
}

/// What the server told of that is older than what is held, and what is to be fetched.
fn newer(contact: &Contact, rules: &Rules, now: Timestamp) -> (Vec<AgentError>, Vec<What>) {
    if contact.acknowledged.is_none() {
        return (Vec::new(), if rules.policy.expires <= now { vec![What::Policy] } else { Vec::new() });
    }
    let mut distrusted = Vec::new();
    let mut wanted = Vec::new();
    let (held, told) = (rules.policy.revision(), contact.told_policy);
    match trust::no_older_policy(held, told) {
        Err(error) => distrusted.push(error),
        Ok(()) if told > held || rules.policy.expires <= now => wanted.push(What::Policy),
        Ok(()) => {}
    }
    let (held, told) = (rules.catalogue.revision, contact.told_catalogue);
    match trust::no_older_catalogue(held, told) {
        Err(error) => distrusted.push(error),
        Ok(()) if told > held => wanted.push(What::Catalogue),
        Ok(()) => {}
    }
    (distrusted, wanted)
}
