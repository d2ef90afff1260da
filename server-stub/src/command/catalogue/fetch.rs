//! `catalogue fetch`: ask the sources now.

use serde_json::json;

use super::super::{
    answer::Answer,
    data::{Context, Fresh},
    error::CommandError,
    note::note,
};
use crate::{
    access::{Actor, audit},
    releases::{self, Fetcher, Mirror, Outcome, source},
};

pub(super) async fn run(
    chosen: Vec<String>,
    mirror: Option<Mirror>,
    context: &Context,
) -> Result<Answer, CommandError> {
    let (data, scope) = context.open_with_organisation(Fresh::Make).await?;
    let names: Vec<&str> = source::names();
    let names: Vec<&str> =
        names.into_iter().filter(|name| chosen.is_empty() || chosen.iter().any(|one| one == name)).collect();
    // Without being named, a source that only a file answers is no failure.
    let told = |outcome: &Outcome| !chosen.is_empty() || outcome.asked > 0;
    let mut tell = |outcome: &Outcome| {
        if told(outcome) {
            note(&line(outcome, context.now()));
        }
    };
    let mut round = releases::fetch(&data.server, &Fetcher::new(mirror), &[scope], &names, &mut tell).await?;
    round.outcomes.retain(told);
    let revision = round.merged.iter().find_map(|(_, merged)| merged.revision);
    if let Some(revision) = revision {
        let now = context.now();
        let detail = json!({"sources": names, "revision": revision});
        let record = move |conn: &rusqlite::Connection| {
            Ok(audit::record(conn, scope, now, &Actor::Local, "catalogue.fetched", detail)?)
        };
        data.server.store.write(record).await?;
    }
    let words = match (revision, round.worked()) {
        (Some(revision), _) => {
            format!("Catalogue {revision} is in force. The fleet is judged again as soon as the server runs.")
        }
        (None, true) => "Nothing has changed; the catalogue in force stays.".to_owned(),
        (None, false) => "No source answered; what was known stays in force and grows old.".to_owned(),
    };
    let json = json!({"sources": round.outcomes, "revision": revision, "changed": revision.is_some()});
    Ok(Answer { words, json, code: u8::from(!round.worked()) })
}

/// One source in one line, such as `sofa: ok, 66 claims`.
fn line(outcome: &Outcome, now: jiff::Timestamp) -> String {
    let parts =
        if outcome.asked > 1 { format!(", {} of {} answers", outcome.answered, outcome.asked) } else { String::new() };
    let claims = if outcome.claims > 0 { format!(", {} claims", outcome.claims) } else { String::new() };
    let reason = outcome.reason.as_ref().map_or_else(String::new, |reason| format!("; {reason}"));
    let age = match outcome.fetched_at {
        _ if outcome.answered > 0 => String::new(),
        Some(at) => format!("; last answered {} hours ago", now.duration_since(at).as_hours()),
        None => "; never answered yet".to_owned(),
    };
    format!("{}: {}{parts}{claims}{reason}{age}", outcome.source, outcome.outcome)
}
