//! What one source says about one release, unjudged. Versions stay text: a claim that cannot be read is still shown.

use std::fmt;

use agent_core::judge::{
    catalogue::{Confidence, Product, document::Family},
    version::{
        AndroidOsLine, HostOsLine, IosOsLine, Line as VersionLine, PatchLevelLine, WhatsappAndroidLine, WhatsappIosLine,
    },
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// One product on one platform. Claims about different lines never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Line {
    /// The product.
    pub product: Product,
    /// The platform or distribution.
    pub platform: Family,
}

impl Line {
    /// Android.
    pub const ANDROID: Self = Self::of(Product::Os, Family::Android);
    /// iOS and iPadOS.
    pub const IOS: Self = Self::of(Product::Os, Family::Ios);
    /// Android's security patch level.
    pub const PATCH: Self = Self::of(Product::SecurityPatch, Family::Android);
    /// WhatsApp Business on Android.
    pub const BUSINESS_ANDROID: Self = Self::of(Product::WhatsappBusiness, Family::Android);
    /// WhatsApp Business on iOS.
    pub const BUSINESS_IOS: Self = Self::of(Product::WhatsappBusiness, Family::Ios);

    /// This product on this platform.
    pub const fn of(product: Product, platform: Family) -> Self {
        Self { product, platform }
    }

    /// The comparable form of a version of this line; none for what is not one.
    pub fn order(self, version: &str) -> Option<semver::Version> {
        match (self.product, self.platform) {
            (Product::Os, Family::Android) => AndroidOsLine::normalise(version),
            (Product::Os, Family::Ios) => IosOsLine::normalise(version),
            (Product::Os, _) => HostOsLine::normalise(version),
            (Product::SecurityPatch, Family::Android) => PatchLevelLine::normalise(version),
            (Product::WhatsappBusiness, Family::Android) => WhatsappAndroidLine::normalise(version),
            (Product::WhatsappBusiness, Family::Ios) => WhatsappIosLine::normalise(version),
            _ => None,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.product, self.platform)
    }
}

/// What one source says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Claim {
    /// There is such a release.
    Release {
        /// Of what.
        line: Line,
        /// The version.
        version: String,
        /// The day of its release, where the source knows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        released: Option<Date>,
        /// Its builds, where the source names them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        builds: Vec<String>,
        /// The models it is for; empty where the source does not say.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        models: Vec<String>,
    },
    /// Devices run it: the own fleet's or an inventory's word. Whether it was released to everyone is not known.
    Seen {
        /// Of what.
        line: Line,
        /// The version.
        version: String,
        /// On how many devices, with an accepted signer and from the store where that can be read.
        devices: u64,
        /// The first day on which enough devices had it; none before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settled: Option<Date>,
    },
    /// Older versions have a known vulnerability.
    Floor {
        /// Of what.
        line: Line,
        /// The first version without it.
        version: String,
        /// The first version with it; none when all older ones have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        affected_from: Option<String>,
        /// The vulnerability.
        cve: String,
        /// Whether the source says that it is exploited.
        exploited: bool,
    },
    /// Until when a major version is supported.
    Support {
        /// Of what.
        line: Line,
        /// The version that all of its releases begin with.
        cycle: String,
        /// The last day; none while no end is announced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    /// A vulnerability's record speaks of a product that is judged; what it says of it is the record's own to tell.
    Named {
        /// The vulnerability.
        cve: String,
    },
    /// A vulnerability is exploited, whatever it is of.
    Exploited {
        /// The vulnerability.
        cve: String,
        /// The vendor and product as the source names them.
        product: String,
    },
}

impl Claim {
    /// The line it is about; none for what is about a vulnerability alone.
    pub const fn line(&self) -> Option<Line> {
        match self {
            Self::Release { line, .. }
            | Self::Seen { line, .. }
            | Self::Floor { line, .. }
            | Self::Support { line, .. } => Some(*line),
            Self::Named { .. } | Self::Exploited { .. } => None,
        }
    }

    /// Its kind as it is stored and shown.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Release { .. } => "release",
            Self::Seen { .. } => "seen",
            Self::Floor { .. } => "floor",
            Self::Support { .. } => "support",
            Self::Named { .. } => "named",
            Self::Exploited { .. } => "exploited",
        }
    }

    /// What it is about within its line: one source says one thing of it.
    pub fn subject(&self) -> String {
        match self {
            Self::Release { version, .. } | Self::Seen { version, .. } => version.clone(),
            Self::Floor { cve, version, .. } => format!("{cve} {version}"),
            Self::Support { cycle, .. } => cycle.clone(),
            Self::Named { cve } | Self::Exploited { cve, .. } => cve.clone(),
        }
    }
}

/// A release without more than its day.
pub(super) fn release(line: Line, version: &str, released: Option<Date>) -> Claim {
    Claim::Release { line, version: short(version), released, builds: Vec::new(), models: Vec::new() }
}

/// A version or name as it is kept: nothing readable is longer, and a screen shows it as it is.
pub(super) fn short(version: &str) -> String {
    plain(version, 41)
}

/// The first signs of a text from outside, without any that a screen could take for an order.
pub(super) fn plain(text: &str, longest: usize) -> String {
    text.chars().filter(|sign| sign.is_ascii_graphic() || *sign == ' ').take(longest).collect()
}

/// How a confidence is ranked, the best first.
pub(super) const fn rank(confidence: Confidence) -> u8 {
    match confidence {
        Confidence::Official => 0,
        Confidence::Curated => 1,
        Confidence::Observed => 2,
    }
}

/// The first moment of a day, UTC.
pub(super) fn start_of(day: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible().ok()
}
