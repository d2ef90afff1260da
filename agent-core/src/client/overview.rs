//! Everything that a person is shown, in one value and in their language: what the screens of a phone draw.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    agent::Agent,
    error::{AgentError, Problem},
    own_posture::OwnPosture,
    papers::Papers,
    status::Status,
};
use crate::{
    judge::{
        Check, DeviceState, Evidence, Posture, Remediation, Verdict,
        check::Severity,
        text::{Language, Told, say, told},
    },
    wire::posture::{ReceivedPosture, ReceivedVerdict},
};

/// Everything that a person is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Where things stand.
    pub status: Status,
    /// How things stand, in one sentence.
    pub headline: String,
    /// The server's verdicts; the device's own, provisional, while the server has not answered its newest report.
    pub posture: Option<ToldPosture>,
    /// When the device looked at itself for its newest report.
    pub checked_at: Option<Timestamp>,
    /// When the server's newest acknowledgement came.
    pub sent_at: Option<Timestamp>,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
    /// What the person is shown and asked; none before there is an enrolment.
    pub papers: Option<Papers>,
    /// What is wrong now, oldest first, in the person's language.
    pub problems: Vec<Problem>,
}

/// A posture as a person is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldPosture {
    /// The overall state.
    pub state: DeviceState,
    /// Whether the device judged this itself and the server has not yet.
    pub provisional: bool,
    /// The moment of judgement.
    pub at: Timestamp,
    /// Each check, what needs doing first. What a newer server judges and this version has no words for is left out
    /// here; the state covers it.
    pub checks: Vec<ToldVerdict>,
}

/// The answer to one check as a person is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldVerdict {
    /// The check.
    pub check: Check,
    /// The answer.
    pub verdict: Verdict,
    /// How much it weighs.
    pub severity: Severity,
    /// Whether it counts towards the overall state.
    pub counted: bool,
    /// Whether it fails and there is still time.
    pub in_grace: bool,
    /// The stable code of the reason.
    pub reason: String,
    /// The words.
    pub told: Told,
    /// The step that mends it.
    pub remediation: Remediation,
    /// Since when it is so.
    pub since: Timestamp,
    /// Until when there is time.
    pub deadline: Option<Timestamp>,
    /// The weakest evidence that the answer rests on.
    pub evidence: Option<Evidence>,
}

impl ToldPosture {
    /// What the device makes of itself, in the person's language.
    pub fn provisional(posture: &Posture, language: Language) -> Self {
        Self::of(&posture.into(), posture.state.into(), true, language)
    }

    /// This posture in the person's language.
    pub fn of(posture: &ReceivedPosture, state: DeviceState, provisional: bool, language: Language) -> Self {
        let told = |verdict| ToldVerdict::of(verdict, language);
        let mut checks: Vec<ToldVerdict> = posture.checks.iter().filter_map(told).collect();
        checks.sort_by_key(ToldVerdict::urgency);
        Self { state, provisional, at: posture.at, checks }
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.checks.iter().filter(|one| one.verdict == verdict && one.counted).count()
    }

    fn headline(&self, language: Language) -> String {
        let counted = match self.state {
            DeviceState::Unknown => self.count(Verdict::Unknown),
            _ => self.count(Verdict::Fail),
        };
        sentence(language, &format!("headline.{}", self.state), &[("count", counted.to_string())])
    }
}

impl ToldVerdict {
    fn of(verdict: &ReceivedVerdict, language: Language) -> Option<Self> {
        let check = Check::from_word(&verdict.check)?;
        let code = &verdict.reason.code;
        // A word of a newer server is shown as unknown, never as good.
        let answer = Verdict::from_word(&verdict.verdict).unwrap_or(Verdict::Unknown);
        let mends = !matches!(answer, Verdict::Pass | Verdict::NotApplicable);
        let Told { title, what, why, fix } = told(language, check, code, &verdict.reason.params);
        Some(Self {
            check,
            verdict: answer,
            severity: Severity::from_word(&verdict.severity).unwrap_or(Severity::Fail),
            counted: verdict.counted,
            in_grace: answer == Verdict::Fail && verdict.deadline.is_some(),
            reason: code.clone(),
            told: Told { title, what, why, fix: fix.filter(|_| mends) },
            remediation: if mends { Remediation::of_code(code) } else { Remediation::None },
            since: verdict.since,
            deadline: verdict.deadline,
            evidence: verdict.evidence.as_deref().and_then(Evidence::from_word),
        })
    }

    const fn urgency(&self) -> u8 {
        match self.verdict {
            Verdict::Fail if self.in_grace => 1,
            Verdict::Fail => 0,
            Verdict::Unknown => 2,
            Verdict::Nudge => 3,
            Verdict::Pass => 4,
            Verdict::NotApplicable => 5,
        }
    }
}

impl Agent {
    /// Everything that a person is shown, without the network.
    pub fn overview(&self, language: Language) -> Result<Overview, AgentError> {
        let status = self.status()?;
        let enrolment = status.enrolment.as_ref();
        let own = match enrolment {
            Some(enrolment) => OwnPosture::load(&*self.ports.storage, enrolment.device)?,
            None => None,
        };
        let last = status.acknowledged.as_ref();
        let answered = last.filter(|last| own.as_ref().is_none_or(|own| own.sequence <= last.sequence));
        let servers = answered.and_then(|last| Some((last.posture.as_ref()?, last.state, false)));
        let owns = own.as_ref().map(|own| (&own.posture, own.state, true));
        let posture = servers
            .or(owns)
            .map(|(posture, state, provisional)| ToldPosture::of(posture, state, provisional, language));
        let headline = match (enrolment, &posture) {
            (None, _) => sentence(language, "headline.not-enrolled", &[]),
            (Some(enrolment), _) if enrolment.left => {
                let key = if enrolment.closed { "headline.closed" } else { "headline.left" };
                sentence(language, key, &[("organisation", enrolment.organisation.clone())])
            }
            (Some(_), Some(posture)) => posture.headline(language),
            (Some(_), None) => sentence(language, "headline.not-checked", &[]),
        };
        Ok(Overview {
            papers: enrolment.map(|_| self.papers(language)).transpose()?,
            headline,
            posture,
            checked_at: own.as_ref().map(|own| own.posture.at).or_else(|| Some(last?.posture.as_ref()?.at)),
            sent_at: last.map(|last| last.at),
            next_at: status.not_before.or(status.next_check_in),
            problems: status.problems.iter().map(|problem| in_words(problem, language)).collect(),
            status,
        })
    }
}

/// A problem in the words of its code; one without words of its own is the server's, and its code is said.
fn in_words(problem: &Problem, language: Language) -> Problem {
    let own = say(language, &format!("problem.{}", problem.code), &BTreeMap::new());
    let words = own.unwrap_or_else(|| sentence(language, "problem.refused", &[("code", problem.code.clone())]));
    Problem { words, ..problem.clone() }
}

fn sentence(language: Language, key: &str, params: &[(&str, String)]) -> String {
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    say(language, key, &params).unwrap_or_default()
}
