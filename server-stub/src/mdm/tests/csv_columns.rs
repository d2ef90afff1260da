//! Tables: which column holds what.

use agent_core::judge::facts::{Presence, StorageEncryption};
use proptest::prelude::*;

use super::{
    super::{
        Why,
        csv::{Columns, Field, parse},
    },
    *,
};
use crate::encoding::utf8;

fn columns(entries: &[&str]) -> Columns {
    let mut columns = Columns::default();
    for entry in entries {
        columns.add(entry).unwrap();
    }
    columns
}

const INTUNE: &[&str] = &[
    "device_ref=Device ID",
    "seen_at=Last check-in",
    "model=Model",
    "os_version=OS version",
    "security_patch=Security patch level",
];

#[test]
fn a_table_is_read_by_its_mapping_whatever_parts_its_cells() {
    let table = "\u{feff}Device name,Device ID,Serial number,Last check-in,OS version,Model,Security patch level\r\n\
                 Ana's phone,7d1c,F2LXSERIAL99,2026-11-23 18:30:00.0000000,16,Pixel 8,2026-11-05\r\n";
    let read = |table: &str| only(parse(&utf8(table.as_bytes()), &columns(INTUNE)).unwrap());
    let inventory = read(table);
    assert_eq!(inventory.device_ref, "7d1c");
    assert_eq!(inventory.seen_at, Some(moment("2026-11-23T18:30:00Z")));
    assert_eq!(inventory.facts.model.as_deref(), Some("Pixel 8"));
    assert_eq!(inventory.facts.os_version.as_deref(), Some("16"));
    assert_eq!(inventory.facts.security_patch.as_deref(), Some("2026-11-05"));
    assert_eq!(read(&table.replace(',', ";")), inventory);
    assert_eq!(read(&table.replace(',', "\t")), inventory);
    let quoted = "Device ID,Last check-in,OS version,Model,Security patch level\n\"7d1c\",2026-11-23T18:30:00Z,16,\"iPhone14,5\",\n";
    assert_eq!(read(quoted).facts.model.as_deref(), Some("iPhone14,5"));
}

#[test]
fn a_table_is_read_as_offices_save_it() {
    let table = "\"Nombre, del\ndispositivo\";\"IDENTIFICACIÓN\";\"Versión, del sistema\"\r\n\
                 \"Ana\nB.\";7d1c;26.1\r\n;;\r\n";
    let columns = columns(&["device_ref=Identificación", "os_version=versión, del sistema"]);
    let read = |bytes: &[u8]| {
        let found = parse(&utf8(bytes), &columns).unwrap();
        assert_eq!(found.skipped, 1);
        (found.inventories[0].device_ref.clone(), found.inventories[0].facts.os_version.clone())
    };
    let told = ("7d1c".to_owned(), Some("26.1".to_owned()));
    assert_eq!(read(table.as_bytes()), told);
    let in_units = |text: &str, order: fn(u16) -> [u8; 2]| {
        format!("\u{feff}{text}").encode_utf16().flat_map(order).collect::<Vec<u8>>()
    };
    assert_eq!(read(&in_units(table, u16::to_le_bytes)), told);
    assert_eq!(read(&in_units(&table.replace(';', "\t"), u16::to_be_bytes)), told);
    assert_eq!(read(format!("sep=;\r\n{table}").as_bytes()), told);
    // The place of a fault is that in the file.
    let fault = parse(b"sep=;\ndevice_ref;model\n;x\n", &Columns::default()).unwrap().first_fault.unwrap();
    assert!(fault.to_string().starts_with("line 3, "), "{fault}");
}

#[test]
fn a_table_with_our_own_names_needs_no_mapping() {
    let table = "device_ref,storage_encryption,screen_lock,whatsapp_business_version,whatsapp_business_update,whatsapp_consumer\n\
                 A-17,per-user,sí,26.38.74,no,absent\n";
    let facts = only(parse(table.as_bytes(), &Columns::default()).unwrap()).facts;
    assert_eq!((facts.storage_encryption, facts.screen_lock), (Some(StorageEncryption::PerUser), Some(true)));
    let app = facts.whatsapp_business.unwrap();
    assert_eq!(
        (app.presence, app.version.as_deref(), app.has_update_available),
        (Presence::Installed, Some("26.38.74"), Some(false))
    );
    assert_eq!(facts.whatsapp_consumer, Some(Presence::Absent));
}

