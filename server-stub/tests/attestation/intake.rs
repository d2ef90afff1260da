//! Evidence on its whole way: handed over at enrolment, with a new key or on its own, held against the policy of the group,
//! shown, aged, and judged again when what it is held against changes.

use std::sync::Arc;

use agent_core::{
    clock::{Clock as _, FixedClock},
    judge::{Check, DeviceFacts, Evidence, Platform, Reading, Verdict, facts::BootState},
    wire::{
        envelope::{Kind, hex, seal, sha256},
        evidence::{EvidenceMessage, EvidenceReceipt},
        key_rotation,
        message::{Acknowledgement, Attestation, ChallengeAnswer, EnrolmentAnswer, EnrolmentRequest},
        problem::Problem,
        report::{Content, Full, Report},
        software_key::SoftwareKey,
        statement::{self, Receipt, Statement},
    },
};
use atalaya_server::{
    api,
    attestation::Certificate,
    evidence::trust::{self, Document, TrustError},
    fleet::device::Device,
    judging::rules,
    scope::Scope,
    server::Server,
    token,
    verify::{Verification, verify},
};
use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde::de::DeserializeOwned;
use tower::ServiceExt as _;

use super::{
    apple_authority::{Apple, Said},
    authority::{Authority, Description},
};

const APP: &str = "com.example.app";
pub(super) const TEAM_APP: &str = "ABCDE12345.com.example.app";

pub(super) struct Site {
    data: tempfile::TempDir,
    pub(super) clock: Arc<FixedClock>,
    pub(super) server: Arc<Server>,
    scope: Scope,
    authority: Authority,
    /// What the policy asks of App Attest.
    pub(super) ios: String,
    revision: u64,
}

pub(super) struct Phone {
    pub(super) key: SoftwareKey,
    pub(super) answer: EnrolmentAnswer,
    pub(super) challenge: String,
    sequence: u64,
}

