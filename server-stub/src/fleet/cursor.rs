//! The place where a page of the list ended: the sort key of its last row, so that paging neither repeats nor skips
//! a row that stays where it is, however many come and go.

use std::{fmt, str::FromStr};

use agent_core::wire::id::DeviceId;
use serde::{Serialize, Serializer};

use super::sort::Sort;

/// The last row of a page, by the key of its order. Printed without a character that a URL would escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// In [`Sort::Attention`].
    Attention {
        /// The weight of its state.
        attention: i64,
        /// Since when it is in it, in milliseconds.
        since: i64,
        /// Its id.
        device: DeviceId,
    },
    /// In [`Sort::LastReport`] and [`Sort::Silent`].
    Report {
        /// When its last report came, in milliseconds; none before the first.
        at: Option<i64>,
        /// Its id.
        device: DeviceId,
    },
    /// In [`Sort::Device`].
    Device {
        /// Its id.
        device: DeviceId,
    },
}

impl Cursor {
    /// Whether it is a place in this order.
    pub const fn fits(&self, sort: Sort) -> bool {
        matches!(
            (self, sort),
            (Self::Attention { .. }, Sort::Attention)
                | (Self::Report { .. }, Sort::LastReport | Sort::Silent)
                | (Self::Device { .. }, Sort::Device)
        )
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attention { attention, since, device } => write!(f, "a{attention}.{since}.{device}"),
            Self::Report { at: Some(at), device } => write!(f, "r{at}.{device}"),
            Self::Report { at: None, device } => write!(f, "r.{device}"),
            Self::Device { device } => write!(f, "d{device}"),
        }
    }
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor of the device list")]
pub struct CursorError;

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let number = |text: &str| text.parse::<i64>().map_err(|_| CursorError);
        let device = |text: &str| text.parse::<DeviceId>().map_err(|_| CursorError);
        let (order, rest) = text.split_at_checked(1).ok_or(CursorError)?;
        let mut parts = rest.split('.');
        let mut next = || parts.next().ok_or(CursorError);
        let cursor = match order {
            "a" => Self::Attention { attention: number(next()?)?, since: number(next()?)?, device: device(next()?)? },
            "r" => {
                let at = next()?;
                let at = if at.is_empty() { None } else { Some(number(at)?) };
                Self::Report { at, device: device(next()?)? }
            }
            "d" => Self::Device { device: device(next()?)? },
            _ => return Err(CursorError),
        };
        if parts.next().is_some() { Err(CursorError) } else { Ok(cursor) }
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_prints_and_parses_to_itself() {
        let device = DeviceId::new(7, [3; 12]);
        for cursor in [
            Cursor::Attention { attention: 4, since: -5, device },
            Cursor::Report { at: Some(1_795_510_000_000), device },
            Cursor::Report { at: None, device },
            Cursor::Device { device },
        ] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for wrong in
            ["", "a", "x1", "a1.2", "d", "ñ", "a1.2.00000070C1G60R30C1G60R30C.9", "rx.00000070C1G60R30C1G60R30C"]
        {
            assert_eq!(wrong.parse::<Cursor>(), Err(CursorError), "{wrong}");
        }
    }
}
