//! `catalogue list`: the newest release of each product, and every source's age and failures.

use jiff::Timestamp;
use serde_json::json;

use super::super::{
    answer::{Answer, columns},
    data::{Context, Fresh},
    error::CommandError,
};
use crate::{
    fleet::{ReleaseLineView, releases},
    releases::{SourceView, sources},
};

pub(super) async fn run(context: &Context) -> Result<Answer, CommandError> {
    let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
    let now = context.now();
    let (lines, sources) = data
        .server
        .store
        .read(move |conn| Ok((releases::releases(conn, scope, now)?, sources(conn, scope, now)?)))
        .await?;
    let words = format!("{}\n\n{}", table(&lines), source_table(&sources));
    Ok(Answer::done(words, json!({"lines": lines, "sources": sources})))
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

fn moment(at: Option<Timestamp>, none: &str) -> String {
    at.map_or_else(|| none.to_owned(), |at| format!("{at:.0}"))
}

fn source_table(sources: &[SourceView]) -> String {
    let mut rows = vec![
        ["SOURCE", "CONFIDENCE", "STATE", "ASKED", "ANSWERED", "AGE", "NEXT", "LAST ERROR"].map(str::to_owned).to_vec(),
    ];
    rows.extend(sources.iter().map(|source| {
        let failing = if source.failing > 1 { format!(" (and {} more)", source.failing - 1) } else { String::new() };
        vec![
            source.source.clone(),
            source.confidence.clone(),
            source.state.as_str().to_owned(),
            moment(source.asked_at, "never"),
            moment(source.fetched_at, "never"),
            source.age_hours.map_or_else(|| "–".to_owned(), |hours| format!("{hours} h")),
            moment(source.next_at, "–"),
            source.last_error.as_ref().map_or_else(String::new, |error| format!("{error}{failing}")),
        ]
    }));
    columns(&rows)
}
