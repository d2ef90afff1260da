//! Keys of a written policy, read alike wherever they stand.

use super::super::{
    document::{Entry, Node, Reader, find, join},
    period::Period,
};

/// The words of an enum with their values, as [`Reader::word`] takes them.
macro_rules! choices {
    ($name:ident) => {
        &$name::ALL.iter().map(|value| (value.as_str(), *value)).collect::<Vec<_>>()
    };
}
pub(super) use choices;

/// The value under this key, which must be there.
pub(super) fn required<'n>(
    reader: &mut Reader,
    node: &Node,
    entries: &'n [Entry],
    path: &str,
    key: &str,
) -> Option<&'n Node> {
    let found = find(entries, key);
    if found.is_none() {
        reader.fault(node.place, path, format_args!("`{key}` is missing"));
    }
    found
}

const PERIOD: &str = "a length of time; write 90s, 30m, 24h, 7d or 2w (at most 520w)";

/// A length of time under this key.
pub(super) fn period(reader: &mut Reader, entries: &[Entry], path: &str, key: &str) -> Option<Period> {
    let node = find(entries, key)?;
    reader.parsed(node, &join(path, key), PERIOD)
}

/// The keys of a check on one platform: what stands under the platform's name wins.
pub(super) struct Fields<'n> {
    pub(super) general: &'n [Entry],
    pub(super) special: &'n [Entry],
    pub(super) path: &'n str,
    pub(super) special_path: &'n str,
    /// Whether an administrator is told of what is not known.
    pub(super) strict: bool,
}

impl<'n> Fields<'n> {
    /// The value under this key with its path.
    pub(super) fn get(&self, key: &str) -> Option<(&'n Node, String)> {
        find(self.special, key)
            .map(|node| (node, join(self.special_path, key)))
            .or_else(|| find(self.general, key).map(|node| (node, join(self.path, key))))
    }

    /// The value under this key only where it stands under the platform's name.
    pub(super) fn general(&self, key: &str) -> Option<(&'n Node, String)> {
        find(self.general, key).map(|node| (node, join(self.path, key)))
    }

    /// A length of time.
    pub(super) fn period(&self, reader: &mut Reader, key: &str) -> Option<Period> {
        let (node, path) = self.get(key)?;
        reader.parsed(node, &path, PERIOD)
    }
}
