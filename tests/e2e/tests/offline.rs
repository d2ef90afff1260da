//! Thirty days without a network lose nothing and are told in order.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use agent_core::{
    client::{
        HttpTransport, Transport, TransportError,
        transport::{Answer, Request},
    },
    judge::{DeviceState, facts::Reading},
};

use crate::{
    person::{Person, clock},
    site::{POLICY, Site},
};

/// A network that can be away.
struct Network {
    there: AtomicBool,
    real: HttpTransport,
}

impl Transport for Network {
    fn call<'a>(&'a self, server: &'a str, request: Request) -> Answer<'a> {
        if self.there.load(Ordering::Relaxed) {
            return self.real.call(server, request);
        }
        Box::pin(async { Err(TransportError::Unreachable) })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_days_without_a_network_are_told_afterwards_in_order() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let network = Arc::new(Network { there: AtomicBool::new(true), real: HttpTransport::new("0.1.0") });
    let mut person = Person::over(clock(&site), Arc::<Network>::clone(&network));
    let device = person.enrol(&site, &token).await;
    assert_eq!(person.report().await.last.unwrap().state, DeviceState::Compliant);

    network.there.store(false, Ordering::Relaxed);
    for day in 1..=30 {
        site.pass(24).await;
        // Between, the lock was off for some days: a history that must not be lost.
        person.facts.screen_lock = Reading::reported(!(10..14).contains(&day));
        person.agent.report(&person.facts).unwrap();
        let delivery = person.deliver().await.unwrap();
        assert!(delivery.problem.is_some() && delivery.acknowledged == 0);
    }
    assert_eq!(site.state(device).await, "not-compliant");

    network.there.store(true, Ordering::Relaxed);
    let delivery = person.deliver().await.unwrap();
    assert!(delivery.problem.is_none(), "{delivery:?}");
    assert_eq!((delivery.waiting, delivery.refused), (0, 0));
    assert_eq!(site.state(device).await, "compliant");
    assert_eq!(site.reports(device).await, 31);
    let made: Vec<i64> = site
        .server
        .store
        .read(move |connection| {
            let mut rows = connection.prepare("SELECT made_at FROM reports ORDER BY sequence")?;
            Ok(rows.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })
        .await
        .unwrap();
    assert!(made.is_sorted() && made[30] - made[0] == 30 * 24 * 3_600_000, "{made:?}");
    site.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_longer_than_thirty_days_is_given_up_and_the_gap_is_told() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let network = Arc::new(Network { there: AtomicBool::new(true), real: HttpTransport::new("0.1.0") });
    let mut person = Person::over(clock(&site), Arc::<Network>::clone(&network));
    let device = person.enrol(&site, &token).await;
    network.there.store(false, Ordering::Relaxed);
    for _ in 0..3 {
        person.agent.report(&person.facts).unwrap();
        site.pass(24).await;
    }
    site.pass(31 * 24).await;
    network.there.store(true, Ordering::Relaxed);
    let delivery = person.report().await;
    assert!(delivery.problem.is_none(), "{delivery:?}");
    let (last, received): (i64, i64) = site
        .server
        .store
        .read(|connection| {
            let look = "SELECT last_sequence, received FROM device_states";
            Ok(connection.query_row(look, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
        })
        .await
        .unwrap();
    assert!(received < last, "the gap is visible: {received} of {last}");
    assert_eq!(site.state(device).await, "compliant");
    site.verify();
}
