//! What a shell is told when something could not be done: few variants, each with another thing to do about it.

use agent_core::{
    client::{self, TransportError},
    wire::key::SignError,
};

use crate::{errand::Ended, shell_error::ShellError};

/// What could not be done. Shells switch on the variant and show words of their own; reasons are for developers, name
/// no person and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum AgentError {
    /// There is no enrolment in this folder.
    #[error("not enrolled")]
    NotEnrolled,
    /// The device was taken out of the fleet. Nothing is sent any more.
    #[error("left the fleet")]
    Left,
    /// The company closed this device's enrolment. Nothing is sent any more; another link or token begins a new one.
    #[error("closed by the company")]
    DeviceClosed,
    /// The server does not know this device with this key: enrol again.
    #[error("enrol again")]
    EnrolAgain,
    /// The company's notice is still to be read and acknowledged; nothing is reported before.
    #[error("the notice is pending")]
    NoticePending,
    /// The server cannot be reached or cannot answer now; or so much waits for it that no more may be said before.
    #[error("offline")]
    Offline,
    /// The server, or a document of it, cannot be believed.
    #[error("the server cannot be believed: {reason}")]
    ServerUntrusted {
        /// Why.
        reason: String,
    },
    /// The server refused, for good.
    #[error("refused: {code}")]
    Refused {
        /// The server's stable code.
        code: String,
    },
    /// The folder cannot be used.
    #[error("storage: {reason}")]
    Storage {
        /// Why.
        reason: String,
    },
    /// The key is gone: enrol again.
    #[error("the signing key is gone")]
    KeyLost,
    /// The key did not answer: try again later.
    #[error("the signing key did not answer")]
    KeyUnavailable,
    /// Another delivery or enrolment is under way.
    #[error("under way")]
    UnderWay,
    /// The probe read nothing.
    #[error("the probe failed: {reason}")]
    ProbeFailed {
        /// Why.
        reason: String,
    },
    /// What was handed over cannot be used.
    #[error("bad input: {reason}")]
    BadInput {
        /// Which, and why.
        reason: String,
    },
    /// The server speaks a newer version: update the app.
    #[error("outdated")]
    Outdated,
    /// This library broke: a fault of ours, or a system that gives no thread.
    #[error("the library broke")]
    Broken,
    /// The object was shut down.
    #[error("closed")]
    Closed,
}

impl From<client::AgentError> for AgentError {
    fn from(error: client::AgentError) -> Self {
        use client::AgentError as Core;
        let reason = error.to_string();
        match error {
            Core::NotEnrolled => Self::NotEnrolled,
            Core::Left => Self::Left,
            Core::DeviceClosed => Self::DeviceClosed,
            Core::EnrolAgain { .. } => Self::EnrolAgain,
            Core::NoticePending => Self::NoticePending,
            Core::Refused { code, .. } | Core::StatementRefused { code } => Self::Refused { code },
            Core::Transport(TransportError::Address(_))
            | Core::Sign(SignError::TooLong)
            | Core::TooLarge
            | Core::BadFact { .. }
            | Core::OtherVersion { .. }
            | Core::NotAsked
            | Core::BadPause
            | Core::NoOtherKey
            | Core::WrongPlatform => Self::BadInput { reason },
            Core::Transport(TransportError::Identity(_)) | Core::Downgrade { .. } | Core::Untrusted { .. } => {
                Self::ServerUntrusted { reason }
            }
            Core::TooManyStatements { .. }
            | Core::ServerBusy { .. }
            | Core::NotAtalaya { .. }
            | Core::Transport(
                TransportError::Unreachable
                | TransportError::Timeout
                | TransportError::TooLong
                | TransportError::Broken,
            ) => Self::Offline,
            Core::Outdated { .. } => Self::Outdated,
            Core::Storage(_) => Self::Storage { reason },
            Core::Sign(SignError::KeyLost) => Self::KeyLost,
            Core::Sign(SignError::Unavailable) => Self::KeyUnavailable,
            Core::UnderWay => Self::UnderWay,
        }
    }
}

/// The probe's error.
impl From<ShellError> for AgentError {
    fn from(error: ShellError) -> Self {
        Self::ProbeFailed { reason: error.to_string() }
    }
}

impl From<Ended> for AgentError {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Closed => Self::Closed,
            Ended::Broken => Self::Broken,
        }
    }
}
