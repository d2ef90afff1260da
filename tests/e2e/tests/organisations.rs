//! Two companies on one server: nothing of one reaches the other.

use crate::{
    person::{Person, clock, network},
    site::{POLICY, Site},
    wire::{report, sealed, send},
};

#[tokio::test(flavor = "multi_thread")]
async fn devices_and_tokens_belong_to_one_organisation() {
    let site = Site::open().await;
    let here = site.organisation("Clinica", POLICY).await;
    let there = site.organisation("Banco", POLICY).await;
    let (ours, theirs) = (
        Person::enrolled(&site, &site.token(here, 1).await).await,
        Person::enrolled(&site, &site.token(there, 1).await).await,
    );
    assert_eq!(ours.device().organisation(), here.org());
    assert_eq!(theirs.device().organisation(), there.org());
    ours.report().await;

    // A report of ours, in the other's name: as their device, for their audience, or both.
    let own = report(&site, &ours, 2).await;
    let foreign = report(&site, &theirs, 1).await;
    let mut as_theirs = own.clone();
    as_theirs.device = theirs.device();
    let mut for_them = own.clone();
    for_them.audience = foreign.audience.clone();
    for mixed in [as_theirs, for_them, foreign] {
        assert!(send(&site, &sealed(&mixed, &*ours.key)).await.status >= 400);
    }
    assert_eq!(site.reports(theirs.device()).await, 0);
    assert_eq!(site.reports(ours.device()).await, 1);

    // Rules of one change nothing of the other.
    site.apply(here, &POLICY.replace("revision: 7", "revision: 8").replace("complexity: medium", "complexity: high"))
        .await;
    assert!(!theirs.report().await.new_policy);
    assert!(ours.report().await.new_policy);

    // One key is one device: it cannot join the other company beside the first.
    let mover = Person::with(
        clock(&site),
        network(),
        std::sync::Arc::new(agent_core::client::MemoryStorage::default()),
        std::sync::Arc::clone(&ours.key),
    );
    let token = site.token(there, 1).await;
    assert!(mover.agent.enrol(&site.url, &token, None).await.is_err());
    site.verify();
}
