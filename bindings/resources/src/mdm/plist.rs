//! A property list: Jamf Pro's app configuration, and Workspace ONE's for iOS.

use agent_core::client::configuration::KEYS;
use serde_json::{Value, json};

use super::{super::escape::xml, example};

/// The dictionary that the app is handed.
pub(super) fn configuration(device_ref: &str) -> String {
    let mut lines = String::from("<dict>\n");
    for key in KEYS {
        let value = match example(key.name, device_ref) {
            empty if empty == json!("") => continue,
            Value::Number(number) => format!("<integer>{number}</integer>"),
            Value::String(text) => format!("<string>{}</string>", xml(&text)),
            _ => continue,
        };
        lines += &format!("    <key>{}</key>\n    {value}\n", key.name);
    }
    lines + "</dict>\n"
}
