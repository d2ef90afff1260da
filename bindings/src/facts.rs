//! What a probe saw, unjudged.

use agent_core::judge::{DeviceFacts, Platform, Reading, facts};

use crate::reading::{
    BootStateReading, FlagReading, LockComplexityReading, PresenceReading, RootSignsReading, StorageEncryptionReading,
    TextReading, TextsReading, collected,
};

/// What is known of one app. What is left out was not collected.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct AppFacts {
    /// Whether it is there.
    #[uniffi(default)]
    pub presence: Option<PresenceReading>,
    /// Its version, as the system prints it.
    #[uniffi(default)]
    pub version: Option<TextReading>,
    /// SHA-256 digests of its signing certificates, oldest first, lower-case hexadecimal.
    #[uniffi(default)]
    pub signers: Option<TextsReading>,
    /// The package that installed it; empty when side-loaded.
    #[uniffi(default)]
    pub installer: Option<TextReading>,
}

impl From<AppFacts> for facts::AppFacts {
    fn from(app: AppFacts) -> Self {
        let AppFacts { presence, version, signers, installer } = app;
        Self {
            presence: collected(presence),
            version: collected(version),
            signers: collected(signers),
            installer: collected(installer),
            ..Self::default()
        }
    }
}

/// What a probe saw. What is left out was not collected. The platform stands in the setup, and what the person
/// acknowledged and declared the agent knows itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct Facts {
    /// The hardware model, such as `Pixel 8` or `iPhone15,2`.
    #[uniffi(default)]
    pub model: Option<TextReading>,
    /// The version of the operating system as it prints itself.
    #[uniffi(default)]
    pub os_version: Option<TextReading>,
    /// The distribution or edition on hosts.
    #[uniffi(default)]
    pub os_name: Option<TextReading>,
    /// The system's security patch level, such as `2026-10-05`.
    #[uniffi(default)]
    pub security_patch: Option<TextReading>,
    /// The patch level of the maker's part of the system.
    #[uniffi(default)]
    pub vendor_patch: Option<TextReading>,
    /// The kernel's version.
    #[uniffi(default)]
    pub kernel_version: Option<TextReading>,
    /// How storage is encrypted.
    #[uniffi(default)]
    pub storage_encryption: Option<StorageEncryptionReading>,
    /// Whether a secure lock is set.
    #[uniffi(default)]
    pub screen_lock: Option<FlagReading>,
    /// The band of the lock's quality.
    #[uniffi(default)]
    pub lock_complexity: Option<LockComplexityReading>,
    /// WhatsApp Business.
    #[uniffi(default)]
    pub whatsapp_business: Option<AppFacts>,
    /// The consumer WhatsApp: only whether it is there.
    #[uniffi(default)]
    pub whatsapp_consumer: Option<PresenceReading>,
    /// Whether this app is the genuine one.
    #[uniffi(default)]
    pub own_app_genuine: Option<FlagReading>,
    /// The boot chain's state.
    #[uniffi(default)]
    pub boot_state: Option<BootStateReading>,
    /// Signs of root or jailbreak; empty when none was found.
    #[uniffi(default)]
    pub root_signs: Option<RootSignsReading>,
    /// Signs that were not looked for, because the policy mutes them; left out when every sign was looked for.
    #[uniffi(default)]
    pub muted_root_signs: Option<RootSignsReading>,
    /// Whether the developer options are on.
    #[uniffi(default)]
    pub developer_options: Option<FlagReading>,
    /// Whether debugging over USB or network is on.
    #[uniffi(default)]
    pub adb: Option<FlagReading>,
}

impl Facts {
    /// As the core's facts of a device on this platform.
    pub(crate) fn on(self, platform: Platform) -> DeviceFacts {
        let Self {
            model,
            os_version,
            os_name,
            security_patch,
            vendor_patch,
            kernel_version,
            storage_encryption,
            screen_lock,
            lock_complexity,
            whatsapp_business,
            whatsapp_consumer,
            own_app_genuine,
            boot_state,
            root_signs,
            muted_root_signs,
            developer_options,
            adb,
        } = self;
        DeviceFacts {
            platform,
            model: collected(model),
            os_version: collected(os_version),
            os_name: collected(os_name),
            security_patch: collected(security_patch),
            vendor_patch: collected(vendor_patch),
            kernel_version: collected(kernel_version),
            storage_encryption: collected(storage_encryption),
            screen_lock: collected(screen_lock),
            lock_complexity: collected(lock_complexity),
            whatsapp_business: whatsapp_business.unwrap_or_default().into(),
            whatsapp_consumer: collected(whatsapp_consumer),
            own_app_genuine: collected(own_app_genuine),
            boot_state: collected(boot_state),
            root_signs: collected(root_signs),
            muted_root_signs: collected(muted_root_signs),
            developer_options: collected(developer_options),
            adb: collected(adb),
            usage_rules: Reading::default(),
            declarations: Reading::default(),
        }
    }
}
