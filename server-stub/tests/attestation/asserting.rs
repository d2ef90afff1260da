//! Assertions of App Attest as fresh evidence: what they rest on, what each fault is called, and that they are judged
//! again from what was kept with them.

use agent_core::{
    clock::Clock as _,
    judge::{Check, DeviceFacts, Platform, Reading, Verdict},
    wire::{
        envelope::{Kind, seal, sha256},
        evidence::{EvidenceMessage, EvidenceReceipt},
        key_rotation,
        message::Attestation,
        problem::Problem,
        software_key::SoftwareKey,
        statement::{self, Receipt, Statement},
    },
};
use atalaya_server::evidence::{Asserted, trust::Document};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};

use super::{
    apple_authority::{Apple, DEVELOPMENT, Said, assertion_over, tail},
    intake::{ATTESTED, Phone, REPORTED, Site, TEAM_APP, asked, graded, reasons},
};

fn facts() -> DeviceFacts {
    DeviceFacts { os_version: Reading::reported("26.1".into()), ..DeviceFacts::nothing_collected(Platform::Ios) }
}

fn hash(challenge: &str, key: &SoftwareKey) -> [u8; 32] {
    sha256(format!("{challenge}{}", key.public_key().thumbprint()).as_bytes())
}

/// A phone whose App Attest key was attested, or not, at its enrolment.
struct IPhone {
    phone: Phone,
    app_key: KeyPair,
}

/// A site that trusts an authority of our own, and the authority.
async fn site(evidence: &str) -> (Site, Apple) {
    let (site, apple) = (Site::new(evidence).await, Apple::new());
    site.trust(Document::AppleRoots, apple.root().der().to_vec()).await.unwrap();
    (site, apple)
}

impl IPhone {
    async fn enrolled(site: &Site, apple: &Apple, said: impl Fn(Said) -> Said) -> Self {
        let app_key = std::cell::RefCell::new(None);
        let attest = |challenge: &str, pair: &KeyPair| {
            let key = SoftwareKey::from_document(&pair.serialize_der()).unwrap();
            let hash = hash(challenge, &key);
            let (object, made) = apple.attest(&said(Said { app: TEAM_APP, hash: hash.to_vec(), ..Said::default() }));
            app_key.replace(Some(made));
            Some(Attestation::app_attest(&object))
        };
        let mut phone = site.enrol(Platform::Ios, attest).await.unwrap();
        site.report(&mut phone, facts()).await;
        Self { phone, app_key: app_key.take().unwrap() }
    }

    async fn unattested(site: &Site) -> Self {
        let phone = site.enrol(Platform::Ios, |_, _| None).await.unwrap();
        Self { phone, app_key: KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap() }
    }

    /// Over the newest challenge and the key that signs.
    fn assertion(&self, counter: u32) -> Vec<u8> {
        let over = (TEAM_APP, hash(&self.phone.challenge, &self.phone.key));
        assertion_over(&self.app_key, over, counter, &tail(), false)
    }

    fn message(&self, site: &Site, assertion: &[u8]) -> EvidenceMessage {
        EvidenceMessage {
            audience: self.phone.answer.audience.clone(),
            device: self.phone.answer.device,
            challenge: self.phone.challenge.clone(),
            at: site.clock.now(),
            evidence: Attestation::app_assertion(assertion),
        }
    }

    async fn send(&self, site: &Site, assertion: &[u8]) -> Result<EvidenceReceipt, Problem> {
        let envelope = seal(Kind::Evidence, &self.message(site, assertion), &self.phone.key).unwrap();
        site.jose("/v1/attestations", envelope).await
    }

    /// What comes of it: the codes of what is missing.
    async fn told(&self, site: &Site, assertion: &[u8]) -> Vec<String> {
        let receipt = self.send(site, assertion).await.unwrap();
        assert_eq!(receipt.proved, receipt.reasons.is_empty());
        receipt.reasons
    }

    /// A new challenge, as a later report brings it.
    async fn report(&mut self, site: &Site) -> bool {
        site.pass(1).await;
        site.report(&mut self.phone, facts()).await.evidence_wanted
    }
}

const NOTHING: [&str; 0] = [];

