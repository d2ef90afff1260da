//! What evidence is held against: the built-in roots, an administrator's, and the list of revoked certificates.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use agent_core::judge::text::Language;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;

use crate::{
    attestation::{
        android::{self, Roots, StatusList, Verified},
        apple::AppleRoots,
    },
    scope::Scope,
    store::{StoreError, from_ms, to_ms},
};

/// The rules and the trust under which all evidence of an organisation was found to be judged.
pub(super) type Seen = HashMap<Scope, (i64, i64)>;

/// One of the documents that an administrator can bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// Roots of Android chains beside Google's, PEM or DER.
    AndroidRoots,
    /// Google's list of revoked and suspended certificates, JSON.
    AndroidStatus,
    /// Roots of App Attest beside Apple's, PEM or DER.
    AppleRoots,
}

impl Document {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::AndroidRoots, Self::AndroidStatus, Self::AppleRoots];

    /// Its name in commands.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AndroidRoots => "android-roots",
            Self::AndroidStatus => "android-status",
            Self::AppleRoots => "apple-roots",
        }
    }

    /// What it is, for people.
    pub const fn what(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::AndroidRoots, Language::En) => "roots of Android chains beside Google's",
            (Self::AndroidRoots, Language::Es) => "raíces de cadenas de Android además de las de Google",
            (Self::AndroidStatus, Language::En) => "Google's list of revoked and suspended certificates",
            (Self::AndroidStatus, Language::Es) => "lista de Google de certificados revocados y suspendidos",
            (Self::AppleRoots, Language::En) => "roots of App Attest beside Apple's",
            (Self::AppleRoots, Language::Es) => "raíces de App Attest además de las de Apple",
        }
    }
}

/// A document as it lies in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// Its name.
    pub name: &'static str,
    /// How many roots or entries it has.
    pub entries: usize,
    /// When its source said so.
    pub as_of: Timestamp,
    /// When it was imported.
    pub imported_at: Timestamp,
}

/// A document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// It is none of its kind.
    #[error("this is not {what}: {why}; nothing was changed")]
    Unreadable {
        /// What it should be.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// Its private key is published: everybody could sign with it.
    #[error("certificate {number} is one of Android's software roots, whose private keys are published; leave it out")]
    SoftwareRoot {
        /// Counted from 1.
        number: usize,
    },
    /// The list is older than the one that is held.
    #[error("this list is of {given}, and the one that is held of {held}; a revocation never ends by an older list")]
    Older {
        /// Of the given one.
        given: Timestamp,
        /// Of the held one.
        held: Timestamp,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for TrustError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What evidence is held against now.
pub struct Trust {
    /// Grows with each change.
    pub(crate) revision: i64,
    android: Roots,
    status: Option<StatusList>,
    pub(crate) apple: AppleRoots,
    verified: Arc<Verified>,
}

impl Trust {
    /// For chains of Android.
    pub(crate) fn android(&self) -> android::Trust<'_> {
        android::Trust { roots: &self.android, status: self.status.as_ref(), cache: Some(&self.verified) }
    }
}

/// Keeps what was read of the documents at hand until they change.
#[derive(Default)]
pub(crate) struct TrustKeeper {
    verified: Arc<Verified>,
    newest: Mutex<Option<Arc<Trust>>>,
    pub(super) seen: Mutex<Seen>,
}

impl TrustKeeper {
    /// What evidence is held against, as the store says now.
    pub(crate) fn load(&self, connection: &Connection) -> Result<Arc<Trust>, StoreError> {
        let revision = revision(connection)?;
        let held = self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(held) = held.filter(|held| held.revision == revision) {
            return Ok(held);
        }
        let trust = Arc::new(read(connection, revision, &self.verified)?);
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&trust));
        Ok(trust)
    }
}

fn revision(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached("SELECT coalesce(max(revision), 0) FROM trust_documents")?
        .query_row([], |row| row.get(0))?)
}

fn stored(connection: &Connection, name: Document) -> Result<Option<(Vec<u8>, Timestamp, Timestamp)>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT document, as_of, imported_at FROM trust_documents WHERE name = ?1")?
        .query_row([name.as_str()], |row| Ok((row.get(0)?, from_ms(row.get(1)?), from_ms(row.get(2)?))))
        .optional()?)
}

