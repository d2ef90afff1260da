//! The written policy, `apiVersion: posture/v1`.
//!
//! An administrator's file is read strictly: every unknown key, wrong type and impossible value is refused with
//! its place and the nearest valid word. A served policy is read leniently by an older agent: a check or rule it
//! does not know becomes [`Unsupported`], and its check unknown; it is never dropped.

use jiff::{civil::Time, tz::TimeZone};

use super::{
    super::{
        check::{Check, Severity, UnknownTreatment, Unsupported},
        document::{Entry, Faults, Node, Reader, find, join},
        facts::{Evidence, Platform},
        period::Period,
        quiet_hours::{QuietHours, Window},
    },
    CheckPolicy, Exception, Policy, ReleaseRules, StaleRules,
    conditions::{self, COMMON},
    evidence, paper, quarantine,
};

/// A policy that was read, with the document it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyDocument {
    /// What `evaluate` looks at.
    pub policy: Policy,
    /// The document as JSON, to be served and compared; nothing of it is lost.
    pub json: serde_json::Value,
}

/// The words of an enum with their values, as [`Reader::word`] takes them.
macro_rules! choices {
    ($name:ident) => {
        &$name::ALL.iter().map(|value| (value.as_str(), *value)).collect::<Vec<_>>()
    };
}
pub(super) use choices;

impl PolicyDocument {
    /// Reads what an administrator wrote, strictly. `file` is only named in faults.
    #[cfg(feature = "yaml")]
    pub fn from_text(file: &str, text: &str) -> Result<Self, Faults> {
        read(file, &super::super::document::parse(file, text)?, true)
    }

    /// Reads what a server serves, leniently.
    pub fn from_json(value: &serde_json::Value) -> Result<Self, Faults> {
        read("policy", &Node::from_json(value), false)
    }

    /// The document for one device: of the exceptions only its own and everybody's.
    pub fn for_device(&self, device: &str) -> serde_json::Value {
        let mut json = self.json.clone();
        if let Some(exceptions) = json.pointer_mut("/spec/exceptions").and_then(|list| list.as_array_mut()) {
            exceptions.retain(|one| one.get("device").is_none_or(|named| named.as_str() == Some(device)));
        }
        json
    }
}

const SPEC: &[&str] =
    &["stale", "enrolmentGrace", "quietHours", "releases", "notice", "evidence", "quarantine", "checks", "exceptions"];

fn read(file: &str, root: &Node, strict: bool) -> Result<PolicyDocument, Faults> {
    let mut reader = Reader::default();
    let policy = policy(&mut reader, root, strict);
    let policy = reader.finish(file, policy)?;
    Ok(PolicyDocument { policy, json: root.to_json() })
}

