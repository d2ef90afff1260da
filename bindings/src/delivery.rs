//! What an enrolment, a report and a delivery came to.

use std::time::SystemTime;

use agent_core::client;

use crate::{error::AgentError, moment::moment};

/// An enrolment, as the person is told of it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Enrolment {
    /// The server's address.
    pub server: String,
    /// The organisation's name.
    pub organisation: String,
    /// The device's id from now on.
    pub device: String,
    /// When it was enrolled.
    pub enrolled_at: SystemTime,
}

impl From<client::Enrolment> for Enrolment {
    fn from(enrolment: client::Enrolment) -> Self {
        let client::Enrolment { server, organisation, device, enrolled_at } = enrolment;
        Self { server, organisation, device: device.to_string(), enrolled_at: moment(enrolled_at) }
    }
}

/// A report that waits to be delivered.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Queued {
    /// The report's number.
    pub sequence: u64,
    /// Whether it carries facts; otherwise it names an acknowledged report with the same ones.
    pub full: bool,
}

impl From<client::Queued> for Queued {
    fn from(queued: client::Queued) -> Self {
        // The posture is in the status, in the person's words.
        let client::Queued { sequence, full, posture: _ } = queued;
        Self { sequence, full }
    }
}

/// What holds a delivery back.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Held {
    /// Quiet hours.
    QuietHours {
        /// When they end.
        until: SystemTime,
    },
    /// A pause that the person declared.
    Pause {
        /// When it ends.
        until: SystemTime,
    },
    /// A wait after failures, or one that the server asked for.
    BackOff {
        /// When it ends.
        until: SystemTime,
    },
}

impl From<client::Held> for Held {
    fn from(held: client::Held) -> Self {
        match held {
            client::Held::QuietHours { until } => Self::QuietHours { until: moment(until) },
            client::Held::Pause { until } => Self::Pause { until: moment(until) },
            client::Held::BackOff { until } => Self::BackOff { until: moment(until) },
        }
    }
}

/// What one delivery did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Delivery {
    /// What held it back; then nothing was sent.
    pub held: Option<Held>,
    /// How many reports the server acknowledged.
    pub acknowledged: u32,
    /// How many it refused for good. They stand in the ledger.
    pub refused: u32,
    /// How many still wait.
    pub waiting: u32,
    /// How many statements of the person the server acknowledged.
    pub statements: u32,
    /// How many statements still wait.
    pub statements_waiting: u32,
    /// Whether a newer policy came.
    pub new_policy: bool,
    /// Whether a newer catalogue came.
    pub new_catalogue: bool,
    /// What was in the way.
    pub problem: Option<AgentError>,
    /// When to try again, where there is something to try.
    pub next_try: Option<SystemTime>,
    /// When the server would like to hear next.
    pub next_check_in: Option<SystemTime>,
    /// The server refused a report that this device can make better: report and deliver again now.
    pub report_again: bool,
}

impl From<client::Delivery> for Delivery {
    fn from(delivery: client::Delivery) -> Self {
        // The newest acknowledgement is in the status, in the person's words.
        let client::Delivery {
            held,
            acknowledged,
            refused,
            waiting,
            statements,
            statements_waiting,
            new_policy,
            new_catalogue,
            problem,
            next_try,
            next_check_in,
            report_again,
            last: _,
        } = delivery;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            held: held.map(Held::from),
            acknowledged: number(acknowledged),
            refused: number(refused),
            waiting: number(waiting),
            statements: number(statements),
            statements_waiting: number(statements_waiting),
            new_policy,
            new_catalogue,
            problem: problem.map(AgentError::from),
            next_try: next_try.map(moment),
            next_check_in: next_check_in.map(moment),
            report_again,
        }
    }
}