impl Site {
    /// A server that trusts our own authority, and looks at evidence as its policy says.
    pub(super) async fn new(evidence: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at("2026-11-25T09:00:00Z".parse().unwrap()));
        let server = Server::open(data.path(), Arc::<FixedClock>::clone(&clock)).await.unwrap();
        let scope = server.create_organisation("Clínica Levante").await.unwrap();
        let mut site = Self {
            data,
            clock,
            server,
            scope,
            authority: Authority::remote(),
            ios: format!("apps: [{TEAM_APP}]"),
            revision: 1,
        };
        site.trust(Document::AndroidRoots, site.authority.root().der().to_vec()).await.unwrap();
        site.policy(evidence).await;
        site
    }

    pub(super) async fn trust(&self, document: Document, bytes: Vec<u8>) -> Result<(), TrustError> {
        let now = self.clock.now();
        let imported = self
            .server
            .store
            .write(move |connection| Ok(trust::import(connection, document, &bytes, now, now).map(|_| ())));
        imported.await.unwrap()?;
        self.server.settle().await.unwrap();
        Ok(())
    }

    pub(super) async fn policy(&mut self, evidence: &str) {
        self.revision += 1;
        let text = format!(
            "apiVersion: posture/v1\nkind: Policy\nmetadata: {{ name: test, revision: {} }}\nspec:\n  \
             enrolmentGrace: 0s\n  notice: {{ version: 1, givenElsewhere: true }}\n  evidence:\n    maxAge: 30d\n    \
             ios: {{ {} }}\n{evidence}\n  checks:\n    os-version: {{ floor: false, supported: false, android: {{ min: \"13\" }}, ios: {{ min: \"17.0\" }} }}\n    \
             security-patch: {{ maxAge: 520w }}\n    device-integrity: {{ rootSigns: false }}\n    \
             app-authenticity: {{ ownApp: true }}\n",
            self.revision, self.ios
        );
        let (scope, now) = (self.scope, self.clock.now());
        let applied = self.server.store.write(move |connection| {
            Ok(rules::apply_policy(connection, scope, "default", ("policy.yaml", &text), "", now))
        });
        applied.await.unwrap().unwrap();
        self.server.settle().await.unwrap();
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, media_type: &str, body: String) -> Result<T, Problem> {
        let request = Request::post(path).header(header::CONTENT_TYPE, media_type).body(Body::from(body)).unwrap();
        let response = api::router(Arc::clone(&self.server)).oneshot(request).await.unwrap();
        let is_good = response.status().is_success();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        if is_good { Ok(serde_json::from_slice(&body).unwrap()) } else { Err(serde_json::from_slice(&body).unwrap()) }
    }

    pub(super) async fn jose<T: DeserializeOwned>(&self, path: &str, envelope: String) -> Result<T, Problem> {
        self.post(path, "application/jose", envelope).await
    }

    async fn token(&self) -> String {
        let (scope, now) = (self.scope, self.clock.now());
        let expires = now.checked_add(SignedDuration::from_hours(24 * 60)).unwrap();
        let made =
            self.server.store.write(move |connection| token::create(connection, scope, "default", (1, expires), now));
        made.await.unwrap()
    }

    async fn challenge(&self, token: &str) -> ChallengeAnswer {
        let asked = format!("{{\"tokenHash\":\"{}\"}}", hex(&sha256(token.as_bytes())));
        self.post("/v1/challenges", "application/json", asked).await.unwrap()
    }

    /// Enrols a phone whose evidence a test makes of its challenge and key.
    pub(super) async fn enrol(
        &self,
        platform: Platform,
        evidence: impl Fn(&str, &KeyPair) -> Option<Attestation>,
    ) -> Result<Phone, Problem> {
        let token = self.token().await;
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        self.enrol_with(&token, &pair, platform, evidence).await
    }

    async fn enrol_with(
        &self,
        token: &str,
        pair: &KeyPair,
        platform: Platform,
        evidence: impl Fn(&str, &KeyPair) -> Option<Attestation>,
    ) -> Result<Phone, Problem> {
        let answer = self.challenge(token).await;
        let attestation = evidence(&answer.challenge, pair);
        self.send_enrolment(token, pair, platform, &answer, attestation, None).await
    }

    async fn send_enrolment(
        &self,
        token: &str,
        pair: &KeyPair,
        platform: Platform,
        answer: &ChallengeAnswer,
        attestation: Option<Attestation>,
        attestation_challenge: Option<String>,
    ) -> Result<Phone, Problem> {
        let key = SoftwareKey::from_document(&pair.serialize_der()).unwrap();
        let request = EnrolmentRequest {
            audience: answer.audience.clone(),
            token: token.to_owned(),
            challenge: answer.challenge.clone(),
            key: key.public_key(),
            platform,
            agent_version: "0.1.0".into(),
            schema_versions: vec![1],
            device_ref: None,
            attestation,
            attestation_challenge,
        };
        let envelope = seal(Kind::Enrolment, &request, &key).unwrap();
        let answer: EnrolmentAnswer = self.jose("/v1/enrolments", envelope).await?;
        Ok(Phone { challenge: answer.challenge.clone(), key, answer, sequence: 0 })
    }

    pub(super) async fn report(&self, phone: &mut Phone, facts: DeviceFacts) -> Acknowledgement {
        phone.sequence += 1;
        let report = Report {
            schema: 1,
            audience: phone.answer.audience.clone(),
            device: phone.answer.device,
            sequence: phone.sequence,
            challenge: phone.challenge.clone(),
            at: self.clock.now(),
            agent_version: "0.1.0".into(),
            policy_revision: self.revision,
            catalogue_revision: 0,
            dropped: 0,
            content: Content::Full(Box::new(Full { facts, state: agent_core::judge::PostureState::Unknown })),
        };
        let envelope = seal(Kind::Report, &report, &phone.key).unwrap();
        let acknowledged: Acknowledgement = self.jose("/v1/reports", envelope).await.unwrap();
        phone.challenge.clone_from(&acknowledged.challenge);
        acknowledged
    }

    pub(super) async fn device(&self, phone: &Phone) -> Device {
        let (scope, device, now) = (self.scope, phone.answer.device, self.clock.now());
        let found = self
            .server
            .store
            .read(move |connection| atalaya_server::fleet::device::device(connection, scope, device, now));
        found.await.unwrap().unwrap()
    }

    /// Nothing that is stored contradicts itself.
    pub(super) async fn verify(&self) {
        assert_eq!(self.found().await.breaches, []);
    }

    /// The invariants that what is stored breaks.
    pub(super) async fn breaches(&self) -> Vec<&'static str> {
        self.found().await.breaches.iter().map(|breach| breach.invariant).collect()
    }

    async fn found(&self) -> Verification {
        let now = self.clock.now();
        let found = self.server.store.read(move |connection| verify(connection, now, &mut |_, _| {}));
        found.await.unwrap()
    }

    pub(super) async fn pass(&self, hours: i64) {
        self.clock.set(self.clock.now().checked_add(SignedDuration::from_hours(hours)).unwrap());
        self.server.settle().await.unwrap();
    }

    /// The server ends, and another one opens its data.
    pub(super) async fn restart(&mut self) {
        self.server = Server::open(self.data.path(), Arc::<FixedClock>::clone(&self.clock)).await.unwrap();
    }

    fn chain(&self, pair: &KeyPair, change: impl FnOnce(&mut Description)) -> Attestation {
        let mut description = Description::default();
        change(&mut description);
        let ders: Vec<Vec<u8>> = self
            .authority
            .chain_to(&description.to_der(), pair)
            .iter()
            .map(|certificate| certificate.der().to_vec())
            .collect();
        Attestation::android_chain(&ders)
    }

    /// A chain that answers the challenge.
    fn sound(&self) -> impl Fn(&str, &KeyPair) -> Option<Attestation> + '_ {
        |challenge, pair| Some(self.chain(pair, |description| description.challenge = challenge.as_bytes().to_vec()))
    }
}

