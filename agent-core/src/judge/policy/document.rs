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
    evidence,
    fields::{Fields, choices, period, required},
    paper, quarantine,
};

/// A policy that was read, with the document it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyDocument {
    /// What `evaluate` looks at.
    pub policy: Policy,
    /// The document as JSON, to be served and compared; nothing of it is lost.
    pub json: serde_json::Value,
}

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
        let what = format_args!("this is shorter than `after`, {}; a device is stale first", rules.after);
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
mod tests;
