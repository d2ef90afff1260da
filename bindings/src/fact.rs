//! The facts that a probe can be asked for.

use agent_core::wire::wanted::Wanted;

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
    /// Signs of root or jailbreak.
    RootSigns = "rootSigns",
    /// Whether the developer options are on.
    DeveloperOptions = "developerOptions",
    /// Whether debugging is on.
    Adb = "adb",
}

impl Fact {
    /// The facts of these that a probe reads.
    pub(crate) fn of(wanted: &Wanted) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|fact| wanted.wants(fact.name())).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The agent knows these by itself, from what the person signed.
    const STATEMENTS: &[&str] = &["usageRules", "declarations"];

    #[test]
    fn a_probe_can_be_asked_for_every_fact_of_the_field_table_but_the_persons_own_words() {
        let everything = Wanted::everything();
        let table: BTreeSet<&str> = everything.names().filter(|name| !STATEMENTS.contains(name)).collect();
        let facts: BTreeSet<&str> = Fact::ALL.iter().map(|fact| fact.name()).collect();
        assert_eq!(facts, table);
        assert_eq!(Fact::of(&everything), Fact::ALL);
        assert_eq!(Fact::of(&Wanted::default()), []);
    }
}
