//! `spec.quarantine`: when a heuristic that suddenly fails on one build of a system is taken for wrong there, and only
//! advises until it does no more. Off unless the policy names it. Servers find such builds; phones follow the catalogue.

use super::{
    super::{
        document::{Entry, Node, Reader, find, join},
        period::Period,
    },
    fields::period,
};

const PATH: &str = "spec.quarantine";
pub(super) const KEYS: &[&str] = &["minDevices", "failRate", "factor", "newFor"];

/// When a heuristic is taken for wrong on one build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantineRules {
    /// How many devices must run the build, and how many others there must be to compare with. Default 5.
    pub min_devices: u32,
    /// In how many of a hundred of its devices the heuristic must fail at least. Default 20.
    pub fail_rate: u32,
    /// How many times as often as on the other builds. Default 5.
    pub factor: u32,
    /// For how long a build counts as new after it was first seen; older ones are never taken for new. Default 30 days.
    pub new_for: Period,
}

impl Default for QuarantineRules {
    fn default() -> Self {
        Self { min_devices: 5, fail_rate: 20, factor: 5, new_for: Period::from_days(30) }
    }
}

/// `spec.quarantine`. An older reader that cannot read a newer form of it has none: heuristics weigh as they are written.
pub(super) fn quarantine(reader: &mut Reader, node: Option<&Node>, strict: bool) -> Option<QuarantineRules> {
    let node = node?;
    reader.whole(strict, |reader| reader.map(node, PATH).map(|entries| rules(reader, entries, strict)))
}

fn rules(reader: &mut Reader, entries: &[Entry], strict: bool) -> QuarantineRules {
    let mut rules = QuarantineRules::default();
    if strict {
        reader.only(entries, PATH, KEYS);
    }
    let mut number = |key: &str, bounds: std::ops::RangeInclusive<u32>, into: &mut u32| {
        let Some(node) = find(entries, key) else { return };
        let wanted = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        match reader.parsed::<u32>(node, &join(PATH, key), &wanted) {
            Some(given) if bounds.contains(&given) => *into = given,
            Some(_) => reader.fault(node.place, &join(PATH, key), format_args!("write {wanted}")),
            None => {}
        }
    };
    // One device alone says nothing about its build.
    number("minDevices", 2..=100_000, &mut rules.min_devices);
    number("failRate", 1..=100, &mut rules.fail_rate);
    number("factor", 2..=1_000, &mut rules.factor);
    if let Some(length) = period(reader, entries, PATH, "newFor") {
        rules.new_for = length;
    }
    rules
}
