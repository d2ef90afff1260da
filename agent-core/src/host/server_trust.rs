//! How the server is to prove who it is, beyond the system's roots: given once at enrolment, kept beside it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{failure::Failure, input};
use crate::client::{AgentError, Storage, StorageError, TlsOptions};

/// What the person gave.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct ServerTrust {
    /// A root certificate of the company's own, PEM; kept at enrolment for the commands after it.
    #[arg(long, global = true, value_name = "FILE")]
    extra_root: Option<PathBuf>,
    /// The only public key to believe, `sha256/…=` (SubjectPublicKeyInfo in base64); repeat it for the next one. Kept
    /// at enrolment.
    #[arg(long = "pin", global = true, value_name = "PIN")]
    pins: Vec<String>,
}

/// What is kept of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeptTrust {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extra_root: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pins: Vec<String>,
}

const NAME: &str = "server-trust.json";

impl ServerTrust {
    /// What holds for this call: what is given, else what was kept.
    pub(super) fn resolve(&self, storage: &dyn Storage) -> Result<KeptTrust, Failure> {
        let damaged =
            |_| StorageError::Damaged { name: NAME.to_owned(), what: "it is not what was written".to_owned() };
        let kept = storage.read(NAME)?.map(|bytes| serde_json::from_slice(&bytes).map_err(damaged)).transpose()?;
        let mut trust: KeptTrust = kept.unwrap_or_default();
        if let Some(path) = &self.extra_root {
            trust.extra_root = Some(input::text(path)?);
        }
        if !self.pins.is_empty() {
            trust.pins.clone_from(&self.pins);
        }
        Ok(trust)
    }
}

impl KeptTrust {
    pub(super) fn options(&self) -> Result<TlsOptions, AgentError> {
        let pins = self.pins.iter().map(|pin| TlsOptions::pin(pin)).collect::<Result<_, _>>()?;
        let extra_roots = self.extra_root.as_ref().map(|pem| pem.clone().into_bytes());
        Ok(TlsOptions { extra_roots, pinned_roots: None, pins })
    }

    pub(super) fn keep(&self, storage: &dyn Storage) -> Result<(), Failure> {
        if *self == Self::default() {
            return Ok(storage.remove(NAME)?);
        }
        Ok(storage.write(NAME, &serde_json::to_vec(self).map_err(std::io::Error::from)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::MemoryStorage;

    #[test]
    fn what_was_kept_holds_until_something_else_is_given() {
        let storage = MemoryStorage::new();
        let pin = |letter: &str| format!("sha256/{}=", letter.repeat(43));
        let given = ServerTrust { extra_root: None, pins: vec![pin("A")] };
        given.resolve(&storage).unwrap().keep(&storage).unwrap();
        let later = ServerTrust::default().resolve(&storage).unwrap();
        assert_eq!(later.options().unwrap().pins, [[0; 32]]);
        let other = ServerTrust { extra_root: None, pins: vec!["nonsense".to_owned()] };
        assert!(other.resolve(&storage).unwrap().options().is_err());
        let missing = ServerTrust { extra_root: Some("/nowhere.pem".into()), pins: Vec::new() };
        assert!(missing.resolve(&storage).unwrap_err().to_string().contains("/nowhere.pem"));
    }
}
