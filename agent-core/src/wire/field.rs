//! THE field table: one row for each field that a report or a statement can hold. What is not here does not leave the
//! device.
//!
//! The report's JSON Schema, the limits that what is received is held to, what a probe is asked for
//! ([`Wanted`](super::wanted::Wanted)) and the list in `docs/privacy.md` are made from it; tests hold it to what the
//! types really write.

mod document;
mod limits;
mod schema;
mod statements;
mod table;

use crate::judge::{Check, Rule};

pub use document::{privacy_table, statements_table};
pub(super) use limits::{statement_within_limits, within_limits};
pub use schema::report_schema;
pub use statements::STATEMENT_FIELDS;
pub use table::FIELDS;

/// One field of a report or a statement.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Where it stands in the JSON, such as `content.full.facts.screenLock`; `[]` is each item of a list. A
    /// reading's `value` is not written.
    pub path: &'static str,
    /// What it may hold.
    pub shape: Shape,
    /// Whether it is a reading: the value with its evidence, or why it is not known.
    pub reading: bool,
    /// The version of the report's schema that brought it: a report of an older one has no such field.
    pub since: u32,
    /// Whether every report of its kind has it.
    pub required: bool,
    /// Who gets to see it.
    pub seen_by: Seen,
    /// How long the server keeps it.
    pub kept: Kept,
    /// The rules that need it: it is collected only while the policy asks one of them. Empty: in every report.
    pub needed_by: &'static [Rule],
    /// What it is for, in Spanish.
    pub es: &'static str,
    /// What it is for, in English.
    pub en: &'static str,
}

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// The schema's version.
    Version,
    /// A whole number from the first to the second.
    Number(u64, u64),
    /// Text of at most this many characters.
    Text(usize),
    /// Text of exactly this form, a regular expression.
    Form(&'static str),
    /// A moment, RFC 3339.
    Moment,
    /// A day, `2026-11-24`.
    Day,
    /// Yes or no.
    Truth,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// A list of at most this many.
    List(usize, &'static Shape),
    /// The rows beneath it, or nothing.
    Group,
}

/// Who gets to see a field. The person sees everything: the ledger shows each report byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The person and IT.
    PersonAndIt,
    /// The person; the server uses it, and no page or export shows it.
    Person,
}

/// How long the server keeps a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// In the stored report, until the device's record is erased.
    InReport,
    /// In the stored report and, where a check judged it, in the reason on the timeline; until the device's record is
    /// erased.
    InTimeline,
    /// In the stored statement, until the device's record is erased.
    InStatement,
}

/// Before the name of each fact.
const FACTS: &str = "content.full.facts.";

impl Field {
    /// The fact's name as in [`crate::judge::DeviceFacts`], such as `screenLock` or `whatsappBusiness.version`; none
    /// for what is not a fact, or only a part of one.
    pub fn fact(&self) -> Option<&'static str> {
        let reading_or_platform = self.reading || self.path.ends_with(".platform");
        self.path.strip_prefix(FACTS).filter(|_| reading_or_platform)
    }

    /// The checks that need it, each once.
    pub fn checks(&self) -> Vec<Check> {
        let mut checks: Vec<Check> = self.needed_by.iter().map(|rule| rule.check()).collect();
        checks.dedup();
        checks
    }
}

#[cfg(test)]
mod tests;
