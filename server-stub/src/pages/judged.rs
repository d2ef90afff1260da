//! The words of verdicts. This is the one door to agent-core's text table, so that the pages say of a check
//! exactly what the phone says.

use std::collections::BTreeMap;

use agent_core::judge::{
    Check, DeviceState, Evidence, Platform, Verdict,
    text::{self, Told},
};

use super::words::Language;

/// What the person is told of a check with this reason.
pub(crate) fn told(language: Language, check: Check, code: &str, params: &BTreeMap<String, String>) -> Told {
    text::told(language, check, code, params)
}

/// What is so, in one sentence.
pub(crate) fn what(language: Language, check: Check, code: &str, params: &BTreeMap<String, String>) -> String {
    told(language, check, code, params).what
}

/// A reason in words; its code where the sentence needs parameters.
pub(crate) fn reason(language: Language, code: &str) -> String {
    let sentence = text::say(language, &format!("reason.{code}"), &BTreeMap::new());
    sentence.filter(|sentence| !sentence.contains('{')).unwrap_or_else(|| code.to_owned())
}

/// A check's name.
pub(crate) fn check(language: Language, check: Check) -> String {
    word("check", language, &format!("{check}.name"))
}

/// A grade of evidence.
pub(crate) fn evidence(language: Language, evidence: Evidence) -> String {
    word("evidence", language, evidence.as_str())
}

fn word(subject: &str, language: Language, word: &str) -> String {
    text::say(language, &format!("{subject}.{word}"), &BTreeMap::new()).unwrap_or_else(|| word.to_owned())
}

/// A word of the vocabulary.
pub(crate) fn term(language: Language, term: &str) -> String {
    word("term", language, term)
}

/// A platform's name.
pub(crate) fn platform(platform: Platform) -> String {
    word("term", Language::En, platform.as_str())
}

/// A device's state.
pub(crate) fn state(language: Language, state: DeviceState) -> String {
    word("state", language, state.as_str())
}

/// A check's verdict.
pub(crate) fn verdict(language: Language, verdict: Verdict, in_grace: bool) -> String {
    match (verdict, in_grace) {
        (Verdict::Fail, true) => state(language, DeviceState::InGrace),
        _ => word("verdict", language, verdict.as_str()),
    }
}

/// A span's word, of a device's state or of a check's verdict; a newer server's word is unknown here.
pub(crate) fn span(language: Language, word: &str, in_grace: bool) -> String {
    match (DeviceState::from_word(word), Verdict::from_word(word)) {
        (Some(known), _) => state(language, known),
        (None, Some(known)) => verdict(language, known, in_grace),
        (None, None) => state(language, DeviceState::Unknown),
    }
}
