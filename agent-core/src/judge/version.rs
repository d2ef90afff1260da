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
    AndroidOsLine, AndroidOs, "Android version", dotted;
    /// An iOS or iPadOS release, such as `17.5`, `16.5.1 (c)` or `26.6.1`. The letter of a rapid response sorts
    /// after the release it builds on.
    IosOsLine, IosOs, "iOS version", lettered;
    /// A release of a host's system, such as `12`, `24.04`, `15.1`, `10.0.22631.3155` or `11 (22631)`.
    HostOsLine, HostOs, "system version", host;
    /// An Android security patch level, such as `2024-09-05`; day `00` names the month, before all its days.
    PatchLevelLine, PatchLevel, "security patch level", patch_level;
    /// WhatsApp on Android, such as `2.26.39.71`.
    WhatsappAndroidLine, WhatsappAndroid, "WhatsApp version (Android)", whatsapp;
    /// WhatsApp on iOS, in the store's form `26.38.74` or the internal `2.26.38.74`.
    WhatsappIosLine, WhatsappIos, "WhatsApp version (iOS)", whatsapp;
}

impl PatchLevel {
    /// The first day that the level names; none when its month or day is not in the calendar.
    pub fn date(&self) -> Option<jiff::civil::Date> {
        let part = |number: u64| i8::try_from(number).ok();
        let year = i16::try_from(self.order.major).ok()?;
        jiff::civil::Date::new(year, part(self.order.minor)?, part(self.order.patch)?.max(1)).ok()
    }
}

impl<L> Version<L> {
    /// The first component, such as 26 of `26.6.1`.
    pub const fn major(&self) -> u64 {
        self.order.major
    }

    /// Whether this version belongs to the cycle: it begins with the cycle's components, as they were written.
    pub fn is_in_cycle(&self, cycle: &Self) -> bool {
        let components = cycle.text.split('.').count();
        self.order.major == cycle.order.major
            && (components < 2 || self.order.minor == cycle.order.minor)
            && (components < 3 || self.order.patch == cycle.order.patch)
    }
}

impl<L: Line> serde::Serialize for Version<L> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

const LONGEST: usize = 40;

/// One to four numeric components; a fourth goes where `semver` compares it last.
fn numeric(text: &str, least: usize, most: usize) -> Option<Vec<u64>> {
    if text.len() > LONGEST {
        return None;
    }
    let parts = text
        .split('.')
        .map(|part| {
            let plain = !part.is_empty() && part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        })
        .collect::<Option<Vec<u64>>>()?;
    (least..=most).contains(&parts.len()).then_some(parts)
}

fn assemble(parts: &[u64], build: &str) -> Option<semver::Version> {
    let part = |place: usize| parts.get(place).copied().unwrap_or(0);
    let mut version = semver::Version::new(part(0), part(1), part(2));
    let build = match parts.get(3) {
        Some(fourth) if *fourth > 0 => fourth.to_string(),
        _ => build.to_owned(),
    };
    version.build = semver::BuildMetadata::new(&build).ok()?;
    Some(version)
}

fn dotted(text: &str) -> Option<semver::Version> {
    assemble(&numeric(text, 1, 3)?, "")
}

fn lettered(text: &str) -> Option<semver::Version> {
    let (number, letter) = match text.split_once(" (") {
        Some((number, rest)) => (number, rest.strip_suffix(')')?),
        None => (text, ""),
    };
    let is_letter = letter.len() == 1 && letter.bytes().all(|byte| byte.is_ascii_lowercase());
    (letter.is_empty() != is_letter && text.contains('(') == is_letter)
        .then(|| assemble(&numeric(number, 1, 3)?, letter))
        .flatten()
}

fn host(text: &str) -> Option<semver::Version> {
    match text.split_once(" (") {
        Some((number, build)) => {
            let mut parts = numeric(number, 1, 3)?;
            parts.resize(3, 0);
            parts.extend(numeric(build.strip_suffix(')')?, 1, 1)?);
            assemble(&parts, "")
        }
        None => assemble(&numeric(text, 1, 4)?, ""),
    }
}

/// `2024-09-05` as the system prints it, `201907` or `20190700` as key attestation carries it.
fn patch_level(text: &str) -> Option<semver::Version> {
    let digits = |part: &str, length: usize| -> Option<u64> {
        (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok()).flatten()
    };
    let (year, month, day) = if text.is_ascii() && matches!(text.len(), 6 | 8) {
        (digits(&text[..4], 4)?, digits(&text[4..6], 2)?, if text.len() == 8 { digits(&text[6..], 2)? } else { 0 })
    } else {
        let mut parts = text.split('-');
        let date = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
        parts.next().is_none().then_some(date)?
    };
    let in_calendar = (2015..=2100).contains(&year) && (1..=12).contains(&month) && day <= 31;
    in_calendar.then(|| semver::Version::new(year, month, day))
}

