//! Android's resources: the words in both languages, and the managed configuration's schema.

use agent_core::{
    client::configuration::{KEYS, Kind},
    judge::text::{Language, Text},
};

use super::{
    escape::{parameters, xml},
    keys::{choice_text, texts},
    words::WORDS,
};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- Written by `cargo run -p resources`; change \
                    bindings/resources/src instead. -->\n";

pub(crate) fn files() -> Vec<(String, String)> {
    let res = "android/app/src/main/res";
    vec![
        (format!("{res}/values/strings.xml"), strings(Language::En)),
        (format!("{res}/values-es/strings.xml"), strings(Language::Es)),
        (format!("{res}/values/configuration.xml"), choices()),
        (format!("{res}/xml/app_restrictions.xml"), restrictions()),
    ]
}

fn strings(language: Language) -> String {
    let mut lines = String::new();
    for text in WORDS.iter().copied().chain(configuration()) {
        let sentence = if language == Language::Es { text.es } else { text.en };
        let sentence = parameters(text.en, sentence, |place| format!("%{place}$s"));
        let escaped = xml(&sentence).replace('\'', "\\'").replace("&quot;", "\\\"").replace('\n', "\\n");
        // A percent sign would be taken for a parameter only where the text has some; lint wants it marked then.
        let plain = if text.en.contains('%') && !text.en.contains('{') { " formatted=\"false\"" } else { "" };
        lines += &format!("    <string name=\"{}\"{plain}>{escaped}</string>\n", text.key);
    }
    format!("{HEAD}<resources>\n{lines}</resources>\n")
}

/// The titles and descriptions of the keys, and the words of their choices.
fn configuration() -> impl Iterator<Item = Text> {
    let of_keys = KEYS.iter().flat_map(|key| texts(key.name));
    let of_choices = KEYS.iter().flat_map(|key| match key.kind {
        Kind::Choice(words) => words.iter().map(|word| choice_text(key.name, word)).collect::<Vec<_>>(),
        _ => Vec::new(),
    });
    of_keys.chain(of_choices)
}

/// What the choices show and what they mean.
fn choices() -> String {
    let mut lines = String::new();
    for key in KEYS {
        let Kind::Choice(words) = key.kind else { continue };
        let entries: String = words
            .iter()
            .map(|word| format!("        <item>@string/{}</item>\n", choice_text(key.name, word).key))
            .collect();
        let values: String = words.iter().map(|word| format!("        <item>{word}</item>\n")).collect();
        lines += &format!("    <string-array name=\"config_{}_entries\">\n{entries}    </string-array>\n", key.name);
        lines += &format!(
            "    <string-array name=\"config_{}_values\" translatable=\"false\">\n{values}    </string-array>\n",
            key.name
        );
    }
    format!("{HEAD}<resources>\n{lines}</resources>\n")
}

fn restrictions() -> String {
    let mut lines = String::new();
    for key in KEYS {
        let (kind, default) = match key.kind {
            Kind::Number(..) => ("integer", format!("\n        android:defaultValue=\"{}\"", key.default)),
            Kind::Choice(_) => {
                let arrays = format!(
                    "\n        android:entries=\"@array/config_{0}_entries\"\n        android:entryValues=\"@array/config_{0}_values\"",
                    key.name
                );
                ("choice", format!("\n        android:defaultValue=\"{}\"{arrays}", key.default))
            }
            _ => ("string", String::new()),
        };
        lines += &format!(
            "    <restriction\n        android:key=\"{0}\"\n        android:restrictionType=\"{kind}\"\n        \
             android:title=\"@string/config_{0}_title\"\n        android:description=\"@string/config_{0}_description\"{default} />\n",
            key.name
        );
    }
    format!(
        "{HEAD}<restrictions xmlns:android=\"http://schemas.android.com/apk/res/android\">\n{lines}</restrictions>\n"
    )
}
