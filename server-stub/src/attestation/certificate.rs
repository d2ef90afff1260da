//! One X.509 certificate: what is signed, by which algorithm, and the key it names.

use std::ops::Range;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use x509_cert::{
    der::{
        Decode as _, Tag,
        asn1::ObjectIdentifier,
        oid::db::{rfc4519, rfc5280},
    },
    name::Name,
};

use super::{
    Reason,
    der::{Fault, Item, Items},
    hex, sha256,
    signature::{self, Algorithm, KeyKind},
};

/// Above this no certificate of a phone goes.
pub const LARGEST: usize = 16 * 1024;

/// A parsed certificate: the bytes it was read from, and where in them everything is. A server reads five of them for each
/// device, so nothing is copied that may not be asked for.
#[derive(Debug, Clone)]
pub struct Certificate {
    der: Vec<u8>,
    signed: Range<usize>,
    signature: Range<usize>,
    algorithm: ObjectIdentifier,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    not_before: Timestamp,
    not_after: Timestamp,
    key_info: Range<usize>,
    key_kind: KeyKind,
    key_bits: Range<usize>,
    extensions: Vec<(ObjectIdentifier, Range<usize>)>,
}

impl Certificate {
    /// Reads one certificate, and nothing behind it.
    pub fn from_der(der: &[u8]) -> Result<Self, Fault> {
        if der.len() > LARGEST {
            return Err(Fault::new(LARGEST, "is longer than any certificate of a phone (16 KiB)"));
        }
        let mut outer = Items::new(der, 0)?;
        let whole = outer.expect(Tag::Sequence, "the certificate")?;
        outer.end()?;
        let mut parts = whole.items()?;
        let (signed, content) = parts.ranged(Tag::Sequence, "what is signed")?;
        let (stated, _) = parts.ranged(Tag::Sequence, "the signature's algorithm")?;
        let signature = bits(&parts.expect(Tag::BitString, "the signature")?)?;
        parts.end()?;

        let mut parts = content.items()?;
        let mut is_third = false;
        if let Some(version) = parts.optional(tag(0))? {
            let number = version.only()?.integer()?;
            if number > 2 {
                return Err(Fault::new(version.at, format!("is of version {}, which is not known", number + 1)));
            }
            is_third = number == 2;
        }
        let serial = parts.expect(Tag::Integer, "the serial number")?;
        if serial.value.is_empty() {
            return Err(Fault::new(serial.at, "the serial number is empty"));
        }
        let (inner, algorithm) = parts.ranged(Tag::Sequence, "the algorithm")?;
        if der[inner] != der[stated.clone()] {
            return Err(Fault::new(stated.start, "the signature's algorithm is not the one that was signed"));
        }
        let algorithm = algorithm.items()?.object("the algorithm")?;
        let issuer = name(&mut parts, "the issuer")?;
        let mut validity = parts.expect(Tag::Sequence, "the dates")?.items()?;
        let (not_before, not_after) = (moment(&mut validity)?, moment(&mut validity)?);
        validity.end()?;
        let subject = name(&mut parts, "the subject")?;
        let (key_info, info) = parts.ranged(Tag::Sequence, "the public key")?;
        let (key_kind, key_bits) = key(&info)?;
        // Two identifiers of another time, which nobody uses.
        for number in [1, 2] {
            parts.optional(Tag::ContextSpecific { constructed: false, number: tag_number(number) })?;
        }
        let extensions = match parts.optional(tag(3))? {
            Some(list) if is_third => extensions(&list.only()?)?,
            Some(list) => return Err(Fault::new(list.at, "has extensions, but is not of version 3")),
            None => Vec::new(),
        };
        parts.end()?;
        let serial = serial.range();
        Ok(Self {
            signed,
            signature,
            algorithm,
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            key_info,
            key_kind,
            key_bits,
            extensions,
            der: der.to_vec(),
        })
    }

