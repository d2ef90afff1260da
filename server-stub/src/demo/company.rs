//! The company of the demo: its groups, what it asks of them, and what it knows about releases.

use simulator::Group;

use crate::judging::rules::DEFAULT_GROUP;

/// The company's name.
pub(super) const NAME: &str = "Clínica Levante";
/// Who signs in.
pub(super) const OWNER: &str = "marta@clinica-levante.example";
/// The name that she is shown.
pub(super) const OWNER_NAME: &str = "Marta V.";
/// The group of computers: the machine that runs the demo.
pub(super) const WORKSTATIONS: &str = "workstations";
/// What it knows about releases.
pub(super) const CATALOGUE: &str = include_str!("catalogue.yaml");
/// The file's name, for faults and as the catalogue's source.
pub(super) const CATALOGUE_FILE: &str = "catalogue.yaml";
/// How many days before the end the floor of WhatsApp Business comes into force.
pub(super) const FLOOR_CAME: u32 = 50;

const PHONES: &str = include_str!("policy.yaml");
const COMPUTERS: &str = include_str!("workstations.yaml");

/// The groups of phones, with their parts of the fleet.
const GROUPS: [(&str, u32); 4] = [("clinic", 48), ("sales-es", 29), ("reception", 19), ("direction", 4)];

/// The group in which an unknown version counts: its iPhones wait for device management.
const DEMANDING: &str = "direction";

/// The groups of phones.
pub(super) fn groups() -> Vec<Group> {
    GROUPS.iter().map(|(name, share)| Group { name: (*name).to_owned(), share: *share }).collect()
}

/// A policy as it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rules {
    /// The group.
    pub(super) group: &'static str,
    /// The policy's text.
    pub(super) text: String,
    /// Why it was applied.
    pub(super) note: &'static str,
}

/// What the company asks from the first day. A group without a policy of its own has the default group's.
pub(super) fn first_rules() -> Vec<Rules> {
    let note = "First rules";
    let phones = phones(6).replace("floor: enforce", "floor: false");
    vec![
        Rules { group: WORKSTATIONS, text: COMPUTERS.to_owned(), note },
        Rules { group: DEMANDING, text: demanding(4), note },
        Rules { group: DEFAULT_GROUP, text: phones, note },
    ]
}

/// What it asks since the floor came.
pub(super) fn rules_with_floor() -> Vec<Rules> {
    vec![Rules { group: DEFAULT_GROUP, text: phones(7), note: "WhatsApp floor 2.26.17.4" }]
}

fn phones(revision: u64) -> String {
    revised(PHONES, revision)
}

fn demanding(revision: u64) -> String {
    phones(revision).replace("ios: { unknown: tolerate }", "ios: { unknown: count }")
}

