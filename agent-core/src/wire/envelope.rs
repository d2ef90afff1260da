//! The envelope of every signed message: a JSON Web Signature (RFC 7515) in compact form.
//!
//! There is one way to write it, and anything else is refused: a header of exactly `alg`, `kid` and `typ`, base64url
//! whose unused bits are zero, and ES256 signatures in their low form. So a message has one envelope for each
//! signature, the hash of an envelope names it, and the server can rebuild it from its columns. The algorithm is the
//! registered key's; the header may only agree.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    key::{Algorithm, SignError, Signer, VerifyingKey},
    signature::ORDER,
    strict,
};
use crate::judge::words::words;

words! {
    /// What kind of message an envelope holds: the header's `typ`, so that none can be used as another.
    Kind {
        /// A request for enrolment, by the new key.
        Enrolment = "enrolment+jws",
        /// A report, by the device.
        Report = "posture-report+jws",
        /// What a person says, by their device.
        Statement = "statement+jws",
        /// What a new key says of itself, inside the statement that puts it in the place of the device's.
        Possession = "key-possession+jws",
        /// Fresh evidence for the device's key, by the device.
        Evidence = "device-evidence+jws",
        /// The server's key document, by the key before.
        Keys = "server-keys+jws",
        /// A policy, by the server.
        Policy = "policy+jws",
        /// A catalogue, by the server.
        Catalogue = "catalogue+jws",
        /// A call's proof, by the device.
        Proof = "proof+jws",
    }
}

impl Kind {
    /// The longest envelope of this kind, in bytes: 64 KiB for what devices send, 1 MiB for documents of the server's.
    pub const fn longest(self) -> usize {
        match self {
            Self::Enrolment | Self::Report | Self::Statement | Self::Evidence | Self::Keys | Self::Proof => 64 * 1024,
            Self::Possession => 40 * 1024,
            Self::Policy | Self::Catalogue => 1024 * 1024,
        }
    }
}

/// Why an envelope is refused. Holds nothing of what was in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Longer than its kind allows.
    #[error("the envelope is longer than its kind allows")]
    TooLong,
    /// Not an envelope in its one canonical form.
    #[error("this is not an envelope: header.payload.signature in canonical base64url, the header alg, kid, typ")]
    Malformed,
    /// Another kind of message than was asked for.
    #[error("the envelope holds another kind of message")]
    WrongKind,
    /// Signed by another key, or claims another algorithm than the key's.
    #[error("the envelope names another key or algorithm than the registered one")]
    WrongKey,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    BadSignature,
    /// The signature holds, and the payload is not such a message.
    #[error("the payload is not a message of this kind and version")]
    BadPayload,
}

/// Seals a message: its JSON, signed.
pub fn seal(kind: Kind, payload: &impl Serialize, signer: &dyn Signer) -> Result<String, SignError> {
    let payload = serde_json::to_vec(payload).map_err(|_| SignError::TooLong)?;
    let algorithm = signer.algorithm();
    let input = signing_input(kind, algorithm, &signer.public_key()?.thumbprint(), &payload);
    let mut signature = signer.sign(input.as_bytes())?;
    if algorithm == Algorithm::Es256 {
        lower(&mut signature);
    }
    let envelope = join(input, &signature);
    if envelope.len() > kind.longest() { Err(SignError::TooLong) } else { Ok(envelope) }
}

/// The envelope of a payload whose signature is known: what [`seal`] made, rebuilt from its parts.
pub fn rebuild(kind: Kind, algorithm: Algorithm, key_thumbprint: &str, payload: &[u8], signature: &[u8; 64]) -> String {
    join(signing_input(kind, algorithm, key_thumbprint, payload), signature)
}

/// SHA-256 of an envelope: the name of a report in acknowledgements and `unchanged` reports.
pub fn hash(envelope: &str) -> [u8; 32] {
    sha256(envelope.as_bytes())
}

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// The bytes of lower-case hexadecimal; none for any other text.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?)).collect()
}

/// An envelope in its canonical form whose signature has not been checked: good for finding the key to check it with.
pub struct Unverified<'a> {
    kind: Kind,
    algorithm: Algorithm,
    key_thumbprint: String,
    payload: Vec<u8>,
    signed: &'a str,
    signature: [u8; 64],
}

