//! What management may say of a device. This is the whole list: what has no field here cannot be kept.

use agent_core::judge::facts::{Presence, StorageEncryption};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that management said, and the moment at which it was so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told<T> {
    /// What was said.
    pub value: T,
    /// When it was so.
    pub at: Timestamp,
}

/// What management says of one app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedApp {
    /// Whether it is there.
    pub presence: Presence,
    /// Its version, as it was printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether the store has a newer one for this device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_update_available: Option<bool>,
    /// The store's number of this version, in digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_version_id: Option<String>,
}

macro_rules! facts {
    ($($(#[$meta:meta])* $field:ident: $type:ty,)+) => {
        /// What one message says of a device. None: it did not say.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct ManagedFacts { $($(#[$meta])* pub $field: Option<$type>,)+ }

        /// What management has said of a device so far, each fact with its moment.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct ToldFacts {
            $($(#[$meta])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<Told<$type>>,)+
        }

        impl ToldFacts {
            /// Takes over what a message says; what is already known to be newer stays. Whether anything changed.
            pub(super) fn take(&mut self, said: ManagedFacts, at: Timestamp) -> bool {
                let mut changed = false;
                $(if let Some(value) = said.$field {
                    changed |= newer(&mut self.$field, Told { value, at });
                })+
                changed
            }

            /// Forgets what was so at this moment or before. Whether anything was.
            pub(super) fn forget_until(&mut self, until: Timestamp) -> bool {
                let mut changed = false;
                $(if self.$field.as_ref().is_some_and(|told| told.at <= until) {
                    self.$field = None;
                    changed = true;
                })+
                changed
            }
        }
    };
}

facts! {
    /// The hardware model, such as `iPhone14,5`.
    model: String,
    /// The system's version.
    os_version: String,
    /// Android's security patch level.
    security_patch: String,
    /// How what is stored on it is encrypted.
    storage_encryption: StorageEncryption,
    /// Whether it has a screen lock.
    screen_lock: bool,
    /// WhatsApp Business.
    whatsapp_business: ManagedApp,
    /// Whether WhatsApp Messenger is there.
    whatsapp_consumer: Presence,
}

/// A correction of the same moment counts, an older message does not.
fn newer<T: PartialEq>(known: &mut Option<Told<T>>, told: Told<T>) -> bool {
    if known.as_ref().is_some_and(|known| known.at > told.at || *known == told) {
        return false;
    }
    *known = Some(told);
    true
}