/// The text with this revision in place of the one that is written in it.
fn revised(text: &str, revision: u64) -> String {
    let lines = text.lines().map(|line| match line.split_once("revision: ") {
        Some((before, _)) if line.starts_with("metadata") => format!("{before}revision: {revision} }}\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use agent_core::judge::{
        Catalogue, Check, DeviceState, Platform, Policy, Rule, Standing, catalogue::document::CatalogueDocument,
        evaluate, policy::document::PolicyDocument, silence,
    };
    use jiff::Timestamp;
    use simulator::{Outline, Plan};

    use super::*;

    fn catalogue() -> Catalogue {
        CatalogueDocument::from_text(CATALOGUE_FILE, CATALOGUE).unwrap().catalogue
    }

    fn read(rules: &[Rules]) -> BTreeMap<&'static str, Policy> {
        let read = |rules: &Rules| PolicyDocument::from_text(rules.group, &rules.text).unwrap().policy;
        rules.iter().map(|rules| (rules.group, read(rules))).collect()
    }

    #[test]
    fn policies_and_catalogue_read_strictly() {
        let (first, later) = (read(&first_rules()), read(&rules_with_floor()));
        let revisions: Vec<u64> = first_rules()
            .iter()
            .chain(&rules_with_floor())
            .map(|rules| PolicyDocument::from_text("", &rules.text).unwrap().policy.revision)
            .collect();
        // A new organisation is at 1, and revisions are the organisation's: each must be higher than the last.
        assert!(revisions[0] > 1 && revisions.is_sorted_by(|a, b| a < b), "{revisions:?}");
        let has_floor = |policy: &Policy| {
            let check = policy.check(Platform::Android, Check::WhatsappBusiness).unwrap();
            check.rules.iter().any(|rule| rule.rule == Rule::BusinessFloor)
        };
        assert!(!has_floor(&first[DEFAULT_GROUP]) && has_floor(&later[DEFAULT_GROUP]) && has_floor(&first[DEMANDING]));
        assert_ne!(demanding(4), phones(4));
        let rules_version = format!("version: {}", simulator::RULES_VERSION);
        assert!(PHONES.contains(&rules_version));

        let catalogue = catalogue();
        assert_eq!(catalogue.whatsapp_android.floors[0].version.to_string(), "2.26.17.4");
        assert!(catalogue.ios_os.releases.len() > 10 && catalogue.host_os.contains_key("debian"));
    }

    #[test]
    fn every_line_of_the_catalogue_names_its_source_and_age() {
        let json = CatalogueDocument::from_text(CATALOGUE_FILE, CATALOGUE).unwrap().json;
        for line in json["lines"].as_array().unwrap() {
            assert!(line["source"].as_str().is_some_and(|source| !source.is_empty()), "{line}");
            assert!(line["fetchedAt"].as_str().is_some_and(|at| at.parse::<Timestamp>().is_ok()), "{line}");
        }
    }

    /// What the fleet comes to when it is only judged: a quick look at the demo without a server.
    fn outcome(devices: u32, now: Timestamp) -> BTreeMap<&'static str, usize> {
        let (first, later, catalogue) = (read(&first_rules()), read(&rules_with_floor()), catalogue());
        let policy = |group: &str, later_too: bool| {
            let newer = later.get(group).or(later.get(DEFAULT_GROUP)).filter(|_| later_too && group != DEMANDING);
            newer.or(first.get(group)).unwrap_or(&first[DEFAULT_GROUP])
        };
        let hours = first[DEFAULT_GROUP].quiet_hours.clone();
        let plan = Plan::new(&Outline { seed: 7, devices, days: 90, now, hours, groups: groups() });
        let floor_came = now - jiff::SignedDuration::from_hours(24 * i64::from(FLOOR_CAME));
        let mut lives: Vec<(Standing, Option<Timestamp>)> = vec![Default::default(); plan.phones.len()];
        let mut tally: BTreeMap<&'static str, usize> = BTreeMap::new();
        for visit in &plan.visits {
            for place in &visit.phones {
                let (phone, (standing, heard)) = (&plan.phones[*place], &mut lives[*place]);
                standing.enrolled_at.get_or_insert(visit.at);
                let policy = policy(&phone.group, visit.at >= floor_came);
                let posture = evaluate(&phone.facts(visit.day), policy, &catalogue, standing, visit.at);
                *standing = standing.after(&posture);
                *heard = Some(visit.at);
            }
        }
        for (phone, (standing, heard)) in plan.phones.iter().zip(&lives) {
            let Some(heard) = heard else { continue };
            let policy = policy(&phone.group, true);
            let day = policy.quiet_hours.zone.to_datetime(*heard).date();
            let posture = evaluate(&phone.facts(day), policy, &catalogue, standing, now);
            let state = silence::judge(posture.state, *heard, &[], policy, now).state;
            *tally.entry(state.as_str()).or_default() += 1;
            if std::env::var_os("ATALAYA_SHOW").is_some() && state != DeviceState::Compliant {
                let loud = posture.checks.iter().find(|check| check.counted && check.verdict.as_str() != "pass");
                println!("{state} {} {} {:?}", phone.group, phone.model(), loud.map(|check| &check.reason));
            }
        }
        tally
    }

    #[test]
    fn the_fleet_shows_every_state_and_is_mostly_well() {
        let now: Timestamp = "2026-11-24T09:42:00+01:00".parse().unwrap();
        let tally = outcome(460, now);
        let of = |state: DeviceState| tally.get(state.as_str()).copied().unwrap_or_default();
        assert_eq!(tally.values().sum::<usize>(), 460, "{tally:?}");
        assert!((395..=425).contains(&of(DeviceState::Compliant)), "{tally:?}");
        assert!((12..=30).contains(&of(DeviceState::InGrace)), "{tally:?}");
        assert!((10..=24).contains(&of(DeviceState::NotCompliant)), "{tally:?}");
        assert!((3..=10).contains(&of(DeviceState::Unknown)), "{tally:?}");
        assert!((4..=12).contains(&of(DeviceState::Stale)), "{tally:?}");
    }
}
