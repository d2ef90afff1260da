//! The command-line agent; see [`agent_core::host`].

use std::process::ExitCode;

use agent_core::{
    clock::SystemClock,
    host::command::{CommandLine, run},
};
use clap::Parser;

fn main() -> ExitCode {
    let tag = std::env::var("LC_ALL").or_else(|_| std::env::var("LANG")).unwrap_or_default();
    let (mut out, mut err) = (anstream::stdout().lock(), anstream::stderr().lock());
    run(CommandLine::parse(), &SystemClock, &tag, &mut out, &mut err)
}
