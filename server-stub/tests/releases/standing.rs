//! Where each source stands: an error or old age is never told as fine.

use atalaya_server::releases::{SourceState, fetch_due};
use jiff::SignedDuration;

use crate::{
    feeds::{Answer, Feeds},
    site::{EVERY, Site},
};

#[tokio::test]
async fn a_source_is_current_until_it_fails_or_grows_old() {
    let site = Site::new().await;
    assert_eq!(site.source("sofa").await.state, SourceState::Never);
    assert_eq!(site.source("sofa").await.host.as_deref(), Some("sofafeed.macadmins.io"));
    site.fetch(&EVERY).await;
    for name in EVERY {
        let source = site.source(name).await;
        assert_eq!((source.state, source.last_fault), (SourceState::Current, None), "{name}");
        assert_eq!(source.host.as_deref(), Some("127.0.0.1"), "the mirror is what was asked");
        assert!(source.asked_at.is_some() && source.next_at > source.asked_at, "{name}");
        assert!(!source.speaks_for.is_empty(), "{name}");
    }
    site.feeds.set("sofa/v2.json", Answer::Body(b"<html>".to_vec()));
    site.days_pass(1);
    site.fetch(&["sofa"]).await;
    let failing = site.source("sofa").await;
    assert_eq!((failing.state, failing.last_fault.as_deref()), (SourceState::Failing, Some("not-json")));
    assert!(failing.fetched_at < failing.asked_at, "the last good answer is older");
    assert!(!failing.speaks_for.is_empty(), "what it said stays");
    // Far beyond the policy's age, asked by nobody.
    site.days_pass(60);
    assert_eq!(site.source("apple-gdmf").await.state, SourceState::Stale);
    assert_eq!(site.source("sofa").await.state, SourceState::Failing, "the worse word stays");
    site.fetch(&["apple-gdmf"]).await;
    assert_eq!(site.source("apple-gdmf").await.state, SourceState::Current);
}

#[tokio::test]
async fn the_administrators_file_is_a_source_that_ages() {
    let site = Site::new().await;
    site.fetch(&EVERY).await;
    site.import("it-desk", "releases.yaml", crate::catalogue::FILE.as_bytes().to_vec()).await;
    let file = site.source("it-desk").await;
    assert_eq!((file.state, file.confidence.as_str(), file.host), (SourceState::Current, "curated", None));
    let told: Vec<_> = file.speaks_for.iter().map(|one| (one.product.as_deref(), one.claims)).collect();
    assert_eq!(told, [(Some("os"), 1), (Some("whatsapp-business"), 2)]);
    assert_eq!((file.next_at, file.last_error), (None, None));
    site.days_pass(8);
    assert_eq!(site.source("it-desk").await.state, SourceState::Stale);
}

#[tokio::test]
async fn one_part_that_fails_or_is_old_is_enough() {
    let site = Site::new().await;
    site.fetch(&EVERY).await;
    site.feeds.set("android-patch/android_sdk_35.json", Answer::Status(503, None));
    site.fetch(&["android-patch"]).await;
    let source = site.source("android-patch").await;
    assert_eq!((source.state, source.failing, source.parts), (SourceState::Failing, 1, 5));
    assert_eq!(source.last_fault.as_deref(), Some("failing"));
    // A file refreshes one part alone: the others are as old as they are.
    site.days_pass(60);
    let file = crate::feeds::fixture("endoflife-old");
    site.import("endoflife.date", "android.json", file).await;
    let source = site.source("endoflife.date").await;
    assert_eq!((source.state, source.age_hours), (SourceState::Stale, Some(0)));
    assert!(source.oldest_at < source.fetched_at);
}

#[tokio::test]
async fn every_bad_day_has_its_word() {
    let site = Site::with(Feeds::start().await).await;
    for (answer, word) in [
        (Answer::Status(404, None), "missing"),
        (Answer::Status(403, None), "refused"),
        (Answer::Status(429, Some("60")), "too-often"),
        (Answer::Status(500, None), "failing"),
        (Answer::Redirect("http://localhost:1/".to_owned()), "elsewhere"),
        (Answer::Broken(vec![b' '; 100]), "broken"),
        (Answer::Body(b"<html>".to_vec()), "not-json"),
        (Answer::Body(b"{".to_vec()), "truncated"),
        (Answer::Body(b"[1]".to_vec()), "shape"),
        (Answer::Body(vec![b' '; 17 * 1024 * 1024]), "too-long"),
    ] {
        site.feeds.set("cisa-kev/known_exploited_vulnerabilities.json", answer);
        site.fetch(&["cisa-kev"]).await;
        assert_eq!(site.source("cisa-kev").await.last_fault.as_deref(), Some(word));
    }
}

#[tokio::test]
async fn the_next_time_is_the_schedules() {
    let site = Site::new().await;
    fetch_due(&site.server, &site.fetcher()).await.unwrap();
    let next = site.source("apple-gdmf").await.next_at.unwrap();
    let wait = next.duration_since(site.server.now());
    assert!((SignedDuration::from_hours(24)..=SignedDuration::from_hours(30)).contains(&wait), "{wait}");
}
