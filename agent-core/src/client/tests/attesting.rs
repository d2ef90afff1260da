//! Evidence for the key: made once for each enrolment, and kept until the server has answered.

use std::sync::{Mutex, atomic::AtomicU32, atomic::Ordering};

use super::{
    server::{guarded, no, problem},
    *,
};
use crate::{
    client::{AgentError, AttestationSource, Sent},
    wire::{
        key::{Algorithm, PublicKey, SignError, Signer},
        message::{Attestation, EnrolmentRequest},
    },
};

/// Hardware that makes its key together with the evidence, as Android's does.
#[derive(Default)]
struct Hardware {
    key: Mutex<Option<SoftwareKey>>,
    made: AtomicU32,
    broken: Mutex<bool>,
}

impl AttestationSource for Hardware {
    fn attest(&self, challenge: &[u8]) -> Result<Option<Attestation>, SignError> {
        if *guarded(&self.broken) {
            return Err(SignError::Unavailable);
        }
        self.made.fetch_add(1, Ordering::SeqCst);
        *guarded(&self.key) = Some(SoftwareKey::generate(Algorithm::Es256).unwrap());
        Ok(Some(Attestation::app_attest(challenge)))
    }
}

impl Signer for Hardware {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    fn public_key(&self) -> Result<PublicKey, SignError> {
        Ok(guarded(&self.key).as_ref().ok_or(SignError::KeyLost)?.public_key())
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        guarded(&self.key).as_ref().ok_or(SignError::KeyLost)?.sign(message)
    }
}

fn world() -> (World, Arc<Hardware>) {
    let mut world = World::new();
    let hardware = Arc::new(Hardware::default());
    world.ports.signer = hardware.clone();
    world.ports.attestation = Some(hardware.clone());
    world.restart();
    (world, hardware)
}

fn requests(world: &World) -> Vec<EnrolmentRequest> {
    let ledger = world.agent.ledger().unwrap();
    let enrolments = ledger.iter().filter(|entry| entry.kind == Sent::Enrolment);
    enrolments.map(|entry| serde_json::from_str(&entry.says()).unwrap()).collect()
}

fn pending(world: &World) -> bool {
    world.ports.storage.read("pending-enrolment.json").unwrap().is_some()
}

#[tokio::test]
async fn the_evidence_is_over_the_challenge_and_made_before_the_key_is_asked_for() {
    let (world, hardware) = world();
    assert_eq!(hardware.public_key(), Err(SignError::KeyLost), "the key is made with the evidence");
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    let request = requests(&world).remove(0);
    assert_eq!(request.attestation, Some(Attestation::app_attest(request.challenge.as_bytes())));
    assert_eq!(request.key, hardware.public_key().unwrap());
    assert!(!pending(&world), "answered");
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_with_the_same_key_and_the_same_evidence() {
    let (mut world, hardware) = world();
    world.network.next([Fate::Arrives, Fate::AnswerLost]);
    assert!(world.agent.enrol(SERVER, server::TOKEN, None).await.is_err());
    assert!(pending(&world));
    world.restart();
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    let [first, second] = &requests(&world)[..] else { panic!("two requests") };
    assert_eq!(
        (&first.key, &first.attestation, &first.challenge),
        (&second.key, &second.attestation, &second.challenge)
    );
    assert_eq!(hardware.made.load(Ordering::SeqCst), 1);
    assert_eq!(world.server.held().enrolments, 1);
    assert!(!pending(&world));
}

#[tokio::test]
async fn a_retry_that_comes_too_late_for_its_challenge_sends_the_same_evidence_with_a_new_one() {
    let (world, hardware) = world();
    world.network.next([Fate::Arrives, Fate::AnswerLost]);
    assert!(world.agent.enrol(SERVER, server::TOKEN, None).await.is_err());
    world.network.next([Fate::Instead(no(&problem(403, "challenge-invalid")))]);
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    let requests = requests(&world);
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[0].attestation, requests[2].attestation);
    assert_ne!(requests[0].challenge, requests[2].challenge);
    assert_eq!(hardware.made.load(Ordering::SeqCst), 1);
    assert_eq!(world.server.held().enrolments, 1);
}

#[tokio::test]
async fn a_refusal_and_another_token_begin_anew() {
    let (world, hardware) = world();
    let error = world.agent.enrol(SERVER, "00000001ZZZZZZZZZZZZZZZZZZ", None).await.unwrap_err();
    assert!(matches!(error, AgentError::Refused { .. }), "{error}");
    assert!(!pending(&world), "refused is answered");
    world.network.next([Fate::Arrives, Fate::RequestLost]);
    assert!(world.agent.enrol(SERVER, "00000001YYYYYYYYYYYYYYYYYY", None).await.is_err());
    assert!(pending(&world));
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    assert_eq!(hardware.made.load(Ordering::SeqCst), 3, "one for each token");
    assert!(!pending(&world));
}

#[tokio::test]
async fn hardware_that_does_not_answer_sends_nothing_and_leaves_nothing() {
    let (world, hardware) = world();
    *guarded(&hardware.broken) = true;
    let error = world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap_err();
    assert_eq!(error, AgentError::Sign(SignError::Unavailable));
    assert!(requests(&world).is_empty() && !pending(&world));
    *guarded(&hardware.broken) = false;
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
}

#[test]
fn whoever_gives_up_after_the_answer_and_calls_again_is_the_same_device() {
    for polls in 0..12 {
        let (world, hardware) = world();
        let mut enrolment = Box::pin(world.agent.enrol(SERVER, server::TOKEN, None));
        let done = poll(&mut enrolment, polls).is_some();
        drop(enrolment);
        if !done {
            block_on(world.agent.enrol(SERVER, server::TOKEN, None)).unwrap();
        }
        assert_eq!(hardware.made.load(Ordering::SeqCst), 1, "{polls}");
        assert_eq!(world.server.held().enrolments, 1, "{polls}");
        assert!(!pending(&world));
        block_on(async { world.agent.report(&facts("16")).and(Ok(world.deliver().await)) }).unwrap();
    }
}
