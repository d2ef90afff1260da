//! Two companies on one server: nothing of one reaches the other.

use crate::{
    console::Console,
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

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_sees_one_organisation() {
    let site = Site::open().await;
    let mut sides = Vec::new();
    for (name, email) in [("Clinica Levante", "marta@levante.example"), ("Banco Poniente", "luis@poniente.example")] {
        let scope = site.organisation(name, POLICY).await;
        let phone = Person::enrolled(&site, &site.token(scope, 1).await).await;
        phone.report().await;
        let script = Console::script(&site, scope).await;
        sides.push((name, phone.device().to_string(), Console::person(&site, scope, email).await, script));
    }
    for (own, other) in [(0, 1), (1, 0)] {
        let ((name, device, person, script), (their_name, their_device, ..)) = (&sides[own], &sides[other]);
        for path in ["/v1/fleet/summary", "/v1/devices", "/v1/devices.csv", "/v1/releases"] {
            let page = script.get(&site, path).await;
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            assert!(!page.body.contains(their_device) && !page.body.contains(their_name), "{path}");
        }
        assert!(script.get(&site, "/v1/devices").await.body.contains(device));
        assert!(person.get(&site, "/").await.body.contains(name));
        for path in ["/", "/devices", "/devices.csv", "/releases", "/account"] {
            let page = person.get(&site, path).await;
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            assert!(!page.body.contains(their_device) && !page.body.contains(their_name), "{path}");
        }
        // Another company's device is answered like one that does not exist.
        let none = format!("{}{}", &device[..7], "0".repeat(19));
        for (looker, folder) in [(script, "/v1/devices"), (person, "/devices")] {
            assert_eq!(looker.get(&site, &format!("{folder}/{device}")).await.status, 200);
            let theirs = looker.get(&site, &format!("{folder}/{their_device}")).await;
            let absent = looker.get(&site, &format!("{folder}/{none}")).await;
            assert_eq!((theirs.status, absent.status), (404, 404));
            assert_eq!(theirs.body.replace(their_device.as_str(), ""), absent.body.replace(&none, ""));
        }
        let theirs = script.get(&site, &format!("/v1/devices/{their_device}/timeline?at=2026-11-24T12:00:00Z")).await;
        assert_eq!(theirs.status, 404);
    }
}
