//! The client: enrolment, the durable queue and its delivery.
//!
//! ```text
//! the person ─▶ Agent::acknowledge, declare, pause, withdraw ─▶ statements ─╮
//! facts ─▶ Agent::report ─▶ outbox ─▶ Agent::deliver ─▶ courier ═▶ transport ◀╯
//!              ▲                          │
//!              └── rules (keys, policy, catalogue: trust) ◀── refresh
//! ```
//!
//! Everything outside is a port: [`storage`], [`transport`], [`random`], the clock and the signer. Nothing here waits
//! or runs by itself. Quiet hours and grace are judged on the server's time when it was last heard, moved on by what
//! has passed since: `anchor` says how that is told.

mod agent;
mod anchor;
mod answer;
mod backoff;
mod channel;
pub mod configuration;
mod contact;
mod courier;
mod delivery;
mod enrol;
mod enrolment;
mod error;
mod evidence;
pub mod identity;
mod invitation;
mod leaving;
mod ledger;
mod outbox;
mod overview;
mod own_posture;
mod papers;
mod pending_enrolment;
mod ports;
pub mod random;
mod refresh;
mod statements;
mod status;
pub mod storage;
#[cfg(test)]
mod tests;
pub mod transport;
mod trust;

pub use agent::{Agent, Enrolment, Queued};
pub use configuration::Configuration;
pub use contact::LastAcknowledged;
pub use delivery::{Delivery, Held, Urgency};
pub use error::{AgentError, Problem};
pub use invitation::{Invitation, InvitationError};
pub use leaving::Leaving;
pub use ledger::{LedgerEntry, Outcome, Sent};
pub use overview::{Overview, ToldPosture, ToldVerdict};
pub use papers::{DeclarationStatus, PaperStatus, Papers};
pub use ports::{AttestationSource, KeySuccession, Ports, Successor};
pub use random::{Random, SeededRandom, SystemRandom};
pub use status::{EnrolmentStatus, QueueStatus, RulesStatus, StatementsStatus, Status};
pub use storage::{FileStorage, MemoryStorage, Storage, StorageError};
#[cfg(feature = "network")]
pub use transport::{HttpTransport, TlsOptions};
pub use transport::{Transport, TransportError};
