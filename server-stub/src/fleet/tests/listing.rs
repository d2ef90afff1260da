//! The device list.

use agent_core::{
    judge::{Check, DeviceState, Platform},
    wire::id::DeviceId,
};

use super::{Fleet, Sample, sample};
use crate::{
    fleet::{
        DeviceFilter, Sort,
        filter::Answer,
        list::{groups, list},
    },
    scope::Scope,
    server::create_organisation,
};

fn fleet() -> Fleet {
    use DeviceState::{Compliant, InGrace, NotCompliant, Stale, Unknown};
    let fleet = Fleet::new();
    let states = [Compliant, InGrace, NotCompliant, Unknown, Stale];
    for number in 0..25_u8 {
        let state = states[usize::from(number) % 5];
        let checks = match state {
            NotCompliant => vec![
                ("whatsapp-business", "fail", false, "whatsapp-business.below-floor"),
                ("screen-lock", "pass", false, "screen-lock.set"),
            ],
            InGrace => vec![("security-patch", "fail", true, "security-patch.old")],
            Unknown => vec![("screen-lock", "unknown", false, "unknown.probe-failed")],
            Compliant | Stale => vec![("screen-lock", "pass", false, "screen-lock.set")],
        };
        fleet.put(&Sample {
            state,
            hours: i64::from(number % 7),
            heard: (number % 4 > 0).then_some(i64::from(number) / 2),
            grace: (state == InGrace).then_some(i64::from(number)),
            group: if number < 10 { "clinic" } else { "sales-es" },
            platform: if number % 2 == 0 { Platform::Android } else { Platform::Ios },
            model: if number == 3 { "100% _Phone_" } else { "Pixel 8" },
            whatsapp: if number == 4 { "" } else { "2.26.39.71" },
            checks,
            ..sample(number)
        });
    }
    fleet
}

