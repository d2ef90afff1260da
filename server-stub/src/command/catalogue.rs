//! `catalogue`: what is known about releases.

use std::path::{Path, PathBuf};

use agent_core::judge::catalogue::document::CatalogueDocument;
use serde_json::json;

use super::{
    answer::Answer,
    data::{Context, Fresh},
    error::CommandError,
    input,
};
use crate::{
    access::{Actor, api_token::is_name, audit},
    judging::rules::{RulesError, import_catalogue},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Take over a catalogue from a file; the fleet is judged again.
    #[command(after_help = "Example: atalaya catalogue import --source administrator releases.yaml")]
    Import {
        /// Who vouches for the file, as the log shows it.
        #[arg(long, value_name = "NAME")]
        source: String,
        /// The catalogue, YAML or JSON.
        file: PathBuf,
    },
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Import { source, file } => import(source, &file, context).await,
    }
}

async fn import(source: String, file: &Path, context: &Context) -> Result<Answer, CommandError> {
    if !is_name(&source) {
        let rule = "a source has 1 to 40 letters, digits, `-`, `_` and `.`, such as `administrator`";
        return Err(CommandError::Usage(format!("--source: {rule}")));
    }
    let (name, text) = (input::name(file), input::text(file)?);
    // Faults of the document are told before any data is opened or made.
    CatalogueDocument::from_text(&name, &text)?;
    let (data, scope) = context.open_with_organisation(Fresh::Make).await?;
    let (now, from, shown) = (context.now(), source.clone(), name.clone());
    let imported = data.server.store.write(move |conn| {
        let revision = match import_catalogue(conn, scope, &from, (&name, &text), now) {
            Ok(revision) => revision,
            Err(RulesError::Store(error)) => return Err(error),
            // Refused before anything was written.
            Err(refused) => return Ok(Err(refused)),
        };
        let detail = json!({"source": from, "revision": revision});
        audit::record(conn, scope, now, &Actor::Local, "catalogue.imported", detail)?;
        Ok(Ok(revision))
    });
    let revision = imported.await??;
    let words = format!(
        "{shown}: catalogue {revision} is in force, from `{source}`. The fleet is judged again as soon as the server runs."
    );
    Ok(Answer::done(words, json!({"revision": revision, "source": source})))
}
