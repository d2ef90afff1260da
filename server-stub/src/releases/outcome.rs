//! What came of asking one source.

use jiff::Timestamp;
use serde::Serialize;

/// What came of one source in one round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The source.
    pub source: String,
    /// `ok`, `unchanged` or `failed`.
    pub outcome: &'static str,
    /// How many of its parts gave an answer, of how many.
    pub answered: usize,
    /// How many were asked.
    pub asked: usize,
    /// How many claims its new answers made.
    pub claims: usize,
    /// Why not everything was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it last confirmed what is known; none when it never did.
    pub fetched_at: Option<Timestamp>,
}
