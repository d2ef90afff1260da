//! A small real server: it verifies, refuses, acknowledges and signs as the contract says, in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;

use crate::{
    client::transport::{Method, Request, Response},
    clock::{Clock, FixedClock},
    judge::DeviceState,
    wire::{
        envelope::{Kind, Unverified, Verified, hash, hex, seal, sha256},
        evidence::{EvidenceMessage, EvidenceReceipt},
        id::{Audience, DeviceId},
        key::{Algorithm, PublicKey, VerifyingKey},
        message::{
            Acknowledgement, Batch, BatchAnswer, BatchItem, ChallengeAnswer, ChallengeRequest, EnrolmentAnswer,
            EnrolmentRequest, KeyDocument, Proof, ServedCatalogue, ServedPolicy,
        },
        problem::Problem,
        report::{Content, Report},
        software_key::SoftwareKey,
        statement::{self, Receipt, Statement},
    },
};

pub(super) const TOKEN: &str = "00000001ABCDEFGHJKMNPQRSTV";

/// What makes the server answer otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mood {
    /// The device has left.
    Left,
    /// The company has closed the device.
    Closed,
    /// No device has this key.
    Unknown,
    /// It takes no batches.
    NoBatches,
    /// No full report stands any more.
    ForgetsFull,
    /// It would like fresh evidence.
    WantsEvidence,
    /// It names the posture, and leaves it out where the agent holds it.
    NamesPosture,
}

/// What the server holds of its device.
#[derive(Default)]
pub(super) struct Held {
    pub(super) device: Option<(DeviceId, PublicKey)>,
    /// Envelopes by number, as committed.
    pub(super) reports: BTreeMap<u64, String>,
    /// Statements by number, as committed.
    pub(super) statements: BTreeMap<u64, String>,
    /// The key before the device's.
    pub(super) former_key: Option<PublicKey>,
    /// Every envelope that ever arrived, by number: more than one is a repeat with other bytes.
    pub(super) seen: BTreeMap<u64, BTreeSet<String>>,
    pub(super) requests: Vec<String>,
    pub(super) enrolments: usize,
    pub(super) moods: BTreeSet<Mood>,
    /// The evidence that came on its own, envelope by envelope.
    pub(super) evidence: Vec<(String, EvidenceMessage)>,
    /// Why the evidence does not prove what was asked; empty: it does.
    pub(super) gaps: Vec<String>,
    /// Challenges that are not taken any more.
    pub(super) spent: BTreeSet<String>,
    /// The report schemas that it reads; empty: the first alone, as before there was a second.
    pub(super) schemas: Vec<u32>,
}

pub(super) struct FakeServer {
    pub(super) clock: Arc<FixedClock>,
    pub(super) held: Mutex<Held>,
    pub(super) policy: Mutex<(u64, u64, serde_json::Value)>,
    pub(super) catalogue: Mutex<u64>,
    keys: Mutex<(Vec<SoftwareKey>, String)>,
    challenges: Mutex<u64>,
}

/// A policy; where its spec has no notice, the employer gave that elsewhere.
pub(super) fn policy_document(spec: &serde_json::Value) -> serde_json::Value {
    let mut spec = spec.clone();
    if spec.get("notice").is_none() {
        spec["notice"] = json!({ "version": 1, "givenElsewhere": true });
    }
    json!({ "apiVersion": "posture/v1", "kind": "Policy", "metadata": { "name": "clinic", "revision": 1 }, "spec": spec })
}

pub(super) fn guarded<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Held {
    /// Refuses whatever a device says that is not here.
    fn refuse(&self) -> Result<(), Problem> {
        let refusals = [
            (Mood::Left, 410, "device-left"),
            (Mood::Closed, 403, "device-closed"),
            (Mood::Unknown, 403, "unknown-key"),
        ];
        let refusal = refusals.iter().find(|(mood, ..)| self.moods.contains(mood));
        refusal.map_or(Ok(()), |(_, status, code)| Err(problem(*status, code)))
    }

    /// A message that the device has signed, with the key before its own where it names that one.
    fn open(&self, envelope: &str, kind: Kind) -> Verified {
        let envelope = Unverified::parse(envelope).unwrap();
        let own = self.device.iter().map(|(_, key)| key);
        let key = own.chain(&self.former_key).find(|key| key.thumbprint() == envelope.key_thumbprint()).unwrap();
        envelope.verify(kind, &VerifyingKey::try_from(key).unwrap()).unwrap()
    }
}

