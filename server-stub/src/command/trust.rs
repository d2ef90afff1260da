//! `trust`: the roots and the list of revoked certificates that hardware evidence is held against.

use std::path::PathBuf;

use agent_core::judge::text::Language;
use jiff::Timestamp;
use serde_json::json;

use super::{
    answer::{Answer, columns},
    data::{Context, Fresh},
    error::CommandError,
    input,
};
use crate::{
    access::{Actor, audit},
    evidence::trust::{self, Document, TrustError},
};

/// Longer than any list of roots or revoked certificates.
const LONGEST: usize = 64 * 1024 * 1024;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Take over a document in the place of the one of its kind; stored evidence is judged again.
    #[command(after_help = "Examples:\n  \
        curl -O https://android.googleapis.com/attestation/status\n  \
        atalaya trust import android-status status\n  \
        atalaya trust import android-roots company-roots.pem")]
    Import {
        /// android-status, android-roots or apple-roots.
        #[arg(value_parser = document)]
        document: Document,
        /// The list as its source gives it, JSON; or roots, PEM or DER.
        file: PathBuf,
        /// When its source said so, RFC 3339; otherwise now.
        #[arg(long, value_name = "TIME")]
        as_of: Option<Timestamp>,
    },
    /// List the documents that are held, with their age.
    List,
}

fn document(name: &str) -> Result<Document, String> {
    let names = || Document::ALL.map(Document::as_str).join(", ");
    Document::ALL
        .into_iter()
        .find(|document| document.as_str() == name)
        .ok_or_else(|| format!("write one of {}", names()))
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Import { document, file, as_of } => {
            let (name, bytes) = (input::name(&file), input::bytes(&file, LONGEST)?);
            let (data, now) = (context.open(Fresh::Make).await?, context.now());
            let as_of = as_of.unwrap_or(now);
            if as_of > now {
                return Err(CommandError::Usage(format!("--as-of: {as_of} has not come yet")));
            }
            let organisations = data.server.organisations().await?;
            let imported = data.server.store.write(move |connection| {
                let held = match trust::import(connection, document, &bytes, as_of, now) {
                    Ok(held) => held,
                    Err(TrustError::Store(error)) => return Err(error),
                    // Refused before anything was written.
                    Err(refused) => return Ok(Err(refused)),
                };
                for (scope, _) in organisations {
                    let detail = json!({"document": held.name, "entries": held.entries, "asOf": held.as_of});
                    audit::record(connection, scope, now, &Actor::Local, "trust.imported", detail)?;
                }
                Ok(Ok(held))
            });
            let held = imported.await?.map_err(|error| CommandError::Refused(format!("{name}: {error}")))?;
            let words = format!(
                "{name}: {} entries as {}, of {}. Stored evidence is judged again as soon as the server runs.",
                held.entries, held.name, held.as_of
            );
            Ok(Answer::done(words, json!(held)))
        }
        Command::List => {
            let data = context.open(Fresh::Refuse).await?;
            let held = data.server.store.read(|connection| match trust::list(connection) {
                Ok(held) => Ok(held),
                Err(TrustError::Store(error)) => Err(error),
                Err(error) => Err(crate::store::StoreError::row("trust document", error)),
            });
            let held = held.await?;
            let mut rows = vec![["DOCUMENT", "ENTRIES", "AS OF", "WHAT"].map(str::to_owned).to_vec()];
            rows.extend(Document::ALL.into_iter().map(|document| {
                let one = held.iter().find(|one| one.name == document.as_str());
                let cell = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
                vec![
                    document.as_str().to_owned(),
                    cell(one.map(|one| one.entries.to_string())),
                    cell(one.map(|one| format!("{:.0}", one.as_of))),
                    document.what(Language::En).to_owned(),
                ]
            }));
            let mut words = columns(&rows);
            if !held.iter().any(|one| one.name == Document::AndroidStatus.as_str()) {
                words.push_str(
                    "\n\nNo revocation list is held, so no certificate counts as revoked: `atalaya trust import --help`.",
                );
            }
            Ok(Answer::done(words, json!({"documents": held})))
        }
    }
}
