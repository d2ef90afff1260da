//! NanoMDM's and MicroMDM's webhook: each message of a device, with the property list that it sent in base64.
//! <https://github.com/micromdm/nanomdm/blob/main/docs/operations-guide.md>

use agent_core::judge::facts::StorageEncryption;
use base64::{Engine, engine::general_purpose::STANDARD};
use plist::{Dictionary, Value};
use serde::Deserialize;

use super::{
    apple_status,
    facts::ManagedFacts,
    inventory::{AppLists, Found, Inventory},
    parse_error::ParseError,
    payload, shape,
    whatsapp::{self, Whatsapp},
};

/// The longest message, in bytes.
pub const LONGEST: usize = 1024 * 1024;
/// More apps than any device has.
const MOST_APPS: usize = 10_000;
const FORM: &str = "an event of NanoMDM or MicroMDM";

#[derive(Deserialize)]
struct Event {
    topic: String,
    created_at: Option<String>,
    #[serde(rename = "acknowledge_event")]
    answer: Option<Message>,
    #[serde(rename = "checkin_event")]
    check_in: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    ids: Option<Ids>,
    udid: Option<String>,
    enrollment_id: Option<String>,
    status: Option<String>,
    raw_payload: Option<String>,
}

#[derive(Deserialize)]
struct Ids {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

/// How a device is enrolled in management.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Enrolment {
    /// As a whole.
    Device,
    /// A person's own device: management sees only the apps that it manages.
    OfPerson,
}

/// Reads one message. It finds nothing in messages of people on shared devices, and in kinds that nothing is taken of.
pub fn parse(bytes: &[u8], lists: AppLists) -> Result<Found, ParseError> {
    if bytes.len() > LONGEST {
        return Err(ParseError::too_long(LONGEST));
    }
    let event: Event = serde_json::from_slice(bytes).map_err(|error| ParseError::json(&error, FORM))?;
    let seen_at = event.created_at.as_deref().and_then(shape::moment);
    let Some(message) = event.answer.or(event.check_in) else { return Ok(Found::default()) };
    let Some((device_ref, enrolment)) = device(&message)? else { return Ok(Found::default()) };
    let mut inventory = Inventory::known(device_ref, seen_at);
    match event.topic.as_str() {
        "mdm.Authenticate" => inventory.facts = authenticated(&own(&message)?),
        "mdm.CheckOut" => inventory.retired = true,
        "mdm.DeclarativeManagement" => match own(&message)?.get("Data").and_then(Value::as_data) {
            Some(report) => inventory.facts = apple_status::read(report)?.facts,
            // It asks for its declarations and says nothing of itself.
            None => return Ok(Found::default()),
        },
        "mdm.Connect" if message.status.as_deref() == Some("Acknowledged") => {
            inventory.facts = answered(&own(&message)?, enrolment, lists);
        }
        // `NotNow`, `Idle` and errors show that it is there, and no more.
        "mdm.Connect" | "mdm.TokenUpdate" => {}
        _ => return Ok(Found::default()),
    }
    Ok(Some(inventory).into())
}

/// Which device a message is about; none for a person's channel on a shared one.
fn device(message: &Message) -> Result<Option<(String, Enrolment)>, ParseError> {
    let (named, enrolment) = match &message.ids {
        Some(ids) => match ids.kind.as_str() {
            "Device" => (Some(&ids.id), Enrolment::Device),
            "User Enrollment (Device)" => (Some(&ids.id), Enrolment::OfPerson),
            _ => return Ok(None),
        },
        // MicroMDM sends no `ids`; a message of a person on a shared device shows by what is in it.
        None if own(message)?.contains_key("UserID") => return Ok(None),
        None => match (&message.udid, &message.enrollment_id) {
            (Some(udid), _) if !udid.is_empty() => (Some(udid), Enrolment::Device),
            (_, id) => (id.as_ref(), Enrolment::OfPerson),
        },
    };
    let device_ref = named.and_then(|text| shape::device_ref(text));
    let missing = || ParseError::new("ids.id", "names no device; at most 120 characters without control characters");
    Ok(Some((device_ref.ok_or_else(missing)?, enrolment)))
}

