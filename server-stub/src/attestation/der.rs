//! Strict DER, item by item: minimal lengths and tags, nothing behind the end. Every fault says where.

use std::ops::Range;

use x509_cert::der::{
    Decode as _, Encode as _, Header, Length, Reader as _, SliceReader, Tag, TagNumber, asn1::ObjectIdentifier,
};

/// Bytes that are not what they must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}, at byte {at}")]
pub struct Fault {
    /// The offset in the outermost bytes.
    pub at: usize,
    /// What is wrong.
    pub what: String,
}

impl Fault {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }
}

const NOT_STRICT: &str = "is not strict DER";

/// Tag, length of the header and length of the content. Nearly every item of a certificate begins like this, and a server
/// reads hundreds for each device, so these are read without a detour; a test holds them to the library's reading.
fn usual(bytes: &[u8]) -> Option<(Tag, usize, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let tag = match first {
        0x01 => Tag::Boolean,
        0x02 => Tag::Integer,
        0x03 => Tag::BitString,
        0x04 => Tag::OctetString,
        0x06 => Tag::ObjectIdentifier,
        0x0a => Tag::Enumerated,
        0x0c => Tag::Utf8String,
        0x13 => Tag::PrintableString,
        0x30 => Tag::Sequence,
        0x31 => Tag::Set,
        0xa0..=0xbe => Tag::ContextSpecific { constructed: true, number: TagNumber(u32::from(first & 0x1f)) },
        _ => return None,
    };
    match second {
        0..=0x7f => Some((tag, 2, second.into())),
        0x81 => Some((tag, 3, usize::from(*bytes.get(2)?))).filter(|(.., length)| *length > 0x7f),
        0x82 => {
            let length = usize::from(*bytes.get(2)?) << 8 | usize::from(*bytes.get(3)?);
            Some((tag, 4, length)).filter(|_| length > 0xff)
        }
        _ => None,
    }
}

/// The same of any item, by the library.
fn unusual(bytes: &[u8]) -> Result<(Tag, usize, usize), &'static str> {
    let strict = |_| NOT_STRICT;
    let mut reader = SliceReader::new(bytes).map_err(strict)?;
    let header = Header::decode(&mut reader).map_err(strict)?;
    let read = reader.position();
    // The reader takes tags with leading zeros.
    if header.encoded_len().map_err(strict)? != read {
        return Err("has a tag or length that is not minimal");
    }
    let size = |length: Length| usize::try_from(length).map_err(|_| NOT_STRICT);
    Ok((header.tag(), size(read)?, size(header.length())?))
}

/// One item: its tag, its content, and where that begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) tag: Tag,
    pub(super) value: &'a [u8],
    pub(super) at: usize,
}

/// Items one after the other.
pub(super) struct Items<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Items<'a> {
    pub(super) fn new(bytes: &'a [u8], base: usize) -> Result<Self, Fault> {
        SliceReader::new(bytes).map_err(|_| Fault::new(base, "is longer than any record"))?;
        Ok(Self { rest: bytes, at: base })
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The next item; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Item<'a>>, Fault> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (tag, header, length) = match usual(self.rest) {
            Some(usual) => usual,
            None => unusual(self.rest).map_err(|what| Fault::new(self.at, what))?,
        };
        let Some(whole) = self.rest.get(..header + length) else { return Err(Fault::new(self.at, NOT_STRICT)) };
        let item = Item { tag, value: &whole[header..], at: self.at + header };
        self.rest = &self.rest[whole.len()..];
        self.at += whole.len();
        Ok(Some(item))
    }

    /// The next item, which must have this tag.
    pub(super) fn expect(&mut self, tag: Tag, what: &str) -> Result<Item<'a>, Fault> {
        let at = self.at();
        match self.next()? {
            Some(item) if item.tag == tag => Ok(item),
            Some(item) => Err(Fault::new(at, format!("{what}: is a {}, not a {tag}", item.tag))),
            None => Err(Fault::new(at, format!("{what}: is missing"))),
        }
    }

    /// The same, and where it lies with its tag.
    pub(super) fn ranged(&mut self, tag: Tag, what: &str) -> Result<(Range<usize>, Item<'a>), Fault> {
        let from = self.at();
        let item = self.expect(tag, what)?;
        Ok((from..self.at(), item))
    }

    /// The next item if it has this tag; otherwise it stays.
    pub(super) fn optional(&mut self, tag: Tag) -> Result<Option<Item<'a>>, Fault> {
        // A tag that cannot be read is told of when it is asked for.
        let is_next = match usual(self.rest) {
            Some((next, ..)) => next == tag,
            None => SliceReader::new(self.rest).is_ok_and(|reader| Tag::peek(&reader).is_ok_and(|next| next == tag)),
        };
        if is_next { self.next() } else { Ok(None) }
    }

    /// The next item, an OBJECT IDENTIFIER.
    pub(super) fn object(&mut self, what: &str) -> Result<ObjectIdentifier, Fault> {
        self.expect(Tag::ObjectIdentifier, what)?.object()
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        if self.rest.is_empty() { Ok(()) } else { Err(Fault::new(self.at(), "has bytes behind its end")) }
    }
}

