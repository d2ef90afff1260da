//! How a judgement is laid out for people: the verdict, why not and what to do, what is said and by whom, the trust path.

use agent_core::judge::text::Language;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::words::{find, say};
use crate::{
    attestation::{Certificate, Shortfall, hex},
    command::answer::columns,
};

/// Sections, one behind the other.
pub(super) struct Told {
    language: Language,
    sections: Vec<String>,
}

impl Told {
    /// Begins with the verdict.
    pub(super) fn new(language: Language, shortfalls: &[Shortfall], what: &str, at: Timestamp) -> Self {
        let verdict = say(language, if shortfalls.is_empty() { "proved" } else { "not-proved" });
        let mut told = Self { language, sections: vec![format!("{verdict}, {at:.0}: {}.", say(language, what))] };
        told.section("why-not", &shortfalls.iter().map(|shortfall| finding(shortfall, language)).collect::<Vec<_>>());
        told
    }

    /// A heading and lines; nothing where there are no lines.
    pub(super) fn section(&mut self, heading: &str, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let heading = find(self.language, heading).unwrap_or(heading);
        let indented = lines.iter().flat_map(|line| line.lines()).map(|line| format!("  {line}"));
        self.sections.push(std::iter::once(heading.to_owned()).chain(indented).collect::<Vec<_>>().join("\n"));
    }

    /// What is said, by the keys of the words, and what proves it; the longest texts are last in their lines.
    pub(super) fn facts(&mut self, facts: &[(&str, String, &str)]) {
        if facts.is_empty() {
            return;
        }
        let word = |key: &str| say(self.language, key).to_owned();
        let row = |(name, value, by): &(&str, String, &str)| vec![format!("  {}", word(name)), word(by), value.clone()];
        let heading = vec![word("says"), word("proved-by")];
        let rows: Vec<Vec<String>> = std::iter::once(heading).chain(facts.iter().map(row)).collect();
        self.sections.push(columns(&rows));
    }

    /// The certificates, and beside each who vouches for it.
    pub(super) fn path(&mut self, chain: &[Certificate], vouched: &[(bool, String)]) {
        let language = self.language;
        let word = |key| say(language, key);
        let one = |(index, (certificate, (_, vouched))): (usize, (&Certificate, &(bool, String)))| {
            let day = |time: Timestamp| time.to_string().chars().take(10).collect::<String>();
            let dates = format!("{} {} {}", day(certificate.not_before()), word("to"), day(certificate.not_after()));
            format!(
                "{number} {subject}\n  {key} {kind}, {serial} {digits}, {valid} {dates}\n  {vouched}",
                number = index + 1,
                subject = clean(&certificate.subject()),
                key = word("key"),
                kind = certificate.key_kind().name(),
                serial = word("serial"),
                digits = certificate.serial(),
                valid = word("valid"),
            )
        };
        self.section("path", &chain.iter().zip(vouched).enumerate().map(one).collect::<Vec<_>>());
    }

    /// What was not looked at.
    pub(super) fn unasked(&mut self, unasked: &Unasked) {
        let language = self.language;
        self.section(
            "not-looked-at",
            &unasked.iter().map(|(_, key)| say(language, key).to_owned()).collect::<Vec<_>>(),
        );
    }

    pub(super) fn words(self) -> String {
        self.sections.join("\n\n")
    }
}

fn finding(shortfall: &Shortfall, language: Language) -> String {
    let place = shortfall.certificate.map(|number| format!("{} {number}: ", say(language, "certificate")));
    let mut lines = vec![format!(
        "{}{} [{}]",
        place.unwrap_or_default(),
        shortfall.reason.words(language),
        shortfall.reason.code()
    )];
    lines.extend(shortfall.detail.as_ref().map(|detail| format!("  {}: {}", say(language, "found"), clean(detail))));
    lines.push(format!("  {}: {}", say(language, "to-do"), shortfall.reason.remedy(language)));
    lines.join("\n")
}

pub(super) fn findings_json(shortfalls: &[Shortfall], language: Language) -> Json {
    let one = |shortfall: &Shortfall| {
        json!({
            "reason": shortfall.reason.code(), "certificate": shortfall.certificate, "detail": shortfall.detail,
            "words": shortfall.reason.words(language), "remedy": shortfall.reason.remedy(language),
        })
    };
    shortfalls.iter().map(one).collect()
}

pub(super) fn path_json(chain: &[Certificate], vouched: &[(bool, String)]) -> Json {
    let one = |(certificate, (holds, vouched)): (&Certificate, &(bool, String))| {
        json!({
            "subject": certificate.subject(), "issuer": certificate.issuer(), "serial": certificate.serial(),
            "notBefore": certificate.not_before(), "notAfter": certificate.not_after(),
            "signatureAlgorithm": certificate.algorithm(), "key": certificate.key_kind(),
            "keySha256": hex(&certificate.key_hash()), "verified": holds, "verifiedBy": vouched,
        })
    };
    chain.iter().zip(vouched).map(one).collect()
}

/// What was not looked at, by the codes of scripts, each with the key of its words.
pub(super) type Unasked = [(&'static str, &'static str)];

pub(super) fn unasked_json(unasked: &Unasked) -> Json {
    unasked.iter().map(|(code, _)| *code).collect()
}

/// A value as it is, never looked up: a device may say any text.
pub(super) fn value(language: Language, value: &Json) -> String {
    match value {
        Json::String(text) => clean(text),
        Json::Bool(flag) => say(language, if *flag { "true" } else { "false" }).to_owned(),
        Json::Array(items) => items.iter().map(|item| self::value(language, item)).collect::<Vec<_>>().join(", "),
        Json::Object(fields) => {
            let field = |(name, value): (&String, &Json)| format!("{name} {}", self::value(language, value));
            fields.iter().map(field).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// What a device says may hold anything: nothing of it steers a terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
