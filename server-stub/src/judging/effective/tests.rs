use agent_core::judge::{Period, facts::Presence};
use jiff::SignedDuration;

use super::*;
use crate::mdm::{ManagedApp, Told, ToldFacts};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-25T12:00:00Z")
}

/// What a report of an hour ago says beside what device management said some hours before now.
fn joined(facts: &DeviceFacts, told: ToldFacts) -> (DeviceFacts, Vec<Disagreement>) {
    let reported_at = now().checked_sub(SignedDuration::from_hours(1)).ok();
    let managed = Some(Managed { source: "intune".into(), facts: told });
    let proofs = Proofs { managed, reported_at, ..Proofs::default() };
    let effective = join(facts, &Said::default(), &proofs, &EvidenceRules::default(), now());
    (effective.facts.into_owned(), effective.disagreements)
}

#[expect(clippy::unnecessary_wraps, reason = "as the facts hold it")]
fn told<T>(value: T, hours_ago: i64) -> Option<Told<T>> {
    Some(Told { value, at: now().checked_sub(SignedDuration::from_hours(hours_ago)).unwrap() })
}

fn iphone(os: &str) -> DeviceFacts {
    DeviceFacts {
        os_version: Reading::reported(os.into()),
        screen_lock: Reading::reported(true),
        ..DeviceFacts::nothing_collected(Platform::Ios)
    }
}

#[test]
fn what_no_app_may_read_comes_from_device_management() {
    let app = ManagedApp {
        presence: Presence::Installed,
        version: Some("26.38.74".into()),
        has_update_available: None,
        external_version_id: None,
    };
    let (facts, found) = joined(&iphone("26.1"), ToldFacts { whatsapp_business: told(app, 3), ..ToldFacts::default() });
    assert_eq!(facts.whatsapp_business.version, Reading::known("26.38.74".into(), Evidence::MdmConfirmed));
    assert_eq!(facts.whatsapp_business.presence, Reading::known(Presence::Installed, Evidence::MdmConfirmed));
    assert_eq!(facts.os_version, Reading::reported("26.1".into()));
    assert_eq!(found, []);
}

#[test]
fn what_the_store_offers_is_said_of_the_version_that_management_saw() {
    let offered = |reported: Option<&str>, seen: &str, offers: Option<bool>, hours: i64| {
        let mut facts = iphone("26.1");
        if let Some(version) = reported {
            facts.whatsapp_business.version = Reading::reported(version.into());
        }
        let app = ManagedApp {
            presence: Presence::Installed,
            version: Some(seen.into()),
            has_update_available: offers,
            external_version_id: None,
        };
        let told = ToldFacts { whatsapp_business: told(app, hours), ..ToldFacts::default() };
        joined(&facts, told).0.whatsapp_business.update_offered
    };
    let known = |offers| Reading::known(offers, Evidence::MdmConfirmed);
    assert_eq!(offered(None, "26.38.74", Some(true), 3), known(true));
    assert_eq!(offered(Some("26.38.74"), "26.38.74", Some(false), 3), known(false));
    assert_eq!(offered(None, "26.38.74", None, 3), Reading::default());
    assert_eq!(offered(Some("26.40.70"), "26.38.74", Some(true), 3), Reading::default(), "updated since");
    assert_eq!(offered(Some("26.38.74"), "26.38.74", Some(false), 8 * 24), Reading::default(), "past its age");
}

#[test]
fn two_that_agree_are_stronger_than_one() {
    let (facts, found) =
        joined(&iphone("26.1"), ToldFacts { os_version: told("26.1.0".into(), 30), ..ToldFacts::default() });
    assert_eq!(facts.os_version, Reading::known("26.1".into(), Evidence::MdmConfirmed));
    assert_eq!(found, []);
}

