//! Microsoft Intune: app configuration policies for managed devices, as Microsoft Graph takes them.

use agent_core::client::configuration::{KEYS, Kind};
use serde_json::{Value, json};

use super::{super::APP, example};

const DEVICE: &str = "{{deviceid}}";

/// For the JSON editor of a policy for Android Enterprise.
pub(super) fn android() -> Value {
    let properties: Vec<Value> = KEYS
        .iter()
        .map(|key| (key, example(key.name, DEVICE)))
        .filter(|(_, value)| *value != json!(""))
        .map(|(key, value)| match key.kind {
            Kind::Number(..) => json!({ "key": key.name, "valueInteger": value }),
            _ => json!({ "key": key.name, "valueString": value }),
        })
        .collect();
    json!({ "kind": "androidenterprise#managedConfiguration", "productId": format!("app:{APP}"), "managedProperty": properties })
}

/// For `POST /deviceAppManagement/mobileAppConfigurations` of Microsoft Graph.
pub(super) fn ios() -> Value {
    let settings: Vec<Value> = KEYS
        .iter()
        .map(|key| (key, example(key.name, DEVICE)))
        .filter(|(_, value)| *value != json!(""))
        .map(|(key, value)| {
            let (kind, value) = match (key.kind, &value) {
                (Kind::Number(..), number) => ("integerType", number.to_string()),
                (_, Value::String(text)) => ("stringType", text.clone()),
                (_, other) => ("stringType", other.to_string()),
            };
            json!({ "appConfigKey": key.name, "appConfigKeyType": kind, "appConfigKeyValue": value })
        })
        .collect();
    json!({
        "@odata.type": "#microsoft.graph.iosMobileAppConfiguration",
        "displayName": "Atalaya",
        "description": "",
        "targetedMobileApps": ["the id of the app in your tenant"],
        "settings": settings,
    })
}
