//! When the agent tries, when it waits, and what costs a report.

use super::*;
use crate::client::{
    Held,
    Urgency::{Background, PersonAsked},
    transport::Response,
};

#[tokio::test]
async fn after_a_failure_it_waits_and_a_person_need_not() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    let mut waits = Vec::new();
    for _ in 0..12 {
        world.network.next([Fate::RequestLost]);
        let delivery = world.deliver().await;
        assert_eq!(delivery.problem.unwrap().code(), "offline");
        let next = delivery.next_try.unwrap();
        if next > world.clock.now() {
            let held = world.deliver().await;
            assert_eq!(held.held, Some(Held::BackOff { until: next }));
            assert_eq!(held.waiting, 1);
        }
        waits.push(next.duration_since(world.clock.now()));
        world.clock.advance_to(next);
    }
    assert!(waits.iter().all(|wait| *wait <= SignedDuration::from_mins(15)));
    assert!(waits.iter().max().unwrap() > &SignedDuration::from_mins(2));
    world.network.next([Fate::RequestLost]);
    world.deliver().await;
    assert_eq!(world.agent.deliver(PersonAsked).await.unwrap().acknowledged, 1);
    assert_eq!(world.agent.status().unwrap().not_before, None);
}

#[tokio::test]
async fn a_busy_server_is_left_alone_as_long_as_it_asks() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    for status in [429, 503] {
        let retry_after = Some(std::time::Duration::from_mins(10));
        world.network.next([Fate::Instead(Response { status, retry_after, ..Response::default() })]);
        let delivery = world.agent.deliver(PersonAsked).await.unwrap();
        assert_eq!(delivery.problem.unwrap().code(), "server-busy");
        assert!(delivery.next_try.unwrap() >= world.clock.now() + SignedDuration::from_mins(10));
    }
    world.clock.advance(SignedDuration::from_mins(9));
    assert!(world.deliver().await.held.is_some());
    world.clock.advance(SignedDuration::from_mins(2));
    assert_eq!(world.deliver().await.acknowledged, 1);
}

#[tokio::test]
async fn a_wait_set_by_a_wrong_clock_is_not_kept() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    let now = world.clock.now();
    world.clock.set(at("2099-01-01T00:00:00Z"));
    world.network.next([Fate::RequestLost]);
    world.deliver().await;
    world.clock.set(now);
    assert_eq!(world.deliver().await.acknowledged, 1);
}

#[tokio::test]
async fn a_sign_in_page_or_a_proxy_costs_no_report() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    world.agent.report(&facts("17")).unwrap();
    for status in [200, 204, 302, 400, 401, 403, 404, 407, 410, 413, 502] {
        let body = b"<html>Welcome to our Wi-Fi. Please sign in.</html>".to_vec();
        world.network.next([Fate::Instead(Response { status, body, ..Response::default() })]);
        // A proxy that refuses batches is tried with single reports in the same pass.
        world.network.next(matches!(status, 404 | 413).then_some(Fate::RequestLost));
        let delivery = world.agent.deliver(PersonAsked).await.unwrap();
        assert!(delivery.problem.is_some(), "{status}");
        assert_eq!(delivery.waiting, 2, "{status}");
    }
    world.network.forget_script();
    assert_eq!(world.agent.deliver(PersonAsked).await.unwrap().acknowledged, 2);
}

#[tokio::test]
async fn an_acknowledgement_of_other_bytes_is_none() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    let answer = world.server.answer(&crate::client::transport::Request::post(
        "/v1/reports",
        crate::client::transport::ContentType::Jose,
        world.waiting_envelope().into_bytes(),
    ));
    let mut body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    body["reportHash"] = "0".repeat(64).into();
    world.network.next([Fate::Instead(Response { body: serde_json::to_vec(&body).unwrap(), ..answer })]);
    let delivery = world.deliver().await;
    assert_eq!((delivery.acknowledged, delivery.waiting), (0, 1));
    assert_eq!(delivery.problem.unwrap().code(), "not-atalaya");
}

