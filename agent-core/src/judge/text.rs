//! Every word a person reads about a verdict, in Spanish and English: plain, short, blame-free.
//!
//! The table's keys: `check.<check>.name` and `.why`; `reason.<code>` (what is so) and `reason.<code>.fix` (what to
//! do, and how long it takes); `state.<state>`, `verdict.<verdict>`, `evidence.<grade>`.

mod table;

use std::collections::BTreeMap;

use super::{check::Check, words::words};

pub use table::TEXTS;

words! {
    /// A language that the table speaks.
    Language {
        /// Spanish, with tú.
        Es = "es",
        /// English.
        En = "en",
    }
}

impl Language {
    /// The language of a tag such as `es-ES`, `es_MX.UTF-8` or `en`; none for one that the table does not speak.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
        Self::from_word(&primary.to_ascii_lowercase())
    }
}

/// One text in every language. `{name}` stands for a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// The key.
    pub key: &'static str,
    /// In Spanish.
    pub es: &'static str,
    /// In English.
    pub en: &'static str,
}

/// What a person is told about one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The check's name.
    pub title: String,
    /// What is so.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// What to do, and how long it takes; none when there is nothing to do.
    pub fix: Option<String>,
}

/// What a person is told about a check with this reason.
pub fn told(language: Language, check: Check, code: &str, params: &BTreeMap<String, String>) -> Told {
    let nothing = BTreeMap::new();
    let name = |part: &str| say(language, &format!("check.{check}.{part}"), &nothing).unwrap_or_default();
    Told {
        title: name("name"),
        what: say(language, &format!("reason.{code}"), params).unwrap_or_else(|| code.to_owned()),
        why: name("why"),
        fix: say(language, &format!("reason.{code}.fix"), params),
    }
}

/// The sentence under this key with its parameters; none for a key that the table does not have.
pub fn say(language: Language, key: &str, params: &BTreeMap<String, String>) -> Option<String> {
    let row = TEXTS.iter().find(|row| row.key == key)?;
    let mut sentence = match language {
        Language::Es => row.es,
        Language::En => row.en,
    }
    .to_owned();
    for (name, value) in params {
        let value = term(language, value);
        sentence = sentence.replace(&format!("{{{name}}}"), &value);
    }
    Some(sentence)
}

/// A parameter as people write it: a word of the vocabulary in their language, anything else as it is.
fn term(language: Language, value: &str) -> String {
    let key = format!("term.{value}");
    let row = TEXTS.iter().find(|row| row.key == key);
    row.map_or_else(|| value.to_owned(), |row| if language == Language::Es { row.es } else { row.en }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            facts::{Declaration, Evidence, LockComplexity, Platform, RootSign},
            posture::{DeviceState, Verdict},
            reason::Reason,
        },
        *,
    };

    fn row(key: &str) -> &'static Text {
        TEXTS.iter().find(|row| row.key == key).unwrap_or_else(|| panic!("no text for {key}"))
    }

    fn parameters(sentence: &str) -> Vec<&str> {
        let parts = sentence.split('{').skip(1);
        parts.map(|part| part.split_once('}').expect("a closed parameter").0).collect()
    }

    #[test]
    fn every_check_reason_state_and_word_has_its_text() {
        let all = |prefix: &str, words: Vec<&'static str>, suffix: &str| {
            for word in words {
                assert_eq!(row(&format!("{prefix}{word}{suffix}")).key.len(), prefix.len() + word.len() + suffix.len());
            }
        };
        let checks = || Check::ALL.iter().map(|one| one.as_str()).collect();
        all("check.", checks(), ".name");
        all("check.", checks(), ".why");
        all("reason.", Reason::CODES.iter().map(|(code, _)| *code).collect(), "");
        all("state.", DeviceState::ALL.iter().map(|one| one.as_str()).collect(), "");
        all("verdict.", Verdict::ALL.iter().map(|one| one.as_str()).collect(), "");
        all("evidence.", Evidence::ALL.iter().map(|one| one.as_str()).collect(), "");
        all("term.", Evidence::ALL.iter().map(|one| one.as_str()).collect(), "");
        all("term.", LockComplexity::ALL.iter().map(|one| one.as_str()).collect(), "");
        all("term.", Declaration::ALL.iter().map(|one| one.as_str()).collect(), "");
        all("term.", RootSign::ALL.iter().map(|one| one.as_str()).collect(), "");
        all("term.", Platform::ALL.iter().map(|one| one.as_str()).collect(), "");
    }

    #[test]
    fn every_parameter_of_a_sentence_is_one_of_its_reason() {
        for (code, names) in Reason::CODES {
            for key in [format!("reason.{code}"), format!("reason.{code}.fix")] {
                for text in TEXTS.iter().filter(|row| row.key == key).flat_map(|row| [row.es, row.en]) {
                    for name in parameters(text) {
                        assert!(names.contains(&name), "{key} has no {name}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_row_is_complete_used_once_and_says_tu() {
        let codes: Vec<&str> = Reason::CODES.iter().map(|(code, _)| *code).collect();
        for (place, text) in TEXTS.iter().enumerate() {
            assert!(!TEXTS[..place].iter().any(|earlier| earlier.key == text.key), "{} twice", text.key);
            for words in [text.es, text.en] {
                assert!(!words.is_empty() && words.trim() == words && !words.contains("  "), "{}", text.key);
            }
            for formal in ["usted", "Usted", "su teléfono", "su dispositivo", "Actualice", "Ponga", "Abra ", "Pida "] {
                assert!(!text.es.contains(formal), "{}: {formal}", text.key);
            }
            if let Some(code) = text.key.strip_prefix("reason.") {
                assert!(codes.contains(&code.trim_end_matches(".fix")), "{} belongs to no reason", text.key);
            }
        }
    }

    #[test]
    fn a_sentence_is_told_in_both_languages() {
        let params =
            BTreeMap::from([("found".to_owned(), "low".to_owned()), ("required".to_owned(), "medium".to_owned())]);
        let told_in = |language| told(language, Check::ScreenLock, "screen-lock.too-simple", &params).what;
        assert_eq!(told_in(Language::En), "The lock is easy to guess: low, and medium is asked for.");
        assert_eq!(told_in(Language::Es), "El bloqueo es fácil de adivinar: bajo, y se pide medio.");
        assert_eq!(Language::from_tag("es_ES.UTF-8"), Some(Language::Es));
        assert_eq!(Language::from_tag("C.UTF-8"), None);
    }
}
