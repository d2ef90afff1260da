//! What a person says, and what the agent makes of it.

use serde_json::json;

use super::*;
use crate::{
    client::{AgentError, Held, Leaving, Outcome, Sent, Urgency::Background, statements, transport::Response},
    judge::{Check, Verdict, facts::Declaration, text::Language},
    wire::{
        key::{PublicKey, SignError, Signer},
        report::Content,
        statement::{self, Subject},
    },
};

/// A policy with a notice to acknowledge, rules and two questions; quiet after seven in Madrid.
fn spec() -> serde_json::Value {
    json!({
        "notice": { "version": 2, "text": { "es": "Miramos el bloqueo.", "en": "We look at the lock." } },
        "quietHours": { "timezone": "Europe/Madrid", "windows": ["Mon-Sun 19:00-08:00"] },
        "checks": {
            "screen-lock": {},
            "usage-rules": { "version": 3 },
            "declarations": { "two-step-verification": { "maxAge": "180d" }, "away-message": true },
        },
    })
}

async fn asking() -> World {
    let world = World::new();
    world.server.set_policy(1, 1, &spec());
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    world
}

/// One whose person has read the notice.
async fn informed() -> World {
    let world = asking().await;
    world.agent.acknowledge(Subject::Notice, 2, Language::Es).unwrap();
    assert_eq!(world.deliver().await.statements, 1);
    world
}

fn said(world: &World) -> Vec<statement::Content> {
    world.server.statements().into_iter().map(|statement| statement.content).collect()
}

#[tokio::test]
async fn nothing_is_reported_before_the_notice_was_acknowledged() {
    let world = asking().await;
    assert_eq!(world.agent.report(&facts("16")).unwrap_err(), AgentError::NoticePending);
    assert!(world.agent.status().unwrap().statements.notice_pending);
    let notice = world.agent.papers(Language::Es).unwrap().notice;
    assert_eq!((notice.version, notice.pending, notice.acknowledged_on), (2, true, None));
    let other = world.agent.acknowledge(Subject::Notice, 1, Language::Es).unwrap_err();
    assert_eq!(other, AgentError::OtherVersion { in_force: Some(2) });

    world.agent.acknowledge(Subject::Notice, 2, Language::Es).unwrap();
    assert_eq!(world.agent.report(&facts("16")).unwrap().sequence, 1);
    let delivery = world.deliver().await;
    assert_eq!((delivery.statements, delivery.acknowledged, delivery.statements_waiting), (1, 1, 0));
    let statement::Content::Acknowledgement(told) = &said(&world)[0] else { panic!("not an acknowledgement") };
    assert_eq!((told.subject, told.version, told.language), (Subject::Notice, 2, Language::Es));
    assert_eq!(told.text_hash, statements::text_hash("Miramos el bloqueo."));
    let posts: Vec<String> =
        world.server.held().requests.iter().filter(|one| one.starts_with("POST")).cloned().collect();
    assert_eq!(posts[2..], ["POST /v1/statements", "POST /v1/reports"], "what was said comes first");
    let notice = world.agent.papers(Language::En).unwrap().notice;
    assert_eq!((notice.pending, notice.acknowledged_on), (false, Some("2026-11-24".parse().unwrap())));
}

#[tokio::test]
async fn a_changed_notice_is_asked_for_again_and_found_without_a_report() {
    let world = asking().await;
    let mut changed = spec();
    changed["notice"]["text"]["es"] = "Miramos también el cifrado.".into();
    world.server.set_policy(1, 2, &changed);
    world.agent.acknowledge(Subject::Notice, 2, Language::Es).unwrap();
    world.deliver().await;
    assert!(!world.deliver().await.new_policy, "nobody waits any more");
    world.agent.report(&facts("16")).unwrap();
    assert!(world.deliver().await.new_policy);
    // The same version with other words is another notice.
    assert_eq!(world.agent.report(&facts("16")).unwrap_err(), AgentError::NoticePending);
    changed["notice"]["givenElsewhere"] = true.into();
    world.server.set_policy(1, 3, &changed);
    assert!(world.deliver().await.new_policy, "a phone that reports nothing still hears of a newer policy");
    assert_eq!(world.agent.report(&facts("16")).unwrap().sequence, 2);
}

