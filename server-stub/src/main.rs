//! The `atalaya` command; see [`atalaya_server::command`].

use std::{process::ExitCode, sync::Arc};

use agent_core::clock::SystemClock;
use atalaya_server::command::{CommandLine, run};
use clap::Parser as _;

/// Every report is many small allocations on several threads; the system's allocator was a quarter of the work.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run(CommandLine::parse(), Arc::new(SystemClock))
}
