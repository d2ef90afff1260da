//! Another key in the place of the device's: nothing is lost, whatever is lost on the way.

use super::{flaky::Fate, *};
use crate::{
    client::{AgentError, identity::StoredKey},
    wire::{envelope::Unverified, key::Signer},
};

async fn world() -> (World, Arc<StoredKey>) {
    let mut world = World::new();
    let key = Arc::new(StoredKey::open(world.ports.storage.clone()).unwrap());
    world.ports.signer = key.clone();
    world.ports.succession = Some(key.clone());
    world.restart();
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    (world, key)
}

fn name(key: &StoredKey) -> String {
    key.public_key().unwrap().thumbprint()
}

#[tokio::test]
async fn the_new_key_signs_once_the_server_has_heard() {
    let (world, key) = world().await;
    let old = name(&key);
    world.agent.report(&facts("16")).unwrap();
    world.agent.rotate_key().unwrap();
    world.agent.rotate_key().unwrap();
    assert_eq!(name(&key), old, "not before");
    let delivery = world.deliver().await;
    assert_eq!((delivery.statements, delivery.acknowledged), (1, 1), "one rotation, and the report of the old key");
    assert_ne!(name(&key), old);
    world.agent.report(&facts("17")).unwrap();
    let sealed = world.waiting_envelope();
    assert_eq!(Unverified::parse(&sealed).unwrap().key_thumbprint(), name(&key));
    assert_eq!(world.deliver().await.acknowledged, 1);
}

#[tokio::test]
async fn whatever_is_lost_on_the_way_there_is_one_rotation() {
    for fate in [Fate::RequestLost, Fate::AnswerLost] {
        let (mut world, key) = world().await;
        let old = name(&key);
        world.agent.rotate_key().unwrap();
        world.network.next([fate]);
        assert!(world.deliver().await.problem.is_some());
        assert_eq!(name(&key), old, "no answer, no new key");
        world.restart();
        let delivery = world.agent.deliver(Urgency::PersonAsked).await.unwrap();
        assert_eq!((delivery.statements, delivery.problem), (1, None));
        assert_ne!(name(&key), old);
        assert_eq!(world.server.statements().len(), 1);
        world.agent.report(&facts("16")).unwrap();
        assert_eq!(world.agent.deliver(Urgency::PersonAsked).await.unwrap().acknowledged, 1);
    }
}

#[tokio::test]
async fn a_device_whose_key_stays_says_so() {
    let world = World::enrolled().await;
    assert_eq!(world.agent.rotate_key(), Err(AgentError::NoOtherKey));
}

#[tokio::test]
async fn where_the_server_wants_fresh_evidence_a_new_key_brings_it_once_a_week() {
    let (world, key) = world().await;
    world.server.mood(Mood::WantsEvidence, true);
    let mut names = vec![name(&key)];
    for (version, passes) in [("16", 1), ("17", 1), ("18", 7 * 24), ("19", 1)] {
        world.agent.report(&facts(version)).unwrap();
        // The first tells what is wanted, the second brings it.
        for _ in 0..2 {
            assert_eq!(world.deliver().await.problem, None);
        }
        if names.last() != Some(&name(&key)) {
            names.push(name(&key));
        }
        world.clock.advance(jiff::SignedDuration::from_hours(passes));
    }
    assert_eq!((names.len(), world.server.statements().len()), (3, 2), "at once, and a week later");
}
