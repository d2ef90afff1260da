//! Why a verdict is what it is: a code with parameters. The words stand in the text table.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeStruct};

/// Declares every reason once: its variant, its code and its parameters.
macro_rules! reasons {
    ($($(#[$meta:meta])* $variant:ident = $code:literal { $($field:ident),* $(,)? }),+ $(,)?) => {
        /// Why a verdict is what it is. All parameters are printable and hold no personal data.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Reason { $(
            $(#[$meta])*
            $variant {
                $(#[doc = concat!("The parameter `", stringify!($field), "` of the sentence.")] $field: String),*
            }
        ),+ }

        impl Reason {
            /// Every code with the names of its parameters, for the text table's test and the docs.
            pub const CODES: &'static [(&'static str, &'static [&'static str])] =
                &[$(($code, &[$(stringify!($field)),*])),+];

            /// The stable code.
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $code),+ }
            }

            /// The reason with this code, its parameters empty.
            pub fn of_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant { $($field: String::new()),* }),)+ _ => None }
            }

            /// The parameters, in the order in which the sentence was written.
            pub fn params(&self) -> Vec<(&'static str, &str)> {
                match self { $(Self::$variant { $($field),* } => vec![$((stringify!($field), $field.as_str())),*]),+ }
            }
        }
    };
}

