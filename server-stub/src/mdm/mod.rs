//! What the company's device management knows: it can tell what no app may read, such as another app's version on iOS.
//!
//! ```text
//! message (webhook, file) ─▶ signature ─▶ adapter ─▶ Inventory (the allow-list) ─▶ record ─▶ matched device ─▶ Managed
//!                                        nanomdm, amapi, csv, apple_status
//! ```
//!
//! Nothing leaves an adapter but [`Inventory`]: serial numbers, IMEIs, phone numbers, names, places and lists of apps
//! are dropped while a message is read. What is kept lies apart from what devices sign.

pub mod amapi;
pub mod apple_status;
mod coverage;
pub mod csv;
mod facts;
mod import;
mod inventory;
mod kind;
mod managed;
mod matching;
pub mod nanomdm;
mod parse_error;
mod payload;
mod record;
mod recorded;
mod retention;
mod shape;
mod signature;
mod source;
#[cfg(test)]
mod tests;
mod whatsapp;

pub use self::{
    coverage::{Coverage, coverage},
    facts::{ManagedApp, ManagedFacts, Told, ToldFacts},
    import::{Imported, failed, take_in},
    inventory::{AppLists, Found, Inventory},
    kind::{Kind, KindError},
    managed::{Managed, of_device},
    matching::{MatchError, match_by_hand, release},
    parse_error::ParseError,
    record::{MatchedBy, Record, records},
    recorded::Recorded,
    retention::{RETENTION_DAYS, keep_tending, purge, tend},
    shape::is_device_ref,
    signature::{HEADER, fits, is_password, secret},
    source::{Source, SourceError, add, find, renew, sources},
};
