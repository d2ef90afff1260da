//! The facts that a probe can be asked for.

use agent_core::{judge::facts::RootSign, wire::wanted::Wanted};

/// Declares each fact once, with its name in the field table.
macro_rules! facts {
    ($($(#[$meta:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// What a probe can be asked for. A fact that no policy asks for is not read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
        pub enum Fact { $($(#[$meta])* $variant),+ }

        impl Fact {
            /// Every fact.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in the field table.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

facts! {
    /// The hardware model.
    Model = "model",
    /// The version of the operating system.
    OsVersion = "osVersion",
    /// The distribution, on hosts.
    OsName = "osName",
    /// The security patch level.
    SecurityPatch = "securityPatch",
    /// The patch level of the maker's part of the system.
    VendorPatch = "vendorPatch",
    /// The kernel's version.
    KernelVersion = "kernelVersion",
    /// How storage is encrypted.
    StorageEncryption = "storageEncryption",
    /// Whether a secure lock is set.
    ScreenLock = "screenLock",
    /// The quality of the lock.
    LockComplexity = "lockComplexity",
    /// Whether WhatsApp Business is there.
    WhatsappBusinessPresence = "whatsappBusiness.presence",
    /// Its version.
    WhatsappBusinessVersion = "whatsappBusiness.version",
    /// Who signed it.
    WhatsappBusinessSigners = "whatsappBusiness.signers",
    /// What installed it.
    WhatsappBusinessInstaller = "whatsappBusiness.installer",
    /// Whether the consumer WhatsApp is there.
    WhatsappConsumer = "whatsappConsumer",
    /// Whether this app is the genuine one.
    OwnAppGenuine = "ownAppGenuine",
    /// The boot chain's state.
    BootState = "bootState",
    /// Signs of root or jailbreak, and which of them were not looked for.
    RootSigns = "rootSigns",
    /// Whether the developer options are on.
    DeveloperOptions = "developerOptions",
    /// Whether debugging is on.
    Adb = "adb",
}

/// What a probe is asked for at one time.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct WantedFacts {
    /// The facts to read, and no others.
    pub facts: Vec<Fact>,
    /// Signs of root or jailbreak that the policy mutes: nobody looks for them, and `muted_root_signs` of the answer says
    /// so.
    pub muted_root_signs: Vec<RootSign>,
}

impl From<&Wanted> for WantedFacts {
    fn from(wanted: &Wanted) -> Self {
        Self {
            facts: Fact::ALL.iter().copied().filter(|fact| wanted.wants(fact.name())).collect(),
            muted_root_signs: wanted.muted_root_signs().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The agent knows these by itself, from what the person signed.
    const STATEMENTS: &[&str] = &["usageRules", "declarations"];

    /// Told with another fact.
    const BESIDE: &[&str] = &["mutedRootSigns"];

    #[test]
    fn a_probe_can_be_asked_for_every_fact_of_the_field_table_but_the_persons_own_words() {
        let everything = Wanted::everything();
        let table: BTreeSet<&str> =
            everything.names().filter(|name| !STATEMENTS.contains(name) && !BESIDE.contains(name)).collect();
        let facts: BTreeSet<&str> = Fact::ALL.iter().map(|fact| fact.name()).collect();
        assert_eq!(facts, table);
        assert_eq!(WantedFacts::from(&everything), WantedFacts { facts: Fact::ALL.to_vec(), muted_root_signs: vec![] });
        assert_eq!(WantedFacts::from(&Wanted::default()), WantedFacts::default());
    }
}
