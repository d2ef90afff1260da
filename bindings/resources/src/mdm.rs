//! What each device management takes, with an example to fill in.

mod amapi;
mod appconfig;
mod intune;
mod page;
mod plist;

use agent_core::client::configuration::{KEYS, Kind};
use serde_json::{Value, json};

pub(crate) fn files() -> Vec<(String, String)> {
    let json = |value: &Value| format!("{}\n", serde_json::to_string_pretty(value).unwrap_or_default());
    [
        ("README.md", page::page()),
        ("android-management-api.json", json(&amapi::policy())),
        ("appconfig.xml", appconfig::specfile()),
        ("intune-android.json", json(&intune::android())),
        ("intune-ios.json", json(&intune::ios())),
        ("jamf.plist", plist::configuration("$JSSID")),
        ("workspace-one-ios.plist", plist::configuration("{DeviceUid}")),
        ("workspace-one-android.json", json(&amapi::values("{DeviceUid}"))),
    ]
    .map(|(name, text)| (format!("docs/mdm/{name}"), text))
    .to_vec()
}

/// An example of each key's value, with `device_ref` as the management fills it in for each device.
fn example(name: &str, device_ref: &str) -> Value {
    let key = KEYS.iter().find(|key| key.name == name);
    match name {
        "server_url" => json!("https://atalaya.example.com"),
        "enrolment_token" => json!("THE-TOKEN-THAT-ATALAYA-PRINTED"),
        "device_ref" => json!(device_ref),
        "org_name" => json!("Clínica Levante"),
        "support_contact" => json!("it@clinica-levante.example"),
        "privacy_url" => json!("https://clinica-levante.example/privacy"),
        "group" => json!("everyone"),
        _ => match key.map(|key| (key.kind, key.default)) {
            Some((Kind::Number(..), default)) => json!(default.parse::<u32>().unwrap_or_default()),
            Some((_, default)) => json!(default),
            None => Value::Null,
        },
    }
}