/// The property list that the device sent.
fn own(message: &Message) -> Result<Dictionary, ParseError> {
    let text = message.raw_payload.as_deref().unwrap_or_default();
    let bytes =
        STANDARD.decode(text).map_err(|_| ParseError::new("raw_payload", "is not base64, or ends too early"))?;
    payload::read(&bytes)
}

fn text<'d>(dictionary: &'d Dictionary, key: &str) -> Option<&'d str> {
    dictionary.get(key).and_then(Value::as_string)
}

fn truth(dictionary: &Dictionary, key: &str) -> Option<bool> {
    dictionary.get(key).and_then(Value::as_boolean)
}

fn authenticated(said: &Dictionary) -> ManagedFacts {
    ManagedFacts {
        // `Model` is an order number, `ProductName` what the device calls itself.
        model: text(said, "ProductName").and_then(shape::model),
        os_version: text(said, "OSVersion").and_then(shape::os_version),
        ..ManagedFacts::default()
    }
}

/// The answer to a command; which one shows by what is in it.
fn answered(said: &Dictionary, enrolment: Enrolment, lists: AppLists) -> ManagedFacts {
    let mut facts = ManagedFacts::default();
    if let Some(information) = said.get("QueryResponses").and_then(Value::as_dictionary) {
        facts = device_information(information);
    }
    if let Some(security) = said.get("SecurityInfo").and_then(Value::as_dictionary) {
        let lock = truth(security, "PasscodePresent");
        facts.screen_lock = lock;
        facts.storage_encryption = encryption(security, lock);
    }
    if let Some(apps) = said.get("InstalledApplicationList").and_then(Value::as_array) {
        let whole = lists == AppLists::Whole && enrolment == Enrolment::Device;
        installed_applications(&mut facts, apps, whole);
    }
    facts
}

fn device_information(said: &Dictionary) -> ManagedFacts {
    let mut facts = authenticated(said);
    // A rapid response is told apart from the version: `16.5.1` and `(c)`.
    if let (Some(version), Some(extra)) = (&facts.os_version, text(said, "SupplementalOSVersionExtra"))
        && let Some(whole) = shape::os_version(&format!("{version} {}", extra.trim()))
    {
        facts.os_version = Some(whole);
    }
    facts
}

/// Data protection is on when the hardware can do both kinds and there is a passcode (Apple's `SecurityInfo` schema).
fn encryption(security: &Dictionary, lock: Option<bool>) -> Option<StorageEncryption> {
    let both = security.get("HardwareEncryptionCaps").and_then(Value::as_unsigned_integer) == Some(3);
    match lock {
        Some(true) if both => Some(StorageEncryption::PerUser),
        Some(false) if both => Some(StorageEncryption::DefaultKey),
        _ => None,
    }
}

fn installed_applications(facts: &mut ManagedFacts, apps: &[Value], whole: bool) {
    let mut listed = Vec::new();
    for app in apps.iter().take(MOST_APPS).filter_map(Value::as_dictionary) {
        let Some(which) = text(app, "Identifier").and_then(Whatsapp::by_identifier) else { continue };
        listed.push(which);
        let coming = ["Installing", "DownloadWaiting", "DownloadPaused", "DownloadCancelled", "DownloadFailed"];
        if coming.iter().any(|key| truth(app, key) == Some(true)) {
            continue;
        }
        let mut said = whatsapp::installed([text(app, "ShortVersion"), text(app, "Version")]);
        said.has_update_available = truth(app, "HasUpdateAvailable");
        let number = app.get("ExternalVersionIdentifier").and_then(Value::as_unsigned_integer);
        said.external_version_id = number.map(|number| number.to_string());
        which.tell(facts, said);
    }
    if whole && apps.len() <= MOST_APPS {
        whatsapp::not_listed(facts, &listed);
    }
}
