//! The fleet view: values of [`crate::fleet`] in, HTML out. Every page is a pure function; nothing here asks
//! the store or the clock.
//!
//! The pages work without script, carry no inline script or style (the content security policy forbids both),
//! and say every state with a word and a shape before they colour it. Their own words stand in [`words`];
//! the words of verdicts are agent-core's, reached through [`judged`] alone.

pub mod account;
pub mod asset;
pub mod chart;
mod closing;
pub mod coverage;
pub mod device;
pub mod devices;
pub mod enrol;
pub(crate) mod export;
pub mod judged;
pub mod overview;
pub mod preferences;
pub mod problem;
mod product;
mod quarantine;
pub mod releases;
pub mod shape;
pub mod sign_in;
mod sources;
pub mod when;
pub mod words;

use askama::Template;
use axum::response::Html;
use jiff::{Timestamp, tz::TimeZone};

use words::Speak as _;

pub use preferences::Theme;
pub use words::Language;

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The name to show.
    pub name: String,
    /// The role's word, such as `owner` or `viewer`.
    pub role: String,
    /// The token that every form of this session carries.
    pub csrf: String,
}

/// What surrounds every page.
#[derive(Debug, Clone)]
pub struct Chrome {
    /// The language of the page.
    pub language: Language,
    /// The theme that the viewer chose.
    pub theme: Theme,
    /// The organisation's name; empty before sign-in.
    pub organisation: String,
    /// Who is signed in; nobody on the pages before that.
    pub viewer: Option<Viewer>,
    /// Path and query of this page, to come back to.
    pub path: String,
    /// The moment the page tells of.
    pub now: Timestamp,
    /// The policy's zone.
    pub zone: TimeZone,
}

/// A page of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The overview.
    Overview,
    /// The device list and what is under it.
    Devices,
    /// The catalogue.
    Releases,
    /// None of them.
    Elsewhere,
}

/// One entry of the navigation.
pub(crate) struct NavEntry {
    pub(crate) href: &'static str,
    pub(crate) label: &'static str,
    pub(crate) current: bool,
}

/// The frame that the layout template draws: chrome, words and title.
pub(crate) struct Frame<'a> {
    pub(crate) chrome: &'a Chrome,
    pub(crate) title: String,
    pub(crate) stylesheet: String,
    pub(crate) script: String,
    pub(crate) icon: String,
    place: Place,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(chrome: &'a Chrome, place: Place, title: impl Into<String>) -> Self {
        let [stylesheet, script, icon] = ["fleet.css", "fleet.js", "mark.svg"].map(asset::url);
        Self { chrome, title: title.into(), stylesheet, script, icon, place }
    }

    /// The words under this key.
    pub(crate) fn t(&self, key: &str) -> &'static str {
        self.chrome.language.say(key)
    }

    pub(crate) fn lang(&self) -> &'static str {
        self.chrome.language.as_str()
    }

    pub(crate) fn theme(&self) -> &'static str {
        self.chrome.theme.as_str()
    }

    pub(crate) fn nav(&self) -> Vec<NavEntry> {
        if self.chrome.viewer.is_none() {
            return Vec::new();
        }
        [
            ("/", "nav.overview", Place::Overview),
            ("/devices", "nav.devices", Place::Devices),
            ("/releases", "nav.releases", Place::Releases),
        ]
        .map(|(href, key, place)| NavEntry { href, label: self.t(key), current: self.place == place })
        .into()
    }

    pub(crate) fn other_language(&self) -> Language {
        self.chrome.language.other()
    }

    pub(crate) fn language_href(&self) -> String {
        preferences::href("language", self.other_language().as_str(), &self.chrome.path)
    }

    pub(crate) fn theme_href(&self) -> String {
        preferences::href("theme", self.chrome.theme.next().as_str(), &self.chrome.path)
    }

    pub(crate) fn theme_label(&self) -> &'static str {
        self.t(match self.chrome.theme.next() {
            Theme::Auto => "theme.to-auto",
            Theme::Light => "theme.to-light",
            Theme::Dark => "theme.to-dark",
        })
    }
}

impl Chrome {
    /// Dates, ages and numbers as this reader writes them.
    pub(crate) fn when(&self) -> when::When<'_> {
        when::When { language: self.language, zone: &self.zone, now: self.now }
    }
}

/// Renders a template. Templates draw prepared strings and cannot fail but for want of memory.
fn finish(page: &impl Template) -> Html<String> {
    Html(page.render().unwrap_or_default())
}
