//! Fresh evidence by hardware that was attested before: no other key where none is needed, and one where it is.

use std::sync::Mutex;

use super::{
    flaky::Fate,
    server::{guarded, no, problem},
    *,
};
use crate::{
    client::{AgentError, AttestationSource, Outcome, Sent, identity::StoredKey},
    wire::{
        key::{SignError, Signer},
        message::Attestation,
    },
};

/// Hardware whose attested key asserts, as a test says.
struct Hardware {
    answers: Mutex<Vec<Result<bool, SignError>>>,
    asked: Mutex<usize>,
}

impl AttestationSource for Hardware {
    fn attest(&self, challenge: &[u8]) -> Result<Option<Attestation>, SignError> {
        Ok(Some(Attestation::app_attest(challenge)))
    }

    fn assertion(&self, challenge: &[u8]) -> Result<Option<Attestation>, SignError> {
        *guarded(&self.asked) += 1;
        let can = guarded(&self.answers).pop().unwrap_or(Ok(true))?;
        Ok(can.then(|| Attestation::app_assertion(challenge)))
    }
}

struct Phone {
    world: World,
    key: Arc<StoredKey>,
    hardware: Arc<Hardware>,
}

impl Phone {
    /// One that the server would like fresh evidence of.
    async fn new() -> Self {
        let mut world = World::new();
        let key = Arc::new(StoredKey::open(world.ports.storage.clone()).unwrap());
        let hardware = Arc::new(Hardware { answers: Mutex::default(), asked: Mutex::default() });
        world.ports.platform = Platform::Ios;
        world.ports.signer = key.clone();
        world.ports.attestation = Some(hardware.clone());
        world.ports.succession = Some(key.clone());
        world.restart();
        world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
        world.server.mood(Mood::WantsEvidence, true);
        Self { world, key, hardware }
    }

    /// Reports this version of the system, and delivers so often.
    async fn check_in(&self, os: &str, deliveries: usize) {
        let facts =
            DeviceFacts { os_version: Reading::reported(os.into()), ..DeviceFacts::nothing_collected(Platform::Ios) };
        self.world.agent.report(&facts).unwrap();
        for _ in 0..deliveries {
            assert_eq!(self.world.deliver().await.problem, None);
        }
    }

    fn answer(&self, answer: Result<bool, SignError>) {
        guarded(&self.hardware.answers).push(answer);
    }

    fn name(&self) -> String {
        self.key.public_key().unwrap().thumbprint()
    }

    fn pass(&self, hours: i64) {
        self.world.clock.set(self.world.clock.now().checked_add(SignedDuration::from_hours(hours)).unwrap());
    }

    fn evidence(&self) -> Vec<Attestation> {
        self.world.server.held().evidence.iter().map(|(_, message)| message.evidence.clone()).collect()
    }
}

#[tokio::test]
async fn the_key_stays_and_an_assertion_over_the_challenge_goes_once_a_week() {
    let phone = Phone::new().await;
    let name = phone.name();
    phone.check_in("17.1", 1).await;
    assert_eq!(
        (phone.evidence().len(), phone.world.server.statements().len()),
        (0, 0),
        "it goes with the next delivery"
    );
    phone.check_in("17.2", 2).await;
    let (envelope, message) = phone.world.server.held().evidence[0].clone();
    assert_eq!(message.evidence, Attestation::app_assertion(message.challenge.as_bytes()));
    let ledger = phone.world.agent.ledger().unwrap();
    let entry = ledger.iter().find(|entry| entry.kind == Sent::Evidence).unwrap();
    assert_eq!((&entry.sent, &entry.outcome), (&envelope, &Outcome::Acknowledged));
    for os in ["17.3", "17.4"] {
        phone.pass(3 * 24);
        phone.check_in(os, 2).await;
    }
    assert_eq!(phone.evidence().len(), 1, "not within a week, whatever the server says");
    phone.pass(24);
    phone.check_in("17.5", 2).await;
    assert_eq!(phone.evidence().len(), 2);
    assert_eq!((phone.name(), phone.world.server.statements().len()), (name, 0));
}

#[tokio::test]
async fn whatever_is_lost_on_the_way_the_same_bytes_are_sent_again() {
    for fate in [Fate::RequestLost, Fate::AnswerLost] {
        let mut phone = Phone::new().await;
        phone.check_in("17.1", 1).await;
        phone.world.network.next([fate]);
        assert!(phone.world.deliver().await.problem.is_some());
        phone.world.restart();
        assert_eq!(phone.world.agent.deliver(Urgency::PersonAsked).await.unwrap().problem, None);
        let held = phone.world.server.held().evidence.clone();
        assert!(!held.is_empty() && held.iter().all(|(envelope, _)| *envelope == held[0].0));
        assert_eq!(*guarded(&phone.hardware.asked), 1);
        let ledger = phone.world.agent.ledger().unwrap();
        assert_eq!(ledger.iter().filter(|entry| entry.kind == Sent::Evidence).count(), 1);
    }
}

