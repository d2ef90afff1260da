//! The pages' own words in Spanish and English: one table, one row per key. Spanish says tú.
//!
//! A key that ends in `.one` is the sentence for exactly one; `Speak::count` chooses.

mod table;

pub use agent_core::judge::text::{Language, Text};
pub use table::TEXTS;

/// What a language says on the pages.
pub(crate) trait Speak: Copy {
    /// The other one.
    fn other(self) -> Self;

    /// The words under this key; nothing for a key that is not in the table, which a test forbids.
    fn say(self, key: &str) -> &'static str;

    /// As [`Self::fill`]; none when there is no such key or a parameter is missing.
    fn try_fill(self, key: &str, params: &[(&str, &str)]) -> Option<String>;

    /// The words under this key, with its parameters in their places.
    fn fill(self, key: &str, params: &[(&str, &str)]) -> String {
        self.try_fill(key, params).unwrap_or_else(|| self.say(key).to_owned())
    }

    /// The words under this key for a count, which stands as `{n}` in `number`'s form.
    fn count(self, key: &str, count: u64, number: &str, params: &[(&str, &str)]) -> String {
        self.try_count(key, count, number, params).unwrap_or_default()
    }

    /// As [`Self::count`]; none when there is no such key or a parameter is missing.
    fn try_count(self, key: &str, count: u64, number: &str, params: &[(&str, &str)]) -> Option<String> {
        let mut all = vec![("n", number)];
        all.extend_from_slice(params);
        if count == 1
            && let Some(words) = self.try_fill(&format!("{key}.one"), &all)
        {
            return Some(words);
        }
        self.try_fill(key, &all)
    }
}

impl Speak for Language {
    fn other(self) -> Self {
        match self {
            Self::Es => Self::En,
            Self::En => Self::Es,
        }
    }

    fn say(self, key: &str) -> &'static str {
        find(key).map_or("", |row| of(self, row))
    }

    fn try_fill(self, key: &str, params: &[(&str, &str)]) -> Option<String> {
        let mut rest = of(self, find(key)?);
        let mut out = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}')?;
            out.push_str(before);
            out.push_str(params.iter().find(|(key, _)| *key == name)?.1);
            rest = behind;
        }
        out.push_str(rest);
        Some(out)
    }
}

const fn of(language: Language, row: &Text) -> &'static str {
    match language {
        Language::Es => row.es,
        Language::En => row.en,
    }
}

fn find(key: &str) -> Option<&'static Text> {
    TEXTS.iter().find(|row| row.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_stands_in_both_languages_with_the_same_parameters() {
        let parameters = |text: &str| {
            let mut names: Vec<_> =
                text.split('{').skip(1).map(|part| part.split('}').next().unwrap().to_owned()).collect();
            names.sort();
            names
        };
        let mut keys = std::collections::BTreeSet::new();
        for row in TEXTS {
            assert!(!row.es.trim().is_empty() && !row.en.trim().is_empty(), "{}", row.key);
            assert_eq!(parameters(row.es), parameters(row.en), "{}", row.key);
            assert!(keys.insert(row.key), "{} stands twice", row.key);
        }
    }

    #[test]
    fn every_key_that_a_page_asks_for_is_in_the_table() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut asked = 0;
        for folder in ["src/pages", "templates"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    continue;
                }
                let source = std::fs::read_to_string(&path).unwrap();
                for call in ["t(\"", "say(\"", "fill(\"", "count(\""] {
                    for (place, _) in source.match_indices(call) {
                        if path.ends_with("words.rs") || source[..place].ends_with(|c: char| c.is_alphanumeric()) {
                            continue;
                        }
                        let key = source[place + call.len()..].split('"').next().unwrap();
                        asked += 1;
                        assert!(find(key).is_some(), "{}: no text under `{key}`", path.display());
                    }
                }
            }
        }
        assert!(asked > 100, "found only {asked}");
    }

    #[test]
    fn a_missing_parameter_is_noticed_and_one_is_said_as_one() {
        assert_eq!(Language::En.try_fill("attention.floor", &[("n", "3")]), None);
        assert_eq!(Language::En.count("devices.count", 1, "1", &[]), "1 device");
        assert_eq!(Language::Es.count("devices.count", 2, "2", &[]), "2 dispositivos");
        assert_eq!(Language::En.count("overview.up", 1, "1", &[]), "up 1 since last week");
    }
}
