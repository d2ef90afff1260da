//! What a device goes through.

use super::*;
use crate::{
    client::{AgentError, Outcome, Sent, Urgency::Background},
    wire::report::Content,
};

#[tokio::test]
async fn a_device_enrols_reports_and_delivers() {
    let world = World::new();
    assert_eq!(world.agent.check(&facts("16")).unwrap_err(), AgentError::NotEnrolled);
    let enrolment = world.agent.enrol(&format!("{SERVER}/"), server::TOKEN, Some("crane-7")).await.unwrap();
    assert_eq!(enrolment.server, SERVER);
    assert_eq!(enrolment.organisation, "Clinic");

    let queued = world.agent.report(&facts("16")).unwrap();
    assert_eq!((queued.sequence, queued.full), (1, true));
    let delivery = world.deliver().await;
    assert_eq!((delivery.acknowledged, delivery.waiting, delivery.problem), (1, 0, None));

    let reports = world.server.reports();
    let Content::Full(full) = &reports[0].content else { panic!("not full") };
    assert_eq!(full.facts.os_version, facts("16").os_version);
    assert!(full.facts.adb.is_not_collected(), "what no check asks for stays here");
    assert_eq!(reports[0].catalogue_revision, 1, "the catalogue is there from the first report on");
}

#[tokio::test]
async fn the_same_facts_are_told_once() {
    let world = World::enrolled().await;
    let full = |os: &str| world.agent.report(&facts(os)).unwrap().full;
    assert!(full("16"));
    assert!(full("16"), "not acknowledged yet");
    world.deliver().await;
    assert!(!full("16"));
    assert!(full("17"));
    assert!(!full("16"));
    world.deliver().await;
    assert!(!full("17"), "17 is the newest that was acknowledged");
    world.deliver().await;
    assert_eq!(world.server.reports().len(), 6);
    assert!(world.server.held().requests.contains(&"POST /v1/reports/batch".to_owned()));
}

#[tokio::test]
async fn a_posture_that_the_device_holds_is_not_sent_again() {
    let world = World::enrolled().await;
    world.server.mood(Mood::NamesPosture, true);
    let told = async || {
        world.agent.report(&facts("16")).unwrap();
        let last = world.deliver().await.last.unwrap();
        (world.server.held().requests.last().unwrap().clone(), last.sequence, last.posture.unwrap())
    };
    let (first, _, posture) = told().await;
    assert_eq!(first, "POST /v1/reports", "the device holds none yet");
    let (second, sequence, same) = told().await;
    assert!(second.starts_with("POST /v1/reports?posture="), "{second}");
    assert_eq!((sequence, &same), (2, &posture));
    world.clock.advance(SignedDuration::from_mins(5));
    let (third, sequence, other) = told().await;
    assert_eq!((&third, sequence), (&second, 3));
    assert_ne!(other, posture, "the server has judged again, and sends what it found");
    assert_ne!(told().await.0, second);
}

#[tokio::test]
async fn a_server_that_lost_the_full_report_gets_another() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    world.deliver().await;
    world.server.mood(Mood::ForgetsFull, true);
    assert!(!world.agent.report(&facts("16")).unwrap().full);
    let delivery = world.deliver().await;
    assert_eq!((delivery.refused, delivery.waiting, delivery.report_again), (1, 0, true));
    assert_eq!(world.problems(), ["full-report-required"]);
    assert!(world.agent.report(&facts("16")).unwrap().full);
    let delivery = world.deliver().await;
    assert_eq!((delivery.acknowledged, delivery.report_again), (1, false));
    assert!(world.problems().is_empty());
    assert_eq!(world.server.reports().last().unwrap().dropped, 1);
}

#[tokio::test]
async fn a_lost_answer_does_not_burn_the_token() {
    let world = World::new();
    world.network.next([Fate::Arrives, Fate::AnswerLost]);
    let lost = world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap_err();
    assert_eq!(lost.code(), "offline");
    assert_eq!(world.agent.report(&facts("16")).unwrap_err(), AgentError::NotEnrolled);
    let enrolment = world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    assert_eq!(world.server.held().device.as_ref().unwrap().0, enrolment.device);
    assert_eq!(world.server.held().enrolments, 1);
}

#[tokio::test]
async fn a_wrong_token_changes_nothing_and_says_what_to_do() {
    let world = World::enrolled().await;
    let before = world.agent.status().unwrap();
    let error = world.agent.enrol(SERVER, "WRONG", None).await.unwrap_err();
    assert_eq!(error.code(), "enrolment-refused");
    assert_eq!(world.agent.status().unwrap(), before);
}

