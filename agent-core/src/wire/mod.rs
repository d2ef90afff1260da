//! What crosses the network: identifiers, keys, the report, the statement and the other messages. No I/O.

pub mod envelope;
pub mod evidence;
pub mod field;
pub mod id;
pub mod key;
pub mod key_rotation;
pub mod message;
pub mod posture;
pub mod problem;
pub mod report;
pub mod signature;
pub mod software_key;
pub mod statement;
mod strict;
pub mod unchanged;
pub mod wanted;
