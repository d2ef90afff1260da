//! Devices reduced to a key, sealed reports and one connection: for what measures or breaks a server.
//!
//! The real client would be the slower half of every figure; what is sent here is what it would send.

mod connection;
mod device;

pub use connection::{Answer, Connection, request};
pub use device::{Device, LoadError, facts};
