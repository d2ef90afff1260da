//! One X.509 certificate: what is signed, by which algorithm, and the key it names.

use std::ops::Range;

use jiff::Timestamp;
use x509_cert::{
    certificate::{Raw, TbsCertificateInner},
    der::{
        Decode as _, Encode as _, Tag,
        asn1::{ObjectIdentifier, PrintableStringRef, Utf8StringRef},
        oid::db::{rfc4519, rfc5280},
    },
};

use super::{
    der::{Fault, Items},
    hex, sha256,
    signature::{self, Algorithm, KeyKind},
};

/// Above this no certificate of a phone goes.
pub const LARGEST: usize = 16 * 1024;

/// A parsed certificate, with the bytes it was read from.
#[derive(Debug, Clone)]
pub struct Certificate {
    der: Vec<u8>,
    signed: Range<usize>,
    signature: Range<usize>,
    algorithm: Algorithm,
    key_info: Vec<u8>,
    tbs: TbsCertificateInner<Raw>,
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
        let from = parts.at();
        parts.expect(Tag::Sequence, "what is signed")?;
        let signed = from..parts.at();
        let from = parts.at();
        parts.expect(Tag::Sequence, "the signature's algorithm")?;
        let stated = from..parts.at();
        let bits = parts.expect(Tag::BitString, "the signature")?;
        parts.end()?;
        let [0, signature @ ..] = bits.value else {
            return Err(Fault::new(bits.at, "the signature is not whole bytes"));
        };
        let signature = bits.at + 1..bits.at + 1 + signature.len();
        let tbs = TbsCertificateInner::<Raw>::from_der(&der[signed.clone()]).map_err(|error| {
            Fault::new(signed.start + position(&error), format!("what is signed: {}", error.kind()))
        })?;
        let inner = tbs.signature().to_der().map_err(|_| Fault::new(signed.start, "the algorithm cannot be read"))?;
        if inner != der[stated.clone()] {
            return Err(Fault::new(stated.start, "the signature's algorithm is not the one that was signed"));
        }
        let algorithm = Algorithm::of(&tbs.signature().oid);
        let key_info = tbs.subject_public_key_info().to_der();
        let key_info = key_info.map_err(|_| Fault::new(signed.start, "the public key cannot be read"))?;
        let extensions = tbs.extensions().map_or(&[][..], Vec::as_slice);
        for (index, extension) in extensions.iter().enumerate() {
            if extensions[..index].iter().any(|other| other.extn_id == extension.extn_id) {
                return Err(Fault::new(signed.start, format!("the extension {} stands twice", extension.extn_id)));
            }
        }
        Ok(Self { signed, signature, algorithm, key_info, tbs, der: der.to_vec() })
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

    pub(super) fn is_signed_by_key(&self, kind: KeyKind, key: &[u8]) -> bool {
        signature::verify(self.algorithm, kind, key, self.signed(), self.signature())
    }

    /// The algorithm of its signature, for people.
    pub fn algorithm(&self) -> String {
        match self.algorithm.name() {
            Some(name) => name.to_owned(),
            None => self.tbs.signature().oid.to_string(),
        }
    }

    /// The algorithm and size of its own key.
    pub fn key_kind(&self) -> KeyKind {
        let info = self.tbs.subject_public_key_info();
        let curve = info.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
        KeyKind::of(&info.algorithm.oid, curve.as_ref())
    }

    /// The key's own bytes: for a curve its point, for RSA modulus and exponent.
    pub fn key_bits(&self) -> &[u8] {
        self.tbs.subject_public_key_info().subject_public_key.raw_bytes()
    }

    /// The whole SubjectPublicKeyInfo.
    pub fn key_info(&self) -> &[u8] {
        &self.key_info
    }

    /// SHA-256 of the SubjectPublicKeyInfo.
    pub fn key_hash(&self) -> [u8; 32] {
        sha256(&self.key_info)
    }

    /// The serial number as the status list writes it: lower-case hex without leading zeros.
    pub fn serial(&self) -> String {
        let digits = hex(self.tbs.serial_number().as_bytes());
        let short = digits.trim_start_matches('0');
        if short.is_empty() { "0".to_owned() } else { short.to_owned() }
    }

    /// From when it is valid.
    pub fn not_before(&self) -> Timestamp {
        moment(&self.tbs.validity().not_before)
    }

    /// Until when it is valid.
    pub fn not_after(&self) -> Timestamp {
        moment(&self.tbs.validity().not_after)
    }

    /// Whether it is valid at this moment.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.not_before() <= at && at <= self.not_after()
    }

    /// Whose certificate it is.
    pub fn subject(&self) -> String {
        self.tbs.subject().to_string()
    }

    /// Who says to have signed it.
    pub fn issuer(&self) -> String {
        self.tbs.issuer().to_string()
    }

    pub(super) fn names_issuer(&self, issuer: &Self) -> bool {
        self.tbs.issuer() == issuer.tbs.subject()
    }

    pub(super) fn subject_has_serial_number(&self) -> bool {
        self.attribute(rfc4519::SERIAL_NUMBER).is_some()
    }

    pub(super) fn subject_organisation(&self) -> Option<String> {
        self.attribute(rfc4519::O)
    }

    fn attribute(&self, kind: ObjectIdentifier) -> Option<String> {
        let found = self
            .tbs
            .subject()
            .iter_rdn()
            .flat_map(x509_cert::name::RelativeDistinguishedName::iter)
            .find(|attribute| attribute.oid == kind)?;
        let text = found.value.decode_as::<Utf8StringRef<'_>>().map(|text| text.as_str().to_owned());
        text.or_else(|_| found.value.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned())).ok()
    }

    /// Whether it says that it may sign other certificates; none if it says nothing.
    pub(super) fn is_authority(&self) -> Option<bool> {
        let value = self.extension(&rfc5280::ID_CE_BASIC_CONSTRAINTS)?;
        x509_cert::ext::pkix::BasicConstraints::from_der(value).ok().map(|constraints| constraints.ca)
    }

    /// The content of an extension.
    pub fn extension(&self, kind: &ObjectIdentifier) -> Option<&[u8]> {
        let extensions = self.tbs.extensions()?;
        extensions.iter().find(|extension| extension.extn_id == *kind).map(|extension| extension.extn_value.as_bytes())
    }
}

fn position(error: &x509_cert::der::Error) -> usize {
    error.position().and_then(|at| usize::try_from(at).ok()).unwrap_or_default()
}

fn moment(time: &x509_cert::time::Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