pub(super) fn asked(demand: &str) -> String {
    let signer = "09".repeat(32);
    format!("    attestation: {demand}\n    android: {{ apps: [{{ package: {APP}, signer: {signer} }}] }}")
}

fn facts() -> DeviceFacts {
    DeviceFacts {
        os_version: Reading::reported("16".into()),
        security_patch: Reading::reported("2026-09-05".into()),
        ..DeviceFacts::nothing_collected(Platform::Android)
    }
}

pub(super) fn graded(device: &Device, check: Check) -> (Verdict, Option<Evidence>) {
    let check = device.checks.iter().find(|one| one.check == check).unwrap();
    (check.verdict, check.evidence)
}

pub(super) fn reasons(device: &Device) -> Vec<&str> {
    let judged = device.attestations[0].judged.as_ref().unwrap();
    judged.gaps.iter().map(|gap| gap.reason.as_str()).collect()
}

pub(super) const ATTESTED: Option<Evidence> = Some(Evidence::HardwareAttested);
pub(super) const REPORTED: Option<Evidence> = Some(Evidence::OsReported);

#[tokio::test]
async fn what_hardware_signed_is_what_a_device_is_judged_by_until_it_ages() {
    let site = Site::new(&asked("required")).await;
    let mut phone = site.enrol(Platform::Android, site.sound()).await.unwrap();
    let acknowledged = site.report(&mut phone, facts()).await;
    assert!(!acknowledged.evidence_wanted);
    let device = site.device(&phone).await;
    assert!(device.attestations[0].proved && device.attestations[0].current);
    for check in [Check::OsVersion, Check::SecurityPatch, Check::DeviceIntegrity, Check::AppAuthenticity] {
        assert_eq!(graded(&device, check), (Verdict::Pass, ATTESTED), "{check}");
    }
    site.verify().await;

    // The system moved on: what was signed says nothing of the new version any more.
    let updated = DeviceFacts { os_version: Reading::reported("17".into()), ..facts() };
    site.report(&mut phone, updated).await;
    let device = site.device(&phone).await;
    assert_eq!(graded(&device, Check::OsVersion), (Verdict::Pass, REPORTED));
    assert_eq!(graded(&device, Check::DeviceIntegrity), (Verdict::Pass, ATTESTED));
    assert!(device.findings.is_empty());

    // Thirty days after its challenge it is the system's word, without any report; and the phone is asked for another.
    site.pass(30 * 24).await;
    assert_eq!(graded(&site.device(&phone).await, Check::DeviceIntegrity), (Verdict::Pass, REPORTED));
    assert!(site.report(&mut phone, facts()).await.evidence_wanted);
    site.verify().await;
}

