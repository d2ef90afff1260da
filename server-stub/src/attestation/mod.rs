//! Evidence that hardware signs, judged as values: Android key attestation and Apple App Attest.
//!
//! ```text
//! bytes ─▶ bundle (which certificates) ─▶ certificate, signature ─▶ android: chain, extension ─▶ judgement
//!                                                              └─▶ apple: object, assertion   ─▶ judgement
//! ```
//!
//! Nothing here reads a clock, a file, a store or the network. A judgement lists what is proved, by what, and every
//! reason why something is not.

pub mod android;
pub mod apple;
pub mod bundle;
pub mod certificate;
mod der;
pub mod reason;
mod signature;
mod words;

pub use certificate::Certificate;
pub use der::Fault;
pub use reason::{Reason, Shortfall};
pub use words::TEXTS;

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The bytes of hex digits; colons between them are allowed, as many tools print them.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b':').collect();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    digits.chunks(2).map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect()
}

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref());
    out
}
