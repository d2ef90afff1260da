//! `mdm`: what the company's device management knows of its devices.

mod coverage;
mod import;
mod list;
mod matching;
mod source;

use agent_core::wire::id::DeviceId;

use super::{answer::Answer, data::Context, error::CommandError};
use crate::mdm::Kind;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Take over messages and exports of device management from files.
    #[command(
        after_help = "Examples:\n  atalaya mdm import --source nanomdm 05-mdm.Connect.http --secret \"$KEY\"\n  \
                            atalaya mdm import --source play devices.json\n  \
                            atalaya mdm import --source intune devices.csv --map 'device_ref=Device ID' \
                            --map 'os_version=OS version' --map 'seen_at=Last check-in'\n\n\
                            docs/mdm.md lists what is taken; everything else is dropped while the file is read."
    )]
    Import(import::Arguments),
    /// List the records: each device of management, which of ours it is, and how old that is.
    List {
        /// Only this source.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
    },
    /// List devices that management knows and that never enrolled here.
    Coverage,
    /// Say by hand which device a record is about.
    #[command(after_help = "Examples:\n  atalaya mdm match --record A-17 --device 0000001ZQ8V7Y2M4C9K3T5R6WX\n  \
                            atalaya mdm match --record A-17 --source intune --none")]
    Match {
        /// The record's reference, as `mdm list` shows it.
        #[arg(long, value_name = "REFERENCE")]
        record: String,
        /// Its source; needed only where several have this reference.
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        /// The device, by its id.
        #[arg(long, value_name = "ID", required_unless_present = "none")]
        device: Option<DeviceId>,
        /// Take a match by hand back; the reference counts again.
        #[arg(long, conflicts_with = "device")]
        none: bool,
    },
    /// Where inventory comes from.
    #[command(subcommand)]
    Source(SourceCommand),
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum SourceCommand {
    /// Make a source and print the address and the key for its messages.
    #[command(after_help = "Example: atalaya mdm source add nanomdm --kind nanomdm")]
    Add {
        /// Its name: letters, digits, `-`, `_` and `.`.
        name: String,
        /// nanomdm, amapi, csv or apple-status.
        #[arg(long, value_parser = kind)]
        kind: Kind,
        /// Its lists of apps leave no WhatsApp out: none is asked for with `ManagedAppsOnly`, or with `Identifiers` that
        /// do not name both. Only then is an app that is not in a list absent; otherwise it is unknown.
        #[arg(long)]
        whole_app_lists: bool,
        /// The server's address; otherwise the one it serves under.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// List the sources, what came from each, and what could not be read.
    List,
    /// Print a source's address and key again.
    Secret {
        /// Its name.
        name: String,
        /// Put a new key in force; the one before ends at once.
        #[arg(long)]
        renew: bool,
        /// The server's address; otherwise the one it serves under.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

fn kind(text: &str) -> Result<Kind, String> {
    text.parse().map_err(|error: crate::mdm::KindError| error.to_string())
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Import(arguments) => import::run(arguments, context).await,
        Command::List { source } => list::run(source, context).await,
        Command::Coverage => coverage::run(context).await,
        Command::Match { record, source, device, .. } => matching::run(record, source, device, context).await,
        Command::Source(command) => source::run(command, context).await,
    }
}

/// Refuses a name that no source can have.
fn checked(option: &str, name: &str) -> Result<(), CommandError> {
    if crate::access::api_token::is_name(name) {
        return Ok(());
    }
    let rule = "a source's name has 1 to 40 letters, digits, `-`, `_` and `.`, such as `nanomdm`";
    Err(CommandError::Usage(format!("{option}: {rule}")))
}

/// A moment to the second.
fn second(moment: jiff::Timestamp) -> String {
    format!("{moment:.0}")
}

/// How old something is, in the largest whole unit.
fn age(now: jiff::Timestamp, then: jiff::Timestamp) -> String {
    let minutes = now.duration_since(then).as_mins().max(0);
    match minutes {
        0..60 => format!("{minutes} min"),
        60..2880 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1440),
    }
}
