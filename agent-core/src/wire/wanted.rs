//! Which facts a policy asks for: what is not wanted is not read, and does not leave the device.

use std::collections::BTreeSet;

use super::field::{FIELDS, Field};
use crate::judge::{
    DeviceFacts, Platform, Policy, Reading,
    facts::{AppFacts, RootSign},
    policy::Condition,
};

/// What is wanted of a probe.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The names of the facts, as in the field table: `screenLock`, `whatsappBusiness.version`.
    facts: BTreeSet<&'static str>,
    /// Signs of root that nobody is to look for.
    muted_root_signs: Vec<RootSign>,
}

impl Wanted {
    /// What this policy asks for on this platform: the facts that any of its rules there needs.
    pub fn of(policy: &Policy, platform: Platform) -> Self {
        let checks = policy.checks.iter().filter(|((on, _), _)| *on == platform);
        let mut rules = BTreeSet::new();
        let mut muted_root_signs = Vec::new();
        for rule in checks.flat_map(|(_, check)| &check.rules) {
            rules.insert(rule.rule);
            if let Condition::NoSigns { muted } = &rule.condition {
                muted_root_signs.clone_from(muted);
            }
        }
        Self { muted_root_signs, ..Self::by(|field| field.needed_by.iter().any(|rule| rules.contains(rule))) }
    }

    /// The same for a report of this version of the schema. What it has no field for is not read; where it cannot say
    /// that a sign was not looked for, every sign is.
    #[must_use]
    pub fn in_schema(mut self, version: u32) -> Self {
        let told = Self::by(|field| field.since <= version).facts;
        self.facts.retain(|fact| told.contains(fact));
        if !self.wants("mutedRootSigns") {
            self.muted_root_signs.clear();
        }
        self
    }

    /// Every fact: for a host that judges itself without a policy of a company's.
    pub fn everything() -> Self {
        Self::by(|_| true)
    }

    fn by(wanted: impl Fn(&Field) -> bool) -> Self {
        let facts = FIELDS.iter().filter(|field| field.reading && wanted(field));
        Self { facts: facts.filter_map(Field::fact).collect(), muted_root_signs: Vec::new() }
    }

    /// Whether this fact is wanted.
    pub fn wants(&self, fact: &str) -> bool {
        self.facts.contains(fact)
    }

    /// Leaves one fact out; false when it was not wanted.
    pub fn forget(&mut self, fact: &str) -> bool {
        self.facts.remove(fact)
    }

    /// The wanted facts, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.facts.iter().copied()
    }

    /// Signs of root that the policy mutes: a probe does not look for them, and says so in `mutedRootSigns`.
    pub fn muted_root_signs(&self) -> &[RootSign] {
        &self.muted_root_signs
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
            vendor_patch: self.one("vendorPatch", &facts.vendor_patch),
            kernel_version: self.one("kernelVersion", &facts.kernel_version),
            storage_encryption: self.one("storageEncryption", &facts.storage_encryption),
            screen_lock: self.one("screenLock", &facts.screen_lock),
            lock_complexity: self.one("lockComplexity", &facts.lock_complexity),
            whatsapp_business: AppFacts {
                presence: self.one("whatsappBusiness.presence", &app.presence),
                version: self.one("whatsappBusiness.version", &app.version),
                signers: self.one("whatsappBusiness.signers", &app.signers),
                installer: self.one("whatsappBusiness.installer", &app.installer),
                update_offered: Reading::default(),
            },
            whatsapp_consumer: self.one("whatsappConsumer", &facts.whatsapp_consumer),
            own_app_genuine: self.one("ownAppGenuine", &facts.own_app_genuine),
            boot_state: self.one("bootState", &facts.boot_state),
            root_signs: self.one("rootSigns", &facts.root_signs),
            muted_root_signs: self.one("mutedRootSigns", &facts.muted_root_signs),
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