#[tokio::test]
async fn what_the_person_said_stands_in_the_facts() {
    let world = informed().await;
    let verdict = |check| world.agent.check(&facts("16")).unwrap().check(check).unwrap().verdict;
    assert_eq!((verdict(Check::UsageRules), verdict(Check::Declarations)), (Verdict::Fail, Verdict::Fail));
    world.agent.acknowledge(Subject::UsageRules, 3, Language::En).unwrap();
    world.agent.declare(Declaration::TwoStepVerification, true).unwrap();
    world.agent.declare(Declaration::AwayMessage, false).unwrap();
    assert_eq!((verdict(Check::UsageRules), verdict(Check::Declarations)), (Verdict::Pass, Verdict::Fail));
    world.agent.declare(Declaration::AwayMessage, true).unwrap();
    assert_eq!(verdict(Check::Declarations), Verdict::Pass, "the newest answer counts");
    assert_eq!(world.agent.declare(Declaration::LinkedDevices, true).unwrap_err(), AgentError::NotAsked);
    world.agent.report(&facts("16")).unwrap();
    world.deliver().await;
    let Content::Full(full) = &world.server.reports()[0].content else { panic!("not full") };
    let on = "2026-11-24".parse().unwrap();
    assert_eq!(full.facts.usage_rules.value().unwrap().as_ref().map(|rules| (rules.version, rules.on)), Some((3, on)));
    assert_eq!(full.facts.declarations.value().unwrap().len(), 2);
    let papers = world.agent.papers(Language::En).unwrap();
    let two_step = &papers.declarations[0];
    assert_eq!((two_step.pending, two_step.expires_on), (false, Some("2027-05-23".parse().unwrap())));
    world.clock.advance(SignedDuration::from_hours(181 * 24));
    assert!(world.agent.papers(Language::En).unwrap().declarations[0].pending, "it is asked again");
}

#[tokio::test]
async fn days_are_those_of_the_policys_zone_and_the_servers_clock() {
    let world = informed().await;
    // Two days on, half past midnight in Madrid.
    world.clock.advance_to(at("2026-11-26T23:30:00Z"));
    world.agent.acknowledge(Subject::UsageRules, 3, Language::Es).unwrap();
    let on = world.agent.papers(Language::Es).unwrap().usage_rules.unwrap().acknowledged_on;
    assert_eq!(on, Some("2026-11-27".parse().unwrap()));
}

#[tokio::test]
async fn to_say_the_same_again_changes_nothing() {
    let world = informed().await;
    world.agent.acknowledge(Subject::Notice, 2, Language::Es).unwrap();
    assert_eq!(world.agent.status().unwrap().statements.waiting, 0);
    world.agent.acknowledge(Subject::Notice, 2, Language::En).unwrap();
    assert_eq!(world.agent.status().unwrap().statements.waiting, 1, "in another language it is another text");
}

#[tokio::test]
async fn a_lost_answer_repeats_the_same_bytes() {
    let mut world = informed().await;
    world.agent.declare(Declaration::AwayMessage, true).unwrap();
    world.network.next([Fate::AnswerLost]);
    assert_eq!(world.deliver().await.problem.unwrap().code(), "offline");
    assert_eq!(world.server.statements().len(), 2);
    world.restart();
    world.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(world.deliver().await.statements, 1);
    assert_eq!(world.server.statements().len(), 2);
    let entries = world.agent.ledger().unwrap();
    let entry = entries.iter().rfind(|entry| entry.kind == Sent::Statement).unwrap();
    assert_eq!((entry.sequence, entry.times, &entry.outcome), (Some(2), 2, &Outcome::Acknowledged));
}

#[tokio::test]
async fn no_report_overtakes_what_was_said() {
    let world = informed().await;
    world.agent.declare(Declaration::AwayMessage, true).unwrap();
    world.agent.report(&facts("16")).unwrap();
    world.network.next([Fate::RequestLost]);
    let delivery = world.deliver().await;
    assert_eq!((delivery.acknowledged, delivery.waiting, delivery.statements_waiting), (0, 1, 1));
    assert!(world.server.reports().is_empty());
}

#[tokio::test]
async fn only_a_problem_document_gives_one_up_and_it_is_told() {
    let world = informed().await;
    world.agent.declare(Declaration::AwayMessage, true).unwrap();
    let sign_in = Response { status: 200, body: b"<html>sign in</html>".to_vec(), ..Response::default() };
    world.network.next([Fate::Instead(sign_in)]);
    assert_eq!(world.deliver().await.statements_waiting, 1, "a sign-in page costs nothing");
    world.server.spend_challenges();
    world.clock.advance(SignedDuration::from_hours(1));
    let delivery = world.deliver().await;
    assert_eq!(delivery.problem.unwrap().code(), "statement-refused");
    assert_eq!(delivery.statements_waiting, 0);
    assert_eq!(world.problems(), ["statement-refused"]);
    let entries = world.agent.ledger().unwrap();
    let entry = entries.iter().rfind(|entry| entry.kind == Sent::Statement).unwrap();
    assert_eq!(entry.outcome, Outcome::Refused("challenge-invalid".into()));
    world.agent.declare(Declaration::AwayMessage, true).unwrap();
    assert_eq!(world.deliver().await.statements, 1, "it has a new challenge by now");
    assert!(world.problems().is_empty());
}

