//! Android key attestation: a chain of certificates whose leaf says in which state the device made its key.

pub mod chain;
pub mod expected;
pub mod extension;
pub mod facts;
pub mod judgement;
pub mod revocation;
pub mod roots;
pub mod tag;

pub use super::verified::Verified;
pub use chain::Trust;
pub use expected::{AppId, BootKey, Challenge, Expected};
pub use judgement::{Judgement, judge};
pub use revocation::StatusList;
pub use roots::Roots;
