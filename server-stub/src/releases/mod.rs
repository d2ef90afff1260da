//! What is known about releases, and how: each source is asked or imported, what it says is kept as claims, and the
//! claims are merged by written rules (`docs/releases.md`) into the catalogue that devices are judged by.
//!
//! ```text
//! source (bytes) ─▶ claims ─▶ kept ─▶ weigh (which claim counts, and why) ─▶ merge ─▶ catalogue revision
//!     ▲ fetch, file or own fleet              └─▶ explain
//! ```
//!
//! No source can stop another, and nothing here is on the way of a report.

pub mod claim;
mod explain;
mod fetch;
mod import;
mod kept;
mod merge;
mod round;
mod schedule;
mod seen;
pub mod source;
mod weigh;

pub use self::{
    explain::{ClaimView, Explanation, SourceView, explain, sources},
    fetch::{Fetcher, Limits, Mirror, MirrorError},
    import::{ImportError, Imported, check, import},
    merge::{MERGED, Merged, merge},
    round::{Outcome, Round, fetch},
    schedule::keep_fetching,
    source::{Address, Cause, Known, ParseError, Source},
};
