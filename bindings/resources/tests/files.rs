//! The files in the repository are those that the tables make, and the tables are whole.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::{collections::BTreeSet, fs, path::Path};

use agent_core::client::configuration::{KEYS, Kind};
use resources::{
    files,
    keys::{TEXTS, choice_text, texts},
    words::WORDS,
};

#[test]
fn the_files_are_those_of_the_tables() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (path, text) in files() {
        let found = fs::read_to_string(root.join(&path)).unwrap_or_default();
        assert!(found == text, "{path} is not what the tables say; run `cargo run -p resources`");
    }
}

#[test]
fn every_key_has_its_words_and_no_word_lacks_its_key() {
    for key in KEYS {
        let [title, description] = texts(key.name);
        assert!(!title.en.is_empty() && !description.es.is_empty(), "{} has no words", key.name);
        if let Kind::Choice(words) = key.kind {
            assert!(words.contains(&key.default), "{}", key.name);
            for word in words {
                assert!(!choice_text(key.name, word).en.is_empty(), "{} has no words for {word}", key.name);
            }
        }
    }
    assert_eq!(TEXTS.len(), KEYS.len());
}

fn parameters(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|part| part.split_once('}').unwrap().0).collect()
}

#[test]
fn every_text_is_whole_in_both_languages_and_says_tu() {
    let mut seen = BTreeSet::new();
    for text in WORDS.iter().chain(TEXTS.iter().flatten()) {
        assert!(seen.insert(text.key), "{} twice", text.key);
        assert!(text.key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')), "{}", text.key);
        assert_eq!(parameters(text.es), parameters(text.en), "{}", text.key);
        for words in [text.es, text.en] {
            assert!(!words.is_empty() && words.trim() == words && !words.contains("  "), "{}", text.key);
        }
        for formal in ["usted", "Usted", "su teléfono", "Actualice", "Pulse", "Abra "] {
            assert!(!text.es.contains(formal), "{}: {formal}", text.key);
        }
    }
}

#[test]
fn no_example_holds_what_could_name_a_person_or_a_phone() {
    for (path, text) in files().iter().filter(|(path, _)| path.starts_with("docs/mdm")) {
        for forbidden in ["serialnumber", "SerialNumber", "imei}", "IMEI}", "userprincipalname", "mail}}"] {
            assert!(!text.contains(forbidden), "{path} asks for {forbidden}");
        }
    }
}
