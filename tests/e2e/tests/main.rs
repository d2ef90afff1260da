//! The whole product as its users meet it: a real server, real clients, the real network of this machine. Each module
//! is one behaviour. The clock is the test's; nothing here waits.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod capacity;
mod clone;
mod console;
mod journey;
mod offline;
mod organisations;
mod person;
mod replay;
mod restart;
mod rotation;
mod rules;
mod secure;
mod site;
mod statements;
mod tampering;
mod wire;