#[tokio::test]
async fn an_assertion_is_fresh_evidence_on_the_attestation_of_its_key() {
    let (site, apple) = site(&asked("required")).await;
    let attested_at = site.clock.now();
    let mut iphone = IPhone::enrolled(&site, &apple, |said| said).await;
    assert_eq!(site.device(&iphone.phone).await.row.hardware.unwrap().kind, "app-attest");
    site.pass(30 * 24).await;
    assert_eq!(graded(&site.device(&iphone.phone).await, Check::AppAuthenticity), (Verdict::Pass, REPORTED));
    assert!(iphone.report(&site).await, "the attestation is too old");

    let challenged_at = site.clock.now();
    assert_eq!(iphone.told(&site, &iphone.assertion(1)).await, NOTHING);
    let device = site.device(&iphone.phone).await;
    assert_eq!(graded(&device, Check::AppAuthenticity), (Verdict::Pass, ATTESTED));
    assert_eq!(graded(&device, Check::OsVersion).1, REPORTED, "an assertion says nothing of the system");
    let [newest, first] = &device.attestations[..] else { panic!("{:?}", device.attestations) };
    assert!(newest.current && newest.proved && !first.current && first.judged.as_ref().unwrap().asserted.is_none());
    let judged = newest.judged.as_ref().unwrap();
    assert_eq!(judged.challenged_at, Some(challenged_at), "it is of the assertion's day");
    let key = atalaya_server::attestation::hex(&sha256(iphone.app_key.public_key_raw()));
    let rests = Asserted { attested_at: Some(attested_at), key: Some(key), counter: Some(1), previous: 0 };
    assert_eq!(judged.asserted.as_ref(), Some(&rests));
    let listed = device.row.hardware.as_ref().unwrap();
    assert_eq!((listed.kind, listed.proved), ("app-assertion", true));
    assert_eq!((listed.at, listed.attested_at), (challenged_at, Some(attested_at)));
    assert!(!iphone.report(&site).await);
    assert!(site.device(&iphone.phone).await.findings.is_empty());

    // It ages from its own challenge, and the next one counts on.
    site.pass(30 * 24 - 2).await;
    assert_eq!(graded(&site.device(&iphone.phone).await, Check::AppAuthenticity).1, ATTESTED);
    site.pass(1).await;
    assert_eq!(graded(&site.device(&iphone.phone).await, Check::AppAuthenticity).1, REPORTED);
    assert!(iphone.report(&site).await);
    assert_eq!(iphone.told(&site, &iphone.assertion(9)).await, NOTHING);
    site.verify().await;

    // Whoever changes what was counted is found.
    let changed = "UPDATE attestations SET counter = 1 WHERE counter = 9";
    site.server.store.write(move |connection| Ok(connection.execute(changed, [])?)).await.unwrap();
    assert_eq!(site.breaches().await, ["I4"]);
}

#[tokio::test]
async fn a_counter_that_does_not_rise_is_a_finding_whatever_came_between() {
    let (mut site, apple) = site(&asked("recorded")).await;
    let mut iphone = IPhone::enrolled(&site, &apple, |said| said).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(7)).await, NOTHING);
    for counter in [7, 3] {
        iphone.report(&site).await;
        assert_eq!(iphone.told(&site, &iphone.assertion(counter)).await, ["counter-not-rising"]);
    }
    site.restart().await;
    iphone.report(&site).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(7)).await, ["counter-not-rising"]);
    let device = site.device(&iphone.phone).await;
    assert_eq!(graded(&device, Check::AppAuthenticity).0, Verdict::Unknown);
    let kinds: Vec<&str> = device.findings.iter().map(|finding| finding.kind.as_str()).collect();
    assert_eq!(kinds, ["counter-not-rising"; 3]);
    assert_eq!((&device.findings[1].detail["before"], &device.findings[1].detail["after"]), (&7.into(), &3.into()));
    assert!(iphone.report(&site).await, "another key can prove what this one did not");

    // A counter that nobody signed was not seen.
    let forged = assertion_over(&KeyPair::generate().unwrap(), (TEAM_APP, [1; 32]), 900, &[], false);
    assert_eq!(iphone.told(&site, &forged).await, ["broken-assertion"]);
    assert_eq!(iphone.told(&site, &iphone.assertion(8)).await, NOTHING);
    site.verify().await;
}

#[tokio::test]
async fn two_at_once_do_not_both_count() {
    let (site, apple) = site(&asked("recorded")).await;
    let mut iphone = IPhone::enrolled(&site, &apple, |said| said).await;
    // Whether they meet is up to the threads: often enough they do.
    for counter in 1..=6 {
        let first = iphone.message(&site, &iphone.assertion(counter));
        iphone.report(&site).await;
        let second = iphone.message(&site, &iphone.assertion(counter));
        let envelopes = [first, second].map(|message| seal(Kind::Evidence, &message, &iphone.phone.key).unwrap());
        let [first, second] = envelopes.map(|envelope| site.jose::<EvidenceReceipt>("/v1/attestations", envelope));
        let (first, second) = tokio::join!(first, second);
        assert_ne!(first.unwrap().proved, second.unwrap().proved, "{counter}");
    }
    site.verify().await;
}

