//! Versions of each line of releases, as types that cannot be mixed across platforms or products.
//!
//! Each line normalises its real printed forms to a `semver` version, which does the comparing; the printed
//! form is kept for people. What does not parse is unknown, never old.

use std::{cmp::Ordering, fmt, marker::PhantomData, str::FromStr};

/// One line of releases: one product on one platform, with its way of printing versions.
pub trait Line: Copy + fmt::Debug + 'static {
    /// The line's name in errors, such as `iOS version`.
    const NAME: &'static str;

    /// The comparable form, or none for text that is not a version of this line.
    fn normalise(text: &str) -> Option<semver::Version>;
}

/// A version of one line. Equal and ordered by its comparable form; prints as it was written.
#[derive(Clone)]
pub struct Version<L> {
    order: semver::Version,
    text: Box<str>,
    line: PhantomData<L>,
}

/// The text is not a version of the line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a readable {line}")]
pub struct VersionError {
    /// What was read, cut to 40 characters.
    pub text: String,
    /// The line's name.
    pub line: &'static str,
}

impl<L: Line> FromStr for Version<L> {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let order =
            L::normalise(text).ok_or_else(|| VersionError { text: text.chars().take(40).collect(), line: L::NAME })?;
        Ok(Self { order, text: text.into(), line: PhantomData })
    }
}

impl<L> fmt::Display for Version<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<L> fmt::Debug for Version<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<L> PartialEq for Version<L> {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl<L> Eq for Version<L> {}

impl<L> PartialOrd for Version<L> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<L> Ord for Version<L> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.cmp(&other.order)
    }
}

macro_rules! lines {
    ($($(#[$meta:meta])* $marker:ident, $alias:ident, $name:literal, $normalise:path;)+) => { $(
        #[doc = concat!("The line of the ", $name, ".")]
        #[derive(Debug, Clone, Copy)]
        pub enum $marker {}

        impl Line for $marker {
            const NAME: &'static str = $name;

            fn normalise(text: &str) -> Option<semver::Version> { $normalise(text) }
        }

        $(#[$meta])*
        pub type $alias = Version<$marker>;
    )+ };
}

lines! {
    /// An Android release, such as `14` or `12.1`.
    AndroidOsLine, AndroidOs, "Android version", plain;
    /// An iOS or iPadOS release, such as `17.5`, `16.5.1 (c)` or `26.6.1`.
    IosOsLine, IosOs, "iOS version", plain;
    /// A release of a host's system, such as `12`, `24.04`, `15.1` or `10.0.22631`.
    HostOsLine, HostOs, "system version", plain;
    /// An Android security patch level, such as `2024-09-05`; day `00` names the whole month.
    PatchLevelLine, PatchLevel, "security patch level", plain;
    /// WhatsApp Business on Android, such as `2.26.39.71`.
    WhatsappAndroidLine, WhatsappAndroid, "WhatsApp version (Android)", plain;
    /// WhatsApp Business on iOS, such as `26.38.74` or `2.26.38.74`.
    WhatsappIosLine, WhatsappIos, "WhatsApp version (iOS)", plain;
}

fn plain(text: &str) -> Option<semver::Version> {
    let mut parts = text.split('.').map(|part| part.parse::<u64>().ok());
    let version =
        semver::Version::new(parts.next()??, parts.next().unwrap_or(Some(0))?, parts.next().unwrap_or(Some(0))?);
    parts.next().is_none().then_some(version)
}
