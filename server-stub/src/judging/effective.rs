//! The facts that a device is judged by: its report, joined by what its person said, what its hardware signed and what
//! device management says, each with its own age.
//!
//! What hardware signed of the system was fixed when the key was made. It speaks while it is fresh and the system has not
//! moved on; then only with the grade of the system's own word.

mod managed;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, cmp::Ordering};

use agent_core::judge::{
    DeviceFacts, Evidence, Platform, Reading, UnknownReason,
    policy::EvidenceRules,
    version::{AndroidOs, HostOs, IosOs, PatchLevel},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::said::Said;
use crate::{evidence::Attested, mdm::Managed};

/// What speaks for a device beside its own reports.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Proofs {
    /// The newest evidence for its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attested: Option<Attested>,
    /// What device management says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) managed: Option<Managed>,
    /// When the report came whose facts were judged beside device management's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reported_at: Option<Timestamp>,
}

/// What a device is judged by at one moment.
pub(crate) struct Effective<'f> {
    pub(crate) facts: Cow<'f, DeviceFacts>,
    /// The next moment at which it is something else by age alone.
    pub(crate) changes_at: Option<Timestamp>,
    /// Facts of which two sources say different things.
    pub(crate) disagreements: Vec<Disagreement>,
}

/// Two sources say different things of one fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Disagreement {
    /// The fact, as the report names it.
    pub(crate) fact: &'static str,
    /// What the device's report says.
    pub(crate) report: String,
    /// Who says otherwise: `attestation`, or a source of device management.
    pub(crate) source: String,
    /// What that says.
    pub(crate) other: String,
}

/// Joins everything that is known.
pub(crate) fn join<'f>(
    facts: &'f DeviceFacts,
    said: &Said,
    proofs: &Proofs,
    rules: &EvidenceRules,
    at: Timestamp,
) -> Effective<'f> {
    let mut effective =
        Effective { facts: said.join(facts), changes_at: changes_at(proofs, rules, at), disagreements: Vec::new() };
    if let Some(attested) = &proofs.attested {
        join_attested(&mut effective, attested, at < ages_at(attested, rules));
    }
    if let Some(managed) = &proofs.managed {
        managed::join(&mut effective, managed, proofs.reported_at, |told| at < rules.inventory_max_age.after(told));
    }
    effective
}

/// The next moment at which evidence loses its grade.
pub(crate) fn changes_at(proofs: &Proofs, rules: &EvidenceRules, at: Timestamp) -> Option<Timestamp> {
    let attested = proofs.attested.as_ref().map(|attested| ages_at(attested, rules));
    let managed = proofs.managed.iter().flat_map(managed::moments).map(|told| rules.inventory_max_age.after(told));
    attested.into_iter().chain(managed).filter(|moment| at < *moment).min()
}

/// When what was attested loses its grade. It is of the moment of its challenge.
pub(crate) fn ages_at(attested: &Attested, rules: &EvidenceRules) -> Timestamp {
    rules.max_age.after(attested.challenged_at.unwrap_or(attested.received_at))
}

fn join_attested(effective: &mut Effective<'_>, attested: &Attested, is_fresh: bool) {
    let grade = if is_fresh { Evidence::HardwareAttested } else { Evidence::OsReported };
    let values = &attested.values;
    if values.boot_state.is_none()
        && values.app_genuine.is_none()
        && values.os_version.is_none()
        && values.security_patch.is_none()
    {
        return;
    }
    let platform = effective.facts.platform;
    let joined = effective.facts.to_mut();
    if let Some(state) = values.boot_state {
        joined.boot_state = Reading::known(state, grade);
    }
    if let Some(genuine) = values.app_genuine {
        joined.own_app_genuine = Reading::known(genuine, grade);
    }
    let mut version = |fact: &'static str,
                       told: &mut Reading<String>,
                       attested: Option<&String>,
                       compare: &dyn Fn(&str, &str) -> Option<Ordering>| {
        let Some(attested) = attested else { return };
        match told {
            // The hardware does not answer what was not asked.
            Reading::Unknown { unknown: UnknownReason::NotCollected } => {}
            Reading::Unknown { .. } => *told = Reading::known(attested.clone(), grade),
            Reading::Known { value, evidence } => match compare(value, attested) {
                Some(Ordering::Equal) => *evidence = (*evidence).max(grade),
                // The system went back behind what its key was made under: the worse counts, and is shown.
                Some(Ordering::Less) => effective.disagreements.push(Disagreement {
                    fact,
                    report: value.clone(),
                    source: "attestation".to_owned(),
                    other: attested.clone(),
                }),
                // It was updated since.
                Some(Ordering::Greater) | None => {}
            },
        }
    };
    let by_os = |told: &str, attested: &str| compare_os(platform, told, attested);
    version("osVersion", &mut joined.os_version, values.os_version.as_ref(), &by_os);
    version("securityPatch", &mut joined.security_patch, values.security_patch.as_ref(), &compare_patch);
}

/// How two versions of a platform's system compare; none where one cannot be read.
pub(crate) fn compare_os(platform: Platform, a: &str, b: &str) -> Option<Ordering> {
    fn of<T: std::str::FromStr + Ord>(a: &str, b: &str) -> Option<Ordering> {
        Some(a.parse::<T>().ok()?.cmp(&b.parse::<T>().ok()?))
    }
    match platform {
        Platform::Android => of::<AndroidOs>(a, b),
        Platform::Ios => of::<IosOs>(a, b),
        Platform::Linux | Platform::Macos | Platform::Windows => of::<HostOs>(a, b),
    }
}

/// How two patch levels compare, by the month where one names no day.
pub(crate) fn compare_patch(a: &str, b: &str) -> Option<Ordering> {
    const MONTH: usize = "2026-10".len();
    let whole = |text: &str| if text.len() == MONTH { format!("{text}-00") } else { text.to_owned() };
    if a.len() == MONTH || b.len() == MONTH {
        let month = |text: &str| whole(text.get(..MONTH)?).parse::<PatchLevel>().ok();
        return Some(month(a)?.cmp(&month(b)?));
    }
    Some(a.parse::<PatchLevel>().ok()?.cmp(&b.parse::<PatchLevel>().ok()?))
}
