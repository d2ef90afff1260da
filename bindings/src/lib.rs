//! The agent for Kotlin, Swift and Python: what a phone's app is built on.
//!
//! ```text
//! shell: DeviceProbe, ReportSigner, AttestationSource, KeySuccession, HttpTransport
//!           │ facts, signatures, answers                 ▲ posture, status, ledger
//!           ▼                                            │
//!        PostureAgent ── check, report, deliver, enrol ── agent_core::client::Agent
//! ```
//!
//! No decision is taken here. Plain words of the core are mirrored ([`vocabulary`]), what has generics gets a type of
//! its own ([`reading`]), errors become few ([`error`]), and what takes long runs on a thread of its own (`errand`),
//! so that no caller's thread ever waits in an `async` call. A failure of a shell's own code is an error like any
//! other, and nothing of its words is kept but the class of the exception.

uniffi::setup_scaffolding!();

pub mod agent;
pub mod attestation;
pub mod configuration;
pub mod delivery;
mod errand;
pub mod error;
pub mod fact;
pub mod facts;
pub mod http;
pub mod invitation;
pub mod ledger;
mod moment;
#[cfg(feature = "own-network")]
mod own_network;
pub mod paper;
pub mod posture;
pub mod probe;
pub mod reading;
pub mod setup;
pub mod shell_error;
pub mod signer;
pub mod status;
pub mod succession;
mod thread;
pub mod vocabulary;
