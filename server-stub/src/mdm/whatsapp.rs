//! WhatsApp, as management names it, and what is taken of it.

use agent_core::judge::facts::Presence;

use super::{
    facts::{ManagedApp, ManagedFacts},
    shape,
};

const BUSINESS: [&str; 2] = ["net.whatsapp.WhatsAppSMB", "com.whatsapp.w4b"];
const CONSUMER: [&str; 2] = ["net.whatsapp.WhatsApp", "com.whatsapp"];

/// One of the two apps that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whatsapp {
    Business,
    Consumer,
}

impl Whatsapp {
    /// By bundle or package; none for every other app.
    pub(super) fn by_identifier(identifier: &str) -> Option<Self> {
        let is = |names: [&str; 2]| names.contains(&identifier);
        if is(BUSINESS) { Some(Self::Business) } else { is(CONSUMER).then_some(Self::Consumer) }
    }

    /// By identifier, or as a list shows it to people.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        // Its maker writes a mark of direction, which nobody sees, before the name.
        let name = name.replace(['\u{200e}', '\u{200f}'], "");
        let name = name.trim();
        let is = |names: &[&str]| names.iter().any(|own| name.eq_ignore_ascii_case(own));
        Self::by_identifier(name).or_else(|| match () {
            // The second is what stands below its icon.
            () if is(&["WhatsApp Business", "WA Business"]) => Some(Self::Business),
            () if is(&["WhatsApp", "WhatsApp Messenger"]) => Some(Self::Consumer),
            () => None,
        })
    }

    /// Puts what is said of this app where it belongs; of WhatsApp Messenger only whether it is there.
    pub(super) fn tell(self, facts: &mut ManagedFacts, app: ManagedApp) {
        match self {
            Self::Business => facts.whatsapp_business = Some(app),
            Self::Consumer => facts.whatsapp_consumer = Some(app.presence),
        }
    }
}

/// An app that is there; the first of these texts that is a version is its version.
pub(super) fn installed<'t>(versions: impl IntoIterator<Item = Option<&'t str>>) -> ManagedApp {
    let version = versions.into_iter().flatten().find_map(shape::whatsapp_version);
    ManagedApp { presence: Presence::Installed, version, has_update_available: None, external_version_id: None }
}

/// An app that is not in a list that names every app.
pub(super) fn absent() -> ManagedApp {
    ManagedApp { presence: Presence::Absent, version: None, has_update_available: None, external_version_id: None }
}

/// What a list that names every app says of the apps that are not in it. An app that is being installed is in it, and
/// nothing is said of it.
pub(super) fn not_listed(facts: &mut ManagedFacts, listed: &[Whatsapp]) {
    for app in [Whatsapp::Business, Whatsapp::Consumer] {
        if !listed.contains(&app) {
            app.tell(facts, absent());
        }
    }
}