#[tokio::test]
async fn what_is_sent_twice_is_answered_twice_and_counted_once() {
    let (site, apple) = site(&asked("recorded")).await;
    let mut iphone = IPhone::enrolled(&site, &apple, |said| said).await;
    let early = iphone.assertion(1);
    let message = iphone.message(&site, &early);
    assert_eq!(iphone.told(&site, &early).await, NOTHING);
    assert_eq!(iphone.told(&site, &early).await, NOTHING);
    iphone.report(&site).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(2)).await, NOTHING);
    let envelope = seal(Kind::Evidence, &message, &iphone.phone.key).unwrap();
    let receipt: EvidenceReceipt = site.jose("/v1/attestations", envelope).await.unwrap();
    assert!(receipt.proved, "{receipt:?}");
    let device = site.device(&iphone.phone).await;
    assert_eq!(device.attestations.len(), 3);
    assert_eq!(device.attestations[0].judged.as_ref().unwrap().asserted.as_ref().unwrap().counter, Some(2));
    assert!(device.findings.is_empty());
    site.verify().await;
}

#[tokio::test]
async fn an_assertion_counts_by_the_attestation_of_the_same_device_key_alone() {
    let (site, apple) = site(&asked("recorded")).await;
    let theirs = IPhone::enrolled(&site, &apple, |said| said).await;

    // A phone that attested nothing borrows the hardware of one that did.
    let mut lone = IPhone::unattested(&site).await;
    lone.app_key = KeyPair::try_from(theirs.app_key.serialize_der()).unwrap();
    assert_eq!(lone.told(&site, &lone.assertion(1)).await, ["attestation-missing"]);
    let device = site.device(&lone.phone).await;
    let judged = device.attestations[0].judged.as_ref().unwrap();
    assert_eq!(judged.asserted, Some(Asserted { counter: Some(1), ..Asserted::default() }));
    assert!(lone.report(&site).await, "an attestation is still wanted");

    // One that attested a key of its own does, too.
    let mut own = IPhone::enrolled(&site, &apple, |said| said).await;
    own.app_key = KeyPair::try_from(theirs.app_key.serialize_der()).unwrap();
    assert_eq!(own.told(&site, &own.assertion(1)).await, ["broken-assertion"]);
    let kinds: Vec<String> = site.device(&own.phone).await.findings.into_iter().map(|one| one.kind).collect();
    assert_eq!(kinds, NOTHING, "no key fell, and no counter was seen");
    site.verify().await;
}

#[tokio::test]
async fn every_assertion_that_is_not_what_was_asked_has_its_reason() {
    let (site, apple) = site(&asked("recorded")).await;
    let mut iphone = IPhone::enrolled(&site, &apple, |said| said).await;
    let early = iphone.assertion(1);
    iphone.report(&site).await;
    assert_eq!(iphone.told(&site, &early).await, ["broken-assertion"], "over another challenge");
    let over = |app: &str, key: &SoftwareKey, once: bool| {
        assertion_over(&iphone.app_key, (app, hash(&iphone.phone.challenge, key)), 2, &[], once)
    };
    let another = SoftwareKey::from_document(&KeyPair::generate().unwrap().serialize_der()).unwrap();
    for (assertion, reason) in [
        (over(TEAM_APP, &another, false), "broken-assertion"),
        (over(TEAM_APP, &iphone.phone.key, true), "broken-assertion"),
        (over("ABCDE12345.com.example.other", &iphone.phone.key, false), "wrong-app"),
        (b"no CBOR".to_vec(), "malformed"),
        (Vec::new(), "malformed"),
    ] {
        assert_eq!(iphone.told(&site, &assertion).await, [reason]);
    }

    // Another device's challenge is none of its own.
    let other = IPhone::unattested(&site).await;
    let stolen =
        EvidenceMessage { challenge: other.phone.challenge.clone(), ..iphone.message(&site, &iphone.assertion(3)) };
    let envelope = seal(Kind::Evidence, &stolen, &iphone.phone.key).unwrap();
    let refused = site.jose::<EvidenceReceipt>("/v1/attestations", envelope).await.unwrap_err();
    assert_eq!(refused.code, "challenge-invalid");

    // One that waited longer than evidence may is not proved to be fresh, and its counter was not seen.
    site.pass(31 * 24).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(3)).await, ["challenge-not-given"]);
    iphone.report(&site).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(3)).await, NOTHING);
    site.verify().await;
}

