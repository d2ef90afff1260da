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
//! Four layers, each allowed to use only those before it: [`judge`] (pure values, one pure function),
//! [`wire`] (what crosses the network), [`client`] (keys, queue and delivery; feature `client`) and
//! [`host`] (this machine's probe and the command-line agent; feature `host`).

pub mod clock;
pub mod judge;
pub mod wire;

#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "host")]
pub mod host;
