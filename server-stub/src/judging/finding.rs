//! What somebody should look at: kept once, however often it is seen.

use agent_core::{
    judge::facts::DeviceFacts,
    wire::{envelope::sha256, id::DeviceId},
};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde_json::json;

use super::effective::{compare_os, compare_patch};
use crate::{
    scope::Scope,
    store::{StoreError, number, to_ms},
};

/// What kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FindingKind {
    /// A second report with the same number and other bytes.
    SequenceConflict,
    /// A second statement with the same number and other bytes.
    StatementConflict,
    /// The operating system went back to an older version.
    OsBackwards,
    /// The security patch level went back.
    PatchBackwards,
    /// Newer evidence speaks for a key that lives in a lesser place.
    KeyLevelFell,
    /// Evidence that proved everything does not any more.
    EvidenceFell,
    /// An assertion by an attested key whose counter lies no higher than one that was seen: the key was copied, or the
    /// assertion kept.
    CounterNotRising,
    /// Two sources say different things of one fact.
    SourcesDisagree,
    /// Another key enrolled under the same reference: the device lost its key, or another is set up in its place.
    EnrolledAgain,
}

impl FindingKind {
    /// Its name, which scripts rely on.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::SequenceConflict => "sequence-conflict",
            Self::StatementConflict => "statement-conflict",
            Self::OsBackwards => "os-backwards",
            Self::PatchBackwards => "patch-backwards",
            Self::KeyLevelFell => "key-level-fell",
            Self::EvidenceFell => "evidence-fell",
            Self::CounterNotRising => "counter-not-rising",
            Self::SourcesDisagree => "sources-disagree",
            Self::EnrolledAgain => "enrolled-again",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    pub(crate) kind: FindingKind,
    /// The report, statement or piece of evidence that it is about; 0 for none.
    pub(crate) sequence: u64,
    /// The hash of what was refused; none: it is known by its detail.
    pub(crate) hash: Option<[u8; 32]>,
    /// Both sides, where it is about two.
    pub(crate) detail: serde_json::Value,
}

impl Finding {
    /// Writes it down, unless it stands there.
    pub(crate) fn note(
        &self,
        connection: &Connection,
        scope: Scope,
        device: DeviceId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let detail = self.detail.to_string();
        connection
            .prepare_cached(
                "INSERT INTO findings (org, device, at, kind, sequence, hash, detail)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                scope.org(),
                device.to_bytes(),
                to_ms(at),
                self.kind.as_str(),
                number(self.sequence)?,
                self.hash.unwrap_or_else(|| sha256(detail.as_bytes())),
                detail,
            ])?;
        Ok(())
    }
}

/// A report, as a finding names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side<'a> {
    pub(crate) facts: &'a DeviceFacts,
    pub(crate) sequence: u64,
    pub(crate) received_at: Option<Timestamp>,
}

/// Versions that went back from one report to the next: a restored copy of another phone, a downgrade, or a lie.
pub(crate) fn backwards(before: Side<'_>, after: Side<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |kind: FindingKind, was: &str, is: &str| {
        let side = |side: Side<'_>, value: &str| json!({ "report": side.sequence, "receivedAt": side.received_at, "value": value });
        let detail = json!({ "before": side(before, was), "after": side(after, is) });
        found.push(Finding { kind, sequence: after.sequence, hash: None, detail });
    };
    let platform = after.facts.platform;
    if let (Some(was), Some(is)) = (before.facts.os_version.value(), after.facts.os_version.value())
        && compare_os(platform, is, was).is_some_and(std::cmp::Ordering::is_lt)
    {
        add(FindingKind::OsBackwards, was, is);
    }
    if let (Some(was), Some(is)) = (before.facts.security_patch.value(), after.facts.security_patch.value())
        && compare_patch(is, was).is_some_and(std::cmp::Ordering::is_lt)
    {
        add(FindingKind::PatchBackwards, was, is);
    }
    found
}
