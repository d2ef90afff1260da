//! Who may: the people and tokens of an organisation, how they prove who they are, what each role may, and the two
//! logs that say who did and who looked.
//!
//! [`extract`] is the only way from a request to a [`Scope`](crate::scope::Scope) here: a handler that takes
//! [`SignedIn`] or [`ApiCaller`] has an organisation, a handler that does not has none. Everything that is written
//! takes the actor, and writes the [`audit`] entry in the same transaction.
//!
//! Secrets are random, shown once and stored as hashes; addresses of people are never stored.

pub mod access_log;
pub mod actor;
pub mod api_token;
pub mod audit;
pub mod cookie;
pub mod csrf;
mod door;
pub mod extract;
pub mod limits;
pub mod link;
pub mod password;
pub mod peer;
pub mod role;
mod routes;
pub mod secret;
pub mod session;
pub mod user;

pub use actor::Actor;
pub use extract::{ApiCaller, PageRefusal, SignedIn, Visitor};
pub use peer::Peer;
pub use role::{Act, Role};
pub use routes::routes;

#[cfg(test)]
pub(crate) mod tests;
