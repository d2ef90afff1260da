//! Sources on bad days: each is told with its reason, keeps what it said before, and stops nobody.

use std::time::{Duration, Instant};

use atalaya_server::releases::{Limits, SourceState, claim::Line, source};

use crate::{
    feeds::{Answer, Feeds, fixture},
    site::{EVERY, Site},
};

const ANY: Limits = Limits { longest: None, patience: None };

#[tokio::test]
async fn every_broken_answer_is_refused_with_its_reason_and_keeps_what_was_known() {
    let site = Site::new().await;
    site.fetch(&EVERY).await;
    let before = site.lines().await;
    let whole = fixture("sofa");
    let truncated = whole[..whole.len() / 2].to_vec();
    let retyped = String::from_utf8(whole.clone()).unwrap().replace("\"26.1\"", "26.1").into_bytes();
    let unnamed = String::from_utf8(whole.clone()).unwrap().replace("ProductVersion", "Version").into_bytes();
    let trailing = [whole.as_slice(), b"}"].concat();
    let elsewhere = "http://localhost:1/sofa.json".to_owned();
    for (answer, told) in [
        (Answer::Body(b"<!doctype html><html><body>Sign in</body></html>".to_vec()), "this is a web page"),
        (Answer::Body(Vec::new()), "the answer ends too early"),
        (Answer::Body(truncated), "the answer ends too early"),
        (Answer::Body(trailing), "this is no JSON"),
        (
            Answer::Body(retyped),
            "OSVersions[0].Latest.ProductVersion: invalid type: floating point `26.1`, expected a string",
        ),
        (Answer::Body(unnamed), "OSVersions[0].Latest: missing field `ProductVersion`"),
        (
            Answer::Body(br#"{"OSVersions":[{"Latest":"\u001b[2J\u202e"}]}"#.to_vec()),
            "OSVersions[0].Latest: invalid type: string",
        ),
        (Answer::Body(b"[1, 2, 3]".to_vec()), "the source has changed its form or this is another file"),
        (Answer::Body([[b'['; 5_000], [b']'; 5_000]].concat()), "sofa"),
        (Answer::Broken(whole), "the connection broke before the answer was whole"),
        (Answer::Status(404, None), "the source has nothing there (404 Not Found)"),
        (Answer::Status(403, None), "the source refuses this machine (403 Forbidden)"),
        (Answer::Status(429, Some("120")), "asked too often (429 Too Many Requests); it asks for 120 s of rest"),
        (Answer::Status(500, None), "the source answered 500"),
        (Answer::Status(503, Some("soon")), "the source answered 503"),
        (Answer::Redirect(elsewhere), "the source sends elsewhere"),
        (Answer::Redirect("/feeds/sofa/v2.json".to_owned()), "the source sends elsewhere"),
    ] {
        site.feeds.set("sofa/v2.json", answer);
        let outcome = site.ask("sofa", ANY).await;
        let reason = outcome.reason.clone().unwrap_or_default();
        assert_eq!((outcome.outcome, outcome.answered), ("failed", 0), "{told}: {outcome:?}");
        assert!(told == "sofa" || reason.contains(told), "{told}: {reason}");
        assert!(site.source("sofa").await.last_error.is_some());
        assert!(reason.chars().all(|sign| sign.is_ascii_graphic() || sign == ' '), "{reason:?}");
        assert!(outcome.fetched_at.is_some(), "how old what is known is");
        assert_eq!(site.lines().await, before, "{told}");
    }
    // On the next good day it goes on.
    site.feeds.body("sofa/v2.json", &fixture("sofa"));
    assert_eq!(site.ask("sofa", ANY).await.reason, None);
    assert_eq!(site.source("sofa").await.last_error, None);
}

/// An empty list would let versions that only some models can have count for all, and end what is exploited.
#[tokio::test]
async fn an_answer_that_names_nothing_takes_nothing_back() {
    let site = Site::new().await;
    site.fetch(&EVERY).await;
    let before = site.lines().await;
    for (name, file, empty) in [
        ("apple-gdmf", "apple-gdmf/pmv.json", r#"{"PublicAssetSets": {"iOS": []}, "AssetSets": {}}"#),
        ("sofa", "sofa/v2.json", r#"{"OSVersions": []}"#),
        ("endoflife.date", "endoflife.date/ios.json", r#"{"result": {"name": "ios", "releases": []}}"#),
        ("cisa-kev", "cisa-kev/known_exploited_vulnerabilities.json", r#"{"vulnerabilities": []}"#),
    ] {
        site.feeds.body(file, empty.as_bytes());
        let outcome = site.ask(name, ANY).await;
        assert!(outcome.reason.unwrap_or_default().contains("names nothing that is judged here"), "{name}");
        assert_eq!(site.lines().await, before, "{name}");
    }
}

#[tokio::test]
async fn a_source_that_never_answered_cannot_be_unchanged() {
    let site = Site::new().await;
    site.feeds.set("sofa/v2.json", Answer::Status(304, None));
    for _ in 0..3 {
        let outcome = site.ask("sofa", ANY).await;
        assert_eq!((outcome.outcome, outcome.fetched_at), ("failed", None), "{outcome:?}");
        assert!(outcome.reason.unwrap().contains("nothing changed"));
    }
    assert_eq!(site.source("sofa").await.state, SourceState::Failing);
}

#[tokio::test]
async fn a_redirect_of_the_same_place_is_followed() {
    let site = Site::new().await;
    site.feeds.body("moved.json", &fixture("sofa"));
    site.feeds.set("sofa/v2.json", Answer::Redirect(format!("{}/moved.json", site.feeds.url)));
    assert_eq!(site.ask("sofa", ANY).await.outcome, "ok");
}

#[tokio::test]
async fn an_answer_of_forty_megabytes_is_given_up_at_the_limit() {
    let site = Site::new().await;
    for name in EVERY {
        let source = source::named(name).unwrap();
        let address = source.addresses(&atalaya_server::releases::Known::default()).remove(0);
        site.feeds.set(&address.mirrored, Answer::Endless(40 * 1024 * 1024));
        let outcome = site.ask(name, ANY).await;
        let reason = outcome.reason.unwrap_or_default();
        let limit = format!("the answer is longer than {} KiB", source.longest() / 1024);
        assert!(reason.contains(&limit), "{name}: {reason}");
    }
    // What says its length beforehand is not even begun.
    site.feeds.body("sofa/v2.json", &vec![b' '; 17 * 1024 * 1024]);
    assert!(site.ask("sofa", ANY).await.reason.unwrap().contains("longer than 16384 KiB"));
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
async fn an_answer_that_drips_is_given_up_in_time() {
    let site = Site::new().await;
    site.feeds.set("apple-gdmf/pmv.json", Answer::Drip);
    let began = Instant::now();
    let limits = Limits { longest: None, patience: Some(Duration::from_millis(400)) };
    let outcome = site.ask("apple-gdmf", limits).await;
    assert!(outcome.reason.unwrap().contains("did not answer whole within 0.4 s"));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn one_source_that_fails_stops_no_other() {
    let site = Site::new().await;
    for file in ["apple-gdmf/pmv.json", "endoflife.date/android.json"] {
        site.feeds.body(file, b"<html>");
    }
    let round = site.fetch(&EVERY).await;
    assert!(round.worked());
    let failed: Vec<_> =
        round.outcomes.iter().filter(|one| one.reason.is_some()).map(|one| one.source.as_str()).collect();
    assert_eq!(failed, ["apple-gdmf", "endoflife.date"]);
    let half = round.outcomes.iter().find(|one| one.source == "endoflife.date").unwrap();
    assert_eq!((half.outcome, half.answered, half.asked), ("ok", 1, 2), "one part fails alone");
    assert_eq!(site.line(Line::IOS).await.newest.as_deref(), Some("26.1"), "SOFA says so");
}

#[tokio::test]
async fn nobody_there_is_told_soon_and_the_rest_is_not_asked() {
    let site = Site::with(Feeds::start().await).await;
    let fetcher = atalaya_server::releases::Fetcher::new(Some("http://127.0.0.1:1/feeds".parse().unwrap()));
    let (scopes, names) = ([site.scope], ["apple-lookup"]);
    let round = atalaya_server::releases::fetch(&site.server, &fetcher, &scopes, &names, &mut |_| {}).await;
    let outcome = round.unwrap().outcomes.remove(0);
    assert_eq!((outcome.outcome, outcome.answered, outcome.asked), ("failed", 0, 10));
    assert!(outcome.reason.unwrap().contains("cannot be reached"));
    // Asked too often: the other nine questions are left out.
    site.feeds.set("apple-lookup/es-bundle.json", Answer::Status(429, Some("60")));
    site.ask("apple-lookup", ANY).await;
    assert_eq!(site.feeds.asked("apple-lookup/es-id.json"), 0);
}

#[tokio::test]
async fn an_answer_about_something_else_is_refused() {
    let site = Site::new().await;
    site.feeds.changed("apple-lookup/es-bundle.json", "net.whatsapp.WhatsAppSMB", "net.whatsapp.WhatsApp");
    site.feeds.changed("amapi/com.whatsapp.w4b.json", "com.whatsapp.w4b", "com.whatsapp");
    site.feeds.changed("endoflife.date/ios.json", "\"ios\"", "\"macos\"");
    site.feeds.body("endoflife.date/ios-old.json", b"{}");
    site.feeds.body("cve/CVE-2026-23871.json", &fixture("cve-ios"));
    for (source, told) in [
        ("apple-lookup", "results[0].bundleId: this is another app"),
        ("amapi", "name: `enterprises/LC00/applications/com.whatsapp` is another application"),
        ("endoflife.date", "result.name: is `macos`, and ios was asked for"),
        ("cve", "cveMetadata.cveId: is not the record that was asked for, CVE-2026-23871"),
    ] {
        let reason = site.ask(source, ANY).await.reason.unwrap();
        assert!(reason.contains(told), "{source}: {reason}");
    }
}