#[test]
fn each_word_means_what_it_says_or_nothing() {
    let read = |column: &str, cell: &str| {
        let table = format!("device_ref\t{column}\nA-17\t{cell}\n");
        only(parse(table.as_bytes(), &Columns::default()).unwrap()).facts
    };
    for (cell, lock) in
        [("Yes", Some(true)), ("FALSE", Some(false)), ("Enabled", Some(true)), ("perhaps", None), ("", None)]
    {
        assert_eq!(read("screen_lock", cell).screen_lock, lock, "{cell}");
    }
    for (cell, is) in [
        ("Yes", None),
        ("True", None),
        ("No", Some(StorageEncryption::Inactive)),
        ("ACTIVE_PER_USER", Some(StorageEncryption::PerUser)),
        ("encrypted", None),
    ] {
        assert_eq!(read("storage_encryption", cell).storage_encryption, is, "{cell}");
    }
    for (cell, is) in [("Installed", Some(Presence::Installed)), ("no", Some(Presence::Absent)), ("?", None)] {
        assert_eq!(read("whatsapp_business", cell).whatsapp_business.map(|app| app.presence), is, "{cell}");
        assert_eq!(read("whatsapp_consumer", cell).whatsapp_consumer, is, "{cell}");
    }
    assert_eq!(read("whatsapp_business_version", "n/a").whatsapp_business, None);
    assert_eq!(read("os_version", SERIAL).os_version, None);
    for (cell, is) in [
        ("iOS 18.7.8", Some("18.7.8")),
        ("android 16", Some("16")),
        ("iPadOS 18.7.8 (22H124)", Some("18.7.8")),
        ("16.5.1 (c)", Some("16.5.1 (c)")),
        ("16 (BP1A.250505.005)", Some("16")),
        ("11 (22631)", None),
        ("iOS", None),
        ("Windows 11", None),
        ("18.7.8 (of Ana)", None),
    ] {
        assert_eq!(read("os_version", cell).os_version.as_deref(), is, "{cell}");
    }
}

#[test]
fn a_row_for_each_app_tells_only_of_whatsapp() {
    let table = "Device ID,Application name,Application version\n\
                 5b7a,Dating,3.1\n7d1c,WhatsApp Business,2.26.39.71\n6c0b,com.whatsapp,2.26.39.70\n\
                 8e2d,\u{200e}WA Business,26.38.74\n8e2d,\u{200e}WhatsApp,26.38.74\n";
    let columns = columns(&["device_ref=device id", "app=Application name", "app_version=Application version"]);
    let found = parse(table.as_bytes(), &columns).unwrap();
    let facts: Vec<_> = found.inventories.into_iter().map(|inventory| inventory.facts).collect();
    assert_eq!(facts[0], super::super::ManagedFacts::default());
    assert_eq!(facts[1].whatsapp_business.as_ref().unwrap().version.as_deref(), Some("2.26.39.71"));
    assert_eq!((facts[2].whatsapp_consumer, facts[2].whatsapp_business.is_none()), (Some(Presence::Installed), true));
    // As iPhones print them: with a mark of direction, and by the name below the icon.
    assert_eq!(facts[3].whatsapp_business.as_ref().unwrap().version.as_deref(), Some("26.38.74"));
    assert_eq!((facts[3].whatsapp_consumer, facts.len()), (Some(Presence::Installed), 4));
}

