//! The statement: what a person says, signed by their device. Its fields are exactly those of the statements' field
//! table, and each is a record: it is kept as it came and never superseded.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{
    field,
    id::{Audience, DeviceId},
    key_rotation::KeyRotation,
};
use crate::judge::{
    facts::Declaration,
    quiet_hours::{LONGEST_PAUSE, Pause},
    text::Language,
    words::words,
};

/// The payload of a statement's envelope. One is read only if it keeps within the field table's lengths and ranges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct Statement {
    /// Whom it is for.
    pub audience: Audience,
    /// Whose it is.
    pub device: DeviceId,
    /// Grows by one with each statement that the device makes, from 1; reports have numbers of their own.
    pub number: u64,
    /// The newest challenge that the device holds.
    pub challenge: String,
    /// When it was made, by the device's clock.
    pub at: Timestamp,
    /// The agent's version.
    pub agent_version: String,
    /// What the person says.
    pub content: Content,
}

/// What a person says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Content {
    /// They have read a text.
    Acknowledgement(Acknowledgement),
    /// An answer about what nobody can measure.
    Declaration(Answer),
    /// They will be away: nothing is collected or sent meanwhile, and silence does not count. It takes the place of
    /// earlier pauses that it meets; one without a length ends them.
    Pause(Pause),
    /// Not the person but their device: another key takes the place of its own. `POST /v1/keys` takes it.
    KeyRotation(KeyRotation),
    /// They leave the fleet.
    Withdrawal {},
}

words! {
    /// What a person acknowledges.
    Subject {
        /// The notice about what is read of the device, and why.
        Notice = "notice",
        /// The rules for WhatsApp at work.
        UsageRules = "usage-rules",
    }
}

/// A text was shown to a person, and they acknowledged it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acknowledgement {
    /// Which text.
    pub subject: Subject,
    /// Its version, as the policy numbers it.
    pub version: u32,
    /// SHA-256 of the very text that was shown, in UTF-8; lower-case hexadecimal.
    pub text_hash: String,
    /// The language of that text.
    pub language: Language,
}

/// An answer about what nobody can measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// What it is about.
    pub declaration: Declaration,
    /// True: it is so. False: the person says that it is not.
    pub affirmed: bool,
}

/// `POST /v1/statements`: what the server holds after committing a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The statement's number.
    pub number: u64,
    /// SHA-256 of the received envelope, lower-case hexadecimal.
    pub statement_hash: String,
    /// The challenge for the next message.
    pub challenge: String,
    /// The server's clock.
    #[serde(deserialize_with = "crate::moment::read")]
    pub server_time: Timestamp,
}

/// Whether a pause can be: it does not end before it begins, and is no longer than a year and a day.
pub fn is_pause(pause: &Pause) -> bool {
    let length = pause.until.duration_since(pause.from);
    (SignedDuration::ZERO..=LONGEST_PAUSE).contains(&length)
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Statement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let statement = Self::deserialize(deserializer)?;
        match field::statement_within_limits(&statement) {
            Ok(()) => Ok(statement),
            Err(path) => Err(D::Error::custom(format_args!("{path} is not as the field table allows"))),
        }
    }
}