impl<'a> Item<'a> {
    pub(super) fn items(&self) -> Result<Items<'a>, Fault> {
        Items::new(self.value, self.at)
    }

    /// Where its content lies.
    pub(super) fn range(&self) -> Range<usize> {
        self.at..self.at + self.value.len()
    }

    /// The only item inside.
    pub(super) fn only(&self) -> Result<Item<'a>, Fault> {
        let mut items = self.items()?;
        let item = items.next()?.ok_or_else(|| Fault::new(self.at, "is empty"))?;
        items.end()?;
        Ok(item)
    }

    fn must(&self, tag: Tag) -> Result<(), Fault> {
        if self.tag == tag { Ok(()) } else { Err(Fault::new(self.at, format!("is a {}, not a {tag}", self.tag))) }
    }

    pub(super) fn integer(&self) -> Result<u64, Fault> {
        self.must(Tag::Integer)?;
        self.number()
    }

    pub(super) fn enumerated(&self) -> Result<u64, Fault> {
        self.must(Tag::Enumerated)?;
        self.number()
    }

    fn number(&self) -> Result<u64, Fault> {
        let digits = match self.value {
            [] => return Err(Fault::new(self.at, "is a number without digits")),
            [first, ..] if first & 0x80 != 0 => return Err(Fault::new(self.at, "is a negative number")),
            [0, second, ..] if second & 0x80 == 0 => {
                return Err(Fault::new(self.at, "is a number that is not minimal"));
            }
            [0, rest @ ..] => rest,
            all => all,
        };
        if digits.len() > 8 {
            return Err(Fault::new(self.at, "is a number above 64 bits"));
        }
        Ok(digits.iter().fold(0, |sum, digit| sum << 8 | u64::from(*digit)))
    }

    pub(super) fn object(&self) -> Result<ObjectIdentifier, Fault> {
        self.must(Tag::ObjectIdentifier)?;
        ObjectIdentifier::from_bytes(self.value)
            .map_err(|_| Fault::new(self.at, "is an OBJECT IDENTIFIER that cannot be read"))
    }

    pub(super) fn boolean(&self) -> Result<bool, Fault> {
        self.must(Tag::Boolean)?;
        match self.value {
            [0] => Ok(false),
            [0xff] => Ok(true),
            _ => Err(Fault::new(self.at, "is a BOOLEAN that is neither 00 nor FF")),
        }
    }

    pub(super) fn bytes(&self) -> Result<&'a [u8], Fault> {
        self.must(Tag::OctetString)?;
        Ok(self.value)
    }

    pub(super) fn null(&self) -> Result<(), Fault> {
        self.must(Tag::Null)?;
        if self.value.is_empty() { Ok(()) } else { Err(Fault::new(self.at, "is a NULL with content")) }
    }

    pub(super) fn sequence(&self) -> Result<Items<'a>, Fault> {
        self.must(Tag::Sequence)?;
        self.items()
    }

    pub(super) fn set(&self) -> Result<Items<'a>, Fault> {
        self.must(Tag::Set)?;
        self.items()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_headers_are_read_as_the_library_reads_them() {
        const EDGES: [u8; 6] = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
        let mut met = 0;
        for tag in 0..=0xff {
            for length in 0..=0xff {
                for (high, low) in EDGES.iter().flat_map(|high| EDGES.map(|low| (*high, low))) {
                    for bytes in [&[tag, length][..], &[tag, length, high], &[tag, length, high, low]] {
                        if let Some(read) = usual(bytes) {
                            assert_eq!(Ok(read), unusual(bytes), "{bytes:x?}");
                            met += 1;
                        }
                    }
                }
            }
        }
        assert!(met > 500_000, "{met}");
    }
}
