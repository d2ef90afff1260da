//! What a probe saw, unjudged. Every field is a [`Reading`]; what could not be read says why.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::words::words;

words! {
    /// The system a device runs. Versions of different platforms are never compared.
    Platform {
        /// Android, with or without Google's services.
        Android = "android",
        /// iOS and iPadOS.
        Ios = "ios",
        /// Any Linux distribution.
        Linux = "linux",
        /// macOS.
        Macos = "macos",
        /// Windows.
        Windows = "windows",
    }
}

impl Platform {
    /// Whether it is a phone's: there nothing is reported before the person has acknowledged the notice.
    pub const fn is_phone(self) -> bool {
        matches!(self, Self::Android | Self::Ios)
    }
}

words! {
    /// How far a fact can be believed, weakest first.
    Evidence {
        /// The person said so.
        UserDeclared = "user-declared",
        /// Inferred from signs that can be wrong or faked.
        Heuristic = "heuristic",
        /// The operating system answered the agent.
        OsReported = "os-reported",
        /// The company's device management says so.
        MdmConfirmed = "mdm-confirmed",
        /// Signed by the device's hardware.
        HardwareAttested = "hardware-attested",
    }
}

words! {
    /// Why a fact could not be read.
    UnknownReason {
        /// The platform lets no app read this.
        PlatformForbids = "platform-forbids",
        /// The agent lacks the permission.
        PermissionMissing = "permission-missing",
        /// This platform, version or host has nothing of the kind, or the agent cannot read it there.
        NotSupported = "not-supported",
        /// The answer lies in another profile of the device.
        NotInThisProfile = "not-in-this-profile",
        /// Two fresh sources say different things; only a server can see that.
        SourcesDisagree = "sources-disagree",
        /// Reading was tried and failed.
        ProbeFailed = "probe-failed",
        /// No policy asked for it, so it was not read.
        NotCollected = "not-collected",
    }
}

/// One fact, or why it is not known. On the wire `{"value": …, "evidence": …}` or `{"unknown": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Reading<T> {
    /// The fact, and how far it can be believed.
    Known {
        /// What was read.
        value: T,
        /// How far it can be believed.
        evidence: Evidence,
    },
    /// Not known, with the reason.
    Unknown {
        /// Why not.
        unknown: UnknownReason,
    },
}

impl<T> Reading<T> {
    /// A fact that the operating system reported.
    pub const fn reported(value: T) -> Self {
        Self::Known { value, evidence: Evidence::OsReported }
    }

    /// A fact with this grade of evidence.
    pub const fn known(value: T, evidence: Evidence) -> Self {
        Self::Known { value, evidence }
    }

    /// No fact, with the reason.
    pub const fn unknown(reason: UnknownReason) -> Self {
        Self::Unknown { unknown: reason }
    }

    /// True when no policy asked for it.
    pub fn is_not_collected(&self) -> bool {
        matches!(self, Self::Unknown { unknown: UnknownReason::NotCollected })
    }

    /// The value, when it is known.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            Self::Unknown { .. } => None,
        }
    }
}

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self::unknown(UnknownReason::NotCollected)
    }
}

words! {
    /// How what is stored on the device is encrypted.
    StorageEncryption {
        /// Encrypted per file, per user (Android 5: `ACTIVE_PER_USER`; iOS data protection).
        PerUser = "per-user",
        /// The whole disk, its key bound to a credential (Android 3: `ACTIVE`; LUKS).
        WholeDisk = "whole-disk",
        /// Encrypted, but with a key that no credential protects (Android 4).
        DefaultKey = "default-key",
        /// Being encrypted just now (Android 2).
        Activating = "activating",
        /// Supported and off (Android 1), or a plain disk.
        Inactive = "inactive",
        /// The device cannot encrypt (Android 0).
        Unsupported = "unsupported",
    }
}

words! {
    /// Android's bands of lock quality, weakest first.
    LockComplexity {
        /// No lock.
        None = "none",
        /// A pattern, or a PIN with repeats or sequences.
        Low = "low",
        /// A PIN of four or more without repeats or sequences, or letters of four or more.
        Medium = "medium",
        /// A PIN of eight or more without repeats or sequences, or letters of six or more.
        High = "high",
    }
}

words! {
    /// Whether an app is there, in the profile that the agent can see.
    Presence {
        /// Installed and enabled.
        Installed = "installed",
        /// Installed and switched off.
        Disabled = "disabled",
        /// Archived by the system: the icon stays, the code is gone.
        Archived = "archived",
        /// Not in this profile.
        Absent = "absent",
    }
}

words! {
    /// What the boot chain says of itself.
    BootState {
        /// Locked, and every stage verified by the maker's key.
        Verified = "verified",
        /// Locked, and verified by a key that the owner installed.
        SelfSigned = "self-signed",
        /// Unlocked: anything may have been booted.
        Unlocked = "unlocked",
        /// Verification failed.
        Failed = "failed",
    }
}

