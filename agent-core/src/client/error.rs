//! What the agent's user is told when something could not be done: few stable variants, each with the next step.

use serde::{Deserialize, Serialize, ser::SerializeStruct};

use super::{storage::StorageError, transport::TransportError};
use crate::wire::key::SignError;

/// What could not be done, and what to do about it. It names no person and no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// There is no enrolment on this device.
    #[error("this device is not enrolled; enrol it with the link or the token from your administrator")]
    NotEnrolled,
    /// The device was taken out of the fleet. Nothing is sent any more.
    #[error(
        "this device has left the fleet and sends nothing any more; to join again, ask your administrator for a new link"
    )]
    Left,
    /// The company closed this device's enrolment. Nothing is sent any more.
    #[error(
        "the company has closed this device's enrolment and nothing is sent any more; to join again, ask your administrator for a new link"
    )]
    DeviceClosed,
    /// The server does not know this device with this key.
    #[error("the server does not know this device any more ({code}); enrol it again with a new link")]
    EnrolAgain {
        /// The server's code.
        code: String,
    },
    /// The server refused, for good.
    #[error("the server refused ({code}): {detail}")]
    Refused {
        /// The server's stable code.
        code: String,
        /// The server's words.
        detail: String,
    },
    /// The server cannot answer now.
    #[error("the server cannot answer now (status {status}); it is tried again later")]
    ServerBusy {
        /// The HTTP status.
        status: u16,
    },
    /// What answered does not speak this protocol.
    #[error(
        "what answered is not an Atalaya server (status {status}: {what}); check the address, and whether this network asks to sign in first"
    )]
    NotAtalaya {
        /// The HTTP status.
        status: u16,
        /// What is wrong with the answer.
        what: String,
    },
    /// No answer came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server speaks another version of the report.
    #[error("the server speaks version {offered} of the report and this agent does not; update the agent")]
    Outdated {
        /// The version that the server speaks.
        offered: u32,
    },
    /// The server offers something older than what this device holds.
    #[error(
        "the server offers an older {what} ({offered}) than this device holds ({held}), so it was refused; tell your administrator"
    )]
    Downgrade {
        /// Of what.
        what: String,
        /// The revision that is held.
        held: String,
        /// The revision that was offered.
        offered: String,
    },
    /// A signed document of the server cannot be believed.
    #[error("the server's {what} cannot be believed: {why}; tell your administrator")]
    Untrusted {
        /// Which document.
        what: String,
        /// Why.
        why: String,
    },
    /// The device's storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The key could not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// Another delivery or enrolment is under way.
    #[error("another delivery of this device is under way; wait for it to end")]
    UnderWay,
    /// The report is larger than a server takes.
    #[error("the report is larger than {} KiB, more than a server takes; the probe told too much", crate::wire::envelope::Kind::Report.longest() / 1024)]
    TooLarge,
    /// A fact is not of the form that a report may hold.
    #[error("the probe told what no report may hold ({what}); update the agent")]
    BadFact {
        /// Which, and how.
        what: String,
    },
    /// The notice is still to be acknowledged; until then nothing is reported.
    #[error("the company's notice is still to be read and acknowledged; nothing is reported before")]
    NoticePending,
    /// Another version of the text is in force, or the policy has none.
    #[error("this is not the version in force, {}; read that one and acknowledge it", version_in_force(*.in_force))]
    OtherVersion {
        /// The version in force; none where the policy has no such text.
        in_force: Option<u32>,
    },
    /// The policy does not ask about this.
    #[error("the company does not ask about this, so there is nothing to declare")]
    NotAsked,
    /// The pause cannot be.
    #[error("a pause ends after now and after it begins, and is no longer than a year")]
    BadPause,
    /// The device's key cannot be replaced by another.
    #[error("this device's key stays for good; to use another one, withdraw and enrol again")]
    NoOtherKey,
    /// Too much was said that the server has not heard yet.
    #[error("{waiting} statements wait for the server already; go online and deliver them first")]
    TooManyStatements {
        /// How many do.
        waiting: usize,
    },
    /// The server refused a statement, for good.
    #[error(
        "the server did not take what you said ({code}); say it again, and tell your administrator if that does not help"
    )]
    StatementRefused {
        /// The server's code.
        code: String,
    },
    /// The facts are of another platform than the agent.
    #[error("the facts are of another platform than this agent was made for")]
    WrongPlatform,
}

fn version_in_force(version: Option<u32>) -> String {
    version.map_or_else(|| "which the policy does not have".to_owned(), |version| version.to_string())
}

impl AgentError {
    /// The stable code of the variant.
    pub fn code(&self) -> &str {
        match self {
            Self::NotEnrolled => "not-enrolled",
            Self::Left => "left",
            Self::DeviceClosed => "device-closed",
            Self::EnrolAgain { .. } => "enrol-again",
            Self::Refused { code, .. } => code,
            Self::ServerBusy { .. } => "server-busy",
            Self::NotAtalaya { .. } => "not-atalaya",
            Self::Transport(TransportError::Address(_)) => "bad-address",
            Self::Transport(TransportError::Identity(_)) => "server-identity",
            Self::Transport(_) => "offline",
            Self::Outdated { .. } => "agent-outdated",
            Self::Downgrade { .. } => "downgrade",
            Self::Untrusted { .. } => "untrusted",
            Self::Storage(_) => "storage",
            Self::Sign(_) => "signing-key",
            Self::UnderWay => "under-way",
            Self::TooLarge => "too-large",
            Self::BadFact { .. } => "bad-fact",
            Self::NoticePending => "notice-pending",
            Self::OtherVersion { .. } => "other-version",
            Self::NotAsked => "not-asked",
            Self::BadPause => "bad-pause",
            Self::NoOtherKey => "no-other-key",
            Self::TooManyStatements { .. } => "too-many-statements",
            Self::StatementRefused { .. } => "statement-refused",
            Self::WrongPlatform => "wrong-platform",
        }
    }
}

/// As `{"code": …, "words": …}`.
impl Serialize for AgentError {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut told = serializer.serialize_struct("AgentError", 2)?;
        told.serialize_field("code", self.code())?;
        told.serialize_field("words", &self.to_string())?;
        told.end()
    }
}

/// A problem as it is kept until its cause is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The stable code, [`AgentError::code`].
    pub code: String,
    /// What is wrong and what to do, in English.
    pub words: String,
    /// When it was met last, by the device's clock.
    #[serde(deserialize_with = "crate::moment::read")]
    pub at: jiff::Timestamp,
}
