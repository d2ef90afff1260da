//! The `atalaya` command; see [`atalaya_server::command`].

use std::{process::ExitCode, sync::Arc};

use agent_core::clock::SystemClock;
use atalaya_server::command::{CommandLine, run};
use clap::Parser as _;

fn main() -> ExitCode {
    run(CommandLine::parse(), Arc::new(SystemClock))
}
