//! One round: each source is asked, what it says is kept, and the whole is merged. A source that fails is told, keeps
//! what it said before, and stops nobody.

use super::{
    ask::Asking,
    fetch::Fetcher,
    merge::{Merged, merge, would_change},
    outcome::Outcome,
    seen,
    source::{self, OBSERVED},
};
use crate::{scope::Scope, server::Server, store::StoreError};

/// What came of a round.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Round {
    /// Source by source, in the order in which they were asked.
    pub outcomes: Vec<Outcome>,
    /// The catalogue revision that each organisation got; none where nothing changed.
    pub merged: Vec<(Scope, Merged)>,
}

impl Round {
    /// Whether any source gave an answer.
    pub fn worked(&self) -> bool {
        self.outcomes.iter().any(|one| one.answered > 0)
    }
}

/// What to ask.
#[derive(Debug, Clone, Copy)]
pub(super) struct Which<'a> {
    /// The names of sources.
    pub(super) names: &'a [&'a str],
    /// Only what is due by now.
    pub(super) due: bool,
}

/// Asks these sources for these organisations, whenever they are due. `tell` hears of each source as it is done.
pub async fn fetch(
    server: &Server,
    fetcher: &Fetcher,
    scopes: &[Scope],
    names: &[&str],
    tell: &mut (dyn FnMut(&Outcome) + Send),
) -> Result<Round, StoreError> {
    run(server, fetcher, scopes, Which { names, due: false }, tell).await
}

pub(super) async fn run(
    server: &Server,
    fetcher: &Fetcher,
    scopes: &[Scope],
    which: Which<'_>,
    tell: &mut (dyn FnMut(&Outcome) + Send),
) -> Result<Round, StoreError> {
    let mut round = Round::default();
    for source in source::ALL.iter().filter(|source| which.names.contains(&source.name())) {
        let asking = Asking { server, fetcher, scopes, source: *source };
        if let Some(outcome) = asking.ask(which.due).await? {
            tell(&outcome);
            round.outcomes.push(outcome);
        }
    }
    for source in OBSERVED.into_iter().filter(|source| which.names.contains(source)) {
        let outcome = look(server, scopes, source).await?;
        tell(&outcome);
        round.outcomes.push(outcome);
    }
    for scope in scopes.iter().copied() {
        let now = server.now();
        // The writer, on which reports wait, is troubled only where there is something to write.
        if server.store.read(move |connection| would_change(connection, scope, now)).await? {
            let merged = server.store.write(move |connection| merge(connection, scope, now)).await?;
            round.merged.push((scope, merged));
        }
    }
    Ok(round)
}

async fn look(server: &Server, scopes: &[Scope], source: &'static str) -> Result<Outcome, StoreError> {
    let (now, mut claims) = (server.now(), 0);
    for scope in scopes.iter().copied() {
        let seen = server.store.read(move |connection| seen::look(connection, scope, source, now)).await?;
        claims += seen.len();
        server.store.write(move |connection| seen::keep(connection, scope, source, &seen, now)).await?;
    }
    let (source, fetched_at) = (source.to_owned(), Some(now));
    Ok(Outcome { source, outcome: "ok", answered: 1, asked: 1, claims, reason: None, fetched_at })
}
