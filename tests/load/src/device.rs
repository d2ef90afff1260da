//! A device as plain as can be: a key, and reports sealed ahead of time.

use std::io;

use agent_core::{
    judge::{DeviceFacts, PostureState, quiet_hours::QuietHours},
    wire::{
        envelope::{Kind, from_hex, hex, seal, sha256},
        id::{Audience, DeviceId},
        key::{Algorithm, SignError},
        message::{ChallengeAnswer, ChallengeRequest, EnrolmentAnswer, EnrolmentRequest, SCHEMA_VERSION},
        report::{Content, Full, Report},
        software_key::{SoftwareKey, SoftwareKeyError},
    },
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use simulator::{Group, Outline, Plan};

use crate::connection::{Connection, request};

/// A device could not be made.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No connection, or it broke.
    #[error("the connection failed: {0}")]
    Connection(#[from] io::Error),
    /// The server refused.
    #[error("{path} was answered with {status}: {body}")]
    Refused {
        /// What was asked.
        path: &'static str,
        /// The HTTP status.
        status: u16,
        /// The answer.
        body: String,
    },
    /// The answer or request is not what it should be.
    #[error("unreadable: {0}")]
    Json(#[from] serde_json::Error),
    /// The key could not be made.
    #[error(transparent)]
    Key(#[from] SoftwareKeyError),
    /// The key could not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// An enrolled device.
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    key: SoftwareKey,
    audience: Audience,
    challenge: String,
    platform_facts: DeviceFacts,
}

impl Device {
    /// Makes a key of this kind and enrols it; the device will always report these facts.
    pub fn enrol(
        connection: &mut Connection,
        algorithm: Algorithm,
        token: &str,
        facts: DeviceFacts,
    ) -> Result<Self, LoadError> {
        let key = SoftwareKey::generate(algorithm)?;
        let asked = ChallengeRequest::TokenHash(hex(&sha256(token.as_bytes())));
        let challenge: ChallengeAnswer = post(connection, "/v1/challenges", "application/json", &to_json(&asked)?)?;
        let enrolment = EnrolmentRequest {
            audience: challenge.audience,
            token: token.to_owned(),
            challenge: challenge.challenge,
            key: key.public_key(),
            platform: facts.platform,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            schema_versions: vec![SCHEMA_VERSION],
            device_ref: None,
            attestation: None,
            attestation_challenge: None,
        };
        let envelope = seal(Kind::Enrolment, &enrolment, &key)?;
        let answer: EnrolmentAnswer = post(connection, "/v1/enrolments", "application/jose", envelope.as_bytes())?;
        Ok(Self {
            id: answer.device,
            key,
            audience: answer.audience,
            challenge: answer.challenge,
            platform_facts: facts,
        })
    }

    /// Seals the report of this number. One challenge serves for all: a report that waited is accepted under any.
    pub fn seal(&self, sequence: u64, at: Timestamp) -> Result<String, LoadError> {
        let report = Report {
            schema: SCHEMA_VERSION,
            audience: self.audience.clone(),
            device: self.id,
            sequence,
            challenge: self.challenge.clone(),
            at,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            policy_revision: 1,
            catalogue_revision: 0,
            dropped: 0,
            content: Content::Full(Box::new(Full {
                facts: self.platform_facts.clone(),
                state: PostureState::Compliant,
            })),
        };
        Ok(seal(Kind::Report, &report, &self.key)?)
    }
}

impl Device {
    /// The device with its secret key, to go on with later.
    pub fn to_kept(&self) -> Result<serde_json::Value, LoadError> {
        let kept = (self.id, hex(self.key.document()), &self.audience, &self.challenge, &self.platform_facts);
        Ok(serde_json::to_value(kept)?)
    }

    /// The device that was kept.
    pub fn from_kept(kept: &serde_json::Value) -> Result<Self, LoadError> {
        let (id, document, audience, challenge, facts): (_, String, _, _, _) = Deserialize::deserialize(kept)?;
        let key = SoftwareKey::from_document(&from_hex(&document).unwrap_or_default())?;
        Ok(Self { id, key, audience, challenge, platform_facts: facts })
    }
}

/// The facts of this many believable phones on the last day of a history that ends at this moment.
pub fn facts(devices: u32, now: Timestamp) -> Vec<DeviceFacts> {
    let groups = vec![Group { name: "default".to_owned(), share: 1 }];
    let plan = Plan::new(&Outline { seed: 1, devices, days: 1, now, hours: QuietHours::none(), groups });
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    plan.phones.iter().map(|phone| phone.facts(today)).collect()
}

fn to_json(message: &impl Serialize) -> Result<Vec<u8>, LoadError> {
    Ok(serde_json::to_vec(message)?)
}

fn post<T: DeserializeOwned>(
    connection: &mut Connection,
    path: &'static str,
    content_type: &str,
    body: &[u8],
) -> Result<T, LoadError> {
    let answer = connection.ask(&request(path, content_type, body))?;
    if !(200..300).contains(&answer.status) {
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        return Err(LoadError::Refused { path, status: answer.status, body });
    }
    Ok(serde_json::from_slice(&answer.body)?)
}