fn policy(reader: &mut Reader, root: &Node, strict: bool) -> Option<Policy> {
    let top = reader.map(root, "")?;
    if strict {
        reader.only(top, "", &["apiVersion", "kind", "metadata", "spec"]);
    }
    if let Some(version) = required(reader, root, top, "", "apiVersion") {
        reader.word(version, "apiVersion", &[("posture/v1", ())]);
    }
    if let Some(kind) = required(reader, root, top, "", "kind") {
        reader.word(kind, "kind", &[("Policy", ())]);
    }
    let written = required(reader, root, top, "", "metadata");
    let (name, revision) = metadata(reader, written, strict);
    let spec_node = required(reader, root, top, "", "spec")?;
    let spec = reader.map(spec_node, "spec")?;
    if strict {
        reader.only(spec, "spec", SPEC);
    }
    let stale = stale(reader, find(spec, "stale"), strict);
    let releases = releases(reader, find(spec, "releases"), strict);
    let enrolment_grace = period(reader, spec, "spec", "enrolmentGrace").unwrap_or(Period::from_hours(24));
    let quiet_hours = quiet_hours(reader, find(spec, "quietHours"), strict);
    let notice = paper::notice(reader, find(spec, "notice"), strict);
    let evidence = evidence::evidence(reader, find(spec, "evidence"), strict);
    let quarantine = quarantine::quarantine(reader, find(spec, "quarantine"), strict);
    let mut checks = std::collections::BTreeMap::new();
    let mut unsupported = Vec::new();
    if let Some(node) = required(reader, spec_node, spec, "spec", "checks") {
        let entries = reader.map(node, "spec.checks").unwrap_or_default();
        if strict && entries.is_empty() {
            reader.fault(node.place, "spec.checks", "name at least one check");
        }
        let names: Vec<&str> = Check::ALL.iter().map(|check| check.as_str()).collect();
        for entry in entries {
            match Check::from_word(&entry.key) {
                Some(check) => {
                    for (platform, policy) in one_check(reader, check, entry, strict, &mut unsupported) {
                        checks.insert((platform, check), policy);
                    }
                }
                None if strict => reader.unknown(entry, "spec.checks", &names),
                None => unsupported.push(Unsupported { check: None, path: join("spec.checks", &entry.key) }),
            }
        }
    }
    let exceptions = exceptions(reader, find(spec, "exceptions"), strict, &mut unsupported);
    Some(Policy {
        name,
        revision,
        stale,
        enrolment_grace,
        releases,
        quiet_hours,
        notice,
        evidence,
        quarantine,
        checks,
        exceptions,
        unsupported,
    })
}

fn required<'n>(reader: &mut Reader, node: &Node, entries: &'n [Entry], path: &str, key: &str) -> Option<&'n Node> {
    let found = find(entries, key);
    if found.is_none() {
        reader.fault(node.place, path, format!("`{key}` is missing"));
    }
    found
}

fn metadata(reader: &mut Reader, node: Option<&Node>, strict: bool) -> (String, u64) {
    let Some(node) = node else { return Default::default() };
    let Some(entries) = reader.map(node, "metadata") else { return Default::default() };
    if strict {
        reader.only(entries, "metadata", &["name", "revision"]);
    }
    let name = required(reader, node, entries, "metadata", "name")
        .and_then(|name| Some((reader.text(name, "metadata.name")?.to_owned(), name.place)));
    let name = name.map_or_else(String::new, |(name, place)| {
        let slug = (1..=60).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !slug {
            reader.fault(place, "metadata.name", "write 1 to 60 lower-case letters, digits and hyphens");
        }
        name
    });
    let revision = required(reader, node, entries, "metadata", "revision").and_then(|revision| {
        let number: u64 = reader.parsed(revision, "metadata.revision", "a whole number from 1")?;
        if number == 0 || number > 1 << 53 {
            reader.fault(revision.place, "metadata.revision", "write a whole number from 1");
        }
        Some(number)
    });
    (name, revision.unwrap_or_default())
}

/// A length of time under this key.
pub(super) fn period(reader: &mut Reader, entries: &[Entry], path: &str, key: &str) -> Option<Period> {
    let node = find(entries, key)?;
    reader.parsed(node, &join(path, key), "a length of time; write 90s, 30m, 24h, 7d or 2w (at most 520w)")
}

fn stale(reader: &mut Reader, node: Option<&Node>, strict: bool) -> StaleRules {
    let mut rules = StaleRules { after: Period::from_days(3), not_compliant_after: None };
    let Some(entries) = node.and_then(|node| reader.map(node, "spec.stale")) else { return rules };
    if strict {
        reader.only(entries, "spec.stale", &["after", "notCompliantAfter"]);
    }
    if let Some(after) = period(reader, entries, "spec.stale", "after") {
        rules.after = after;
    }
    rules.not_compliant_after = period(reader, entries, "spec.stale", "notCompliantAfter");
    if let Some(node) = find(entries, "notCompliantAfter")
        && rules.not_compliant_after.is_some_and(|later| later < rules.after)
    {
        let what = format!("this is shorter than `after`, {}; a device is stale first", rules.after);
        reader.fault(node.place, "spec.stale.notCompliantAfter", what);
    }
    rules
}

