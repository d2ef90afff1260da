//! A status report of Apple's declarative management, JSON: what a device says by itself when something changes.
//! <https://github.com/apple/device-management/tree/release/declarative/status>

use serde::Deserialize;

use super::{
    facts::ManagedFacts,
    inventory::{Found, Inventory},
    parse_error::ParseError,
    shape,
    whatsapp::{self, Whatsapp},
};

/// The longest report, in bytes.
pub const LONGEST: usize = 1024 * 1024;
const FORM: &str = "a status report of declarative management";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Report {
    status_items: Items,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Items {
    device: Device,
    passcode: Passcode,
    app: Apps,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Device {
    identifier: Identifier,
    model: Model,
    operating_system: OperatingSystem,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identifier {
    udid: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Model {
    identifier: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OperatingSystem {
    version: Option<String>,
    supplemental: Supplemental,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Supplemental {
    extra_version: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Passcode {
    is_present: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Apps {
    managed: ManagedApps,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ManagedApps {
    list: Vec<App>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct App {
    identifier: String,
    version: Option<String>,
    short_version: Option<String>,
    external_version_id: Option<u64>,
    state: Option<String>,
    update_state: Option<String>,
    #[serde(default, rename = "_removed")]
    removed: bool,
}

/// What a report says, and of which device where it tells its UDID.
pub(super) struct Said {
    pub(super) udid: Option<String>,
    pub(super) facts: ManagedFacts,
}

/// Reads one report that names its device: the status item `device.identifier.udid`.
pub fn parse(bytes: &[u8]) -> Result<Found, ParseError> {
    let said = read(bytes)?;
    let device_ref = said.udid.ok_or_else(|| {
        let what = "the report names no device; subscribe to this item, or give --device-ref";
        ParseError::new("StatusItems.device.identifier.udid", what)
    })?;
    Ok(Some(Inventory { facts: said.facts, ..Inventory::known(device_ref, None) }).into())
}

/// Reads one report of this device.
pub fn of(device_ref: &str, bytes: &[u8]) -> Result<Found, ParseError> {
    let facts = read(bytes)?.facts;
    let named =
        shape::device_ref(device_ref).map(|device_ref| Inventory { facts, ..Inventory::known(device_ref, None) });
    Ok(named.into())
}

/// Reads what a report says.
pub(super) fn read(bytes: &[u8]) -> Result<Said, ParseError> {
    if bytes.len() > LONGEST {
        return Err(ParseError::too_long(LONGEST));
    }
    let report: Report = serde_json::from_slice(bytes).map_err(|error| ParseError::json(&error, FORM))?;
    let Items { device, passcode, app } = report.status_items;
    let system = device.operating_system;
    let mut facts = ManagedFacts {
        model: device.model.identifier.as_deref().and_then(shape::model),
        os_version: system.version.as_deref().and_then(|version| {
            let extra = system.supplemental.extra_version.as_deref().unwrap_or_default();
            shape::os_version(&format!("{version} {}", extra.trim())).or_else(|| shape::os_version(version))
        }),
        screen_lock: passcode.is_present,
        ..ManagedFacts::default()
    };
    for app in app.managed.list {
        let Some(which) = Whatsapp::by_identifier(&app.identifier) else { continue };
        // The list holds managed apps alone: one that is no longer in it may still be there.
        if app.removed || app.state.as_deref() != Some("managed") {
            continue;
        }
        let mut said = whatsapp::installed([app.short_version.as_deref(), app.version.as_deref()]);
        // Apple: "only present if `state` is `managed` and an update is available".
        said.has_update_available = Some(app.update_state.is_some());
        said.external_version_id = app.external_version_id.map(|number| number.to_string());
        which.tell(&mut facts, said);
    }
    Ok(Said { udid: device.identifier.udid.as_deref().and_then(shape::device_ref), facts })
}