#[tokio::test]
async fn a_number_that_is_taken_costs_one_report_and_stays_visible() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    // The same device, restored from a copy, was faster.
    world.server.held().reports.insert(1, "other bytes".into());
    let delivery = world.deliver().await;
    assert_eq!((delivery.refused, delivery.waiting), (1, 0));
    world.server.held().reports.clear();
    world.agent.report(&facts("16")).unwrap();
    assert_eq!(world.deliver().await.acknowledged, 1);
    assert_eq!(world.problems(), ["report-sequence-conflict"]);
    let report = world.server.reports().pop().unwrap();
    assert_eq!((report.sequence, report.dropped), (2, 1));
}

#[tokio::test]
async fn a_server_without_batches_gets_single_reports() {
    let world = World::enrolled().await;
    world.server.mood(Mood::NoBatches, true);
    for os in ["15", "16", "17"] {
        world.agent.report(&facts(os)).unwrap();
    }
    assert_eq!(world.deliver().await.acknowledged, 3);
}

#[tokio::test]
async fn a_refused_report_does_not_hold_up_those_behind_it() {
    let world = World::enrolled().await;
    for os in ["15", "16", "17"] {
        world.agent.report(&facts(os)).unwrap();
    }
    world.server.held().reports.insert(1, "other bytes".into());
    let delivery = world.deliver().await;
    assert_eq!((delivery.acknowledged, delivery.refused, delivery.waiting), (2, 1, 0));
}

#[tokio::test]
async fn quiet_hours_hold_back_all_but_a_person() {
    let world = World::new();
    world.server.set_policy(
        1,
        1,
        &serde_json::json!({ "checks": { "screen-lock": {} },
            "quietHours": { "timezone": "Europe/Madrid", "windows": ["Mon-Fri 19:00-08:00", "Sat", "Sun"] } }),
    );
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    world.clock.advance_to(at("2026-11-24T20:00:00+01:00"));
    world.agent.report(&facts("16")).unwrap();
    let requests = world.server.held().requests.len();
    let delivery = world.deliver().await;
    let morning = at("2026-11-25T08:00:00+01:00");
    assert_eq!(delivery.held, Some(Held::QuietHours { until: morning }));
    assert_eq!((delivery.next_try, delivery.waiting), (Some(morning), 1));
    assert_eq!(world.agent.quiet_until().unwrap(), Some(morning));
    assert_eq!(world.server.held().requests.len(), requests, "nothing at all was sent");
    assert_eq!(world.agent.deliver(PersonAsked).await.unwrap().acknowledged, 1);
    world.agent.report(&facts("17")).unwrap();
    world.clock.advance_to(morning);
    assert_eq!(world.deliver().await.acknowledged, 1);
}

#[tokio::test]
async fn quiet_hours_are_read_on_the_server_s_time() {
    let world = World::new();
    world.server.set_policy(
        1,
        1,
        &serde_json::json!({ "checks": { "screen-lock": {} },
            "quietHours": { "timezone": "Europe/Madrid", "windows": ["Mon-Sun 19:00-08:00"] } }),
    );
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    // This device's clock is ten hours ahead; the server is told so by its answers alone.
    let ahead = SignedDuration::from_hours(10);
    let mut ports = world.ports.clone();
    let wrong = Arc::new(FixedClock::at(world.clock.now() + ahead));
    ports.clock = wrong.clone();
    let agent = Agent::new(ports);
    agent.report(&facts("16")).unwrap();
    agent.deliver(PersonAsked).await.unwrap();
    assert_eq!(agent.status().unwrap().clock_ahead_seconds, 36_000);
    agent.report(&facts("17")).unwrap();
    assert_eq!(agent.deliver(Background).await.unwrap().acknowledged, 1, "it is 20:00 by the wrong clock alone");
    let evening = at("2026-11-24T19:30:00+01:00");
    world.clock.advance_to(evening);
    wrong.advance_to(evening + ahead);
    let held = agent.deliver(Background).await.unwrap();
    let until = at("2026-11-25T08:00:00+01:00") + ahead;
    assert_eq!(held.held, Some(Held::QuietHours { until }), "by the device's clock");
    // Whoever sets the clock moves no quiet hours; when they end is told by the clock as it is set now.
    for set in ["2020-01-01T12:00:00Z", "2026-11-25T03:00:00Z", "2031-01-01T12:00:00Z"].map(at) {
        wrong.set(set);
        let until = set + SignedDuration::from_mins(750);
        assert_eq!(agent.deliver(Background).await.unwrap().held, Some(Held::QuietHours { until }));
        assert_eq!(agent.quiet_until().unwrap(), Some(until));
        assert_eq!(agent.status().unwrap().rules.unwrap().quiet_until, Some(until));
        assert_eq!(agent.status().unwrap().clock_ahead_seconds, set.duration_since(evening).as_secs());
    }
    wrong.advance(SignedDuration::from_mins(750));
    assert_eq!(agent.deliver(Background).await.unwrap().held, None);
}

