//! The page that says what each key is, and which file goes where.

use agent_core::client::configuration::{KEYS, Kind};

use super::super::keys::texts;

pub(super) fn page() -> String {
    let mut rows = String::new();
    for key in KEYS {
        let [_, description] = texts(key.name);
        let holds = match key.kind {
            Kind::Text(longest) => format!("text, at most {longest} characters"),
            Kind::Address => "`https://` address".to_owned(),
            Kind::Number(least, u32::MAX) => format!("whole number from {least}"),
            Kind::Number(least, most) => format!("whole number, {least} to {most}"),
            Kind::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
            Kind::Certificate => "one certificate, PEM".to_owned(),
        };
        let holds = if key.secret { format!("{holds}; a secret") } else { holds };
        let default = if key.default.is_empty() { "" } else { &format!("`{}`", key.default) };
        rows += &format!("| `{}` | {holds} | {default} | {} |\n", key.name, description.en);
    }
    format!(
        "<!-- Written by `cargo run -p resources`; change bindings/resources/src instead. -->\n\
# Configuring the app by device management\n\n\
Every key is flat and optional. With `server_url` and `enrolment_token` a phone enrols by itself and fetches the policy and\n\
the notice; nothing about the phone is sent before its person has acknowledged the notice, unless the policy says that the\n\
notice was given elsewhere. What is wrong is told back under the key's name (`config_error`), never with its value, and the\n\
rest is used all the same. The signed policy beats the token, and the token beats these keys.\n\n\
| key | holds | when left out | what it is for |\n|---|---|---|---|\n{rows}\n\
| management | file | where it goes |\n|---|---|---|\n\
| Android Management API | [android-management-api.json](android-management-api.json) | a part of `enterprises.policies` |\n\
| Microsoft Intune, Android | [intune-android.json](intune-android.json) | app configuration policy for managed devices, JSON editor |\n\
| Microsoft Intune, iOS | [intune-ios.json](intune-ios.json) | `POST /deviceAppManagement/mobileAppConfigurations` of Microsoft Graph |\n\
| Jamf Pro | [jamf.plist](jamf.plist) | the app's App Configuration tab |\n\
| Workspace ONE, iOS | [workspace-one-ios.plist](workspace-one-ios.plist), [appconfig.xml](appconfig.xml) | assignment, application configuration |\n\
| Workspace ONE, Android | [workspace-one-android.json](workspace-one-android.json) | the same values; its console draws the form from the app |\n\
| any console that follows AppConfig | [appconfig.xml](appconfig.xml) | the specfile |\n\n\
`device_ref` is where a console puts its own reference in for each device: `{{{{deviceid}}}}` (Intune), `$JSSID` (Jamf),\n\
`{{DeviceUid}}` (Workspace ONE). Use a number of the inventory, never a serial number, an IMEI or a person's name.\n\n\
These files follow the formats that each maker publishes; they were not loaded into the consoles themselves.\n\n\
Since Android 14 a phone can have several administrators. What each says becomes an enrolment of its own, with its own key and\n\
`pinned_root`, also where two name the same server. A token that is replaced enrols nothing again: what each calls itself and\n\
the phone tells whose it is, so write `org_name` or `device_ref` where one server holds several companies. A company that comes\n\
to the server of one that went at the same moment is a new one only by another `org_name`.\n\n\
On Android the app answers with keyed app states: `enrolment` (`enrolled`, `left`, `closed`, `enrol-again` or what went wrong),\n\
`enrolment_error` (of an enrolment that cannot be read), `last_report`, `policy_verdict`, `config_error`, `config_version`;\n\
an error is `none` when all is well. An iPhone's app writes all but the second into its managed app feedback. Neither\n\
tells management how things stand with an employer that it does not speak for.\n\
\n\
Who leaves stays out: the same token does not enrol that phone again, nor one that `atalaya device close` took out of the\n\
fleet. A new token does, and so does the person by a link.\n"
    )
}
