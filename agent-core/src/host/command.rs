//! The agent's command line: what it takes, and its exit codes.

use std::{io::Write, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use jiff::Timestamp;

use super::check;
use crate::{clock::Clock, judge::text::Language};

/// Judges a device against a company's policy.
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
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge exactly the given values; nothing is read from this machine, kept or sent.
    #[command(after_help = EXIT_CODES)]
    Check(CheckArguments),
}

/// What `check` judges.
#[derive(Debug, clap::Args)]
pub(super) struct CheckArguments {
    /// What was seen: a JSON document such as {"platform":"android","screenLock":{"value":true,"evidence":"os-reported"}}.
    #[arg(long, value_name = "FILE")]
    pub(super) facts: PathBuf,
    /// What is required: a policy in YAML or JSON, `apiVersion: posture/v1`.
    #[arg(long, value_name = "FILE")]
    pub(super) policy: PathBuf,
    /// What is known about releases, in JSON or YAML; without it "latest" is unknown.
    #[arg(long, value_name = "FILE")]
    pub(super) catalogue: Option<PathBuf>,
    /// What was so before: a JSON document with `enrolledAt`, `failingSince` and `held`; without it every failing
    /// begins now.
    #[arg(long, value_name = "FILE")]
    pub(super) standing: Option<PathBuf>,
    /// The moment of judgement, such as 2026-11-24T09:00:00Z; otherwise now.
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<Timestamp>,
}

const EXIT_CODES: &str = "Exit codes: 0 compliant or in grace · 1 failed · 2 wrong usage · 3 not compliant · 4 unknown";

fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "write `es` or `en`".to_owned())
}

/// Runs one command. Words go to `out`, what went wrong to `err`; `tag` is the user's LANG.
pub fn run(line: CommandLine, clock: &dyn Clock, tag: &str, out: &mut dyn Write, err: &mut dyn Write) -> ExitCode {
    let language = line.lang.or_else(|| Language::from_tag(tag)).unwrap_or(Language::En);
    let Command::Check(arguments) = line.command;
    match check::run(&arguments, line.json, language, clock, out) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // Where even this cannot be written there is nobody left to tell.
            let _ = writeln!(err, "{error}");
            ExitCode::FAILURE
        }
    }
}