#[tokio::test]
async fn seconds_between_the_clocks_move_no_moment_that_a_person_sees() {
    let world = World::new();
    world.server.set_policy(
        1,
        1,
        &serde_json::json!({ "checks": { "screen-lock": {} },
            "quietHours": { "timezone": "Europe/Madrid", "windows": ["Mon-Sun 19:00-08:00"] } }),
    );
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    world.clock.advance_to(at("2026-11-24T21:00:00+01:00"));
    let (evening, morning) = (world.clock.now(), at("2026-11-25T08:00:00+01:00"));
    for (seconds, minutes) in [(-59, 0), (0, 0), (59, 0), (60, 1), (61, 2), (-60, -1), (-61, -1), (-120, -2)] {
        world.clock.set(evening + SignedDuration::from_secs(seconds));
        let told = world.agent.quiet_until().unwrap().unwrap();
        assert_eq!(told, morning + SignedDuration::from_mins(minutes), "{seconds}");
        let until = world.clock.now() + SignedDuration::from_hours(48);
        world.agent.pause(world.clock.now(), until).unwrap();
        assert_eq!(world.agent.status().unwrap().statements.paused_until, Some(until), "at once, {seconds}");
        world.agent.pause(world.clock.now(), world.clock.now()).unwrap();
    }
}

#[tokio::test]
async fn a_restart_leads_no_further_back_than_the_last_attempt() {
    let world = World::new();
    world.server.set_policy(
        1,
        1,
        &serde_json::json!({ "checks": { "screen-lock": {} },
            "quietHours": { "timezone": "Europe/Madrid", "windows": ["Mon-Sun 19:00-08:00"] } }),
    );
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    world.agent.report(&facts("16")).unwrap();
    let enrolled = world.clock.now();
    world.clock.set(at("2026-11-24T21:00:00+01:00"));
    assert_eq!(world.agent.quiet_until().unwrap(), None, "what the enrolment's answer told counts, too");
    world.clock.set(enrolled);
    world.clock.advance_to(at("2026-11-24T21:00:00+01:00"));
    world.network.next([Fate::RequestLost]);
    assert!(world.agent.deliver(PersonAsked).await.unwrap().problem.is_some());
    // The battery is empty, and the clock begins at an old day.
    world.clock.reboot();
    world.clock.set(at("2020-01-01T12:00:00Z"));
    assert!(matches!(world.deliver().await.held, Some(Held::QuietHours { .. })));
    world.clock.advance(SignedDuration::from_mins(659));
    assert!(matches!(world.deliver().await.held, Some(Held::QuietHours { .. })), "it has run for less than the night");
    world.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(world.deliver().await.acknowledged, 1);
}

#[tokio::test]
async fn a_spent_challenge_is_replaced() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    world.server.spend_challenges();
    let delivery = world.deliver().await;
    assert_eq!((delivery.refused, delivery.report_again), (1, true));
    world.agent.report(&facts("16")).unwrap();
    let delivery = world.deliver().await;
    assert_eq!((delivery.acknowledged, delivery.problem, delivery.report_again), (1, None, false));
}
