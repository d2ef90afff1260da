//! `audit`: the log of administrative acts.

use serde_json::json;

use super::{
    answer::{Answer, columns},
    data::{Context, Fresh},
    error::CommandError,
};
use crate::access::audit;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List what was done, newest first, and where the hash chain stands.
    ///
    /// Keep the chain's head elsewhere from time to time: it shows whether entries were cut off the end.
    #[command(after_help = "Example: atalaya audit list --limit 20")]
    List {
        /// How many entries.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        /// Only entries before this number.
        #[arg(long, value_name = "NUMBER")]
        before: Option<i64>,
    },
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    let Command::List { limit, before } = command;
    let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
    let (entries, head) = data
        .server
        .store
        .read(move |conn| Ok((audit::entries(conn, scope, before, limit)?, audit::head(conn, scope)?)))
        .await?;
    let mut rows = vec![["ENTRY", "AT", "WHO", "WHAT", ""].map(str::to_owned).to_vec()];
    for entry in &entries {
        let text = |name: &str| {
            let found = entry.payload.as_ref().and_then(|payload| payload.get(name));
            found.map_or_else(String::new, |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        let what = if entry.payload.is_none() { "(erased)".to_owned() } else { text("action") };
        rows.push(vec![entry.entry.to_string(), text("at"), text("actor"), what, text("detail")]);
    }
    let words = format!("{}\n\nHead of the chain: {} {}", columns(&rows), head.entry, head.chain);
    Ok(Answer::done(words, json!({"entries": entries, "head": head})))
}
