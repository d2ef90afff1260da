//! Written documents as a tree that remembers where each part stands: policies and catalogues are read from it.
//!
//! Two ways in: text that a person wrote (YAML, and JSON as its subset; every fault has a line and column), and
//! JSON that a server sent. Anchors, aliases and tags are refused: a policy says what it says where it stands.

use std::fmt;

/// The longest document that is read, in bytes.
pub const LONGEST: usize = 256 * 1024;
/// How deep a document may nest.
#[cfg(feature = "yaml")]
const DEEPEST: usize = 24;

/// Where something stands: line and column from 1; none in JSON that a server sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The line, from 1; 0 when there is none.
    pub line: usize,
    /// The column in characters, from 1; 0 when there is none.
    pub column: usize,
}

/// One fault of a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// The path, such as `spec.checks.os-version`; empty for the document itself.
    pub path: String,
    /// What is wrong, and what to write instead.
    pub what: String,
}

/// All faults of one document, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults {
    /// The file's name.
    pub file: String,
    /// The faults; never empty.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, fault) in self.faults.iter().enumerate() {
            if count > 0 {
                writeln!(f)?;
            }
            write!(f, "{}", self.file)?;
            if fault.place.line > 0 {
                write!(f, ":{}:{}", fault.place.line, fault.place.column)?;
            }
            let colon = if fault.path.is_empty() { "" } else { ": " };
            write!(f, ": {}{colon}{}", fault.path, fault.what)?;
        }
        Ok(())
    }
}

/// One part of a document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// `plain` when it was not quoted, so that it may be a number, a truth value or nothing.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) value: Node,
}

impl Node {
    /// The tree of JSON that a server sent.
    pub(crate) fn from_json(value: &serde_json::Value) -> Self {
        use serde_json::Value;
        let kind = match value {
            Value::Null => Kind::Scalar { text: "null".into(), plain: true },
            Value::Bool(truth) => Kind::Scalar { text: truth.to_string(), plain: true },
            Value::Number(number) => Kind::Scalar { text: number.to_string(), plain: true },
            Value::String(text) => Kind::Scalar { text: text.clone(), plain: false },
            Value::Array(items) => Kind::List(items.iter().map(Self::from_json).collect()),
            Value::Object(members) => Kind::Map(
                members
                    .iter()
                    .map(|(key, value)| Entry {
                        key: key.clone(),
                        place: Place::default(),
                        value: Self::from_json(value),
                    })
                    .collect(),
            ),
        };
        Self { place: Place::default(), kind }
    }

    /// The same as JSON; plain words become truth values, whole numbers or null where they read so.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            Kind::Scalar { text, plain: false } => Value::String(text.clone()),
            Kind::Scalar { text, plain: true } => match text.as_str() {
                "" | "~" | "null" => Value::Null,
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                number => match number.parse::<u64>() {
                    Ok(whole) if whole.to_string() == *text => Value::from(whole),
                    _ => Value::String(text.clone()),
                },
            },
            Kind::List(items) => items.iter().map(Self::to_json).collect(),
            Kind::Map(entries) => {
                Value::Object(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect())
            }
        }
    }

    /// What it is, for an error.
    pub(crate) const fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Scalar { .. } => "a single value",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map of keys",
        }
    }
}

/// The tree of text that a person wrote.
#[cfg(feature = "yaml")]
pub(crate) fn parse(file: &str, text: &str) -> Result<Node, Faults> {
    let refuse = |place: Place, what: String| Faults {
        file: file.to_owned(),
        faults: vec![Fault { place, path: String::new(), what }],
    };
    if text.len() > LONGEST {
        return Err(refuse(Place::default(), format!("the file is longer than {} KiB; split it", LONGEST / 1024)));
    }
    let mut builder = Builder::default();
    for event in saphyr_parser::Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let marker = error.marker();
            let place = Place { line: marker.line(), column: marker.col() + 1 };
            refuse(place, format!("this is not YAML: {}", error.info()))
        })?;
        let place = Place { line: span.start.line(), column: span.start.col() + 1 };
        builder.take(event, place).map_err(|what| refuse(place, what.to_owned()))?;
    }
    let mut roots = builder.roots.into_iter();
    match (roots.next(), roots.next()) {
        (Some(root), None) => Ok(root),
        (None, _) => Err(refuse(Place { line: 1, column: 1 }, "the file is empty".to_owned())),
        (Some(_), Some(second)) => {
            Err(refuse(second.place, "one document a file; remove what follows `---`".to_owned()))
        }
    }
}

