//! The page of coverage.

use jiff::tz::TimeZone;

use super::{
    super::{Coverage, ManagedFacts, RETENTION_DAYS, coverage},
    *,
};
use crate::pages::{self, Chrome, Language, Theme};

fn page(coverage: &Coverage, language: Language) -> String {
    let chrome = Chrome {
        language,
        theme: Theme::Auto,
        organisation: "Clínica Levante".into(),
        viewer: None,
        path: "/devices/coverage".into(),
        now: moment("2026-11-24T09:00:00Z"),
        zone: TimeZone::UTC,
    };
    pages::coverage::render(coverage, &chrome).0
}

fn missing(device_ref: &str) -> Record {
    let at = moment("2026-11-22T09:00:00Z");
    let mut record = Record::new("nanomdm", device_ref.into(), at);
    let facts = ManagedFacts { model: Some("iPhone14,5".into()), ..ManagedFacts::default() };
    let said = Inventory { facts, ..Inventory::known(device_ref.into(), Some(at)) };
    record.take(said, at, at);
    record
}

#[test]
fn the_page_names_what_is_missing_in_both_languages() {
    let coverage = Coverage { managed: 3, matched: 2, unmanaged: 1, missing: vec![missing("<b>A-17</b>")] };
    let english = page(&coverage, Language::En);
    let days = format!("forgotten {RETENTION_DAYS} days");
    for part in
        ["1 managed device is not enrolled", "Enrolled: 2 of 3", "1 enrolled device is in no", "iPhone14,5", &days]
    {
        assert!(english.contains(part), "{part}: {english}");
    }
    assert!(!english.contains("<b>A-17") && english.contains("A-17"), "a reference is text, never markup");
    assert!(page(&coverage, Language::Es).contains("1 dispositivo gestionado no está inscrito"));
    let many = Coverage { missing: (0..501).map(|n| missing(&format!("A-{n}"))).collect(), ..coverage };
    let long = page(&many, Language::En);
    assert!(long.contains("500 are shown") && long.contains("A-499") && !long.contains("A-500<"));
    let whole = Coverage { managed: 2, matched: 2, unmanaged: 0, missing: Vec::new() };
    assert!(page(&whole, Language::Es).contains("Todos los dispositivos gestionados están inscritos"));
}

#[tokio::test]
async fn what_management_no_longer_has_is_not_missing() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    rig.taken(&key, &event("mdm.TokenUpdate", "A-1", "2026-11-24T08:00:00Z", "")).await;
    rig.taken(&key, &event("mdm.TokenUpdate", "A-2", "2026-11-24T08:00:00Z", "")).await;
    rig.taken(&key, &event("mdm.CheckOut", "A-2", "2026-11-24T08:30:00Z", "")).await;
    let scope = rig.scope;
    let coverage = rig.server.store.read(move |conn| coverage(conn, scope)).await.unwrap();
    let names: Vec<_> = coverage.missing.iter().map(|record| record.device_ref.as_str()).collect();
    assert_eq!((coverage.managed, names), (1, vec!["A-1"]));
}