#[tokio::test]
async fn a_group_that_demands_evidence_lets_nobody_in_without() {
    let mut site = Site::new(&asked("required")).await;
    let refused = |problem: Problem, why: &str| {
        assert_eq!(problem.code, "attestation-required");
        assert!(problem.detail.as_ref().is_some_and(|detail| detail.contains(why)), "{problem:?}");
    };
    let nothing = |_: &str, _: &KeyPair| None;
    refused(site.enrol(Platform::Android, nothing).await.err().unwrap(), "none");
    refused(site.enrol(Platform::Linux, nothing).await.err().unwrap(), "none");
    let old = |_: &str, pair: &KeyPair| Some(site.chain(pair, |_| {}));
    refused(site.enrol(Platform::Android, old).await.err().unwrap(), "wrong-challenge");
    let other = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let borrowed = |challenge: &str, _: &KeyPair| site.sound()(challenge, &other);
    refused(site.enrol(Platform::Android, borrowed).await.err().unwrap(), "wrong-key");
    let repackaged = |challenge: &str, pair: &KeyPair| {
        Some(site.chain(pair, |description| {
            description.challenge = challenge.as_bytes().to_vec();
            description.signers = vec![vec![8; 32]];
        }))
    };
    refused(site.enrol(Platform::Android, repackaged).await.err().unwrap(), "wrong-signer");

    // A refusal burns no token.
    let (token, pair) = (site.token().await, KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap());
    refused(site.enrol_with(&token, &pair, Platform::Android, nothing).await.err().unwrap(), "none");
    site.enrol_with(&token, &pair, Platform::Android, site.sound()).await.unwrap();

    // The same in a group that only records: let in, shown, and worth nothing.
    site.policy(&asked("recorded")).await;
    let mut phone = site.enrol(Platform::Android, |_, pair| Some(site.chain(pair, |_| {}))).await.unwrap();
    assert!(!site.report(&mut phone, facts()).await.evidence_wanted);
    let device = site.device(&phone).await;
    assert_eq!(reasons(&device), ["wrong-challenge"]);
    assert_eq!(graded(&device, Check::OsVersion), (Verdict::Pass, REPORTED));
    assert_eq!(graded(&device, Check::DeviceIntegrity).0, Verdict::Unknown);
    let mut phone = site.enrol(Platform::Android, nothing).await.unwrap();
    assert!(site.report(&mut phone, facts()).await.evidence_wanted);

    // And where nobody looks, nothing is kept.
    site.policy(&asked("none")).await;
    let mut phone = site.enrol(Platform::Android, site.sound()).await.unwrap();
    assert!(!site.report(&mut phone, facts()).await.evidence_wanted);
    assert!(site.device(&phone).await.attestations.is_empty());
    site.verify().await;
}

