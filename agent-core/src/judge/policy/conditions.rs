//! What each check may demand: its keys, its platforms, and the rules they become.

use std::sync::Arc;

use super::{
    super::{
        check::{Check, Rule, Severity},
        document::{Entry, Kind, Node, Reader, find, join},
        facts::{Declaration, LockComplexity, Platform, RootSign},
        period::Period,
        version::{AndroidOs, HostOs, IosOs, WhatsappAndroid, WhatsappIos},
    },
    Condition, Paper, RulePolicy,
    fields::{self, Fields, choices},
    paper,
};

/// The keys that every check has.
pub(super) const COMMON: &[&str] = &["severity", "minEvidence", "unknown", "unknownGrace", "grace", "nudgeAfter"];

/// The keys of one check beside the common ones.
pub(super) const fn keys(check: Check) -> &'static [&'static str] {
    match check {
        Check::DeviceEncryption => &["boundToLock"],
        Check::ScreenLock => &["complexity"],
        Check::OsVersion => &["floor", "min", "supported", "behindLatest"],
        Check::SecurityPatch => &["maxAge"],
        Check::WhatsappBusiness => &["required", "floor", "min", "behindLatest"],
        Check::WhatsappConsumer => &[],
        Check::AppAuthenticity => &["signers", "installers", "ownApp"],
        Check::DeviceIntegrity => &["verifiedBoot", "allowSelfSigned", "rootSigns"],
        Check::DeveloperOptions => &["developerOptions", "adb"],
        Check::UsageRules => &["version", "text"],
        Check::Declarations => {
            &["two-step-verification", "linked-devices", "business-profile", "away-message", "contact-consent"]
        }
    }
}

/// The platforms on which a check can be asked.
pub(super) const fn platforms(check: Check) -> &'static [Platform] {
    match check {
        Check::SecurityPatch | Check::DeveloperOptions => &[Platform::Android],
        Check::WhatsappBusiness | Check::WhatsappConsumer | Check::AppAuthenticity | Check::DeviceIntegrity => {
            &[Platform::Android, Platform::Ios]
        }
        Check::DeviceEncryption | Check::ScreenLock | Check::OsVersion | Check::UsageRules | Check::Declarations => {
            Platform::ALL
        }
    }
}

/// The rules of a check on one platform, in the order of [`Rule::ALL`].
pub(super) fn rules(reader: &mut Reader, check: Check, platform: Platform, fields: &Fields<'_>) -> Vec<RulePolicy> {
    let grace = fields.period(reader, "grace").unwrap_or(Period::ZERO);
    let nudge_after = fields.period(reader, "nudgeAfter");
    let mut draft = Draft { reader, fields, grace, nudge_after, rules: Vec::new() };
    match check {
        Check::DeviceEncryption => {
            draft.plain(Rule::Encrypted);
            if matches!(platform, Platform::Android | Platform::Ios) {
                draft.switch(Rule::BoundToLock, "boundToLock", true);
            }
        }
        Check::ScreenLock => {
            draft.plain(Rule::LockSet);
            draft.complexity();
        }
        Check::OsVersion => {
            draft.floor(Rule::OsFloor);
            draft.minimum(Rule::OsMinimum, platform);
            draft.switch(Rule::OsSupported, "supported", true);
            draft.behind_latest(Rule::OsBehindLatest);
        }
        Check::SecurityPatch => draft.patch_age(),
        Check::WhatsappBusiness => {
            draft.switch(Rule::BusinessRequired, "required", true);
            draft.floor(Rule::BusinessFloor);
            draft.minimum(Rule::BusinessMinimum, platform);
            draft.behind_latest(Rule::BusinessBehindLatest);
        }
        Check::WhatsappConsumer => draft.plain(Rule::ConsumerAbsent),
        Check::AppAuthenticity => draft.authenticity(platform),
        Check::DeviceIntegrity => draft.integrity(platform),
        Check::DeveloperOptions => {
            draft.switch(Rule::DeveloperOptionsOff, "developerOptions", true);
            draft.switch(Rule::AdbOff, "adb", true);
        }
        Check::UsageRules => draft.rules_version(),
        Check::Declarations => draft.declarations(),
    }
    draft.rules
}

struct Draft<'a, 'n> {
    reader: &'a mut Reader,
    fields: &'a Fields<'n>,
    grace: Period,
    nudge_after: Option<Period>,
    rules: Vec<RulePolicy>,
}

/// The keys that a rule written as a map may have beside its own.
pub(super) const TIMING: [&str; 3] = ["grace", "nudgeAfter", "severity"];