fn read(connection: &Connection, revision: i64, verified: &Arc<Verified>) -> Result<Trust, StoreError> {
    let unreadable = |error: TrustError| StoreError::row("trust document", error);
    let mut trust = Trust {
        revision,
        android: Roots::google(),
        status: None,
        apple: AppleRoots::apple(),
        verified: Arc::clone(verified),
    };
    if let Some((bytes, ..)) = stored(connection, Document::AndroidRoots)? {
        for root in roots(Document::AndroidRoots, &bytes).map_err(unreadable)? {
            trust.android.add(&root);
        }
    }
    if let Some((bytes, ..)) = stored(connection, Document::AppleRoots)? {
        for root in roots(Document::AppleRoots, &bytes).map_err(unreadable)? {
            trust.apple.add(&root);
        }
    }
    if let Some((bytes, as_of, _)) = stored(connection, Document::AndroidStatus)? {
        let mut list = status(&bytes).map_err(unreadable)?;
        list.as_of = Some(as_of);
        trust.status = Some(list);
    }
    Ok(trust)
}

fn roots(name: Document, bytes: &[u8]) -> Result<Vec<crate::attestation::Certificate>, TrustError> {
    let unreadable = |error: &dyn std::fmt::Display| TrustError::Unreadable {
        what: name.what(Language::En),
        why: error.to_string(),
    };
    let found = Roots::from_bytes(bytes).map_err(|error| unreadable(&error))?;
    match found.iter().position(|root| Roots::google().is_published(root)) {
        Some(index) => Err(TrustError::SoftwareRoot { number: index + 1 }),
        None => Ok(found),
    }
}

fn status(bytes: &[u8]) -> Result<StatusList, TrustError> {
    StatusList::from_json(bytes).map_err(|error| TrustError::Unreadable {
        what: Document::AndroidStatus.what(Language::En),
        why: format!("line {}, column {}: {error}", error.line(), error.column()),
    })
}

fn entries(name: Document, bytes: &[u8]) -> Result<usize, TrustError> {
    match name {
        Document::AndroidStatus => Ok(status(bytes)?.len()),
        Document::AndroidRoots | Document::AppleRoots => Ok(roots(name, bytes)?.len()),
    }
}

/// Puts a document in the place of the one of its kind. Evidence is judged again, and with it the fleet.
///
/// # Errors
/// Refuses what is none of its kind, published software roots, and a list that is older than the one that is held.
pub fn import(
    connection: &Connection,
    name: Document,
    bytes: &[u8],
    as_of: Timestamp,
    now: Timestamp,
) -> Result<Held, TrustError> {
    let entries = entries(name, bytes)?;
    let as_of = crate::store::cut(as_of);
    if name == Document::AndroidStatus
        && let Some((_, held, _)) = stored(connection, name)?
        && as_of < held
    {
        return Err(TrustError::Older { given: as_of, held });
    }
    let revision = revision(connection)? + 1;
    connection
        .prepare_cached(
            "INSERT INTO trust_documents (name, revision, document, as_of, imported_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (name) DO UPDATE SET revision = ?2, document = ?3, as_of = ?4, imported_at = ?5",
        )?
        .execute(params![name.as_str(), revision, bytes, to_ms(as_of), to_ms(now)])?;
    Ok(Held { name: name.as_str(), entries, as_of, imported_at: now })
}

/// A document's bytes, where one is held.
pub(super) fn held(connection: &Connection, name: Document) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(stored(connection, name)?.map(|(bytes, ..)| bytes))
}

/// The source still says what is held. Nothing is judged again for that.
pub(super) fn confirm(connection: &Connection, name: Document, as_of: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE trust_documents SET as_of = max(as_of, ?2) WHERE name = ?1")?
        .execute(params![name.as_str(), to_ms(as_of)])?;
    Ok(())
}

/// The documents that are held.
pub fn list(connection: &Connection) -> Result<Vec<Held>, TrustError> {
    let mut all = Vec::new();
    for name in Document::ALL {
        if let Some((bytes, as_of, imported_at)) = stored(connection, name)? {
            all.push(Held { name: name.as_str(), entries: entries(name, &bytes)?, as_of, imported_at });
        }
    }
    Ok(all)
}
