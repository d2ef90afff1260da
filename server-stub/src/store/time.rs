//! Moments as the database keeps them: milliseconds since 1970, UTC.

use jiff::Timestamp;

/// The stored form, cut to the millisecond.
pub fn to_ms(moment: Timestamp) -> i64 {
    moment.as_millisecond()
}

/// The moment of a stored form; the nearest one that exists where it is out of range.
pub fn from_ms(stored: i64) -> Timestamp {
    let end = if stored < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(stored).unwrap_or(end)
}

/// The same moment, cut to what the database keeps, so that what is stored equals what was judged.
pub fn cut(moment: Timestamp) -> Timestamp {
    from_ms(to_ms(moment))
}
