//! Releases as people met them: versions with the day on which each could first be had.
//!
//! Those through 2026-10-02 are real (Apple's and SOFA's lists, endoflife.date, versions sighted in public); the
//! days of WhatsApp versions are those of first sightings. `2.26.31.70` and `2.26.41.75` are invented, so that the
//! history has a release on its way. Android's patch levels follow the calendar: one a month.

use jiff::{ToSpan, civil::Date};

/// A version and the day from which it could be had.
pub(crate) type Release = (&'static str, Date);

const fn day(year: i16, month: i8, day: i8) -> Date {
    Date::constant(year, month, day)
}

/// WhatsApp Business on Android.
pub(crate) const WHATSAPP_ANDROID: &[Release] = &[
    ("2.26.9.72", day(2026, 3, 12)),
    ("2.26.27.83", day(2026, 7, 17)),
    ("2.26.31.70", day(2026, 8, 20)),
    ("2.26.34.75", day(2026, 9, 4)),
    ("2.26.36.72", day(2026, 9, 18)),
    ("2.26.37.73", day(2026, 9, 28)),
    ("2.26.39.71", day(2026, 10, 2)),
    ("2.26.41.75", day(2026, 11, 21)),
];

/// A version that people who never update keep: the newest of spring 2026.
pub(crate) const FORGOTTEN: &str = "2.26.9.72";

/// iOS for phones that can run 26 but whose owners stay there.
pub(crate) const IOS_26: &[Release] = &[
    ("26.5.2", day(2026, 6, 29)),
    ("26.6", day(2026, 7, 27)),
    ("26.6.1", day(2026, 8, 17)),
    ("26.7", day(2026, 9, 14)),
    ("26.7.1", day(2026, 9, 28)),
];

/// iOS for owners who take the next major version when it comes.
pub(crate) const IOS_27: &[Release] = &[
    ("26.6", day(2026, 7, 27)),
    ("26.6.1", day(2026, 8, 17)),
    ("27.0", day(2026, 9, 14)),
    ("27.0.1", day(2026, 9, 28)),
];

/// iOS for phones that end at 18.
pub(crate) const IOS_18: &[Release] = &[("18.7.9", day(2026, 5, 11)), ("18.7.10", day(2026, 8, 17))];

/// The newest release that could be had this many days before a day; the oldest when none could.
pub(crate) fn newest(releases: &[Release], on: Date, lag: i64) -> &'static str {
    let reachable = |released: &Date| released.checked_add(lag.days()).is_ok_and(|from| from <= on);
    let found = releases.iter().rev().find(|(_, released)| reachable(released));
    found.or(releases.first()).map_or("", |(version, _)| version)
}

/// The newest monthly patch level that a phone has whose maker needs `lag` days and skips to every `every`th month.
pub(crate) fn patch_level(on: Date, lag: i64, every: i8) -> Date {
    let reached = on.checked_sub(lag.days()).unwrap_or(on);
    let fifth = reached.first_of_month().checked_add(4.days()).unwrap_or(reached);
    let level = if fifth <= reached { fifth } else { fifth.checked_sub(1.month()).unwrap_or(fifth) };
    let behind = i64::from((level.month() - 1) % every.max(1));
    level.checked_sub(behind.months()).unwrap_or(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_has_what_could_be_had_by_then() {
        assert_eq!(newest(WHATSAPP_ANDROID, day(2026, 11, 24), 7), "2.26.39.71");
        assert_eq!(newest(WHATSAPP_ANDROID, day(2026, 11, 24), 1), "2.26.41.75");
        assert_eq!(newest(WHATSAPP_ANDROID, day(2020, 1, 1), 0), "2.26.9.72");
        assert_eq!(newest(IOS_27, day(2026, 9, 20), 3), "27.0");
    }

    #[test]
    fn patch_levels_follow_the_calendar() {
        assert_eq!(patch_level(day(2026, 11, 24), 3, 1), day(2026, 11, 5));
        assert_eq!(patch_level(day(2026, 11, 6), 3, 1), day(2026, 10, 5));
        assert_eq!(patch_level(day(2026, 11, 24), 10, 3), day(2026, 10, 5));
        assert_eq!(patch_level(day(2026, 1, 2), 0, 1), day(2025, 12, 5));
    }

    #[test]
    fn releases_stand_in_order() {
        for line in [WHATSAPP_ANDROID, IOS_26, IOS_27, IOS_18] {
            assert!(line.is_sorted_by_key(|(_, released)| *released));
        }
    }
}
