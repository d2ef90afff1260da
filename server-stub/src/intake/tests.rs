//! Devices that enrol and report through the router, as they would over the network.

use agent_core::{
    clock::Clock,
    judge::Reading,
    wire::{
        envelope::sha256,
        key::Algorithm,
        message::{Acknowledgement, EnrolmentAnswer},
        report::{Content, Unchanged},
        software_key::SoftwareKey,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde_json::value::RawValue;

use crate::{
    rig::{Device, facts, full, rig, verdict},
    store::StoreError,
    verify::verify,
};

#[tokio::test]
async fn a_report_is_committed_judged_and_counted() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    let acknowledged = rig.send(&mut device, facts(false)).await;
    assert_eq!((acknowledged.sequence, acknowledged.policy_revision), (1, 1));
    assert_eq!(verdict(&acknowledged, "screen-lock"), "fail");
    assert_eq!(verdict(&acknowledged, "whatsapp-business"), "unknown");
    rig.clock.advance(SignedDuration::from_hours(1));
    let acknowledged = rig.send(&mut device, facts(true)).await;
    assert_eq!(verdict(&acknowledged, "device-encryption"), "pass");
    assert_eq!(rig.count("SELECT count(*) FROM reports").await, 2);
    assert_eq!(rig.count("SELECT sum(n) FROM counts WHERE kind = 'state'").await, 1);
    assert_eq!(rig.count("SELECT sum(change) FROM count_changes").await, 1);
    let spans = "SELECT count(*) FROM spans WHERE subject = 'screen-lock'";
    assert_eq!(rig.count(spans).await, 2, "failing from the first moment on, then unknown for its complexity");
}

#[tokio::test]
async fn a_lost_answer_burns_neither_token_nor_report() {
    let rig = rig().await;
    let token = rig.token(1).await;
    let key = SoftwareKey::generate(Algorithm::EdDsa).unwrap();
    let envelope = rig.enrolment(&token, &key).await;
    let first: EnrolmentAnswer = rig.jose("/v1/enrolments", &envelope).await.unwrap();
    let again: EnrolmentAnswer = rig.jose("/v1/enrolments", &envelope).await.unwrap();
    assert_eq!(first.device, again.device);
    let other = SoftwareKey::generate(Algorithm::EdDsa).unwrap();
    let envelope = rig.enrolment(&token, &other).await;
    let refused = rig.jose::<EnrolmentAnswer>("/v1/enrolments", &envelope).await.unwrap_err();
    assert_eq!(refused.code, "enrolment-refused");

    let mut device = Device { key, challenge: first.challenge.clone(), answer: first, sequence: 0 };
    let envelope = rig.report(&mut device, full(facts(true)));
    let first: Acknowledgement = rig.jose("/v1/reports", &envelope).await.unwrap();
    let again: Acknowledgement = rig.jose("/v1/reports", &envelope).await.unwrap();
    assert_eq!((first.report_hash, first.posture), (again.report_hash, again.posture));
    assert_eq!(rig.count("SELECT count(*) FROM reports").await, 1);
}

#[tokio::test]
async fn a_posture_that_the_device_holds_is_left_out() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    let envelope = rig.report(&mut device, full(facts(true)));
    let whole: Acknowledgement = rig.jose("/v1/reports", &envelope).await.unwrap();
    let tag = whole.posture_tag.clone().unwrap();
    assert_eq!((tag.len(), whole.posture["state"].is_string()), (16, true));
    // The name is that of the very bytes that went out.
    let sent: Acknowledgement<Box<RawValue>> = rig.jose("/v1/reports", &envelope).await.unwrap();
    assert_eq!(tag, URL_SAFE_NO_PAD.encode(&sha256(sent.posture.get().as_bytes())[..12]));
    let holding = format!("/v1/reports?posture={tag}");
    let envelope = rig.report(&mut device, Content::Unchanged(Unchanged { report_hash: whole.report_hash }));
    let spared: Acknowledgement = rig.jose(&holding, &envelope).await.unwrap();
    assert_eq!((&spared.posture, spared.posture_tag.as_ref()), (&serde_json::Value::Null, Some(&tag)));
    assert_eq!(spared.state, whole.state);
    let again: Acknowledgement = rig.jose("/v1/reports?posture=AAAAAAAAAAAAAAAA", &envelope).await.unwrap();
    assert_eq!((again.posture, again.posture_tag), (whole.posture, Some(tag.clone())));
    let envelope = rig.report(&mut device, full(facts(false)));
    let other: Acknowledgement = rig.jose(&holding, &envelope).await.unwrap();
    assert_eq!(verdict(&other, "screen-lock"), "fail");
    assert_ne!(other.posture_tag, Some(tag));
}

#[tokio::test]
async fn the_same_number_with_other_bytes_is_refused_and_found() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    rig.send(&mut device, facts(true)).await;
    device.sequence = 0;
    let envelope = rig.report(&mut device, full(facts(false)));
    let refused = rig.jose::<Acknowledgement>("/v1/reports", &envelope).await.unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (409, "report-sequence-conflict"));
    assert_eq!(rig.count("SELECT count(*) FROM findings").await, 1);
    assert_eq!(rig.count("SELECT count(*) FROM reports").await, 1);
}