#[cfg(feature = "yaml")]
#[derive(Default)]
struct Builder {
    open: Vec<(Node, Option<(String, Place)>)>,
    roots: Vec<Node>,
}

#[cfg(feature = "yaml")]
impl Builder {
    fn take(&mut self, event: saphyr_parser::Event<'_>, place: Place) -> Result<(), &'static str> {
        use saphyr_parser::{Event, ScalarStyle};
        const PLAIN_ONLY: &str = "anchors, aliases and tags are not allowed here; write the value itself";
        match event {
            Event::Alias(_)
            | Event::Scalar(_, _, 1.., _)
            | Event::SequenceStart(1.., _)
            | Event::MappingStart(1.., _) => Err(PLAIN_ONLY),
            Event::Scalar(_, _, _, Some(_)) | Event::SequenceStart(_, Some(_)) | Event::MappingStart(_, Some(_)) => {
                Err(PLAIN_ONLY)
            }
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                self.close(Node { place, kind: Kind::Scalar { text: text.into_owned(), plain } })
            }
            Event::SequenceStart(..) => self.begin(Node { place, kind: Kind::List(Vec::new()) }),
            Event::MappingStart(..) => self.begin(Node { place, kind: Kind::Map(Vec::new()) }),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some((node, _)) => self.close(node),
                None => Ok(()),
            },
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn begin(&mut self, node: Node) -> Result<(), &'static str> {
        if self.open.len() >= DEEPEST {
            return Err("nested too deeply");
        }
        self.open.push((node, None));
        Ok(())
    }

    fn close(&mut self, node: Node) -> Result<(), &'static str> {
        let Some((parent, pending)) = self.open.last_mut() else {
            self.roots.push(node);
            return Ok(());
        };
        match &mut parent.kind {
            Kind::List(items) => items.push(node),
            Kind::Map(entries) => match (pending.take(), node.kind) {
                (Some((key, place)), kind) => {
                    entries.push(Entry { key, place, value: Node { place: node.place, kind } });
                }
                (None, Kind::Scalar { text, .. }) => *pending = Some((text, node.place)),
                (None, _) => return Err("a key must be a single word"),
            },
            Kind::Scalar { .. } => {}
        }
        Ok(())
    }
}