#[test]
fn what_two_rows_contradict_each_other_in_stays_unknown_and_is_counted() {
    let table = "device_ref,seen_at,app,app_version,os_version,screen_lock\n\
                 1,2026-11-23,WhatsApp Business,2.26.39.71,16,yes\n\
                 1,2026-11-23,WhatsApp Business,2.26.14.2,16,\n\
                 1,2026-11-23,com.whatsapp.w4b,2.26.39.71,,no\n\
                 1,2026-11-24,WhatsApp Business,2.26.39.71,17,\n\
                 2,2026-11-23,WhatsApp Business,,16,yes\n\
                 2,2026-11-23,WA Business,2.26.14.2,16,yes\n";
    let found = parse(table.as_bytes(), &Columns::default()).unwrap();
    let told: Vec<_> = (found.inventories.iter())
        .map(|Inventory { device_ref, facts, .. }| {
            let app = facts.whatsapp_business.as_ref().unwrap();
            (device_ref.as_str(), app.presence, app.version.as_deref(), facts.os_version.as_deref(), facts.screen_lock)
        })
        .collect();
    let expected = [
        ("1", Presence::Installed, None, Some("16"), None),
        ("1", Presence::Installed, Some("2.26.39.71"), Some("17"), None),
        ("2", Presence::Installed, Some("2.26.14.2"), Some("16"), Some(true)),
    ];
    assert_eq!(told, expected);
    let unread: Vec<_> = found.unread.iter().map(|one| (one.column.as_str(), one.cells, one.first_line)).collect();
    assert_eq!(unread, [("app_version", 1, 3), ("screen_lock", 1, 4)]);
    // Whether an app is there at all may be contested, too.
    let table = "device_ref,whatsapp_business,whatsapp_consumer\n1,yes,yes\n1,no,no\n1,yes,yes\n";
    let found = parse(table.as_bytes(), &Columns::default()).unwrap();
    assert!(found.unread.iter().all(|one| one.why == Why::Contradictory && one.cells == 1), "{:?}", found.unread);
    assert_eq!((found.unread.len(), only(found).facts), (2, super::super::ManagedFacts::default()));
}

#[test]
fn a_row_that_names_no_device_or_no_time_is_left_out_and_told_without_what_it_holds() {
    let table = "device_ref,seen_at\nA-17,2026-11-23\n,2026-11-23\nA-18,\nA-19,11/23/26 secret\n";
    let found = parse(table.as_bytes(), &Columns::default()).unwrap();
    assert_eq!((found.inventories.len(), found.skipped), (1, 3));
    assert_eq!(found.inventories[0].seen_at, Some(moment("2026-11-23T00:00:00Z")));
    let fault = found.first_fault.unwrap().to_string();
    assert!(fault.starts_with("line 3, column `device_ref`: "), "{fault}");
    let mapped = parse(b"Id,When\nA-19,secret\n", &columns(&["device_ref=Id", "seen_at=When"])).unwrap();
    let fault = mapped.first_fault.unwrap().to_string();
    assert!(fault.starts_with("line 2, column `When`: ") && !fault.contains("secret"), "{fault}");
}

#[test]
fn a_cell_that_is_not_understood_is_counted_by_its_column() {
    let table = "Id,OS,model,storage_encryption,screen_lock,security_patch,whatsapp_business,whatsapp_business_version,\
                 whatsapp_business_update,whatsapp_consumer,app,app_version\n\
                 1,Windows 11,Pixel 8,yes,no,2026-11-05,installed,26.38.74,yes,absent,Dating,beta\n\
                 2,16,Ana\u{301},no,perhaps,11/2026,?,n/a,soon,maybe,com.whatsapp,beta\n\
                 3,macOS,,,,,,,,,WhatsApp Business,beta\n\
                 ,Windows 11,,,,,,,,,,\n";
    let found = parse(table.as_bytes(), &columns(&["device_ref=Id", "os_version=OS"])).unwrap();
    let mut unread: Vec<_> = found.unread.iter().map(|one| (one.column.as_str(), one.cells, one.first_line)).collect();
    unread.sort_unstable();
    let expected = [
        ("OS", 2, 2),
        ("app_version", 1, 4),
        ("model", 1, 3),
        ("screen_lock", 1, 3),
        ("security_patch", 1, 3),
        ("storage_encryption", 1, 2),
        ("whatsapp_business", 1, 3),
        ("whatsapp_business_update", 1, 3),
        ("whatsapp_business_version", 1, 3),
        ("whatsapp_consumer", 1, 3),
    ];
    assert_eq!(unread, expected);
    assert_eq!((found.inventories.len(), found.skipped), (3, 1));
}

