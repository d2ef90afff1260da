//! Lengths of time as policies write them: `90s`, `30m`, `24h`, `7d`, `2w`.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A length of time in whole seconds; a day is 24 hours. At most ten years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(u32);

/// The text is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a length of time; write a whole number and a unit, such as 90s, 30m, 24h, 7d or 2w (at most 520w)"
)]
pub struct PeriodError(String);

const UNITS: [(&str, u32); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
const LONGEST: u32 = 520 * 604_800;

impl Period {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// This many seconds, capped at ten years.
    pub const fn from_seconds(seconds: u32) -> Self {
        Self(if seconds > LONGEST { LONGEST } else { seconds })
    }

    /// This many hours, capped at ten years.
    pub const fn from_hours(hours: u32) -> Self {
        Self::from_seconds(hours.saturating_mul(3_600))
    }

    /// This many days of 24 hours, capped at ten years.
    pub const fn from_days(days: u32) -> Self {
        Self::from_seconds(days.saturating_mul(86_400))
    }

    /// The length in seconds.
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// The length in whole days, rounded down.
    pub const fn days(self) -> u32 {
        self.0 / 86_400
    }

    /// True for no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The moment this long after `start`; the last representable moment if that is out of range.
    pub fn after(self, start: Timestamp) -> Timestamp {
        start.checked_add(SignedDuration::from_secs(i64::from(self.0))).unwrap_or(Timestamp::MAX)
    }

    /// The moment this long before `end`; the first representable moment if that is out of range.
    pub fn before(self, end: Timestamp) -> Timestamp {
        end.checked_sub(SignedDuration::from_secs(i64::from(self.0))).unwrap_or(Timestamp::MIN)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days_first = UNITS.iter().skip(1).find(|(_, size)| self.0 != 0 && self.0.is_multiple_of(*size));
        let (unit, size) = days_first.copied().unwrap_or(("s", 1));
        write!(f, "{}{unit}", self.0 / size)
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || PeriodError(text.chars().take(40).collect());
        let (unit, size) = UNITS.iter().find(|(unit, _)| text.ends_with(unit)).ok_or_else(refuse)?;
        let digits = &text[..text.len() - unit.len()];
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse());
        }
        let count: u32 = digits.parse().map_err(|_| refuse())?;
        let seconds = count.checked_mul(*size).filter(|s| *s <= LONGEST).ok_or_else(refuse)?;
        Ok(Self(seconds))
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_number_and_a_unit() {
        for (text, seconds) in
            [("0s", 0), ("90s", 90), ("30m", 1_800), ("24h", 86_400), ("7d", 604_800), ("2w", 1_209_600)]
        {
            assert_eq!(text.parse::<Period>().map(Period::seconds), Ok(seconds), "{text}");
        }
        for text in ["", "7", "d", "-1d", "+1d", "1.5h", "7 d", "521w", "99999999999d", "7D", "P7D"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_period_prints_in_its_largest_unit_up_to_days() {
        for (seconds, text) in [(0, "0s"), (90, "90s"), (1_800, "30m"), (86_400, "1d"), (1_209_600, "14d")] {
            assert_eq!(Period::from_seconds(seconds).to_string(), text);
        }
    }
}
