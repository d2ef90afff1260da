//! Asking by schedule, beside serving: whatever is due on the server's clock is asked, and nobody waits for it.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{
    fetch::Fetcher,
    kept,
    round::{Which, run},
    source::{self, OBSERVED},
};
use crate::{scope::Scope, server::Server, store::StoreError};

/// How often the schedule is looked at.
const TICK: Duration = Duration::from_secs(5);

/// Asks whatever is due, for ever. Dropping it gives a running question up; nothing half said is kept.
pub async fn keep_fetching(server: Arc<Server>, fetcher: Fetcher) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = fetch_due(&server, &fetcher).await {
            tracing::error!(%error, "what is known about releases could not be kept; it is tried again");
        }
    }
}

/// Asks what is due now.
pub async fn fetch_due(server: &Server, fetcher: &Fetcher) -> Result<(), StoreError> {
    let scopes: Vec<Scope> = server.organisations().await?.into_iter().map(|(scope, _)| scope).collect();
    let now = server.now();
    let mut names: Vec<&str> = source::ALL.iter().map(|source| source.name()).collect();
    for source in OBSERVED {
        if is_due(server, &scopes, source, now).await? {
            names.push(source);
        }
    }
    let mut tell = |outcome: &super::outcome::Outcome| {
        let (source, asked, answered) = (&outcome.source, outcome.asked, outcome.answered);
        if let Some(reason) = &outcome.reason {
            tracing::warn!(source, asked, answered, reason, "a source of releases did not answer whole");
        } else {
            tracing::info!(source, asked, answered, outcome = outcome.outcome, "a source of releases answered");
        }
    };
    if scopes.is_empty() {
        return Ok(());
    }
    let round = run(server, fetcher, &scopes, Which { names: &names, due: true }, &mut tell).await?;
    for (scope, revision) in round.merged.iter().filter_map(|(scope, merged)| Some((scope, merged.revision?))) {
        tracing::info!(organisation = scope.org(), revision, "a new catalogue is in force");
    }
    Ok(())
}

async fn is_due(server: &Server, scopes: &[Scope], source: &str, now: Timestamp) -> Result<bool, StoreError> {
    for scope in scopes.iter().copied() {
        let parts = server.store.read(move |connection| kept::parts(connection, scope)).await?;
        let next = parts.iter().find(|part| part.source == source).and_then(|part| part.next_at);
        if next.is_none_or(|at| at <= now) {
            return Ok(true);
        }
    }
    Ok(false)
}
