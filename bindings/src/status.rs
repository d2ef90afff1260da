//! Everything the screens show, in one crossing.

use std::time::SystemTime;

use agent_core::client;

use crate::{
    moment::moment,
    paper::{DeclarationStatus, Paper},
    posture::Posture,
};

/// Everything the screens show.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// The enrolment; none before there is one.
    pub enrolment: Option<EnrolmentStatus>,
    /// How things stand, in one sentence.
    pub headline: String,
    /// The server's verdicts; the device's own, provisional, while the server has not answered its newest report.
    pub posture: Option<Posture>,
    /// When the device looked at itself for its newest report.
    pub checked_at: Option<SystemTime>,
    /// When the server's newest acknowledgement came.
    pub sent_at: Option<SystemTime>,
    /// When it is tried next.
    pub next_at: Option<SystemTime>,
    /// When quiet hours end by the device's clock, while they last: nothing is read, sent or notified until then.
    pub quiet_until: Option<SystemTime>,
    /// When the pause that the person declared ends by the device's clock, while it lasts.
    pub paused_until: Option<SystemTime>,
    /// How many reports and statements wait.
    pub waiting: u32,
    /// What is read of the device, and why; none before there is an enrolment. Pending: nothing is reported before the
    /// person has acknowledged it, and never where the employer gave it in another way.
    pub notice: Option<Paper>,
    /// The rules of use, where the policy asks for them.
    pub usage_rules: Option<Paper>,
    /// What the policy asks to be declared.
    pub declarations: Vec<DeclarationStatus>,
    /// Whether the person has said that they leave, and the server has not heard it yet.
    pub withdraws: bool,
    /// What is wrong now, oldest first; empty when all is well.
    pub problems: Vec<Problem>,
}

/// Who this device is, and where.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct EnrolmentStatus {
    /// The server's address.
    pub server: String,
    /// The organisation's name.
    pub organisation: String,
    /// The device's id.
    pub device: String,
    /// When it was enrolled.
    pub enrolled_at: SystemTime,
    /// Whether the device is out of the fleet: it left, or it was closed. Nothing is sent any more.
    pub left: bool,
    /// Whether it is out because the company closed it.
    pub closed: bool,
}

/// Something that is wrong now.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Problem {
    /// The stable code.
    pub code: String,
    /// What is wrong and what to do, in the person's language.
    pub words: String,
    /// When it was met last.
    pub at: SystemTime,
}

impl From<client::Overview> for Status {
    fn from(overview: client::Overview) -> Self {
        let client::Overview { status, headline, posture, checked_at, sent_at, next_at, papers, problems } = overview;
        let client::StatementsStatus { waiting, paused_until, withdraws, .. } = status.statements;
        let (notice, usage_rules, declarations) = match papers {
            Some(client::Papers { notice, notice_given_elsewhere: _, usage_rules, declarations }) => {
                (Some(notice), usage_rules, declarations)
            }
            None => (None, None, Vec::new()),
        };
        Self {
            enrolment: status.enrolment.map(EnrolmentStatus::from),
            headline,
            posture: posture.map(Posture::from),
            checked_at: checked_at.map(moment),
            sent_at: sent_at.map(moment),
            next_at: next_at.map(moment),
            quiet_until: status.rules.and_then(|rules| rules.quiet_until).map(moment),
            paused_until: paused_until.map(moment),
            waiting: u32::try_from(status.queue.reports + waiting).unwrap_or(u32::MAX),
            notice: notice.map(Paper::from),
            usage_rules: usage_rules.map(Paper::from),
            declarations: declarations.into_iter().map(DeclarationStatus::from).collect(),
            withdraws,
            problems: problems.into_iter().map(Problem::from).collect(),
        }
    }
}

impl From<client::EnrolmentStatus> for EnrolmentStatus {
    fn from(status: client::EnrolmentStatus) -> Self {
        let client::EnrolmentStatus { server, organisation, device, enrolled_at, left, closed } = status;
        Self { server, organisation, device: device.to_string(), enrolled_at: moment(enrolled_at), left, closed }
    }
}

impl From<client::Problem> for Problem {
    fn from(problem: client::Problem) -> Self {
        let client::Problem { code, words, at } = problem;
        Self { code, words, at: moment(at) }
    }
}
