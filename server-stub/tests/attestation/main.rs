//! Evidence of hardware: real devices' where `ATALAYA_TEST_DATA` points, and our own authority's everywhere.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod android;
mod apple;
mod apple_authority;
mod asserting;
mod authority;
mod cache;
mod certificate;
mod commands;
mod extension;
mod fuzz_targets;
mod intake;
mod published;
mod reasons;
mod recorded;
