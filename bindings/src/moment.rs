//! Moments as the other languages have them: Kotlin's `Instant`, Swift's `Date`, Python's `datetime`.

use std::time::SystemTime;

use jiff::Timestamp;

/// This moment. Each that the core can name lies within what the systems of phones can.
pub(crate) fn moment(at: Timestamp) -> SystemTime {
    SystemTime::try_from(at).unwrap_or(SystemTime::UNIX_EPOCH)
}
