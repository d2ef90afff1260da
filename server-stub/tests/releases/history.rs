//! What time makes of claims: hold-back, first sightings, versions that go back.

use atalaya_server::releases::{Limits, claim::Line};

use crate::{
    feeds::fixture,
    site::{Site, versions},
};

const ANY: Limits = Limits { longest: None, patience: None };

#[tokio::test]
async fn a_release_without_a_day_waits_for_the_hold_back_from_its_first_sighting() {
    let site = Site::new().await;
    site.fetch(&["amapi"]).await;
    let line = site.line(Line::BUSINESS_ANDROID).await;
    assert_eq!((line.newest.as_deref(), line.effective_latest), (Some("2.26.41.75"), None));
    site.days_pass(3);
    site.feeds.changed("amapi/com.whatsapp.w4b.json", "2.26.41.75", "2.26.42.80");
    site.fetch(&["amapi"]).await;
    site.days_pass(4);
    site.fetch(&["amapi"]).await;
    // The older one is no longer in the feed, and still what everyone is expected to have.
    let line = site.line(Line::BUSINESS_ANDROID).await;
    assert_eq!(line.effective_latest.as_deref(), Some("2.26.41.75"));
    assert_eq!(versions(&line), ["2.26.42.80", "2.26.41.75"]);
    assert!(!line.releases[0].settled);
    let told = site.explain(Line::BUSINESS_ANDROID).await.would_change;
    assert!(told.iter().any(|one| one.contains("2.26.42.80 becomes latest on 2026-12-04")), "{told:?}");
    site.days_pass(3);
    site.fetch(&["amapi"]).await;
    assert_eq!(site.line(Line::BUSINESS_ANDROID).await.effective_latest.as_deref(), Some("2.26.42.80"));
}

#[tokio::test]
async fn a_version_that_goes_back_is_suspicious_for_three_days_and_believed_then() {
    let site = Site::new().await;
    let every = |from: &str, to: &str| {
        for store in ["es", "us", "mx", "br", "de"] {
            for by in ["bundle", "id"] {
                site.feeds.changed(&format!("apple-lookup/{store}-{by}.json"), from, to);
            }
        }
    };
    site.fetch(&["apple-lookup"]).await;
    every("26.38.74", "26.37.70");
    site.days_pass(1);
    site.fetch(&["apple-lookup"]).await;
    assert_eq!(site.fate(Line::BUSINESS_IOS, "apple-lookup", "26.37.70").await, "suspicious");
    assert_eq!(site.line(Line::BUSINESS_IOS).await.newest.as_deref(), Some("26.38.74"));
    site.days_pass(3);
    site.fetch(&["apple-lookup"]).await;
    // Apple withdrew it: nobody can be expected to have it.
    assert_eq!(site.fate(Line::BUSINESS_IOS, "apple-lookup", "26.38.74").await, "withdrawn");
    assert_eq!(site.line(Line::BUSINESS_IOS).await.newest.as_deref(), Some("26.37.70"));
}

#[tokio::test]
async fn a_day_in_the_future_and_a_placeholder_build_are_kept_and_not_used() {
    let site = Site::new().await;
    site.feeds.changed("sofa/v2.json", "\"26.1\"", "\"26.2\"");
    site.feeds.changed("sofa/v2.json", "2026-11-03", "2026-12-09");
    site.feeds.changed("apple-gdmf/pmv.json", "23B85", "23B000");
    site.ask("sofa", ANY).await;
    assert_eq!(site.fate(Line::IOS, "sofa", "26.2").await, "suspicious");
    assert_eq!(site.line(Line::IOS).await.newest.as_deref(), Some("26.0"));
    site.ask("apple-gdmf", ANY).await;
    assert_eq!(site.fate(Line::IOS, "apple-gdmf", "26.1").await, "suspicious");
    // Once its day has come it counts.
    site.days_pass(15);
    site.feeds.changed("apple-gdmf/pmv.json", "26.1", "26.2");
    site.feeds.changed("apple-gdmf/pmv.json", "23B000", "23C55");
    site.fetch(&["sofa", "apple-gdmf"]).await;
    assert_eq!(site.line(Line::IOS).await.newest.as_deref(), Some("26.2"));
}

#[tokio::test]
async fn a_source_that_has_been_silent_for_too_long_gives_way_to_a_younger_one() {
    let site = Site::new().await;
    site.import("amapi", "com.whatsapp.w4b.json", fixture("amapi")).await;
    site.feeds.changed("sofa/v2.json", "\"26.1\"", "\"26.0.1\"");
    site.fetch(&["apple-gdmf", "sofa"]).await;
    assert_eq!(site.line(Line::IOS).await.newest.as_deref(), Some("26.1"), "Apple's own list goes first");
    site.days_pass(8);
    site.fetch(&["sofa"]).await;
    let line = site.line(Line::IOS).await;
    assert_eq!((line.newest.as_deref(), line.stale), (Some("26.0.1"), false));
    assert!(site.line(Line::BUSINESS_ANDROID).await.stale, "nobody younger speaks of it");
}

#[tokio::test]
async fn an_android_without_patches_any_more_does_not_hold_the_others_back() {
    let site = Site::new().await;
    site.feeds.changed("android-patch/android_sdk_33.json", "2026-10-01", "2025-12-01");
    site.feeds.changed("android-patch/android_sdk_33.json", "2026-09-01", "2025-11-01");
    site.feeds.changed("android-patch/android_sdk_34.json", "\"2026-10-01\"", "\"2026-08-01\"");
    site.feeds.changed("android-patch/android_sdk_34.json", "\"2026-09-01\"", "\"2026-07-01\"");
    site.fetch(&["android-patch"]).await;
    // Of those that still get patches the lowest: 2026-08-01, for SDK 34.
    assert_eq!(site.line(Line::PATCH).await.newest.as_deref(), Some("2026-08-01"));
    assert_eq!(site.fate(Line::PATCH, "android-patch", "2026-10-01").await, "disputed");
}
