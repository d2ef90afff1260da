//! What the server answers over HTTP, and how it refuses.

pub mod problem;
