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
    evidence::{
        asking,
        trust::{self, Document, TrustError},
    },
    releases::{Fetcher, Mirror},
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
    /// Ask for Google's list of revoked certificates now; where it changed, stored evidence is judged again.
    #[command(
        after_help = "Examples:\n  atalaya trust fetch\n  atalaya trust fetch --mirror https://mirror.example.com/feeds\n\n\
                            A mirror has it as android-status/status.json. `serve --fetch-trust` asks by schedule.\n\
                            Exit codes: 0 it answered · 1 it did not, what is held stays · 2 wrong usage"
    )]
    Fetch {
        /// A folder of saved answers to ask instead of the source itself.
        #[arg(long, value_name = "BASE_URL")]
        mirror: Option<Mirror>,
    },
    /// List the documents that are held, with their age, and how asking for them went.
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
        Command::Fetch { mirror } => {
            let data = context.open(Fresh::Make).await?;
            let outcome = asking::fetch(&data.server, &Fetcher::new(mirror)).await?;
            let words = match (outcome.outcome, outcome.entries, &outcome.reason) {
                (_, _, Some(reason)) => format!("{}: {reason}. What is held stays and grows old.", outcome.document),
                (_, Some(entries), _) => format!(
                    "{}: {entries} entries. Stored evidence is judged again as soon as the server runs.",
                    outcome.document
                ),
                _ => format!("{}: nothing has changed.", outcome.document),
            };
            let code = u8::from(outcome.reason.is_some());
            Ok(Answer { words, json: json!(outcome), code })
        }
        Command::List => {
            let (data, now) = (context.open(Fresh::Refuse).await?, context.now());
            let held = data.server.store.read(|connection| match trust::list(connection) {
                Ok(held) => Ok((held, asking::source(connection)?)),
                Err(TrustError::Store(error)) => Err(error),
                Err(error) => Err(crate::store::StoreError::row("trust document", error)),
            });
            let (held, source) = held.await?;
            let heading = ["DOCUMENT", "ENTRIES", "AS OF", "AGE", "ASKED", "NEXT", "LAST ERROR", "WHAT"];
            let mut rows = vec![heading.map(str::to_owned).to_vec()];
            rows.extend(Document::ALL.into_iter().map(|document| {
                let one = held.iter().find(|one| one.name == document.as_str());
                let cell = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
                let asked = source.as_ref().filter(|source| source.name == document.as_str());
                vec![
                    document.as_str().to_owned(),
                    cell(one.map(|one| one.entries.to_string())),
                    cell(one.map(|one| format!("{:.0}", one.as_of))),
                    cell(one.map(|one| format!("{} h", now.duration_since(one.as_of).as_hours().max(0)))),
                    cell(asked.map(|asked| format!("{:.0}", asked.asked_at))),
                    cell(asked.and_then(|asked| asked.next_at).map(|at| format!("{at:.0}"))),
                    cell(asked.and_then(|asked| asked.last_error.clone())),
                    document.what(Language::En).to_owned(),
                ]
            }));
            let mut words = columns(&rows);
            if !held.iter().any(|one| one.name == Document::AndroidStatus.as_str()) {
                words.push_str(
                    "\n\nNo revocation list is held, so no certificate counts as revoked: `atalaya trust fetch`, or `atalaya trust import --help`.",
                );
            }
            Ok(Answer::done(words, json!({"documents": held, "sources": source.into_iter().collect::<Vec<_>>()})))
        }
    }
}
