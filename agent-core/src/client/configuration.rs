//! Managed configuration: what a company's device management hands to the app, as flat keys with texts.
//!
//! One table for both systems. What is wrong in a value is said with its key and never with the value, which may be a
//! secret; the rest is taken all the same. The signed policy and the token beat what stands here.

use std::collections::BTreeMap;

use super::{
    invitation::{Invitation, InvitationError},
    transport::Address,
};
use crate::judge::text::Language;

/// One key of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The key as device management writes it.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// Whether its value is shown, logged or kept in backups: a secret never is.
    pub secret: bool,
    /// What holds when nothing is written; empty for nothing.
    pub default: &'static str,
}

/// What a key may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A line of text of at most so many characters.
    Text(usize),
    /// An `https://` address.
    Address,
    /// A whole number from the first to the second.
    Number(u32, u32),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// One certificate in PEM.
    Certificate,
}

/// Every key, in the order in which an administrator reads them.
pub const KEYS: &[Key] = &[
    key("server_url", Kind::Address),
    Key { secret: true, ..key("enrolment_token", Kind::Text(200)) },
    key("device_ref", Kind::Text(120)),
    key("user_ref", Kind::Text(120)),
    key("org_name", Kind::Text(120)),
    key("support_contact", Kind::Text(200)),
    key("privacy_url", Kind::Address),
    key("group", Kind::Text(60)),
    Key { default: "6", ..key("report_interval_hours", Kind::Number(1, 24)) },
    Key { default: "always", ..key("check_whatsapp", Kind::Choice(&["always", "never", "user-decides"])) },
    key("pinned_root", Kind::Certificate),
    Key { default: "system", ..key("ui_locale", Kind::Choice(&["system", "es", "en"])) },
    Key { default: "1", ..key("config_version", Kind::Number(1, u32::MAX)) },
];

const fn key(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, secret: false, default: "" }
}

/// Whether WhatsApp may be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhatsApp {
    /// Whenever the policy asks.
    #[default]
    Always,
    /// Not on this device: what a policy asks all the same is unknown, for want of permission.
    Never,
    /// As the person decides in the app.
    UserDecides,
}

/// What the company's device management says. Nothing of it is sent but the token and `device_ref`, at enrolment.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// Where and with what to enrol, when both are given.
    pub invitation: Option<Invitation>,
    /// The server, also when there is no token yet.
    pub server_url: Option<String>,
    /// The company's own reference for the device.
    pub device_ref: Option<String>,
    /// The company's own reference for the person: shown to that person, never sent.
    pub user_ref: Option<String>,
    /// The organisation's name, shown until the server says its own.
    pub org_name: Option<String>,
    /// Whom to ask.
    pub support_contact: Option<String>,
    /// Where the company's own privacy notice stands.
    pub privacy_url: Option<String>,
    /// The group, shown until the server says it: the token decides.
    pub group: Option<String>,
    /// Hours between reports, 1 to 24; the server may ask otherwise.
    pub report_interval_hours: u32,
    /// Whether WhatsApp may be looked for.
    pub check_whatsapp: WhatsApp,
    /// A root certificate (PEM) by which the server is known, and no other.
    pub pinned_root: Option<String>,
    /// The app's language; none: the system's.
    pub ui_locale: Option<Language>,
    /// The administrator's own number of this configuration, told back.
    pub config_version: u32,
}

impl std::fmt::Debug for Configuration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Configuration").field("config_version", &self.config_version).finish_non_exhaustive()
    }
}

/// Something in the configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationFault {
    /// The key.
    pub key: String,
    /// What is wrong and what to write instead, in English, for the administrator. Never the value.
    pub words: String,
}

