//! `pause` and `withdraw`: being away for some time, and leaving for good.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    call::{Call, wait},
    failure::Failure,
    papers,
    phrase::Phrase,
};
use crate::client::Leaving;

pub(super) const PAUSE_EXAMPLES: &str = "Examples:
  atalaya-agent pause --until 2027-01-07                     from now until that day begins
  atalaya-agent pause --from 2026-12-24 --until 2027-01-07
  atalaya-agent pause --end                                  back early

While a pause lasts nothing is read or sent, and silence does not count. No reason is asked.";

pub(super) const WITHDRAW_EXAMPLES: &str = "Examples:
  atalaya-agent withdraw --yes

From then on nothing is reported. The company is told, and the enrolment and the key are forgotten; the ledger stays.
Where the company cannot be told, or need not be, they are forgotten all the same, and it says so.";

/// From when until when.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub(super) struct PauseArguments {
    /// When it begins: a day such as 2026-12-24, or a moment such as 2026-12-24T18:00:00+01:00; otherwise now.
    #[arg(long, value_name = "TIME", requires = "until", value_parser = moment)]
    from: Option<Moment>,
    /// When it ends, in the same way.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Moment>,
    /// End the pause that lasts.
    #[arg(long, conflicts_with_all = ["from", "until"])]
    end: bool,
}

/// Whether it is meant.
#[derive(Debug, clap::Args)]
pub(super) struct WithdrawArguments {
    /// Yes, leave: it cannot be taken back.
    #[arg(long, required = true)]
    yes: bool,
}

/// A moment, or the beginning of a day in the machine's zone.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Moment(Timestamp),
    Day(Date),
}

impl Moment {
    fn at(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Moment(moment) => moment,
            Self::Day(day) => {
                let begins = zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0));
                begins.compatible().unwrap_or(Timestamp::MAX)
            }
        }
    }
}

fn moment(text: &str) -> Result<Moment, String> {
    let day = || text.parse().map(Moment::Day);
    let moment = text.parse().map(Moment::Moment);
    moment.or_else(|_| day()).map_err(|_| "write a day such as 2026-12-24, or a moment in RFC 3339".to_owned())
}

pub(super) fn pause(arguments: &PauseArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    let machine = call.must_be_enrolled()?;
    let now = call.clock.now();
    let zone = call.speech.zone;
    let from = arguments.from.map_or(now, |from| from.at(zone));
    let until = arguments.until.map_or(now, |until| until.at(zone));
    machine.agent().pause(from, until)?;
    if !call.json {
        let said = if arguments.end {
            call.speech.say(Phrase::PauseEnded, &[])
        } else {
            let params: [(&str, &dyn std::fmt::Display); 2] =
                [("from", &call.speech.moment(from)), ("until", &call.speech.moment(until))];
            call.speech.say(Phrase::PauseDeclared, &params)
        };
        writeln!(call.out, "{said}")?;
    }
    papers::tell(&machine, false, call)
}

pub(super) fn withdraw(_: &WithdrawArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    let machine = call.must_be_enrolled()?;
    let leaving = wait(machine.agent().withdraw())??;
    if call.json {
        let (told, closed) = (leaving == Leaving::Told, leaving == Leaving::Closed);
        call.document(&serde_json::json!({ "withdrawn": true, "told": told, "closed": closed }))?;
        return Ok(0);
    }
    writeln!(call.out, "{}", call.speech.say(Phrase::Withdrawn, &[]))?;
    let besides = match leaving {
        Leaving::Told => return Ok(0),
        Leaving::Closed => Phrase::WithdrawnFromClosed,
        Leaving::Untold => Phrase::WithdrawnUntold,
    };
    writeln!(call.out, "{}", call.speech.say(besides, &[]))?;
    Ok(0)
}