    /// The bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub(super) fn signed(&self) -> &[u8] {
        &self.der[self.signed.clone()]
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.der[self.signature.clone()]
    }

    /// Whether the key of `issuer` made this certificate's signature.
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        self.is_signed_by_key(issuer.key_kind(), issuer.key_bits())
    }

    /// Why `issuer`'s key is not seen to have signed it: it did not, or nobody can tell here.
    pub(super) fn unsigned(&self, issuer: &Self) -> Reason {
        let algorithm = Algorithm::of(&self.algorithm);
        if signature::is_verifiable(algorithm, issuer.key_kind(), issuer.key_bits()) {
            Reason::BrokenSignature
        } else {
            Reason::UnverifiableSignature
        }
    }

    pub(super) fn is_signed_by_key(&self, kind: KeyKind, key: &[u8]) -> bool {
        signature::verify(Algorithm::of(&self.algorithm), kind, key, self.signed(), self.signature())
    }

    /// The algorithm of its signature, for people.
    pub fn algorithm(&self) -> String {
        match Algorithm::of(&self.algorithm).name() {
            Some(name) => name.to_owned(),
            None => self.algorithm.to_string(),
        }
    }

    /// The algorithm and size of its own key.
    pub fn key_kind(&self) -> KeyKind {
        self.key_kind
    }

    /// The key's own bytes: for a curve its point, for RSA modulus and exponent.
    pub fn key_bits(&self) -> &[u8] {
        &self.der[self.key_bits.clone()]
    }

    /// The whole SubjectPublicKeyInfo.
    pub fn key_info(&self) -> &[u8] {
        &self.der[self.key_info.clone()]
    }

    /// SHA-256 of the SubjectPublicKeyInfo.
    pub fn key_hash(&self) -> [u8; 32] {
        sha256(self.key_info())
    }

    /// The serial number as the status list writes it: lower-case hex without leading zeros.
    pub fn serial(&self) -> String {
        let digits = hex(&self.der[self.serial.clone()]);
        let short = digits.trim_start_matches('0');
        if short.is_empty() { "0".to_owned() } else { short.to_owned() }
    }

    /// From when it is valid.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Until when it is valid.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether it is valid at this moment.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.not_before <= at && at <= self.not_after
    }

    /// Whose certificate it is.
    pub fn subject(&self) -> String {
        text(&self.der[self.subject.clone()])
    }

    /// Who says to have signed it.
    pub fn issuer(&self) -> String {
        text(&self.der[self.issuer.clone()])
    }

    pub(super) fn names_issuer(&self, issuer: &Self) -> bool {
        self.der[self.issuer.clone()] == issuer.der[issuer.subject.clone()]
    }

    pub(super) fn subject_has_serial_number(&self) -> bool {
        self.attribute(rfc4519::SERIAL_NUMBER).is_some()
    }

    pub(super) fn subject_organisation(&self) -> Option<&str> {
        self.attribute(rfc4519::O)
    }

    fn attribute(&self, kind: ObjectIdentifier) -> Option<&str> {
        let mut parts = Items::new(&self.der[self.subject.clone()], 0).ok()?.next().ok()??.items().ok()?;
        while let Ok(Some(set)) = parts.next() {
            let mut attributes = set.items().ok()?;
            while let Ok(Some(attribute)) = attributes.next() {
                let mut attribute = attribute.items().ok()?;
                if attribute.object("").ok()? == kind {
                    let value = attribute.next().ok()??;
                    let is_text = matches!(value.tag, Tag::Utf8String | Tag::PrintableString);
                    return std::str::from_utf8(value.value).ok().filter(|_| is_text);
                }
            }
        }
        None
    }

    /// Whether it says that it may sign other certificates; none if it says nothing.
    pub(super) fn is_authority(&self) -> Option<bool> {
        let value = self.extension(&rfc5280::ID_CE_BASIC_CONSTRAINTS)?;
        x509_cert::ext::pkix::BasicConstraints::from_der(value).ok().map(|constraints| constraints.ca)
    }

    /// The content of an extension.
    pub fn extension(&self, kind: &ObjectIdentifier) -> Option<&[u8]> {
        let (_, content) = self.extensions.iter().find(|(other, _)| other == kind)?;
        Some(&self.der[content.clone()])
    }
}

