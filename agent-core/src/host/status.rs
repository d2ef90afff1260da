//! `status`: where things stand, and what to do next.

use std::io::Write;

use super::{call::Call, failure, failure::Failure, phrase::Phrase};
use crate::client::{EnrolmentStatus, Status};

pub(super) const EXAMPLES: &str = "Examples:
  atalaya-agent status
  atalaya-agent status --json

Exit codes: 0 enrolled · 1 not enrolled, or something failed · 2 wrong usage";

pub(super) fn run(call: &mut Call<'_>) -> Result<u8, Failure> {
    let Some(machine) = call.enrolled()? else { return not_enrolled(call) };
    let status = machine.agent().status()?;
    if call.json {
        call.document(&status)?;
    } else if let Some(enrolment) = &status.enrolment {
        tell(&status, enrolment, call)?;
    }
    Ok(0)
}

fn not_enrolled(call: &mut Call<'_>) -> Result<u8, Failure> {
    let folder = call.folder()?;
    if call.json {
        call.document(&serde_json::json!({ "enrolment": null, "lookedIn": folder }))?;
    } else {
        let speech = call.speech;
        writeln!(call.out, "{}", speech.say(Phrase::NotEnrolledYet, &[]))?;
        writeln!(call.out, "{}", speech.say(Phrase::NextEnrol, &[]))?;
        writeln!(call.out, "{}", speech.say(Phrase::LookedIn, &[("folder", &folder.display())]))?;
    }
    Ok(1)
}

fn tell(status: &Status, enrolment: &EnrolmentStatus, call: &mut Call<'_>) -> Result<(), Failure> {
    let speech = call.speech;
    let headline = match (enrolment.left, enrolment.closed) {
        (true, true) => Phrase::WasClosed,
        (true, false) => Phrase::HasLeft,
        (false, _) => Phrase::EnrolledAt,
    };
    writeln!(call.out, "{}\n", speech.say(headline, &[("organisation", &enrolment.organisation)]))?;
    let mut rows = Vec::new();
    let mut row = |name: Phrase, value: String| rows.push((speech.say(name, &[]), value));
    match &status.acknowledged {
        Some(last) => {
            row(Phrase::State, speech.state(last.state));
            let params: [(&str, &dyn std::fmt::Display); 2] =
                [("sequence", &last.sequence), ("moment", &speech.moment(last.at))];
            row(Phrase::LastReport, speech.say(Phrase::NumberAt, &params));
        }
        None => row(Phrase::State, speech.say(Phrase::NoAnswerYet, &[])),
    }
    let waiting = match status.queue.oldest {
        Some(oldest) => {
            let params: [(&str, &dyn std::fmt::Display); 2] =
                [("count", &status.queue.reports), ("moment", &speech.moment(oldest))];
            speech.say(Phrase::ReportsSince, &params)
        }
        None => speech.say(Phrase::NothingWaits, &[]),
    };
    row(Phrase::Waiting, waiting);
    if let Some(next) = status.not_before.or(status.next_check_in) {
        row(Phrase::NextTime, speech.moment(next));
    }
    let said = &status.statements;
    if said.notice_pending {
        row(Phrase::StillToRead, speech.say(Phrase::TheNotice, &[]));
    }
    if said.rules_pending {
        row(Phrase::StillToRead, speech.say(Phrase::TheRules, &[]));
    }
    if said.declarations_pending > 0 {
        row(Phrase::StillToDeclare, speech.say(Phrase::SeeRules, &[("count", &said.declarations_pending)]));
    }
    if let Some(until) = said.paused_until {
        row(Phrase::Away, speech.say(Phrase::UntilMoment, &[("moment", &speech.moment(until))]));
    }
    if let Some(rules) = &status.rules {
        if let Some(until) = rules.quiet_until {
            row(Phrase::QuietHours, speech.say(Phrase::UntilMoment, &[("moment", &speech.moment(until))]));
        }
        let params: [(&str, &dyn std::fmt::Display); 3] =
            [("policy", &rules.policy), ("revision", &rules.policy_revision), ("group", &rules.group)];
        row(Phrase::Policy, speech.say(Phrase::RulesOf, &params));
        if rules.policy_expired {
            let expired = speech.moment(rules.policy_expires);
            row(Phrase::Policy, speech.say(Phrase::PolicyExpired, &[("moment", &expired)]));
        }
    }
    row(Phrase::Server, enrolment.server.clone());
    row(Phrase::Device, enrolment.device.label());
    row(Phrase::Since, speech.moment(enrolment.enrolled_at));
    write_rows(&rows, call.out)?;
    if !status.problems.is_empty() {
        writeln!(call.out, "\n{}", speech.say(Phrase::Problems, &[]))?;
        for problem in &status.problems {
            let words = failure::problem(speech.language, &problem.code, &problem.words);
            writeln!(call.out, "  {} · {words}", speech.moment(problem.at))?;
        }
    }
    Ok(())
}

/// Names on the left, values in one column beside them.
fn write_rows(rows: &[(String, String)], out: &mut dyn Write) -> std::io::Result<()> {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    rows.iter().try_for_each(|(name, value)| writeln!(out, "  {name:width$}  {value}"))
}
