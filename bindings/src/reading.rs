//! One fact, or why it is not known: a type for each kind of value, because generics do not cross.

use agent_core::judge::{
    Evidence, Reading, UnknownReason,
    facts::{BootState, LockComplexity, Presence, RootSign, StorageEncryption},
};

macro_rules! readings {
    ($($(#[$meta:meta])* $name:ident of $value:ty),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
        pub enum $name {
            /// The fact, and how far it can be believed.
            Known {
                /// What was read.
                value: $value,
                /// How far it can be believed.
                evidence: Evidence,
            },
            /// Not known, with the reason.
            Unknown {
                /// Why not.
                reason: UnknownReason,
            },
        }

        impl From<$name> for Reading<$value> {
            fn from(reading: $name) -> Self {
                match reading {
                    $name::Known { value, evidence } => Self::Known { value, evidence },
                    $name::Unknown { reason } => Self::Unknown { unknown: reason },
                }
            }
        }
    )+ };
}

readings! {
    /// Some text, as the system printed it.
    TextReading of String,
    /// Yes or no.
    FlagReading of bool,
    /// Several texts.
    TextsReading of Vec<String>,
    /// How what is stored is encrypted.
    StorageEncryptionReading of StorageEncryption,
    /// The quality of the lock.
    LockComplexityReading of LockComplexity,
    /// Whether an app is there.
    PresenceReading of Presence,
    /// The boot chain's state.
    BootStateReading of BootState,
    /// Signs of root or jailbreak; empty when none was found.
    RootSignsReading of Vec<RootSign>,
}

/// A reading that a probe may leave out: left out is not collected.
pub(crate) fn collected<T, R: Into<Reading<T>>>(reading: Option<R>) -> Reading<T> {
    reading.map_or_else(Reading::default, Into::into)
}