/// Collects the faults while a document is read, so that all are told at once.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    pub(crate) fn fault(&mut self, place: Place, path: &str, what: impl fmt::Display) {
        self.add(vec![Fault { place, path: path.to_owned(), what: words(what) }]);
    }

    /// Adds faults of a part that was read aside.
    pub(crate) fn add(&mut self, faults: Vec<Fault>) {
        for fault in faults {
            if !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        }
    }

    /// Reads a part by itself: what was found before stays, and what is wrong with the part is handed back.
    pub(crate) fn aside<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> (T, Vec<Fault>) {
        let earlier = std::mem::take(&mut self.faults);
        let value = read(self);
        (value, std::mem::replace(&mut self.faults, earlier))
    }

    /// Reads a part that counts whole or not at all where a newer writer may have written it; a person is told what is
    /// wrong with it.
    pub(crate) fn whole<T>(&mut self, strict: bool, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let (value, faults) = self.aside(read);
        if strict {
            self.add(faults);
            return value;
        }
        value.filter(|_| faults.is_empty())
    }

    /// Ends the reading.
    pub(crate) fn finish<T>(self, file: &str, value: Option<T>) -> Result<T, Faults> {
        let mut faults = self.faults;
        match value {
            Some(value) if faults.is_empty() => Ok(value),
            _ => {
                faults.sort();
                Err(Faults { file: file.to_owned(), faults })
            }
        }
    }

    /// The entries of a map; keys that are written twice are faults.
    pub(crate) fn map<'n>(&mut self, node: &'n Node, path: &str) -> Option<&'n [Entry]> {
        let Kind::Map(entries) = &node.kind else {
            self.fault(node.place, path, format_args!("write a map of keys here, not {}", node.kind_name()));
            return None;
        };
        for (count, entry) in entries.iter().enumerate() {
            if entries[..count].iter().any(|earlier| earlier.key == entry.key) {
                self.fault(entry.place, &join(path, &entry.key), "this key is written twice; keep one");
            }
        }
        Some(entries)
    }

    /// A fault for each key that is not one of these, with the nearest.
    pub(crate) fn only(&mut self, entries: &[Entry], path: &str, keys: &[&str]) {
        for entry in entries.iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
            self.unknown(entry, path, keys);
        }
    }

    /// A fault for a key that is not known here.
    pub(crate) fn unknown(&mut self, entry: &Entry, path: &str, keys: &[&str]) {
        self.fault(entry.place, &join(path, &entry.key), UnknownKey { key: &entry.key, keys });
    }

    /// The text of a single value.
    pub(crate) fn text<'n>(&mut self, node: &'n Node, path: &str) -> Option<&'n str> {
        match &node.kind {
            Kind::Scalar { text, plain } if !(*plain && matches!(text.as_str(), "" | "~" | "null")) => Some(text),
            Kind::Scalar { .. } => {
                self.fault(node.place, path, "write a value here");
                None
            }
            _ => {
                self.fault(node.place, path, format_args!("write a single value here, not {}", node.kind_name()));
                None
            }
        }
    }

    /// A single value that parses as `T`.
    pub(crate) fn parsed<T: std::str::FromStr>(&mut self, node: &Node, path: &str, wanted: &str) -> Option<T> {
        let text = self.text(node, path)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.fault(node.place, path, format_args!("`{text:.40}` is not {wanted}"));
        }
        value
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(&mut self, node: &Node, path: &str, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(node, path)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.fault(node.place, path, UnknownWord { word: text, words: &names });
        None
    }

    /// The items of a list; a single value is a list of one.
    pub(crate) fn list<'n>(&mut self, node: &'n Node, path: &str) -> &'n [Node] {
        match &node.kind {
            Kind::List(items) => items,
            Kind::Scalar { .. } => std::slice::from_ref(node),
            Kind::Map(_) => {
                self.fault(node.place, path, "write a list here, not a map of keys");
                &[]
            }
        }
    }
}

/// What is wrong, for who wrote it. Where a server's documents alone are read, the path says enough: the words of all
/// faults, and the search for what was meant, would be a thirtieth of a phone's library.
#[cfg(feature = "yaml")]
fn words(what: impl fmt::Display) -> String {
    what.to_string()
}

#[cfg(not(feature = "yaml"))]
fn words(_: impl fmt::Display) -> String {
    "this version cannot read this".to_owned()
}

/// A key that is not known here, in words.
struct UnknownKey<'a> {
    key: &'a str,
    keys: &'a [&'a str],
}

impl fmt::Display for UnknownKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match nearest(self.key, self.keys) {
            Some(near) => write!(f, "this key is not known; did you mean `{near}`?"),
            None => write!(f, "this key is not known; the keys here are {}", self.keys.join(", ")),
        }
    }
}

/// A word that is not one of those that may stand here, in words.
struct UnknownWord<'a> {
    word: &'a str,
    words: &'a [&'a str],
}

impl fmt::Display for UnknownWord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{:.40}` is not one of {}", self.word, self.words.join(", "))?;
        nearest(self.word, self.words).map_or(Ok(()), |near| write!(f, "; did you mean `{near}`?"))
    }
}

/// The entry with this key.
pub(crate) fn find<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Node> {
    entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
}

/// A path and the next key.
pub(crate) fn join(path: &str, key: &str) -> String {
    let key: String = key.chars().take(60).collect();
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// The key that was probably meant: alike in sound of letters, or a slip or two away.
fn nearest<'k>(word: &str, keys: &[&'k str]) -> Option<&'k str> {
    let word = word.to_lowercase();
    let scored = keys.iter().map(|key| {
        let lower = key.to_lowercase();
        let slips = strsim::damerau_levenshtein(&word, &lower);
        let close = slips <= 1.max(lower.chars().count() / 3);
        (close, strsim::jaro_winkler(&word, &lower), *key)
    });
    let alike = scored.filter(|(close, score, _)| *close || *score > 0.85);
    alike.max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))).map(|(_, _, key)| key)
}
