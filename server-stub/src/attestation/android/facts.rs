//! What a description tells of the device and its key, and what proves each of it.

use serde::Serialize;

use super::{
    super::{Certificate, hex, signature::KeyKind},
    chain::{self, Provisioning},
    expected::{BootKey, Expected},
    extension::{KeyDescription, RootOfTrust},
};

/// What makes a fact true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// The secure hardware said it, and its chain holds.
    Hardware,
    /// The operating system said it to the secure hardware: as good as the system's own start.
    System,
    /// The certificates show it.
    Chain,
    /// Nothing: it is only claimed.
    Nothing,
}

/// A value and what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told<T> {
    /// The value.
    pub value: T,
    /// What proves it.
    pub by: Proof,
}

/// How the device was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BootState {
    /// The vendor's system.
    Verified,
    /// Somebody else's, with their key.
    SelfSigned,
    /// Anything.
    Unverified,
    /// Not what it should be.
    Failed,
    /// A value that is not known.
    Unknown,
}

/// Where a key lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// In the operating system.
    Software,
    /// In the processor's trusted environment.
    TrustedEnvironment,
    /// In a chip of its own.
    StrongBox,
    /// A value that is not known.
    Unknown,
}

impl Level {
    /// Whether it lies outside the operating system.
    pub(super) const fn is_hardware(self) -> bool {
        matches!(self, Self::TrustedEnvironment | Self::StrongBox)
    }
}

/// Where a key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Made inside.
    Generated,
    /// Derived inside.
    Derived,
    /// Brought in.
    Imported,
    /// A value without meaning.
    Reserved,
    /// Brought in under wraps.
    SecurelyImported,
    /// A value that is not known.
    Unknown,
}

/// Every fact that evidence can carry; absent ones are unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// Such as `14` or `8.1.0`.
    pub os_version: Option<Told<String>>,
    /// `yyyy-MM` or `yyyy-MM-dd`.
    pub os_patch_level: Option<Told<String>>,
    /// The same of the vendor's parts.
    pub vendor_patch_level: Option<Told<String>>,
    /// The same of the kernel.
    pub boot_patch_level: Option<Told<String>>,
    /// How the device was started.
    pub boot_state: Option<Told<BootState>>,
    /// Whether the bootloader is locked.
    pub device_locked: Option<Told<bool>>,
    /// The key of the system, hex.
    pub boot_key: Option<Told<String>>,
    /// The listed system whose key it is.
    pub boot_system: Option<Told<String>>,
    /// The hash of the system, hex.
    pub boot_hash: Option<Told<String>>,
    /// The packages that asked for the key.
    pub packages: Option<Told<Vec<String>>>,
    /// Their signers, hex.
    pub signers: Option<Told<Vec<String>>>,
    /// Who attests.
    pub attestation_level: Option<Told<Level>>,
    /// Who holds the key.
    pub key_level: Option<Told<Level>>,
    /// Where the key comes from.
    pub key_origin: Option<Told<Origin>>,
    /// What kind of key.
    pub key_kind: Option<Told<KeyKind>>,
    /// How the device came to its attestation key.
    pub provisioning: Option<Told<Provisioning>>,
    /// How many certificates it was given of late.
    pub certificates_issued: Option<Told<u64>>,
    /// The challenge, hex.
    pub challenge: Option<Told<String>>,
}

