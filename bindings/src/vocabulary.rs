//! The plain words of the core, mirrored for the other languages. They are the core's own types: a word that is added
//! or renamed there does not compile here until it is mirrored.

use agent_core::{
    client::{Leaving, Urgency},
    judge::{
        Check, DeviceState, Evidence, Platform, Remediation, UnknownReason, Verdict,
        check::Severity,
        facts::{BootState, Declaration, LockComplexity, Presence, RootSign, StorageEncryption},
        text::Language,
    },
    wire::statement::Subject,
};

/// The system a device runs.
#[uniffi::remote(Enum)]
pub enum Platform {
    Android,
    Ios,
    Linux,
    Macos,
    Windows,
}

/// How far a fact can be believed, weakest first.
#[uniffi::remote(Enum)]
pub enum Evidence {
    UserDeclared,
    Heuristic,
    OsReported,
    MdmConfirmed,
    HardwareAttested,
}

/// Why a fact could not be read.
#[uniffi::remote(Enum)]
pub enum UnknownReason {
    PlatformForbids,
    PermissionMissing,
    NotSupported,
    NotInThisProfile,
    SourcesDisagree,
    ProbeFailed,
    NotCollected,
}

/// How what is stored on the device is encrypted.
#[uniffi::remote(Enum)]
pub enum StorageEncryption {
    PerUser,
    WholeDisk,
    DefaultKey,
    Activating,
    Inactive,
    Unsupported,
}

/// Android's bands of lock quality, weakest first.
#[uniffi::remote(Enum)]
pub enum LockComplexity {
    None,
    Low,
    Medium,
    High,
}

/// Whether an app is there, in the profile that the agent can see.
#[uniffi::remote(Enum)]
pub enum Presence {
    Installed,
    Disabled,
    Archived,
    Absent,
}

/// What the boot chain says of itself.
#[uniffi::remote(Enum)]
pub enum BootState {
    Verified,
    SelfSigned,
    Unlocked,
    Failed,
}

/// A sign of root or jailbreak. Each can be wrong.
#[uniffi::remote(Enum)]
pub enum RootSign {
    SuBinary,
    RootManager,
    TestKeys,
    DangerousProperty,
    WritableSystem,
    JailbreakFile,
    InjectedLibrary,
}

/// One named question about a device.
#[uniffi::remote(Enum)]
pub enum Check {
    DeviceEncryption,
    ScreenLock,
    OsVersion,
    SecurityPatch,
    WhatsappBusiness,
    WhatsappConsumer,
    AppAuthenticity,
    DeviceIntegrity,
    DeveloperOptions,
    UsageRules,
    Declarations,
}

/// The answer to one check.
#[uniffi::remote(Enum)]
pub enum Verdict {
    Pass,
    Nudge,
    Fail,
    Unknown,
    NotApplicable,
}

/// How much a failing check weighs.
#[uniffi::remote(Enum)]
pub enum Severity {
    Fail,
    Nudge,
}

/// The overall state as the fleet sees it.
#[uniffi::remote(Enum)]
pub enum DeviceState {
    Compliant,
    InGrace,
    NotCompliant,
    Unknown,
    Stale,
}

/// The step that mends what a check found. A shell has a button for each, with the page it opens on its platform.
#[uniffi::remote(Enum)]
pub enum Remediation {
    None,
    SetScreenLock,
    EncryptStorage,
    UpdateSystem,
    UpdateWhatsappBusiness,
    InstallWhatsappBusiness,
    RemoveWhatsapp,
    ReinstallFromStore,
    DeveloperOptions,
    ReadRules,
    Declare,
    AskAdministrator,
}

/// What a person declares, because nobody can measure it.
#[uniffi::remote(Enum)]
pub enum Declaration {
    TwoStepVerification,
    LinkedDevices,
    BusinessProfile,
    AwayMessage,
    ContactConsent,
}

/// What a person acknowledges: the notice about what is read of the device, or the rules for WhatsApp at work.
#[uniffi::remote(Enum)]
pub enum Subject {
    Notice,
    UsageRules,
}

/// A language that the product speaks.
#[uniffi::remote(Enum)]
pub enum Language {
    Es,
    En,
}

/// How much a delivery matters now. Quiet hours and waits after failures hold back what nobody asked for.
#[uniffi::remote(Enum)]
pub enum Urgency {
    Background,
    PersonAsked,
}

/// What leaving came to: whether the company knows. The enrolment is forgotten in each case. `Closed`: the company had closed
/// it before, so there is nothing to tell. `Untold`: the key is gone, or the server does not know it any more.
#[uniffi::remote(Enum)]
pub enum Leaving {
    Told,
    Closed,
    Untold,
}
