//! A GVDB file: the table of keys and values that dconf writes (gvdb's `gvdb-format.h`). Any bytes may stand in the
//! file, so every offset is checked; what does not fit is not there.

/// One hash table of a file: its keys with their serialised values.
#[derive(Clone, Copy)]
pub(super) struct Gvdb<'a> {
    file: &'a [u8],
    /// Where its items begin in the file, and how many there are.
    first: usize,
    items: usize,
}

const SIGNATURE: &[u8] = b"GVariant";
const ITEM: usize = 24;
const NO_PARENT: u32 = u32::MAX;
/// Keys nest as deep as their path has parts.
const DEEPEST: usize = 32;

impl<'a> Gvdb<'a> {
    /// The table of a file; none for bytes of another kind, or written by a machine of the other byte order.
    pub(super) fn parse(file: &'a [u8]) -> Option<Self> {
        let known = file.starts_with(SIGNATURE) && number(file, 8)? == 0;
        if known { Self::table(file, span(file, 16)?) } else { None }
    }

    /// A hash table is bloom words, buckets, items. The items are few, so the hashes are left alone.
    fn table(file: &'a [u8], (start, end): (usize, usize)) -> Option<Self> {
        let (bloom, buckets) = (number(file, start)? & 0x07ff_ffff, number(file, start.checked_add(4)?)?);
        let words = usize::try_from(bloom).ok()?.checked_add(usize::try_from(buckets).ok()?)?;
        let first = words.checked_mul(4)?.checked_add(start)?.checked_add(8)?;
        Some(Self { file, first, items: end.checked_sub(first)? / ITEM })
    }

    /// The serialised value of a key, its type behind a zero byte, such as `[1, 0, b'b']`.
    pub(super) fn value(&self, key: &str) -> Option<&'a [u8]> {
        let (start, end) = span(self.file, self.item(key, b'v')? + 16)?;
        self.file.get(start..end)
    }

    /// The table inside this one that names the keys which no file before it may set.
    pub(super) fn locks(&self) -> Option<Self> {
        Self::table(self.file, span(self.file, self.item(".locks", b'H')? + 16)?)
    }

    /// Where the item of this key and kind stands in the file.
    fn item(&self, key: &str, kind: u8) -> Option<usize> {
        let places = (0..self.items).map(|number| self.first + number * ITEM);
        places.into_iter().find(|place| self.file.get(place + 14) == Some(&kind) && self.is(*place, key) == Some(true))
    }

    /// Whether the item's whole key is this one: it holds the end of it, its parents the rest.
    fn is(&self, mut place: usize, key: &str) -> Option<bool> {
        let mut rest = key.as_bytes();
        for _ in 0..DEEPEST {
            let start = usize::try_from(number(self.file, place + 8)?).ok()?;
            let size = usize::from(u16::from_le_bytes(self.file.get(place + 12..place + 14)?.try_into().ok()?));
            let own = self.file.get(start..start.checked_add(size)?)?;
            let Some(before) = rest.strip_suffix(own) else { return Some(false) };
            rest = before;
            let parent = number(self.file, place + 4)?;
            if parent == NO_PARENT {
                return Some(rest.is_empty());
            }
            let parent = usize::try_from(parent).ok().filter(|parent| *parent < self.items)?;
            place = self.first + parent * ITEM;
        }
        None
    }
}

fn number(file: &[u8], place: usize) -> Option<u32> {
    Some(u32::from_le_bytes(file.get(place..place.checked_add(4)?)?.try_into().ok()?))
}

/// A pointer: where something begins and where it ends, inside the file.
fn span(file: &[u8], place: usize) -> Option<(usize, usize)> {
    let (start, end) = (number(file, place)?, number(file, place.checked_add(4)?)?);
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    (start <= end && end <= file.len()).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Written by `dconf compile` 0.40 from `screensaver { lock-enabled=false, lock-delay=30 }, session { idle-delay=300 }`.
    const OPEN: &[u8] = include_bytes!("open.dconf");
    /// Written by `dconf compile` 0.40 from `screensaver { lock-enabled=true }`, which it also locks.
    const FIXED: &[u8] = include_bytes!("fixed.dconf");
    const LOCK: &str = "/org/gnome/desktop/screensaver/lock-enabled";

    #[test]
    fn a_file_of_dconf_is_read() {
        let table = Gvdb::parse(OPEN).unwrap();
        assert_eq!(table.value(LOCK), Some(&[0, 0, b'b'][..]));
        assert_eq!(table.value("/org/gnome/desktop/session/idle-delay"), Some(&[0x2c, 1, 0, 0, 0, b'u'][..]));
        assert_eq!(table.value("/org/gnome/desktop/screensaver/"), None);
        assert_eq!(table.value("lock-enabled"), None);
        assert!(table.locks().is_none());
        assert!(Gvdb::parse(FIXED).unwrap().locks().unwrap().value(LOCK).is_some());
        assert!(Gvdb::parse(b"no such file").is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fail(place in 0..OPEN.len(), byte in any::<u8>(), end in 0..=OPEN.len()) {
            let mut file = OPEN[..end].to_vec();
            if let Some(one) = file.get_mut(place) {
                *one = byte;
            }
            if let Some(table) = Gvdb::parse(&file) {
                let _ = (table.value(LOCK), table.locks().and_then(|locks| locks.value(LOCK)));
            }
        }
    }
}
