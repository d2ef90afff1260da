//! A small server in memory that enrols one device, takes its reports and can be out of reach.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use jiff::SignedDuration;
use serde::Serialize;
use serde_json::json;

use crate::{
    client::{
        Transport, TransportError,
        transport::{Answer, Method, Request, Response},
    },
    clock::{Clock, FixedClock},
    judge::DeviceState,
    wire::{
        envelope::{Kind, Unverified, hash, hex, seal},
        id::{Audience, DeviceId},
        key::{Algorithm, PublicKey, VerifyingKey},
        message::{Acknowledgement, ChallengeAnswer, EnrolmentAnswer, EnrolmentRequest, KeyDocument, ServedPolicy},
        problem::Problem,
        report::Report,
        software_key::SoftwareKey,
        statement::{Receipt, Statement},
    },
};

pub(super) const TOKEN: &str = "00000001ABCDEFGHJKMNPQRSTV";
pub(super) const SERVER: &str = "https://atalaya.example.com";

#[derive(Default)]
pub(super) struct Held {
    pub(super) key: Option<PublicKey>,
    /// Envelopes in the order in which they came.
    pub(super) reports: Vec<String>,
    pub(super) statements: Vec<String>,
    pub(super) requests: usize,
    pub(super) left: bool,
    pub(super) closed: bool,
}

pub(super) struct FakeServer {
    clock: Arc<FixedClock>,
    key: SoftwareKey,
    spec: serde_json::Value,
    pub(super) next_check_in: u32,
    pub(super) offline: AtomicBool,
    held: Mutex<Held>,
}

impl FakeServer {
    pub(super) fn new(clock: Arc<FixedClock>, spec: serde_json::Value, next_check_in: u32) -> Arc<Self> {
        let key = SoftwareKey::generate(Algorithm::EdDsa).unwrap();
        Arc::new(Self { clock, key, spec, next_check_in, offline: AtomicBool::default(), held: Mutex::default() })
    }

    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn audience() -> Audience {
        Audience::new("fake", 1)
    }

    fn answer(&self, request: &Request) -> Response {
        self.held().requests += 1;
        let body = request.body.as_ref().map_or(&[][..], |(_, body)| body);
        let text = String::from_utf8(body.to_vec()).unwrap();
        match (request.method, request.path.as_str()) {
            (Method::Post, "/v1/challenges") => ok(&ChallengeAnswer {
                challenge: "challenge".into(),
                audience: Self::audience(),
                server_time: self.clock.now(),
            }),
            (Method::Post, "/v1/enrolments") => self.enrol(&text),
            (Method::Post, "/v1/reports") if self.held().left => no(410, "device-left"),
            (Method::Post, "/v1/reports" | "/v1/statements") if self.held().closed => no(403, "device-closed"),
            (Method::Post, "/v1/reports") => self.report(&text),
            (Method::Post, "/v1/statements") => self.statement(&text),
            _ => no(404, "not-found"),
        }
    }

    fn statement(&self, envelope: &str) -> Response {
        let mut held = self.held();
        let key = VerifyingKey::try_from(held.key.as_ref().unwrap()).unwrap();
        let verified = Unverified::parse(envelope).unwrap().verify(Kind::Statement, &key).unwrap();
        let statement: Statement = verified.read().unwrap();
        held.statements.push(envelope.to_owned());
        ok(&Receipt {
            number: statement.number,
            statement_hash: hex(&hash(envelope)),
            challenge: "challenge".into(),
            server_time: self.clock.now(),
        })
    }

    fn enrol(&self, envelope: &str) -> Response {
        let asked: EnrolmentRequest = Unverified::parse(envelope).unwrap().read_unverified().unwrap();
        let key = VerifyingKey::try_from(&asked.key).unwrap();
        Unverified::parse(envelope).unwrap().verify(Kind::Enrolment, &key).unwrap();
        if asked.token != TOKEN {
            return no(403, "enrolment-refused");
        }
        self.held().key = Some(asked.key);
        let (issued, audience) = (self.clock.now(), Self::audience());
        let current = self.key.public_key();
        let keys = KeyDocument { audience: audience.clone(), revision: 1, current, next: None, issued };
        let policy = ServedPolicy {
            audience: audience.clone(),
            group: "office".into(),
            epoch: 1,
            revision: 1,
            issued,
            expires: issued + SignedDuration::from_hours(9000),
            policy: json!({ "apiVersion": "posture/v1", "kind": "Policy",
                "metadata": { "name": "laptops", "revision": 1 }, "spec": self.spec }),
        };
        ok(&EnrolmentAnswer {
            device: DeviceId::new(1, [7; 12]),
            audience,
            schema_version: 1,
            organisation: "Clínica Levante".into(),
            enrolled_at: issued,
            keys: seal(Kind::Keys, &keys, &self.key).unwrap(),
            policy: seal(Kind::Policy, &policy, &self.key).unwrap(),
            challenge: "challenge".into(),
            server_time: issued,
        })
    }

    fn report(&self, envelope: &str) -> Response {
        let mut held = self.held();
        let key = VerifyingKey::try_from(held.key.as_ref().unwrap()).unwrap();
        let report: Report = Unverified::parse(envelope).unwrap().verify(Kind::Report, &key).unwrap().read().unwrap();
        held.reports.push(envelope.to_owned());
        drop(held);
        let now = self.clock.now();
        let reason = json!({ "code": "device-encryption.off" });
        let check = json!({ "check": "device-encryption", "verdict": "fail", "severity": "fail", "counted": true,
            "reason": reason, "since": now, "rules": [] });
        ok(&Acknowledgement {
            sequence: report.sequence,
            report_hash: hex(&hash(envelope)),
            posture: json!({ "state": "not-compliant", "at": now, "policyRevision": 1, "catalogueRevision": 0,
                "checks": [check] }),
            posture_tag: None,
            state: DeviceState::NotCompliant,
            policy_revision: 1,
            policy_epoch: 1,
            catalogue_revision: 0,
            challenge: "challenge".into(),
            next_check_in: self.next_check_in,
            schema_version: 1,
            schema_versions: vec![],
            evidence_wanted: false,
            server_time: now,
        })
    }
}

impl Transport for FakeServer {
    fn call<'a>(&'a self, _: &'a str, request: Request) -> Answer<'a> {
        Box::pin(async move {
            if self.offline.load(Ordering::Relaxed) {
                Err(TransportError::Unreachable)
            } else {
                Ok(self.answer(&request))
            }
        })
    }
}

fn ok(message: &impl Serialize) -> Response {
    Response { status: 200, body: serde_json::to_vec(message).unwrap(), ..Response::default() }
}

fn no(status: u16, code: &str) -> Response {
    let problem =
        Problem { kind: format!("errors#{code}"), title: "No".into(), status, code: code.into(), detail: None };
    Response { status, body: serde_json::to_vec(&problem).unwrap(), ..Response::default() }
}
