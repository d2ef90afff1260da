//! `report`: what the policy asks for is read, judged, sealed and queued.

use serde::Serialize;

use super::{call::Call, failure::Failure, phrase::Phrase};
use crate::client::{Held, Queued};

pub(super) const EXAMPLES: &str = "Examples:
  atalaya-agent report
  atalaya-agent report --now --json   also in quiet hours, because a person asks";

/// How a report is made.
#[derive(Debug, clap::Args)]
pub(super) struct ReportArguments {
    /// Also in quiet hours: a person asks for it now.
    #[arg(long)]
    now: bool,
}

/// The document of `--json`: one of the two.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    queued: Option<Queued>,
    held: Option<Held>,
}

pub(super) fn run(arguments: &ReportArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    let machine = call.must_be_enrolled()?;
    let quiet = machine.agent().quiet_until()?.filter(|_| !arguments.now);
    if let Some(until) = quiet {
        if call.json {
            call.document(&Answer { queued: None, held: Some(Held::QuietHours { until }) })?;
        } else {
            let until = call.speech.moment(until);
            let said = call.speech.say(Phrase::QuietNothingRead, &[("moment", &until)]);
            writeln!(call.out, "{said}\n{}", call.speech.say(Phrase::WithNow, &[]))?;
        }
        return Ok(0);
    }
    let queued = machine.report()?;
    if call.json {
        call.document(&Answer { queued: Some(queued), held: None })?;
    } else {
        let speech = call.speech;
        writeln!(call.out, "{}", speech.say(Phrase::ReportQueued, &[("sequence", &queued.sequence)]))?;
        if !queued.full {
            writeln!(call.out, "{}", speech.say(Phrase::SameFacts, &[]))?;
        }
        writeln!(call.out, "{}", speech.say(Phrase::NextDeliver, &[]))?;
    }
    Ok(0)
}