impl<'a> Unverified<'a> {
    /// Takes an envelope apart.
    pub fn parse(envelope: &'a str) -> Result<Self, EnvelopeError> {
        if envelope.len() > Kind::Policy.longest() {
            return Err(EnvelopeError::TooLong);
        }
        let (signed, signature) = envelope.rsplit_once('.').ok_or(EnvelopeError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(EnvelopeError::Malformed)?;
        let (kind, algorithm, key_thumbprint) = read_header(&decode(header)?)?;
        if envelope.len() > kind.longest() {
            return Err(EnvelopeError::TooLong);
        }
        let signature = decode(signature)?.try_into().map_err(|_| EnvelopeError::Malformed)?;
        Ok(Self { kind, algorithm, key_thumbprint, payload: decode(payload)?, signed, signature })
    }

    /// The kind that it claims.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The name of the key that it claims.
    pub fn key_thumbprint(&self) -> &str {
        &self.key_thumbprint
    }

    /// What it holds, not yet trusted.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// A message of the payload before the signature is checked: an enrolment request brings its own key.
    pub fn read_unverified<T: DeserializeOwned>(&self) -> Result<T, EnvelopeError> {
        strict::read(&self.payload).map_err(|_| EnvelopeError::BadPayload)
    }

    /// The signature's 64 bytes.
    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    /// Checks that it is of this kind and signed by this key, over the received bytes.
    pub fn verify(self, kind: Kind, key: &VerifyingKey) -> Result<Verified, EnvelopeError> {
        if self.kind != kind {
            return Err(EnvelopeError::WrongKind);
        }
        if self.key_thumbprint != key.thumbprint() || self.algorithm != key.algorithm() {
            return Err(EnvelopeError::WrongKey);
        }
        let low = self.algorithm != Algorithm::Es256 || is_low(&self.signature);
        if !low || !key.verifies(self.signed.as_bytes(), &self.signature) {
            return Err(EnvelopeError::BadSignature);
        }
        Ok(Verified { payload: self.payload, signature: self.signature })
    }
}

/// What an envelope held whose signature was checked.
pub struct Verified {
    payload: Vec<u8>,
    signature: [u8; 64],
}

impl Verified {
    /// The payload's bytes.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signature's 64 bytes.
    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    /// The payload's message. A key written twice and anything after the end are refused.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, EnvelopeError> {
        strict::read(&self.payload).map_err(|_| EnvelopeError::BadPayload)
    }
}

// What was in an envelope is personal data until somebody decides otherwise.
impl std::fmt::Debug for Unverified<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unverified({}, {} bytes)", self.kind, self.payload.len())
    }
}

impl std::fmt::Debug for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verified({} bytes)", self.payload.len())
    }
}

fn signing_input(kind: Kind, algorithm: Algorithm, key_thumbprint: &str, payload: &[u8]) -> String {
    let header = format!(r#"{{"alg":"{}","kid":"{key_thumbprint}","typ":"{kind}"}}"#, algorithm.as_str());
    let mut signed = URL_SAFE_NO_PAD.encode(header);
    signed.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut signed);
    signed
}

fn join(mut signed: String, signature: &[u8; 64]) -> String {
    signed.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut signed);
    signed
}

/// Strict: no padding, and the unused bits of the last character are zero.
fn decode(text: &str) -> Result<Vec<u8>, EnvelopeError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| EnvelopeError::Malformed)
}

fn read_header(header: &[u8]) -> Result<(Kind, Algorithm, String), EnvelopeError> {
    let parts = || {
        let rest = std::str::from_utf8(header).ok()?.strip_prefix(r#"{"alg":""#)?;
        let (algorithm, rest) = rest.split_once(r#"","kid":""#)?;
        let (name, rest) = rest.split_once(r#"","typ":""#)?;
        let algorithm = [Algorithm::Es256, Algorithm::EdDsa].into_iter().find(|one| one.as_str() == algorithm)?;
        let is_thumbprint =
            name.len() == 43 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let kind = rest.strip_suffix(r#""}"#)?;
        let is_type = kind.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'+'));
        (is_thumbprint && is_type).then_some((kind, algorithm, name))
    };
    let (kind, algorithm, name) = parts().ok_or(EnvelopeError::Malformed)?;
    let kind = Kind::from_word(kind).ok_or(EnvelopeError::WrongKind)?;
    Ok((kind, algorithm, name.to_owned()))
}

/// Half of the order, rounded down.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d,
    0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
];

/// (r, s) and (r, n − s) sign the same message: only the lower s is accepted, or anybody could make a second
/// envelope of a report with another hash.
fn is_low(signature: &[u8; 64]) -> bool {
    signature[32..] <= HALF_ORDER[..]
}

/// Brings `s` to its low form.
fn lower(signature: &mut [u8; 64]) {
    if is_low(signature) {
        return;
    }
    let mut borrow = false;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER).rev() {
        let (once, under) = order.overflowing_sub(*byte);
        let (twice, further) = once.overflowing_sub(u8::from(borrow));
        (*byte, borrow) = (twice, under || further);
    }
}

#[cfg(test)]
mod tests;
