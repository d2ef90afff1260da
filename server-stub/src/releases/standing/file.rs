//! The administrator's file beside the sources that are asked: it came once, and ages until another is imported.

use std::collections::BTreeMap;

use agent_core::judge::{Period, catalogue::Confidence};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;

use super::{
    super::{claim::rank, explain::hours, weigh::Administrator},
    SourceState, SourceView, Spoken,
};
use crate::{
    judging::catalogues::MERGED,
    scope::Scope,
    store::{StoreError, from_ms, parse},
};

/// The file that was imported last; none where none ever was.
pub(super) fn view(
    connection: &Connection,
    scope: Scope,
    (now, max_age): (Timestamp, Period),
) -> Result<Option<SourceView>, StoreError> {
    let row: Option<(String, i64, String)> = connection
        .prepare_cached(
            "SELECT source, imported_at, document FROM catalogues WHERE org = ?1 AND source <> ?2
             ORDER BY revision DESC LIMIT 1",
        )?
        .query_row((scope.org(), MERGED), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((source, imported_at, document)) = row else { return Ok(None) };
    let lines = Administrator::of(&parse("catalogue", &document)?).lines;
    let fetched = || lines.iter().filter_map(|line| line["fetchedAt"].as_str()?.parse::<Timestamp>().ok());
    let word = |line: &Value| Confidence::ALL.iter().copied().find(|one| line["confidence"] == one.as_str());
    let confidences = lines.iter().filter_map(word);
    let (fetched_at, oldest_at) = (fetched().max(), fetched().min());
    let is_fresh = oldest_at.is_some_and(|at| max_age.after(at) > now);
    Ok(Some(SourceView {
        source,
        // Not worth more than its weakest line.
        confidence: confidences.max_by_key(|one| rank(*one)).unwrap_or(Confidence::Observed).to_string(),
        state: if is_fresh { SourceState::Current } else { SourceState::Stale },
        host: None,
        asked_at: Some(from_ms(imported_at)),
        fetched_at,
        age_hours: fetched_at.map(|at| hours(now, at)),
        oldest_at,
        parts: 1,
        failing: 0,
        last_error: None,
        last_fault: None,
        next_at: None,
        speaks_for: spoken(&lines),
    }))
}

fn spoken(lines: &[Value]) -> Vec<Spoken> {
    let mut told: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for line in lines {
        let (Some(product), Some(platform)) = (line["product"].as_str(), line["platform"].as_str()) else { continue };
        let lists = ["releases", "floors", "support", "models"].iter().filter_map(|list| line[*list].as_array());
        let claims = lists.map(|list| u64::try_from(list.len()).unwrap_or(u64::MAX)).sum::<u64>();
        *told.entry((product, platform)).or_default() += claims;
    }
    let spoken = |((product, platform), claims): ((&str, &str), u64)| Spoken {
        product: Some(product.to_owned()),
        platform: Some(platform.to_owned()),
        claims,
    };
    told.into_iter().map(spoken).collect()
}
