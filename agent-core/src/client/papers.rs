//! What a person is shown and asked, and what they said to it: the notice, the rules of use, the declarations.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::statements::{Statements, text_hash};
use crate::{
    judge::{Check, Platform, Policy, facts::Declaration, policy::Paper, text::Language},
    wire::statement::{Acknowledgement, Subject},
};

/// What a person is shown and asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Papers {
    /// What is read of the device, and why.
    pub notice: PaperStatus,
    /// Whether the employer gave the notice in another way: then nothing waits for it.
    pub notice_given_elsewhere: bool,
    /// The rules of use, where the policy asks for them.
    pub usage_rules: Option<PaperStatus>,
    /// What the policy asks to be declared.
    pub declarations: Vec<DeclarationStatus>,
}

/// A text, and whether it was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PaperStatus {
    /// The version in force.
    pub version: u32,
    /// Its text.
    pub text: String,
    /// The text's language.
    pub language: Language,
    /// SHA-256 of the text in UTF-8, lower-case hexadecimal.
    pub text_hash: String,
    /// The version that was acknowledged last.
    pub acknowledged_version: Option<u32>,
    /// The day on which it was.
    pub acknowledged_on: Option<Date>,
    /// Whether the person is asked to acknowledge the version in force.
    pub pending: bool,
}

/// A question that nobody can measure, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeclarationStatus {
    /// What is asked.
    pub declaration: Declaration,
    /// The newest answer.
    pub affirmed: Option<bool>,
    /// Its day.
    pub on: Option<Date>,
    /// The first day on which it is asked again.
    pub expires_on: Option<Date>,
    /// Whether the person is asked now: no answer yet, or an old one.
    pub pending: bool,
}

/// The papers of a policy on a platform, in a language, at a moment.
pub(super) fn papers(
    policy: &Policy,
    platform: Platform,
    said: &Statements<'_>,
    language: Language,
    now: Timestamp,
) -> Papers {
    let rules = policy.usage_rules(platform);
    let asked = policy.check(platform, Check::Declarations).map_or(&[][..], |check| &check.rules);
    let asked = asked.iter().filter_map(|rule| Some((rule.rule.declaration()?, &rule.condition)));
    let notice_is_pending = said.notice_is_pending(&policy.notice);
    Papers {
        notice: status(&policy.notice.paper, said, Subject::Notice, language, notice_is_pending),
        notice_given_elsewhere: policy.notice.given_elsewhere,
        usage_rules: rules
            .map(|paper| status(paper, said, Subject::UsageRules, language, said.rules_are_pending(paper))),
        declarations: asked
            .map(|(declaration, condition)| {
                let answer = said.answered(declaration);
                let expires = answer.and_then(|answer| condition.expires(answer.on));
                let zone = &policy.quiet_hours.zone;
                DeclarationStatus {
                    declaration,
                    affirmed: answer.map(|answer| answer.affirmed),
                    on: answer.map(|answer| answer.on),
                    expires_on: expires.map(|expires| zone.to_datetime(expires).date()),
                    pending: answer.is_none() || expires.is_some_and(|expires| expires <= now),
                }
            })
            .collect(),
    }
}

fn status(paper: &Paper, said: &Statements<'_>, subject: Subject, wanted: Language, pending: bool) -> PaperStatus {
    let (text, language) = paper.text(wanted);
    let known = said.acknowledged(subject);
    PaperStatus {
        version: paper.version,
        text_hash: text_hash(&text),
        text,
        language,
        acknowledged_version: known.map(|known| known.version),
        acknowledged_on: known.map(|known| known.on),
        pending,
    }
}

/// The acknowledgement of a paper as it is shown in this language.
pub(super) fn acknowledgement(paper: &Paper, subject: Subject, wanted: Language) -> Acknowledgement {
    let (text, language) = paper.text(wanted);
    Acknowledgement { subject, version: paper.version, text_hash: text_hash(&text), language }
}
