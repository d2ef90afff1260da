//! The endpoint: takes signed posture reports, keeps them, and shows the fleet.
//!
//! ```text
//! HTTPS ─▶ api ─▶ intake: limits ─▶ verify ─▶ parse ─▶ group commit ─▶ acknowledge
//!                                                          │
//!                                     store ◀── timeline, counts, due index
//!                                       │
//!                                     fleet (queries) ─▶ pages (HTML) and api (JSON, CSV)
//! ```

pub mod api;
pub mod fleet;
pub mod pages;
