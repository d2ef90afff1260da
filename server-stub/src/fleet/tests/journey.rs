//! What the real intake has judged, as IT is shown it.

use agent_core::{
    judge::{Check, DeviceFacts, DeviceState, Reading, Verdict, facts::LockComplexity},
    wire::id::DeviceId,
};
use jiff::SignedDuration;

use crate::{
    fleet::{Device, device::device, summary::summary, timeline},
    rig::{Rig, facts, rig},
    scope::Scope,
};

async fn look(rig: &Rig, id: DeviceId) -> Device {
    let (scope, now) = (rig.scope, rig.server.now());
    rig.server.store.read(move |connection| device(connection, scope, id, now)).await.unwrap().unwrap()
}

fn check(device: &Device, check: Check) -> &crate::fleet::device::DeviceCheck {
    device.checks.iter().find(|one| one.check == check).unwrap()
}

#[tokio::test]
async fn a_device_is_shown_with_its_checks_history_and_signed_report() {
    let rig = rig().await;
    let mut phone = rig.enrol().await;
    let enrolled_at = rig.server.now();
    let locked = DeviceFacts { lock_complexity: Reading::reported(LockComplexity::High), ..facts(true) };
    rig.send(&mut phone, locked).await;
    rig.clock.advance(SignedDuration::from_hours(48));
    rig.send(&mut phone, facts(false)).await;
    let failing_since = rig.server.now();
    rig.clock.advance(SignedDuration::from_hours(1));

    let id = phone.answer.device;
    let shown = look(&rig, id).await;
    assert_eq!((shown.enrolled_at, shown.agent_version.as_str(), shown.gaps), (enrolled_at, "0.1.0", 0));
    let lock = check(&shown, Check::ScreenLock);
    assert_eq!((lock.verdict, lock.in_grace, lock.since), (Verdict::Fail, true, failing_since));
    assert_eq!(lock.history.len(), 2, "what was so for no time at all leaves no span");
    assert_eq!((lock.history[0].word.as_str(), lock.history[0].until), ("pass", Some(failing_since)));
    assert_eq!((lock.history[1].since, lock.history[1].until), (failing_since, None));
    let report = shown.last_report.as_ref().unwrap();
    assert!(report.signature_verifies && report.fresh);
    assert_eq!((report.sequence, report.algorithm.as_str()), (2, "ES256"));
    assert!(report.payload.contains("\n  \"sequence\": 2"), "{}", report.payload);
    assert_eq!(shown.history.last().unwrap().word, shown.row.state.as_str());

    let past = |hours| {
        let (scope, at) = (rig.scope, enrolled_at.checked_add(SignedDuration::from_hours(hours)).unwrap());
        rig.server.store.read(move |connection| timeline::at(connection, scope, id, at))
    };
    let before = past(47).await.unwrap().unwrap();
    assert_eq!(before.checks[&Check::ScreenLock].word, "pass");
    assert!(before.state.is_some());
    let after = past(48).await.unwrap().unwrap();
    assert_eq!(after.checks[&Check::ScreenLock].word, "fail");
    let never = past(-1).await.unwrap().unwrap();
    assert_eq!((never.state, never.checks.len()), (None, 0), "before enrolment nothing was so");

    let told = summary_of(&rig).await;
    assert_eq!(told.states.of(shown.row.state), 1);
    assert_eq!(told.states.total(), 1);
}

async fn summary_of(rig: &Rig) -> crate::fleet::Summary {
    let (scope, now) = (rig.scope, rig.server.now());
    rig.server.store.read(move |connection| summary(connection, scope, None, now)).await.unwrap()
}

#[tokio::test]
async fn silence_shows_as_stale_in_list_history_and_trend() {
    let rig = rig().await;
    let mut phone = rig.enrol().await;
    rig.send(&mut phone, facts(true)).await;
    rig.clock.advance(SignedDuration::from_hours(24 * 5));
    rig.server.settle().await.unwrap();
    let shown = look(&rig, phone.answer.device).await;
    assert_eq!(shown.row.state, DeviceState::Stale);
    assert_eq!(shown.history.last().unwrap().word, "stale");
    let told = summary_of(&rig).await;
    assert_eq!((told.states.stale, told.trend.len()), (1, 6));
    assert_eq!(told.trend.iter().map(|day| day.states.stale).collect::<Vec<_>>(), [0, 0, 0, 1, 1, 1]);
}

#[tokio::test]
async fn a_changed_stored_envelope_no_longer_verifies() {
    let rig = rig().await;
    let mut phone = rig.enrol().await;
    rig.send(&mut phone, facts(true)).await;
    let spoil = "UPDATE reports SET envelope = replace(envelope, substr(envelope, -20, 1), 'A') || ''";
    rig.server.store.write(move |connection| Ok(connection.execute(spoil, [])?)).await.unwrap();
    let shown = look(&rig, phone.answer.device).await;
    assert!(!shown.last_report.unwrap().signature_verifies);
}

#[tokio::test]
async fn another_organisation_sees_no_device() {
    let rig = rig().await;
    let phone = rig.enrol().await;
    let (other, now, id) = (Scope::proven(2), rig.server.now(), phone.answer.device);
    let seen = rig.server.store.read(move |connection| device(connection, other, id, now)).await.unwrap();
    assert_eq!(seen, None);
    let past = rig.server.store.read(move |connection| timeline::at(connection, other, id, now)).await.unwrap();
    assert_eq!(past, None);
}
