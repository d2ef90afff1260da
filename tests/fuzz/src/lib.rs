//! The fuzzer's targets.

#[cfg(feature = "server")]
pub mod evidence;
mod targets;

pub use targets::{catalogue, envelope, facts, policy, report, signature};
