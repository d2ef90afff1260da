//! Messages come in any order, more than once, and late.

use agent_core::judge::facts::Presence;
use proptest::prelude::*;

use super::{
    super::{ManagedApp, ManagedFacts},
    *,
};

fn said(minute: i8, retired: bool, facts: ManagedFacts) -> (Inventory, Timestamp) {
    let at = moment(&format!("2026-11-24T08:{minute:02}:00Z"));
    (Inventory { device_ref: UDID.into(), seen_at: Some(at), retired, facts }, at)
}

fn app(version: &str) -> ManagedFacts {
    let app = ManagedApp {
        presence: Presence::Installed,
        version: Some(version.into()),
        has_update_available: None,
        external_version_id: None,
    };
    ManagedFacts { whatsapp_business: Some(app), ..ManagedFacts::default() }
}

fn lock(is_set: bool) -> ManagedFacts {
    ManagedFacts { screen_lock: Some(is_set), ..ManagedFacts::default() }
}

fn record_of(messages: &[(Inventory, Timestamp)]) -> Record {
    let now = moment("2026-11-24T09:00:00Z");
    let mut record = Record::new("nanomdm", UDID.into(), now);
    for (inventory, at) in messages {
        record.take(inventory.clone(), *at, now);
    }
    record
}

#[test]
fn the_newer_word_wins_field_by_field() {
    let record =
        record_of(&[said(2, false, app("26.38.74")), said(1, false, app("26.37.70")), said(1, false, lock(true))]);
    let told = record.facts.whatsapp_business.unwrap();
    assert_eq!((told.value.version.as_deref(), told.at), (Some("26.38.74"), moment("2026-11-24T08:02:00Z")));
    assert_eq!(record.facts.screen_lock.unwrap().at, moment("2026-11-24T08:01:00Z"));
}

#[test]
fn an_absence_takes_the_version_with_it() {
    let absent = ManagedFacts { whatsapp_business: Some(super::super::whatsapp::absent()), ..ManagedFacts::default() };
    let record = record_of(&[said(1, false, app("26.38.74")), said(2, false, absent)]);
    assert_eq!(record.facts.whatsapp_business.unwrap().value, super::super::whatsapp::absent());
}

#[test]
fn a_correction_of_the_same_moment_counts_and_a_repeat_changes_nothing() {
    let now = moment("2026-11-24T09:00:00Z");
    let mut record = record_of(&[said(1, false, lock(true))]);
    let again = said(1, false, lock(true));
    assert!(!record.take(again.0, again.1, now));
    let corrected = said(1, false, lock(false));
    assert!(record.take(corrected.0, corrected.1, now));
    assert!(!record.facts.screen_lock.unwrap().value);
}

#[test]
fn a_check_out_ends_what_was_known_and_a_late_message_does_not_bring_it_back() {
    let mut record = record_of(&[said(1, false, app("26.38.74")), said(5, true, ManagedFacts::default())]);
    assert!(record.is_retired());
    assert_eq!(record.facts, super::super::ToldFacts::default());
    let late = said(3, false, lock(true));
    assert!(!record.take(late.0, late.1, late.1));
    assert!(record.is_retired());
    let again = said(6, false, lock(true));
    assert!(record.take(again.0, again.1, again.1));
    assert!(!record.is_retired() && record.facts.whatsapp_business.is_none());
}

proptest! {
    /// The same messages in any order, each perhaps twice, leave the same record.
    #[test]
    fn any_order_leaves_the_same_record(
        order in Just(vec![0_usize, 1, 2, 3, 4, 5, 6, 0, 3, 5]).prop_shuffle(), check_out in 0_i8..9,
    ) {
        let messages = [
            said(0, false, app("26.36.70")),
            said(1, false, lock(false)),
            said(3, false, app("26.37.70")),
            said(check_out, true, ManagedFacts::default()),
            said(5, false, lock(true)),
            said(7, false, app("26.38.74")),
            said(8, false, ManagedFacts::default()),
        ];
        let shuffled: Vec<_> = order.into_iter().map(|at| messages[at].clone()).collect();
        prop_assert_eq!(record_of(&shuffled), record_of(&messages));
    }
}

#[tokio::test]
async fn deliveries_out_of_order_and_repeated_end_in_the_newest() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    let newer = event("mdm.Connect", UDID, "2026-11-24T08:30:00Z", &apps(&[&business("26.38.74")]));
    let older = event("mdm.Connect", UDID, "2026-11-24T08:00:00Z", &apps(&[&business("26.30.70")]));
    let security = event("mdm.Connect", UDID, "2026-11-24T08:10:00Z", &security(true));
    for body in [&newer, &security, &newer, &older] {
        rig.taken(&key, body).await;
    }
    let records = rig.records(rig.scope).await;
    assert_eq!(records.len(), 1);
    let facts = &records[0].facts;
    assert_eq!(facts.whatsapp_business.as_ref().unwrap().value.version.as_deref(), Some("26.38.74"));
    assert_eq!(facts.screen_lock.as_ref().unwrap().at, moment("2026-11-24T08:10:00Z"));
}

#[tokio::test]
async fn a_clock_that_is_ahead_makes_nothing_newer_than_now() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    rig.taken(&key, &event("mdm.Connect", UDID, "2036-01-01T00:00:00Z", &security(true))).await;
    let records = rig.records(rig.scope).await;
    assert_eq!(records[0].facts.screen_lock.as_ref().unwrap().at, moment("2026-11-24T09:00:00Z"));
}
