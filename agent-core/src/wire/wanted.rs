//! Which facts a policy asks for: what is not wanted is not read, and does not leave the device.

use std::collections::BTreeSet;

use super::field::FIELDS;
use crate::judge::{DeviceFacts, Platform, Policy, Reading, Rule, facts::AppFacts};

/// The names of the facts that are wanted, as in the field table: `screenLock`, `whatsappBusiness.version`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted(BTreeSet<&'static str>);

impl Wanted {
    /// What this policy asks for on this platform: the facts that any of its rules there needs.
    pub fn of(policy: &Policy, platform: Platform) -> Self {
        let checks = policy.checks.iter().filter(|((on, _), _)| *on == platform);
        let rules: BTreeSet<Rule> = checks.flat_map(|(_, check)| check.rules.iter().map(|rule| rule.rule)).collect();
        Self::by(|needed| needed.iter().any(|rule| rules.contains(rule)))
    }

    /// Every fact: for a host that judges itself without a policy of a company's.
    pub fn everything() -> Self {
        Self::by(|_| true)
    }

    fn by(wanted: impl Fn(&[Rule]) -> bool) -> Self {
        let facts = FIELDS.iter().filter(|field| field.reading && wanted(field.needed_by));
        Self(facts.filter_map(super::field::Field::fact).collect())
    }

    /// Whether this fact is wanted.
    pub fn wants(&self, fact: &str) -> bool {
        self.0.contains(fact)
    }

    /// Leaves one fact out; false when it was not wanted.
    pub fn forget(&mut self, fact: &str) -> bool {
        self.0.remove(fact)
    }

    /// The wanted facts, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().copied()
    }

    /// The wanted ones of these facts; the others as never collected.
    #[must_use]
    pub fn keep(&self, facts: &DeviceFacts) -> DeviceFacts {
        let app = &facts.whatsapp_business;
        DeviceFacts {
            platform: facts.platform,
            model: self.one("model", &facts.model),
            os_version: self.one("osVersion", &facts.os_version),
            os_name: self.one("osName", &facts.os_name),
            security_patch: self.one("securityPatch", &facts.security_patch),
            storage_encryption: self.one("storageEncryption", &facts.storage_encryption),
            screen_lock: self.one("screenLock", &facts.screen_lock),
            lock_complexity: self.one("lockComplexity", &facts.lock_complexity),
            whatsapp_business: AppFacts {
                presence: self.one("whatsappBusiness.presence", &app.presence),
                version: self.one("whatsappBusiness.version", &app.version),
                signers: self.one("whatsappBusiness.signers", &app.signers),
                installer: self.one("whatsappBusiness.installer", &app.installer),
            },
            whatsapp_consumer: self.one("whatsappConsumer", &facts.whatsapp_consumer),
            own_app_genuine: self.one("ownAppGenuine", &facts.own_app_genuine),
            boot_state: self.one("bootState", &facts.boot_state),
            root_signs: self.one("rootSigns", &facts.root_signs),
            developer_options: self.one("developerOptions", &facts.developer_options),
            adb: self.one("adb", &facts.adb),
            usage_rules: self.one("usageRules", &facts.usage_rules),
            declarations: self.one("declarations", &facts.declarations),
        }
    }

    fn one<T: Clone>(&self, fact: &str, reading: &Reading<T>) -> Reading<T> {
        if self.wants(fact) { reading.clone() } else { Reading::default() }
    }
}