#[tokio::test]
async fn what_was_said_is_never_dropped_but_too_much_is_refused() {
    let world = informed().await;
    for turn in 0..statements::MOST_WAITING {
        world.agent.declare(Declaration::AwayMessage, turn % 2 == 0).unwrap();
    }
    let error = world.agent.declare(Declaration::AwayMessage, true).unwrap_err();
    assert_eq!(error, AgentError::TooManyStatements { waiting: statements::MOST_WAITING });
    assert!(error.to_string().contains("64"), "{error}");
    world.clock.advance(SignedDuration::from_hours(24 * 60));
    let delivery = world.agent.deliver(Urgency::PersonAsked).await.unwrap();
    assert_eq!((delivery.statements, delivery.statements_waiting), (64, 0));
    let numbers: Vec<u64> = world.server.statements().iter().map(|one| one.number).collect();
    assert_eq!(numbers, (1..=65).collect::<Vec<_>>());
}

#[tokio::test]
async fn quiet_hours_hold_back_what_was_said_unless_the_person_asks() {
    let world = informed().await;
    world.clock.advance_to(at("2026-11-24T20:00:00Z"));
    world.agent.acknowledge(Subject::UsageRules, 3, Language::Es).unwrap();
    let held = world.deliver().await;
    assert!(matches!(held.held, Some(Held::QuietHours { .. })));
    assert_eq!((held.statements_waiting, world.server.statements().len()), (1, 1));
    assert_eq!(world.agent.deliver(Urgency::PersonAsked).await.unwrap().statements, 1);
}

#[tokio::test]
async fn while_a_pause_lasts_nothing_is_sent() {
    let world = informed().await;
    let (from, until) = (at("2026-11-24T12:00:00Z"), at("2026-11-26T20:00:00Z"));
    for (from, until) in [(until, from), (at("2026-11-01T00:00:00Z"), at("2026-11-20T00:00:00Z"))] {
        assert_eq!(world.agent.pause(from, until).unwrap_err(), AgentError::BadPause);
    }
    assert_eq!(world.agent.pause(from, at("2027-11-26T20:00:00Z")).unwrap_err(), AgentError::BadPause);
    world.agent.pause(from, until).unwrap();
    assert_eq!(world.deliver().await.statements, 1, "it is told before it begins");
    assert_eq!(world.agent.quiet_until().unwrap(), None);
    world.clock.advance_to(at("2026-11-25T10:00:00Z"));
    // It ends in the evening; quiet hours follow.
    let morning = at("2026-11-27T07:00:00Z");
    assert_eq!(world.agent.quiet_until().unwrap(), Some(morning));
    assert_eq!(world.deliver().await.held, Some(Held::Pause { until: morning }));
    assert_eq!(world.agent.status().unwrap().statements.paused_until, Some(until));
    // Back early.
    let now = world.clock.now();
    world.agent.pause(now, now).unwrap();
    assert_eq!(world.agent.quiet_until().unwrap(), None);
    assert_eq!(world.deliver().await.statements, 1);
}

#[tokio::test]
async fn a_pause_is_meant_by_the_clock_that_the_person_sees() {
    let world = informed().await;
    let hours = SignedDuration::from_hours;
    let now = world.clock.now();
    world.clock.set(now + hours(3));
    world.agent.pause(now + hours(4), now + hours(8)).unwrap();
    world.clock.advance(hours(2));
    assert_eq!(world.agent.status().unwrap().statements.paused_until, Some(now + hours(8)));
    assert_eq!(world.deliver().await.held, Some(Held::Pause { until: now + hours(8) }));
}

#[tokio::test]
async fn whoever_withdraws_is_forgotten_once_the_server_knows() {
    let world = informed().await;
    world.agent.report(&facts("16")).unwrap();
    world.clock.advance_to(at("2026-11-24T20:00:00Z"));
    world.network.next([Fate::RequestLost]);
    assert_eq!(world.agent.withdraw().await.unwrap_err().code(), "offline");
    let status = world.agent.status().unwrap();
    assert_eq!((status.queue.reports, status.statements.withdraws), (0, true), "no report leaves any more");
    assert_eq!(world.agent.report(&facts("16")).unwrap_err(), AgentError::Left);
    assert_eq!(world.agent.declare(Declaration::AwayMessage, true).unwrap_err(), AgentError::Left);

    // In quiet hours, by itself; the answer is lost, and the server says the same again.
    world.clock.advance(SignedDuration::from_mins(30));
    world.network.next([Fate::AnswerLost]);
    assert_eq!(world.deliver().await.problem.unwrap().code(), "offline");
    world.clock.advance(SignedDuration::from_mins(30));
    assert_eq!(world.agent.deliver(Background).await.unwrap_err(), AgentError::Left);
    assert_eq!(said(&world).last(), Some(&statement::Content::Withdrawal {}));
    assert!(world.server.reports().is_empty());

    forgotten(&world);
    assert_eq!(world.agent.withdraw().await.unwrap_err(), AgentError::NotEnrolled);
    assert!(world.agent.ledger().unwrap().iter().any(|entry| entry.kind == Sent::Statement));
}

