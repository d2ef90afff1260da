//! What both shells show and what every device management is told, from one table of words and one of keys.
//!
//! ```text
//! words  ─▶ android: strings.xml          apple: Localizable.strings
//! keys   ─▶ android: app_restrictions.xml  mdm: AppConfig, Intune, Android Management API, Jamf, Workspace ONE
//! ```
//!
//! The files are kept in the repository, because the platforms' own tools read them; `cargo run -p resources` writes
//! them anew, and a test of this crate fails while one of them says something else.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "these texts are written seldom, and read best as they will look"
)]

mod android;
mod apple;
mod escape;
pub mod keys;
mod mdm;
pub mod words;

/// The package on Android and the bundle on iOS.
pub const APP: &str = "org.atalaya.agent";

/// Every file that is written: its path from the repository's root, and its text.
pub fn files() -> Vec<(String, String)> {
    [android::files(), apple::files(), mdm::files()].concat()
}
