//! Devices that enrol and report through the router, as they would over the network.

use std::sync::Arc;

use agent_core::{
    clock::{Clock, FixedClock},
    judge::{DeviceFacts, Platform, PostureState, Reading, facts::StorageEncryption},
    wire::{
        envelope::{Kind, hex, seal, sha256},
        key::{Algorithm, Signer},
        message::{Acknowledgement, ChallengeAnswer, EnrolmentAnswer, EnrolmentRequest},
        problem::Problem,
        report::{Content, Full, Report, Unchanged},
        software_key::SoftwareKey,
    },
};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

use crate::{api, scope::Scope, server::Server, store::StoreError, token};

struct Rig {
    _data: tempfile::TempDir,
    clock: Arc<FixedClock>,
    server: Arc<Server>,
    scope: Scope,
}

async fn rig() -> Rig {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at("2026-11-24T09:00:00Z".parse().unwrap()));
    let server = Server::open(data.path(), Arc::<FixedClock>::clone(&clock)).await.unwrap();
    let scope = server.create_organisation("Clínica Levante").await.unwrap();
    Rig { _data: data, clock, server, scope }
}

struct Device {
    key: SoftwareKey,
    answer: EnrolmentAnswer,
    challenge: String,
    sequence: u64,
}

impl Rig {
    async fn post(&self, path: &str, media_type: &str, body: String) -> (StatusCode, Vec<u8>) {
        let request = Request::post(path).header(header::CONTENT_TYPE, media_type).body(Body::from(body)).unwrap();
        let response = api::router(Arc::clone(&self.server)).oneshot(request).await.unwrap();
        let status = response.status();
        (status, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    async fn jose<T: DeserializeOwned>(&self, path: &str, envelope: &str) -> Result<T, Problem> {
        let (status, body) = self.post(path, api::wire::JOSE, envelope.to_owned()).await;
        if status.is_success() { Ok(read(&body)) } else { Err(read(&body)) }
    }

    async fn token(&self, uses: u32) -> String {
        let (scope, now) = (self.scope, self.clock.now());
        let expires = now.checked_add(SignedDuration::from_hours(24)).unwrap();
        let made = self
            .server
            .store
            .write(move |connection| token::create(connection, scope, "default", (uses, expires), now));
        made.await.unwrap()
    }

    async fn enrolment(&self, token: &str, key: &SoftwareKey) -> String {
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
            device_ref: None,
            attestation: None,
        };
        seal(Kind::Enrolment, &request, key).unwrap()
    }

    async fn enrol(&self) -> Device {
        let token = self.token(1).await;
        let key = SoftwareKey::generate(Algorithm::Es256).unwrap();
        let envelope = self.enrolment(&token, &key).await;
        let answer: EnrolmentAnswer = self.jose("/v1/enrolments", &envelope).await.unwrap();
        Device { key, challenge: answer.challenge.clone(), answer, sequence: 0 }
    }

    fn report(&self, device: &mut Device, content: Content) -> String {
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

    async fn send(&self, device: &mut Device, facts: DeviceFacts) -> Acknowledgement {
        let envelope = self.report(device, full(facts));
        let acknowledged: Acknowledgement = self.jose("/v1/reports", &envelope).await.unwrap();
        device.challenge.clone_from(&acknowledged.challenge);
        acknowledged
    }

    async fn count(&self, sql: &'static str) -> i64 {
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

fn full(facts: DeviceFacts) -> Content {
    Content::Full(Box::new(Full { facts, state: PostureState::Unknown }))
}

fn facts(locked: bool) -> DeviceFacts {
    let mut facts = DeviceFacts::nothing_collected(Platform::Android);
    facts.screen_lock = Reading::reported(locked);
    facts.storage_encryption = Reading::reported(StorageEncryption::PerUser);
    facts.os_version = Reading::reported("16".to_owned());
    facts
}

fn verdict(acknowledged: &Acknowledgement, check: &str) -> String {
    let checks = acknowledged.posture["checks"].as_array().unwrap();
    let found = checks.iter().find(|one| one["check"] == check).unwrap();
    found["verdict"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_report_is_committed_judged_and_counted() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    let acknowledged = rig.send(&mut device, facts(false)).await;
    assert_eq!((acknowledged.sequence, acknowledged.policy_revision), (1, 1));
    assert_eq!(verdict(&acknowledged, "screen-lock"), "fail");
    assert_eq!(verdict(&acknowledged, "whatsapp-business"), "unknown");
    rig.clock.advance(SignedDuration::from_hours(1));
    let acknowledged = rig.send(&mut device, facts(true)).await;
    assert_eq!(verdict(&acknowledged, "device-encryption"), "pass");
    assert_eq!(rig.count("SELECT count(*) FROM reports").await, 2);
    assert_eq!(rig.count("SELECT sum(n) FROM counts WHERE kind = 'state'").await, 1);
    assert_eq!(rig.count("SELECT sum(change) FROM count_changes").await, 1);
    let spans = "SELECT count(*) FROM spans WHERE subject = 'screen-lock'";
    assert_eq!(rig.count(spans).await, 2, "failing from the first moment on, then unknown for its complexity");
}

#[tokio::test]
async fn a_lost_answer_burns_neither_token_nor_report() {
    let rig = rig().await;
    let token = rig.token(1).await;
    let key = SoftwareKey::generate(Algorithm::EdDsa).unwrap();
    let envelope = rig.enrolment(&token, &key).await;
    let first: EnrolmentAnswer = rig.jose("/v1/enrolments", &envelope).await.unwrap();
    let again: EnrolmentAnswer = rig.jose("/v1/enrolments", &envelope).await.unwrap();
    assert_eq!(first.device, again.device);
    let other = SoftwareKey::generate(Algorithm::EdDsa).unwrap();
    let envelope = rig.enrolment(&token, &other).await;
    let refused = rig.jose::<EnrolmentAnswer>("/v1/enrolments", &envelope).await.unwrap_err();
    assert_eq!(refused.code, "enrolment-refused");

    let mut device = Device { key, challenge: first.challenge.clone(), answer: first, sequence: 0 };
    let envelope = rig.report(&mut device, full(facts(true)));
    let first: Acknowledgement = rig.jose("/v1/reports", &envelope).await.unwrap();
    let again: Acknowledgement = rig.jose("/v1/reports", &envelope).await.unwrap();
    assert_eq!((first.report_hash, first.posture), (again.report_hash, again.posture));
    assert_eq!(rig.count("SELECT count(*) FROM reports").await, 1);
}

#[tokio::test]
async fn the_same_number_with_other_bytes_is_refused_and_found() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    rig.send(&mut device, facts(true)).await;
    device.sequence = 0;
    let envelope = rig.report(&mut device, full(facts(false)));
    let refused = rig.jose::<Acknowledgement>("/v1/reports", &envelope).await.unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (409, "report-sequence-conflict"));
    assert_eq!(rig.count("SELECT count(*) FROM findings").await, 1);
    assert_eq!(rig.count("SELECT count(*) FROM reports").await, 1);
}

#[tokio::test]
async fn an_unchanged_report_needs_the_full_one_it_names() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    let acknowledged = rig.send(&mut device, facts(true)).await;
    let unchanged = |report_hash: &str| Content::Unchanged(Unchanged { report_hash: report_hash.to_owned() });
    let envelope = rig.report(&mut device, unchanged(&acknowledged.report_hash));
    let kept: Acknowledgement = rig.jose("/v1/reports", &envelope).await.unwrap();
    assert_eq!(verdict(&kept, "device-encryption"), "pass");
    let envelope = rig.report(&mut device, unchanged(&"0".repeat(64)));
    let refused = rig.jose::<Acknowledgement>("/v1/reports", &envelope).await.unwrap_err();
    assert_eq!(refused.code, "full-report-required");
}

#[tokio::test]
async fn silence_and_the_end_of_grace_come_without_a_report() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    let mut known = facts(false);
    known.lock_complexity = Reading::reported(agent_core::judge::facts::LockComplexity::None);
    rig.send(&mut device, known).await;
    let states = |state: &'static str| {
        rig.count(match state {
            "in-grace" => "SELECT coalesce(sum(n), 0) FROM counts WHERE kind = 'state' AND a = 'in-grace'",
            _ => "SELECT coalesce(sum(n), 0) FROM counts WHERE kind = 'state' AND a = 'not-compliant'",
        })
    };
    assert_eq!((states("in-grace").await, states("not-compliant").await), (1, 0));
    rig.clock.advance(SignedDuration::from_hours(24 * 20));
    let settled = rig.server.settle().await.unwrap();
    assert_eq!(settled.due, 1);
    assert_eq!((states("in-grace").await, states("not-compliant").await), (0, 1));
    let open = "SELECT count(*) FROM spans WHERE subject = '' AND until IS NULL";
    assert_eq!(rig.count(open).await, 1);
    assert_eq!(rig.server.settle().await.unwrap().due, 0);
}
