//! Judges a device's security posture against a company's policy, and reports it.
//!
//! ```text
//! facts ─▶ evaluate(facts, policy, catalogue, standing, now) ─▶ posture
//!                                                                  │
//!                                     report ─seal◀─ Signer ◀──────┘
//!                                       ▼
//!                                    outbox ─▶ courier ═HTTPS═▶ the server's intake
//! ```
//!
//! Layers, each allowed to use only those before it (a test forbids upward imports): [`judge`] (pure values, one
//! pure function), [`wire`] (what crosses the network), [`client`] (queue and delivery; feature `client`, and feature
//! `network` for a transport of its own) and [`host`] (the command-line agent; feature `host`).

pub mod clock;
#[cfg(test)]
mod fits;
pub mod judge;
mod moment;
pub mod wire;

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "host")]
pub mod host;