fn releases(reader: &mut Reader, node: Option<&Node>, strict: bool) -> ReleaseRules {
    let mut rules = ReleaseRules { hold_back: Period::from_days(7), max_source_age: Period::from_days(7) };
    let Some(entries) = node.and_then(|node| reader.map(node, "spec.releases")) else { return rules };
    if strict {
        reader.only(entries, "spec.releases", &["holdBack", "maxSourceAge"]);
    }
    if let Some(hold_back) = period(reader, entries, "spec.releases", "holdBack") {
        rules.hold_back = hold_back;
    }
    if let Some(age) = period(reader, entries, "spec.releases", "maxSourceAge") {
        rules.max_source_age = age;
    }
    rules
}

fn quiet_hours(reader: &mut Reader, node: Option<&Node>, strict: bool) -> QuietHours {
    const PATH: &str = "spec.quietHours";
    let mut hours = QuietHours::none();
    let Some((node, entries)) = node.and_then(|node| Some((node, reader.map(node, PATH)?))) else { return hours };
    if strict {
        reader.only(entries, PATH, &["timezone", "windows", "holidays"]);
    }
    if let Some(zone) = required(reader, node, entries, PATH, "timezone")
        && let Some(name) = reader.text(zone, "spec.quietHours.timezone")
    {
        if let Ok(found) = TimeZone::get(name) {
            hours.zone = found;
        } else {
            let what = "this time zone is not known; write a name such as Europe/Madrid";
            reader.fault(zone.place, "spec.quietHours.timezone", what);
        }
    }
    for item in find(entries, "windows").map_or(&[][..], |node| reader.list(node, "spec.quietHours.windows")) {
        let Some(text) = reader.text(item, "spec.quietHours.windows") else { continue };
        if let Some(window) = window(text) {
            hours.windows.push(window);
        } else {
            let what = "this is not a window; write `Mon-Fri 19:00-08:00`, `Sat` or `Sat,Sun 10:00-12:00`";
            reader.fault(item.place, "spec.quietHours.windows", what);
        }
    }
    for item in find(entries, "holidays").map_or(&[][..], |node| reader.list(node, "spec.quietHours.holidays")) {
        hours.holidays.extend(reader.parsed::<jiff::civil::Date>(
            item,
            "spec.quietHours.holidays",
            "a day such as 2026-12-25",
        ));
    }
    hours
}

fn window(text: &str) -> Option<Window> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let day = |name: &str| DAYS.iter().position(|day| *day == name);
    let (days_text, hours_text) =
        text.trim().split_once(' ').map_or((text.trim(), None), |(days, hours)| (days, Some(hours.trim())));
    let mut days = [false; 7];
    for part in days_text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut at, last) = (day(first)?, day(last)?);
        loop {
            days[at] = true;
            if at == last {
                break;
            }
            at = (at + 1) % 7;
        }
    }
    let (from, to) = match hours_text {
        Some(hours) => {
            let (from, to) = hours.split_once('-')?;
            (clock_time(from)?, clock_time(to)?)
        }
        None => (Time::midnight(), Time::midnight()),
    };
    Some(Window { days, from, to })
}

fn clock_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number = |part: &str| (part.len() == 2).then(|| part.parse::<i8>().ok()).flatten();
    match (number(hour)?, number(minute)?) {
        (24, 0) => Some(Time::midnight()),
        (hour, minute) => Time::new(hour, minute, 0, 0).ok(),
    }
}

