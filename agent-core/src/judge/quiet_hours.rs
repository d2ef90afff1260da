//! When nothing is collected, sent or notified, in the policy's time zone.

use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};

/// A weekly window that begins on each of its days, and may run past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The days on which it begins, Monday first.
    pub days: [bool; 7],
    /// When it begins.
    pub from: Time,
    /// When it ends, on the next day if not after `from`; equal to `from` means the whole day.
    pub to: Time,
}

/// When nothing is collected, sent or notified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietHours {
    /// The zone in which all calendar parts of the policy are read.
    pub zone: TimeZone,
    /// Weekly windows; none: never quiet but on holidays.
    pub windows: Vec<Window>,
    /// Whole days that are quiet.
    pub holidays: Vec<Date>,
}
