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
    inventory::{AppLists, Found, Inventory, Page, Unread, Why},
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

pub(crate) use self::matching::under_reference;
use crate::encoding::utf8;

/// What must hold for any bytes, the first of which chooses the adapter: no panic, and records that can be kept and read
/// again. The fuzzer and the tests call it. How many devices the message is about.
#[doc(hidden)]
pub fn any_message(bytes: &[u8]) -> usize {
    let Some((first, message)) = bytes.split_first() else { return 0 };
    let found = match first {
        b'n' => nanomdm::parse(message, AppLists::Whole),
        // A property list, as a device's answer.
        b'p' => nanomdm::parse(&nanomdm::carrying(message), AppLists::Whole),
        b'a' => amapi::parse(message),
        b's' => apple_status::parse(message),
        b'c' => csv::parse(&utf8(message), &csv::Columns::default()),
        _ => {
            let recorded = Recorded::split(message);
            assert!(recorded.is_none_or(|recorded| message.ends_with(recorded.body)));
            return 0;
        }
    };
    let now = jiff::Timestamp::from_second(1_795_500_000).unwrap_or_default();
    let Ok(found) = found else { return 0 };
    let devices = found.inventories.len();
    for inventory in found.inventories {
        assert!(is_device_ref(&inventory.device_ref), "a reference can be kept");
        let mut record = Record::new("any", inventory.device_ref.clone(), now);
        record.take(inventory, now, now);
        let text = serde_json::to_string(&record.facts).unwrap_or_default();
        let again: ToldFacts = serde_json::from_str(&text).unwrap_or_default();
        assert_eq!(again, record.facts, "what is kept is read again as the same");
    }
    devices
}