impl Configuration {
    /// Reads what was handed over. Empty texts count as not written.
    pub fn read(entries: &BTreeMap<String, String>) -> (Self, Vec<ConfigurationFault>) {
        let mut reader = Reader { entries, faults: Vec::new() };
        reader.know_all();
        let server_url = reader.text("server_url").map(|url| url.trim_end_matches('/').to_owned());
        let token = reader.text("enrolment_token");
        let invitation = token.and_then(|token| reader.invitation(server_url.as_deref(), &token));
        let configuration = Self {
            server_url: server_url.or_else(|| invitation.as_ref().map(|one| one.server.clone())),
            invitation,
            device_ref: reader.text("device_ref"),
            user_ref: reader.text("user_ref"),
            org_name: reader.text("org_name"),
            support_contact: reader.text("support_contact"),
            privacy_url: reader.text("privacy_url"),
            group: reader.text("group"),
            report_interval_hours: reader.number("report_interval_hours"),
            check_whatsapp: match reader.text("check_whatsapp").as_deref() {
                Some("never") => WhatsApp::Never,
                Some("user-decides") => WhatsApp::UserDecides,
                _ => WhatsApp::Always,
            },
            pinned_root: reader.text("pinned_root"),
            ui_locale: reader.text("ui_locale").as_deref().and_then(Language::from_tag),
            config_version: reader.number("config_version"),
        };
        (configuration, reader.faults)
    }
}

struct Reader<'a> {
    entries: &'a BTreeMap<String, String>,
    faults: Vec<ConfigurationFault>,
}

impl Reader<'_> {
    fn fault(&mut self, key: &str, words: String) {
        self.faults.push(ConfigurationFault { key: key.to_owned(), words });
    }

    fn know_all(&mut self) {
        for name in self.entries.keys().filter(|name| KEYS.iter().all(|key| key.name != name.as_str())) {
            let nearest = KEYS.iter().map(|key| (strsim::jaro_winkler(key.name, name), key.name));
            let nearest = nearest.filter(|(likeness, _)| *likeness > 0.85).max_by(|a, b| a.0.total_cmp(&b.0));
            let hint = nearest.map_or_else(String::new, |(_, nearest)| format!("; did you mean {nearest}?"));
            let words = format!("there is no such key{hint}");
            // A key could be a secret that was pasted into the wrong place.
            let shown: String =
                name.chars().filter(|one| one.is_ascii_alphanumeric() || *one == '_').take(40).collect();
            self.faults.push(ConfigurationFault { key: shown, words });
        }
    }

    /// The value of a key, or its default; a value that cannot be is a fault and counts as not written.
    fn text(&mut self, name: &str) -> Option<String> {
        let key = KEYS.iter().find(|key| key.name == name)?;
        let default = (!key.default.is_empty()).then(|| key.default.to_owned());
        let written = self.entries.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let Some(value) = written else { return default };
        match misfit(key.kind, value) {
            None => Some(value.to_owned()),
            Some(words) => {
                self.fault(name, words);
                default
            }
        }
    }

    fn number(&mut self, name: &str) -> u32 {
        self.text(name).and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    fn invitation(&mut self, server: Option<&str>, token: &str) -> Option<Invitation> {
        match Invitation::of(server, token) {
            Ok(invitation) => Some(invitation),
            Err(InvitationError::NoServer) => {
                self.fault("server_url", "is needed beside enrolment_token; write https:// and the host".to_owned());
                None
            }
            Err(error) => {
                self.fault("enrolment_token", error.to_string());
                None
            }
        }
    }
}