/// Reads one check for every platform that it can be asked on.
fn one_check(
    reader: &mut Reader,
    check: Check,
    entry: &Entry,
    strict: bool,
    unsupported: &mut Vec<Unsupported>,
) -> Vec<(Platform, CheckPolicy)> {
    let path = join("spec.checks", check.as_str());
    let (policies, faults) = reader.aside(|reader| {
        let mut policies = Vec::new();
        if let Some(general) = reader.map(&entry.value, &path) {
            // A newer server may ask a check on more platforms; a person who writes one that is not asked is told.
            let known = if strict { conditions::platforms(check) } else { Platform::ALL };
            let platforms: Vec<&str> = known.iter().map(|platform| platform.as_str()).collect();
            let own = conditions::keys(check);
            let keys: Vec<&str> = [COMMON, own, &platforms].concat();
            reader.only(general, &path, &keys);
            for platform in conditions::platforms(check) {
                let special = find(general, platform.as_str());
                if let Some(node) = special
                    && let super::super::document::Kind::Scalar { text, .. } = &node.kind
                    && matches!(text.as_str(), "off" | "false")
                {
                    continue;
                }
                let special_path = join(&path, platform.as_str());
                let special = special.and_then(|node| reader.map(node, &special_path)).unwrap_or_default();
                reader.only(special, &special_path, &[COMMON, own].concat());
                let fields = Fields { general, special, path: &path, special_path: &special_path, strict };
                policies.extend(check_policy(reader, check, *platform, &fields).map(|policy| (*platform, policy)));
            }
        }
        policies
    });
    if strict {
        reader.add(faults);
        return policies;
    }
    for fault in faults {
        let one = Unsupported { check: Some(check), path: fault.path };
        if !unsupported.contains(&one) {
            unsupported.push(one);
        }
    }
    policies
}

/// The keys of a check on one platform: what stands under the platform's name wins.
pub(super) struct Fields<'n> {
    general: &'n [Entry],
    special: &'n [Entry],
    path: &'n str,
    special_path: &'n str,
    /// Whether an administrator is told of what is not known.
    pub(super) strict: bool,
}

impl<'n> Fields<'n> {
    /// The value under this key with its path.
    pub(super) fn get(&self, key: &str) -> Option<(&'n Node, String)> {
        find(self.special, key)
            .map(|node| (node, join(self.special_path, key)))
            .or_else(|| find(self.general, key).map(|node| (node, join(self.path, key))))
    }

    /// The value under this key only where it stands under the platform's name.
    pub(super) fn general(&self, key: &str) -> Option<(&'n Node, String)> {
        find(self.general, key).map(|node| (node, join(self.path, key)))
    }

    /// A length of time.
    pub(super) fn period(&self, reader: &mut Reader, key: &str) -> Option<Period> {
        let (node, path) = self.get(key)?;
        reader.parsed(node, &path, "a length of time; write 90s, 30m, 24h, 7d or 2w (at most 520w)")
    }
}

fn check_policy(reader: &mut Reader, check: Check, platform: Platform, fields: &Fields<'_>) -> Option<CheckPolicy> {
    let choice = |key: &str| fields.get(key);
    let severity = choice("severity").and_then(|(node, path)| reader.word(node, &path, choices!(Severity)));
    let min_evidence = choice("minEvidence").and_then(|(node, path)| reader.word(node, &path, choices!(Evidence)));
    let unknown = choice("unknown").and_then(|(node, path)| reader.word(node, &path, choices!(UnknownTreatment)));
    let unknown_grace = fields.period(reader, "unknownGrace").unwrap_or(Period::ZERO);
    let rules = conditions::rules(reader, check, platform, fields);
    (!rules.is_empty()).then_some(CheckPolicy {
        severity: severity.unwrap_or(Severity::Fail),
        min_evidence,
        unknown: unknown.unwrap_or(UnknownTreatment::Count),
        unknown_grace,
        rules,
    })
}