reasons! {
    // Any check.
    /// The policy does not name the check; such checks are hidden.
    NotInPolicy = "not-in-policy" {},
    /// The platform has nothing of the kind.
    NotOnThisPlatform = "not-on-this-platform" { platform },
    /// An exception covers the check through its last day.
    Exception = "exception" { until, why },
    /// The platform lets no app read this.
    UnknownPlatformForbids = "unknown.platform-forbids" {},
    /// The agent lacks the permission.
    UnknownPermissionMissing = "unknown.permission-missing" {},
    /// The agent cannot read this here.
    UnknownNotSupported = "unknown.not-supported" {},
    /// The answer lies in another profile.
    UnknownNotInThisProfile = "unknown.not-in-this-profile" {},
    /// Two fresh sources say different things.
    UnknownSourcesDisagree = "unknown.sources-disagree" {},
    /// Reading was tried and failed.
    UnknownProbeFailed = "unknown.probe-failed" {},
    /// The policy asks for it, and the facts do not hold it (an older agent).
    UnknownNotCollected = "unknown.not-collected" {},
    /// Known, with weaker evidence than the policy demands.
    UnknownWeakEvidence = "unknown.weak-evidence" { found, required },
    /// A version or date that this version of Atalaya cannot read.
    UnknownUnparseable = "unknown.unparseable" { found },
    /// A rule from a newer policy.
    UnsupportedRule = "unsupported-rule" { rule },
    /// No source says what the latest release is.
    NoReleaseSource = "unknown.no-release-source" {},
    /// The sources are all too old to say what the latest release is.
    StaleReleaseSource = "unknown.stale-release-source" { days },

    // device-encryption
    /// Encrypted, and bound to the lock.
    EncryptionBound = "device-encryption.bound" { kind },
    /// Not encrypted.
    EncryptionOff = "device-encryption.off" {},
    /// The device cannot encrypt.
    EncryptionImpossible = "device-encryption.impossible" {},
    /// Encryption is under way.
    EncryptionActivating = "device-encryption.activating" {},
    /// Encrypted with a key that no credential protects.
    EncryptionDefaultKey = "device-encryption.default-key" {},
    /// Encrypted, and no lock protects the key.
    EncryptionNotBound = "device-encryption.not-bound-to-lock" {},
    // screen-lock
    /// A secure lock is set.
    LockSet = "screen-lock.set" {},
    /// A secure lock is set, and good enough.
    LockGood = "screen-lock.good-enough" { found, required },
    /// No secure lock.
    LockMissing = "screen-lock.not-set" {},
    /// A lock that is easier to guess than the policy allows.
    LockTooSimple = "screen-lock.too-simple" { found, required },
    // os-version
    /// Supported and recent enough.
    OsGood = "os-version.good" { found },
    /// Below the lowest version without a known vulnerability.
    OsBelowFloor = "os-version.below-floor" { found, floor, cve },
    /// The same, and the vulnerability is being exploited.
    OsBelowExploitedFloor = "os-version.below-exploited-floor" { found, floor, cve },
    /// Below the policy's minimum.
    OsBelowMinimum = "os-version.below-minimum" { found, required },
    /// The vendor ended support.
    OsUnsupported = "os-version.unsupported" { found, ended },
    /// Too far behind the newest settled release.
    OsBehindLatest = "os-version.behind-latest" { found, latest },
    /// Not as the policy wants, and the vendor made nothing newer for this model since that day, or ended its support then.
    OsVendorUnfixable = "os-version.vendor-unfixable" { found, required, since },
    // security-patch
    /// Recent enough.
    PatchRecent = "security-patch.recent" { level, days },
    /// Older than the policy allows, but the newest that was published.
    PatchNewestPublished = "security-patch.newest-published" { level },
    /// Older than the policy allows.
    PatchOld = "security-patch.old" { level, days, allowed },
    /// Older than the policy allows, and the vendor makes no more of them: since that day neither patches of this version
    /// nor a newer version for this model.
    PatchVendorUnfixable = "security-patch.vendor-unfixable" { level, days, since },
    // whatsapp-business
    /// Installed and recent enough.
    BusinessGood = "whatsapp-business.good" { found },
    /// Installed; the policy asks no more.
    BusinessInstalled = "whatsapp-business.installed" {},
    /// Not in this profile.
    BusinessMissing = "whatsapp-business.not-installed" {},
    /// Installed and switched off.
    BusinessDisabled = "whatsapp-business.disabled" {},
    /// Archived by the system.
    BusinessArchived = "whatsapp-business.archived" {},
    /// The version can only come from device management.
    BusinessVersionNeedsMdm = "whatsapp-business.version-needs-mdm" {},
    /// Below the lowest version without a known vulnerability.
    BusinessBelowFloor = "whatsapp-business.below-floor" { found, floor, cve },
    /// The same, and the vulnerability is being exploited.
    BusinessBelowExploitedFloor = "whatsapp-business.below-exploited-floor" { found, floor, cve },
    /// Below the policy's minimum.
    BusinessBelowMinimum = "whatsapp-business.below-minimum" { found, required },
    /// Too far behind the newest settled release.
    BusinessBehindLatest = "whatsapp-business.behind-latest" { found, latest },
    /// The store offers this device nothing newer, whatever others can have.
    BusinessNewestOffered = "whatsapp-business.newest-offered" { found },
    /// The store offers a newer one, and nothing fresh tells how far behind this one is.
    BusinessUpdateOffered = "whatsapp-business.update-offered" { found },
    /// Below a floor, and the store offers this device nothing newer.
    BusinessFlawedNoneOffered = "whatsapp-business.flawed-none-offered" { found, floor, cve },
    /// Below the policy's minimum, and the store offers this device nothing newer.
    BusinessNoneOffered = "whatsapp-business.none-offered" { found, required },
    // whatsapp-consumer
    /// Not in this profile.
    ConsumerAbsent = "whatsapp-consumer.absent" {},
    /// Installed beside the Business app.
    ConsumerInstalled = "whatsapp-consumer.installed" {},
    // app-authenticity
    /// Signer and installer are as they should be.
    AuthenticityGood = "app-authenticity.good" {},
    /// No signer was pinned by the administrator yet.
    SignerNotPinned = "app-authenticity.signer-not-pinned" { found },
    /// Signed by a signer that is not accepted.
    SignerUnexpected = "app-authenticity.signer-unexpected" { found },
    /// Installed from somewhere that is not accepted.
    InstallerUnexpected = "app-authenticity.installer-unexpected" { found },
    /// The agent itself is not genuine.
    AgentNotGenuine = "app-authenticity.agent-not-genuine" {},
    // device-integrity
    /// Locked, verified, no signs.
    IntegrityGood = "device-integrity.good" {},
    /// The bootloader is unlocked.
    BootUnlocked = "device-integrity.bootloader-unlocked" {},
    /// The boot was verified by a key of the owner's.
    BootSelfSigned = "device-integrity.self-signed-boot" {},
    /// The boot verification failed.
    BootFailed = "device-integrity.boot-failed" {},
    /// Signs of root or jailbreak.
    RootSigns = "device-integrity.root-signs" { signs },
    // developer-options
    /// All off.
    DeveloperOff = "developer-options.all-off" {},
    /// The developer options are on.
    DeveloperOn = "developer-options.on" {},
    /// Debugging is on.
    AdbOn = "developer-options.adb-on" {},
    // usage-rules
    /// The current rules were acknowledged.
    RulesAcknowledged = "usage-rules.acknowledged" { version, on },
    /// No rules were acknowledged.
    RulesNotAcknowledged = "usage-rules.not-acknowledged" { required },
    /// Older rules were acknowledged.
    RulesOutdated = "usage-rules.outdated" { found, required },
    // declarations
    /// All answered, affirmed and recent enough.
    DeclarationsGood = "declarations.complete" {},
    /// Not answered.
    DeclarationMissing = "declarations.missing" { declaration },
    /// Answered too long ago.
    DeclarationExpired = "declarations.expired" { declaration, on },
    /// The person says that it is not so.
    DeclarationDenied = "declarations.denied" { declaration },
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let params: BTreeMap<&str, &str> = self.params().into_iter().collect();
        let mut out = serializer.serialize_struct("Reason", if params.is_empty() { 1 } else { 2 })?;
        out.serialize_field("code", self.code())?;
        if !params.is_empty() {
            out.serialize_field("params", &params)?;
        }
        out.end()
    }
}
