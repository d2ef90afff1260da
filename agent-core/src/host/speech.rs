//! A posture in words: one sentence first, then what needs doing, then what is fine.

use std::{collections::BTreeMap, io::Write};

use anstyle::{AnsiColor, Style};
use jiff::{Timestamp, tz::TimeZone};

use crate::judge::{
    CheckVerdict, Posture, PostureState, Verdict,
    text::{Language, say, told},
};

/// Writes the posture for a person; colours are left to the stream, which drops them off a terminal.
pub(super) fn tell(posture: &Posture, language: Language, zone: &TimeZone, out: &mut dyn Write) -> std::io::Result<()> {
    let style = colour(match posture.state {
        PostureState::Compliant => Verdict::Pass,
        PostureState::InGrace => Verdict::Nudge,
        PostureState::NotCompliant => Verdict::Fail,
        PostureState::Unknown => Verdict::Unknown,
    })
    .bold();
    writeln!(out, "{style}{}{style:#}", headline(posture, language))?;
    let mut checks: Vec<&CheckVerdict> = posture.checks.iter().collect();
    checks.sort_by_key(|verdict| urgency(verdict));
    for verdict in checks {
        writeln!(out)?;
        one(verdict, language, zone, out)?;
    }
    Ok(())
}

fn headline(posture: &Posture, language: Language) -> String {
    let failing = posture.checks.iter().filter(|verdict| verdict.verdict == Verdict::Fail).count();
    let unknown = posture.checks.iter().filter(|check| check.verdict == Verdict::Unknown && check.counted).count();
    match (posture.state, language) {
        (PostureState::Compliant, Language::Es) => "Todo en orden.".to_owned(),
        (PostureState::Compliant, Language::En) => "All is well.".to_owned(),
        (PostureState::InGrace, Language::Es) => format!("Hay algo que arreglar, con plazo ({failing})."),
        (PostureState::InGrace, Language::En) => format!("There is something to fix, with time left ({failing})."),
        (PostureState::NotCompliant, Language::Es) => format!("Hay algo que arreglar ({failing})."),
        (PostureState::NotCompliant, Language::En) => format!("There is something to fix ({failing})."),
        (PostureState::Unknown, Language::Es) => format!("No se puede saber todo ({unknown})."),
        (PostureState::Unknown, Language::En) => format!("Not everything can be known ({unknown})."),
    }
}

const fn urgency(verdict: &CheckVerdict) -> u8 {
    match verdict.verdict {
        Verdict::Fail if verdict.deadline.is_none() => 0,
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

fn one(verdict: &CheckVerdict, language: Language, zone: &TimeZone, out: &mut dyn Write) -> std::io::Result<()> {
    let params = verdict.reason.params().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let params: BTreeMap<String, String> = params.collect();
    let told = told(language, verdict.check, verdict.reason.code(), &params);
    let word = say(language, &format!("verdict.{}", verdict.verdict), &BTreeMap::new()).unwrap_or_default();
    let style = colour(verdict.verdict);
    writeln!(out, "{style}{} {}{style:#} · {word}", shape(verdict.verdict), told.title)?;
    writeln!(out, "  {}", told.what)?;
    if !matches!(verdict.verdict, Verdict::Pass | Verdict::NotApplicable) {
        writeln!(out, "  {}", told.why)?;
        if let Some(fix) = told.fix {
            writeln!(out, "  → {fix}")?;
        }
        if let Some(deadline) = verdict.deadline {
            let until = if language == Language::Es { "Plazo: hasta el" } else { "Time left: until" };
            writeln!(out, "  {until} {}", moment(deadline, zone))?;
        }
    }
    Ok(())
}

fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at);
    format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
}
