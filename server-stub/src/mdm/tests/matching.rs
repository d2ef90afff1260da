//! Which of our devices a record is about.

use agent_core::{
    judge::{Reading, UnknownReason, facts::Presence},
    wire::statement::Content,
};
use jiff::SignedDuration;

use super::{
    super::{MatchError, MatchedBy, coverage, match_by_hand, release, take_in, tend},
    *,
};

async fn said(rig: &Rig, device_ref: &str) -> super::super::Imported {
    let body = event("mdm.Connect", device_ref, "2026-11-24T08:00:00Z", &apps(&[&business("26.38.74")]));
    let found = super::super::nanomdm::parse(&body, AppLists::MayLeaveOut).unwrap();
    let (scope, now) = (rig.scope, rig.server.now());
    rig.server.store.write(move |conn| take_in(conn, scope, "nanomdm", found, now)).await.unwrap()
}

#[tokio::test]
async fn a_device_is_found_by_its_reference_and_its_inventory_is_given_out() {
    let (rig, _) = site(AppLists::MayLeaveOut).await;
    let device = rig.enrolled_as(&format!(" {} ", UDID.to_lowercase())).await.answer.device;
    let imported = said(&rig, UDID).await;
    assert_eq!((imported.changed, imported.records, imported.matched), (vec![device], 1, 1));
    let managed = rig.managed(device).await.unwrap();
    let text = serde_json::to_string(&managed).unwrap();
    assert_eq!(
        text,
        "{\"source\":\"nanomdm\",\"facts\":{\"whatsappBusiness\":{\"value\":{\"presence\":\"installed\",\
         \"version\":\"26.38.74\",\"hasUpdateAvailable\":true,\"externalVersionId\":\"871234567\"},\
         \"at\":\"2026-11-24T08:00:00Z\"}}}"
    );
    assert_eq!(serde_json::from_str::<Managed>(&text).unwrap(), managed);
    assert!(said(&rig, UDID).await.changed.is_empty(), "the same again changes nothing");
}

#[tokio::test]
async fn what_management_says_is_judged_at_once_and_no_longer_after_a_check_out() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    let mut device = rig.enrolled_as(UDID).await;
    let mut facts = crate::rig::facts(true);
    facts.whatsapp_business.presence = Reading::reported(Presence::Installed);
    facts.whatsapp_business.version = Reading::unknown(UnknownReason::PlatformForbids);
    rig.send(&mut device, facts).await;
    let known = "SELECT count(*) FROM device_states WHERE whatsapp_version = '26.38.74'";
    assert_eq!(rig.count(known).await, 0);
    rig.taken(&key, &event("mdm.Connect", UDID, "2026-11-24T08:59:00Z", &apps(&[&business("26.38.74")]))).await;
    assert_eq!(rig.count(known).await, 1);
    rig.taken(&key, &event("mdm.CheckOut", UDID, "2026-11-24T09:00:00Z", "")).await;
    assert_eq!(rig.count(known).await, 0);
}

#[test]
fn a_reference_is_looked_up_by_its_index() {
    let connection = crate::store::open::in_memory();
    let plan = format!("EXPLAIN QUERY PLAN {}", super::super::matching::CANDIDATES);
    let mut statement = connection.prepare(&plan).unwrap();
    let steps = statement.query_map(rusqlite::params![1, "A-17"], |row| row.get::<_, String>(3)).unwrap();
    let steps: Vec<_> = steps.map(Result::unwrap).collect();
    assert!(steps.iter().any(|step| step.contains("devices_by_reference (org=? AND <expr>=?)")), "{steps:?}");
}

#[tokio::test]
async fn only_a_udid_is_the_same_in_any_case() {
    let (rig, _) = site(AppLists::MayLeaveOut).await;
    rig.enrolled_as("a-17").await;
    said(&rig, "A-17").await;
    let records = rig.records(rig.scope).await;
    assert_eq!((records[0].device, records[0].candidates), (None, 0));
}

#[tokio::test]
async fn of_two_devices_with_one_reference_the_newest_that_has_not_left_counts_and_that_is_said() {
    let (rig, _) = site(AppLists::MayLeaveOut).await;
    let first = rig.enrolled_as("A-17").await;
    rig.clock.advance(SignedDuration::from_mins(1));
    let second = rig.enrolled_as("A-17").await;
    said(&rig, "A-17").await;
    let record = &rig.records(rig.scope).await[0];
    assert_eq!((record.device, record.candidates), (Some(second.answer.device), 2));
    let leaves = rig.said(&second, 1, Content::Withdrawal {});
    rig.say(&leaves).await.unwrap();
    let changed = tend(&rig.server, rig.scope).await.unwrap();
    assert_eq!(changed, [second.answer.device, first.answer.device]);
    let record = &rig.records(rig.scope).await[0];
    assert_eq!((record.device, record.candidates), (Some(first.answer.device), 1));
    assert_eq!(rig.managed(second.answer.device).await, None);
}

