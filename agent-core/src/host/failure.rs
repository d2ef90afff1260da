//! Why a command could not do what was asked: words for a person, a code for a script, an exit code for a shell.

use std::io;

use super::{
    input::InputError,
    phrase::{Phrase, say},
    token_file::TokenFileError,
};
use crate::{
    client::{AgentError, InvitationError, StorageError},
    judge::text::Language,
};

/// A command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    #[error(transparent)]
    TokenFile(#[from] TokenFileError),
    #[error(transparent)]
    Agent(#[from] AgentError),
    #[error("this user has no home folder to keep the agent's state in; name one with --state DIR")]
    NoFolder,
    #[error("already enrolled at {0}")]
    Elsewhere(String),
    #[error("no report {0}")]
    NoSuchReport(u64),
    #[error("the answer could not be written: {0}")]
    Output(#[from] io::Error),
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::Agent(error.into())
    }
}

impl Failure {
    /// A stable code.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Input(_) => "input",
            Self::Invitation(_) => "invitation",
            Self::TokenFile(_) => "token-file",
            Self::Agent(error) => error.code(),
            Self::NoFolder => "no-state-folder",
            Self::Elsewhere(_) => "enrolled-elsewhere",
            Self::NoSuchReport(_) => "no-such-report",
            Self::Output(_) => "output",
        }
    }

    /// What is wrong and what to do.
    pub(super) fn words(&self, language: Language) -> String {
        match self {
            Self::Agent(error) => problem(language, error.code(), &error.to_string()),
            Self::Elsewhere(server) => say(language, Phrase::EnrolledElsewhere, &[("server", server)]),
            Self::NoSuchReport(sequence) => say(language, Phrase::LedgerNoSuch, &[("sequence", sequence)]),
            other => other.to_string(),
        }
    }

    /// 2 where the command line was wrong, else 1.
    pub(super) const fn exit(&self) -> u8 {
        match self {
            Self::Invitation(_) => 2,
            _ => 1,
        }
    }
}

/// A problem of the agent as a person reads it: its own words in English; in Spanish those of its code.
pub(super) fn problem(language: Language, code: &str, words: &str) -> String {
    if language == Language::En {
        let hint = if code == "server-identity" {
            "; if its certificate is your company's own, name its root with --extra-root"
        } else {
            ""
        };
        return format!("{words}{hint}");
    }
    let (phrase, detailed) = match code {
        "not-enrolled" => (Phrase::ErrorNotEnrolled, false),
        "left" => (Phrase::ErrorLeft, false),
        "device-closed" => (Phrase::ErrorDeviceClosed, false),
        "enrol-again" => (Phrase::ErrorEnrolAgain, false),
        "server-busy" => (Phrase::ErrorServerBusy, false),
        "not-atalaya" => (Phrase::ErrorNotAtalaya, false),
        "bad-address" => (Phrase::ErrorBadAddress, false),
        "server-identity" => (Phrase::ErrorServerIdentity, false),
        "offline" => (Phrase::ErrorOffline, false),
        "downgrade" => (Phrase::ErrorDowngrade, false),
        "untrusted" => (Phrase::ErrorUntrusted, true),
        "storage" => (Phrase::ErrorStorage, true),
        "signing-key" => (Phrase::ErrorSigningKey, true),
        "agent-outdated" => (Phrase::ErrorAgentOutdated, false),
        "under-way" => (Phrase::ErrorUnderWay, false),
        "notice-pending" => (Phrase::ErrorNoticePending, false),
        "other-version" => (Phrase::ErrorOtherVersion, false),
        "not-asked" => (Phrase::ErrorNotAsked, false),
        "bad-pause" => (Phrase::ErrorBadPause, false),
        "too-many-statements" => (Phrase::ErrorTooManyStatements, false),
        "statement-refused" => (Phrase::ErrorStatementRefused, false),
        // What is left is the server's own word, or a fault of this program.
        _ => (Phrase::ErrorRefused, true),
    };
    let said = say(language, phrase, &[]);
    if detailed { format!("{said}: {words}") } else { said }
}
