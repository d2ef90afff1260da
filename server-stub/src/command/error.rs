//! What can go wrong with a command: what, where, and what to do.

use std::process::ExitCode;

use agent_core::judge::document::Faults;

use super::{input::InputError, note::note};
use crate::{
    access::{password::PasswordError, secret::NoRandomness},
    judging::rules::RulesError,
    releases::ImportError,
    serve::ServeError,
    server::OpenError,
    store::StoreError,
};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Document(#[from] Faults),
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Random(#[from] NoRandomness),
    #[cfg(feature = "demo")]
    #[error(transparent)]
    Demo(#[from] crate::demo::DemoError),
    #[error("the answer could not be written: {0}")]
    Output(#[from] std::io::Error),
    /// It cannot be done as things are.
    #[error("{0}")]
    Refused(String),
    /// The command line does not say what it must.
    #[error("{0}")]
    Usage(String),
}

impl CommandError {
    const fn code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Import(ImportError::NoFile(_)) | Self::Serve(ServeError::PlainHttp(_)) => 2,
            _ => 1,
        }
    }
}

/// Says what went wrong; the exit code.
pub(super) fn tell(error: &CommandError) -> ExitCode {
    note(&error.to_string());
    ExitCode::from(error.code())
}
