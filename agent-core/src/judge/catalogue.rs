//! What is known about releases: versions with dates, sources, age and confidence; floors; support.
//!
//! A line is one product on one platform, typed so that numbers of different lines cannot be compared.

pub mod document;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    check::Rule,
    facts::{DeviceFacts, Platform},
    period::Period,
    version::{AndroidOs, HostOs, IosOs, PatchLevel, WhatsappAndroid, WhatsappIos},
    words::words,
};

words! {
    /// What a line of releases is about.
    Product {
        /// The operating system.
        Os = "os",
        /// Android's security patch level.
        SecurityPatch = "security-patch",
        /// WhatsApp Business.
        WhatsappBusiness = "whatsapp-business",
    }
}

words! {
    /// How far a claim about a release can be believed, weakest first.
    Confidence {
        /// Somebody's page or a fleet's observation.
        Observed = "observed",
        /// A well-kept collection of facts.
        Curated = "curated",
        /// The vendor says so, by a machine-readable channel.
        Official = "official",
    }
}

/// Where a claim comes from and how old it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The source's name, such as `apple-lookup`, `endoflife.date` or `administrator`.
    pub source: String,
    /// When the claim was fetched or written down.
    pub fetched_at: Timestamp,
    /// How far it can be believed.
    pub confidence: Confidence,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release<V> {
    /// The version.
    pub version: V,
    /// When it was released, or first seen where no release date is known.
    pub released: Date,
    /// Who says so.
    pub provenance: Provenance,
}

/// The lowest version that is not affected by a known vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Floor<V> {
    /// The first version without it.
    pub version: V,
    /// The first version with it; none when all older ones have it.
    pub affected_from: Option<V>,
    /// The vulnerability's CVE id.
    pub cve: String,
    /// Whether it is known to be exploited.
    pub exploited: bool,
    /// Who says so.
    pub provenance: Provenance,
}

/// How long a major version is supported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support<V> {
    /// The cycle: every version that begins with these components belongs to it.
    pub cycle: V,
    /// The last day of support; none while it has no announced end.
    pub until: Option<Date>,
    /// Who says so.
    pub provenance: Provenance,
}

/// The newest version that a vendor made for one model of device, once it makes no newer ones for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastVersion<V> {
    /// The model as the device prints it, such as `Pixel 4a` or `iPhone10,3`.
    pub model: String,
    /// The last version for it.
    pub version: V,
    /// When that was released, where the source knows it: from then on the vendor made nothing newer for the model.
    pub released: Option<Date>,
    /// Who says so.
    pub provenance: Provenance,
}

/// All that is known of one product on one platform, newest release first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseLine<V> {
    /// Releases, newest version first.
    pub releases: Vec<Release<V>>,
    /// Floors, highest version first.
    pub floors: Vec<Floor<V>>,
    /// Support of major versions, newest first.
    pub support: Vec<Support<V>>,
    /// Models that get no newer version; only systems have them.
    pub last_versions: Vec<LastVersion<V>>,
}

impl<V> Default for ReleaseLine<V> {
    fn default() -> Self {
        Self { releases: Vec::new(), floors: Vec::new(), support: Vec::new(), last_versions: Vec::new() }
    }
}

/// A heuristic that is taken for wrong on one build of a system: there it only advises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// The rule.
    pub rule: Rule,
    /// The system.
    pub platform: Platform,
    /// Its version, as devices print it.
    pub os_version: String,
    /// Its patch level, as devices print it; none where the build has none.
    pub security_patch: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

impl Quarantine {
    /// Whether these facts are of a device on this build.
    pub fn covers(&self, facts: &DeviceFacts) -> bool {
        self.platform == facts.platform
            && facts.os_version.value() == Some(&self.os_version)
            && facts.security_patch.value() == self.security_patch.as_ref()
    }
}

/// What is known about releases, by line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    /// Grows with each change; 0 for no catalogue at all.
    pub revision: u64,
    /// When this revision was made; none for no catalogue at all.
    pub issued: Option<Timestamp>,
    /// Android.
    pub android_os: ReleaseLine<AndroidOs>,
    /// iOS and iPadOS.
    pub ios_os: ReleaseLine<IosOs>,
    /// Linux distributions, macOS and Windows, each by its name.
    pub host_os: std::collections::BTreeMap<String, ReleaseLine<HostOs>>,
    /// Android security patch levels.
    pub android_patch: ReleaseLine<PatchLevel>,
    /// WhatsApp Business on Android.
    pub whatsapp_android: ReleaseLine<WhatsappAndroid>,
    /// WhatsApp Business on iOS.
    pub whatsapp_ios: ReleaseLine<WhatsappIos>,
    /// Heuristics that only advise on some builds. A server writes them; a file of an administrator has none.
    pub quarantines: Vec<Quarantine>,
}

impl<V> Release<V> {
    /// The moment from which it is expected of everyone: its release day (UTC) and the hold-back window are over.
    pub fn settled_at(&self, hold_back: Period) -> Timestamp {
        hold_back.after(start_of(self.released))
    }
}

impl<V> ReleaseLine<V> {
    /// When the newest claim about releases was fetched; none when there is none.
    pub fn fetched_at(&self) -> Option<Timestamp> {
        self.releases.iter().map(|release| release.provenance.fetched_at).max()
    }

    /// The last version for this model; the highest where sources disagree, so that nobody is told too early that
    /// nothing can be done.
    pub fn last_version(&self, model: &str) -> Option<&LastVersion<V>>
    where
        V: Ord,
    {
        let of_model = self.last_versions.iter().filter(|last| last.model == model);
        of_model.max_by(|a, b| (&a.version, a.released).cmp(&(&b.version, b.released)))
    }

    /// The newest release that is older than the hold-back window.
    pub fn effective_latest(&self, hold_back: Period, now: Timestamp) -> Option<&Release<V>> {
        self.releases.iter().find(|release| release.settled_at(hold_back) <= now)
    }
}

/// The first moment of a day, UTC.
pub(super) fn start_of(day: Date) -> Timestamp {
    TimeZone::UTC.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible().unwrap_or(Timestamp::MAX)
}
