//! Which device a key belongs to. Keys are kept at hand once they were looked up.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use agent_core::wire::{
    id::DeviceId,
    key::{PublicKey, VerifyingKey},
};
use lru::LruCache;
use rusqlite::{OptionalExtension, params};

use crate::{
    scope::Scope,
    store::{Store, StoreError, parse},
};

/// An enrolled device and its key.
#[derive(Clone)]
pub(crate) struct Registered {
    pub(crate) scope: Scope,
    pub(crate) device: DeviceId,
    pub(crate) group: String,
    pub(crate) key: VerifyingKey,
    /// Whether it had left when this was looked up.
    pub(crate) left: bool,
}

/// Organisation, device, group, key, and whether it has left.
type Row = (u32, [u8; 16], String, String, bool);

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

    /// The device that is enrolled with the key of this thumbprint.
    pub(crate) async fn find(&self, store: &Store, thumbprint: &str) -> Result<Option<Arc<Registered>>, StoreError> {
        if let Some(found) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(thumbprint) {
            return Ok(Some(Arc::clone(found)));
        }
        let wanted = thumbprint.to_owned();
        let found = store
            .read(move |connection| {
                connection
                    .prepare_cached(
                        "SELECT d.org, d.device, d.grp, d.public_key, s.left_at IS NOT NULL
                         FROM devices d LEFT JOIN device_states s USING (org, device) WHERE d.thumbprint = ?1",
                    )?
                    .query_row(params![wanted], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
                    })
                    .optional()
                    .map_err(StoreError::from)
            })
            .await?;
        let Some((org, device, group, key, left)): Option<Row> = found else { return Ok(None) };
        let key: PublicKey = parse("key", &key)?;
        let registered = Arc::new(Registered {
            scope: Scope::proven(org),
            device: DeviceId::from_bytes(device),
            group,
            key: VerifyingKey::try_from(&key).map_err(|error| StoreError::row("key", error))?,
            left,
        });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(thumbprint.to_owned(), Arc::clone(&registered));
        Ok(Some(registered))
    }
}
