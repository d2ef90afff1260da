//! For tests: a server on a data folder of its own, a clock that stands still, and devices that enrol and report
//! through the router, as they would over the network.

use std::sync::Arc;

use agent_core::{
    clock::{Clock, FixedClock},
    judge::{DeviceFacts, Platform, PostureState, Reading, facts::StorageEncryption},
    wire::{
        envelope::{Kind, hex, seal, sha256},
        key::Algorithm,
        message::{Acknowledgement, ChallengeAnswer, EnrolmentAnswer, EnrolmentRequest},
        problem::Problem,
        report::{Content, Full, Report},
        software_key::SoftwareKey,
        statement::{self, Receipt, Statement},
    },
};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

use crate::{
    api,
    scope::Scope,
    server::Server,
    store::StoreError,
    token,
    verify::{Breach, verify},
};

pub(crate) struct Rig {
    pub(crate) _data: tempfile::TempDir,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) server: Arc<Server>,
    pub(crate) scope: Scope,
}

pub(crate) async fn rig() -> Rig {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at("2026-11-24T09:00:00Z".parse().unwrap()));
    let server = Server::open(data.path(), Arc::<FixedClock>::clone(&clock)).await.unwrap();
    let scope = server.create_organisation("Clínica Levante").await.unwrap();
    Rig { _data: data, clock, server, scope }
}

pub(crate) struct Device {
    pub(crate) key: SoftwareKey,
    pub(crate) answer: EnrolmentAnswer,
    pub(crate) challenge: String,
    pub(crate) sequence: u64,
}

impl Rig {
    pub(crate) async fn post(&self, path: &str, media_type: &str, body: String) -> (StatusCode, Vec<u8>) {
        let request = Request::post(path).header(header::CONTENT_TYPE, media_type).body(Body::from(body)).unwrap();
        let response = api::router(Arc::clone(&self.server)).oneshot(request).await.unwrap();
        let status = response.status();
        (status, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    pub(crate) async fn jose<T: DeserializeOwned>(&self, path: &str, envelope: &str) -> Result<T, Problem> {
        let (status, body) = self.post(path, api::wire::JOSE, envelope.to_owned()).await;
        if status.is_success() { Ok(read(&body)) } else { Err(read(&body)) }
    }

    pub(crate) async fn token(&self, uses: u32) -> String {
        let (scope, now) = (self.scope, self.clock.now());
        let expires = now.checked_add(SignedDuration::from_hours(24)).unwrap();
        let made = self
            .server
            .store
            .write(move |connection| token::create(connection, scope, "default", (uses, expires), now));
        made.await.unwrap()
    }

    pub(crate) async fn enrolment(&self, token: &str, key: &SoftwareKey) -> String {
        self.enrolment_as(None, token, key).await
    }

    pub(crate) async fn enrolment_as(&self, device_ref: Option<&str>, token: &str, key: &SoftwareKey) -> String {
        let asked = format!("{{\"tokenHash\":\"{}\"}}", hex(&sha256(token.as_bytes())));
        let (_, body) = self.post("/v1/challenges", "application/json", asked).await;
        let challenge: ChallengeAnswer = read(&body);
        let request = EnrolmentRequest {
            audience: challenge.audience,
            token: token.to_owned(),
            challenge: challenge.challenge,
            key: key.public_key(),
            platform: Platform::Android,
            agent_version: "0.1.0".into(),
            schema_versions: vec![1],
            device_ref: device_ref.map(str::to_owned),
            attestation: None,
            attestation_challenge: None,
        };
        seal(Kind::Enrolment, &request, key).unwrap()
    }

    pub(crate) async fn enrol(&self) -> Device {
        self.enrol_as(None).await
    }

    pub(crate) async fn enrol_as(&self, device_ref: Option<&str>) -> Device {
        let token = self.token(1).await;
        let key = SoftwareKey::generate(Algorithm::Es256).unwrap();
        let envelope = self.enrolment_as(device_ref, &token, &key).await;
        let answer: EnrolmentAnswer = self.jose("/v1/enrolments", &envelope).await.unwrap();
        Device { key, challenge: answer.challenge.clone(), answer, sequence: 0 }
    }

    pub(crate) fn report(&self, device: &mut Device, content: Content) -> String {
        device.sequence += 1;
        let report = Report {
            schema: 1,
            audience: device.answer.audience.clone(),
            device: device.answer.device,
            sequence: device.sequence,
            challenge: device.challenge.clone(),
            at: self.clock.now(),
            agent_version: "0.1.0".into(),
            policy_revision: 1,
            catalogue_revision: 0,
            dropped: 0,
            content,
        };
        seal(Kind::Report, &report, &device.key).unwrap()
    }

    pub(crate) async fn send(&self, device: &mut Device, facts: DeviceFacts) -> Acknowledgement {
        let envelope = self.report(device, full(facts));
        let acknowledged: Acknowledgement = self.jose("/v1/reports", &envelope).await.unwrap();
        device.challenge.clone_from(&acknowledged.challenge);
        acknowledged
    }

    /// What the person of the device says, sealed.
    pub(crate) fn said(&self, device: &Device, number: u64, content: statement::Content) -> String {
        let statement = Statement {
            audience: device.answer.audience.clone(),
            device: device.answer.device,
            number,
            challenge: device.challenge.clone(),
            at: self.clock.now(),
            agent_version: "0.1.0".into(),
            content,
        };
        seal(Kind::Statement, &statement, &device.key).unwrap()
    }

    pub(crate) async fn say(&self, envelope: &str) -> Result<Receipt, Problem> {
        self.jose("/v1/statements", envelope).await
    }

    /// What is wrong with what is stored.
    pub(crate) async fn breaches(&self) -> Vec<Breach> {
        let now = self.clock.now();
        let verified = self.server.store.read(move |connection| verify(connection, now, &mut |_, _| {}));
        verified.await.unwrap().breaches
    }

    pub(crate) async fn sound(&self) {
        assert_eq!(self.breaches().await, []);
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let counted = self
            .server
            .store
            .read(move |connection| connection.query_row(sql, [], |row| row.get(0)).map_err(StoreError::from));
        counted.await.unwrap()
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> T {
    serde_json::from_slice(body).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(body)))
}

pub(crate) fn full(facts: DeviceFacts) -> Content {
    Content::Full(Box::new(Full { facts, state: PostureState::Unknown }))
}

pub(crate) fn facts(locked: bool) -> DeviceFacts {
    let mut facts = DeviceFacts::nothing_collected(Platform::Android);
    facts.screen_lock = Reading::reported(locked);
    facts.storage_encryption = Reading::reported(StorageEncryption::PerUser);
    facts.os_version = Reading::reported("16".to_owned());
    facts
}

pub(crate) fn verdict(acknowledged: &Acknowledgement, check: &str) -> String {
    let checks = acknowledged.posture["checks"].as_array().unwrap();
    let found = checks.iter().find(|one| one["check"] == check).unwrap();
    found["verdict"].as_str().unwrap().to_owned()
}