impl FakeServer {
    pub(super) fn new(clock: Arc<FixedClock>) -> Arc<Self> {
        let key = SoftwareKey::from_seed(&[1; 32]).unwrap();
        let first = key_document(1, &key, None, clock.now(), &key);
        let policy = policy_document(&json!({ "checks": { "screen-lock": { "grace": "3d" }, "os-version": {
            "android": { "min": "13" } } } }));
        Arc::new(Self {
            clock,
            held: Mutex::default(),
            policy: Mutex::new((1, 1, policy)),
            catalogue: Mutex::new(1),
            keys: Mutex::new((vec![key], first)),
            challenges: Mutex::new(0),
        })
    }

    pub(super) fn audience() -> Audience {
        Audience::new("fake", 1)
    }

    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        guarded(&self.held)
    }

    /// Puts the server in this mood, or out of it.
    pub(super) fn mood(&self, mood: Mood, on: bool) {
        let moods = &mut self.held().moods;
        let _ = if on { moods.insert(mood) } else { moods.remove(&mood) };
    }

    /// The committed statements.
    pub(super) fn statements(&self) -> Vec<Statement> {
        let read = |envelope: &String| Unverified::parse(envelope).unwrap().read_unverified().unwrap();
        self.held().statements.values().map(read).collect()
    }

    /// The committed reports.
    pub(super) fn reports(&self) -> Vec<Report> {
        let read = |envelope: &String| Unverified::parse(envelope).unwrap().read_unverified().unwrap();
        self.held().reports.values().map(read).collect()
    }

    pub(super) fn set_policy(&self, epoch: u64, revision: u64, spec: &serde_json::Value) {
        *guarded(&self.policy) = (epoch, revision, policy_document(spec));
    }

    /// Makes a new key; its document is signed by the one before, or by somebody else's.
    pub(super) fn rotate(&self, by: Option<&SoftwareKey>) {
        let mut keys = guarded(&self.keys);
        let new = SoftwareKey::generate(Algorithm::EdDsa).unwrap();
        let revision = keys.0.len() as u64 + 1;
        keys.1 = key_document(revision, &new, None, self.clock.now(), by.unwrap_or(keys.0.last().unwrap()));
        keys.0.push(new);
    }

    fn signed(&self, kind: Kind, payload: &impl Serialize) -> String {
        seal(kind, payload, guarded(&self.keys).0.last().unwrap()).unwrap()
    }

    fn served_policy(&self) -> String {
        let (epoch, revision, policy) = guarded(&self.policy).clone();
        self.signed_policy(Self::audience(), epoch, revision, policy)
    }

    /// The answer with the policy under another revision.
    pub(super) fn policy_of(&self, epoch: u64, revision: u64) -> Response {
        let policy = guarded(&self.policy).2.clone();
        Response {
            status: 200,
            body: self.signed_policy(Self::audience(), epoch, revision, policy).into_bytes(),
            ..Response::default()
        }
    }

    /// The answer with the policy for somebody.
    pub(super) fn policy_for(&self, audience: &Audience) -> Response {
        let (epoch, revision, policy) = guarded(&self.policy).clone();
        let body = self.signed_policy(audience.clone(), epoch, revision, policy).into_bytes();
        Response { status: 200, body, ..Response::default() }
    }

    /// No challenge that was given out so far is taken any more.
    pub(super) fn spend_challenges(&self) {
        let given = *guarded(&self.challenges);
        self.held().spent = (1..=given).map(|number| format!("challenge-{number}")).collect();
    }

    fn signed_policy(&self, audience: Audience, epoch: u64, revision: u64, policy: serde_json::Value) -> String {
        let issued = self.clock.now();
        let expires = issued + SignedDuration::from_hours(7 * 24);
        self.signed(
            Kind::Policy,
            &ServedPolicy { audience, group: "clinic".into(), epoch, revision, issued, expires, policy },
        )
    }

    fn served_catalogue(&self) -> String {
        let revision = *guarded(&self.catalogue);
        let issued = self.clock.now();
        let catalogue = json!({ "apiVersion": "posture/v1", "kind": "Catalogue",
            "metadata": { "revision": revision, "issued": issued }, "lines": [] });
        self.signed(Kind::Catalogue, &ServedCatalogue { audience: Self::audience(), revision, issued, catalogue })
    }

    fn challenge(&self) -> String {
        let mut challenges = guarded(&self.challenges);
        *challenges += 1;
        format!("challenge-{challenges}")
    }

    /// Answers one request.
    pub(super) fn answer(&self, request: &Request) -> Response {
        self.held().requests.push(format!("{} {}", request.method.as_str(), request.path));
        let body = request.body.as_ref().map_or(&[][..], |(_, body)| body);
        let text = String::from_utf8(body.to_vec()).unwrap();
        let (path, posture) =
            request.path.split_once("?posture=").map_or((request.path.as_str(), None), |(path, tag)| (path, Some(tag)));
        match (request.method, path) {
            (Method::Post, "/v1/challenges") => {
                let _: ChallengeRequest = serde_json::from_slice(body).unwrap();
                let (challenge, audience, server_time) = (self.challenge(), Self::audience(), self.clock.now());
                ok(&ChallengeAnswer { challenge, audience, server_time })
            }
            (Method::Post, "/v1/enrolments") => self.enrol(&text),
            (Method::Post, "/v1/reports") => {
                self.report(&text).map_or_else(|problem| no(&problem), |answer| ok(&self.spare(answer, posture)))
            }
            (Method::Post, "/v1/statements" | "/v1/keys") => {
                self.statement(&text).map_or_else(|problem| no(&problem), |answer| ok(&answer))
            }
            (Method::Post, "/v1/attestations") => {
                self.evidence(&text).map_or_else(|problem| no(&problem), |answer| ok(&answer))
            }
            (Method::Post, "/v1/reports/batch") if !self.held().moods.contains(&Mood::NoBatches) => {
                let batch: Batch = serde_json::from_slice(body).unwrap();
                let item = |envelope: &String| match self.report(envelope) {
                    Ok(answer) => BatchItem::Acknowledged(Box::new(answer)),
                    Err(problem) => BatchItem::Refused(problem),
                };
                ok(&BatchAnswer { answers: batch.envelopes.iter().map(item).collect() })
            }
            (Method::Get, path) => self.get(path, request),
            _ => no(&problem(404, "not-found")),
        }
    }

    fn enrol(&self, envelope: &str) -> Response {
        let parsed = Unverified::parse(envelope).unwrap();
        let asked: EnrolmentRequest = parsed.read_unverified().unwrap();
        let key = VerifyingKey::try_from(&asked.key).unwrap();
        Unverified::parse(envelope).unwrap().verify(Kind::Enrolment, &key).unwrap();
        if asked.token != TOKEN {
            return no(&problem(403, "enrolment-refused"));
        }
        let mut held = self.held();
        if held.device.as_ref().is_none_or(|(_, known)| *known != asked.key) {
            held.enrolments += 1;
            held.device = Some((DeviceId::new(1, [u8::try_from(held.enrolments).unwrap(); 12]), asked.key));
        }
        let device = held.device.clone().unwrap().0;
        drop(held);
        let enrolled_at = self.clock.now();
        let keys = guarded(&self.keys).1.clone();
        ok(&EnrolmentAnswer {
            device,
            audience: Self::audience(),
            schema_version: 1,
            organisation: "Clinic".into(),
            enrolled_at,
            keys,
            policy: self.served_policy(),
            challenge: self.challenge(),
            server_time: enrolled_at,
        })
    }

    fn statement(&self, envelope: &str) -> Result<Receipt, Problem> {
        let mut held = self.held();
        let device = held.device.clone().unwrap().0;
        let verified = held.open(envelope, Kind::Statement);
        let statement: Statement = verified.read().unwrap();
        assert_eq!((statement.device, &statement.audience), (device, &Self::audience()));
        let known = held.statements.get(&statement.number).cloned();
        let known = known.as_deref();
        if known.is_some_and(|known| known != envelope) {
            return Err(problem(409, "statement-number-conflict"));
        }
        if known.is_none() {
            held.refuse()?;
        }
        if held.spent.contains(&statement.challenge) {
            return Err(problem(403, "challenge-invalid"));
        }
        if matches!(statement.content, statement::Content::Withdrawal {}) {
            held.moods.insert(Mood::Left);
        }
        if let (None, statement::Content::KeyRotation(rotation)) = (known, &statement.content) {
            let (possession, _) = rotation.verify().unwrap();
            held.former_key = held.device.replace((device, possession.key)).map(|(_, key)| key);
        }
        held.statements.insert(statement.number, envelope.to_owned());
        drop(held);
        let (challenge, server_time) = (self.challenge(), self.clock.now());
        Ok(Receipt { number: statement.number, statement_hash: hex(&hash(envelope)), challenge, server_time })
    }

    fn evidence(&self, envelope: &str) -> Result<EvidenceReceipt, Problem> {
        let mut held = self.held();
        let message: EvidenceMessage = held.open(envelope, Kind::Evidence).read().unwrap();
        assert_eq!((message.device, &message.audience), (held.device.clone().unwrap().0, &Self::audience()));
        if held.spent.contains(&message.challenge) {
            return Err(problem(403, "challenge-invalid"));
        }
        held.evidence.push((envelope.to_owned(), message));
        let reasons = held.gaps.clone();
        Ok(EvidenceReceipt { proved: reasons.is_empty(), reasons, server_time: self.clock.now() })
    }

    fn report(&self, envelope: &str) -> Result<Acknowledgement, Problem> {
        let mut held = self.held();
        held.refuse()?;
        let device = held.device.clone().unwrap().0;
        let verified = held.open(envelope, Kind::Report);
        let report: Report = verified.read().unwrap();
        assert_eq!((report.device, &report.audience), (device, &Self::audience()));
        if report.schema != 1 && !held.schemas.contains(&report.schema) {
            return Err(problem(422, "schema-unsupported"));
        }
        held.seen.entry(report.sequence).or_default().insert(envelope.to_owned());
        if held.spent.contains(&report.challenge) {
            return Err(problem(403, "challenge-invalid"));
        }
        match held.reports.get(&report.sequence) {
            Some(known) if known == envelope => {}
            Some(_) => return Err(problem(409, "report-sequence-conflict")),
            None => {
                if held.reports.last_key_value().is_some_and(|(last, _)| *last > report.sequence) {
                    return Err(problem(409, "report-sequence-passed"));
                }
                if let Content::Unchanged(unchanged) = &report.content {
                    let known = held.reports.values().any(|one| hex(&hash(one)) == unchanged.report_hash);
                    if !known || held.moods.contains(&Mood::ForgetsFull) {
                        return Err(problem(409, "full-report-required"));
                    }
                }
                held.reports.insert(report.sequence, envelope.to_owned());
            }
        }
        let (schema_versions, evidence_wanted) = (held.schemas.clone(), held.moods.contains(&Mood::WantsEvidence));
        drop(held);
        let (policy_epoch, policy_revision, _) = *guarded(&self.policy);
        Ok(Acknowledgement {
            sequence: report.sequence,
            report_hash: hex(&hash(envelope)),
            posture: json!({ "state": "compliant", "at": self.clock.now(), "policyRevision": 1, "catalogueRevision": 1, "checks": [] }),
            posture_tag: None,
            state: DeviceState::Compliant,
            policy_revision,
            policy_epoch,
            catalogue_revision: *guarded(&self.catalogue),
            challenge: self.challenge(),
            next_check_in: 21_600,
            schema_version: 1,
            schema_versions,
            evidence_wanted,
            server_time: self.clock.now(),
        })
    }

    fn spare(&self, answer: Acknowledgement, held: Option<&str>) -> Acknowledgement {
        if !self.held().moods.contains(&Mood::NamesPosture) {
            return answer;
        }
        let tag = hex(&sha256(answer.posture.to_string().as_bytes()));
        let posture = if held == Some(tag.as_str()) { serde_json::Value::Null } else { answer.posture };
        Acknowledgement { posture, posture_tag: Some(tag), ..answer }
    }

    fn get(&self, path: &str, request: &Request) -> Response {
        let key = VerifyingKey::try_from(&self.held().device.clone().unwrap().1).unwrap();
        let proof = Unverified::parse(request.proof.as_ref().unwrap()).unwrap().verify(Kind::Proof, &key).unwrap();
        let proof: Proof = proof.read().unwrap();
        assert_eq!((proof.method.as_str(), proof.path.as_str()), ("GET", path));
        assert_eq!(proof.body_hash, hex(&sha256(b"")));
        if self.held().spent.contains(&proof.challenge) {
            return no(&problem(403, "challenge-invalid"));
        }
        let (envelope, etag) = match path {
            "/v1/policy" => (self.served_policy(), format!("\"p{:?}\"", &guarded(&self.policy).1)),
            "/v1/catalogue" => (self.served_catalogue(), format!("\"c{}\"", guarded(&self.catalogue))),
            "/v1/keys" => (guarded(&self.keys).1.clone(), "\"k\"".to_owned()),
            _ => return no(&problem(404, "not-found")),
        };
        if request.if_none_match.as_ref() == Some(&etag) {
            return Response { status: 304, ..Response::default() };
        }
        Response { status: 200, body: envelope.into_bytes(), etag: Some(etag), ..Response::default() }
    }
}

fn key_document(
    revision: u64,
    current: &SoftwareKey,
    next: Option<&SoftwareKey>,
    issued: Timestamp,
    by: &SoftwareKey,
) -> String {
    let next = next.map(SoftwareKey::public_key);
    let current = current.public_key();
    seal(Kind::Keys, &KeyDocument { audience: FakeServer::audience(), revision, current, next, issued }, by).unwrap()
}

pub(super) fn problem(status: u16, code: &str) -> Problem {
    Problem { kind: format!("errors#{code}"), title: "No".into(), status, code: code.into(), detail: None }
}

fn ok(message: &impl Serialize) -> Response {
    Response { status: 200, body: serde_json::to_vec(message).unwrap(), ..Response::default() }
}

pub(super) fn no(problem: &Problem) -> Response {
    Response { status: problem.status, body: serde_json::to_vec(problem).unwrap(), ..Response::default() }
}
