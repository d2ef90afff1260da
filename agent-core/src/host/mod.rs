//! The command-line agent. It probes this machine, judges it with the same function as phones and servers, and reports
//! it through the same client; without an enrolment it judges given values.

mod absence;
mod call;
mod check;
pub mod command;
mod delivery;
mod enrolment;
mod failure;
mod folder;
mod input;
mod ledger;
mod machine;
mod moment;
mod papers;
mod phrase;
pub mod probe;
mod report;
mod rotation;
mod rounds;
mod server_trust;
mod speech;
mod status;
#[cfg(test)]
mod tests;
mod token_file;
mod world;

pub use machine::{Machine, VERSION, enrol_and_report};
