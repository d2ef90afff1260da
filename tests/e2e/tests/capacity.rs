//! A full disk: nothing is acknowledged that is not kept, nothing is lost, and it recovers by itself.

use agent_core::judge::DeviceState;
use rusqlite::Connection;

use crate::{
    person::Person,
    site::{POLICY, Site},
    wire::{report, sealed, send},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_answered_with_503_and_recovers_by_itself() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let person = Person::enrolled(&site, &token).await;
    person.report().await;

    let full = fill(&site).await;
    // Until the pages that are left are used up, reports are still taken.
    let mut acknowledged = 1;
    let waiting = loop {
        let envelope = sealed(&report(&site, &person, acknowledged + 1).await, &*person.key);
        let answer = send(&site, &envelope).await;
        if answer.status != 200 {
            assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.body));
            break envelope;
        }
        acknowledged += 1;
        assert!(acknowledged < 2000, "the disk never fills");
    };
    assert_eq!(send(&site, &waiting).await.status, 503);
    assert_eq!(site.reports(person.device()).await, i64::try_from(acknowledged).unwrap());
    assert_eq!(site.state(person.device()).await, "compliant", "it still answers questions");

    make_room(&site, full).await;
    let told = send(&site, &waiting).await.acknowledged();
    assert_eq!((told.sequence, told.state), (acknowledged + 1, DeviceState::Compliant));
    site.verify();
}

/// Lets the database grow no further, as a full disk would: the same failure, `SQLITE_FULL`, from the same place.
/// A setting of the writer's connection; gives what it was.
async fn fill(site: &Site) -> i64 {
    pages(site, |connection| {
        let now: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let before = connection.query_row("PRAGMA max_page_count", [], |row| row.get(0))?;
        connection.query_row(&format!("PRAGMA max_page_count = {}", now + 4), [], |row| row.get::<_, i64>(0))?;
        Ok(before)
    })
    .await
}

async fn make_room(site: &Site, pages_before: i64) {
    pages(site, move |connection| {
        connection.query_row(&format!("PRAGMA max_page_count = {pages_before}"), [], |row| row.get(0))
    })
    .await;
}

async fn pages(site: &Site, act: impl FnOnce(&Connection) -> rusqlite::Result<i64> + Send + 'static) -> i64 {
    site.server.store.write(move |connection| Ok(act(connection)?)).await.unwrap()
}