#[test]
fn whoever_gives_a_delivery_up_at_any_moment_sends_the_same_bytes_again() {
    for polls in 0..12 {
        let phone = block_on(Phone::new());
        let name = phone.name();
        block_on(phone.check_in("17.1", 1));
        let mut delivery = Box::pin(phone.world.agent.deliver(Urgency::PersonAsked));
        drop(poll(&mut delivery, polls));
        drop(delivery);
        assert_eq!(block_on(phone.world.agent.deliver(Urgency::PersonAsked)).unwrap().problem, None);
        let held = phone.world.server.held().evidence.clone();
        assert!(!held.is_empty() && held.iter().all(|(envelope, _)| *envelope == held[0].0), "{polls}");
        assert_eq!((*guarded(&phone.hardware.asked), phone.name()), (1, name));
        assert_eq!(phone.world.ports.storage.read("evidence.json").unwrap(), None);
    }
}

#[tokio::test]
async fn an_assertion_that_cannot_count_is_followed_by_a_key_with_an_attestation() {
    let phone = Phone::new().await;
    let name = phone.name();
    phone.world.server.held().gaps = vec!["attestation-missing".to_owned()];
    phone.check_in("17.1", 2).await;
    assert_eq!((phone.evidence().len(), phone.name()), (1, name.clone()));
    phone.check_in("17.2", 1).await;
    assert_ne!(phone.name(), name, "at once, and not in a week");
    assert_eq!(phone.evidence().len(), 1);

    // The key that came of it has an attestation, and asserts in its turn.
    phone.world.server.held().gaps = Vec::new();
    phone.pass(7 * 24);
    let name = phone.name();
    phone.check_in("17.3", 2).await;
    assert_eq!((phone.evidence().len(), phone.name()), (2, name));
}

#[tokio::test]
async fn an_assertion_that_the_server_does_not_take_is_followed_by_a_key_with_an_attestation() {
    let phone = Phone::new().await;
    let name = phone.name();
    phone.check_in("17.1", 1).await;
    phone.world.network.next([Fate::Instead(no(&problem(400, "malformed-request")))]);
    assert_eq!(phone.world.deliver().await.problem, None, "the person has nothing to do with it");
    phone.check_in("17.2", 1).await;
    assert_ne!(phone.name(), name);
    assert!(phone.evidence().is_empty());
}

#[tokio::test]
async fn hardware_that_cannot_assert_makes_another_key_and_hardware_that_does_not_answer_is_asked_again() {
    let phone = Phone::new().await;
    let name = phone.name();
    phone.answer(Ok(false));
    phone.answer(Err(SignError::Unavailable));
    phone.check_in("17.1", 1).await;
    phone.check_in("17.2", 1).await;
    assert_eq!((*guarded(&phone.hardware.asked), phone.name()), (2, name.clone()));
    phone.check_in("17.3", 1).await;
    assert_ne!(phone.name(), name);
    assert!(phone.evidence().is_empty());
}

#[tokio::test]
async fn evidence_of_a_key_that_was_replaced_meanwhile_is_not_sent() {
    let phone = Phone::new().await;
    phone.check_in("17.1", 1).await;
    phone.world.agent.rotate_key().unwrap();
    phone.check_in("17.2", 1).await;
    assert_eq!((phone.evidence().len(), phone.world.server.statements().len()), (0, 1));
    assert_eq!(phone.world.ports.storage.read("evidence.json").unwrap(), None);
}

#[tokio::test]
async fn a_phone_whose_key_stays_for_good_still_asserts() {
    let mut phone = Phone::new().await;
    phone.world.ports.succession = None;
    phone.world.restart();
    phone.check_in("17.1", 2).await;
    assert_eq!(phone.evidence().len(), 1);
    assert_eq!(phone.world.agent.rotate_key(), Err(AgentError::NoOtherKey));
}

#[tokio::test]
async fn a_device_that_leaves_sends_no_evidence_any_more() {
    let phone = Phone::new().await;
    phone.check_in("17.1", 1).await;
    phone.world.network.next([Fate::RequestLost]);
    assert!(phone.world.agent.withdraw().await.is_err());
    phone.world.agent.deliver(Urgency::PersonAsked).await.unwrap_err();
    assert!(phone.evidence().is_empty());
    assert_eq!(phone.world.ports.storage.read("evidence.json").unwrap(), None);
}
