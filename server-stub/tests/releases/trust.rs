//! Google's list of revoked certificates over the network, on good days and bad ones.

use std::{process::Command, time::Duration};

use atalaya_server::{
    evidence::{
        asking::{self, Outcome, TrustSource},
        trust,
    },
    releases::Limits,
};
use jiff::SignedDuration;

use crate::{
    feeds::{Answer, Feeds},
    site::Site,
};

const FILE: &str = "android-status/status.json";
const LIST: &[u8] = br#"{"entries":{"2c8cdddfd5e03bfc":{"status":"REVOKED","reason":"KEY_COMPROMISE"}}}"#;
const LONGER: &[u8] =
    br#"{"entries":{"2c8cdddfd5e03bfc":{"status":"REVOKED"},"9f0a":{"status":"SUSPENDED","reason":"SOFTWARE_FLAW"}}}"#;

impl Site {
    async fn with_list(answer: Answer) -> Self {
        let site = Self::with(Feeds::start().await).await;
        site.feeds.set(FILE, answer);
        site
    }

    async fn ask_trust(&self) -> Outcome {
        asking::fetch(&self.server, &self.fetcher()).await.unwrap()
    }

    async fn trust_source(&self) -> TrustSource {
        self.server.store.read(asking::source).await.unwrap().unwrap()
    }

    /// Entries, age in hours, and revision of the list that is held.
    async fn held(&self) -> Option<(usize, i64, i64)> {
        let now = self.server.now();
        let held = self.server.store.read(move |conn| {
            let list = trust::list(conn).ok().and_then(|mut list| list.pop());
            let revision =
                conn.query_row("SELECT coalesce(max(revision), 0) FROM trust_documents", [], |row| row.get(0))?;
            Ok(list.map(|list| (list.entries, now.duration_since(list.as_of).as_hours(), revision)))
        });
        held.await.unwrap()
    }

    async fn audited(&self) -> i64 {
        let count = self.server.store.read(|conn| {
            let sql = "SELECT count(*) FROM audit_log WHERE payload LIKE '%trust.fetched%'";
            Ok(conn.query_row(sql, [], |row| row.get(0))?)
        });
        count.await.unwrap()
    }
}

#[tokio::test]
async fn a_list_is_held_confirmed_by_its_validators_and_replaced_where_it_changed() {
    let site = Site::with_list(Answer::Body(LIST.to_vec())).await;
    let outcome = site.ask_trust().await;
    assert_eq!((outcome.outcome, outcome.entries, outcome.reason), ("ok", Some(1), None));
    assert_eq!(site.held().await, Some((1, 0, 1)));
    site.days_pass(2);
    assert_eq!(site.held().await, Some((1, 48, 1)));
    // 304: younger, and nothing is judged again.
    assert_eq!(site.ask_trust().await.outcome, "unchanged");
    assert!(site.feeds.headers(FILE)[1].contains_key("if-none-match"));
    assert_eq!(site.held().await, Some((1, 0, 1)));
    site.feeds.body(FILE, LONGER);
    let outcome = site.ask_trust().await;
    assert_eq!((outcome.outcome, outcome.entries), ("ok", Some(2)));
    assert_eq!(site.held().await, Some((2, 0, 2)), "a new revision, under which evidence is judged again");
    assert_eq!(site.audited().await, 2);
    // The same bytes from another place are no change either.
    let other = Feeds::start().await;
    other.body(FILE, LONGER);
    let site = Site { feeds: other, ..site };
    assert_eq!(site.ask_trust().await.outcome, "unchanged");
    assert!(!site.feeds.headers(FILE)[0].contains_key("if-none-match"), "another place's tag means nothing there");
    assert_eq!((site.held().await, site.audited().await), (Some((2, 0, 2)), 2));
}

