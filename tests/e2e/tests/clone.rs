//! A copied key and state cannot live beside the original without being seen.

use std::sync::Arc;

use agent_core::client::{MemoryStorage, Storage};

use crate::{
    person::{Person, clock, network},
    site::{POLICY, Site},
};

/// A copy of everything that a phone keeps.
fn copy(storage: &dyn Storage) -> Arc<dyn Storage> {
    let copy = MemoryStorage::default();
    for name in storage.list("").unwrap() {
        copy.write(&name, &storage.read(&name).unwrap().unwrap()).unwrap();
    }
    Arc::new(copy)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_phones_with_one_key_are_found_out() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let original = Person::enrolled(&site, &token).await;
    original.report().await;

    let mut twin = Person::with(clock(&site), network(), copy(&*original.storage), Arc::clone(&original.key));
    twin.device = original.device;
    site.pass(1).await;
    // Both go on from the same number; whoever comes second says something else under it.
    assert_eq!(original.report().await.acknowledged, 1);
    twin.facts.screen_lock = agent_core::judge::facts::Reading::reported(false);
    let second = twin.report().await;
    assert_eq!(second.acknowledged, 0, "{second:?}");
    assert!(site.findings(original.device()).await >= 1);
    assert_eq!(site.state(original.device()).await, "compliant", "the twin changed nothing");
    assert_eq!(site.reports(original.device()).await, 2);
    site.verify();
}