fn found(fleet: &Fleet, filter: &DeviceFilter) -> Vec<u8> {
    let page = list(&fleet.connection, fleet.scope, filter).unwrap();
    assert_eq!(page.total, page.devices.len() as u64, "{filter:?}");
    let mut numbers: Vec<u8> = page.devices.iter().map(|row| row.id.to_bytes()[15]).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn every_order_pages_through_each_device_once() {
    let fleet = fleet();
    for sort in Sort::ALL {
        for limit in [1, 7, 24, 25, 26] {
            let whole = list(
                &fleet.connection,
                fleet.scope,
                &DeviceFilter { sort: Some(*sort), limit: Some(200), ..DeviceFilter::default() },
            )
            .unwrap();
            let whole: Vec<DeviceId> = whole.devices.iter().map(|row| row.id).collect();
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let filter = DeviceFilter { sort: Some(*sort), limit: Some(limit), after, ..DeviceFilter::default() };
                let page = list(&fleet.connection, fleet.scope, &filter).unwrap();
                assert_eq!(page.total, 25);
                paged.extend(page.devices.iter().map(|row| row.id));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(paged.len(), 25, "{sort:?} by {limit}");
            assert_eq!(paged, whole, "{sort:?} by {limit}");
        }
    }
}

#[test]
fn what_needs_somebody_comes_first_and_the_longest_before_the_others() {
    let fleet = fleet();
    let page = list(&fleet.connection, fleet.scope, &DeviceFilter::default()).unwrap();
    let states: Vec<_> = page.devices.iter().map(|row| row.state.as_str()).collect();
    let mut order = states.clone();
    order.dedup();
    assert_eq!(order, ["not-compliant", "in-grace", "unknown", "stale", "compliant"]);
    assert!(page.devices[..5].is_sorted_by_key(|row| row.state_since));
    let silent = DeviceFilter { sort: Some(Sort::Silent), ..DeviceFilter::default() };
    let silent = list(&fleet.connection, fleet.scope, &silent).unwrap();
    assert_eq!(silent.devices[0].last_report, None, "never heard is the longest silence");
    assert!(silent.devices.is_sorted_by_key(|row| row.last_report));
}

#[test]
fn filters_find_what_they_say() {
    let fleet = fleet();
    let any = DeviceFilter::default;
    assert_eq!(found(&fleet, &DeviceFilter { state: Some(DeviceState::Stale), ..any() }), [4, 9, 14, 19, 24]);
    let both = DeviceFilter { state: Some(DeviceState::Stale), group: Some("clinic".into()), ..any() };
    assert_eq!(found(&fleet, &both), [4, 9]);
    let check = |check, verdict| DeviceFilter { check: Some(check), verdict, ..any() };
    assert_eq!(found(&fleet, &check(Check::ScreenLock, None)), [3, 8, 13, 18, 23], "passing is not found");
    assert_eq!(found(&fleet, &check(Check::ScreenLock, Some(Answer::Pass))).len(), 15);
    assert_eq!(found(&fleet, &check(Check::SecurityPatch, Some(Answer::InGrace))), [1, 6, 11, 16, 21]);
    assert_eq!(found(&fleet, &check(Check::SecurityPatch, Some(Answer::Fail))), [] as [u8; 0]);
    let reason = |code: &str| DeviceFilter { reason: Some(code.into()), ..any() };
    assert_eq!(found(&fleet, &reason("unknown.probe-failed")), [3, 8, 13, 18, 23]);
    assert_eq!(found(&fleet, &reason("whatsapp-business.below-floor")), [2, 7, 12, 17, 22]);
    let elsewhere = DeviceFilter { check: Some(Check::OsVersion), ..reason("unknown.probe-failed") };
    assert_eq!(found(&fleet, &elsewhere), [] as [u8; 0], "reason and check are those of one span");
    assert_eq!(found(&fleet, &DeviceFilter { whatsapp: Some("unknown".into()), ..any() }), [4]);
    let soon = DeviceFilter { deadline_before: Some("2026-11-24T15:00:00Z".parse().unwrap()), ..any() };
    assert_eq!(found(&fleet, &soon), [1, 6]);
}

#[test]
fn a_search_finds_text_as_it_was_typed_and_ids_by_their_beginning() {
    let fleet = fleet();
    let search = |q: &str| found(&fleet, &DeviceFilter { q: Some(q.into()), ..DeviceFilter::default() });
    assert_eq!(search("100%"), [3]);
    assert_eq!(search("% _phone"), [3]);
    assert_eq!(search("1_0"), [] as [u8; 0], "an underscore is an underscore");
    assert_eq!(search("pixel").len(), 24);
    assert_eq!(search("SALES").len(), 15);
    assert_eq!(search("26.39").len(), 24);
    assert_eq!(search("\\"), [] as [u8; 0]);
    let id = DeviceId::new(1, [17; 12]);
    for q in
        [id.to_string(), id.to_string().to_lowercase(), id.label(), id.label().replace('-', ""), id.label()[..4].into()]
    {
        assert_eq!(search(&q), [17], "{q}");
    }
    assert!(search(&id.to_string()[..12]).contains(&17));
}

#[test]
fn another_organisation_is_not_seen() {
    let fleet = fleet();
    let other = create_organisation(&fleet.connection, "Otra", fleet.now).unwrap();
    let everything = DeviceFilter { q: Some("pixel".into()), ..DeviceFilter::default() };
    for filter in [DeviceFilter::default(), everything] {
        let page = list(&fleet.connection, other, &filter).unwrap();
        assert_eq!((page.total, page.devices.len()), (0, 0));
    }
    assert_eq!(groups(&fleet.connection, other).unwrap(), ["default"]);
    assert_eq!(groups(&fleet.connection, fleet.scope).unwrap(), ["clinic", "default", "sales-es"]);
    assert_eq!(groups(&fleet.connection, Scope::proven(9)).unwrap(), [] as [&str; 0]);
}

#[test]
fn a_page_of_a_whole_fleet_reads_an_index_and_sorts_nothing() {
    let fleet = fleet();
    let plan = |sql: &str| -> String {
        let mut statement = fleet.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let lines = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
        lines.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    };
    for (order, keyset) in [
        ("d.attention, d.state_since, d.device", "(d.attention, d.state_since, d.device) > (1, 2, x'00')"),
        ("d.last_report_at DESC, d.device DESC", "(d.last_report_at, d.device) < (1, x'00')"),
        ("d.last_report_at, d.device", "(d.last_report_at, d.device) > (1, x'00')"),
        ("d.device", "d.device > x'00'"),
    ] {
        let told = plan(&format!(
            "SELECT d.model FROM device_states d WHERE d.org = 1 AND {keyset} ORDER BY {order} LIMIT 51"
        ));
        assert!(told.contains("SEARCH d USING") && !told.contains("TEMP B-TREE"), "{told}");
    }
}
