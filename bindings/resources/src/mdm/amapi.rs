//! Google's Android Management API: a part of a policy.

use agent_core::client::configuration::KEYS;
use serde_json::{Map, Value, json};

use super::{super::APP, example};

/// The managed configuration alone.
pub(super) fn values(device_ref: &str) -> Value {
    let values = KEYS.iter().map(|key| (key.name.to_owned(), example(key.name, device_ref)));
    Value::Object(values.filter(|(_, value)| *value != json!("")).collect::<Map<_, _>>())
}

/// The app's entry in a policy: it is kept installed, configured, and may tell its states back.
pub(super) fn policy() -> Value {
    json!({ "applications": [{
        "packageName": APP,
        "installType": "FORCE_INSTALLED",
        "defaultPermissionPolicy": "PROMPT",
        "managedConfiguration": values("an inventory number of yours"),
    }], "statusReportingSettings": { "applicationReportsEnabled": true } })
}
