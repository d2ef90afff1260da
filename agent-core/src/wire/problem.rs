//! RFC 9457 problem details, with a stable code.

use serde::{Deserialize, Serialize};

/// The body of every refusal, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A link to the description of the code, relative to the project's docs.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is wrong, in a few words; the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code, such as `report-sequence-conflict`; all stand in `docs/errors.md`.
    pub code: String,
    /// What is wrong this time and what to do. Never personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
