//! A real server on a port of its own, under a clock that the test moves.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
};

use agent_core::{clock::FixedClock, wire::id::DeviceId};
use atalaya_server::{
    api,
    judging::{
        catalogues,
        rules::{self, DEFAULT_GROUP},
    },
    scope::Scope,
    serve::{self, Listener, TlsFiles},
    server::Server,
    token, verify,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};

/// A Tuesday morning in Madrid.
pub(crate) fn morning() -> Timestamp {
    "2026-11-24T09:42:00+01:00".parse().unwrap()
}

/// A server that runs.
pub(crate) struct Site {
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) server: Arc<Server>,
    pub(crate) url: String,
    pub(crate) folder: TempDir,
    end: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Result<(), serve::ServeError>>,
}

impl Site {
    /// A server over a new folder.
    pub(crate) async fn open() -> Self {
        Self::over(tempfile::tempdir().unwrap(), Arc::new(FixedClock::at(morning()))).await
    }

    /// A server over a new folder that speaks TLS, as `localhost`.
    pub(crate) async fn secured(tls: TlsFiles) -> Self {
        let options = serve::Options { tls: Some(tls), ..serve::Options::default() };
        let folder = tempfile::tempdir().unwrap();
        let site = Self::listening(folder, Arc::new(FixedClock::at(morning())), options).await;
        Self { url: site.url.replace("127.0.0.1", "localhost"), ..site }
    }

    /// A server over this folder.
    pub(crate) async fn over(folder: TempDir, clock: Arc<FixedClock>) -> Self {
        Self::listening(folder, clock, serve::Options::default()).await
    }

    async fn listening(folder: TempDir, clock: Arc<FixedClock>, options: serve::Options) -> Self {
        let server = Server::open(folder.path(), Arc::<FixedClock>::clone(&clock)).await.unwrap();
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = Listener::bind(any, options).unwrap();
        let url = listener.url();
        let (end, ended) = oneshot::channel();
        let router = api::router(Arc::clone(&server));
        let serving = tokio::spawn(listener.serve(Arc::clone(&server), router, async {
            let _ = ended.await;
        }));
        Self { clock, server, url, folder, end: Some(end), serving }
    }

    /// Ends the server; its folder is left.
    pub(crate) async fn close(mut self) -> (TempDir, Arc<FixedClock>) {
        drop(self.end.take());
        self.serving.await.unwrap().unwrap();
        (self.folder, self.clock)
    }

    /// Ends the server and starts another over the same folder, at another address.
    pub(crate) async fn restart(self) -> Self {
        let (folder, clock) = self.close().await;
        Self::over(folder, clock).await
    }

    /// A new organisation under this policy, in force for its default group.
    pub(crate) async fn organisation(&self, name: &str, policy: &str) -> Scope {
        let scope = self.server.create_organisation(name).await.unwrap();
        self.apply(scope, policy).await;
        scope
    }

    /// Puts a policy into force, and judges the fleet again.
    pub(crate) async fn apply(&self, scope: Scope, policy: &str) {
        let (policy, now) = (policy.to_owned(), self.server.now());
        let applied = self.server.store.write(move |connection| {
            Ok(rules::apply_policy(connection, scope, DEFAULT_GROUP, ("policy.yaml", &policy), "test", now))
        });
        applied.await.unwrap().unwrap();
        self.server.settle().await.unwrap();
    }

    /// Takes over a catalogue, and judges the fleet again.
    pub(crate) async fn import(&self, scope: Scope, catalogue: &str) {
        let (catalogue, now) = (catalogue.to_owned(), self.server.now());
        let imported = self.server.store.write(move |connection| {
            Ok(catalogues::import_catalogue(connection, scope, "test", ("catalogue.yaml", &catalogue), now))
        });
        imported.await.unwrap().unwrap();
        self.server.settle().await.unwrap();
    }

    /// A token that enrols so many devices.
    pub(crate) async fn token(&self, scope: Scope, uses: u32) -> String {
        let now = self.server.now();
        let expires = now.checked_add(SignedDuration::from_hours(24 * 7)).unwrap();
        let made = self
            .server
            .store
            .write(move |connection| token::create(connection, scope, DEFAULT_GROUP, (uses, expires), now));
        made.await.unwrap()
    }

    /// Moves the clock on and does what has come due.
    pub(crate) async fn pass(&self, hours: i64) {
        self.clock.advance(SignedDuration::from_hours(hours));
        self.server.settle().await.unwrap();
    }

    /// The device's state, as every page and call tells it.
    pub(crate) async fn state(&self, device: DeviceId) -> String {
        self.ask("SELECT state FROM device_states WHERE org = ?1 AND device = ?2", device).await
    }

    /// The bytes of all reports that are stored for the device.
    pub(crate) async fn reports(&self, device: DeviceId) -> i64 {
        self.ask("SELECT count(*) FROM reports WHERE org = ?1 AND device = ?2", device).await
    }

    /// Findings about the device.
    pub(crate) async fn findings(&self, device: DeviceId) -> i64 {
        self.ask("SELECT count(*) FROM findings WHERE org = ?1 AND device = ?2", device).await
    }

    async fn ask<T: rusqlite::types::FromSql + Send + 'static>(&self, sql: &'static str, device: DeviceId) -> T {
        let asked = self.server.store.read(move |connection| {
            let whose = params![device.organisation(), device.to_bytes()];
            Ok(connection.query_row(sql, whose, |row| row.get(0))?)
        });
        asked.await.unwrap()
    }

    /// Recomputes every invariant from what is stored.
    pub(crate) fn verify(&self) {
        sound(self.folder.path(), self.server.now());
    }
}

/// Nothing that is stored in this data folder breaks an invariant.
pub(crate) fn sound(data: &Path, now: Timestamp) {
    let connection = Connection::open(data.join("atalaya.db")).unwrap();
    let found = verify::verify(&connection, now, &mut |_, _| {}).unwrap();
    assert!(found.breaches.is_empty(), "{:#?}", found.breaches);
}

/// What the tests' companies ask: the floor has no grace, the lock has three days.
pub(crate) const POLICY: &str = r"
apiVersion: posture/v1
kind: Policy
metadata: { name: whatsapp-at-work, revision: 7 }
spec:
  stale: { after: 3d, notCompliantAfter: 14d }
  enrolmentGrace: 0s
  notice: { version: 1, givenElsewhere: true }
  checks:
    device-encryption: { severity: fail, minEvidence: os-reported }
    screen-lock: { severity: fail, grace: 3d, android: { complexity: medium } }
    whatsapp-business: { required: true, floor: enforce }
    whatsapp-consumer: { severity: nudge }
";

/// What the tests' companies know.
pub(crate) const CATALOGUE: &str = r"
apiVersion: posture/v1
kind: Catalogue
metadata: { revision: 1, issued: 2026-11-24T06:00:00Z }
lines:
  - product: whatsapp-business
    platform: android
    source: administrator
    fetchedAt: 2026-11-24T06:00:00Z
    confidence: official
    floors: [{ version: 2.26.17.4, cve: CVE-2026-23871 }]
";
