//! Google's list of revoked and suspended attestation certificates, and how old it is.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Deserialize;

/// What the list says of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// For good.
    Revoked,
    /// For now; not to be trusted either.
    Suspended,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Entry {
    status: Status,
    #[serde(default)]
    reason: Option<String>,
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct StatusList {
    entries: HashMap<String, Entry>,
    /// When it was fetched, where that is known.
    #[serde(skip)]
    pub as_of: Option<Timestamp>,
}

impl StatusList {
    /// Reads the published JSON.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let mut list: Self = serde_json::from_slice(bytes)?;
        // Serials are told in lower case without leading zeros, whoever wrote the list.
        list.entries = list
            .entries
            .into_iter()
            .map(|(serial, entry)| (serial.to_ascii_lowercase().trim_start_matches('0').to_owned(), entry))
            .collect();
        Ok(list)
    }

    /// What it says of a serial, and why.
    pub fn status(&self, serial: &str) -> Option<(Status, Option<&str>)> {
        self.entries.get(serial).map(|entry| (entry.status, entry.reason.as_deref()))
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
