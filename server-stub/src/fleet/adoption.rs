//! Which versions the fleet runs, and how each stands against the catalogue.

use agent_core::judge::{
    Catalogue, Platform,
    catalogue::ReleaseLine,
    policy::ReleaseRules,
    version::{HostOs, Line, Version},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    standing::{Measure, VersionStanding},
    tally::{Tally, Versions},
};

/// How many devices run a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Adoption {
    /// The platform.
    #[schema(value_type = String)]
    pub platform: Platform,
    /// The version as people write it; empty where it could not be read.
    pub version: String,
    /// How many devices.
    pub devices: u64,
    /// How it stands against the catalogue.
    pub standing: VersionStanding,
}

/// Operating systems, by platform, newest first.
pub(super) fn systems(tally: &Tally, catalogue: &Catalogue, rules: ReleaseRules, now: Timestamp) -> Vec<Adoption> {
    let nothing = ReleaseLine::<HostOs>::default();
    let host = |name: &str| catalogue.host_os.get(name).unwrap_or(&nothing);
    let by_cycle = true;
    let mut all = Vec::new();
    for platform in Platform::ALL {
        let counted = tally.versions(Versions::Os, *platform);
        match platform {
            Platform::Android => {
                let measure = Measure { line: &catalogue.android_os, rules, now, by_cycle };
                all.extend(adoption(*platform, counted, &measure));
            }
            Platform::Ios => {
                let measure = Measure { line: &catalogue.ios_os, rules, now, by_cycle };
                all.extend(adoption(*platform, counted, &measure));
            }
            // Linux is counted whatever the distribution: there is nothing to compare with.
            Platform::Linux | Platform::Macos | Platform::Windows => {
                let measure = Measure { line: host(platform.as_str()), rules, now, by_cycle };
                all.extend(adoption(*platform, counted, &measure));
            }
        }
    }
    all
}

/// WhatsApp Business, by platform, newest first.
pub(super) fn whatsapp(tally: &Tally, catalogue: &Catalogue, rules: ReleaseRules, now: Timestamp) -> Vec<Adoption> {
    let by_cycle = false;
    let android = Measure { line: &catalogue.whatsapp_android, rules, now, by_cycle };
    let ios = Measure { line: &catalogue.whatsapp_ios, rules, now, by_cycle };
    let mut all = adoption(Platform::Android, tally.versions(Versions::Whatsapp, Platform::Android), &android);
    all.extend(adoption(Platform::Ios, tally.versions(Versions::Whatsapp, Platform::Ios), &ios));
    all
}

/// What is no version of the line stands last, and is compared with nothing.
fn adoption<'a, L: Line>(
    platform: Platform,
    counted: impl Iterator<Item = (&'a str, u64)>,
    measure: &Measure<'_, L>,
) -> Vec<Adoption> {
    let mut rows: Vec<(Option<Version<L>>, &str, u64)> =
        counted.map(|(text, devices)| (text.parse().ok(), text, devices)).collect();
    rows.sort_by(|a, b| (&b.0, a.1).cmp(&(&a.0, b.1)));
    rows.into_iter()
        .map(|(version, text, devices)| Adoption {
            platform,
            version: text.to_owned(),
            devices,
            standing: version.map_or(VersionStanding::Unknown, |version| measure.of(&version)),
        })
        .collect()
}
