//! Asking by schedule, on a clock that stands still.

use atalaya_server::releases::fetch_due;
use jiff::SignedDuration;

use crate::{feeds::Answer, site::Site};

#[tokio::test]
async fn what_is_due_is_asked_once_and_again_after_its_interval() {
    let site = Site::new().await;
    let due = || async { fetch_due(&site.server, &site.fetcher()).await.unwrap() };
    due().await;
    due().await;
    assert_eq!(site.feeds.asked("apple-gdmf/pmv.json"), 1);
    assert_eq!(site.feeds.asked("sofa/v2.json"), 1);
    let next = site.source("sofa").await.next_at.unwrap();
    let (least, most) = (SignedDuration::from_hours(12), SignedDuration::from_hours(15));
    let wait = next.duration_since(site.server.now());
    assert!((least..=most).contains(&wait), "{wait}");
    site.clock.advance(most);
    due().await;
    assert_eq!(site.feeds.asked("sofa/v2.json"), 2, "twice a day");
    assert_eq!(site.feeds.asked("apple-gdmf/pmv.json"), 1, "once a day");
    assert!(site.source("fleet").await.fetched_at.is_some());
}

#[tokio::test]
async fn a_source_that_asks_for_rest_gets_it_and_others_go_on() {
    let site = Site::new().await;
    site.feeds.set("apple-gdmf/pmv.json", Answer::Status(429, Some("7200")));
    let due = || async { fetch_due(&site.server, &site.fetcher()).await.unwrap() };
    due().await;
    assert_eq!(site.feeds.asked("sofa/v2.json"), 1);
    let next = site.source("apple-gdmf").await.next_at.unwrap();
    assert!(next.duration_since(site.server.now()) >= SignedDuration::from_hours(2));
    site.clock.advance(SignedDuration::from_mins(119));
    due().await;
    assert_eq!(site.feeds.asked("apple-gdmf/pmv.json"), 1);
    site.clock.set(next);
    due().await;
    assert_eq!(site.feeds.asked("apple-gdmf/pmv.json"), 2);
}

#[tokio::test]
async fn a_source_that_takes_its_time_holds_nobody_up() {
    let site = Site::new().await;
    site.feeds.set("apple-gdmf/pmv.json", Answer::Drip);
    let fetcher = site.fetcher();
    let asking = fetch_due(&site.server, &fetcher);
    let working = async {
        // It is being asked, and others read and write meanwhile.
        while site.feeds.asked("apple-gdmf/pmv.json") == 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..20 {
            site.server.store.write(|_| Ok(())).await.unwrap();
            site.server.settle().await.unwrap();
        }
    };
    tokio::select! {
        _ = asking => panic!("the source never ends its answer"),
        () = working => {}
    }
}

#[tokio::test]
async fn failures_spread_over_a_span_that_grows_and_ends() {
    let site = Site::new().await;
    site.feeds.set("apple-gdmf/pmv.json", Answer::Status(500, None));
    let mut waits = Vec::new();
    for _ in 0..14 {
        fetch_due(&site.server, &site.fetcher()).await.unwrap();
        let next = site.source("apple-gdmf").await.next_at.unwrap();
        waits.push(next.duration_since(site.server.now()).as_secs());
        site.clock.set(next);
    }
    assert_eq!(site.feeds.asked("apple-gdmf/pmv.json"), 14);
    assert!(waits[0] <= 330 && waits.iter().all(|wait| (30..=21_630).contains(wait)), "{waits:?}");
    assert!(waits[8..].iter().any(|wait| *wait > 900), "{waits:?}");
}
