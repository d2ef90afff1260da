//! What the person of one device said, as it was received.

use agent_core::wire::{
    envelope::{Kind, Unverified, hash, hex},
    id::DeviceId,
    statement::{Content, Statement},
};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::indented::indented;
use crate::{
    intake::device_keys::DeviceKeys,
    scope::Scope,
    store::{StoreError, from_ms},
};

/// How many are told.
const TOLD: u32 = 50;

/// One statement as it was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedStatement {
    /// Its number.
    pub number: u64,
    /// `acknowledgement`, `declaration`, `pause`, `key-rotation` or `withdrawal`.
    pub kind: String,
    /// What was acknowledged, `notice` or `usage-rules`; or what was declared; or the new key's
    /// thumbprint.
    pub about: Option<String>,
    /// The version of the text that was acknowledged.
    pub version: Option<u32>,
    /// The language in which it was shown.
    pub language: Option<String>,
    /// SHA-256 of the very text that was shown.
    pub text_hash: Option<String>,
    /// Whether what was declared is so.
    pub affirmed: Option<bool>,
    /// When a pause begins.
    #[schema(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    /// When it ends.
    #[schema(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    /// When it was received.
    #[schema(value_type = String)]
    pub received_at: Timestamp,
    /// When the device says it was made, clamped to what is possible.
    #[schema(value_type = String)]
    pub made_at: Timestamp,
    /// SHA-256 of the envelope.
    pub hash: String,
    /// The signature's algorithm, `ES256` or `EdDSA`.
    pub algorithm: String,
    /// Whether the stored envelope still verifies against the registered key, computed now.
    pub signature_verifies: bool,
    /// The payload, pretty-printed.
    pub payload: String,
}

/// The newest statements, newest first. Signatures are checked here and now, over the stored bytes.
pub(super) fn statements(
    connection: &Connection,
    scope: Scope,
    id: DeviceId,
    keys: &DeviceKeys,
) -> Result<Vec<ReceivedStatement>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, kind, received_at, made_at, hash, envelope FROM statements
         WHERE org = ?1 AND device = ?2 ORDER BY number DESC LIMIT ?3",
    )?;
    let mut rows = statement.query(params![scope.org(), id.to_bytes(), TOLD])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (kept_hash, envelope): (Vec<u8>, String) = (row.get(4)?, row.get(5)?);
        let message = Unverified::parse(&envelope).ok();
        let key = message.as_ref().map(|message| keys.of(message));
        let said: Option<Statement> = message.as_ref().and_then(|message| message.read_unverified().ok());
        let payload = message.as_ref().map(|message| indented(&String::from_utf8_lossy(message.payload())));
        let mut one = ReceivedStatement {
            number: row.get::<_, i64>(0)?.unsigned_abs(),
            kind: row.get(1)?,
            about: None,
            version: None,
            language: None,
            text_hash: None,
            affirmed: None,
            from: None,
            until: None,
            received_at: from_ms(row.get(2)?),
            made_at: from_ms(row.get(3)?),
            hash: hex(&kept_hash),
            algorithm: key.map(|key| key.algorithm().as_str().to_owned()).unwrap_or_default(),
            payload: payload.unwrap_or_default(),
            signature_verifies: message.is_some_and(|message| keys.open(message, Kind::Statement).is_ok())
                && hash(&envelope).as_slice() == kept_hash,
        };
        match said.map(|said| said.content) {
            Some(Content::Acknowledgement(acknowledged)) => {
                one.about = Some(acknowledged.subject.to_string());
                one.version = Some(acknowledged.version);
                one.language = Some(acknowledged.language.to_string());
                one.text_hash = Some(acknowledged.text_hash);
            }
            Some(Content::Declaration(answer)) => {
                one.about = Some(answer.declaration.to_string());
                one.affirmed = Some(answer.affirmed);
            }
            Some(Content::Pause(pause)) => {
                one.from = Some(pause.from);
                one.until = Some(pause.until);
            }
            Some(Content::KeyRotation(rotation)) => {
                one.about = rotation.key().map(|key| key.thumbprint());
            }
            Some(Content::Withdrawal {}) | None => {}
        }
        all.push(one);
    }
    Ok(all)
}
