//! The endpoint: takes signed posture reports, keeps them, and shows the fleet.
//!
//! ```text
//! HTTPS ─▶ api ─▶ intake: limits ─▶ verify ─▶ parse ─▶ group commit ─▶ acknowledge
//!                                                          │
//!                                     store ◀── timeline, counts, due index
//!                                       │
//!                                     fleet (queries) ─▶ pages (HTML) and api (JSON, CSV)
//! ```

pub mod access;
pub mod api;
pub mod attestation;
pub mod command;
#[cfg(feature = "demo")]
pub mod demo;
mod encoding;
pub mod evidence;
pub mod fleet;
mod intake;
pub mod judging;
pub mod keys;
pub mod mdm;
pub mod pages;
pub mod releases;
#[cfg(test)]
pub(crate) mod rig;
pub mod scope;
pub mod serve;
pub mod server;
mod spelt;
pub mod store;
pub mod verify;

pub use intake::token;
