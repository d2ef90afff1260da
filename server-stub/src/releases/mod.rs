//! What is known about releases, and how: each source is asked or imported, what it says is kept as claims, and the
//! claims are merged by written rules (`docs/releases.md`) into the catalogue that devices are judged by.
//!
//! ```text
//! source (bytes) ─▶ claims ─▶ kept ─▶ weigh (which claim counts, and why) ─▶ merge ─▶ catalogue revision
//!     ▲ fetch, file or own fleet              └─▶ explain
//! ```
//!
//! No source can stop another, and nothing here is on the way of a report.

mod ask;
pub mod claim;
mod explain;
mod fault;
mod fetch;
mod import;
mod kept;
mod merge;
mod outcome;
mod round;
mod schedule;
mod seen;
pub mod source;
mod standing;
#[cfg(test)]
mod tests;
mod weigh;

pub use self::{
    explain::{ClaimView, EndedModel, Explanation, explain},
    fetch::{Fetcher, Limits, Mirror, MirrorError},
    import::{ImportError, Imported, check, import},
    merge::{Merged, merge},
    outcome::Outcome,
    round::{Round, fetch},
    schedule::{fetch_due, keep_fetching},
    source::{Address, Cause, Known, ParseError, Source},
    standing::{SourceState, SourceView, Spoken, sources},
};

/// The way out and its bounds, for what else is asked for over the network.
pub(crate) mod network {
    pub(crate) use super::{
        fault::Fault,
        fetch::{Answer, FetchError, Validators},
        kept::{chance, next_at},
        source::json as read_json,
    };
}

/// Every word of a fault, for the words that say them.
#[cfg(test)]
pub(crate) const FAULTS: &[&str] = &{
    let mut words = [""; fault::Fault::ALL.len()];
    let mut place = 0;
    while place < words.len() {
        words[place] = fault::Fault::ALL[place].as_str();
        place += 1;
    }
    words
};

/// Weighs and merges what any answer says, twice: the same comes of it, and it is a catalogue that can be served.
fn weigh_any(claims: Vec<claim::Claim>, source: &str, part: &str) {
    let now = jiff::Timestamp::from_second(1_795_500_000).unwrap_or_default();
    let kept = |claim| kept::Kept {
        source: source.to_owned(),
        part: part.to_owned(),
        claim,
        first_seen: now,
        last_seen: now,
        current: true,
        confirmed: now,
    };
    let claims: Vec<kept::Kept> = claims.into_iter().map(kept).collect();
    merge::any(&claims, now);
}