#[tokio::test]
async fn an_enrolment_without_a_catalogue_stands() {
    let world = World::new();
    world.network.next([Fate::Arrives, Fate::Arrives, Fate::RequestLost]);
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    assert_eq!(world.agent.status().unwrap().rules.unwrap().catalogue_revision, 0);
    world.agent.report(&facts("16")).unwrap();
    assert!(world.deliver().await.new_catalogue);
    assert_eq!(world.agent.status().unwrap().rules.unwrap().catalogue_revision, 1);
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let mut world = World::enrolled().await;
    world.agent.report(&facts("12")).unwrap();
    world.restart();
    let first = world.agent.check(&facts("12")).unwrap();
    world.clock.advance(SignedDuration::from_hours(48));
    world.restart();
    let later = world.agent.check(&facts("12")).unwrap();
    let since = |posture: &crate::judge::Posture| posture.check(crate::judge::Check::OsVersion).unwrap().since;
    assert_eq!(since(&first), since(&later), "the standing is kept");
    assert_eq!(world.deliver().await.acknowledged, 1);
    assert_eq!(world.agent.report(&facts("12")).unwrap().sequence, 2);
}

#[tokio::test]
async fn another_device_of_the_same_machine_begins_anew() {
    let mut world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    world.deliver().await;
    world.agent.report(&facts("17")).unwrap();
    world.ports.signer = Arc::new(SoftwareKey::generate(Algorithm::EdDsa).unwrap());
    world.restart();
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    world.server.held().reports.clear();
    world.server.held().seen.clear();
    let queued = world.agent.report(&facts("16")).unwrap();
    assert_eq!((queued.sequence, queued.full), (1, true));
    assert_eq!(world.deliver().await.acknowledged, 1);
}

#[tokio::test]
async fn a_device_that_left_is_silent_until_a_new_enrolment() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    world.agent.report(&facts("17")).unwrap();
    world.server.mood(Mood::Left, true);
    assert_eq!(world.agent.deliver(Background).await.unwrap_err(), AgentError::Left);
    let requests = world.server.held().requests.len();
    assert_eq!(world.agent.deliver(Urgency::PersonAsked).await.unwrap_err(), AgentError::Left);
    assert_eq!(world.agent.report(&facts("16")).unwrap_err(), AgentError::Left);
    assert_eq!(world.server.held().requests.len(), requests, "nothing is sent any more");
    let status = world.agent.status().unwrap();
    assert!(status.enrolment.unwrap().left);
    assert_eq!(status.queue.reports, 0);

    world.server.mood(Mood::Left, false);
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    assert_eq!(world.agent.report(&facts("16")).unwrap().sequence, 3);
    assert_eq!(world.deliver().await.acknowledged, 1);
}

#[tokio::test]
async fn a_device_that_the_company_closed_is_silent_until_a_new_enrolment() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    world.deliver().await;
    world.agent.report(&facts("17")).unwrap();
    world.server.mood(Mood::Unknown, true);
    world.deliver().await;
    assert_eq!(world.problems(), ["enrol-again"]);
    world.server.mood(Mood::Unknown, false);
    world.server.mood(Mood::Closed, true);
    assert_eq!(world.agent.deliver(Urgency::PersonAsked).await.unwrap_err(), AgentError::DeviceClosed);
    let requests = world.server.held().requests.len();
    assert_eq!(world.agent.deliver(Urgency::PersonAsked).await.unwrap_err(), AgentError::DeviceClosed);
    assert_eq!(world.agent.report(&facts("16")).unwrap_err(), AgentError::DeviceClosed);
    assert_eq!(world.agent.wanted_for_report().unwrap_err(), AgentError::DeviceClosed);
    assert_eq!(world.agent.pause(world.clock.now(), world.clock.now()).unwrap_err(), AgentError::DeviceClosed);
    assert_eq!(world.server.held().requests.len(), requests, "nothing is sent any more");
    let status = world.agent.status().unwrap();
    let enrolment = status.enrolment.unwrap();
    assert!(enrolment.left && enrolment.closed);
    assert_eq!((status.queue.reports, status.not_before, status.next_check_in), (0, None, None));
    assert_eq!(world.problems(), ["device-closed"], "the server has said which it is");
    assert_eq!(status.acknowledged.unwrap().sequence, 1, "what was said stays readable");
    let last = world.agent.ledger().unwrap().into_iter().rfind(|entry| entry.kind == Sent::Report).unwrap();
    assert_eq!(last.outcome, Outcome::Refused("device-closed".to_owned()));

    world.server.mood(Mood::Closed, false);
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    assert!(!world.agent.status().unwrap().enrolment.unwrap().closed);
    assert!(world.problems().is_empty());
    world.agent.report(&facts("16")).unwrap();
    assert_eq!(world.deliver().await.acknowledged, 1);
}