const fn tag_number(number: u32) -> x509_cert::der::TagNumber {
    x509_cert::der::TagNumber(number)
}

const fn tag(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: tag_number(number) }
}

// Whole bytes alone are signatures and keys.
fn bits(item: &Item<'_>) -> Result<Range<usize>, Fault> {
    match item.value {
        [0, ..] => Ok(item.at + 1..item.range().end),
        _ => Err(Fault::new(item.at, "is a BIT STRING that is not whole bytes")),
    }
}

// Looked through for its form; turned into text only where somebody reads it.
fn name(parts: &mut Items<'_>, what: &str) -> Result<Range<usize>, Fault> {
    let (range, name) = parts.ranged(Tag::Sequence, what)?;
    let mut sets = name.items()?;
    while let Some(set) = sets.next()? {
        let mut attributes = set.set()?;
        while let Some(attribute) = attributes.next()? {
            let mut attribute = attribute.sequence()?;
            attribute.object(what)?;
            attribute.next()?;
            attribute.end()?;
        }
    }
    Ok(range)
}

fn text(name: &[u8]) -> String {
    Name::from_der(name).map_or_else(|_| hex(name), |name| name.to_string())
}

// Devices invent the dates of their leaf: StrongBox of some Pixels says 1965. So every year that can be written is read.
fn moment(parts: &mut Items<'_>) -> Result<Timestamp, Fault> {
    let from = parts.at();
    let date = parts.next()?.and_then(|item| date(&item)).ok_or_else(|| Fault::new(from, "is not a date"))?;
    // The last hours of the year 9999 lie behind the last moment that can be told.
    Ok(TimeZone::UTC.to_timestamp(date).unwrap_or(Timestamp::MAX))
}

/// `YYMMDDhhmmssZ`, or the same with the whole year.
fn date(item: &Item<'_>) -> Option<DateTime> {
    let digits = item.value.strip_suffix(b"Z")?;
    let (year, rest) = match item.tag {
        Tag::UtcTime => digits.split_at_checked(2)?,
        Tag::GeneralizedTime => digits.split_at_checked(4)?,
        _ => return None,
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i16, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i16::from(digit - b'0')))
    };
    let year = match (number(year)?, year.len()) {
        (year @ 0..50, 2) => 2000 + year,
        (year, 2) => 1900 + year,
        (year, _) => year,
    };
    let pair = |at: usize| i8::try_from(number(rest.get(at..at + 2)?)?).ok();
    if rest.len() != 10 {
        return None;
    }
    DateTime::new(year, pair(0)?, pair(2)?, pair(4)?, pair(6)?, pair(8)?, 0).ok()
}

fn key(info: &Item<'_>) -> Result<(KeyKind, Range<usize>), Fault> {
    let mut parts = info.items()?;
    let mut algorithm = parts.expect(Tag::Sequence, "the key's algorithm")?.items()?;
    let kind = algorithm.object("the key's algorithm")?;
    let curve = match algorithm.next()? {
        Some(parameters) if parameters.tag == Tag::ObjectIdentifier => Some(parameters.object()?),
        _ => None,
    };
    algorithm.end()?;
    let bits = bits(&parts.expect(Tag::BitString, "the public key")?)?;
    parts.end()?;
    Ok((KeyKind::of(&kind, curve.as_ref()), bits))
}

fn extensions(list: &Item<'_>) -> Result<Vec<(ObjectIdentifier, Range<usize>)>, Fault> {
    let mut items = list.sequence()?;
    let mut found: Vec<(ObjectIdentifier, Range<usize>)> = Vec::with_capacity(8);
    while let Some(extension) = items.next()? {
        let mut parts = extension.sequence()?;
        let kind = parts.object("an extension")?;
        parts.optional(Tag::Boolean)?.map(|critical| critical.boolean()).transpose()?;
        let content = parts.expect(Tag::OctetString, "an extension's content")?;
        parts.end()?;
        if found.iter().any(|(other, _)| *other == kind) {
            return Err(Fault::new(extension.at, format!("the extension {kind} stands twice")));
        }
        found.push((kind, content.range()));
    }
    Ok(found)
}
