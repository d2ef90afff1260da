//! `spec.evidence`: what an enrolment must prove, how long evidence from elsewhere speaks for a device, and what it is
//! held against. Servers look at it; phones do not.

use super::{
    super::{
        document::{Entry, Node, Reader, find, join},
        period::Period,
        words::words,
    },
    fields::{choices, period},
};

const PATH: &str = "spec.evidence";
pub(super) const KEYS: &[&str] = &["attestation", "maxAge", "inventoryMaxAge", "android", "ios"];
pub(super) const ANDROID_KEYS: &[&str] = &["apps", "bootKeys"];
pub(super) const IOS_KEYS: &[&str] = &["apps", "environment"];

words! {
    /// Whether a device must prove that its key lives in hardware.
    AttestationDemand {
        /// Evidence is not looked at.
        None = "none",
        /// Evidence is judged, shown and used; a device without it is let in.
        Recorded = "recorded",
        /// Without evidence that proves everything asked for, a device is not let in.
        Required = "required",
    }
}

words! {
    /// Which of Apple's two worlds App Attest evidence may come from.
    AppleEnvironment {
        /// App Store, TestFlight and company distribution.
        Production = "production",
        /// Builds from Xcode.
        Development = "development",
    }
}

/// An Android app by package and signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AndroidApp {
    /// Such as `org.atalaya.agent`.
    pub package: String,
    /// SHA-256 of its signing certificate, 64 lower-case hexadecimal digits.
    pub signer: String,
}

/// The verified-boot key of a system that is not the maker's, such as GrapheneOS on one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootKey {
    /// How people call the system.
    pub name: String,
    /// The key as the device tells it, lower-case hexadecimal.
    pub key: String,
}

/// What is asked of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRules {
    /// Whether an enrolment must bring it.
    pub attestation: AttestationDemand,
    /// For how long attested values keep their grade; from then on they count as the system's word. Default 30 days.
    pub max_age: Period,
    /// For how long what device management said speaks for a device. Default 7 days.
    pub inventory_max_age: Period,
    /// The apps that may hold a device's key on Android; none named: any, and our own app stays unproven.
    pub android_apps: Vec<AndroidApp>,
    /// Systems that are allowed beside the maker's.
    pub boot_keys: Vec<BootKey>,
    /// `TEAMID.bundle.id` of the apps that may hold a device's key on iOS; none named: any, and our own app stays
    /// unproven.
    pub ios_apps: Vec<String>,
    /// Where App Attest evidence may come from. Default production.
    pub ios_environment: AppleEnvironment,
}

impl Default for EvidenceRules {
    fn default() -> Self {
        Self {
            attestation: AttestationDemand::Recorded,
            max_age: Period::from_days(30),
            inventory_max_age: Period::from_days(7),
            android_apps: Vec::new(),
            boot_keys: Vec::new(),
            ios_apps: Vec::new(),
            ios_environment: AppleEnvironment::Production,
        }
    }
}

/// `spec.evidence`. An older reader that cannot read a newer form of it keeps to the defaults.
pub(super) fn evidence(reader: &mut Reader, node: Option<&Node>, strict: bool) -> EvidenceRules {
    let Some(node) = node else { return EvidenceRules::default() };
    let read = reader.whole(strict, |reader| reader.map(node, PATH).map(|entries| rules(reader, entries, strict)));
    read.unwrap_or_default()
}

fn rules(reader: &mut Reader, entries: &[Entry], strict: bool) -> EvidenceRules {
    let mut rules = EvidenceRules::default();
    if strict {
        reader.only(entries, PATH, KEYS);
    }
    if let Some(node) = find(entries, "attestation")
        && let Some(demand) = reader.word(node, "spec.evidence.attestation", choices!(AttestationDemand))
    {
        rules.attestation = demand;
    }
    if let Some(age) = period(reader, entries, PATH, "maxAge") {
        rules.max_age = age;
    }
    if let Some(age) = period(reader, entries, PATH, "inventoryMaxAge") {
        rules.inventory_max_age = age;
    }
    if let Some(entries) = part(reader, entries, "android", strict.then_some(ANDROID_KEYS)) {
        let hex = |least: usize, most: usize| {
            move |text: &str| {
                let is_hex = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
                is_hex && text.len().is_multiple_of(2) && (least..=most).contains(&text.len())
            }
        };
        let signer = "write the SHA-256 of the signing certificate as 64 lower-case hexadecimal digits";
        let asked = Pairs { keys: ["package", "signer"], valid: &hex(64, 64), what: signer };
        let apps = pairs(reader, entries, "spec.evidence.android", "apps", &asked);
        rules.android_apps = apps.into_iter().map(|[package, signer]| AndroidApp { package, signer }).collect();
        let key =
            "write the verified-boot key as lower-case hexadecimal digits, such as `atalaya attest android` shows";
        let asked = Pairs { keys: ["name", "key"], valid: &hex(2, 512), what: key };
        let keys = pairs(reader, entries, "spec.evidence.android", "bootKeys", &asked);
        rules.boot_keys = keys.into_iter().map(|[name, key]| BootKey { name, key }).collect();
    }
    if let Some(entries) = part(reader, entries, "ios", strict.then_some(IOS_KEYS)) {
        let path = "spec.evidence.ios.apps";
        for item in find(entries, "apps").map_or(&[][..], |node| reader.list(node, path)) {
            let Some(text) = reader.text(item, path) else { continue };
            if text.split_once('.').is_some_and(|(team, bundle)| team.len() == 10 && !bundle.is_empty()) {
                rules.ios_apps.push(text.to_owned());
            } else {
                reader.fault(item.place, path, "write the team and the bundle, such as ABCDE12345.org.atalaya.agent");
            }
        }
        if let Some(node) = find(entries, "environment")
            && let Some(environment) = reader.word(node, "spec.evidence.ios.environment", choices!(AppleEnvironment))
        {
            rules.ios_environment = environment;
        }
    }
    rules
}

fn part<'n>(reader: &mut Reader, entries: &'n [Entry], key: &str, keys: Option<&[&str]>) -> Option<&'n [Entry]> {
    let path = join(PATH, key);
    let entries = find(entries, key).and_then(|node| reader.map(node, &path))?;
    if let Some(keys) = keys {
        reader.only(entries, &path, keys);
    }
    Some(entries)
}

/// A list of maps of two texts, the second of which must be valid.
struct Pairs<'a> {
    keys: [&'static str; 2],
    valid: &'a dyn Fn(&str) -> bool,
    what: &'static str,
}

fn pairs(reader: &mut Reader, entries: &[Entry], path: &str, key: &str, asked: &Pairs<'_>) -> Vec<[String; 2]> {
    let path = join(path, key);
    let mut all = Vec::new();
    for item in find(entries, key).map_or(&[][..], |node| reader.list(node, &path)) {
        let Some(parts) = reader.map(item, &path) else { continue };
        reader.only(parts, &path, &asked.keys);
        let mut read = |key: &str| {
            let found = find(parts, key);
            if found.is_none() {
                reader.fault(item.place, &path, format_args!("`{key}` is missing"));
            }
            found.and_then(|node| Some((node.place, reader.text(node, &join(&path, key))?.to_owned())))
        };
        let [first, second] = asked.keys.map(&mut read);
        let (Some((_, first)), Some((place, second))) = (first, second) else { continue };
        if (asked.valid)(&second) {
            all.push([first, second]);
        } else {
            reader.fault(place, &join(&path, asked.keys[1]), asked.what);
        }
    }
    all
}
