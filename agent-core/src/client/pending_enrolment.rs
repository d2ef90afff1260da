//! An enrolment that was not answered yet: the evidence for the key, and the challenge that it was made over.
//!
//! Kept from before the request leaves until the server has refused it or the enrolment is through. A lost answer is asked
//! for again with the same key and the same evidence; making both anew would burn the token, because the server
//! gives the same answer to the same token and key alone.

use serde::{Deserialize, Serialize};

use super::storage::{Storage, StorageError, read_json, write_json};
use crate::wire::{id::Audience, message::Attestation};

const NAME: &str = "pending-enrolment.json";

/// What a retry needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PendingEnrolment {
    pub(super) server: String,
    /// SHA-256 of the token, lower-case hexadecimal.
    pub(super) token_hash: String,
    pub(super) audience: Audience,
    pub(super) challenge: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) attestation: Option<Attestation>,
}

impl PendingEnrolment {
    /// The one with this token at this server; none when another was begun last, or none.
    pub(super) fn load(storage: &dyn Storage, server: &str, token_hash: &str) -> Result<Option<Self>, StorageError> {
        let kept: Option<Self> = read_json(storage, NAME)?;
        Ok(kept.filter(|kept| kept.server == server && kept.token_hash == token_hash))
    }

    pub(super) fn save(&self, storage: &dyn Storage) -> Result<(), StorageError> {
        write_json(storage, NAME, self)
    }

    /// It was refused, or it is through.
    pub(super) fn forget(storage: &dyn Storage) -> Result<(), StorageError> {
        storage.remove(NAME)
    }
}
