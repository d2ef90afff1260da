//! How much a property list in its binary form unfolds to: it may name one value in many places, so that a short list
//! becomes a very long one. Whoever reads it into values must ask here first.

use super::DEEPEST;

/// The most values that are unfolded; more than any device sends.
const MOST_VALUES: usize = 200_000;
/// The most bytes of text and data in them.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// The end of a list: the sizes of its numbers, how many values there are, which is the first, and where their places are.
const TRAILER: usize = 32;

/// Why a list is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is no such list, or ends too early.
    Broken,
    /// It unfolds to more than a device sends.
    TooMuch,
}

/// Looks whether a list stays within what a device sends.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refused> {
    let trailer = bytes.len().checked_sub(TRAILER).and_then(|start| bytes.get(start..)).ok_or(Refused::Broken)?;
    let count = number(&trailer[8..16])?;
    if count > bytes.len() {
        return Err(Refused::Broken);
    }
    let mut list = List {
        bytes,
        place_size: usize::from(trailer[6]),
        name_size: usize::from(trailer[7]),
        places: number(&trailer[24..])?,
        sizes: vec![None; count],
        work: 0,
    };
    list.size(number(&trailer[16..24])?, 0).map(drop)
}

/// What a value unfolds to.
#[derive(Clone, Copy)]
struct Size {
    values: usize,
    bytes: usize,
    height: usize,
}

impl Size {
    const fn fits(self) -> bool {
        self.values <= MOST_VALUES && self.bytes <= MOST_BYTES && self.height <= DEEPEST
    }
}

struct List<'b> {
    bytes: &'b [u8],
    place_size: usize,
    name_size: usize,
    places: usize,
    /// Of each value that was looked at.
    sizes: Vec<Option<Size>>,
    /// How many names of values were followed.
    work: usize,
}

impl List<'_> {
    /// What a value unfolds to.
    fn size(&mut self, name: usize, depth: usize) -> Result<Size, Refused> {
        if let Some(size) = *self.sizes.get(name).ok_or(Refused::Broken)? {
            return Ok(size);
        }
        if depth > DEEPEST {
            return Err(Refused::TooMuch);
        }
        let place = number(self.entry(self.places, name, self.place_size)?)?;
        let marker = *self.bytes.get(place).ok_or(Refused::Broken)?;
        let (length, inside) = self.length(place, marker & 0x0f)?;
        let mut size = Size { values: 1, bytes: 0, height: 0 };
        let names = match marker >> 4 {
            0x4..=0x6 => {
                size.bytes = length.saturating_mul(2);
                0
            }
            0xa => length,
            0xd => length.saturating_mul(2),
            _ => 0,
        };
        for at in 0..names {
            self.work += 1;
            if self.work > MOST_VALUES {
                return Err(Refused::TooMuch);
            }
            let inner = number(self.entry(inside, at, self.name_size)?)?;
            let inner = self.size(inner, depth + 1)?;
            size.values = size.values.saturating_add(inner.values);
            size.bytes = size.bytes.saturating_add(inner.bytes);
            size.height = size.height.max(inner.height + 1);
        }
        self.sizes[name] = Some(size);
        if size.fits() { Ok(size) } else { Err(Refused::TooMuch) }
    }

    /// How long a value says that it is, and where what is in it begins.
    fn length(&self, place: usize, short: u8) -> Result<(usize, usize), Refused> {
        if short != 0x0f {
            return Ok((usize::from(short), place + 1));
        }
        let size = 1_usize << (self.bytes.get(place + 1).ok_or(Refused::Broken)? & 0x0f).min(4);
        Ok((number(self.entry(place + 2, 0, size)?)?, place + 2 + size))
    }

    /// One of several entries of one size, from here on.
    fn entry(&self, from: usize, at: usize, size: usize) -> Result<&[u8], Refused> {
        let start = at.checked_mul(size).and_then(|offset| from.checked_add(offset));
        let range = start.and_then(|start| Some(start..start.checked_add(size)?));
        range.and_then(|range| self.bytes.get(range)).ok_or(Refused::Broken)
    }
}

/// A number, its greatest part first.
fn number(bytes: &[u8]) -> Result<usize, Refused> {
    let add = |sum: usize, byte: &u8| sum.checked_mul(256)?.checked_add(usize::from(*byte));
    bytes.iter().try_fold(0, add).ok_or(Refused::Broken)
}
