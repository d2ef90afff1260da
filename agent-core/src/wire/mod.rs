//! What crosses the network: identifiers, keys, the report and the other messages. No I/O.

pub mod envelope;
pub mod field;
pub mod id;
pub mod key;
pub mod message;
pub mod posture;
pub mod problem;
pub mod report;
pub mod software_key;
mod strict;
pub mod unchanged;
pub mod wanted;
