//! iOS versions as two sources list them: one version comes once for each build, posting and kind of device.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::claim::{Claim, Line, short};

/// What is said of each version, gathered.
#[derive(Default)]
pub(super) struct Versions(BTreeMap<String, Version>);

#[derive(Default)]
struct Version {
    released: Option<Date>,
    builds: Vec<String>,
    models: Vec<String>,
}

impl Versions {
    /// One entry; of several days of a version the first counts.
    pub(super) fn add(&mut self, version: &str, day: Option<Date>, build: &str, models: impl Iterator<Item = String>) {
        let known = self.0.entry(short(version)).or_default();
        known.released = [known.released, day].into_iter().flatten().min();
        known.builds.extend(Some(short(build)).filter(|build| !build.is_empty()));
        known.models.extend(models.map(|model| short(&model)));
    }

    /// A claim for each.
    pub(super) fn claims(self) -> Vec<Claim> {
        let claim = |(version, Version { released, builds, models })| Claim::Release {
            line: Line::IOS,
            version,
            released,
            builds: each_once(builds),
            models: each_once(models),
        };
        self.0.into_iter().map(claim).collect()
    }
}

fn each_once(mut all: Vec<String>) -> Vec<String> {
    all.sort_unstable();
    all.dedup();
    all
}