#[tokio::test]
async fn an_unchanged_report_needs_the_full_one_it_names() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    let acknowledged = rig.send(&mut device, facts(true)).await;
    let unchanged = |report_hash: &str| Content::Unchanged(Unchanged { report_hash: report_hash.to_owned() });
    let envelope = rig.report(&mut device, unchanged(&acknowledged.report_hash));
    let kept: Acknowledgement = rig.jose("/v1/reports", &envelope).await.unwrap();
    assert_eq!(verdict(&kept, "device-encryption"), "pass");
    // Queued offline: a full report, and after it one that names the full report before that.
    let between = rig.report(&mut device, full(facts(false)));
    let back = rig.report(&mut device, unchanged(&acknowledged.report_hash));
    let failing: Acknowledgement = rig.jose("/v1/reports", &between).await.unwrap();
    assert_eq!(verdict(&failing, "screen-lock"), "fail");
    let kept: Acknowledgement = rig.jose("/v1/reports", &back).await.unwrap();
    assert_eq!(verdict(&kept, "device-encryption"), "pass");
    let now = rig.clock.now();
    let found = rig.server.store.read(move |connection| verify(connection, now, &mut |_, _| {})).await.unwrap();
    assert_eq!(found.breaches, []);
    let envelope = rig.report(&mut device, unchanged(&"0".repeat(64)));
    let refused = rig.jose::<Acknowledgement>("/v1/reports", &envelope).await.unwrap_err();
    assert_eq!(refused.code, "full-report-required");
}

#[tokio::test]
async fn silence_and_the_end_of_grace_come_without_a_report() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    let mut known = facts(false);
    known.lock_complexity = Reading::reported(agent_core::judge::facts::LockComplexity::None);
    rig.send(&mut device, known).await;
    let states = |state: &'static str| {
        rig.count(match state {
            "in-grace" => "SELECT coalesce(sum(n), 0) FROM counts WHERE kind = 'state' AND a = 'in-grace'",
            _ => "SELECT coalesce(sum(n), 0) FROM counts WHERE kind = 'state' AND a = 'not-compliant'",
        })
    };
    assert_eq!((states("in-grace").await, states("not-compliant").await), (1, 0));
    rig.clock.advance(SignedDuration::from_hours(24 * 20));
    let settled = rig.server.settle().await.unwrap();
    assert_eq!(settled.due, 1);
    assert_eq!((states("in-grace").await, states("not-compliant").await), (0, 1));
    let open = "SELECT count(*) FROM spans WHERE subject = '' AND until IS NULL";
    assert_eq!(rig.count(open).await, 1);
    assert_eq!(rig.server.settle().await.unwrap().due, 0);
}

#[tokio::test]
async fn a_full_disk_refuses_keeps_what_it_has_and_recovers_by_itself() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    rig.send(&mut device, facts(true)).await;
    let limit = |pages: i64| {
        rig.server.store.write(move |connection| {
            let at: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            connection.query_row(&format!("PRAGMA max_page_count = {}", at + pages), [], |row| row.get::<_, i64>(0))?;
            Ok(())
        })
    };
    limit(0).await.unwrap();
    let mut refused = None;
    let mut kept = 1;
    while refused.is_none() && kept < 500 {
        rig.clock.advance(SignedDuration::from_mins(1));
        let envelope = rig.report(&mut device, full(facts(kept % 2 == 0)));
        match rig.jose::<Acknowledgement>("/v1/reports", &envelope).await {
            Ok(_) => kept += 1,
            Err(problem) => refused = Some((problem, envelope)),
        }
    }
    let (problem, envelope) = refused.expect("the disk is full");
    assert_eq!((problem.status, problem.code.as_str()), (503, "storage-full"));
    assert!(rig.server.is_ready(), "a full disk is not the end");
    assert_eq!(rig.count("SELECT count(*) FROM reports").await, kept);
    limit(10_000).await.unwrap();
    let acknowledged: Acknowledgement = rig.jose("/v1/reports", &envelope).await.unwrap();
    assert_eq!(acknowledged.sequence, device.sequence);
    let now = rig.clock.now();
    let found = rig.server.store.read(move |connection| verify(connection, now, &mut |_, _| {})).await.unwrap();
    assert_eq!(found.breaches, []);
}

#[tokio::test]
async fn a_dead_committer_is_not_ready_and_acknowledges_nothing() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    let died = rig.server.store.write(|_| -> Result<(), StoreError> { panic!("planted") }).await;
    assert!(matches!(died, Err(StoreError::Closed)));
    rig.server.died().await;
    assert!(!rig.server.is_ready());
    let envelope = rig.report(&mut device, full(facts(true)));
    let refused = rig.jose::<Acknowledgement>("/v1/reports", &envelope).await.unwrap_err();
    assert_eq!(refused.code, "not-ready");
}
