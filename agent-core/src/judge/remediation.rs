//! The step that mends what a check found: one of a few that a shell can open a settings page for.

use super::{reason::Reason, words::words};

words! {
    /// The step that mends what a check found. A shell has a button for each, with the page it opens on its platform;
    /// the words stand in the text table.
    Remediation {
        /// There is nothing for the person to do.
        None = "none",
        /// Set a screen lock, or a better one.
        SetScreenLock = "set-screen-lock",
        /// Turn encryption on.
        EncryptStorage = "encrypt-storage",
        /// Install the system's update.
        UpdateSystem = "update-system",
        /// Update WhatsApp Business.
        UpdateWhatsappBusiness = "update-whatsapp-business",
        /// Install WhatsApp Business in this profile, or switch it on.
        InstallWhatsappBusiness = "install-whatsapp-business",
        /// Take the consumer WhatsApp out of this profile.
        RemoveWhatsapp = "remove-whatsapp",
        /// Remove the app and install it again from the store.
        ReinstallFromStore = "reinstall-from-store",
        /// Turn the developer options or debugging off.
        DeveloperOptions = "developer-options",
        /// Read the rules of use and acknowledge them.
        ReadRules = "read-rules",
        /// Answer what nobody can measure.
        Declare = "declare",
        /// Only the administrator can do something.
        AskAdministrator = "ask-administrator",
    }
}

impl Reason {
    /// The step that mends it. Every variant is named here, so that a new reason cannot be forgotten.
    pub const fn remediation(&self) -> Remediation {
        match self {
            // The fix of some is to wait, to check again, to update this app or to give it a permission: no page of
            // the system's settings does that for them.
            Self::NotInPolicy {}
            | Self::NotOnThisPlatform { .. }
            | Self::Exception { .. }
            | Self::UnknownPlatformForbids {}
            | Self::UnknownPermissionMissing {}
            | Self::UnknownNotSupported {}
            | Self::UnknownNotInThisProfile {}
            | Self::UnknownSourcesDisagree {}
            | Self::UnknownProbeFailed {}
            | Self::UnknownNotCollected {}
            | Self::UnknownWeakEvidence { .. }
            | Self::UnknownUnparseable { .. }
            | Self::UnsupportedRule { .. }
            | Self::NoReleaseSource {}
            | Self::StaleReleaseSource { .. }
            | Self::EncryptionBound { .. }
            | Self::EncryptionActivating {}
            | Self::LockSet {}
            | Self::LockGood { .. }
            | Self::OsGood { .. }
            | Self::OsVendorUnfixable { .. }
            | Self::PatchRecent { .. }
            | Self::PatchNewestPublished { .. }
            | Self::PatchVendorUnfixable { .. }
            | Self::BusinessGood { .. }
            | Self::BusinessInstalled {}
            | Self::BusinessVersionNeedsMdm {}
            | Self::BusinessNewestOffered { .. }
            | Self::ConsumerAbsent {}
            | Self::AuthenticityGood {}
            | Self::SignerNotPinned { .. }
            | Self::IntegrityGood {}
            | Self::DeveloperOff {}
            | Self::RulesAcknowledged { .. }
            | Self::DeclarationsGood {} => Remediation::None,
            Self::EncryptionNotBound {} | Self::LockMissing {} | Self::LockTooSimple { .. } => {
                Remediation::SetScreenLock
            }
            Self::EncryptionOff {} | Self::EncryptionDefaultKey {} => Remediation::EncryptStorage,
            Self::OsBelowFloor { .. }
            | Self::OsBelowExploitedFloor { .. }
            | Self::OsBelowMinimum { .. }
            | Self::OsUnsupported { .. }
            | Self::OsBehindLatest { .. }
            | Self::PatchOld { .. }
            // The store holds a version back where the system is too old for it.
            | Self::BusinessFlawedNoneOffered { .. }
            | Self::BusinessNoneOffered { .. } => Remediation::UpdateSystem,
            Self::BusinessBelowFloor { .. }
            | Self::BusinessBelowExploitedFloor { .. }
            | Self::BusinessBelowMinimum { .. }
            | Self::BusinessBehindLatest { .. }
            | Self::BusinessUpdateOffered { .. } => Remediation::UpdateWhatsappBusiness,
            Self::BusinessMissing {} | Self::BusinessDisabled {} | Self::BusinessArchived {} => {
                Remediation::InstallWhatsappBusiness
            }
            Self::ConsumerInstalled {} => Remediation::RemoveWhatsapp,
            Self::SignerUnexpected { .. } | Self::InstallerUnexpected { .. } => Remediation::ReinstallFromStore,
            Self::DeveloperOn {} | Self::AdbOn {} => Remediation::DeveloperOptions,
            Self::RulesNotAcknowledged { .. } | Self::RulesOutdated { .. } => Remediation::ReadRules,
            Self::DeclarationMissing { .. } | Self::DeclarationExpired { .. } | Self::DeclarationDenied { .. } => {
                Remediation::Declare
            }
            Self::EncryptionImpossible {}
            | Self::AgentNotGenuine {}
            | Self::BootUnlocked {}
            | Self::BootSelfSigned {}
            | Self::BootFailed {}
            | Self::RootSigns { .. } => Remediation::AskAdministrator,
        }
    }
}

impl Remediation {
    /// The step for a reason that came as its code; none for a code that this version does not know.
    pub fn of_code(code: &str) -> Self {
        Reason::of_code(code).map_or(Self::None, |reason| reason.remediation())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::text::TEXTS, *};

    /// What can be mended, and not on a page that a shell could open.
    const WITHOUT_A_PAGE: &[&str] = &[
        "unknown.permission-missing",
        "unknown.probe-failed",
        "unknown.not-collected",
        "unsupported-rule",
        "device-encryption.activating",
        "os-version.vendor-unfixable",
        "security-patch.vendor-unfixable",
    ];

    #[test]
    fn what_a_person_can_mend_has_a_step_and_nothing_else_has() {
        for (code, _) in Reason::CODES {
            let told = TEXTS.iter().any(|row| row.key.strip_suffix(".fix") == Some(&format!("reason.{code}")));
            let expected = told && !WITHOUT_A_PAGE.contains(code);
            assert_eq!(Remediation::of_code(code) != Remediation::None, expected, "{code}");
        }
    }

    #[test]
    fn every_step_mends_something() {
        for step in Remediation::ALL {
            assert!(Reason::CODES.iter().any(|(code, _)| Remediation::of_code(code) == *step), "{step}");
        }
        assert_eq!(Remediation::of_code("biometrics.weird"), Remediation::None);
    }
}