#[test]
fn of_two_words_the_newer_counts_where_a_version_went_forward() {
    let says = |os: &str, hours| {
        joined(&iphone("26.1"), ToldFacts { os_version: told(os.into(), hours), ..ToldFacts::default() })
    };
    // The phone was updated since management looked.
    assert_eq!(says("26.0", 5), (iphone("26.1"), vec![]));
    // It was updated since it reported.
    let (facts, found) = says("26.2", 0);
    assert_eq!((facts.os_version, found), (Reading::known("26.2".into(), Evidence::MdmConfirmed), vec![]));
    // Management saw a newer one before the report said the older: somebody is wrong.
    let (facts, found) = says("26.2", 5);
    assert_eq!(facts.os_version, Reading::unknown(UnknownReason::SourcesDisagree));
    let expected =
        Disagreement { fact: "osVersion", report: "26.1".into(), source: "intune".into(), other: "26.2".into() };
    assert_eq!(found, [expected]);
}

#[test]
fn the_letter_of_a_rapid_response_is_said_by_device_management_alone() {
    for hours in [0, 5] {
        let told = ToldFacts { os_version: told("26.1 (a)".into(), hours), ..ToldFacts::default() };
        let (facts, found) = joined(&iphone("26.1"), told);
        assert_eq!(facts.os_version, Reading::known("26.1 (a)".into(), Evidence::MdmConfirmed));
        assert_eq!(found, []);
    }
    // The letter is one of another version, which the phone has left since.
    let told = ToldFacts { os_version: told("26.0 (a)".into(), 5), ..ToldFacts::default() };
    assert_eq!(joined(&iphone("26.1"), told), (iphone("26.1"), vec![]));
}

#[test]
fn fresh_words_that_contradict_each_other_are_unknown_and_old_ones_give_way() {
    let says = |hours| joined(&iphone("26.1"), ToldFacts { screen_lock: told(false, hours), ..ToldFacts::default() });
    let (facts, found) = says(5);
    assert_eq!(facts.screen_lock, Reading::unknown(UnknownReason::SourcesDisagree));
    assert_eq!((found[0].fact, &*found[0].report, &*found[0].other), ("screenLock", "true", "false"));
    // A day and more before the report: the lock was set since.
    assert_eq!(says(26), (iphone("26.1"), vec![]));
    // Past its age it says nothing at all.
    let nothing = DeviceFacts { screen_lock: Reading::unknown(UnknownReason::ProbeFailed), ..iphone("26.1") };
    let old = ToldFacts { screen_lock: told(true, 8 * 24), ..ToldFacts::default() };
    assert_eq!(joined(&nothing, old.clone()), (nothing.clone(), vec![]));
    let fresh = ToldFacts { screen_lock: told(true, 6 * 24), ..ToldFacts::default() };
    assert_eq!(joined(&nothing, fresh).0.screen_lock, Reading::known(true, Evidence::MdmConfirmed));
}

#[test]
fn what_hardware_signed_is_not_shaken_by_device_management() {
    let attested =
        DeviceFacts { os_version: Reading::known("26.1".into(), Evidence::HardwareAttested), ..iphone("26.1") };
    let (facts, found) = joined(&attested, ToldFacts { os_version: told("26.2".into(), 5), ..ToldFacts::default() });
    assert_eq!((facts, found.len()), (attested, 1));
}

#[test]
fn the_next_moment_is_the_first_age_that_ends() {
    let rules = EvidenceRules { inventory_max_age: Period::from_days(1), ..EvidenceRules::default() };
    let facts = ToldFacts {
        os_version: told("26.1".into(), 20),
        screen_lock: told(true, 30),
        model: told("iPhone14,5".into(), 1),
        ..ToldFacts::default()
    };
    let proofs = Proofs { managed: Some(Managed { source: "a".into(), facts }), ..Proofs::default() };
    assert_eq!(changes_at(&proofs, &rules, now()), Some(at("2026-11-25T16:00:00Z")), "the lock's age has ended");
}

#[test]
fn patch_levels_compare_by_month_where_one_names_no_day() {
    assert_eq!(compare_patch("2026-10-05", "2026-10"), Some(Ordering::Equal));
    assert_eq!(compare_patch("2026-09-05", "2026-10"), Some(Ordering::Less));
    assert_eq!(compare_patch("2026-10-05", "2026-10-01"), Some(Ordering::Greater));
    assert_eq!(compare_patch("soon", "2026-10"), None);
}
