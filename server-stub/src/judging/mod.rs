//! What the server makes of reports: the same pure judgement as on the phone, kept as spans and counts.
//!
//! ```text
//! report, due moment or new rules ─▶ judge ─▶ Record (now) + timeline (spans) + counts, in one transaction
//! ```
//!
//! Everything here runs on the committer's thread, with its `Desk`.

pub mod catalogues;
pub mod closing;
mod counts;
mod desk;
mod due;
mod effective;
mod finding;
mod judge;
mod leaving;
mod managed;
pub mod quarantine;
mod record;
pub mod rules;
mod said;
mod shown;
#[cfg(test)]
mod tests;
mod timeline;

pub use self::due::Settled;
pub(crate) use self::{
    closing::{close, closing, is_here},
    desk::Desk,
    due::settle,
    effective::{ages_at, join},
    finding::{Finding, FindingKind, Side, backwards},
    judge::{catch_up, judge, still_holds},
    leaving::leave,
    managed::managed_changed,
    record::{Changed, Record},
    rules::{Rules, policy_of},
    said::Said,
    shown::Shown,
};
