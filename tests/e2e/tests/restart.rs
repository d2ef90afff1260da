//! A server that ends and begins again has forgotten nothing.

use agent_core::{
    client::transport::{ContentType, HttpTransport, Request, Transport},
    judge::DeviceState,
};

use crate::{
    person::Person,
    site::{CATALOGUE, POLICY, Site},
    wire::{report, sealed, send},
};

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_after_a_restart() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    site.import(scope, CATALOGUE).await;
    let token = site.token(scope, 3).await;
    let mut people = Vec::new();
    for _ in 0..3 {
        let person = Person::enrolled(&site, &token).await;
        assert_eq!(person.report().await.last.unwrap().state, DeviceState::Compliant);
        people.push(person);
    }
    // A report that was sealed before goes on after: its challenge is still known.
    let waiting = sealed(&report(&site, &people[0], 2).await, &*people[0].key);

    let site = site.restart().await;
    for person in &people {
        assert_eq!(site.reports(person.device()).await, 1);
        assert_eq!(site.state(person.device()).await, "compliant");
    }
    assert_eq!(send(&site, &waiting).await.acknowledged().sequence, 2);
    site.verify();
    let (folder, clock) = site.close().await;
    crate::site::sound(folder.path(), agent_core::clock::Clock::now(&*clock));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_finishes_what_it_accepted() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let person = Person::enrolled(&site, &token).await;
    let mut envelopes = Vec::new();
    for sequence in 1..=20 {
        envelopes.push(sealed(&report(&site, &person, sequence).await, &*person.key));
    }
    let url = site.url.clone();
    let sending = tokio::spawn(async move {
        let network = HttpTransport::new("0.1.0");
        let mut acknowledged = 0;
        for envelope in envelopes {
            let request = Request::post("/v1/reports", ContentType::Jose, envelope.into_bytes());
            match network.call(&url, request).await {
                Ok(answer) if answer.status == 200 => acknowledged += 1,
                _ => break,
            }
        }
        acknowledged
    });
    let device = person.device();
    let (folder, clock) = site.close().await;
    let acknowledged: i64 = sending.await.unwrap();
    let site = Site::over(folder, clock).await;
    assert!(site.reports(device).await >= acknowledged);
    site.verify();
}
