//! What the catalogue knows, with age, confidence and how far the fleet has come.

use agent_core::judge::{
    Catalogue, Platform,
    catalogue::{Product, Release, ReleaseLine},
    policy::ReleaseRules,
    version::{Line, Version},
};
use jiff::{Timestamp, civil::Date};
use rusqlite::Connection;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    standing::Measure,
    tally::{Tally, Versions},
};
use crate::{
    judging::{Rules, rules::DEFAULT_GROUP},
    scope::Scope,
    store::StoreError,
};

/// One product on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseLineView {
    /// The product, `os`, `security-patch` or `whatsapp-business`.
    pub product: String,
    /// The platform or distribution.
    pub platform: String,
    /// The newest settled release; none when no source says, or only ones that are too old.
    pub effective_latest: Option<String>,
    /// The newest release of all.
    pub newest: Option<String>,
    /// When the newest claim was fetched.
    #[schema(value_type = Option<String>)]
    pub fetched_at: Option<Timestamp>,
    /// Whether every source of its releases is too old to say what is latest.
    pub stale: bool,
    /// Releases, newest first.
    pub releases: Vec<ReleaseView>,
    /// Floors, highest first.
    pub floors: Vec<FloorView>,
    /// How long major versions are supported, newest first.
    pub cycles: Vec<CycleView>,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseView {
    /// The version.
    pub version: String,
    /// When it was released or first seen.
    #[schema(value_type = String)]
    pub released: Date,
    /// Whether it is older than the hold-back window.
    pub settled: bool,
    /// The last day of support, when announced.
    #[schema(value_type = Option<String>)]
    pub supported_until: Option<Date>,
    /// The source, or several with commas between.
    pub source: String,
    /// How far it can be believed, `official`, `curated` or `observed`.
    pub confidence: String,
    /// How many devices run it; none where devices are not counted by this line.
    pub devices: Option<u64>,
}

/// One floor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FloorView {
    /// The first version without the vulnerability.
    pub version: String,
    /// The vulnerability.
    pub cve: String,
    /// Whether it is known to be exploited.
    pub exploited: bool,
    /// The source.
    pub source: String,
    /// How many devices are below it; none where devices are not counted by this line.
    pub devices_below: Option<u64>,
}

/// How long one major version is supported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CycleView {
    /// The version that all of its releases begin with.
    pub cycle: String,
    /// The last day of support; none while no end is announced.
    #[schema(value_type = Option<String>)]
    pub until: Option<Date>,
    /// The source.
    pub source: String,
}

/// The catalogue as the organisation sees it now, line by line.
pub fn releases(connection: &Connection, scope: Scope, now: Timestamp) -> Result<Vec<ReleaseLineView>, StoreError> {
    let rules = Rules::load(connection, scope)?;
    let tally = Tally::read(connection, scope, None)?;
    Ok(lines(&rules.catalogue, rules.policy(DEFAULT_GROUP).releases, &tally, now))
}

/// Every line that anything is known of.
pub(super) fn lines(catalogue: &Catalogue, rules: ReleaseRules, tally: &Tally, now: Timestamp) -> Vec<ReleaseLineView> {
    let Catalogue { android_os, ios_os, host_os, android_patch, whatsapp_android, whatsapp_ios, .. } = catalogue;
    let on = |platform: Platform| Some(platform);
    let app = View { product: Product::WhatsappBusiness, counted: Versions::Whatsapp, by_cycle: false, rules, now };
    let os = View { product: Product::Os, counted: Versions::Os, by_cycle: true, ..app };
    let patch = View { product: Product::SecurityPatch, counted: Versions::Patch, ..app };
    let mut lines = vec![
        app.line(whatsapp_android, "android", on(Platform::Android), tally),
        app.line(whatsapp_ios, "ios", on(Platform::Ios), tally),
        os.line(android_os, "android", on(Platform::Android), tally),
        patch.line(android_patch, "android", on(Platform::Android), tally),
        os.line(ios_os, "ios", on(Platform::Ios), tally),
    ];
    // Linux is counted as one platform, whatever the distribution: its lines cannot be told apart in the counts.
    lines.extend(host_os.iter().map(|(name, line)| os.line(line, name, Platform::from_word(name), tally)));
    lines.into_iter().flatten().collect()
}

#[derive(Clone, Copy)]
struct View {
    product: Product,
    counted: Versions,
    by_cycle: bool,
    rules: ReleaseRules,
    now: Timestamp,
}

impl View {
    fn line<L: Line>(
        &self,
        line: &ReleaseLine<Version<L>>,
        name: &str,
        platform: Option<Platform>,
        tally: &Tally,
    ) -> Option<ReleaseLineView> {
        if line.releases.is_empty() && line.floors.is_empty() && line.support.is_empty() {
            return None;
        }
        let (rules, now) = (self.rules, self.now);
        let measure = Measure { line, rules, now, by_cycle: self.by_cycle };
        let counted: Option<Vec<(Version<L>, u64)>> = platform.map(|platform| {
            let versions = tally.versions(self.counted, platform);
            versions.filter_map(|(text, n)| Some((text.parse().ok()?, n))).collect()
        });
        let devices = |fits: &dyn Fn(&Version<L>) -> bool| {
            let counted = counted.as_ref()?;
            Some(counted.iter().filter(|(version, _)| fits(version)).map(|(_, n)| n).sum())
        };
        let stale = measure.is_stale() && !line.releases.is_empty();
        let latest = line.effective_latest(rules.hold_back, now).filter(|_| !stale);
        let floors = line.floors.iter().map(|floor| FloorView {
            version: floor.version.to_string(),
            cve: floor.cve.clone(),
            exploited: floor.exploited,
            source: floor.provenance.source.clone(),
            devices_below: devices(&|version| Measure::is_below(version, floor)),
        });
        let cycles = line.support.iter().map(|support| CycleView {
            cycle: support.cycle.to_string(),
            until: support.until,
            source: support.provenance.source.clone(),
        });
        let releases = line.releases.chunk_by(|a, b| a.version == b.version).filter_map(|same| {
            let first = same.first()?;
            Some(ReleaseView {
                version: first.version.to_string(),
                released: first.released,
                settled: first.settled_at(rules.hold_back) <= now,
                supported_until: measure.cycle(&first.version).and_then(|cycle| cycle.until),
                source: sources(same),
                confidence: same.iter().map(|release| release.provenance.confidence).max()?.to_string(),
                devices: devices(&|version| *version == first.version),
            })
        });
        Some(ReleaseLineView {
            product: self.product.to_string(),
            platform: name.to_owned(),
            effective_latest: latest.map(|release| release.version.to_string()),
            newest: line.releases.first().map(|release| release.version.to_string()),
            fetched_at: line.fetched_at(),
            stale,
            releases: releases.collect(),
            floors: floors.collect(),
            cycles: cycles.collect(),
        })
    }
}

fn sources<V>(claims: &[Release<V>]) -> String {
    let mut names: Vec<&str> = claims.iter().map(|claim| claim.provenance.source.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}