/// The store's and the internal form compare: a leading `2.` of four parts is dropped.
fn whatsapp(text: &str) -> Option<semver::Version> {
    let parts = numeric(text, 3, 4)?;
    match parts.as_slice() {
        [2, rest @ ..] if rest.len() == 3 => assemble(rest, ""),
        [_, _, _] => assemble(&parts, ""),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ascending<L: Line>(texts: &[&str]) {
        let versions: Vec<Version<L>> = texts.iter().map(|text| text.parse().unwrap()).collect();
        for pair in versions.windows(2) {
            assert!(pair[0] < pair[1], "{:?} < {:?}", pair[0], pair[1]);
        }
    }

    #[test]
    fn real_forms_sort_as_they_were_released() {
        ascending::<AndroidOsLine>(&["8.1.0", "9", "12", "12.1", "13", "17"]);
        ascending::<IosOsLine>(&["15.8.8", "16.5.1", "16.5.1 (a)", "16.5.1 (c)", "16.5.2", "17.5", "26.6.1"]);
        ascending::<HostOsLine>(&[
            "10.0.22621",
            "10.0.22631.3155",
            "10.0.22631.3200",
            "11 (22631)",
            "12",
            "24.04",
            "24.10",
        ]);
        ascending::<PatchLevelLine>(&["201907", "2019-07-05", "20190800", "2024-09-01", "2024-09-05"]);
        ascending::<WhatsappAndroidLine>(&["2.19.360", "2.24.24.76", "2.25.15.71", "2.26.17.4", "2.26.39.71"]);
        ascending::<WhatsappIosLine>(&["24.8.80", "26.38.74", "26.41.1"]);
    }

    #[test]
    fn store_and_internal_forms_are_the_same_version() {
        assert_eq!("26.38.74".parse::<WhatsappIos>(), "2.26.38.74".parse::<WhatsappIos>());
        assert_eq!("2019-07-00".parse::<PatchLevel>(), "20190700".parse::<PatchLevel>());
    }

    #[test]
    fn what_is_not_a_version_is_unknown() {
        for text in [
            "",
            " 14",
            "14 ",
            "+14",
            "-1",
            "14.",
            ".14",
            "a",
            "1.2.3.4.5",
            "99999999999",
            "\u{664}",
            "16.5.1 ()",
            "16.5.1 (cc)",
            "16.5.1(c)",
        ] {
            assert!(text.parse::<IosOs>().is_err(), "{text}");
        }
        for text in ["", "Varies with device", "2", "2.26", "3.26.1.1", "1.2.3.4.5"] {
            assert!(text.parse::<WhatsappAndroid>().is_err(), "{text}");
        }
        for text in
            ["", "2024-9-5", "2024-13-01", "2024-09-32", "1970-01-01", "2024-09-05-1", "September 2024", "2024\u{e9}9"]
        {
            assert!(text.parse::<PatchLevel>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_cycle_holds_the_versions_that_begin_like_it() {
        let version = |text: &str| text.parse::<HostOs>().unwrap();
        assert!(version("24.04.2").is_in_cycle(&version("24.04")));
        assert!(!version("24.10").is_in_cycle(&version("24.04")));
        assert!(version("12.9").is_in_cycle(&version("12")));
    }

    fn total_and_stable<L: Line>(texts: [&str; 3]) {
        for text in texts {
            if let Ok(version) = text.parse::<Version<L>>() {
                assert_eq!(version.to_string().parse::<Version<L>>().as_ref(), Ok(&version));
            }
        }
        if let [Ok(a), Ok(b), Ok(c)] = texts.map(str::parse::<Version<L>>) {
            assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            assert!(!(a <= b && b <= c) || a <= c);
        }
    }

    proptest! {
        #[test]
        fn the_order_is_total_and_printing_is_the_inverse_of_parsing(
            a in "[0-9]{1,4}([.-][0-9]{1,3}){0,4}( \\([a-c0-9]{1,3}\\))?|\\PC{0,12}",
            b in "2?[0-9]([.][0-9]{1,2}){2,3}", c in "2?[0-9]([.][0-9]{1,2}){2,3}",
        ) {
            let texts = [a.as_str(), b.as_str(), c.as_str()];
            total_and_stable::<AndroidOsLine>(texts);
            total_and_stable::<IosOsLine>(texts);
            total_and_stable::<HostOsLine>(texts);
            total_and_stable::<PatchLevelLine>(texts);
            total_and_stable::<WhatsappAndroidLine>(texts);
            total_and_stable::<WhatsappIosLine>(texts);
        }
    }
}
