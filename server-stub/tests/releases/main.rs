//! What is known about releases, from the wire to the catalogue: every source against a server of this machine that
//! answers as it should, and as it should not.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod broken;
mod catalogue;
mod commands;
mod feeds;
mod history;
mod memory;
mod schedule;
mod site;
mod sources;
mod standing;
mod trust;
