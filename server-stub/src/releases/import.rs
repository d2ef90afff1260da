//! A saved answer of a source, for networks that reach none; and the administrator's own file.

use agent_core::judge::{catalogue::document::CatalogueDocument, document::LONGEST};
use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    fetch::Validators,
    kept::{self, Asked},
    merge::merge,
    source::{self, OBSERVED, ParseError, Source},
};
use crate::{
    judging::{catalogues::import_catalogue, rules::RulesError},
    scope::Scope,
    store::StoreError,
};

/// A file could not be taken over.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is no catalogue that can be used.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// It is no answer of this source.
    #[error("{file}: {error}")]
    Answer {
        /// The file.
        file: String,
        /// What is wrong, and where.
        error: ParseError,
    },
    /// It does not say which part of the source it is.
    #[error("{file}: {remedy}")]
    Part {
        /// The file.
        file: String,
        /// What to do.
        remedy: &'static str,
    },
    /// It is longer than any answer of this source.
    #[error("{file}: is longer than {} KiB; this is not an answer of {name}", longest / 1024)]
    TooLong {
        /// The file.
        file: String,
        /// The source.
        name: &'static str,
        /// The longest answer, in bytes.
        longest: usize,
    },
    /// It is not text in UTF-8, so no catalogue.
    #[error("{0}: is not text in UTF-8")]
    NotText(String),
    /// No file is taken under this name.
    #[error("`{0}` is not taken from a file: the server looks at its own fleet, and at its own inventory")]
    NoFile(String),
}

/// What a file was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The revision in force.
    pub revision: u64,
    /// Whether this file changed it.
    pub changed: bool,
    /// How many claims the answer made; none for the administrator's file.
    pub claims: Option<usize>,
}

/// The source whose saved answer this is; none for a catalogue that somebody wrote, whatever its source is called.
pub(super) fn adapter(name: &str, bytes: &[u8]) -> Option<&'static dyn Source> {
    source::named(name).filter(|_| !is_catalogue(bytes))
}

fn is_catalogue(bytes: &[u8]) -> bool {
    if bytes.len() > LONGEST {
        return false;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    text.lines().any(|line| {
        let line: String = line.chars().filter(|sign| !sign.is_whitespace() && *sign != '"').collect();
        line.contains("kind:Catalogue")
    })
}

/// Reads a file without keeping anything, so that its faults are told before any data is opened.
pub fn check(name: &str, file: &str, bytes: &[u8]) -> Result<(), ImportError> {
    if OBSERVED.contains(&name) {
        return Err(ImportError::NoFile(name.to_owned()));
    }
    if let Some(source) = adapter(name, bytes) {
        return read(source, file, bytes).map(drop);
    }
    CatalogueDocument::from_text(file, text(file, bytes)?).map_err(RulesError::from)?;
    Ok(())
}

fn text<'t>(file: &str, bytes: &'t [u8]) -> Result<&'t str, ImportError> {
    std::str::from_utf8(bytes).map_err(|_| ImportError::NotText(file.to_owned()))
}

fn read(source: &dyn Source, file: &str, bytes: &[u8]) -> Result<(String, Vec<super::claim::Claim>), ImportError> {
    if bytes.len() > source.longest() {
        return Err(ImportError::TooLong { file: file.to_owned(), name: source.name(), longest: source.longest() });
    }
    // A file of another form is told as such, rather than that its name is wrong.
    let answer = |error| ImportError::Answer { file: file.to_owned(), error };
    let Some(part) = source.part(file, bytes) else {
        source::read(source, "", bytes).map_err(answer)?;
        return Err(ImportError::Part { file: file.to_owned(), remedy: source.part_remedy() });
    };
    let claims = source::read(source, &part, bytes).map_err(answer)?;
    Ok((part, claims))
}

/// Takes a file over and merges what is known then.
pub fn import(
    connection: &Connection,
    scope: Scope,
    name: &str,
    (file, bytes): (&str, &[u8]),
    now: Timestamp,
) -> Result<Imported, ImportError> {
    check(name, file, bytes)?;
    let before = revision(connection, scope).map_err(RulesError::from)?;
    let claims = if let Some(source) = adapter(name, bytes) {
        let (part, claims) = read(source, file, bytes)?;
        let asked = Asked { source: source.name(), part: &part, url: file, now, next_at: None };
        let kept = kept::answered(connection, scope, asked, &claims, &Validators::default());
        kept.map_err(RulesError::from)?;
        Some(claims.len())
    } else {
        import_catalogue(connection, scope, name, (file, text(file, bytes)?), now)?;
        None
    };
    merge(connection, scope, now).map_err(RulesError::from)?;
    let revision = revision(connection, scope).map_err(RulesError::from)?;
    Ok(Imported { revision, changed: revision != before, claims })
}

fn revision(connection: &Connection, scope: Scope) -> Result<u64, StoreError> {
    let newest: i64 = connection.query_row(
        "SELECT coalesce(max(revision), 0) FROM catalogues WHERE org = ?1",
        [scope.org()],
        |row| row.get(0),
    )?;
    Ok(newest.unsigned_abs())
}
