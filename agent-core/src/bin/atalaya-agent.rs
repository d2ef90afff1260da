//! The command-line agent; see [`agent_core::host`].

use std::{process::ExitCode, sync::Arc};

use agent_core::{
    clock::SystemClock,
    host::command::{CommandLine, Streams, run},
};
use clap::Parser;

fn main() -> ExitCode {
    let tag = std::env::var("LC_ALL").or_else(|_| std::env::var("LANG")).unwrap_or_default();
    let (mut input, mut out, mut err) = (std::io::stdin(), anstream::stdout().lock(), anstream::stderr().lock());
    let streams = Streams { input: &mut input, out: &mut out, err: &mut err };
    run(CommandLine::parse(), Arc::new(SystemClock), &tag, streams)
}
