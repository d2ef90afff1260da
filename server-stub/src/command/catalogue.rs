//! `catalogue`: what is known about releases.

mod explain;
mod fetch;
mod import;
mod list;
mod quarantine;

use std::path::PathBuf;

use super::{answer::Answer, data::Context, error::CommandError};
use crate::releases::{Mirror, source};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Ask the sources what is known about releases; where that changes anything, the fleet is judged again.
    #[command(
        after_help = "Examples:\n  atalaya catalogue fetch\n  atalaya catalogue fetch --source sofa --source cve\n  \
                            atalaya catalogue fetch --mirror https://mirror.example.com/feeds\n\n\
                            Exit codes: 0 at least one source answered · 1 none did · 2 wrong usage"
    )]
    Fetch {
        /// Only this source; can be given several times.
        #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(source::names()))]
        source: Vec<String>,
        /// A folder of saved answers to ask instead of the sources themselves.
        #[arg(long, value_name = "BASE_URL")]
        mirror: Option<Mirror>,
    },
    /// Take over a catalogue, or a saved answer of a source, from a file; the fleet is judged again.
    #[command(after_help = "Examples:\n  atalaya catalogue import --source administrator releases.yaml\n  \
                            atalaya catalogue import --source android-patch android_sdk_35.json")]
    Import {
        /// Who vouches for the file, as the log shows it; or the source whose saved answer it is.
        #[arg(long, value_name = "NAME")]
        source: String,
        /// The catalogue, YAML or JSON; or the answer as it came.
        file: PathBuf,
    },
    /// List what is known: the newest release of each product, its source and age; and every source's age and failures.
    List,
    /// List the heuristics that only advise on one build of a system, as `spec.quarantine` of the policy asks; end one.
    Quarantine {
        /// End this one: the heuristic weighs there again as the policy says, and is not taken for wrong again.
        #[arg(long, value_name = "NUMBER")]
        end: Option<u32>,
    },
    /// Say what "latest" means for one product on one platform now, and why.
    #[command(after_help = "Examples:\n  atalaya catalogue explain whatsapp-business android\n  \
                            atalaya catalogue explain os ios --model iPhone14,5")]
    Explain {
        /// os, security-patch or whatsapp-business.
        product: String,
        /// The platform or distribution, such as android, ios or debian.
        platform: String,
        /// A hardware model as the device prints it: what its newest version is.
        #[arg(long)]
        model: Option<String>,
    },
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Fetch { source, mirror } => fetch::run(source, mirror, context).await,
        Command::Import { source, file } => import::run(source, &file, context).await,
        Command::List => list::run(context).await,
        Command::Quarantine { end } => quarantine::run(end, context).await,
        Command::Explain { product, platform, model } => explain::run(product, platform, model, context).await,
    }
}
