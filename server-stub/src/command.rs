//! The `atalaya` command line: serving, and everything an administrator does beside the data.
//!
//! Every command opens the data folder itself, so it works beside a running server and without one. With `--json` a
//! command prints one document on stdout; notes and logs go to stderr.

mod admin;
mod answer;
mod api_token;
mod attest;
mod audit;
mod backup;
mod catalogue;
mod data;
#[cfg(feature = "demo")]
mod demo;
mod device;
mod error;
mod input;
mod mdm;
mod note;
mod organisation;
mod policy;
mod posture;
mod qr;
mod restore;
mod serve;
mod token;
mod trust;
mod verify;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use agent_core::clock::Clock;
use clap::{Parser, Subcommand};

use self::{answer::Answer, data::Context, error::CommandError};

const EXIT_CODES: &str = "Exit codes: 0 done · 1 failed · 2 wrong usage";

/// The endpoint of Atalaya: takes signed posture reports, keeps them, and shows the fleet.
#[derive(Debug, Parser)]
#[command(name = "atalaya", version, about, after_help = EXIT_CODES)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
    /// The data folder; otherwise that of ATALAYA_DATA, otherwise ./atalaya-data.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The organisation, by number or name; needed only where there are several.
    #[arg(long, global = true, value_name = "ORGANISATION")]
    org: Option<String>,
    /// Print one JSON document on stdout instead of words.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve devices and people over HTTPS until SIGTERM or SIGINT.
    Serve(serve::Arguments),
    /// Show a fleet that has lived for ninety days, with this very machine in it.
    #[cfg(feature = "demo")]
    Demo(crate::demo::Options),
    /// The people who look at the fleet.
    #[command(subcommand)]
    Admin(admin::Command),
    /// Enrolment tokens: what lets a device in.
    #[command(subcommand)]
    Token(token::Command),
    /// API tokens: what lets a script in.
    #[command(subcommand)]
    ApiToken(api_token::Command),
    /// What the company requires of its devices.
    #[command(subcommand)]
    Policy(policy::Command),
    /// What is known about releases.
    #[command(subcommand)]
    Catalogue(catalogue::Command),
    /// What the company's device management knows of its devices.
    #[command(subcommand)]
    Mdm(mdm::Command),
    /// Evidence of hardware: what one piece proves, and what not.
    #[command(subcommand)]
    Attest(attest::Command),
    /// Roots and revocations that hardware evidence is held against.
    #[command(subcommand)]
    Trust(trust::Command),
    /// The devices and their states.
    #[command(subcommand)]
    Device(device::Command),
    /// The organisations of this server.
    #[command(subcommand)]
    Org(organisation::Command),
    /// The log of administrative acts.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Copy the database into a new file, beside a running server.
    Backup(backup::Arguments),
    /// Make a backup the data of a server again.
    Restore(restore::Arguments),
    /// Check every invariant of the stored data by computing it again.
    Verify(verify::Arguments),
}

/// Runs one command to its end. What it says goes to stdout, what went wrong to stderr.
#[cfg_attr(not(feature = "demo"), expect(unused_mut, reason = "only a demo is told its folder"))]
pub fn run(mut line: CommandLine, clock: Arc<dyn Clock>) -> ExitCode {
    // Only a folder that was named: a demo must never come near the company's usual one.
    #[cfg(feature = "demo")]
    if let Command::Demo(options) = &mut line.command {
        options.data.clone_from(&line.data);
    }
    let context = Context::new(line.data, line.org, line.json, clock);
    if !matches!(line.command, Command::Serve(_)) {
        crate::serve::log::start_plain();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return error::tell(&CommandError::Output(error)),
    };
    let outcome = runtime.block_on(dispatch(line.command, &context));
    match outcome.and_then(|answer| answer.write(context.json)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => error::tell(&error),
    }
}

async fn dispatch(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Serve(arguments) => serve::run(arguments, context).await,
        #[cfg(feature = "demo")]
        Command::Demo(options) => demo::run(&options, context).await,
        Command::Admin(command) => admin::run(command, context).await,
        Command::Token(command) => token::run(command, context).await,
        Command::ApiToken(command) => api_token::run(command, context).await,
        Command::Policy(command) => policy::run(command, context).await,
        Command::Catalogue(command) => catalogue::run(command, context).await,
        Command::Mdm(command) => mdm::run(command, context).await,
        Command::Attest(command) => attest::run(&command, context),
        Command::Trust(command) => trust::run(command, context).await,
        Command::Device(command) => device::run(command, context).await,
        Command::Org(command) => organisation::run(command, context).await,
        Command::Audit(command) => audit::run(command, context).await,
        Command::Backup(arguments) => backup::run(&arguments, context).await,
        Command::Restore(arguments) => restore::run(&arguments, context).await,
        Command::Verify(arguments) => verify::run(&arguments, context).await,
    }
}
