//! `catalogue`: what is known about releases.

use std::path::{Path, PathBuf};

use agent_core::judge::catalogue::document::CatalogueDocument;
use jiff::Timestamp;
use serde_json::json;

use super::{
    answer::{Answer, columns},
    data::{Context, Fresh},
    error::CommandError,
    input,
};
use crate::{
    access::{Actor, api_token::is_name, audit},
    fleet::{ReleaseLineView, releases},
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
    /// List what is known: the newest release of each product, its source and age.
    List,
    /// Say what "latest" means for one product on one platform now, and why.
    #[command(after_help = "Example: atalaya catalogue explain whatsapp-business android")]
    Explain {
        /// os, security-patch or whatsapp-business.
        product: String,
        /// The platform or distribution, such as android, ios or debian.
        platform: String,
    },
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Import { source, file } => import(source, &file, context).await,
        Command::List => {
            let lines = lines(context).await?;
            Ok(Answer::done(table(&lines), json!({"lines": lines})))
        }
        Command::Explain { product, platform } => {
            let lines = lines(context).await?;
            let line = lines.iter().find(|line| line.product == product && line.platform == platform);
            let line = line.ok_or_else(|| {
                let known: Vec<String> =
                    lines.iter().map(|line| format!("{} {}", line.product, line.platform)).collect();
                let known = if known.is_empty() { "nothing yet".to_owned() } else { known.join(", ") };
                CommandError::Refused(format!("nothing is known of {product} on {platform}; known: {known}"))
            })?;
            Ok(Answer::done(explain(line, context.now()), json!(line)))
        }
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

async fn lines(context: &Context) -> Result<Vec<ReleaseLineView>, CommandError> {
    let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
    let now = context.now();
    Ok(data.server.store.read(move |conn| releases::releases(conn, scope, now)).await?)
}

fn table(lines: &[ReleaseLineView]) -> String {
    let heading = ["PRODUCT", "PLATFORM", "LATEST", "NEWEST", "FLOOR", "FETCHED", ""];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    rows.extend(lines.iter().map(|line| {
        let or_none = |text: Option<&String>| text.map_or_else(|| "–".to_owned(), Clone::clone);
        vec![
            line.product.clone(),
            line.platform.clone(),
            or_none(line.effective_latest.as_ref()),
            or_none(line.newest.as_ref()),
            or_none(line.floors.first().map(|floor| &floor.version)),
            line.fetched_at.map_or_else(|| "–".to_owned(), |at| format!("{at:.0}")),
            match (line.releases.is_empty(), line.stale) {
                (true, _) => "no releases known".to_owned(),
                (false, true) => "too old to say what is latest".to_owned(),
                (false, false) => String::new(),
            },
        ]
    }));
    columns(&rows)
}

fn explain(line: &ReleaseLineView, now: Timestamp) -> String {
    let mut told = vec![match &line.effective_latest {
        Some(latest) => format!("Latest of {} on {} is {latest}.", line.product, line.platform),
        None if line.releases.is_empty() => "What is latest is unknown: no source says.".to_owned(),
        None if line.stale => "What is latest is unknown: every source is older than the policy allows.".to_owned(),
        None => "What is latest is unknown: no release is older than the hold-back window.".to_owned(),
    }];
    if let Some(fetched) = line.fetched_at {
        let hours = now.duration_since(fetched).as_hours();
        told.push(format!("The newest claim was fetched {fetched:.0}, {hours} hours ago."));
    }
    told.push("Releases, newest first:".to_owned());
    for release in line.releases.iter().take(10) {
        let held = if release.settled { "" } else { ", held back: staged roll-outs take days" };
        let on = release.devices.map(|devices| format!(", {devices} devices")).unwrap_or_default();
        told.push(format!(
            "  {} of {} ({}, {}){held}{on}",
            release.version, release.released, release.source, release.confidence
        ));
    }
    if line.releases.len() > 10 {
        told.push(format!("  and {} older ones", line.releases.len() - 10));
    }
    for floor in &line.floors {
        let exploited = if floor.exploited { ", known to be exploited" } else { "" };
        let below = floor.devices_below.map(|devices| format!(", {devices} devices below")).unwrap_or_default();
        told.push(format!("Floor {}: {}{exploited} ({}){below}", floor.version, floor.cve, floor.source));
    }
    for cycle in &line.cycles {
        let until = cycle.until.map_or_else(|| "no end announced".to_owned(), |day| format!("supported until {day}"));
        told.push(format!("Support of {}: {until} ({})", cycle.cycle, cycle.source));
    }
    told.join("\n")
}
