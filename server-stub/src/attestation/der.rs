//! Strict DER, item by item: minimal lengths and tags, nothing behind the end. Every fault says where.

use std::ops::Range;

use x509_cert::der::{Decode as _, Encode as _, Header, Reader as _, SliceReader, Tag, asn1::ObjectIdentifier};

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

/// One item: its tag, its content, and where that begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) tag: Tag,
    pub(super) value: &'a [u8],
    pub(super) at: usize,
}

/// Items one after the other.
pub(super) struct Items<'a> {
    reader: SliceReader<'a>,
    base: usize,
}

impl<'a> Items<'a> {
    pub(super) fn new(bytes: &'a [u8], base: usize) -> Result<Self, Fault> {
        let reader = SliceReader::new(bytes).map_err(|_| Fault::new(base, "is longer than any record"))?;
        Ok(Self { reader, base })
    }

    pub(super) fn at(&self) -> usize {
        self.base + usize::try_from(self.reader.position()).unwrap_or(usize::MAX)
    }

    /// The next item; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Item<'a>>, Fault> {
        if self.reader.is_finished() {
            return Ok(None);
        }
        let start = self.at();
        let fault = |_| Fault::new(start, "is not strict DER");
        let header = Header::decode(&mut self.reader).map_err(fault)?;
        let at = self.at();
        // The reader takes tags with leading zeros.
        if header.encoded_len().map_err(fault)? != x509_cert::der::Length::try_from(at - start).map_err(fault)? {
            return Err(Fault::new(start, "has a tag or length that is not minimal"));
        }
        let value = self.reader.read_slice(header.length()).map_err(fault)?;
        Ok(Some(Item { tag: header.tag(), value, at }))
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
        if Tag::peek(&self.reader).is_ok_and(|next| next == tag) { self.next() } else { Ok(None) }
    }

    /// The next item, an OBJECT IDENTIFIER.
    pub(super) fn object(&mut self, what: &str) -> Result<ObjectIdentifier, Fault> {
        self.expect(Tag::ObjectIdentifier, what)?.object()
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        if self.reader.is_finished() { Ok(()) } else { Err(Fault::new(self.at(), "has bytes behind its end")) }
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
