//! One source in one round: each of its addresses is asked, and what it says, or why it does not, is kept.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    claim::Claim,
    fault::Fault,
    fetch::{Answer, FetchError, Fetcher, Validators},
    kept::{self, Asked, Part},
    outcome::Outcome,
    source::{self, Address, Known, Source},
};
use crate::{scope::Scope, server::Server, store::StoreError};

/// So many parts in a row without any answer, and the rest of the source is not asked in this round.
const SILENCE: u32 = 2;

/// One source in one round.
pub(super) struct Asking<'a> {
    pub(super) server: &'a Server,
    pub(super) fetcher: &'a Fetcher,
    pub(super) scopes: &'a [Scope],
    pub(super) source: &'static dyn Source,
}

/// What one address answered.
enum Told {
    New { claims: Vec<Claim>, validators: Validators, url: String },
    Unchanged,
}

impl Asking<'_> {
    /// None where nothing is asked: nothing is due, or only a mirror or a file answers.
    pub(super) async fn ask(&self, due: bool) -> Result<Option<Outcome>, StoreError> {
        let (known, parts) = self.known().await?;
        let now = self.server.now();
        let mut addresses = self.source.addresses(&known);
        addresses.retain(|address| !address.only_mirrored || self.fetcher.mirror.is_some());
        if addresses.is_empty() && !due {
            return Ok(Some(self.only_a_file(&parts)));
        }
        addresses.retain(|address| !due || is_due(&self.own(&parts, address), now));
        if addresses.is_empty() {
            return Ok(None);
        }
        let asked = addresses.len();
        let (mut answered, mut new, mut claims, mut reasons) = (0, 0, 0, Vec::new());
        let (mut silent, mut stopped): (u32, Option<FetchError>) = (0, None);
        for address in addresses {
            let own = self.own(&parts, &address);
            let told = match &stopped {
                // Asked too often, or nobody there: the rest would only hear the same.
                Some(error) => Err(error.clone()),
                None => self.address(&address, &own).await,
            };
            match told {
                Ok(told) => {
                    silent = 0;
                    answered += 1;
                    if let Told::New { claims: found, .. } = &told {
                        new += 1;
                        claims += found.len();
                    }
                    self.keep(&address, told).await?;
                }
                Err(error) => {
                    silent = if error.silent { silent + 1 } else { 0 };
                    reasons.push(format!("{}: {}", address.part, error.what));
                    let failures = own.iter().map(|part| part.failures).max().unwrap_or_default();
                    self.fail(&address, failures, &error).await?;
                    if stopped.is_none() && (error.retry_after.is_some() || silent >= SILENCE) {
                        stopped = Some(error);
                    }
                }
            }
        }
        let outcome = match (answered, new) {
            (0, _) => "failed",
            (_, 0) => "unchanged",
            _ => "ok",
        };
        let fetched_at = if answered > 0 { Some(now) } else { fetched_at(&parts) };
        let source = self.source.name().to_owned();
        Ok(Some(Outcome { source, outcome, answered, asked, claims, reason: shorten(&reasons), fetched_at }))
    }

    fn only_a_file(&self, parts: &[Vec<Part>]) -> Outcome {
        let name = self.source.name();
        let reason = format!(
            "it asks for the company's credentials: save an answer and `atalaya catalogue import --source {name} FILE`, or use --mirror"
        );
        Outcome {
            source: name.to_owned(),
            outcome: "failed",
            answered: 0,
            asked: 0,
            claims: 0,
            reason: Some(reason),
            fetched_at: fetched_at(parts),
        }
    }

    /// What every organisation knows, and where each of them stands with this source.
    async fn known(&self) -> Result<(Known, Vec<Vec<Part>>), StoreError> {
        let (mut known, mut parts) = (Known::default(), Vec::new());
        for scope in self.scopes.iter().copied() {
            let (own, mut standing) = self
                .server
                .store
                .read(move |connection| Ok((kept::known(connection, scope)?, kept::parts(connection, scope)?)))
                .await?;
            known.cves.extend(own.cves);
            standing.retain(|part| part.source == self.source.name());
            parts.push(standing);
        }
        Ok((known, parts))
    }

    /// How each organisation stands with this address; one that never asked is missing.
    fn own<'p>(&self, parts: &'p [Vec<Part>], address: &Address) -> Vec<&'p Part> {
        let of = |own: &'p Vec<Part>| own.iter().find(|part| part.name == address.part);
        let found: Vec<&Part> = parts.iter().filter_map(of).collect();
        // Where one organisation knows nothing yet, the whole answer is asked for, for all.
        if found.len() < self.scopes.len() { Vec::new() } else { found }
    }

    /// The address, and where it fails its older form.
    async fn address(&self, address: &Address, own: &[&Part]) -> Result<Told, FetchError> {
        let first = self.one(&address.part, self.fetcher.place(&address.url, &address.mirrored), own).await;
        match (first, &address.fallback) {
            (Err(error), Some((url, file))) if error.retry_after.is_none() => {
                let second = self.one(&address.part, self.fetcher.place(url, file), own).await;
                second.map_err(|_| error)
            }
            (first, _) => first,
        }
    }

    async fn one(&self, part: &str, url: String, own: &[&Part]) -> Result<Told, FetchError> {
        let bounds = (self.source.longest(), self.source.patience());
        match self.fetcher.get(&url, &validators(own, &url), bounds, self.server.now()).await? {
            Answer::Unchanged => Ok(Told::Unchanged),
            Answer::New { bytes, validators } => {
                let (source, part) = (self.source, part.to_owned());
                // Off the threads that serve requests: megabytes take their time.
                let read = tokio::task::spawn_blocking(move || source::read(source, &part, &bytes)).await;
                let claims = match read {
                    Ok(read) => read.map_err(|error| FetchError::new(error.cause.into(), error.to_string()))?,
                    Err(_) => return Err(FetchError::new(Fault::Shape, "the answer could not be read")),
                };
                Ok(Told::New { claims, validators, url })
            }
        }
    }

    async fn keep(&self, address: &Address, told: Told) -> Result<(), StoreError> {
        let (source, part, now) = (self.source.name(), address.part.clone(), self.server.now());
        let next_at = Some(kept::next_at(now, self.source.every(), None, kept::chance()));
        let told = std::sync::Arc::new(told);
        for scope in self.scopes.iter().copied() {
            let (part, told) = (part.clone(), std::sync::Arc::clone(&told));
            self.server
                .store
                .write(move |connection| match &*told {
                    Told::New { claims, validators, url } => {
                        let asked = Asked { source, part: &part, url, now, next_at };
                        kept::answered(connection, scope, asked, claims, validators)
                    }
                    Told::Unchanged => {
                        kept::confirmed(connection, scope, Asked { source, part: &part, url: "", now, next_at })
                    }
                })
                .await?;
        }
        Ok(())
    }

    async fn fail(&self, address: &Address, failures: u32, error: &FetchError) -> Result<(), StoreError> {
        let (source, now) = (self.source.name(), self.server.now());
        let (failure, fault) = (Some((failures, error.retry_after)), error.fault);
        let next_at = Some(kept::next_at(now, Duration::ZERO, failure, kept::chance()));
        for scope in self.scopes.iter().copied() {
            let (part, url, why) =
                (address.part.clone(), self.fetcher.place(&address.url, &address.mirrored), error.what.clone());
            self.server
                .store
                .write(move |connection| {
                    let asked = Asked { source, part: &part, url: &url, now, next_at };
                    kept::failed(connection, scope, asked, (&why, fault))
                })
                .await?;
        }
        Ok(())
    }
}

/// When any part last confirmed anything.
fn fetched_at(parts: &[Vec<Part>]) -> Option<Timestamp> {
    parts.iter().flatten().filter_map(|part| part.fetched_at).max()
}

/// Whether any organisation wants it now.
fn is_due(own: &[&Part], now: Timestamp) -> bool {
    own.is_empty() || own.iter().any(|part| part.next_at.is_none_or(|at| at <= now))
}

/// By what all name the answer that they have; where they differ the whole is asked for.
fn validators(own: &[&Part], url: &str) -> Validators {
    let mut all = own.iter().map(|part| if part.url == url { part.validators.clone() } else { Validators::default() });
    let Some(first) = all.next() else { return Validators::default() };
    if all.all(|other| other == first) { first } else { Validators::default() }
}

/// The first reason, and how many more there are.
fn shorten(reasons: &[String]) -> Option<String> {
    let first = reasons.first()?;
    let more = if reasons.len() > 1 { format!(" (and {} more)", reasons.len() - 1) } else { String::new() };
    Some(format!("{first}{more}"))
}