impl<'n> Draft<'_, 'n> {
    fn plain(&mut self, rule: Rule) {
        self.push(rule, Condition::Holds, None);
    }

    /// A rule that is on or off, or a map with its own timing. `floor: enforce` is the same as true.
    fn switch(&mut self, rule: Rule, key: &str, default: bool) {
        match self.fields.get(key) {
            None if default => self.plain(rule),
            None => {}
            Some((node, path)) => {
                if let Kind::Map(_) = node.kind {
                    let timing = self.timing(node, &path, &[]);
                    self.push(rule, Condition::Holds, timing.map(|entries| (entries, path)));
                } else if self.reader.word(node, &path, &ON_OFF) == Some(true) {
                    self.plain(rule);
                }
            }
        }
    }

    /// A floor has no grace and no nudging time but its own.
    fn floor(&mut self, rule: Rule) {
        let general = (std::mem::replace(&mut self.grace, Period::ZERO), self.nudge_after.take());
        self.switch(rule, "floor", true);
        (self.grace, self.nudge_after) = general;
    }

    fn minimum(&mut self, rule: Rule, platform: Platform) {
        if let Some((node, path)) = self.fields.general("min") {
            let what = "versions of different platforms are not comparable; write `min` under android:, ios: or another platform";
            self.reader.fault(node.place, &path, what);
            return;
        }
        let Some((node, path)) = self.fields.get("min") else { return };
        let (value, timing) = self.value(node, &path, "version");
        let Some((value, value_path)) = value else { return };
        let Some(text) = self.reader.text(value, &value_path).map(str::to_owned) else { return };
        let readable = match (rule, platform) {
            (Rule::BusinessMinimum, Platform::Android) => text.parse::<WhatsappAndroid>().err(),
            (Rule::BusinessMinimum, _) => text.parse::<WhatsappIos>().err(),
            (_, Platform::Android) => text.parse::<AndroidOs>().err(),
            (_, Platform::Ios) => text.parse::<IosOs>().err(),
            _ => text.parse::<HostOs>().err(),
        };
        match readable {
            None => self.push(rule, Condition::Minimum(text), timing),
            Some(error) => self.reader.fault(value.place, &value_path, error),
        }
    }

    fn behind_latest(&mut self, rule: Rule) {
        let Some((node, path)) = self.fields.get("behindLatest") else { return };
        if let Kind::Scalar { text, .. } = &node.kind
            && text == "false"
        {
            return;
        }
        let Some(entries) = self.timing(node, &path, &["releases", "days"]) else { return };
        let mut number = |key: &str| {
            find(entries, key).and_then(|node| self.reader.parsed::<u32>(node, &join(&path, key), "a whole number"))
        };
        let (releases, days) = (number("releases"), number("days"));
        if find(entries, "releases").is_none() && find(entries, "days").is_none() {
            self.reader.fault(node.place, &path, "say how far behind is allowed: `releases`, `days` or both");
            return;
        }
        self.push(rule, Condition::BehindLatest { releases, days }, Some((entries, path)));
    }

    fn complexity(&mut self) {
        let Some((node, path)) = self.fields.get("complexity") else { return };
        let (value, timing) = self.value(node, &path, "band");
        let Some((value, value_path)) = value else { return };
        if let Some(band) = self.reader.word(value, &value_path, choices!(LockComplexity)) {
            self.push(Rule::LockComplexity, Condition::Complexity(band), timing);
        }
    }

    fn patch_age(&mut self) {
        let allowed = self.fields.period(self.reader, "maxAge").unwrap_or(Period::from_days(120));
        if let Some((node, path)) = self.fields.get("nudgeAfter")
            && self.nudge_after.is_some_and(|nudge| nudge >= allowed)
        {
            let what = format_args!("the nudge must come before the failing at {allowed}; write a shorter time");
            self.reader.fault(node.place, &path, what);
        }
        self.push(Rule::PatchAge, Condition::MaxAge(allowed), None);
    }

    fn authenticity(&mut self, platform: Platform) {
        let stated = ["signers", "installers", "ownApp"].iter().any(|key| self.fields.get(key).is_some());
        if platform == Platform::Android {
            if let Some((node, path)) = self.fields.get("signers") {
                let digests = self.texts(node, &path, |text| {
                    (text.len() == 64
                        && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)))
                    .then_some(())
                    .ok_or("write a SHA-256 digest as 64 lower-case hexadecimal digits")
                });
                self.push(Rule::Signer, Condition::Signers(digests), None);
            }
            let installers = match self.fields.get("installers") {
                Some((node, path)) => {
                    self.texts(node, &path, |text| if text.is_empty() { Err("write a package name") } else { Ok(()) })
                }
                None if stated => Vec::new(),
                None => vec!["com.android.vending".to_owned()],
            };
            if !installers.is_empty() {
                self.push(Rule::Installer, Condition::Installers(installers), None);
            }
        }
        self.switch(Rule::OwnApp, "ownApp", false);
    }

    fn integrity(&mut self, platform: Platform) {
        if platform == Platform::Android {
            let allow = self.fields.get("allowSelfSigned");
            let allow_self_signed =
                allow.and_then(|(node, path)| self.reader.word(node, &path, &ON_OFF)).unwrap_or(false);
            let before = self.rules.len();
            self.switch(Rule::VerifiedBoot, "verifiedBoot", true);
            for rule in &mut self.rules[before..] {
                rule.condition = Condition::Boot { allow_self_signed };
            }
        }
        let (muted, timing) = match self.fields.get("rootSigns") {
            Some((node, path)) if matches!(node.kind, Kind::Map(_)) => {
                let Some(entries) = self.timing(node, &path, &["mute"]) else { return };
                let mute = find(entries, "mute").map_or(&[][..], |list| self.reader.list(list, &join(&path, "mute")));
                let muted: Vec<RootSign> = mute
                    .iter()
                    .filter_map(|node| self.reader.word(node, &join(&path, "mute"), choices!(RootSign)))
                    .collect();
                (muted, Some((entries, path)))
            }
            Some((node, path)) => match self.reader.word(node, &path, &ON_OFF) {
                Some(true) => (Vec::new(), None),
                _ => return,
            },
            None => (Vec::new(), None),
        };
        self.push(Rule::RootSigns, Condition::NoSigns { muted }, timing);
    }

    fn rules_version(&mut self) {
        let Some((node, path)) = self.fields.get("version") else {
            let what = "`version` is missing; number the rules of use that people must have acknowledged, from 1";
            let place = crate::judge::document::Place::default();
            self.reader.fault(place, "spec.checks.usage-rules", what);
            return;
        };
        if let Some(version) = self.reader.parsed::<std::num::NonZeroU32>(node, &path, "a whole number from 1") {
            let strict = self.fields.strict;
            let own = self.fields.get("text").map(|(node, path)| paper::own_text(self.reader, node, &path, strict));
            let paper = Paper::usage_rules(version.get(), own.unwrap_or_default());
            self.push(Rule::RulesAcknowledged, Condition::Rules(Arc::new(paper)), None);
        }
    }

    fn declarations(&mut self) {
        const RULES: [(Declaration, Rule); 5] = [
            (Declaration::TwoStepVerification, Rule::TwoStepVerification),
            (Declaration::LinkedDevices, Rule::LinkedDevices),
            (Declaration::BusinessProfile, Rule::BusinessProfile),
            (Declaration::AwayMessage, Rule::AwayMessage),
            (Declaration::ContactConsent, Rule::ContactConsent),
        ];
        let year = Condition::MaxAge(Period::from_days(365));
        let none_stated = RULES.iter().all(|(declaration, _)| self.fields.get(declaration.as_str()).is_none());
        for (declaration, rule) in RULES {
            match self.fields.get(declaration.as_str()) {
                None if none_stated => self.push(rule, year.clone(), None),
                Some((node, path)) if matches!(node.kind, Kind::Map(_)) => {
                    let Some(entries) = self.timing(node, &path, &["maxAge"]) else { continue };
                    let age = fields::period(self.reader, entries, &path, "maxAge");
                    self.push(rule, age.map_or(year.clone(), Condition::MaxAge), Some((entries, path)));
                }
                Some((node, path)) if self.reader.word(node, &path, &ON_OFF) == Some(true) => {
                    self.push(rule, year.clone(), None);
                }
                _ => {}
            }
        }
    }

    fn texts(&mut self, node: &Node, path: &str, valid: fn(&str) -> Result<(), &'static str>) -> Vec<String> {
        let mut texts = Vec::new();
        for item in self.reader.list(node, path) {
            let Some(text) = self.reader.text(item, path) else { continue };
            match valid(text) {
                Ok(()) => texts.push(text.to_owned()),
                Err(what) => self.reader.fault(item.place, path, what),
            }
        }
        texts
    }

    /// A value, or a map that holds the value under `key` beside its timing.
    fn value(&mut self, node: &'n Node, path: &str, key: &str) -> (Option<(&'n Node, String)>, Timing<'n>) {
        if !matches!(node.kind, Kind::Map(_)) {
            return (Some((node, path.to_owned())), None);
        }
        let Some(entries) = self.timing(node, path, &[key]) else { return (None, None) };
        let value = find(entries, key).map(|value| (value, join(path, key)));
        if value.is_none() {
            self.reader.fault(node.place, path, format_args!("`{key}` is missing"));
        }
        (value, Some((entries, path.to_owned())))
    }

    fn timing(&mut self, node: &'n Node, path: &str, own: &[&str]) -> Option<&'n [Entry]> {
        let entries = self.reader.map(node, path)?;
        self.reader.only(entries, path, &[own, &TIMING].concat());
        Some(entries)
    }

    /// Adds the rule under its own timing, or the check's where it has none.
    fn push(&mut self, rule: Rule, condition: Condition, timing: Timing<'_>) {
        let (mut grace, mut nudge_after, mut severity) = (self.grace, self.nudge_after, None);
        if let Some((entries, path)) = timing {
            grace = fields::period(self.reader, entries, &path, "grace").unwrap_or(grace);
            nudge_after = fields::period(self.reader, entries, &path, "nudgeAfter").or(nudge_after);
            severity = find(entries, "severity")
                .and_then(|node| self.reader.word(node, &join(&path, "severity"), choices!(Severity)));
        }
        self.rules.push(RulePolicy { rule, condition, severity, grace, nudge_after });
    }
}

type Timing<'n> = Option<(&'n [Entry], String)>;

const ON_OFF: [(&str, bool); 3] = [("true", true), ("enforce", true), ("false", false)];