pub(super) fn facts(chain: &[Certificate], told: &KeyDescription, chain_holds: bool, expected: &Expected<'_>) -> Facts {
    let hardware_speaks = chain_holds && level(told.attestation_level).is_hardware();
    let root = told.hardware.root_of_trust();
    let by_hardware = if hardware_speaks { Proof::Hardware } else { Proof::Nothing };
    let is_sound = root.is_some_and(|root| {
        let state = boot_state(root.boot_state);
        root.device_locked
            && (state == BootState::Verified || state == BootState::SelfSigned && named(root, expected).is_some())
    });
    // The system's own word is worth something only if the hardware started a system that is known.
    let by_system = if hardware_speaks && is_sound { Proof::System } else { Proof::Nothing };
    let by_chain = if chain_holds { Proof::Chain } else { Proof::Nothing };
    let patch = |number| patch_level(told.hardware.integer(number)).map(|value| Told { value, by: by_hardware });
    let app = told.software.application();
    Facts {
        os_version: os_version(told.hardware.integer(705)).map(|value| Told { value, by: by_hardware }),
        os_patch_level: patch(706),
        vendor_patch_level: patch(718),
        boot_patch_level: patch(719),
        boot_state: root.map(|root| Told { value: boot_state(root.boot_state), by: by_hardware }),
        device_locked: root.map(|root| Told { value: root.device_locked, by: by_hardware }),
        boot_key: root.map(|root| Told { value: hex(&root.boot_key), by: by_hardware }),
        boot_system: root
            .and_then(|root| named(root, expected))
            .map(|listed| Told { value: listed.name.clone(), by: by_hardware }),
        boot_hash: root.and_then(|root| root.boot_hash.as_ref()).map(|hash| Told { value: hex(hash), by: by_hardware }),
        packages: app.map(|app| Told {
            value: app.packages.iter().map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect(),
            by: by_system,
        }),
        signers: app.map(|app| Told { value: app.signers.iter().map(|signer| hex(signer)).collect(), by: by_system }),
        attestation_level: Some(Told { value: level(told.attestation_level), by: by_chain }),
        key_level: Some(Told { value: level(told.keymint_level), by: by_hardware }),
        key_origin: told.hardware.integer(702).map(|value| Told { value: origin(value), by: by_hardware }),
        key_kind: chain.first().map(|leaf| Told { value: leaf.key_kind(), by: by_hardware }),
        provisioning: Some(Told { value: chain::provisioning(chain), by: by_chain }),
        certificates_issued: chain::certificates_issued(chain).map(|value| Told { value, by: by_chain }),
        challenge: Some(Told { value: hex(&told.challenge), by: by_hardware }),
    }
}

/// AABBCC as `14` or `8.1.0`; none for 0, which development builds say.
pub(super) fn os_version(value: Option<u64>) -> Option<String> {
    let value = value.filter(|value| (10_000..1_000_000).contains(value))?;
    let (major, minor, fix) = (value / 10_000, value / 100 % 100, value % 100);
    Some(match (minor, fix) {
        (0, 0) => major.to_string(),
        (_, 0) => format!("{major}.{minor}"),
        _ => format!("{major}.{minor}.{fix}"),
    })
}

/// `yyyyMM` or `yyyyMMdd`; a day 00 is no day.
fn patch_level(value: Option<u64>) -> Option<String> {
    let value = value?;
    let (month, day) = if value < 1_000_000 { (value, 0) } else { (value / 100, value % 100) };
    let (year, month) = (month / 100, month % 100);
    if !(2000..10_000).contains(&year) || !(1..=12).contains(&month) || day > 31 {
        return None;
    }
    Some(if day == 0 { format!("{year}-{month:02}") } else { format!("{year}-{month:02}-{day:02}") })
}

pub(super) const fn boot_state(value: u64) -> BootState {
    match value {
        0 => BootState::Verified,
        1 => BootState::SelfSigned,
        2 => BootState::Unverified,
        3 => BootState::Failed,
        _ => BootState::Unknown,
    }
}

pub(super) const fn level(value: u64) -> Level {
    match value {
        0 => Level::Software,
        1 => Level::TrustedEnvironment,
        2 => Level::StrongBox,
        _ => Level::Unknown,
    }
}

const fn origin(value: u64) -> Origin {
    match value {
        0 => Origin::Generated,
        1 => Origin::Derived,
        2 => Origin::Imported,
        3 => Origin::Reserved,
        4 => Origin::SecurelyImported,
        _ => Origin::Unknown,
    }
}

/// The listed system whose boot key it is; a key of zeros is nobody's.
pub(super) fn named<'a>(root: &RootOfTrust, expected: &Expected<'a>) -> Option<&'a BootKey> {
    let is_a_key = root.boot_key.iter().any(|byte| *byte != 0);
    expected.boot_keys.iter().find(|listed| is_a_key && listed.key == root.boot_key)
}
