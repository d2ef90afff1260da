//! Which version of the report's schema the agent speaks, beside servers older and newer than itself.

use serde_json::json;

use super::*;
use crate::{
    judge::facts::{Evidence, RootSign},
    wire::envelope::Unverified,
};

impl World {
    /// Enrolled at a server that reads these schemas, with a policy that mutes a sign.
    async fn beside(schemas: &[u32]) -> Self {
        let world = Self::enrolled().await;
        world.server.held().schemas = schemas.to_vec();
        let muting = json!({ "checks": { "device-integrity": { "rootSigns": { "mute": ["test-keys"] } } } });
        world.server.set_policy(1, 2, &muting);
        world.checks_in().await;
        world
    }

    /// Looks as a shell does, which says what it did not look for; gives the schema of the report that came to be.
    async fn checks_in(&self) -> u32 {
        let wanted = self.agent.wanted().unwrap();
        let muted = wanted.muted_root_signs().to_vec();
        let mut facts = facts("16");
        facts.root_signs = Reading::known(vec![], Evidence::Heuristic);
        if !muted.is_empty() {
            facts.muted_root_signs = Reading::known(muted, Evidence::Heuristic);
        }
        self.agent.report(&facts).unwrap();
        self.deliver().await;
        self.server.reports().pop().unwrap().schema
    }

    fn muted(&self) -> Vec<RootSign> {
        self.agent.wanted().unwrap().muted_root_signs().to_vec()
    }
}

#[tokio::test]
async fn an_older_server_gets_the_first_schema_and_every_sign_is_looked_for() {
    let world = World::beside(&[]).await;
    assert_eq!(world.checks_in().await, 1);
    assert!(world.muted().is_empty() && world.problems().is_empty());
    let report = world.server.held().reports.last_key_value().unwrap().1.clone();
    let told: serde_json::Value = Unverified::parse(&report).unwrap().read_unverified().unwrap();
    assert!(!told.to_string().contains("muted"), "{told}");
}

#[tokio::test]
async fn a_server_that_was_updated_is_spoken_to_in_its_newest_schema_from_its_next_answer_on() {
    let world = World::beside(&[]).await;
    world.server.held().schemas = vec![1, 2, 3];
    assert_eq!(world.checks_in().await, 1);
    assert_eq!(world.muted(), [RootSign::TestKeys]);
    assert_eq!(world.checks_in().await, 2);
    assert!(world.problems().is_empty());
}

#[tokio::test]
async fn a_server_that_went_back_gets_the_first_schema_again() {
    let world = World::beside(&[1, 2]).await;
    assert_eq!(world.checks_in().await, 2);
    world.server.held().schemas.clear();
    world.agent.report(&facts("17")).unwrap();
    let delivery = world.deliver().await;
    assert_eq!((delivery.acknowledged, delivery.refused, delivery.report_again), (0, 1, true));
    assert_eq!(world.checks_in().await, 1);
    assert!(world.problems().is_empty(), "{:?}", world.problems());
}

#[tokio::test]
async fn a_server_that_left_every_schema_of_ours_behind_makes_the_agent_outdated() {
    let world = World::beside(&[3]).await;
    assert_eq!(world.problems(), ["agent-outdated"]);
}
