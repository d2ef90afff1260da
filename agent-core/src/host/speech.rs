//! A posture in words: one sentence first, then what needs doing, then what is fine.

use std::{collections::BTreeMap, io::Write};

use anstyle::{AnsiColor, Style};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    moment,
    phrase::{self, Phrase},
};
use crate::{
    judge::{
        Check, CheckVerdict, DeviceState, Platform, Posture, Verdict,
        text::{Language, Told, say, told},
    },
    wire::posture::{ReceivedPosture, ReceivedVerdict},
};

/// How things are told: in which language, and in which zone.
#[derive(Clone, Copy)]
pub(super) struct Speech<'a> {
    pub(super) language: Language,
    pub(super) zone: &'a TimeZone,
    /// Whose posture is told: a computer's person is not told of phones.
    pub(super) platform: Platform,
}

/// One check, of this machine's own judgement or of the server's.
struct Line {
    /// None for a check that only a newer server knows.
    check: Option<Check>,
    name: String,
    verdict: Verdict,
    counted: bool,
    code: String,
    params: BTreeMap<String, String>,
    deadline: Option<Timestamp>,
}

impl From<&CheckVerdict> for Line {
    fn from(verdict: &CheckVerdict) -> Self {
        let params = verdict.reason.params().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            check: Some(verdict.check),
            name: verdict.check.to_string(),
            verdict: verdict.verdict,
            counted: verdict.counted,
            code: verdict.reason.code().to_owned(),
            params: params.collect(),
            deadline: verdict.deadline,
        }
    }
}

impl From<&ReceivedVerdict> for Line {
    fn from(verdict: &ReceivedVerdict) -> Self {
        Self {
            check: Check::from_word(&verdict.check),
            name: verdict.check.clone(),
            // A word of a newer server is shown as unknown, never as good.
            verdict: Verdict::from_word(&verdict.verdict).unwrap_or(Verdict::Unknown),
            counted: verdict.counted,
            code: verdict.reason.code.clone(),
            params: verdict.reason.params.clone(),
            deadline: verdict.deadline,
        }
    }
}

impl Speech<'_> {
    /// What this machine makes of itself.
    pub(super) fn posture(&self, posture: &Posture, out: &mut dyn Write) -> std::io::Result<()> {
        self.lines(posture.state.into(), posture.checks.iter().map(Line::from).collect(), out)
    }

    /// What the server makes of it.
    pub(super) fn received(
        &self,
        state: DeviceState,
        posture: &ReceivedPosture,
        out: &mut dyn Write,
    ) -> std::io::Result<()> {
        self.lines(state, posture.checks.iter().map(Line::from).collect(), out)
    }

    /// The state in one word of the vocabulary.
    pub(super) fn state(&self, state: DeviceState) -> String {
        say(self.language, &format!("state.{state}"), &BTreeMap::new()).unwrap_or_default()
    }

    /// A moment in the zone.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        moment::print(at, self.zone)
    }

    /// A phrase in the language.
    pub(super) fn say(&self, phrase: Phrase, params: &[(&str, &dyn std::fmt::Display)]) -> String {
        phrase::say(self.language, phrase, params)
    }

    fn lines(&self, state: DeviceState, mut lines: Vec<Line>, out: &mut dyn Write) -> std::io::Result<()> {
        let style = colour(match state {
            DeviceState::Compliant => Verdict::Pass,
            DeviceState::InGrace => Verdict::Nudge,
            DeviceState::NotCompliant => Verdict::Fail,
            DeviceState::Unknown | DeviceState::Stale => Verdict::Unknown,
        })
        .bold();
        writeln!(out, "{style}{}{style:#}", self.headline(state, &lines))?;
        lines.sort_by_key(urgency);
        for line in &lines {
            writeln!(out)?;
            self.one(line, out)?;
        }
        Ok(())
    }

    fn headline(&self, state: DeviceState, lines: &[Line]) -> String {
        let failing = lines.iter().filter(|line| line.verdict == Verdict::Fail).count();
        let unknown = lines.iter().filter(|line| line.verdict == Verdict::Unknown && line.counted).count();
        match state {
            DeviceState::Compliant => self.say(Phrase::AllIsWell, &[]),
            DeviceState::InGrace => self.say(Phrase::SomethingInTime, &[("count", &failing)]),
            DeviceState::NotCompliant => self.say(Phrase::SomethingToFix, &[("count", &failing)]),
            DeviceState::Unknown => self.say(Phrase::NotEverythingKnown, &[("count", &unknown)]),
            DeviceState::Stale => self.say(Phrase::Silent, &[]),
        }
    }

    fn told(&self, line: &Line) -> Told {
        let told = told(self.language, line.check.unwrap_or(Check::DeviceEncryption), &line.code, &line.params);
        let computers = |key: String| Some(self.say(phrase::for_computers(self.platform, &key)?, &[]));
        Told {
            what: computers(format!("reason.{}", line.code)).unwrap_or(told.what),
            why: computers(format!("check.{}.why", line.name)).unwrap_or(told.why),
            fix: computers(format!("reason.{}.fix", line.code)).or(told.fix),
            title: told.title,
        }
    }

    fn one(&self, line: &Line, out: &mut dyn Write) -> std::io::Result<()> {
        let told = self.told(line);
        let title = if line.check.is_some() { &told.title } else { &line.name };
        let word = say(self.language, &format!("verdict.{}", line.verdict), &BTreeMap::new()).unwrap_or_default();
        let style = colour(line.verdict);
        writeln!(out, "{style}{} {title}{style:#} · {word}", shape(line.verdict))?;
        writeln!(out, "  {}", told.what)?;
        if !matches!(line.verdict, Verdict::Pass | Verdict::NotApplicable) {
            if line.check.is_some() {
                writeln!(out, "  {}", told.why)?;
            }
            if let Some(fix) = told.fix {
                writeln!(out, "  → {fix}")?;
            }
            if let Some(deadline) = line.deadline {
                writeln!(out, "  {}", self.say(Phrase::TimeLeft, &[("moment", &self.moment(deadline))]))?;
            }
        }
        Ok(())
    }
}

const fn urgency(line: &Line) -> u8 {
    match line.verdict {
        Verdict::Fail if line.deadline.is_none() => 0,
        Verdict::Fail => 1,
        Verdict::Unknown => 2,
        Verdict::Nudge => 3,
        Verdict::Pass => 4,
        Verdict::NotApplicable => 5,
    }
}

/// Word and shape, so that nothing rests on colour alone.
const fn shape(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Nudge => "!",
        Verdict::Fail => "✗",
        Verdict::Unknown => "?",
        Verdict::NotApplicable => "–",
    }
}

const fn colour(verdict: Verdict) -> Style {
    let colour = match verdict {
        Verdict::Pass => AnsiColor::Green,
        Verdict::Nudge => AnsiColor::Yellow,
        Verdict::Fail => AnsiColor::Red,
        Verdict::Unknown => AnsiColor::Cyan,
        Verdict::NotApplicable => AnsiColor::BrightBlack,
    };
    colour.on_default()
}