#[tokio::test]
async fn a_server_that_does_not_know_the_device_costs_no_report() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    world.server.mood(Mood::Unknown, true);
    let delivery = world.deliver().await;
    assert_eq!(delivery.problem.unwrap().code(), "enrol-again");
    assert_eq!(delivery.waiting, 1);
    let wait = delivery.next_try.unwrap().duration_since(world.clock.now());
    assert!(wait >= SignedDuration::from_mins(15), "it asks seldom");
    assert_eq!(world.problems(), ["enrol-again"]);
    world.server.mood(Mood::Unknown, false);
    world.clock.advance(wait);
    assert_eq!(world.deliver().await.acknowledged, 1);
    assert!(world.problems().is_empty());
}

#[tokio::test]
async fn the_ledger_shows_exactly_what_left() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    assert!(world.agent.ledger().unwrap().iter().all(|entry| entry.kind != Sent::Report), "it has not left");
    world.network.next([Fate::AnswerLost]);
    world.deliver().await;
    let report = |place: usize| {
        let entries = world.agent.ledger().unwrap();
        entries.into_iter().filter(|entry| entry.kind == Sent::Report).nth(place).unwrap()
    };
    assert_eq!((report(0).outcome, report(0).times), (Outcome::Unknown, 1));
    world.clock.advance(SignedDuration::from_mins(20));
    world.deliver().await;
    let entry = report(0);
    assert_eq!((&entry.outcome, entry.times, entry.sequence), (&Outcome::Acknowledged, 2, Some(1)));
    assert_eq!(entry.to, format!("{SERVER}/v1/reports"));
    assert_eq!(Some(&entry.sent), world.server.held().reports.get(&1));
    let kinds: Vec<Sent> = world.agent.ledger().unwrap().iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [Sent::Challenge, Sent::Enrolment, Sent::Proof, Sent::Report]);
}

#[tokio::test]
async fn a_report_of_another_platform_is_a_mistake() {
    let world = World::enrolled().await;
    let linux = DeviceFacts::nothing_collected(Platform::Linux);
    assert_eq!(world.agent.report(&linux).unwrap_err(), AgentError::WrongPlatform);
}

#[tokio::test]
async fn a_report_that_no_server_takes_is_not_made() {
    let world = World::enrolled().await;
    let error = world.agent.report(&facts(&"1".repeat(500))).unwrap_err();
    assert_eq!(error.code(), "bad-fact");
    assert!(error.to_string().contains("facts.osVersion"), "{error}");
    assert_eq!(world.agent.report(&facts("16")).unwrap().sequence, 1);
}

#[tokio::test]
async fn only_one_delivery_is_under_way() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    let other = Agent::new(world.ports.clone());
    let mut first = Box::pin(world.agent.deliver(Background));
    assert!(poll(&mut first, 1).is_none());
    assert_eq!(other.deliver(Background).await.unwrap_err(), AgentError::UnderWay);
    assert_eq!(other.report(&facts("17")).unwrap().sequence, 2, "a report can be made meanwhile");
    drop(first);
    assert_eq!(other.deliver(Background).await.unwrap().acknowledged, 2);
}

#[test]
fn status_says_everything_as_json() {
    let world = World::new();
    let empty = serde_json::to_value(world.agent.status().unwrap()).unwrap();
    assert_eq!(empty["enrolment"], serde_json::Value::Null);
    block_on(async {
        world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
        world.agent.report(&facts("16")).unwrap();
        world.deliver().await;
        world.clock.advance(SignedDuration::from_hours(1));
        world.agent.report(&facts("17")).unwrap();
        world.network.next([Fate::RequestLost]);
        world.deliver().await;
    });
    let status = serde_json::to_value(world.agent.status().unwrap()).unwrap();
    assert_eq!(status["enrolment"]["server"], SERVER);
    assert_eq!(status["rules"]["policyRevision"], 1);
    assert_eq!(status["queue"]["reports"], 1);
    assert_eq!(status["queue"]["oldest"], "2026-11-24T10:00:00Z");
    assert_eq!(status["acknowledged"]["state"], "compliant");
    assert_eq!(status["problems"][0]["code"], "offline");
    assert_eq!(status["attemptedAt"], "2026-11-24T10:00:00Z");
    assert!(status["notBefore"].is_string());
}
