//! What a person is shown and asked, and what they said to it.

use agent_core::{client, judge::facts::Declaration};

/// A text of the company's, and whether it was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Paper {
    /// The version in force.
    pub version: u32,
    /// Its text, in the person's language where the company wrote it.
    pub text: String,
    /// The day on which a version was acknowledged last, such as `2026-11-24`.
    pub acknowledged_on: Option<String>,
    /// Whether the person is asked to acknowledge the version in force.
    pub pending: bool,
}

impl From<client::PaperStatus> for Paper {
    fn from(paper: client::PaperStatus) -> Self {
        let client::PaperStatus {
            version,
            text,
            language: _,
            text_hash: _,
            acknowledged_version: _,
            acknowledged_on,
            pending,
        } = paper;
        Self { version, text, acknowledged_on: acknowledged_on.map(|day| day.to_string()), pending }
    }
}

/// A question that nobody can measure, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DeclarationStatus {
    /// What is asked.
    pub declaration: Declaration,
    /// The newest answer.
    pub affirmed: Option<bool>,
    /// Its day, such as `2026-11-24`.
    pub on: Option<String>,
    /// The first day on which it is asked again.
    pub expires_on: Option<String>,
    /// Whether the person is asked now: no answer yet, or an old one.
    pub pending: bool,
}

impl From<client::DeclarationStatus> for DeclarationStatus {
    fn from(status: client::DeclarationStatus) -> Self {
        let client::DeclarationStatus { declaration, affirmed, on, expires_on, pending } = status;
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
        Self { declaration, affirmed, on: day(on), expires_on: day(expires_on), pending }
    }
}
