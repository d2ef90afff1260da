//! What is unusual about evidence, without weight for the judgement: stable codes, with a sentence in each language.

use agent_core::judge::text::Language;
use serde::Serialize;

use super::{reason::codes, words};

codes! {
    /// Something unusual with a stable code; the words are in the text table.
    Unusual:
    UnknownVersion = "unknown-version",
    UnknownLevel = "unknown-level",
    UnknownTag = "unknown-tag",
    RepeatedTag = "repeated-tag",
    UnorderedTags = "unordered-tags",
    UnknownOrigin = "unknown-origin",
    UnknownBootState = "unknown-boot-state",
    NoBootKey = "no-boot-key",
    OtherIssuerName = "other-issuer-name",
    NotAnAuthority = "not-an-authority",
}

/// One thing, and the certificate or the part that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Oddity {
    /// The code.
    pub code: Unusual,
    /// The certificate, counted from 1 at the leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<usize>,
    /// What was found, by the names of the published schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Oddity {
    pub(super) const fn of(code: Unusual, index: usize) -> Self {
        Self { code, certificate: Some(index + 1), detail: None }
    }

    pub(super) fn with(code: Unusual, detail: impl Into<String>) -> Self {
        Self { code, certificate: None, detail: Some(detail.into()) }
    }
}

impl Unusual {
    /// What it means, in one sentence.
    pub fn words(self, language: Language) -> &'static str {
        words::say(words::ODDITIES, language, self.code())
    }
}
