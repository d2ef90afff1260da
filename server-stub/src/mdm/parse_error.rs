//! A message or file that cannot be read. It names places and never values, which may be anybody's.

/// A message or file is not what its kind sends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct ParseError {
    /// Where, such as `line 3, column 14` or `raw_payload`.
    pub place: String,
    /// What is wrong and what to do.
    pub what: String,
}

impl ParseError {
    pub(super) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }

    /// JSON of another form; the words of the parser repeat values, so only its place is told.
    pub(super) fn json(error: &serde_json::Error, form: &str) -> Self {
        let what = match error.classify() {
            serde_json::error::Category::Eof => "ends too early; get it again, whole".to_owned(),
            serde_json::error::Category::Data => format!("is not {form}"),
            _ => format!("is not JSON; {form} is expected"),
        };
        // An error about which form it is has no place.
        let place = match error.line() {
            0 => ".".to_owned(),
            line => format!("line {line}, column {}", error.column()),
        };
        Self::new(place, what)
    }

    /// More than is read.
    pub(super) fn too_long(longest: usize) -> Self {
        Self::new(".", format!("is longer than {} KiB", longest / 1024))
    }
}
