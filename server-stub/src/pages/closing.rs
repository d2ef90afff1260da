//! What the device page says of closing: that a device was closed, and the form that closes one.

use agent_core::wire::id::DeviceId;

use super::{
    Chrome,
    words::{Language, Speak as _},
};
use crate::fleet::{Device, device::Closed};

/// The form that closes a device.
pub(super) struct Closer {
    pub(super) action: String,
    pub(super) csrf: String,
    /// What it may have become: the form's value, and the words.
    pub(super) replaced: Vec<(String, String)>,
}

impl Closer {
    /// The form; none where nobody is signed in or the device is not here any more.
    pub(super) fn of(device: &Device, chrome: &Chrome) -> Option<Self> {
        let csrf = chrome.viewer.as_ref()?.csrf.clone();
        if device.row.left_at.is_some() {
            return None;
        }
        let as_another = |id: &DeviceId| {
            let words = chrome.language.fill("close.replaced", &[("device", &id.label())]);
            (format!("replaced:{id}"), words)
        };
        Some(Self {
            action: format!("/devices/{}/close", device.row.id),
            csrf,
            replaced: device.enrolled_again_as.iter().map(as_another).collect(),
        })
    }
}

/// Since when a device is closed, and why.
pub(super) fn since(closed: &Closed, at: &str, language: Language) -> String {
    let why = match (closed.reason.as_str(), closed.replaced_by) {
        ("replaced", Some(by)) => language.fill("closing.replaced", &[("device", &by.label())]),
        ("lost", _) => language.say("closing.lost").to_owned(),
        ("retired", _) => language.say("closing.retired").to_owned(),
        (other, _) => other.to_owned(),
    };
    language.fill("device.closed.since", &[("at", at), ("why", &why)])
}

/// How a device is called where its id is all that is known.
pub(super) fn label(id: &str) -> String {
    id.parse::<DeviceId>().map_or_else(|_| id.to_owned(), DeviceId::label)
}
