//! What crosses the network: the field table ([`field`]), the report, the statement, the other messages,
//! and the signed envelope that carries them. No I/O.

pub mod envelope;
pub mod field;
pub mod id;
pub mod key;
pub mod message;
pub mod problem;
pub mod report;
pub mod statement;
