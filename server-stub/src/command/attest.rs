//! `attest`: verifies one piece of evidence and says what it proves. Needs no data folder.

mod android;
mod description;
mod ios;
mod told;
mod words;

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{answer::Answer, data::Context, error::CommandError, input::InputError};
use crate::attestation::{Fault, Reason, Shortfall, unhex};
use agent_core::judge::text::Language;

const ANDROID_EXAMPLES: &str = "Examples:\n  \
    atalaya attest android --chain chain.pem --challenge 6368616c6c656e6765 --status status.json\n  \
    atalaya attest android --chain chain.pem --any-challenge --at 2026-02-24T00:49:23Z --json\n\n\
    Exit codes: 0 proved · 1 not proved or failed · 2 wrong usage";
const IOS_EXAMPLES: &str = "Examples:\n  \
    atalaya attest ios --attestation a.cbor --client-data-hash HEX --app-id TEAMID.com.example.app\n  \
    atalaya attest ios --attestation a.json --environment development --at 2024-02-05T00:00:00Z\n\n\
    Exit codes: 0 proved · 1 not proved or failed · 2 wrong usage";

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// A chain of Android key attestation.
    #[command(after_help = ANDROID_EXAMPLES)]
    Android(android::Arguments),
    /// An object of Apple's App Attest, and an assertion by its key.
    #[command(after_help = IOS_EXAMPLES)]
    Ios(ios::Arguments),
}

pub(super) fn run(command: &Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Android(arguments) => android::run(arguments, context.now()),
        Command::Ios(arguments) => ios::run(arguments, context.now()),
    }
}

/// More than any evidence, list of roots or status list is long.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What is in a file, or what comes in where it is `-`. A pipe does not say beforehand how long it is.
fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let unreadable = |error| InputError::Unreadable { path: PathBuf::from(path), error };
    let from: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path).map_err(unreadable)?) };
    let mut bytes = Vec::new();
    from.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LONGEST {
        return Err(CommandError::Refused(format!("{}: is longer than 64 MiB; this is no such file", path.display())));
    }
    Ok(bytes)
}

/// Bytes that are not what they must be are evidence that proves nothing.
fn malformed(certificate: Option<usize>, fault: &Fault) -> Shortfall {
    Shortfall { reason: Reason::Malformed, certificate, detail: Some(fault.to_string()) }
}

fn hex_bytes(text: &str) -> Result<Vec<u8>, String> {
    unhex(text).ok_or_else(|| "write it as hex digits, two for each byte".to_owned())
}

fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "write a time such as 2026-02-24T00:49:23Z".to_owned())
}

fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "write `es` or `en`".to_owned())
}