#[tokio::test]
async fn certificates_that_cannot_be_read_are_told_in_a_word() {
    type Change<'a> = &'a dyn Fn(Vec<String>) -> Vec<String>;
    let site = Site::new(&asked("recorded")).await;
    let sound = |pair: &KeyPair| {
        let Attestation::AndroidChain(chain) = site.chain(pair, |_| {}) else { unreachable!("it is Android's") };
        chain
    };
    // A message has one form of base64, where a file may have any.
    let unpadded = |mut chain: Vec<String>| {
        let text = STANDARD.encode([STANDARD.decode(&chain[0]).unwrap(), vec![0; 2]].concat());
        chain[0] = format!("{}\n", text.trim_end_matches('='));
        chain
    };
    let cases: [(Change<'_>, &str); 5] = [
        (&|_| Vec::new(), "0 certificates"),
        (&|_| vec!["MAA=".to_owned(); 11], "11 certificates"),
        (&|chain| [chain, vec!["?".to_owned()]].concat(), "a certificate is not base64"),
        (&unpadded, "a certificate is not base64"),
        (&|chain| [vec![STANDARD.encode([0x30, 0x80])], chain].concat(), "byte"),
    ];
    for (change, told) in cases {
        let enrolled = site.enrol(Platform::Android, |_, pair| Some(Attestation::AndroidChain(change(sound(pair)))));
        let device = site.device(&enrolled.await.unwrap()).await;
        assert_eq!(reasons(&device), ["malformed"]);
        let detail = device.attestations[0].judged.as_ref().unwrap().gaps[0].detail.clone().unwrap();
        assert!(detail.contains(told) && !detail.contains("file"), "{detail}");
    }
}

#[tokio::test]
async fn an_unlocked_phone_fails_by_its_own_hardware() {
    let site = Site::new(&asked("recorded")).await;
    let unlocked = |challenge: &str, pair: &KeyPair| {
        Some(site.chain(pair, |description| {
            description.challenge = challenge.as_bytes().to_vec();
            description.root = Some((vec![7; 32], 0, 2));
        }))
    };
    let mut phone = site.enrol(Platform::Android, unlocked).await.unwrap();
    let lying = DeviceFacts { boot_state: Reading::reported(BootState::Verified), ..facts() };
    site.report(&mut phone, lying).await;
    let device = site.device(&phone).await;
    assert_eq!(graded(&device, Check::DeviceIntegrity), (Verdict::Fail, ATTESTED));
    assert_eq!(device.attestations[0].judged.as_ref().unwrap().values.boot_state, Some(BootState::Unlocked));
    site.verify().await;
}

#[tokio::test]
async fn a_key_that_may_live_elsewhere_brings_none_of_the_words_of_the_hardware_that_attests_it() {
    let site = Site::new(&asked("recorded")).await;
    for (reason, origin, levels) in [
        ("key-not-generated-in-hardware", Some(2), (1, 1)),
        ("key-not-generated-in-hardware", None, (1, 1)),
        ("software-level", Some(0), (1, 0)),
        ("level-mismatch", Some(0), (2, 1)),
    ] {
        let imported = |challenge: &str, pair: &KeyPair| {
            Some(site.chain(pair, |description| {
                description.challenge = challenge.as_bytes().to_vec();
                (description.origin, description.levels) = (origin, levels);
            }))
        };
        let mut phone = site.enrol(Platform::Android, imported).await.unwrap();
        site.report(&mut phone, facts()).await;
        let device = site.device(&phone).await;
        assert_eq!(reasons(&device)[0], reason);
        assert_eq!(graded(&device, Check::OsVersion), (Verdict::Pass, REPORTED));
        assert_eq!(graded(&device, Check::DeviceIntegrity).0, Verdict::Unknown);
        assert_eq!(graded(&device, Check::AppAuthenticity).0, Verdict::Unknown);
    }
    site.verify().await;
}

#[tokio::test]
async fn a_key_that_the_system_asked_for_itself_says_nothing_good_of_our_app() {
    let site = Site::new(&asked("recorded")).await;
    let by_the_system = |challenge: &str, pair: &KeyPair| {
        Some(site.chain(pair, |description| {
            description.challenge = challenge.as_bytes().to_vec();
            (description.packages, description.signers) = (vec!["AndroidSystem"], Vec::new());
        }))
    };
    let mut phone = site.enrol(Platform::Android, by_the_system).await.unwrap();
    site.report(&mut phone, facts()).await;
    let device = site.device(&phone).await;
    assert_eq!(reasons(&device), ["id-attestation"]);
    assert_eq!(graded(&device, Check::AppAuthenticity), (Verdict::Fail, ATTESTED));
    assert_eq!(graded(&device, Check::DeviceIntegrity), (Verdict::Pass, ATTESTED));
    site.verify().await;
}

#[tokio::test]
async fn a_changed_policy_or_list_judges_what_is_stored_again() {
    let mut site = Site::new(&asked("recorded")).await;
    let grapheneos = |challenge: &str, pair: &KeyPair| {
        Some(site.chain(pair, |description| {
            description.challenge = challenge.as_bytes().to_vec();
            description.root = Some((vec![0xab; 32], 0xff, 1));
        }))
    };
    let mut phone = site.enrol(Platform::Android, grapheneos).await.unwrap();
    site.report(&mut phone, facts()).await;
    let device = site.device(&phone).await;
    assert_eq!(reasons(&device), ["self-signed-boot-unlisted"]);
    assert_eq!(graded(&device, Check::DeviceIntegrity), (Verdict::Fail, ATTESTED));

    let keys = format!(", bootKeys: [{{ name: GrapheneOS, key: {} }}] }}", "ab".repeat(32));
    let listed = asked("recorded").trim_end_matches(" }").to_owned() + &keys;
    site.policy(&listed).await;
    let device = site.device(&phone).await;
    assert!(device.attestations[0].proved, "{:?}", reasons(&device));
    assert_eq!(device.attestations[0].judged.as_ref().unwrap().values.boot_system.as_deref(), Some("GrapheneOS"));
    assert_eq!(graded(&device, Check::DeviceIntegrity), (Verdict::Pass, ATTESTED));

    let Attestation::AndroidChain(chain) = site.sound()("", &KeyPair::generate().unwrap()).unwrap() else {
        unreachable!()
    };
    let upper = Certificate::from_der(&STANDARD.decode(&chain[2]).unwrap()).unwrap();
    let list =
        serde_json::json!({ "entries": { upper.serial(): { "status": "REVOKED", "reason": "KEY_COMPROMISE" } } });
    site.trust(Document::AndroidStatus, list.to_string().into_bytes()).await.unwrap();
    let device = site.device(&phone).await;
    assert_eq!(reasons(&device), ["revoked"]);
    assert_eq!(graded(&device, Check::DeviceIntegrity).0, Verdict::Unknown, "a revoked chain proves nothing");
    assert_eq!(device.findings[0].kind, "evidence-fell");
    assert_eq!(device.findings[0].detail["reasons"][0], "revoked");
    site.verify().await;

    // A list that is none, and one that is older, change nothing.
    let bad = site.trust(Document::AndroidStatus, b"<html>".to_vec()).await.unwrap_err().to_string();
    assert!(bad.contains("nothing was changed"), "{bad}");
    site.clock.set("2026-11-01T00:00:00Z".parse::<Timestamp>().unwrap());
    let older = site.trust(Document::AndroidStatus, br#"{"entries":{}}"#.to_vec()).await.unwrap_err().to_string();
    assert!(older.contains("never ends by an older list"), "{older}");
}

#[tokio::test]
async fn versions_that_go_back_are_a_finding_with_both_sides() {
    let site = Site::new(&asked("recorded")).await;
    let mut phone = site.enrol(Platform::Android, site.sound()).await.unwrap();
    site.report(&mut phone, facts()).await;
    let older = DeviceFacts {
        os_version: Reading::reported("15".into()),
        security_patch: Reading::reported("2026-08-05".into()),
        ..facts()
    };
    site.report(&mut phone, older).await;
    let device = site.device(&phone).await;
    let mut kinds: Vec<&str> = device.findings.iter().map(|finding| finding.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["os-backwards", "patch-backwards", "sources-disagree", "sources-disagree"]);
    let os = device.findings.iter().find(|finding| finding.kind == "os-backwards").unwrap();
    assert_eq!((&os.detail["before"]["value"], &os.detail["after"]["value"]), (&"16".into(), &"15".into()));
    assert_eq!((&os.detail["before"]["report"], &os.detail["after"]["report"]), (&1.into(), &2.into()));
    assert_eq!(graded(&device, Check::OsVersion), (Verdict::Pass, REPORTED));
    site.verify().await;
}

#[tokio::test]
async fn evidence_that_comes_with_a_new_key_speaks_for_that_key() {
    let mut site = Site::new(&asked("recorded")).await;
    site.authority.renew_for("StrongBox");
    let strong = |challenge: &str, pair: &KeyPair| {
        Some(site.chain(pair, |description| {
            description.challenge = challenge.as_bytes().to_vec();
            description.levels = (2, 2);
        }))
    };
    let mut phone = site.enrol(Platform::Android, strong).await.unwrap();
    site.report(&mut phone, facts()).await;
    site.authority.renew_for("TEE");
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let next = SoftwareKey::from_document(&pair.serialize_der()).unwrap();
    let possession = key_rotation::Possession {
        audience: phone.answer.audience.clone(),
        device: phone.answer.device,
        challenge: phone.challenge.clone(),
        replaces: phone.key.public_key().thumbprint(),
        key: next.public_key(),
        attestation: site.sound()(&phone.challenge, &pair),
    };
    let rotation = key_rotation::KeyRotation { possession: seal(Kind::Possession, &possession, &next).unwrap() };
    let said = Statement {
        audience: phone.answer.audience.clone(),
        device: phone.answer.device,
        number: 1,
        challenge: phone.challenge.clone(),
        at: site.clock.now(),
        agent_version: "0.1.0".into(),
        content: statement::Content::KeyRotation(rotation),
    };
    let envelope = seal(Kind::Statement, &said, &phone.key).unwrap();
    site.jose::<Receipt>("/v1/keys", envelope).await.unwrap();
    phone.key = next;
    site.report(&mut phone, facts()).await;
    let device = site.device(&phone).await;
    let proved: Vec<bool> = device.attestations.iter().map(|one| one.proved).collect();
    assert_eq!(proved, [true, true]);
    assert_eq!(device.attestations[0].thumbprint, phone.key.public_key().thumbprint());
    assert_eq!(graded(&device, Check::DeviceIntegrity), (Verdict::Pass, ATTESTED));
    let fell = &device.findings[0];
    assert_eq!(fell.kind, "key-level-fell");
    assert_eq!(fell.detail["before"]["keyLevel"], "strong-box");
    assert_eq!(fell.detail["after"]["keyLevel"], "trusted-environment");
    site.verify().await;
}

#[tokio::test]
async fn an_iphone_proves_its_app_and_its_key_and_nothing_more() {
    let site = Site::new(&asked("required")).await;
    let apple = Apple::new();
    let attested = |challenge: &str, pair: &KeyPair| {
        let key = SoftwareKey::from_document(&pair.serialize_der()).unwrap().public_key();
        let hash = sha256(format!("{challenge}{}", key.thumbprint()).as_bytes());
        let (object, _) = apple.attest(&Said { app: TEAM_APP, hash: hash.to_vec(), ..Said::default() });
        Some(Attestation::app_attest(&object))
    };
    let refused = site.enrol(Platform::Ios, attested).await.err().unwrap();
    assert!(refused.detail.as_ref().is_some_and(|detail| detail.contains("unknown-root")), "{refused:?}");

    // Fresh evidence of a phone that is in, over a challenge of its own.
    let mut site = site;
    site.policy(&asked("recorded")).await;
    let mut phone = site.enrol(Platform::Ios, |_, _| None).await.unwrap();
    let facts =
        DeviceFacts { os_version: Reading::reported("26.1".into()), ..DeviceFacts::nothing_collected(Platform::Ios) };
    assert!(site.report(&mut phone, facts.clone()).await.evidence_wanted);
    let pair = KeyPair::try_from(phone.key.document()).unwrap();
    let evidence = attested(&phone.challenge, &pair).unwrap();
    site.trust(Document::AppleRoots, apple.root().der().to_vec()).await.unwrap();
    let message = EvidenceMessage {
        audience: phone.answer.audience.clone(),
        device: phone.answer.device,
        challenge: phone.challenge.clone(),
        at: site.clock.now(),
        evidence,
    };
    for _ in 0..2 {
        let envelope = seal(Kind::Evidence, &message, &phone.key).unwrap();
        let receipt: EvidenceReceipt = site.jose("/v1/attestations", envelope).await.unwrap();
        assert_eq!((receipt.proved, receipt.reasons), (true, vec![]));
    }
    let device = site.device(&phone).await;
    assert_eq!(device.attestations.len(), 1, "sent twice, kept once");
    assert_eq!(graded(&device, Check::AppAuthenticity), (Verdict::Pass, ATTESTED));
    assert_eq!(graded(&device, Check::OsVersion).1, REPORTED);
    let values = &device.attestations[0].judged.as_ref().unwrap().values;
    assert_eq!((values.boot_state, values.os_version.as_deref()), (None, None));
    assert!(!site.report(&mut phone, facts).await.evidence_wanted);

    // Another device's challenge is none of its own.
    let other = site.enrol(Platform::Ios, |_, _| None).await.unwrap();
    let stolen = EvidenceMessage { challenge: other.challenge.clone(), ..message };
    let envelope = seal(Kind::Evidence, &stolen, &phone.key).unwrap();
    let refused = site.jose::<EvidenceReceipt>("/v1/attestations", envelope).await.unwrap_err();
    assert_eq!(refused.code, "challenge-invalid");
    site.verify().await;
}

#[tokio::test]
async fn a_late_repetition_brings_the_evidence_of_then() {
    let site = Site::new(&asked("required")).await;
    let (token, pair) = (site.token().await, KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap());
    let first = site.challenge(&token).await;
    let evidence = site.sound()(&first.challenge, &pair);
    site.pass(48).await;
    let now = site.challenge(&token).await;
    let send =
        |named: Option<String>| site.send_enrolment(&token, &pair, Platform::Android, &now, evidence.clone(), named);
    let refused = send(None).await.err().unwrap();
    assert!(refused.detail.as_ref().is_some_and(|detail| detail.contains("wrong-challenge")), "{refused:?}");
    let mut phone = send(Some(first.challenge.clone())).await.unwrap();
    site.report(&mut phone, facts()).await;
    let device = site.device(&phone).await;
    let judged = device.attestations[0].judged.as_ref().unwrap();
    assert_eq!(judged.challenged_at, Some(first.server_time), "it is of then, and ages from then");
}

#[tokio::test]
async fn evidence_over_a_challenge_that_was_not_given_for_the_token_lets_nobody_in() {
    let site = Site::new(&asked("required")).await;
    let (token, pair) = (site.token().await, KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap());
    let own = site.challenge(&token).await;
    let of_another = site.challenge(&site.token().await).await.challenge;
    for named in ["made up".to_owned(), of_another, own.challenge.to_ascii_uppercase()] {
        let evidence = site.sound()(&named, &pair);
        let sent = site.send_enrolment(&token, &pair, Platform::Android, &own, evidence, Some(named.clone())).await;
        let refused = sent.err().unwrap();
        assert_eq!(refused.code, "attestation-required");
        assert!(refused.detail.as_ref().is_some_and(|detail| detail.contains("challenge-not-given")), "{refused:?}");
    }
    let evidence = site.sound()(&own.challenge, &pair);
    site.send_enrolment(&token, &pair, Platform::Android, &own, evidence, None).await.unwrap();
}
