//! What the writer keeps at hand between transactions: devices that reported lately, the rules, and the counts that
//! the running transaction moves. The database alone is true: whatever fails is forgotten here and read again.

use std::{collections::HashMap, num::NonZeroUsize, sync::Arc};

use agent_core::wire::id::DeviceId;
use lru::LruCache;
use rusqlite::Connection;

use super::{Record, Rules, counts::Counts};
use crate::{scope::Scope, store::StoreError};

/// How many devices stay at hand; some 4 KiB each.
const DEVICES: NonZeroUsize = NonZeroUsize::new(20_000).expect("not zero");

/// What the writer keeps at hand.
pub(crate) struct Desk {
    devices: LruCache<DeviceId, Record>,
    rules: HashMap<Scope, Arc<Rules>>,
    /// Devices that the piece of work in hand has changed.
    touched: Vec<DeviceId>,
    /// What the piece of work in hand has moved, and the transaction before it.
    piece: Counts,
    group: Counts,
    /// SQLite's number for what other connections have committed.
    seen: Option<i64>,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            devices: LruCache::new(DEVICES),
            rules: HashMap::new(),
            touched: Vec::new(),
            piece: Counts::default(),
            group: Counts::default(),
            seen: None,
        }
    }
}

impl Desk {
    /// Begins a transaction: what another process changed meanwhile is read again.
    pub(crate) fn begin(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let version = connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        if self.seen != Some(version) {
            self.forget();
            self.seen = Some(version);
        }
        Ok(())
    }

    /// The piece of work succeeded.
    pub(crate) fn keep(&mut self) {
        self.touched.clear();
        self.group.add(&mut self.piece);
    }

    /// The piece of work failed and is rolled back.
    pub(crate) fn undo(&mut self) {
        for device in self.touched.drain(..) {
            self.devices.pop(&device);
        }
        self.piece.clear();
        self.rules.clear();
    }

    /// Writes what the transaction has counted; the commit follows.
    pub(crate) fn flush(&mut self, connection: &Connection) -> Result<(), StoreError> {
        self.group.flush(connection)
    }

    /// Nothing at hand can be trusted any more.
    pub(crate) fn forget(&mut self) {
        self.devices.clear();
        self.rules.clear();
        self.touched.clear();
        self.piece.clear();
        self.group.clear();
        self.seen = None;
    }

    /// Policies or a catalogue may have been written.
    pub(crate) fn rules_may_have_changed(&mut self) {
        self.rules.clear();
    }

    /// The organisation's rules.
    pub(crate) fn rules(&mut self, connection: &Connection, scope: Scope) -> Result<Arc<Rules>, StoreError> {
        if let Some(rules) = self.rules.get(&scope) {
            return Ok(Arc::clone(rules));
        }
        let rules = Arc::new(Rules::load(connection, scope)?);
        self.rules.insert(scope, Arc::clone(&rules));
        Ok(rules)
    }

    /// Takes a device to change it; [`Desk::put`] gives it back. None for a device that does not exist.
    pub(crate) fn take(
        &mut self,
        connection: &Connection,
        scope: Scope,
        device: DeviceId,
    ) -> Result<Option<Record>, StoreError> {
        self.touched.push(device);
        match self.devices.pop(&device) {
            Some(record) if record.scope == scope => Ok(Some(record)),
            _ => Record::load(connection, scope, device),
        }
    }

    /// Gives a device back.
    pub(crate) fn put(&mut self, record: Record) {
        self.devices.put(record.device, record);
    }

    /// The counts that the piece of work in hand moves.
    pub(super) const fn counts(&mut self) -> &mut Counts {
        &mut self.piece
    }
}