words! {
    /// A sign of root or jailbreak. Each can be wrong; a policy or the server can mute one.
    RootSign {
        /// An `su` binary on the path.
        SuBinary = "su-binary",
        /// A root manager is installed.
        RootManager = "root-manager",
        /// The build was signed with test keys.
        TestKeys = "test-keys",
        /// A system property that only development builds set.
        DangerousProperty = "dangerous-property",
        /// A system path is writable.
        WritableSystem = "writable-system",
        /// A jailbreak tool's file or link.
        JailbreakFile = "jailbreak-file",
        /// Code was injected into the agent's process.
        InjectedLibrary = "injected-library",
    }
}

words! {
    /// What a person declares, because nobody can measure it.
    Declaration {
        /// Two-step verification is on in WhatsApp Business.
        TwoStepVerification = "two-step-verification",
        /// The list of linked devices was looked through.
        LinkedDevices = "linked-devices",
        /// The business profile names the company, address and purpose.
        BusinessProfile = "business-profile",
        /// An away message is set outside working hours.
        AwayMessage = "away-message",
        /// Contacts gave their express consent to be written to.
        ContactConsent = "contact-consent",
    }
}

/// What is known of one app. The version is kept as the system printed it, and parsed when judged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppFacts {
    /// Whether it is there.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub presence: Reading<Presence>,
    /// Its version, such as `2.26.39.71`.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub version: Reading<String>,
    /// SHA-256 digests of its signing certificates, oldest first, lower-case hexadecimal.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub signers: Reading<Vec<String>>,
    /// The package that installed it, such as `com.android.vending`; empty when side-loaded.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub installer: Reading<String>,
    /// Whether the store offers this device a newer version than this one. Only device management is told, so a server
    /// alone sets it: it is in no report, and read from none.
    #[serde(skip)]
    pub update_offered: Reading<bool>,
}

impl AppFacts {
    fn is_not_collected(&self) -> bool {
        *self == Self::default()
    }
}

/// The text of the rules that the person acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RulesAcknowledgement {
    /// The version of the rules, as the policy numbers them.
    pub version: u32,
    /// The day on which it was acknowledged.
    pub on: Date,
}

/// One dated answer of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclarationMade {
    /// What was declared.
    pub declaration: Declaration,
    /// True: it is so. False: the person says it is not.
    pub affirmed: bool,
    /// The day on which it was declared.
    pub on: Date,
}

/// What a probe saw. The platform alone is always known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceFacts {
    /// The system it runs.
    pub platform: Platform,
    /// The hardware model, such as `Pixel 8` or `iPhone15,2`.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub model: Reading<String>,
    /// The version of the operating system as it prints itself, such as `16`, `26.6.1` or `12`.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub os_version: Reading<String>,
    /// The distribution or edition on hosts, such as `debian`; absent on phones.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub os_name: Reading<String>,
    /// The system's security patch level, such as `2026-10-05`.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub security_patch: Reading<String>,
    /// The patch level of the maker's part of the system, such as `2026-10-05`. Shown beside the system's, not judged.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub vendor_patch: Reading<String>,
    /// The kernel's version, such as `6.1.128`. Shown beside the system's patch level, not judged.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub kernel_version: Reading<String>,
    /// How storage is encrypted.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub storage_encryption: Reading<StorageEncryption>,
    /// Whether a secure lock is set.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub screen_lock: Reading<bool>,
    /// The band of the lock's quality.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub lock_complexity: Reading<LockComplexity>,
    /// WhatsApp Business.
    #[serde(default, skip_serializing_if = "AppFacts::is_not_collected")]
    pub whatsapp_business: AppFacts,
    /// The consumer WhatsApp: only whether it is there.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub whatsapp_consumer: Reading<Presence>,
    /// Whether this agent is the genuine one.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub own_app_genuine: Reading<bool>,
    /// The boot chain's state.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub boot_state: Reading<BootState>,
    /// Signs of root or jailbreak; empty when none was found.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub root_signs: Reading<Vec<RootSign>>,
    /// Signs that were not looked for, because the policy mutes them; not collected when every sign was looked for.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub muted_root_signs: Reading<Vec<RootSign>>,
    /// Whether the developer options are on.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub developer_options: Reading<bool>,
    /// Whether debugging over USB or network is on.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub adb: Reading<bool>,
    /// The rules that the person acknowledged last; known with no value when none was.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub usage_rules: Reading<Option<RulesAcknowledgement>>,
    /// The person's dated answers.
    #[serde(default, skip_serializing_if = "Reading::is_not_collected")]
    pub declarations: Reading<Vec<DeclarationMade>>,
}

impl DeviceFacts {
    /// Facts of a device on this platform with nothing collected yet.
    pub fn nothing_collected(platform: Platform) -> Self {
        Self {
            platform,
            model: Reading::default(),
            os_version: Reading::default(),
            os_name: Reading::default(),
            security_patch: Reading::default(),
            vendor_patch: Reading::default(),
            kernel_version: Reading::default(),
            storage_encryption: Reading::default(),
            screen_lock: Reading::default(),
            lock_complexity: Reading::default(),
            whatsapp_business: AppFacts::default(),
            whatsapp_consumer: Reading::default(),
            own_app_genuine: Reading::default(),
            boot_state: Reading::default(),
            root_signs: Reading::default(),
            muted_root_signs: Reading::default(),
            developer_options: Reading::default(),
            adb: Reading::default(),
            usage_rules: Reading::default(),
            declarations: Reading::default(),
        }
    }
}
