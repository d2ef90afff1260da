//! Why evidence does not prove what was asked: stable codes, with a sentence in each language.

use agent_core::judge::text::Language;
use serde::Serialize;

use super::words;

macro_rules! codes {
    ($(#[$doc:meta])* $kind:ident: $($name:ident = $code:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        pub enum $kind { $(#[doc = $code] #[serde(rename = $code)] $name),+ }
        impl $kind {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),+];
            /// The code, which does not change.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }
        }
    };
}

pub(super) use codes;

codes! {
    /// A reason with a stable code; the words are in the text table.
    Reason:
    Malformed = "malformed",
    ChainTooShort = "chain-too-short",
    BrokenSignature = "broken-signature",
    UnverifiableSignature = "unverifiable-signature",
    UnknownRoot = "unknown-root",
    SoftwareRoot = "software-root",
    Expired = "expired",
    Revoked = "revoked",
    Suspended = "suspended",
    ChainExtended = "chain-extended",
    NoAttestation = "no-attestation",
    WrongChallenge = "wrong-challenge",
    ChallengeNotGiven = "challenge-not-given",
    WrongKey = "wrong-key",
    UnsupportedLeafKey = "unsupported-leaf-key",
    SoftwareLevel = "software-level",
    LevelMismatch = "level-mismatch",
    KeyNotGeneratedInHardware = "key-not-generated-in-hardware",
    NoRootOfTrust = "no-root-of-trust",
    NotLocked = "not-locked",
    BootNotVerified = "boot-not-verified",
    SelfSignedBootUnlisted = "self-signed-boot-unlisted",
    OsUnknown = "os-unknown",
    IdAttestation = "id-attestation",
    WrongApp = "wrong-app",
    WrongSigner = "wrong-signer",
    WrongNonce = "wrong-nonce",
    WrongEnvironment = "wrong-environment",
    WrongKeyId = "wrong-key-id",
    CounterNotZero = "counter-not-zero",
    CounterNotRising = "counter-not-rising",
    BrokenAssertion = "broken-assertion",
    AttestationMissing = "attestation-missing",
}

/// One reason, and the certificate it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shortfall {
    /// The code.
    pub reason: Reason,
    /// The certificate, counted from 1 at the leaf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<usize>,
    /// What was found, or where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Shortfall {
    pub(super) const fn new(reason: Reason) -> Self {
        Self { reason, certificate: None, detail: None }
    }

    pub(super) const fn of(reason: Reason, index: usize) -> Self {
        Self { reason, certificate: Some(index + 1), detail: None }
    }

    pub(super) fn with(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl Reason {
    /// What it means, in one sentence.
    pub fn words(self, language: Language) -> &'static str {
        words::say(words::TEXTS, language, self.code())
    }

    /// What to do about it.
    pub fn remedy(self, language: Language) -> &'static str {
        words::say(words::REMEDIES, language, self.code())
    }
}