/// Why this cannot be a value of that kind; none when it can.
fn misfit(kind: Kind, value: &str) -> Option<String> {
    match kind {
        Kind::Text(longest) => {
            let fits = value.chars().count() <= longest && !value.chars().any(char::is_control);
            (!fits).then(|| format!("is one line of at most {longest} characters"))
        }
        Kind::Address => {
            let begins = ["https://", "http://127.0.0.1", "http://[::1]", "http://localhost"];
            let fits = value.len() <= 300
                && begins.iter().any(|begins| value.starts_with(begins))
                && Address::parse(value).is_ok();
            (!fits).then(|| "is an address that begins with https://".to_owned())
        }
        Kind::Number(least, most) => {
            let fits = value.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number));
            (!fits).then(|| format!("is a whole number from {least} to {most}"))
        }
        Kind::Choice(words) => (!words.contains(&value)).then(|| format!("is one of {}", words.join(", "))),
        Kind::Certificate => {
            let fits = value.len() <= 16 * 1024
                && value.starts_with("-----BEGIN CERTIFICATE-----")
                && value.ends_with("-----END CERTIFICATE-----")
                && value.matches("-----BEGIN").count() == 1;
            (!fits).then(|| "is one certificate in PEM, from -----BEGIN CERTIFICATE----- on".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "00000000WXYZ0123456789ABCD";

    fn read(entries: &[(&str, &str)]) -> (Configuration, Vec<ConfigurationFault>) {
        Configuration::read(&entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn nothing_written_is_nothing_wrong() {
        let (configuration, faults) = read(&[("server_url", " "), ("group", "")]);
        assert_eq!(faults, []);
        assert_eq!((configuration.report_interval_hours, configuration.config_version), (6, 1));
        assert_eq!((configuration.invitation, configuration.check_whatsapp), (None, WhatsApp::Always));
    }

    #[test]
    fn a_whole_configuration_is_read() {
        let root = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
        let (configuration, faults) = read(&[
            ("server_url", "https://atalaya.example.com/"),
            ("enrolment_token", TOKEN),
            ("device_ref", "A-17"),
            ("report_interval_hours", "12"),
            ("check_whatsapp", "user-decides"),
            ("pinned_root", root),
            ("ui_locale", "es"),
            ("config_version", "3"),
        ]);
        assert_eq!(faults, []);
        let invitation = configuration.invitation.clone().unwrap();
        assert_eq!((invitation.server.as_str(), invitation.token.as_str()), ("https://atalaya.example.com", TOKEN));
        assert_eq!(configuration.report_interval_hours, 12);
        assert_eq!(configuration.check_whatsapp, WhatsApp::UserDecides);
        assert_eq!(configuration.pinned_root.as_deref(), Some(root));
        assert_eq!((configuration.ui_locale, configuration.config_version), (Some(Language::Es), 3));
        assert!(!format!("{configuration:?}").contains(TOKEN));
    }

    #[test]
    fn a_link_in_the_place_of_the_token_says_both() {
        let (configuration, faults) =
            read(&[("enrolment_token", "https://a.example/enrol#00000000WXYZ0123456789ABCD")]);
        assert_eq!(faults, []);
        assert_eq!(configuration.server_url.as_deref(), Some("https://a.example"));
    }

    #[test]
    fn each_fault_names_its_key_and_never_the_value() {
        let secret = "hunter2-hunter2";
        for (key, value) in [
            ("server_url", "http://atalaya.example.com"),
            ("server_url", "https://"),
            ("server_url", "https://user:hunter2-hunter2@host"),
            ("server_url", "http://localhost.evil.example"),
            ("enrolment_token", secret),
            ("report_interval_hours", "0"),
            ("report_interval_hours", "25"),
            ("check_whatsapp", "sometimes"),
            ("pinned_root", secret),
            ("ui_locale", "fr"),
            ("config_version", "-1"),
            ("device_ref", "a\nb"),
        ] {
            let good = ("server_url", "https://a.example");
            let (_, faults) = read(&[good, (key, value)]);
            assert_eq!(faults.len(), 1, "{key}={value}: {faults:?}");
            assert_eq!(faults[0].key, key);
            assert!(!faults[0].words.contains(secret), "{faults:?}");
        }
        let (configuration, faults) = read(&[("enrolment_token", TOKEN), ("report_interval_hours", "x")]);
        assert_eq!(
            faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(),
            ["server_url", "report_interval_hours"]
        );
        assert_eq!(configuration.report_interval_hours, 6);
    }

    #[test]
    fn an_unknown_key_is_told_with_the_nearest_one() {
        let (_, faults) = read(&[("enrollment_token", TOKEN), ("colour", "blue")]);
        assert!(faults.iter().any(|fault| fault.words.ends_with("did you mean enrolment_token?")), "{faults:?}");
        assert!(faults.iter().any(|fault| fault.key == "colour" && fault.words == "there is no such key"));
    }
}
