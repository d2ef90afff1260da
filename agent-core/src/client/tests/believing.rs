//! What the agent believes of what the server signs.

use serde_json::json;

use super::*;

fn lock_and(more: &str) -> serde_json::Value {
    json!({ "checks": { "screen-lock": {}, more: {} } })
}

impl World {
    async fn report_and_deliver(&self, os: &str) -> crate::client::Delivery {
        self.agent.report(&facts(os)).unwrap();
        self.deliver().await
    }

    fn policy(&self) -> (u64, u64) {
        let rules = self.agent.status().unwrap().rules.unwrap();
        (rules.policy_epoch, rules.policy_revision)
    }
}

#[tokio::test]
async fn a_newer_policy_comes_with_the_next_delivery() {
    let world = World::enrolled().await;
    assert!(!world.agent.wanted().unwrap().wants("adb"));
    world.server.set_policy(1, 2, &lock_and("developer-options"));
    assert!(world.report_and_deliver("16").await.new_policy);
    assert_eq!(world.policy(), (1, 2));
    assert!(world.agent.wanted().unwrap().wants("adb"));
    assert!(world.agent.report(&facts("16")).unwrap().full, "more is asked for now");
    assert!(!world.deliver().await.new_policy);
    assert_eq!(world.server.reports().pop().unwrap().policy_revision, 2);
}

#[tokio::test]
async fn an_older_policy_is_refused_and_that_stays_visible() {
    let world = World::enrolled().await;
    world.server.set_policy(1, 5, &lock_and("adb-off"));
    world.report_and_deliver("16").await;
    assert_eq!(world.policy(), (1, 5));
    world.server.set_policy(1, 4, &lock_and("os-version"));
    let delivery = world.report_and_deliver("17").await;
    assert_eq!(delivery.acknowledged, 1, "the report passes all the same");
    assert_eq!(delivery.problem.unwrap().code(), "downgrade");
    assert_eq!(world.policy(), (1, 5));
    world.report_and_deliver("18").await;
    assert_eq!(world.problems(), ["downgrade"]);
    // A restored backup begins a new epoch, in which lower revisions come later.
    world.server.set_policy(2, 1, &lock_and("os-version"));
    assert!(world.report_and_deliver("19").await.new_policy);
    assert_eq!(world.policy(), (2, 1));
    assert!(world.problems().is_empty());
    world.server.set_policy(1, 9, &lock_and("os-version"));
    assert_eq!(world.report_and_deliver("20").await.problem.unwrap().code(), "downgrade");
}

#[tokio::test]
async fn a_server_that_names_a_newer_policy_and_serves_an_older_is_refused() {
    let world = World::enrolled().await;
    world.server.set_policy(1, 3, &lock_and("os-version"));
    world.report_and_deliver("16").await;
    let old = world.server.policy_of(1, 2);
    world.server.set_policy(1, 4, &lock_and("os-version"));
    world.agent.report(&facts("17")).unwrap();
    world.network.next([Fate::Arrives, Fate::Instead(old)]);
    assert_eq!(world.deliver().await.problem.unwrap().code(), "downgrade");
    assert_eq!(world.policy(), (1, 3));
}

#[tokio::test]
async fn a_catalogue_never_goes_back() {
    let world = World::enrolled().await;
    *server::guarded(&world.server.catalogue) = 4;
    assert!(world.report_and_deliver("16").await.new_catalogue);
    *server::guarded(&world.server.catalogue) = 3;
    let delivery = world.report_and_deliver("17").await;
    assert_eq!(delivery.problem.unwrap().code(), "downgrade");
    assert_eq!(world.agent.status().unwrap().rules.unwrap().catalogue_revision, 4);
    assert_eq!(world.ports.storage.list("catalogue-").unwrap().len(), 1, "old ones are cleared");
}

#[tokio::test]
async fn an_expired_policy_still_judges_and_is_asked_for_again() {
    let world = World::enrolled().await;
    world.report_and_deliver("16").await;
    world.clock.advance(SignedDuration::from_hours(8 * 24));
    assert!(world.agent.status().unwrap().rules.unwrap().policy_expired);
    assert!(world.agent.check(&facts("16")).is_ok());
    let delivery = world.deliver().await;
    assert!(delivery.new_policy, "though nothing waits and its revision is the same");
    assert!(!world.agent.status().unwrap().rules.unwrap().policy_expired);
    let requests = world.server.held().requests.len();
    world.deliver().await;
    assert_eq!(world.server.held().requests.len(), requests, "nothing to do, nothing sent");
}

#[tokio::test]
async fn the_server_s_key_rotates_and_a_stranger_s_does_not() {
    let world = World::enrolled().await;
    world.server.rotate(None);
    world.server.set_policy(1, 2, &lock_and("os-version"));
    *server::guarded(&world.server.catalogue) = 2;
    let delivery = world.report_and_deliver("16").await;
    assert_eq!((delivery.new_policy, delivery.new_catalogue, delivery.problem), (true, true, None));
    assert!(world.agent.check(&facts("16")).is_ok());

    let stranger = SoftwareKey::generate(Algorithm::EdDsa).unwrap();
    world.server.rotate(Some(&stranger));
    world.server.set_policy(1, 3, &lock_and("os-version"));
    let delivery = world.report_and_deliver("17").await;
    assert_eq!(delivery.problem.unwrap().code(), "untrusted");
    assert_eq!(world.policy(), (1, 2));
    assert_eq!(world.problems(), ["untrusted"]);
}

#[tokio::test]
async fn a_rotation_in_the_middle_keeps_what_was_signed_before() {
    let mut world = World::enrolled().await;
    world.server.rotate(None);
    *server::guarded(&world.server.catalogue) = 2;
    // The catalogue alone is newer: the policy that is held was signed by the key before.
    assert!(world.report_and_deliver("16").await.new_catalogue);
    world.restart();
    assert!(world.agent.check(&facts("16")).is_ok());
    assert_eq!(world.agent.status().unwrap().rules.unwrap().catalogue_revision, 2);
}

#[tokio::test]
async fn a_policy_of_another_organisation_is_refused() {
    let world = World::enrolled().await;
    world.server.set_policy(1, 2, &lock_and("os-version"));
    let foreign = world.server.policy_for(&crate::wire::id::Audience::new("fake", 2));
    world.agent.report(&facts("16")).unwrap();
    world.network.next([Fate::Arrives, Fate::Instead(foreign)]);
    assert_eq!(world.deliver().await.problem.unwrap().code(), "untrusted");
    assert_eq!(world.policy(), (1, 1));
}

#[tokio::test]
async fn every_flipped_bit_of_a_policy_is_refused() {
    let world = World::enrolled().await;
    world.server.set_policy(1, 2, &lock_and("os-version"));
    let good = world.server.policy_for(&FakeServer::audience());
    let key = trusted_key(&world);
    let audience = FakeServer::audience();
    let believed = |bytes: Vec<u8>| {
        let Ok(envelope) = String::from_utf8(bytes) else { return false };
        let document = crate::client::enrolment::Document { envelope, key: key.clone(), etag: None };
        crate::client::trust::policy(&document, &audience).is_ok()
    };
    assert!(believed(good.body.clone()));
    for bit in 0..good.body.len() * 8 {
        let mut bytes = good.body.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(!believed(bytes), "bit {bit}");
    }
}

fn trusted_key(world: &World) -> crate::wire::key::PublicKey {
    let enrolled = crate::client::enrolment::Enrolled::load(&*world.ports.storage).unwrap().unwrap();
    enrolled.policy.key
}
