//! The texts that a person acknowledges: the notice, and the rules of use. A policy numbers them and may bring its own
//! words; where it does not, the product's own stand.

use std::collections::BTreeMap;

use super::super::{
    document::{Entry, Node, Reader, find, join},
    text::{Language, say},
};

/// The longest text, in bytes of UTF-8: 16 KiB.
pub const LONGEST_TEXT: usize = 16 * 1024;

/// A text that a person acknowledges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Its version, from 1: a higher one is to be acknowledged anew.
    pub version: u32,
    /// The key of the product's own words in [`super::super::text`].
    pub key: &'static str,
    /// The company's own words; where there are any, at least in one language.
    pub own: BTreeMap<Language, String>,
}

impl Paper {
    pub(super) const fn notice(version: u32, own: BTreeMap<Language, String>) -> Self {
        Self { version, key: "notice.text", own }
    }

    pub(super) const fn usage_rules(version: u32, own: BTreeMap<Language, String>) -> Self {
        Self { version, key: "usage-rules.text", own }
    }

    /// The text in this language. A company's own text that is not there in it is given in the one that there is: it
    /// never mixes with the product's. The language is the one of the text that is given.
    pub fn text(&self, wanted: Language) -> (String, Language) {
        let there = self.own.get_key_value(&wanted).or_else(|| self.own.first_key_value());
        there.map_or_else(
            || (say(wanted, self.key, &BTreeMap::new()).unwrap_or_default(), wanted),
            |(language, text)| (text.clone(), *language),
        )
    }
}

/// What a person is told before anything is read of their device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The text.
    pub paper: Paper,
    /// Whether the employer gave it in another way: then nothing waits for it.
    pub given_elsewhere: bool,
}

impl Default for Notice {
    /// The product's own, to be acknowledged.
    fn default() -> Self {
        Self { paper: Paper::notice(1, BTreeMap::new()), given_elsewhere: false }
    }
}

/// The company's own words under `text`.
pub(super) fn own_text(reader: &mut Reader, node: &Node, path: &str, strict: bool) -> BTreeMap<Language, String> {
    let mut own = BTreeMap::new();
    let Some(entries) = reader.map(node, path) else { return own };
    if strict {
        reader.only(entries, path, Language::WORDS);
    }
    for language in Language::ALL {
        let Some(node) = find(entries, language.as_str()) else { continue };
        let path = join(path, language.as_str());
        let Some(text) = reader.text(node, &path) else { continue };
        if text.trim().is_empty() || text.len() > LONGEST_TEXT {
            reader.fault(node.place, &path, "write 1 to 16384 bytes of text");
        }
        own.insert(*language, text.to_owned());
    }
    if own.is_empty() && strict {
        reader.fault(node.place, path, "write the text in `es`, in `en`, or in both");
    }
    own
}

/// `spec.notice`. An older agent that cannot read a newer form of it keeps to the product's own words.
pub(super) fn notice(reader: &mut Reader, node: Option<&Node>, strict: bool) -> Notice {
    const PATH: &str = "spec.notice";
    let Some(node) = node else { return Notice::default() };
    let read = |reader: &mut Reader| reader.map(node, PATH).map(|entries| notice_of(reader, node, entries, strict));
    let (read, faults) = reader.aside(read);
    if strict {
        reader.add(faults);
    }
    read.unwrap_or_default()
}

fn notice_of(reader: &mut Reader, node: &Node, entries: &[Entry], strict: bool) -> Notice {
    if strict {
        reader.only(entries, "spec.notice", &["version", "givenElsewhere", "text"]);
    }
    let version = find(entries, "version");
    if version.is_none() {
        let what = "`version` is missing; number the notice that people acknowledge, from 1";
        reader.fault(node.place, "spec.notice", what);
    }
    let version = version
        .and_then(|node| reader.parsed::<std::num::NonZeroU32>(node, "spec.notice.version", "a whole number from 1"));
    let elsewhere = find(entries, "givenElsewhere")
        .and_then(|node| reader.word(node, "spec.notice.givenElsewhere", &[("true", true), ("false", false)]));
    let own = find(entries, "text").map(|node| own_text(reader, node, "spec.notice.text", strict));
    Notice {
        paper: Paper::notice(version.map_or(1, std::num::NonZeroU32::get), own.unwrap_or_default()),
        given_elsewhere: elsewhere.unwrap_or_default(),
    }
}
