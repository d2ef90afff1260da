//! A server on a data folder of its own and a clock that stands still, with feeds to ask.

use std::sync::Arc;

use agent_core::{
    clock::{Clock as _, FixedClock},
    judge::Catalogue,
};
use atalaya_server::{
    fleet::{ReleaseLineView, releases::releases},
    releases::{self, Explanation, Fetcher, Limits, Outcome, Round, SourceView, claim::Line},
    scope::Scope,
    server::Server,
};
use jiff::SignedDuration;

use crate::feeds::Feeds;

pub(crate) struct Site {
    pub(crate) _data: tempfile::TempDir,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) server: Arc<Server>,
    pub(crate) scope: Scope,
    pub(crate) feeds: Feeds,
}

impl Site {
    /// A server and the answer of every source.
    pub(crate) async fn new() -> Self {
        Self::with(Feeds::with_every_source().await).await
    }

    pub(crate) async fn with(feeds: Feeds) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at("2026-11-24T09:00:00Z".parse().unwrap()));
        let server = Server::open(data.path(), Arc::<FixedClock>::clone(&clock)).await.unwrap();
        let scope = server.create_organisation("Clínica Levante").await.unwrap();
        Self { _data: data, clock, server, scope, feeds }
    }

    pub(crate) fn fetcher(&self) -> Fetcher {
        Fetcher::new(Some(self.feeds.url.parse().unwrap()))
    }

    /// Asks these sources.
    pub(crate) async fn fetch(&self, names: &[&str]) -> Round {
        releases::fetch(&self.server, &self.fetcher(), &[self.scope], names, &mut |_| {}).await.unwrap()
    }

    /// Asks one source with this patience; what came of it.
    pub(crate) async fn ask(&self, name: &str, limits: Limits) -> Outcome {
        let mut fetcher = self.fetcher();
        fetcher.limits = limits;
        let round = releases::fetch(&self.server, &fetcher, &[self.scope], &[name], &mut |_| {}).await;
        round.unwrap().outcomes.remove(0)
    }

    pub(crate) fn days_pass(&self, days: i64) {
        self.clock.advance(SignedDuration::from_hours(24 * days));
    }

    /// Takes a file over under this name.
    pub(crate) async fn import(&self, source: &'static str, file: &'static str, bytes: Vec<u8>) -> u64 {
        let (scope, now) = (self.scope, self.clock.now());
        let write = self.server.store.write(move |conn| {
            Ok(releases::import(conn, scope, source, (file, &bytes), now).map(|done| done.revision))
        });
        write.await.unwrap().unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) async fn lines(&self) -> Vec<ReleaseLineView> {
        let (scope, now) = (self.scope, self.clock.now());
        self.server.store.read(move |conn| releases(conn, scope, now)).await.unwrap()
    }

    pub(crate) async fn line(&self, line: Line) -> ReleaseLineView {
        let lines = self.lines().await;
        let own =
            |one: &ReleaseLineView| one.product == line.product.as_str() && one.platform == line.platform.as_str();
        lines.into_iter().find(own).unwrap_or_else(|| panic!("nothing is known of {line}"))
    }

    pub(crate) async fn explain(&self, line: Line) -> Explanation {
        let (scope, now) = (self.scope, self.clock.now());
        let explained = self.server.store.read(move |conn| releases::explain(conn, scope, line, None, now)).await;
        explained.unwrap().unwrap()
    }

    /// What became of the claim that a source makes of this.
    pub(crate) async fn fate(&self, line: Line, source: &str, subject: &str) -> String {
        let explained = self.explain(line).await;
        let found = explained.claims.iter().find(|claim| claim.source == source && claim.subject == subject);
        found.unwrap_or_else(|| panic!("{source} says nothing of {subject}: {:#?}", explained.claims)).fate.clone()
    }

    pub(crate) async fn source(&self, name: &str) -> SourceView {
        let (scope, now) = (self.scope, self.clock.now());
        let sources = self.server.store.read(move |conn| releases::sources(conn, scope, now)).await.unwrap();
        sources.into_iter().find(|source| source.source == name).unwrap()
    }

    /// The catalogue in force as devices get it.
    pub(crate) async fn catalogue(&self) -> Catalogue {
        let org = self.scope.org();
        let read = self.server.store.read(move |conn| {
            let sql = "SELECT document FROM catalogues WHERE org = ?1 ORDER BY revision DESC LIMIT 1";
            Ok(conn.query_row(sql, [org], |row| row.get::<_, String>(0))?)
        });
        let json = serde_json::from_str(&read.await.unwrap()).unwrap();
        agent_core::judge::catalogue::document::CatalogueDocument::from_json(&json).unwrap().catalogue
    }
}

/// Every network source.
pub(crate) const EVERY: [&str; 9] =
    ["apple-gdmf", "apple-lookup", "android-patch", "amapi", "sofa", "endoflife.date", "cisa-kev", "nvd", "cve"];

/// The newest releases of a line as text.
pub(crate) fn versions(line: &ReleaseLineView) -> Vec<&str> {
    line.releases.iter().map(|release| release.version.as_str()).collect()
}
