//! Another key in the place of a phone's, over the real network: what waited arrives, and the page shows the new key.

use std::sync::Arc;

use agent_core::{
    client::{MemoryStorage, Storage, identity::StoredKey},
    wire::key::Signer,
};

use crate::{
    console::Console,
    person::{Person, clock, network},
    site::Site,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_arrives_and_the_new_key_speaks_from_then_on() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", crate::site::POLICY).await;
    let token = site.token(scope, 1).await;
    let storage: Arc<dyn Storage> = Arc::new(MemoryStorage::default());
    let key = Arc::new(StoredKey::open(Arc::clone(&storage)).unwrap());
    let mut person = Person::keeping(clock(&site), network(), storage, key.clone(), Some(key.clone()));
    person.enrol(&site, &token).await;
    person.report().await;

    person.agent.report(&person.facts).unwrap();
    person.agent.rotate_key().unwrap();
    let old = key.public_key().unwrap().thumbprint();
    let delivery = person.deliver().await.unwrap();
    assert_eq!((delivery.statements, delivery.acknowledged, delivery.problem), (1, 1, None));
    let new = key.public_key().unwrap().thumbprint();
    assert_ne!(new, old);
    assert_eq!(person.report().await.acknowledged, 1);

    let owner = Console::person(&site, scope, "marta@levante.example").await;
    let page = owner.get(&site, &format!("/devices/{}", person.device())).await;
    assert!(page.body.contains(&format!("The device changed its key: now {new}")), "{}", page.body);
    site.verify();
}