/// That all is forgotten but what left.
fn forgotten(world: &World) {
    let left = world.ports.storage.list("").unwrap();
    assert!(left.iter().all(|name| name.starts_with("ledger-")), "{left:?}");
    assert_eq!(world.agent.status().unwrap().enrolment, None);
    assert!(!world.agent.ledger().unwrap().is_empty());
}

#[tokio::test]
async fn whoever_was_taken_out_meanwhile_can_withdraw_all_the_same() {
    for (mood, leaving) in
        [(Mood::Left, Leaving::Told), (Mood::Closed, Leaving::Closed), (Mood::Unknown, Leaving::Untold)]
    {
        // Known to the device or not, and with something said before it or not.
        for (is_known, says_more) in [(false, false), (false, true), (true, false)] {
            let world = informed().await;
            world.server.mood(mood, true);
            if is_known {
                world.agent.report(&facts("16")).unwrap();
                let _ = world.agent.deliver(Urgency::PersonAsked).await;
            }
            if says_more {
                world.agent.declare(Declaration::AwayMessage, true).unwrap();
            }
            assert_eq!(world.agent.withdraw().await, Ok(leaving), "{mood:?} {is_known} {says_more}");
            forgotten(&world);
        }
    }
}

#[tokio::test]
async fn whoever_left_and_was_closed_before_the_server_heard_is_forgotten() {
    for says_more in [false, true] {
        let world = informed().await;
        if says_more {
            world.agent.declare(Declaration::AwayMessage, true).unwrap();
        }
        world.network.next([Fate::RequestLost]);
        assert_eq!(world.agent.withdraw().await.unwrap_err().code(), "offline");
        world.server.mood(Mood::Closed, true);
        assert_eq!(world.agent.deliver(Urgency::PersonAsked).await.unwrap_err(), AgentError::DeviceClosed);
        forgotten(&world);
    }
}

/// A key that is gone, or that does not answer just now.
#[derive(Debug)]
struct Silent(SignError);

impl Signer for Silent {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDsa
    }

    fn public_key(&self) -> Result<PublicKey, SignError> {
        Err(self.0.clone())
    }

    fn sign(&self, _: &[u8]) -> Result<[u8; 64], SignError> {
        Err(self.0.clone())
    }
}

#[tokio::test]
async fn whoever_lost_the_key_can_withdraw_and_knows_that_nobody_was_told() {
    let mut world = informed().await;
    let before = world.server.held().requests.len();
    world.ports.signer = Arc::new(Silent(SignError::Unavailable));
    world.restart();
    assert_eq!(world.agent.withdraw().await.unwrap_err(), AgentError::Sign(SignError::Unavailable));
    assert!(!world.agent.status().unwrap().statements.withdraws, "it can be said again");
    world.ports.signer = Arc::new(Silent(SignError::KeyLost));
    world.restart();
    assert_eq!(world.agent.withdraw().await, Ok(Leaving::Untold));
    assert_eq!(world.server.held().requests.len(), before);
    forgotten(&world);
}

#[tokio::test]
async fn what_was_signed_before_the_key_was_lost_is_told_all_the_same() {
    let mut world = informed().await;
    world.network.next([Fate::RequestLost]);
    assert_eq!(world.agent.withdraw().await.unwrap_err().code(), "offline");
    world.ports.signer = Arc::new(Silent(SignError::KeyLost));
    world.restart();
    assert_eq!(world.agent.withdraw().await, Ok(Leaving::Told));
    assert_eq!(said(&world).last(), Some(&statement::Content::Withdrawal {}));
}

#[tokio::test]
async fn another_device_of_the_same_machine_has_said_nothing() {
    let mut world = informed().await;
    world.agent.acknowledge(Subject::UsageRules, 3, Language::Es).unwrap();
    world.ports.signer = Arc::new(SoftwareKey::generate(Algorithm::EdDsa).unwrap());
    world.restart();
    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    world.server.held().statements.clear();
    let papers = world.agent.papers(Language::Es).unwrap();
    assert!(papers.notice.pending && papers.usage_rules.unwrap().pending);
    world.agent.acknowledge(Subject::Notice, 2, Language::Es).unwrap();
    world.deliver().await;
    assert_eq!(world.server.statements()[0].number, 1);
}
