//! Apple's resources: the words in both languages.

use agent_core::judge::text::Language;

use super::{escape::parameters, words::WORDS};

pub(crate) fn files() -> Vec<(String, String)> {
    [Language::En, Language::Es]
        .map(|language| (format!("ios/App/Resources/{language}.lproj/Localizable.strings"), strings(language)))
        .to_vec()
}

fn strings(language: Language) -> String {
    let mut lines = "/* Written by `cargo run -p resources`; change bindings/resources/src instead. */\n".to_owned();
    for text in WORDS {
        let sentence = if language == Language::Es { text.es } else { text.en };
        let sentence = sentence.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let sentence = parameters(text.en, &sentence, |place| format!("%{place}$@"));
        lines += &format!("\"{}\" = \"{sentence}\";\n", text.key);
    }
    lines
}