#[tokio::test]
async fn every_bad_answer_is_told_and_what_is_held_stays_and_grows_old() {
    let site = Site::with_list(Answer::Body(LIST.to_vec())).await;
    site.ask_trust().await;
    site.days_pass(3);
    for (answer, word, told) in [
        (Answer::Body(b"<!doctype html><html>Sign in</html>".to_vec()), "not-json", "this is a web page"),
        (Answer::Body(LIST[..40].to_vec()), "truncated", "the answer ends too early"),
        (Answer::Broken(LIST.to_vec()), "broken", "the connection broke"),
        (Answer::Body(br#"{"entries":{"9f0a":{"status":"FORGIVEN"}}}"#.to_vec()), "shape", "entries"),
        (Answer::Body(br#"{"entries":{}}"#.to_vec()), "shape", "no entries"),
        (Answer::Status(429, Some("7200")), "too-often", "7200 s of rest"),
        (Answer::Status(503, None), "failing", "503"),
        (Answer::Status(404, None), "missing", "404"),
        (Answer::Endless(40 * 1024 * 1024), "too-long", "longer than 16384 KiB"),
        (Answer::Redirect("http://localhost:1/".to_owned()), "elsewhere", "sends elsewhere"),
    ] {
        site.feeds.set(FILE, answer);
        let outcome = site.ask_trust().await;
        let reason = outcome.reason.unwrap_or_default();
        assert!(outcome.outcome == "failed" && reason.contains(told), "{word}: {reason}");
        let source = site.trust_source().await;
        assert_eq!((source.last_fault.as_deref(), source.last_error), (Some(word), Some(reason)));
        assert!(source.next_at.unwrap() > site.server.now());
        assert_eq!(site.held().await, Some((1, 72, 1)), "{word}");
    }
    assert_eq!(site.trust_source().await.failures, 10);
    // On the next good day it goes on.
    site.feeds.body(FILE, LIST);
    site.ask_trust().await;
    let source = site.trust_source().await;
    assert_eq!((source.failures, source.last_error, source.last_fault), (0, None, None));
}

#[tokio::test]
async fn an_answer_that_drips_is_given_up_in_time() {
    let site = Site::with_list(Answer::Drip).await;
    let mut fetcher = site.fetcher();
    fetcher.limits = Limits { longest: None, patience: Some(Duration::from_millis(400)) };
    let outcome = asking::fetch(&site.server, &fetcher).await.unwrap();
    assert!(outcome.reason.unwrap().contains("did not answer whole within 0.4 s"));
    assert_eq!(site.held().await, None);
}

#[tokio::test]
async fn by_schedule_it_is_asked_once_a_day_and_never_before_its_rest_is_over() {
    let site = Site::with_list(Answer::Status(429, Some("7200"))).await;
    let fetcher = site.fetcher();
    let due = || async { asking::fetch_due(&site.server, &fetcher).await.unwrap().map(|outcome| outcome.outcome) };
    assert_eq!(due().await, Some("failed"));
    site.clock.advance(SignedDuration::from_mins(119));
    assert_eq!(due().await, None);
    site.clock.set(site.trust_source().await.next_at.unwrap());
    site.feeds.body(FILE, LIST);
    assert_eq!(due().await, Some("ok"));
    assert_eq!(due().await, None);
    site.clock.advance(SignedDuration::from_hours(23));
    assert_eq!(due().await, None);
    site.clock.advance(SignedDuration::from_hours(7));
    assert_eq!(due().await, Some("unchanged"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_tells_what_came_how_old_it_is_and_what_went_wrong() {
    let feeds = Feeds::start().await;
    feeds.body(FILE, LIST);
    let data = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
        let out = command.arg("trust").args(arguments).arg("--data").arg(data.path()).output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let fetch = ["fetch", "--mirror", &feeds.url];
    let (code, words, errors) = run(&fetch);
    assert_eq!((code, words.contains("android-status: 1 entries")), (Some(0), true), "{words}{errors}");
    feeds.set(FILE, Answer::Status(429, Some("60")));
    let (code, words, _) = run(&fetch);
    assert_eq!((code, words.contains("it asks for 60 s of rest")), (Some(1), true), "{words}");
    let (_, words, _) = run(&["list"]);
    assert!(words.contains("AGE") && words.contains("0 h") && words.contains("asked too often"), "{words}");
    let (_, json, _) = run(&["list", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["sources"][0]["lastFault"], &json["documents"][0]["entries"]), (&"too-often".into(), &1.into()));
}
