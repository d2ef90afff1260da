//! The server's state: what every handler works with.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use agent_core::{
    clock::Clock,
    judge::policy::document::PolicyDocument,
    wire::{
        envelope::hex,
        id::{Audience, DeviceId},
    },
};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::{
    access::{Actor, audit, limits::Limits},
    evidence::{self, trust::TrustKeeper},
    intake::registry::Registry,
    judging::{
        self, Settled,
        closing::{CannotClose, Closing, ClosingReason},
        rules,
    },
    keys::{Keys, KeysError, make_private_folder, random},
    scope::Scope,
    store::{Store, StoreError, print, to_ms},
};

/// One server over one data folder.
pub struct Server {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The secrets.
    pub keys: Keys,
    /// The random name of this server in audiences, made with its data.
    pub server_id: String,
    /// How often who may ask.
    pub limits: Limits,
    pub(crate) registry: Registry,
    pub(crate) trust: Arc<TrustKeeper>,
    stopping: AtomicBool,
}

/// A data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The folder.
    #[error("{}: {error}; name another folder with --data", path.display())]
    Folder {
        /// The path.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

impl Server {
    /// Opens a data folder, or makes it: `atalaya.db` and, beside it, `keys/`.
    pub async fn open(data: &Path, clock: Arc<dyn Clock>) -> Result<Arc<Self>, OpenError> {
        make_private_folder(data).map_err(|error| OpenError::Folder { path: data.to_owned(), error })?;
        let keys = Keys::open(&data.join("keys"))?;
        let store = Store::open(&data.join("atalaya.db"))?;
        let name = hex(&random::<8>()?);
        let server_id = store.write(move |connection| own_name(connection, &name)).await?;
        let (registry, trust, stopping) = (Registry::default(), Arc::default(), AtomicBool::new(false));
        let limits = Limits::new(&clock);
        Ok(Arc::new(Self { store, clock, keys, server_id, limits, registry, trust, stopping }))
    }

    /// The moment now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whom messages of an organisation's devices are for.
    pub fn audience(&self, scope: Scope) -> Audience {
        Audience::new(&self.server_id, scope.org())
    }

    /// Whether requests can be served: it can write, and it is not stopping.
    pub fn is_ready(&self) -> bool {
        self.store.is_alive() && !self.stopping.load(Ordering::Relaxed)
    }

    /// From now on not ready, so that whoever balances load sends nothing new; what was accepted is finished.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Returns when this process can no longer write and must end.
    pub async fn died(&self) {
        self.store.died().await;
    }

    /// Does everything that has come due by now: ends of grace, silence, exceptions, settled releases, new rules, and
    /// evidence under what it is held against now.
    pub async fn settle(&self) -> Result<Settled, StoreError> {
        evidence::renew(&self.store, &self.trust, self.now()).await?;
        judging::settle(&self.store, self.now()).await
    }

    /// Makes an organisation with its default group and the starter policy.
    pub async fn create_organisation(&self, name: &str) -> Result<Scope, StoreError> {
        let (name, now) = (name.to_owned(), self.now());
        self.store.write(move |connection| create_organisation(connection, &name, now)).await
    }

    /// Closes a device, on the record: its key is not taken any more, and its history ends.
    pub async fn close_device(
        &self,
        (scope, device): (Scope, DeviceId),
        reason: ClosingReason,
        actor: Actor,
    ) -> Result<Result<Closing, CannotClose>, StoreError> {
        let now = self.now();
        let closed = self.store.commit(move |connection, desk| {
            let closed = judging::close(connection, desk, (scope, device), reason, now)?;
            if closed.is_ok() {
                let detail = serde_json::json!({ "device": device, "reason": reason.as_str(),
                    "replacedBy": reason.replaced_by() });
                audit::record(connection, scope, now, &actor, "device.closed", detail)?;
            }
            Ok(closed)
        });
        let closed = closed.await?;
        self.registry.forget_device(device);
        Ok(closed)
    }

    /// The organisations of this server and their names: for local commands, which stand beside the data.
    pub async fn organisations(&self) -> Result<Vec<(Scope, String)>, StoreError> {
        self.store
            .read(|connection| {
                let mut statement = connection.prepare("SELECT org, name FROM organisations ORDER BY org")?;
                let rows = statement.query_map([], |row| Ok((Scope::proven(row.get(0)?), row.get(1)?)))?;
                Ok(rows.collect::<Result<Vec<_>, _>>()?)
            })
            .await
    }
}

fn own_name(connection: &Connection, new: &str) -> Result<String, StoreError> {
    connection.execute("INSERT INTO server (one, server_id) VALUES (1, ?1) ON CONFLICT DO NOTHING", [new])?;
    Ok(connection.query_row("SELECT server_id FROM server", [], |row| row.get(0))?)
}

/// Makes an organisation, on the record; its number is the next one.
pub fn create_organisation(connection: &Connection, name: &str, now: Timestamp) -> Result<Scope, StoreError> {
    let at = to_ms(now);
    let org: u32 = connection.query_row("SELECT coalesce(max(org), 0) + 1 FROM organisations", [], |row| row.get(0))?;
    connection
        .execute("INSERT INTO organisations (org, name, created_at) VALUES (?1, ?2, ?3)", params![org, name, at])?;
    connection.execute(
        "INSERT INTO groups (org, grp, created_at) VALUES (?1, ?2, ?3)",
        params![org, rules::DEFAULT_GROUP, at],
    )?;
    let starter = PolicyDocument::from_text("starter-policy.yaml", rules::STARTER_POLICY)
        .map_err(|faults| StoreError::row("policy", faults))?;
    connection.execute(
        "INSERT INTO policies (org, grp, revision, applied_at, note, document) VALUES (?1, ?2, 1, ?3, ?4, ?5)",
        params![org, rules::DEFAULT_GROUP, at, "starter", print("policy", &starter.json)?],
    )?;
    let scope = Scope::proven(org);
    let detail = serde_json::json!({"organisation": org});
    audit::record(connection, scope, now, &Actor::Local, "organisation.created", detail)?;
    Ok(scope)
}