#[tokio::test]
async fn where_nothing_was_attested_before_an_assertion_lets_nobody_in() {
    let (mut site, apple) = site(&asked("required")).await;
    let theirs = IPhone::enrolled(&site, &apple, |said| said).await;
    let asserted = |challenge: &str, pair: &KeyPair| {
        let key = SoftwareKey::from_document(&pair.serialize_der()).unwrap();
        let object = assertion_over(&theirs.app_key, (TEAM_APP, hash(challenge, &key)), 1, &[], false);
        Some(Attestation::app_assertion(&object))
    };
    let refused = site.enrol(Platform::Ios, asserted).await.err().unwrap();
    assert_eq!(refused.code, "attestation-required");
    assert!(refused.detail.as_ref().is_some_and(|detail| detail.contains("attestation-missing")), "{refused:?}");
    site.policy(&asked("recorded")).await;
    let phone = site.enrol(Platform::Ios, asserted).await.unwrap();
    assert_eq!(reasons(&site.device(&phone).await), ["attestation-missing"]);

    // Nor does it come with a new key, whose attestation is another's than the old one's.
    let mut iphone = IPhone::enrolled(&site, &apple, |said| said).await;
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let next = SoftwareKey::from_document(&pair.serialize_der()).unwrap();
    let over = (TEAM_APP, hash(&iphone.phone.challenge, &next));
    let possession = key_rotation::Possession {
        audience: iphone.phone.answer.audience.clone(),
        device: iphone.phone.answer.device,
        challenge: iphone.phone.challenge.clone(),
        replaces: iphone.phone.key.public_key().thumbprint(),
        key: next.public_key(),
        attestation: Some(Attestation::app_assertion(&assertion_over(&iphone.app_key, over, 1, &[], false))),
    };
    let said = Statement {
        audience: iphone.phone.answer.audience.clone(),
        device: iphone.phone.answer.device,
        number: 1,
        challenge: iphone.phone.challenge.clone(),
        at: site.clock.now(),
        agent_version: "0.1.0".into(),
        content: statement::Content::KeyRotation(key_rotation::KeyRotation {
            possession: seal(Kind::Possession, &possession, &next).unwrap(),
        }),
    };
    site.jose::<Receipt>("/v1/keys", seal(Kind::Statement, &said, &iphone.phone.key).unwrap()).await.unwrap();
    iphone.phone.key = next;
    assert_eq!(reasons(&site.device(&iphone.phone).await), ["attestation-missing"]);
    iphone.report(&site).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(2)).await, ["attestation-missing"]);
    site.verify().await;
}

#[tokio::test]
async fn it_is_judged_again_from_what_was_kept_with_it() {
    let (mut site, apple) = site(&asked("recorded")).await;
    let mut iphone = IPhone::enrolled(&site, &apple, |said| said).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(5)).await, NOTHING);
    iphone.report(&site).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(6)).await, NOTHING);

    // Another root, and then ours again.
    site.trust(Document::AppleRoots, Apple::new().root().der().to_vec()).await.unwrap();
    let device = site.device(&iphone.phone).await;
    assert_eq!(reasons(&device), ["unknown-root"]);
    assert_eq!(device.findings[0].kind, "evidence-fell");
    assert_eq!(graded(&device, Check::AppAuthenticity).0, Verdict::Unknown);
    site.verify().await;
    iphone.report(&site).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(7)).await, ["unknown-root"], "it is worth what it rests on");
    site.trust(Document::AppleRoots, apple.root().der().to_vec()).await.unwrap();
    let device = site.device(&iphone.phone).await;
    assert!(device.attestations[0].proved, "{:?}", reasons(&device));
    assert_eq!(device.attestations[0].judged.as_ref().unwrap().asserted.as_ref().unwrap().previous, 6);

    // Another app, and then ours again: both sides of it name the app.
    let ours = std::mem::replace(&mut site.ios, "apps: [ABCDE12345.com.example.other]".into());
    site.policy(&asked("recorded")).await;
    assert_eq!(reasons(&site.device(&iphone.phone).await), ["wrong-app"]);
    // Nobody looks, and then somebody does again.
    site.policy(&asked("none")).await;
    assert!(site.device(&iphone.phone).await.attestations[0].judged.is_none());
    site.ios = ours;
    site.policy(&asked("recorded")).await;
    let device = site.device(&iphone.phone).await;
    assert!(device.attestations[0].proved, "{:?}", reasons(&device));
    assert_eq!(graded(&device, Check::AppAuthenticity), (Verdict::Pass, ATTESTED));
    iphone.report(&site).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(7)).await, ["counter-not-rising"], "what was seen stays seen");
    site.verify().await;
}

#[tokio::test]
async fn development_and_production_stay_apart() {
    let (mut site, apple) = site(&asked("recorded")).await;
    let mut iphone = IPhone::enrolled(&site, &apple, |said| Said { environment: *DEVELOPMENT, ..said }).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(1)).await, ["wrong-environment"]);
    // The assertion itself does not say where its app was built for: its attestation does.
    site.ios = format!("apps: [{TEAM_APP}], environment: development");
    site.policy(&asked("recorded")).await;
    let device = site.device(&iphone.phone).await;
    assert!(device.attestations[0].proved, "{:?}", reasons(&device));
    iphone.report(&site).await;
    assert_eq!(iphone.told(&site, &iphone.assertion(2)).await, NOTHING);
    site.verify().await;
}
