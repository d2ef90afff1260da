//! What a person is shown, with and without the network.

use super::*;
use crate::judge::{Check, DeviceState, Remediation, Verdict, text::Language};

#[tokio::test]
async fn the_devices_own_verdicts_are_shown_until_the_server_has_answered() {
    let mut world = World::new();
    let shown = |world: &World| world.agent.overview(Language::En).unwrap();
    let nothing = shown(&world);
    assert_eq!((nothing.headline.as_str(), nothing.posture), ("This device is not enrolled.", None));

    world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
    let enrolled = shown(&world);
    assert_eq!((enrolled.headline.as_str(), enrolled.posture), ("Nothing has been checked yet.", None));

    let mut unlocked = facts("12");
    unlocked.screen_lock = Reading::reported(false);
    world.agent.report(&unlocked).unwrap();
    world.network.next([Fate::RequestLost]);
    world.deliver().await;
    world.restart();
    let offline = shown(&world);
    let posture = offline.posture.unwrap();
    assert_eq!((posture.state, posture.provisional), (DeviceState::InGrace, true));
    assert_eq!(offline.headline, "There is something to fix, with time left (2).");
    assert_eq!(offline.checked_at, Some(world.clock.now()));
    assert_eq!(offline.sent_at, None);
    assert_eq!(offline.problems[0].words, "The server cannot be reached. It is tried again when there is a network.");
    let [lock, os] = &posture.checks[..] else { panic!("two checks") };
    assert_eq!((os.check, os.verdict, os.in_grace), (Check::OsVersion, Verdict::Fail, true));
    assert_eq!((lock.check, lock.verdict, lock.in_grace), (Check::ScreenLock, Verdict::Fail, true));
    assert_eq!((os.remediation, lock.remediation), (Remediation::UpdateSystem, Remediation::SetScreenLock));
    assert!(lock.deadline.is_some() && lock.told.fix.is_some());

    world.agent.deliver(Urgency::PersonAsked).await.unwrap();
    let answered = shown(&world);
    let posture = answered.posture.unwrap();
    assert_eq!((posture.state, posture.provisional), (DeviceState::Compliant, false));
    assert_eq!(answered.headline, "All is well.");
    assert!(answered.sent_at.is_some() && answered.problems.is_empty());

    world.agent.report(&unlocked).unwrap();
    assert!(shown(&world).posture.unwrap().provisional, "newer than what the server answered");
}

#[tokio::test]
async fn what_was_judged_for_another_enrolment_is_not_shown() {
    let world = World::enrolled().await;
    world.agent.report(&facts("16")).unwrap();
    world
        .ports
        .storage
        .write("own-posture.json", &{
            let kept = world.ports.storage.read("own-posture.json").unwrap().unwrap();
            let mut kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
            kept["device"] = crate::wire::id::DeviceId::new(1, [9; 12]).to_string().into();
            serde_json::to_vec(&kept).unwrap()
        })
        .unwrap();
    assert_eq!(world.agent.overview(Language::Es).unwrap().posture, None);
}
