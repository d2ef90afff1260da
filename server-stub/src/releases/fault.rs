//! Why there is no answer that can be used, in a word: pages say it in the reader's language.

use super::source::Cause;

/// What went wrong when something was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No connection came about.
    Unreachable,
    /// It did not prove who it is.
    Identity,
    /// It was not whole in time.
    Slow,
    /// The connection broke.
    Broken,
    /// It sends elsewhere.
    Elsewhere,
    /// There is nothing at the address.
    Missing,
    /// It does not serve this machine.
    Refused,
    /// It was asked too often.
    TooOften,
    /// It answered that it fails itself.
    Failing,
    /// The answer is longer than any of this source.
    TooLong,
    /// The answer is no JSON, such as a proxy's page.
    NotJson,
    /// The answer ends too early.
    Truncated,
    /// The answer is JSON of another shape.
    Shape,
}

impl Fault {
    /// Every one.
    pub(crate) const ALL: [Self; 13] = [
        Self::Unreachable,
        Self::Identity,
        Self::Slow,
        Self::Broken,
        Self::Elsewhere,
        Self::Missing,
        Self::Refused,
        Self::TooOften,
        Self::Failing,
        Self::TooLong,
        Self::NotJson,
        Self::Truncated,
        Self::Shape,
    ];

    /// As it is stored, and told by the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Identity => "identity",
            Self::Slow => "slow",
            Self::Broken => "broken",
            Self::Elsewhere => "elsewhere",
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::TooOften => "too-often",
            Self::Failing => "failing",
            Self::TooLong => "too-long",
            Self::NotJson => "not-json",
            Self::Truncated => "truncated",
            Self::Shape => "shape",
        }
    }

    /// The fault with this word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.as_str() == word)
    }
}

impl From<Cause> for Fault {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::NotJson => Self::NotJson,
            Cause::Truncated => Self::Truncated,
            Cause::Shape => Self::Shape,
        }
    }
}
