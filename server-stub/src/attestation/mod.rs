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
pub mod oddity;
pub mod reason;
mod signature;
pub mod verified;
mod words;

use agent_core::wire::envelope::from_hex;
pub use agent_core::wire::envelope::{hex, sha256};
pub use certificate::Certificate;
pub use der::Fault;
pub use oddity::{Oddity, Unusual};
pub use reason::{Reason, Shortfall};
pub use signature::KeyKind;
pub use words::{ODDITIES, REMEDIES, TEXTS};

/// The bytes of hex digits as other tools print them: in either case, and with colons between them.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    from_hex(&text.replace(':', "").to_ascii_lowercase())
}
