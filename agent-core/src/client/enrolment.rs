//! What the device holds of its fleet: who it is there, and the server's signed documents. One file, so that no
//! power cut can leave the key of one server beside the policy of another.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ledger,
    storage::{Storage, StorageError, read_json, write_json},
};
use crate::wire::{
    envelope::{hash, hex},
    id::{Audience, DeviceId},
    key::PublicKey,
};

const NAME: &str = "enrolment.json";
const CATALOGUE: &str = "catalogue-";

/// A signed document of the server as it came, with the key that it was verified by when it came (a later rotation
/// does not make it worth less) and the tag it was served under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    pub(super) envelope: String,
    pub(super) key: PublicKey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
}

/// The catalogue can be long and changes seldom, so it lies in a file of its own that is named after its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CatalogueFile {
    pub(super) hash: String,
    pub(super) key: PublicKey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
}

/// The enrolment as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Enrolled {
    pub(super) server: String,
    pub(super) device: DeviceId,
    pub(super) audience: Audience,
    pub(super) organisation: String,
    #[serde(deserialize_with = "crate::moment::read")]
    pub(super) since: Timestamp,
    /// The version of the report's schema that was agreed; enrolments that were kept before there was a second have the
    /// first.
    #[serde(default = "first_schema", skip_serializing_if = "is_first_schema")]
    pub(super) schema: u32,
    /// The challenge of the enrolment's answer: good for the first report.
    pub(super) challenge: String,
    #[serde(deserialize_with = "crate::moment::read")]
    pub(super) server_time: Timestamp,
    /// When the answer came, by the device's clock.
    #[serde(deserialize_with = "crate::moment::read")]
    pub(super) answered_at: Timestamp,
    /// The newest key document, an envelope.
    pub(super) keys: String,
    pub(super) policy: Document,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) catalogue: Option<CatalogueFile>,
}

/// The version of what was kept before there was a second.
pub(super) const fn first_schema() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
pub(super) const fn is_first_schema(schema: &u32) -> bool {
    *schema == first_schema()
}

impl Enrolled {
    pub(super) fn load(storage: &dyn Storage) -> Result<Option<Self>, StorageError> {
        read_json(storage, NAME)
    }

    pub(super) fn save(&self, storage: &dyn Storage) -> Result<(), StorageError> {
        write_json(storage, NAME, self)?;
        let kept = self.catalogue.as_ref().map(catalogue_name);
        for name in storage.list(CATALOGUE)? {
            if Some(&name) != kept.as_ref() {
                storage.remove(&name)?;
            }
        }
        Ok(())
    }

    /// Keeps a new catalogue: its file first, then the mention of it.
    pub(super) fn keep_catalogue(&mut self, storage: &dyn Storage, document: Document) -> Result<(), StorageError> {
        let file = CatalogueFile { hash: hex(&hash(&document.envelope)), key: document.key, etag: document.etag };
        storage.write(&catalogue_name(&file), document.envelope.as_bytes())?;
        self.catalogue = Some(file);
        self.save(storage)
    }

    /// The catalogue, when there is one.
    pub(super) fn catalogue(&self, storage: &dyn Storage) -> Result<Option<Document>, StorageError> {
        let Some(file) = &self.catalogue else { return Ok(None) };
        let name = catalogue_name(file);
        let damaged = || StorageError::Damaged { name: name.clone(), what: "it is missing or no text".to_owned() };
        let bytes = storage.read(&name)?.ok_or_else(damaged)?;
        let envelope = String::from_utf8(bytes).map_err(|_| damaged())?;
        Ok(Some(Document { envelope, key: file.key.clone(), etag: file.etag.clone() }))
    }
}

/// Forgets everything of the enrolment, the key too where it lies here. The ledger stays: it is the person's own record
/// of what left.
pub(super) fn forget(storage: &dyn Storage) -> Result<(), StorageError> {
    // The enrolment goes first: without it nothing else is used, whatever a power cut leaves.
    storage.remove(NAME)?;
    let names = storage.list("")?;
    names.iter().filter(|name| !name.starts_with(ledger::SEGMENT)).try_for_each(|name| storage.remove(name))
}

fn catalogue_name(file: &CatalogueFile) -> String {
    format!("{CATALOGUE}{}.jws", file.hash)
}
