//! Devices of the Android Management API: one of `enterprises.devices.get`, or a page of `list`.
//! <https://developers.google.com/android/management/reference/rest/v1/enterprises.devices>

use agent_core::judge::facts::StorageEncryption;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::{
    facts::ManagedFacts,
    inventory::{Found, Inventory, Page},
    parse_error::ParseError,
    shape,
    whatsapp::{self, Whatsapp},
};

/// The longest file, in bytes.
pub const LONGEST: usize = 32 * 1024 * 1024;
/// The most devices of one file.
const MOST_DEVICES: usize = 100_000;
const FORM: &str = "a device or a list of devices of the Android Management API";

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Page {
        devices: Vec<Entry>,
        #[serde(rename = "nextPageToken")]
        next: Option<Value>,
    },
    Bare(Vec<Entry>),
    One(Box<Device>),
}

/// One that cannot be read stops no other.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Device(Box<Device>),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Device {
    name: Option<String>,
    state: Option<String>,
    management_mode: Option<String>,
    last_status_report_time: Option<String>,
    #[serde(default, rename = "softwareInfo")]
    software: SoftwareInfo,
    #[serde(default, rename = "hardwareInfo")]
    hardware: HardwareInfo,
    #[serde(default, rename = "deviceSettings")]
    settings: DeviceSettings,
    application_reports: Option<Vec<ApplicationReport>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SoftwareInfo {
    android_version: Option<String>,
    security_patch_level: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct HardwareInfo {
    model: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DeviceSettings {
    is_device_secure: Option<bool>,
    is_encrypted: Option<bool>,
    encryption_status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationReport {
    package_name: Option<String>,
    version_name: Option<String>,
    state: Option<String>,
}

/// Reads one device, an array of them, or a page of `list`.
pub fn parse(bytes: &[u8]) -> Result<Found, ParseError> {
    if bytes.len() > LONGEST {
        return Err(ParseError::too_long(LONGEST));
    }
    let mut page = None;
    let devices = match serde_json::from_slice(bytes).map_err(|error| ParseError::json(&error, FORM))? {
        Answer::Page { devices, next } => {
            let follows = next.as_ref().and_then(Value::as_str).is_some_and(|token| !token.is_empty());
            page = Some(if follows { Page::Further } else { Page::Last });
            devices
        }
        Answer::Bare(devices) => devices,
        Answer::One(device) if device.name.is_none() => {
            let what = "is missing, so this lists no device; save an answer of enterprises.devices.list or get";
            return Err(ParseError::new("devices", what));
        }
        Answer::One(device) => vec![Entry::Device(device)],
    };
    if devices.len() > MOST_DEVICES {
        return Err(ParseError::new("devices", format!("holds more than {MOST_DEVICES}; import them in parts")));
    }
    let mut found = Found { page, ..Found::default() };
    for (number, entry) in devices.into_iter().enumerate() {
        let Entry::Device(device) = entry else {
            found.skip(ParseError::new(format!("devices[{number}]"), "is no device of the Android Management API"));
            continue;
        };
        match inventory(*device) {
            Some(inventory) => found.inventories.push(inventory),
            None => found.skip(ParseError::new(
                format!("devices[{number}].name"),
                "names no device, such as `enterprises/LC01/devices/3f2a`",
            )),
        }
    }
    // Anything can be read as a device that says nothing.
    match (found.inventories.is_empty(), found.first_fault) {
        (true, Some(fault)) => Err(fault),
        (_, first_fault) => Ok(Found { first_fault, ..found }),
    }
}

fn inventory(device: Device) -> Option<Inventory> {
    let name = device.name?;
    // The policy's own placeholders name a device by the last part.
    let device_ref = shape::device_ref(name.split_once("/devices/")?.1)?;
    let retired = device.state.as_deref() == Some("DELETED");
    let seen_at = device.last_status_report_time.as_deref().and_then(shape::moment);
    let mut facts = ManagedFacts {
        model: device.hardware.model.as_deref().and_then(shape::model),
        os_version: device.software.android_version.as_deref().and_then(shape::os_version),
        security_patch: device.software.security_patch_level.as_deref().and_then(shape::security_patch),
        storage_encryption: encryption(&device.settings),
        screen_lock: device.settings.is_device_secure,
        ..ManagedFacts::default()
    };
    if let Some(reports) = device.application_reports.filter(|reports| !reports.is_empty()) {
        // In a work profile the reports name what is inside it, so an app that is not in them may be outside.
        let whole = device.management_mode.as_deref() == Some("DEVICE_OWNER");
        applications(&mut facts, &reports, whole);
    }
    Some(Inventory { device_ref, seen_at, retired, facts })
}

fn encryption(settings: &DeviceSettings) -> Option<StorageEncryption> {
    match settings.encryption_status.as_deref() {
        Some("ACTIVE_PER_USER") => Some(StorageEncryption::PerUser),
        Some("ACTIVE") => Some(StorageEncryption::WholeDisk),
        Some("ACTIVE_DEFAULT_KEY") => Some(StorageEncryption::DefaultKey),
        Some("ACTIVATING") => Some(StorageEncryption::Activating),
        Some("INACTIVE") => Some(StorageEncryption::Inactive),
        Some("UNSUPPORTED") => Some(StorageEncryption::Unsupported),
        // "Encrypted" alone does not say whether a credential protects the key.
        _ => (settings.is_encrypted == Some(false)).then_some(StorageEncryption::Inactive),
    }
}

fn applications(facts: &mut ManagedFacts, reports: &[ApplicationReport], whole: bool) {
    let mut listed = Vec::new();
    for report in reports {
        let Some(which) = report.package_name.as_deref().and_then(Whatsapp::by_identifier) else { continue };
        match report.state.as_deref() {
            None | Some("INSTALLED") => {
                which.tell(facts, whatsapp::installed([report.version_name.as_deref()]));
            }
            Some("REMOVED") => which.tell(facts, whatsapp::absent()),
            Some(_) => {}
        }
        listed.push(which);
    }
    if whole {
        whatsapp::not_listed(facts, &listed);
    }
}
