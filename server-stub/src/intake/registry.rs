//! Which device a key belongs to. Keys are kept at hand once they were looked up.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use agent_core::wire::{
    id::DeviceId,
    key::{PublicKey, VerifyingKey},
};
use jiff::Timestamp;
use lru::LruCache;
use rusqlite::{OptionalExtension, params};

use crate::{
    api::problem::ProblemCode,
    scope::Scope,
    store::{Store, StoreError, from_ms, parse},
};

/// An enrolled device and its key.
#[derive(Clone)]
pub(crate) struct Registered {
    pub(crate) scope: Scope,
    pub(crate) device: DeviceId,
    pub(crate) group: String,
    pub(crate) key: VerifyingKey,
    /// When another key took its place: it may still sign what was challenged before.
    pub(crate) replaced_at: Option<Timestamp>,
    /// What it is told, where it was not here any more when this was looked up.
    pub(crate) gone: Option<ProblemCode>,
}

/// Organisation, device, group, key, when it was replaced, and whether the device has left and was closed.
type Row = (u32, [u8; 16], String, String, Option<i64>, bool, bool);

/// How many keys stay at hand.
const KEYS: NonZeroUsize = NonZeroUsize::new(100_000).expect("not zero");

/// Which device a key belongs to.
pub(crate) struct Registry(Mutex<LruCache<String, Arc<Registered>>>);

impl Default for Registry {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(KEYS)))
    }
}

impl Registry {
    /// Looks a key up again next time: what is known of its device has changed.
    pub(crate) fn forget(&self, thumbprint: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop(thumbprint);
    }

    /// Looks every key of a device up again. Closing one is rare, so all that are at hand are passed through.
    pub(crate) fn forget_device(&self, device: DeviceId) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own: Vec<String> =
            keys.iter().filter(|(_, known)| known.device == device).map(|(key, _)| key.clone()).collect();
        for key in own {
            keys.pop(&key);
        }
    }

    /// The device whose key has this thumbprint, or had it before.
    pub(crate) async fn find(&self, store: &Store, thumbprint: &str) -> Result<Option<Arc<Registered>>, StoreError> {
        if let Some(found) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(thumbprint) {
            return Ok(Some(Arc::clone(found)));
        }
        let wanted = thumbprint.to_owned();
        let found = store
            .read(move |connection| {
                connection
                    .prepare_cached(
                        "SELECT d.org, d.device, d.grp, k.public_key, k.replaced_at, s.left_at IS NOT NULL, c.at IS NOT NULL
                         FROM (SELECT org, device, public_key, NULL AS replaced_at FROM devices WHERE thumbprint = ?1
                               UNION ALL
                               SELECT org, device, public_key, replaced_at FROM former_keys WHERE thumbprint = ?1) k
                         JOIN devices d USING (org, device) LEFT JOIN device_states s USING (org, device)
                         LEFT JOIN closings c USING (org, device)",
                    )?
                    .query_row(params![wanted], |row| Row::try_from(row))
                    .optional()
                    .map_err(StoreError::from)
            })
            .await?;
        let Some((org, device, group, key, replaced_at, left, closed)): Option<Row> = found else { return Ok(None) };
        let key: PublicKey = parse("key", &key)?;
        let registered = Arc::new(Registered {
            scope: Scope::proven(org),
            device: DeviceId::from_bytes(device),
            group,
            key: VerifyingKey::try_from(&key).map_err(|error| StoreError::row("key", error))?,
            replaced_at: replaced_at.map(from_ms),
            gone: left.then_some(if closed { ProblemCode::DeviceClosed } else { ProblemCode::DeviceLeft }),
        });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(thumbprint.to_owned(), Arc::clone(&registered));
        Ok(Some(registered))
    }
}
