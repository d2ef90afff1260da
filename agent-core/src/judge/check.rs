//! What is asked of a device: eleven checks, and the rules inside each.

use serde::{Deserialize, Serialize};

use super::{facts::Declaration, words::words};

words! {
    /// One named question about a device.
    Check {
        /// Is what is stored on the device encrypted, and bound to the lock?
        DeviceEncryption = "device-encryption",
        /// Is there a screen lock, and is it good enough?
        ScreenLock = "screen-lock",
        /// Is the operating system supported and recent?
        OsVersion = "os-version",
        /// Is the Android security patch recent?
        SecurityPatch = "security-patch",
        /// Is WhatsApp Business installed and up to date?
        WhatsappBusiness = "whatsapp-business",
        /// Is the consumer WhatsApp absent?
        WhatsappConsumer = "whatsapp-consumer",
        /// Are the apps what they claim to be, from where they should come?
        AppAuthenticity = "app-authenticity",
        /// Is the system unmodified?
        DeviceIntegrity = "device-integrity",
        /// Are the developer options off?
        DeveloperOptions = "developer-options",
        /// Did the person acknowledge the current rules of use?
        UsageRules = "usage-rules",
        /// Did the person answer what nobody can measure, recently enough?
        Declarations = "declarations",
    }
}

words! {
    /// One condition inside a check. Reasons, standing and grace are kept per rule.
    Rule {
        /// `device-encryption`: storage is encrypted.
        Encrypted = "device-encryption.encrypted",
        /// `device-encryption`: the key is bound to the screen lock.
        BoundToLock = "device-encryption.bound-to-lock",
        /// `screen-lock`: a secure lock is set.
        LockSet = "screen-lock.set",
        /// `screen-lock`: the lock reaches the wanted complexity.
        LockComplexity = "screen-lock.complexity",
        /// `os-version`: not below the lowest version without a known vulnerability.
        OsFloor = "os-version.floor",
        /// `os-version`: not below the policy's minimum.
        OsMinimum = "os-version.minimum",
        /// `os-version`: the release is still supported by its vendor.
        OsSupported = "os-version.supported",
        /// `os-version`: not too far behind the newest settled release.
        OsBehindLatest = "os-version.behind-latest",
        /// `security-patch`: not older than the policy allows.
        PatchAge = "security-patch.age",
        /// `whatsapp-business`: installed and enabled in this profile.
        BusinessRequired = "whatsapp-business.required",
        /// `whatsapp-business`: not below the lowest version without a known vulnerability.
        BusinessFloor = "whatsapp-business.floor",
        /// `whatsapp-business`: not below the policy's minimum.
        BusinessMinimum = "whatsapp-business.minimum",
        /// `whatsapp-business`: not too far behind the newest settled release.
        BusinessBehindLatest = "whatsapp-business.behind-latest",
        /// `whatsapp-consumer`: not installed in this profile.
        ConsumerAbsent = "whatsapp-consumer.absent",
        /// `app-authenticity`: WhatsApp Business is signed by an accepted signer.
        Signer = "app-authenticity.signer",
        /// `app-authenticity`: WhatsApp Business was installed by an accepted store.
        Installer = "app-authenticity.installer",
        /// `app-authenticity`: this agent is the genuine one.
        OwnApp = "app-authenticity.own-app",
        /// `device-integrity`: the bootloader is locked and the boot was verified.
        VerifiedBoot = "device-integrity.verified-boot",
        /// `device-integrity`: no signs of root or jailbreak (heuristic).
        RootSigns = "device-integrity.root-signs",
        /// `developer-options`: the developer options are off.
        DeveloperOptionsOff = "developer-options.off",
        /// `developer-options`: debugging over USB or network is off.
        AdbOff = "developer-options.adb-off",
        /// `usage-rules`: the current rules were acknowledged.
        RulesAcknowledged = "usage-rules.acknowledged",
        /// `declarations`: two-step verification is on.
        TwoStepVerification = "declarations.two-step-verification",
        /// `declarations`: the linked devices were reviewed.
        LinkedDevices = "declarations.linked-devices",
        /// `declarations`: the business profile is complete.
        BusinessProfile = "declarations.business-profile",
        /// `declarations`: an away message is set outside working hours.
        AwayMessage = "declarations.away-message",
        /// `declarations`: contacts gave their express consent.
        ContactConsent = "declarations.contact-consent",
    }
}

impl Rule {
    /// What a rule of `declarations` asks; none for other rules.
    pub const fn declaration(self) -> Option<Declaration> {
        match self {
            Self::TwoStepVerification => Some(Declaration::TwoStepVerification),
            Self::LinkedDevices => Some(Declaration::LinkedDevices),
            Self::BusinessProfile => Some(Declaration::BusinessProfile),
            Self::AwayMessage => Some(Declaration::AwayMessage),
            Self::ContactConsent => Some(Declaration::ContactConsent),
            _ => None,
        }
    }

    /// The check that this rule belongs to.
    pub const fn check(self) -> Check {
        match self {
            Self::Encrypted | Self::BoundToLock => Check::DeviceEncryption,
            Self::LockSet | Self::LockComplexity => Check::ScreenLock,
            Self::OsFloor | Self::OsMinimum | Self::OsSupported | Self::OsBehindLatest => Check::OsVersion,
            Self::PatchAge => Check::SecurityPatch,
            Self::BusinessRequired | Self::BusinessFloor | Self::BusinessMinimum | Self::BusinessBehindLatest => {
                Check::WhatsappBusiness
            }
            Self::ConsumerAbsent => Check::WhatsappConsumer,
            Self::Signer | Self::Installer | Self::OwnApp => Check::AppAuthenticity,
            Self::VerifiedBoot | Self::RootSigns => Check::DeviceIntegrity,
            Self::DeveloperOptionsOff | Self::AdbOff => Check::DeveloperOptions,
            Self::RulesAcknowledged => Check::UsageRules,
            Self::TwoStepVerification
            | Self::LinkedDevices
            | Self::BusinessProfile
            | Self::AwayMessage
            | Self::ContactConsent => Check::Declarations,
        }
    }

    /// The part after the dot, as a policy writes it.
    pub fn short(self) -> &'static str {
        self.as_str().split_once('.').map_or("", |(_, short)| short)
    }
}

words! {
    /// How much a failing check or rule weighs.
    Severity {
        /// Beyond its grace, the device is not compliant.
        Fail = "fail",
        /// Shown and never counted.
        Nudge = "nudge",
    }
}

words! {
    /// How a check that cannot be answered is counted.
    UnknownTreatment {
        /// The overall state becomes unknown (the default).
        Count = "count",
        /// Left out of the overall state.
        Tolerate = "tolerate",
        /// Shown as unknown, counted as failing, with grace.
        Fail = "fail",
    }
}

/// A name that survives from a newer policy: a check or rule this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unsupported {
    /// The check it stands under, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// The path in the policy, such as `spec.checks.os-version.newRule`.
    pub path: String,
}