fn exceptions(
    reader: &mut Reader,
    node: Option<&Node>,
    strict: bool,
    unsupported: &mut Vec<Unsupported>,
) -> Vec<Exception> {
    const PATH: &str = "spec.exceptions";
    let mut all = Vec::new();
    for item in node.map_or(&[][..], |node| reader.list(node, PATH)) {
        let Some(entries) = reader.map(item, PATH) else { continue };
        if strict {
            reader.only(entries, PATH, &["check", "device", "until", "reason"]);
        }
        let check = required(reader, item, entries, PATH, "check");
        let check = match check.and_then(|node| Some((node, reader.text(node, "spec.exceptions.check")?))) {
            Some((_, text)) if !strict && Check::from_word(text).is_none() => {
                // An exception from a check this version does not know: the check itself is unknown already.
                unsupported.push(Unsupported { check: None, path: join("spec.exceptions", text) });
                continue;
            }
            Some((node, _)) => reader.word(node, "spec.exceptions.check", choices!(Check)),
            None => None,
        };
        let until = required(reader, item, entries, PATH, "until")
            .and_then(|node| reader.parsed(node, "spec.exceptions.until", "a day such as 2027-01-31"));
        let reason = required(reader, item, entries, PATH, "reason")
            .and_then(|node| reader.text(node, "spec.exceptions.reason").map(str::to_owned));
        let device = find(entries, "device").and_then(|node| reader.text(node, "spec.exceptions.device"));
        if let (Some(check), Some(until), Some(reason)) = (check, until, reason) {
            all.push(Exception { check, device: device.map(str::to_owned), until, reason });
        }
    }
    all
}

#[cfg(all(test, feature = "yaml"))]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::super::{
            check::{Rule, Severity},
            text::Language,
        },
        super::{Condition, EvidenceRules, LONGEST_TEXT, Notice, QuarantineRules, evidence::AttestationDemand},
        *,
    };

    const EXAMPLE: &str = r#"
apiVersion: posture/v1
kind: Policy
metadata: { name: whatsapp-at-work, revision: 7 }
spec:
  stale: { after: 3d, notCompliantAfter: 14d }
  enrolmentGrace: 24h
  quietHours: { timezone: Europe/Madrid, windows: ["Mon-Fri 19:00-08:00", "Sat", "Sun"] }
  checks:
    device-encryption: { severity: fail, minEvidence: os-reported }
    screen-lock: { severity: fail, complexity: medium, grace: 3d }
    os-version: { android: { min: "13", supported: true }, ios: { min: "17.0", behindLatest: { releases: 1, grace: 14d } } }
    security-patch: { maxAge: 120d, nudgeAfter: 90d }
    whatsapp-business: { required: true, floor: enforce, behindLatest: { days: 30, grace: 7d } }
    whatsapp-consumer: { severity: nudge }
  exceptions:
    - { check: os-version, device: "01J", until: 2027-01-31, reason: "lab phone" }
    - { check: os-version, device: "02K", until: 2027-01-31, reason: "other phone" }