#[tokio::test]
async fn a_record_waits_for_its_device() {
    let (rig, _) = site(AppLists::MayLeaveOut).await;
    said(&rig, "A-17").await;
    assert_eq!(tend(&rig.server, rig.scope).await.unwrap(), []);
    let scope = rig.scope;
    let before = rig.server.store.read(move |conn| coverage(conn, scope)).await.unwrap();
    assert_eq!((before.managed, before.matched, before.missing.len(), before.unmanaged), (1, 0, 1, 0));
    let device = rig.enrolled_as("A-17").await.answer.device;
    assert_eq!(tend(&rig.server, rig.scope).await.unwrap(), [device]);
    assert!(rig.managed(device).await.is_some());
    rig.enrol().await;
    let after = rig.server.store.read(move |conn| coverage(conn, scope)).await.unwrap();
    assert_eq!((after.managed, after.matched, after.missing.len(), after.unmanaged), (1, 1, 0, 1));
}

#[tokio::test]
async fn a_match_by_hand_stays_until_it_is_taken_back_or_its_device_leaves() {
    let (rig, _) = site(AppLists::MayLeaveOut).await;
    let (device, other) = (rig.enrolled_as("A-17").await, rig.enrol().await.answer.device);
    said(&rig, "A-17").await;
    let (scope, id) = (rig.scope, device.answer.device);
    let store = rig.server.store.clone();
    let by_hand = async |to| {
        let matched = store.write(move |conn| Ok(match_by_hand(conn, scope, (None, "A-17"), to)));
        matched.await
    };
    let (source, changed) = by_hand(other).await.unwrap().unwrap();
    assert_eq!((source.as_str(), changed), ("nanomdm", vec![id, other]));
    said(&rig, "A-17").await;
    let record = &rig.records(scope).await[0];
    assert_eq!((record.device, record.matched_by), (Some(other), Some(MatchedBy::Hand)));
    let released = rig.server.store.write(move |conn| Ok(release(conn, scope, (Some("nanomdm"), "A-17"))));
    assert_eq!(released.await.unwrap().unwrap().1, [other, id]);
    assert_eq!(rig.records(scope).await[0].matched_by, Some(MatchedBy::Reference));
    by_hand(id).await.unwrap().unwrap();
    rig.say(&rig.said(&device, 1, Content::Withdrawal {})).await.unwrap();
    tend(&rig.server, scope).await.unwrap();
    assert_eq!(rig.records(scope).await[0].device, None);
    assert!(matches!(by_hand(id).await.unwrap(), Err(MatchError::NoDevice)), "it has left");
}

#[tokio::test]
async fn a_record_that_is_not_there_or_is_in_two_sources_is_not_guessed() {
    let (rig, _) = site(AppLists::MayLeaveOut).await;
    rig.source(rig.scope, "jamf", AppLists::MayLeaveOut).await;
    let (scope, now, device) = (rig.scope, rig.server.now(), rig.enrol().await.answer.device);
    let told = rig.server.store.write(move |conn| {
        let told = |which| match_by_hand(conn, scope, which, device).map_err(|error| error.to_string());
        let none = told((None, "A-17"));
        for source in ["nanomdm", "jamf"] {
            let found = Some(Inventory::known("A-17".into(), None)).into();
            take_in(conn, scope, source, found, now)?;
        }
        Ok((none, told((None, "A-17")), told((Some("jamf"), "A-17"))))
    });
    let (none, several, one) = told.await.unwrap();
    assert!(none.unwrap_err().contains("no record"));
    assert!(several.unwrap_err().contains("jamf, nanomdm"));
    assert_eq!(one.unwrap(), ("jamf".to_owned(), vec![device]));
}

#[tokio::test]
async fn a_check_out_takes_the_inventory_from_its_device() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    let device = rig.enrolled_as(UDID).await.answer.device;
    said(&rig, UDID).await;
    assert!(rig.managed(device).await.is_some());
    let body = event("mdm.CheckOut", UDID, "2026-11-24T08:30:00Z", "");
    let found = super::super::nanomdm::parse(&body, AppLists::MayLeaveOut).unwrap();
    let (scope, now) = (rig.scope, rig.server.now());
    let imported = rig.server.store.write(move |conn| take_in(conn, scope, "nanomdm", found, now)).await.unwrap();
    assert_eq!(imported.changed, [device]);
    assert_eq!(rig.managed(device).await, None);
    rig.taken(&key, &event("mdm.TokenUpdate", UDID, "2026-11-24T08:40:00Z", "")).await;
    assert_eq!(rig.managed(device).await.unwrap().facts, super::super::ToldFacts::default());
}
