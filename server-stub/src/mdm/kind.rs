//! What kind of management a source is.

use std::{fmt, str::FromStr};

use super::{
    amapi, apple_status, csv,
    inventory::{AppLists, Found},
    nanomdm,
    parse_error::ParseError,
};
use crate::spelt::spelt;

spelt! {
    /// What kind of management a source is, and so how its messages are read.
    Kind {
        /// Webhooks of NanoMDM and MicroMDM.
        Nanomdm = "nanomdm",
        /// Devices of the Android Management API.
        Amapi = "amapi",
        /// Tables that any console exports.
        Csv = "csv",
        /// Status reports of Apple's declarative management.
        AppleStatus = "apple-status",
    }
}

impl Kind {
    /// The longest message or file, in bytes.
    pub const fn longest(self) -> usize {
        match self {
            Self::Nanomdm => nanomdm::LONGEST,
            Self::Amapi => amapi::LONGEST,
            Self::Csv => csv::LONGEST,
            Self::AppleStatus => apple_status::LONGEST,
        }
    }

    /// The kind of a file, from how it begins and what it names; none when that tells nothing.
    pub fn detect(bytes: &[u8]) -> Option<Self> {
        let start = bytes.trim_ascii_start();
        if !matches!(start.first(), Some(b'{' | b'[')) {
            return std::str::from_utf8(bytes).is_ok().then_some(Self::Csv);
        }
        let has = |name: &[u8]| start.windows(name.len()).any(|window| window == name);
        match () {
            () if has(b"\"topic\"") && (has(b"\"checkin_event\"") || has(b"\"acknowledge_event\"")) => {
                Some(Self::Nanomdm)
            }
            () if has(b"\"StatusItems\"") => Some(Self::AppleStatus),
            () if has(b"/devices/") => Some(Self::Amapi),
            () => None,
        }
    }

    /// Reads a message. A table is none: its columns have to be mapped, and errors about them show its heading.
    pub fn parse(self, bytes: &[u8], lists: AppLists) -> Result<Found, ParseError> {
        match self {
            Self::Nanomdm => nanomdm::parse(bytes, lists),
            Self::Amapi => amapi::parse(bytes),
            Self::Csv => Err(ParseError::new(".", "a table is taken with `atalaya mdm import` alone")),
            Self::AppleStatus => apple_status::parse(bytes),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text names no kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a kind is `nanomdm`, `amapi`, `csv` or `apple-status`")]
pub struct KindError;

impl FromStr for Kind {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(KindError)
    }
}
