//! The agent's command line: what it takes, and its exit codes.

use std::{
    io::{Read, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use clap::{Parser, Subcommand};

use super::{
    absence::{self, PauseArguments, WithdrawArguments},
    call::Call,
    check::{self, CheckArguments},
    delivery::{self, DeliverArguments},
    enrolment::{self, EnrolArguments},
    failure::Failure,
    ledger::{self, LedgerArguments},
    moment,
    papers::{self, AcknowledgeArguments, DeclareArguments},
    probe::{self, Root},
    report::{self, ReportArguments},
    rotation,
    rounds::{self, RunArguments},
    server_trust::ServerTrust,
    speech::Speech,
    status,
    world::World,
};
use crate::{clock::Clock, judge::text::Language};

/// Judges a device against a company's policy and reports it.
#[derive(Debug, Parser)]
#[command(name = "atalaya-agent", version, about, after_help = EXIT_CODES)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
    /// Print one JSON document instead of words.
    #[arg(long, global = true)]
    json: bool,
    /// The language of the words, `es` or `en`; otherwise that of LANG, otherwise English.
    #[arg(long, global = true, value_parser = language, value_name = "LANGUAGE")]
    lang: Option<Language>,
    /// Where the agent keeps its key, its queue and its ledger; otherwise ~/.local/state/atalaya, or
    /// /var/lib/atalaya-agent for root.
    #[arg(long, global = true, value_name = "DIR")]
    state: Option<PathBuf>,
    #[command(flatten)]
    trust: ServerTrust,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a key and enrol this machine with the link, or the server and token, of your administrator.
    #[command(after_help = enrolment::EXAMPLES)]
    Enrol(EnrolArguments),
    /// Judge this machine, or exactly the given values. Nothing is kept or sent.
    #[command(after_help = check::EXAMPLES)]
    Check(CheckArguments),
    /// Read what the policy asks for and queue a signed report of it. Nothing is sent yet.
    #[command(after_help = report::EXAMPLES)]
    Report(ReportArguments),
    /// Send what is queued, and fetch a newer policy where there is one.
    #[command(after_help = delivery::EXAMPLES)]
    Deliver(DeliverArguments),
    /// Report and deliver, for ever.
    #[command(after_help = rounds::EXAMPLES)]
    Run(RunArguments),
    /// Where things stand.
    #[command(after_help = status::EXAMPLES)]
    Status,
    /// What left this machine, byte for byte.
    #[command(after_help = ledger::EXAMPLES)]
    Ledger(LedgerArguments),
    /// What is read of this machine, and why.
    #[command(after_help = papers::NOTICE_EXAMPLES)]
    Notice,
    /// The rules for WhatsApp at work, and what is asked to be declared.
    #[command(after_help = papers::RULES_EXAMPLES)]
    Rules,
    /// Say that you have read the notice or the rules.
    #[command(after_help = papers::ACKNOWLEDGE_EXAMPLES)]
    Acknowledge(AcknowledgeArguments),
    /// Answer what nobody can measure.
    #[command(after_help = papers::DECLARE_EXAMPLES)]
    Declare(DeclareArguments),
    /// Be away for some time: nothing is read or sent meanwhile.
    #[command(after_help = absence::PAUSE_EXAMPLES)]
    Pause(PauseArguments),
    /// Sign with another key from now on, such as after a copy of this machine's disk went astray.
    #[command(after_help = rotation::EXAMPLES)]
    RotateKey,
    /// Leave the company's fleet.
    #[command(after_help = absence::WITHDRAW_EXAMPLES)]
    Withdraw(WithdrawArguments),
}

const EXIT_CODES: &str = "Exit codes: 0 done · 1 failed · 2 wrong usage
For `check`: 0 compliant or in grace · 3 not compliant · 4 unknown";

fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "write `es` or `en`".to_owned())
}

/// What a command is run with.
pub struct Streams<'a> {
    /// Standard input, read for `--token-file -` alone.
    pub input: &'a mut dyn Read,
    /// Words, or the JSON document.
    pub out: &'a mut dyn Write,
    /// What went wrong.
    pub err: &'a mut dyn Write,
}

impl std::fmt::Debug for Streams<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Streams")
    }
}

/// Runs one command; `tag` is the user's LANG.
pub fn run(line: CommandLine, clock: Arc<dyn Clock>, tag: &str, streams: Streams<'_>) -> ExitCode {
    let world = World { clock, root: Root::of_this_machine(), zone: moment::zone(), transport: None };
    ExitCode::from(answer(line, &world, tag, streams))
}

/// Runs one command in this world; the exit code.
pub(super) fn answer(line: CommandLine, world: &World, tag: &str, streams: Streams<'_>) -> u8 {
    let language = line.lang.or_else(|| Language::from_tag(tag)).unwrap_or(Language::En);
    let Streams { input, out, err } = streams;
    let speech = Speech { language, zone: &world.zone, platform: probe::platform() };
    let clock = Arc::clone(&world.clock);
    let mut call = Call { speech, json: line.json, state: line.state, trust: line.trust, world, clock, input, out };
    let result = match line.command {
        Command::Enrol(arguments) => enrolment::run(&arguments, &mut call),
        Command::Check(arguments) => check::run(&arguments, &mut call),
        Command::Report(arguments) => report::run(&arguments, &mut call),
        Command::Deliver(arguments) => delivery::run(&arguments, &mut call),
        Command::Run(arguments) => rounds::run(&arguments, &mut call),
        Command::Status => status::run(&mut call),
        Command::Ledger(arguments) => ledger::run(&arguments, &mut call),
        Command::Notice => papers::notice(&mut call),
        Command::Rules => papers::rules(&mut call),
        Command::Acknowledge(arguments) => papers::acknowledge(&arguments, &mut call),
        Command::Declare(arguments) => papers::declare(&arguments, &mut call),
        Command::Pause(arguments) => absence::pause(&arguments, &mut call),
        Command::RotateKey => rotation::run(&mut call),
        Command::Withdraw(arguments) => absence::withdraw(&arguments, &mut call),
    };
    result.unwrap_or_else(|failure| tell(&failure, &mut call, err))
}

/// Words to where errors go, and with `--json` also a document to where answers go.
fn tell(failure: &Failure, call: &mut Call<'_>, err: &mut dyn Write) -> u8 {
    let words = failure.words(call.speech.language);
    // Where even this cannot be written there is nobody left to tell.
    let _ = writeln!(err, "{words}");
    if call.json {
        let _ = call.document(&serde_json::json!({ "error": { "code": failure.code(), "words": words } }));
    }
    failure.exit()
}