"#;

    fn example() -> PolicyDocument {
        PolicyDocument::from_text("policy.yaml", EXAMPLE).unwrap()
    }

    fn faults(text: &str) -> String {
        PolicyDocument::from_text("policy.yaml", text).unwrap_err().to_string()
    }

    #[test]
    fn the_documented_example_means_what_it_says() {
        let policy = example().policy;
        assert_eq!((policy.name.as_str(), policy.revision), ("whatsapp-at-work", 7));
        let lock = policy.check(Platform::Android, Check::ScreenLock).unwrap();
        assert_eq!(lock.rules.iter().map(|rule| rule.rule).collect::<Vec<_>>(), [Rule::LockSet, Rule::LockComplexity]);
        assert!(lock.rules.iter().all(|rule| rule.grace == Period::from_days(3)));
        let ios = policy.check(Platform::Ios, Check::OsVersion).unwrap();
        let minimum = ios.rules.iter().find(|rule| rule.rule == Rule::OsMinimum).unwrap();
        assert_eq!(minimum.condition, Condition::Minimum("17.0".into()));
        let behind = ios.rules.iter().find(|rule| rule.rule == Rule::OsBehindLatest).unwrap();
        assert_eq!(behind.grace, Period::from_days(14));
        assert!(policy.check(Platform::Ios, Check::SecurityPatch).is_none());
        assert_eq!(policy.check(Platform::Ios, Check::WhatsappConsumer).unwrap().severity, Severity::Nudge);
        assert!(policy.quiet_hours.is_quiet("2026-11-28T12:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_is_served_reads_like_what_was_written() {
        let written = example();
        let served = PolicyDocument::from_json(&written.json).unwrap();
        assert_eq!(served, written);
        let own = written.for_device("01J");
        assert_eq!(own.pointer("/spec/exceptions").and_then(|list| list.as_array()).map(Vec::len), Some(1));
    }

    #[test]
    fn every_fault_is_told_at_once_with_its_place_and_the_nearest_word() {
        let text = EXAMPLE
            .replace("stale: { after: 3d", "stale: { after: 30d")
            .replace("complexity: medium", "complexty: medium")
            .replace("maxAge: 120d", "maxAge: 12 moons")
            .replace("min: \"13\"", "min: Tiramisu")
            .replace("Europe/Madrid", "Europe/Madird")
            .replace("whatsapp-consumer", "whatsapp-consumr")
            .replace("until: 2027-01-31", "until: someday");
        let told = faults(&text);
        for expected in [
            "policy.yaml:6:43: spec.stale.notCompliantAfter: this is shorter than `after`, 30d",
            "policy.yaml:8:27: spec.quietHours.timezone: this time zone is not known",
            "policy.yaml:11:36: spec.checks.screen-lock.complexty: this key is not known; did you mean `complexity`?",
            "policy.yaml:12:35: spec.checks.os-version.android.min: `Tiramisu` is not a readable Android version",
            "policy.yaml:13:31: spec.checks.security-patch.maxAge: `12 moons` is not a length of time",
            "policy.yaml:15:5: spec.checks.whatsapp-consumr: this key is not known; did you mean `whatsapp-consumer`?",
            "spec.exceptions.until: `someday` is not a day",
        ] {
            assert!(told.contains(expected), "{expected} in\n{told}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (from, to, expected) in [
            ("revision: 7", "revision: 0", "whole number from 1"),
            ("revision: 7", "revision: -7", "is not a whole number"),
            ("posture/v1", "posture/v2", "`posture/v2` is not one of posture/v1"),
            ("nudgeAfter: 90d", "nudgeAfter: 120d", "the nudge must come before the failing"),
            ("Mon-Fri 19:00-08:00", "Mon-Fry 19:00-08:00", "this is not a window"),
            ("android: { min: \"13\", supported: true }", "min: \"13\"", "not comparable"),
            ("severity: nudge", "severity: nudge, severity: fail", "written twice"),
            ("days: 30, grace", "grace", "say how far behind is allowed"),
            ("reason: \"lab phone\"", "reason: *why", ""),
            ("{ severity: nudge }", "&a { severity: nudge }", "anchors, aliases and tags"),
        ] {
            let told = faults(&EXAMPLE.replace(from, to));
            assert!(told.contains(expected), "{from} → {to}: {told}");
        }
        assert!(faults("").contains("empty"));
        assert!(faults(&"[".repeat(40)).contains("nested too deeply"));
        assert!(!faults(&"[".repeat(100_000)).is_empty());
        assert!(faults(&" ".repeat(300_000)).contains("longer than 256 KiB"));
    }

    #[test]
    fn a_policy_brings_the_texts_that_a_person_acknowledges() {
        let with = |spec: &str| {
            let text = EXAMPLE.replace("  checks:\n", &format!("{spec}  checks:\n    usage-rules:\n      version: 3\n      text:\n        es: |\n          Uno.\n          Dos.\n"));
            PolicyDocument::from_text("policy.yaml", &text)
        };
        let policy = with("  notice: { version: 2, givenElsewhere: true, text: { en: We look. } }\n").unwrap().policy;
        assert!(policy.notice.given_elsewhere);
        assert_eq!(policy.notice.paper.version, 2);
        let (english, spanish) = (("We look.".to_owned(), Language::En), ("Uno.\nDos.\n".to_owned(), Language::Es));
        assert_eq!(policy.notice.paper.text(Language::Es), english, "a company's words never mix with the product's");
        let rules = policy.usage_rules(Platform::Android).unwrap();
        assert_eq!((rules.version, rules.text(Language::En)), (3, spanish));
        let policy = with("").unwrap().policy;
        assert_eq!(policy.notice, Notice::default());
        assert!(policy.notice.paper.text(Language::Es).0.contains("Qué se mira"));
        assert!(policy.notice.paper.text(Language::En).0.contains("What is read"));
        let long = format!("  notice: {{ version: 1, text: {{ es: \"{}\" }} }}\n", "ñ".repeat(LONGEST_TEXT / 2 + 1));
        assert!(with(&long).unwrap_err().to_string().contains("spec.notice.text.es: write 1 to 16384 bytes"));
        assert!(with("  notice: { givenElsewhere: true }\n").unwrap_err().to_string().contains("`version` is missing"));
    }

    #[test]
    fn quarantine_is_off_unless_it_is_named_and_its_faults_are_told() {
        let with = |spec: &str| {
            let text = EXAMPLE.replace("  checks:\n", &format!("  quarantine: {spec}\n  checks:\n"));
            PolicyDocument::from_text("policy.yaml", &text)
        };
        assert_eq!(example().policy.quarantine, None);
        assert_eq!(with("{}").unwrap().policy.quarantine, Some(QuarantineRules::default()));
        let read = with("{ minDevices: 8, failRate: 35, factor: 10, newFor: 14d }").unwrap().policy.quarantine;
        let new_for = Period::from_days(14);
        assert_eq!(read, Some(QuarantineRules { min_devices: 8, fail_rate: 35, factor: 10, new_for }));
        for (wrong, told) in [
            ("{ minDevices: 1 }", "spec.quarantine.minDevices: write a whole number from 2 to 100000"),
            ("{ failRate: 120 }", "spec.quarantine.failRate: write a whole number from 1 to 100"),
            ("{ factor: many }", "spec.quarantine.factor"),
            ("{ failrate: 20 }", "did you mean `failRate`?"),
            ("yes", "spec.quarantine"),
        ] {
            let faults = with(wrong).unwrap_err().to_string();
            assert!(faults.contains(told), "{wrong}: {faults}");
        }
        // What a newer server means by it is not guessed: heuristics weigh as they are written.
        let mut newer = with("{}").unwrap().json;
        newer["spec"]["quarantine"] = serde_json::json!({ "failRate": "auto" });
        assert_eq!(PolicyDocument::from_json(&newer).unwrap().policy.quarantine, None);
    }

    #[test]
    fn what_evidence_is_held_against_is_read_and_its_faults_are_told() {
        let with = |spec: &str| {
            let text = EXAMPLE.replace("  checks:\n", &format!("  evidence:\n    {spec}\n  checks:\n"));
            PolicyDocument::from_text("policy.yaml", &text)
        };
        assert_eq!(example().policy.evidence, EvidenceRules::default());
        let signer = "ab".repeat(32);
        let android = format!(
            "android: {{ apps: [{{ package: org.atalaya.agent, signer: {signer} }}], bootKeys: [{{ name: GrapheneOS, key: 0a0b }}] }}"
        );
        let read = with(&format!("attestation: required\n    maxAge: 10d\n    {android}")).unwrap().policy.evidence;
        assert_eq!((read.attestation, read.max_age), (AttestationDemand::Required, Period::from_days(10)));
        assert_eq!((read.android_apps[0].signer.as_str(), read.boot_keys[0].name.as_str()), (&*signer, "GrapheneOS"));
        let ios = with("ios: { apps: ABCDE12345.org.atalaya.agent, environment: development }").unwrap();
        assert_eq!(ios.policy.evidence.ios_apps, ["ABCDE12345.org.atalaya.agent"]);
        assert_eq!(PolicyDocument::from_json(&ios.json).unwrap().policy, ios.policy);
        for (spec, expected) in [
            ("attestation: require", "did you mean `required`?"),
            ("android: { apps: [{ package: a.b }] }", "`signer` is missing"),
            ("android: { apps: [{ package: a.b, signer: AB }] }", "64 lower-case hexadecimal digits"),
            ("android: { bootKeys: [{ name: a, key: abc }] }", "lower-case hexadecimal"),
            ("ios: { apps: [org.atalaya] }", "such as ABCDE12345.org.atalaya.agent"),
            ("ios: { enviroment: production }", "did you mean `environment`?"),
        ] {
            let told = with(spec).unwrap_err().to_string();
            assert!(told.contains(expected), "{spec}: {told}");
        }
        let mut newer = example().json;
        newer["spec"]["evidence"] = serde_json::json!({ "attestation": "twice", "maxAge": "3d" });
        let policy = PolicyDocument::from_json(&newer).unwrap().policy;
        assert_eq!(policy.evidence, EvidenceRules::default());
        assert!(policy.unsupported.is_empty());
    }

    #[test]
    fn an_older_agent_reads_what_it_knows_of_newer_texts() {
        let mut json = example().json;
        json["spec"]["notice"] =
            serde_json::json!({ "version": 4, "mood": "calm", "text": { "ca": "Mirem.", "es": "Miramos." } });
        json["spec"]["checks"]["usage-rules"] = serde_json::json!({ "version": 2, "text": { "ca": "Una." } });
        let policy = PolicyDocument::from_json(&json).unwrap().policy;
        assert_eq!(policy.notice.paper.version, 4);
        assert_eq!(policy.notice.paper.text(Language::En).0, "Miramos.");
        assert_eq!(policy.usage_rules(Platform::Ios).unwrap().version, 2);
        assert!(policy.unsupported.is_empty(), "{:?}", policy.unsupported);
        json["spec"]["notice"] = serde_json::json!({ "version": { "major": 5 }, "givenElsewhere": true });
        let policy = PolicyDocument::from_json(&json).unwrap().policy;
        assert_eq!(policy.notice.paper.version, 1, "it is shown the product's own");
    }

    #[test]
    fn an_older_agent_keeps_what_it_does_not_know_as_unknown() {
        let mut json = example().json;
        json["spec"]["checks"]["biometrics"] = serde_json::json!({ "severity": "fail" });
        json["spec"]["checks"]["screen-lock"]["wearable"] = serde_json::json!(true);
        json["spec"]["checks"]["security-patch"]["severity"] = serde_json::json!("block");
        json["spec"]["mood"] = serde_json::json!("sunny");
        let policy = PolicyDocument::from_json(&json).unwrap().policy;
        let unsupported: Vec<(Option<Check>, &str)> =
            policy.unsupported.iter().map(|one| (one.check, one.path.as_str())).collect();
        assert!(unsupported.contains(&(None, "spec.checks.biometrics")));
        assert!(unsupported.contains(&(Some(Check::ScreenLock), "spec.checks.screen-lock.wearable")));
        assert!(unsupported.contains(&(Some(Check::SecurityPatch), "spec.checks.security-patch.severity")));
        assert_eq!(unsupported.len(), 3);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}", at in 0_usize..1200, insert in "[-:{}\\[\\]\"'&*!,#|>a-z0-9 \n]{1,8}") {
            let _ = PolicyDocument::from_text("policy.yaml", &text);
            let mut mutated = EXAMPLE.to_owned();
            let at = at.min(mutated.len());
            mutated.insert_str(at, &insert);
            if let Ok(document) = PolicyDocument::from_text("policy.yaml", &mutated) {
                let served = PolicyDocument::from_json(&document.json).unwrap();
                prop_assert_eq!(served.policy, document.policy);
            }
        }
    }
}
