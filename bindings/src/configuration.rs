//! Managed configuration: what a company's device management hands to the app.

use std::collections::HashMap;

use agent_core::{
    client::{
        self,
        configuration::{self, WhatsApp},
    },
    judge::text::Language,
};

use crate::invitation::Invitation;

/// Whether WhatsApp may be looked for.
#[uniffi::remote(Enum)]
pub enum WhatsApp {
    Always,
    Never,
    UserDecides,
}

/// What the company's device management says. The signed policy and the token beat what stands here.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Display)]
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
    /// The group, shown until the server says it.
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
    /// What cannot be used, for the administrator; the rest is taken all the same.
    pub faults: Vec<ConfigurationFault>,
}

/// What may be printed of it: a token is in it, and what a company calls its people.
impl std::fmt::Display for Configuration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Configuration({})", self.config_version)
    }
}

/// Something in the configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ConfigurationFault {
    /// The key.
    pub key: String,
    /// What is wrong and what to write instead, in English. Never the value.
    pub words: String,
}

impl From<configuration::ConfigurationFault> for ConfigurationFault {
    fn from(fault: configuration::ConfigurationFault) -> Self {
        let configuration::ConfigurationFault { key, words } = fault;
        Self { key, words }
    }
}

/// Reads the flat keys that device management handed over, each value as text. Empty texts count as not written.
#[expect(clippy::implicit_hasher, reason = "what crosses is of one type")]
#[uniffi::export]
pub fn read_configuration(entries: HashMap<String, String>) -> Configuration {
    let (read, faults) = client::Configuration::read(&entries.into_iter().collect());
    let client::Configuration {
        invitation,
        server_url,
        device_ref,
        user_ref,
        org_name,
        support_contact,
        privacy_url,
        group,
        report_interval_hours,
        check_whatsapp,
        pinned_root,
        ui_locale,
        config_version,
    } = read;
    Configuration {
        invitation: invitation.map(Invitation::from),
        server_url,
        device_ref,
        user_ref,
        org_name,
        support_contact,
        privacy_url,
        group,
        report_interval_hours,
        check_whatsapp,
        pinned_root,
        ui_locale,
        config_version,
        faults: faults.into_iter().map(ConfigurationFault::from).collect(),
    }
}