#[test]
fn a_mapping_that_cannot_be_says_why() {
    let refused = |entry: &str| Columns::default().add(entry).unwrap_err();
    assert!(refused("device_ref").contains("FIELD=COLUMN"));
    assert!(refused("serial=Serial number").contains("there is no field `serial`; the fields are device_ref, "));
    assert!(refused("model= ").contains("no column"));
    assert!(columns(&["model=A"]).add("model=B").unwrap_err().contains("twice"));
    let error = |table: &str, entries: &[&str]| parse(table.as_bytes(), &columns(entries)).unwrap_err().to_string();
    assert!(error("Id,Model\n", &[]).contains("there is no column `device_ref`"), "{}", error("Id,Model\n", &[]));
    assert!(error("Id,Model\n", &["device_ref=ID number"]).ends_with("The columns are: Id, Model"));
    assert!(error("Id,id\n", &["device_ref=Id"]).contains("two columns `Id`"));
    assert!(parse(b"device_ref\nA\xff\n", &Columns::default()).unwrap_err().to_string().contains("UTF-8"));
    assert!(parse(b"", &Columns::default()).is_err());
}

proptest! {
    /// A cell reaches the field that its column is mapped to and no other, wherever the column stands.
    #[test]
    fn a_cell_reaches_its_own_field_wherever_it_stands(order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let cells = [
            ("device_ref=Ref", "Ref", "A-17"),
            ("model=Kind of thing", "Kind of thing", "Pixel 8"),
            ("os_version=OS", "OS", "16"),
            ("security_patch=Patch", "Patch", "2026-11-05"),
            ("whatsapp_business_version=WA", "WA", "2.26.39.71"),
            ("seen_at=Seen", "Seen", "2026-11-23"),
        ];
        let heading: Vec<&str> = order.iter().map(|at| cells[*at].1).collect();
        let row: Vec<&str> = order.iter().map(|at| cells[*at].2).collect();
        let table = format!("Serial,{},Phone\n{SERIAL},{},600000000\n", heading.join(","), row.join(","));
        let mapped: Vec<&str> = cells.iter().map(|cell| cell.0).collect();
        let inventory = only(parse(table.as_bytes(), &columns(&mapped)).unwrap());
        prop_assert_eq!(inventory.device_ref.as_str(), "A-17");
        prop_assert_eq!(inventory.facts.model.as_deref(), Some("Pixel 8"));
        prop_assert_eq!(inventory.facts.os_version.as_deref(), Some("16"));
        prop_assert_eq!(inventory.facts.security_patch.as_deref(), Some("2026-11-05"));
        let app = inventory.facts.whatsapp_business.unwrap();
        prop_assert_eq!(app.version.as_deref(), Some("2.26.39.71"));
    }

    /// A table says the same in whatever order its rows stand.
    #[test]
    fn a_table_says_the_same_in_any_order_of_its_rows(rows in prop::collection::vec(
        ("[AB]", prop_oneof![Just(""), Just("16"), Just("17")], prop_oneof![Just(""), Just("yes"), Just("no")],
         prop_oneof![Just(""), Just("26.38.74"), Just("26.40.70")])
            .prop_map(|(device, os, there, version)| format!("{device},{os},{there},{version}\n")), 1..9), turn in 0..9_usize) {
        let said = |rows: &[String]| {
            let table = format!("device_ref,os_version,whatsapp_business,whatsapp_business_version\n{}", rows.concat());
            let mut inventories = parse(table.as_bytes(), &Columns::default()).unwrap().inventories;
            inventories.sort_by(|a, b| a.device_ref.cmp(&b.device_ref));
            inventories
        };
        let (mut turned, mut back) = (rows.clone(), rows.clone());
        turned.rotate_left(turn % rows.len());
        back.reverse();
        prop_assert_eq!(said(&turned), said(&rows));
        prop_assert_eq!(said(&back), said(&rows));
    }

    /// Any table under any mapping is read or refused, and nothing panics.
    #[test]
    fn any_table_is_read_or_refused(table in "[a-zA-Z0-9_,;\"\t\r\n .:-]{0,400}", field in 0..Field::ALL.len(), column in "[a-z ]{1,8}") {
        let mut columns = Columns::default();
        let _ = columns.add(&format!("{}={column}", Field::ALL[field].as_str()));
        let _ = parse(table.as_bytes(), &columns);
        let _ = parse(format!("device_ref,seen_at,app\n{table}").as_bytes(), &Columns::default());
    }
}
