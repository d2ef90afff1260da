//! The command-line agent. It judges given values with the same function as phones and servers.

mod check;
pub mod command;
mod input;
pub mod probe;
mod speech;
