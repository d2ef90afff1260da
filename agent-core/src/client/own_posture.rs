//! What the device thought of itself, kept until the server has answered.

use serde::{Deserialize, Serialize};

use super::storage::{Storage, StorageError, read_json, write_json};
use crate::{
    judge::DeviceState,
    wire::{id::DeviceId, posture::ReceivedPosture},
};

const OWN_POSTURE: &str = "own-posture.json";

/// What the device thought of itself when it sealed its newest report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnPosture {
    pub(super) device: DeviceId,
    /// The report's number.
    pub(super) sequence: u64,
    pub(super) state: DeviceState,
    pub(super) posture: ReceivedPosture,
}

impl OwnPosture {
    pub(super) fn save(&self, storage: &dyn Storage) -> Result<(), StorageError> {
        write_json(storage, OWN_POSTURE, self)
    }

    pub(super) fn load(storage: &dyn Storage, device: DeviceId) -> Result<Option<Self>, StorageError> {
        let kept: Option<Self> = read_json(storage, OWN_POSTURE)?;
        Ok(kept.filter(|kept| kept.device == device))
    }
}
