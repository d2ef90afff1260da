//! What an agent is told when it is opened.

use agent_core::judge::Platform;

/// What an agent is told when it is opened.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Setup {
    /// The folder of this one enrolment, in storage that only this app reads; made where there is none. Two employers
    /// are two folders.
    pub folder: String,
    /// The system it runs on.
    pub platform: Platform,
    /// The app's version, such as `0.1.0`.
    pub agent_version: String,
    /// A root certificate (PEM) by which the server is known, and no other, as managed configuration gives it: for the
    /// library's own network. A shell's transport sees to it itself, so together with one it is refused.
    #[uniffi(default = None)]
    pub pinned_root: Option<String>,
}
