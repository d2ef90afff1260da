//! What each kind of management says, and what is dropped.

use agent_core::judge::facts::{Presence, StorageEncryption};
use serde_json::json;

use super::{
    super::{ManagedApp, ManagedFacts, Page, amapi, apple_status, nanomdm},
    *,
};

fn said(inside: &str) -> ManagedFacts {
    let bytes = event("mdm.Connect", UDID, "2026-11-24T08:00:00.123456789Z", inside);
    only(nanomdm::parse(&bytes, AppLists::MayLeaveOut).unwrap()).facts
}

#[test]
fn whatsapp_business_is_read_from_a_list_of_apps_and_no_other_app_is() {
    let bytes = event("mdm.Connect", UDID, "2026-11-24T08:00:00Z", &apps(&[OTHER_APP, &business("26.38.74")]));
    let inventory = only(nanomdm::parse(&bytes, AppLists::MayLeaveOut).unwrap());
    let facts = ManagedFacts {
        whatsapp_business: Some(ManagedApp {
            presence: Presence::Installed,
            version: Some("26.38.74".into()),
            has_update_available: Some(true),
            external_version_id: Some("871234567".into()),
        }),
        ..ManagedFacts::default()
    };
    let expected =
        Inventory { device_ref: UDID.into(), seen_at: Some(moment("2026-11-24T08:00:00Z")), retired: false, facts };
    assert_eq!(inventory, expected);
}

#[test]
fn the_internal_form_and_a_build_number_in_the_other_key_are_told_apart() {
    let entry = |short: &str, long: &str| {
        format!(
            "<key>Identifier</key><string>net.whatsapp.WhatsAppSMB</string>\
             <key>ShortVersion</key><string>{short}</string><key>Version</key><string>{long}</string>"
        )
    };
    for (short, long, read) in [
        ("2.26.38.74", "2.26.38.74", Some("2.26.38.74")),
        ("", "26.38.74", Some("26.38.74")),
        ("26.38.74", "beta", Some("26.38.74")),
        (SERIAL, "beta", None),
    ] {
        let business = said(&apps(&[&entry(short, long)])).whatsapp_business.unwrap();
        assert_eq!((business.presence, business.version.as_deref()), (Presence::Installed, read), "{short} {long}");
    }
}

#[test]
fn an_app_that_is_not_listed_is_absent_only_where_lists_are_whole() {
    let bytes = |kind: &str| {
        let text = String::from_utf8(event("mdm.Connect", UDID, "2026-11-24T08:00:00Z", &apps(&[OTHER_APP]))).unwrap();
        text.replace("\"type\":\"Device\"", &format!("\"type\":\"{kind}\"")).into_bytes()
    };
    let presence = |kind, lists| {
        let facts = only(nanomdm::parse(&bytes(kind), lists).unwrap()).facts;
        (facts.whatsapp_business.map(|app| app.presence), facts.whatsapp_consumer)
    };
    assert_eq!(presence("Device", AppLists::MayLeaveOut), (None, None));
    assert_eq!(presence("Device", AppLists::Whole), (Some(Presence::Absent), Some(Presence::Absent)));
    // On a person's own device management sees only what it manages itself.
    assert_eq!(presence("User Enrollment (Device)", AppLists::Whole), (None, None));
}

#[test]
fn an_app_that_is_still_coming_is_neither_there_nor_absent() {
    let coming = format!("{}<key>Installing</key><true/>", business("26.38.74"));
    let bytes = event("mdm.Connect", UDID, "2026-11-24T08:00:00Z", &apps(&[&coming]));
    let facts = only(nanomdm::parse(&bytes, AppLists::Whole).unwrap()).facts;
    assert_eq!((facts.whatsapp_business, facts.whatsapp_consumer), (None, Some(Presence::Absent)));
}

#[test]
fn of_whatsapp_messenger_only_its_presence_is_kept() {
    let consumer = business("26.38.74").replace("WhatsAppSMB", "WhatsApp");
    let facts = said(&apps(&[&consumer]));
    let expected = ManagedFacts { whatsapp_consumer: Some(Presence::Installed), ..ManagedFacts::default() };
    assert_eq!(facts, expected);
}

#[test]
fn data_protection_needs_both_kinds_of_encryption_and_a_passcode() {
    let read = |inside: &str| {
        let facts = said(&format!("<key>SecurityInfo</key><dict>{inside}</dict>"));
        (facts.storage_encryption, facts.screen_lock)
    };
    let caps = |caps: u8| format!("<key>HardwareEncryptionCaps</key><integer>{caps}</integer>");
    let passcode = |is_set: bool| format!("<key>PasscodePresent</key><{is_set}/>");
    assert_eq!(read(&(caps(3) + &passcode(true))), (Some(StorageEncryption::PerUser), Some(true)));
    assert_eq!(read(&(caps(3) + &passcode(false))), (Some(StorageEncryption::DefaultKey), Some(false)));
    assert_eq!(read(&(caps(2) + &passcode(true))), (None, Some(true)));
    // A person's own device does not tell its management about the passcode.
    assert_eq!(read(&caps(3)), (None, None));
    assert_eq!(read("<key>PasscodePresent</key><string>yes</string>"), (None, None));
}

#[test]
fn model_and_version_are_read_and_what_has_another_form_is_dropped() {
    let read = |inside: &str| {
        let facts = said(&format!("<key>QueryResponses</key><dict>{inside}</dict>"));
        (facts.model, facts.os_version)
    };
    let device = |version: &str, rest: &str| {
        format!("<key>ProductName</key><string>iPhone14,5</string><key>OSVersion</key><string>{version}</string>{rest}")
    };
    let model = Some("iPhone14,5".to_owned());
    assert_eq!(read(&device("18.0", "")), (model.clone(), Some("18.0".into())));
    let extra = "<key>SupplementalOSVersionExtra</key><string>(c)</string>";
    assert_eq!(read(&device("16.5.1", extra)), (model.clone(), Some("16.5.1 (c)".into())));
    assert_eq!(read(&device(SERIAL, "")), (model.clone(), None));
    assert_eq!(read(&device("350000000000000", "")), (model, None));
}

#[test]
fn micromdm_names_the_device_by_its_udid_alone() {
    let read = |inside: &str| {
        let bytes = format!(
            "{{\"topic\":\"mdm.Connect\",\"event_id\":\"e\",\"created_at\":\"2026-11-24T08:00:00Z\",\
             \"acknowledge_event\":{{\"udid\":\"{}\",\"status\":\"Acknowledged\",\"raw_payload\":\"{}\"}}}}",
            UDID.to_lowercase(),
            STANDARD.encode(plist(inside))
        );
        nanomdm::parse(bytes.as_bytes(), AppLists::MayLeaveOut).unwrap()
    };
    let inventory = only(read(&security(true)));
    assert_eq!((inventory.device_ref.as_str(), inventory.facts.screen_lock), (UDID, Some(true)));
    let of_a_person = "<key>UserID</key><string>8F3C1A2B-0000-4000-8000-000000000001</string>";
    assert_eq!(read(of_a_person), Found::default());
}

#[test]
fn messages_of_people_on_shared_devices_and_unknown_kinds_are_about_nothing_that_is_kept() {
    for kind in ["User", "User Enrollment", "Shared iPad"] {
        let text = String::from_utf8(event("mdm.CheckOut", UDID, "2026-11-24T08:00:00Z", "")).unwrap();
        let text = text.replace("\"type\":\"Device\"", &format!("\"type\":\"{kind}\""));
        assert_eq!(nanomdm::parse(text.as_bytes(), AppLists::Whole).unwrap(), Found::default(), "{kind}");
    }
    for topic in ["mdm.GetBootstrapToken", "mdm.UserAuthenticate", "mdm.SomethingNew"] {
        let bytes = event(topic, UDID, "2026-11-24T08:00:00Z", "");
        assert_eq!(nanomdm::parse(&bytes, AppLists::Whole).unwrap(), Found::default(), "{topic}");
    }
    let bare = br#"{"topic":"mdm.Connect","created_at":"2026-11-24T08:00:00Z"}"#;
    assert_eq!(nanomdm::parse(bare, AppLists::Whole).unwrap(), Found::default());
}

#[test]
fn the_zero_time_of_a_message_is_no_time() {
    let inventory =
        only(nanomdm::parse(&event("mdm.TokenUpdate", UDID, "0001-01-01T00:00:00Z", ""), AppLists::Whole).unwrap());
    assert_eq!(inventory.seen_at, None);
}

fn report() -> serde_json::Value {
    json!({
        "StatusItems": {
            "device": {
                "identifier": {"udid": UDID, "serial-number": SERIAL},
                "model": {"identifier": "iPhone14,5", "marketing-name": "iPhone 13", "number": "MLPF3"},
                "operating-system": {"version": "26.1", "build-version": "23B85", "supplemental": {"extra-version": "(a)"}}
            },
            "passcode": {"is-present": true, "is-compliant": true},
            "app": {"managed": {"list": [
                {"identifier": "com.example.dating", "name": "Dating", "short-version": "3.1", "state": "managed"},
                {"identifier": "net.whatsapp.WhatsAppSMB", "name": "WA Business", "short-version": "26.38.74",
                 "version": "652874120", "external-version-id": 871_234_567, "state": "managed", "update-state": "available"}
            ]}}
        },
        "Errors": []
    })
}

#[test]
fn a_status_report_is_read_by_itself_and_inside_a_webhook() {
    let bytes = report().to_string().into_bytes();
    let alone = only(apple_status::parse(&bytes).unwrap());
    assert_eq!((alone.device_ref.as_str(), alone.seen_at), (UDID, None));
    let expected = ManagedFacts {
        model: Some("iPhone14,5".into()),
        os_version: Some("26.1 (a)".into()),
        screen_lock: Some(true),
        whatsapp_business: Some(ManagedApp {
            presence: Presence::Installed,
            version: Some("26.38.74".into()),
            has_update_available: Some(true),
            external_version_id: Some("871234567".into()),
        }),
        ..ManagedFacts::default()
    };
    assert_eq!(alone.facts, expected);
    let data =
        format!("<key>Endpoint</key><string>status</string><key>Data</key><data>{}</data>", STANDARD.encode(&bytes));
    let bytes = event("mdm.DeclarativeManagement", UDID, "2026-11-24T08:00:00Z", &data);
    assert_eq!(only(nanomdm::parse(&bytes, AppLists::Whole).unwrap()).facts, expected);
    let asks =
        event("mdm.DeclarativeManagement", UDID, "2026-11-24T08:00:00Z", "<key>Endpoint</key><string>tokens</string>");
    assert_eq!(nanomdm::parse(&asks, AppLists::Whole).unwrap(), Found::default());
}

#[test]
fn a_status_report_says_nothing_of_an_app_that_is_not_managed_any_more() {
    for change in [
        json!({"_removed": true}),
        json!({"state": "managed-but-uninstalled"}),
        json!({"state": "prompting-for-management"}),
    ] {
        let mut report = report();
        let app = report["StatusItems"]["app"]["managed"]["list"][1].as_object_mut().unwrap();
        app.extend(change.as_object().unwrap().clone());
        assert_eq!(
            only(apple_status::parse(report.to_string().as_bytes()).unwrap()).facts.whatsapp_business,
            None,
            "{change}"
        );
    }
    let mut report = report();
    report["StatusItems"]["device"]["identifier"] = json!({"serial-number": SERIAL});
    let error = apple_status::parse(report.to_string().as_bytes()).unwrap_err();
    assert!(error.to_string().contains("--device-ref"), "{error}");
    assert_eq!(only(apple_status::of("A-17", report.to_string().as_bytes()).unwrap()).device_ref, "A-17");
}

fn phone() -> serde_json::Value {
    json!({
        "name": "enterprises/LC01/devices/3f2a9c", "managementMode": "DEVICE_OWNER", "state": "ACTIVE",
        "lastStatusReportTime": "2026-11-23T20:00:00.5Z", "userName": "enterprises/LC01/users/77",
        "hardwareInfo": {"brand": "google", "model": "Pixel 8", "serialNumber": SERIAL},
        "networkInfo": {"imei": "350000000000000", "wifiMacAddress": "7c11cb000000"},
        "softwareInfo": {"androidVersion": "16", "securityPatchLevel": "2026-11-05", "androidBuildNumber": "BP1A"},
        "deviceSettings": {"isDeviceSecure": true, "isEncrypted": true, "encryptionStatus": "ACTIVE_PER_USER"},
        "applicationReports": [
            {"packageName": "com.example.dating", "versionName": "3.1", "state": "INSTALLED"},
            {"packageName": "com.whatsapp.w4b", "versionName": "2.26.39.71", "state": "INSTALLED"}
        ]
    })
}

#[test]
fn a_device_of_the_android_management_api_is_read() {
    let inventory = only(amapi::parse(phone().to_string().as_bytes()).unwrap());
    let expected = Inventory {
        device_ref: "3f2a9c".into(),
        seen_at: Some(moment("2026-11-23T20:00:00.5Z")),
        retired: false,
        facts: ManagedFacts {
            model: Some("Pixel 8".into()),
            os_version: Some("16".into()),
            security_patch: Some("2026-11-05".into()),
            storage_encryption: Some(StorageEncryption::PerUser),
            screen_lock: Some(true),
            whatsapp_business: Some(ManagedApp {
                presence: Presence::Installed,
                version: Some("2.26.39.71".into()),
                has_update_available: None,
                external_version_id: None,
            }),
            whatsapp_consumer: Some(Presence::Absent),
        },
    };
    assert_eq!(inventory, expected);
}

#[test]
fn a_page_an_array_and_a_device_without_a_name_are_told_apart() {
    let mut nameless = phone();
    nameless["name"] = json!("enterprises/LC01");
    let page = json!({"devices": [phone(), nameless], "nextPageToken": "t"}).to_string();
    let found = amapi::parse(page.as_bytes()).unwrap();
    assert_eq!((found.inventories.len(), found.skipped), (1, 1));
    assert!(found.first_fault.unwrap().to_string().starts_with("devices[1].name: "));
    assert_eq!(found.page, Some(Page::Further));
    for last in [json!({"devices": [phone()]}), json!({"devices": [phone()], "nextPageToken": ""})] {
        assert_eq!(amapi::parse(last.to_string().as_bytes()).unwrap().page, Some(Page::Last), "{last}");
    }
    assert_eq!(amapi::parse(phone().to_string().as_bytes()).unwrap().page, None);
    assert_eq!(amapi::parse(json!([phone(), phone()]).to_string().as_bytes()).unwrap().inventories.len(), 2);
    // What one device says in another form is its own fault.
    let mut odd = phone();
    odd["softwareInfo"] = json!("16");
    let found = amapi::parse(json!({"devices": [odd, 7, phone()]}).to_string().as_bytes()).unwrap();
    assert_eq!((found.inventories.len(), found.skipped), (1, 2));
    assert!(found.first_fault.unwrap().to_string().starts_with("devices[0]: is no device"));
    let empty = amapi::parse(b"{}").unwrap_err().to_string();
    assert!(empty.starts_with("devices: is missing") && empty.contains("enterprises.devices.list"), "{empty}");
    for other in ["{}", "{\"name\": 7}", "[1]", "7", "{\"devices\": {}}"] {
        assert!(amapi::parse(other.as_bytes()).is_err(), "{other}");
    }
}

#[test]
fn what_the_android_management_api_does_not_say_stays_unknown() {
    let facts = |change: fn(&mut serde_json::Value)| {
        let mut phone = phone();
        change(&mut phone);
        only(amapi::parse(phone.to_string().as_bytes()).unwrap()).facts
    };
    // In a work profile an app that is not reported may be outside it.
    let work = facts(|phone| {
        phone["managementMode"] = json!("PROFILE_OWNER");
        phone["applicationReports"].as_array_mut().unwrap().pop();
    });
    assert_eq!((work.whatsapp_business, work.whatsapp_consumer), (None, None));
    let silent = facts(|phone| phone["applicationReports"] = json!([]));
    assert_eq!((silent.whatsapp_business, silent.whatsapp_consumer), (None, None));
    let removed = facts(|phone| phone["applicationReports"][1]["state"] = json!("REMOVED"));
    assert_eq!(removed.whatsapp_business.unwrap().presence, Presence::Absent);
    // "Encrypted" does not say by what kind of key.
    let settings = |settings: serde_json::Value| {
        let mut phone = phone();
        phone["deviceSettings"] = settings;
        only(amapi::parse(phone.to_string().as_bytes()).unwrap()).facts.storage_encryption
    };
    assert_eq!(settings(json!({"isEncrypted": true})), None);
    assert_eq!(settings(json!({"isEncrypted": false})), Some(StorageEncryption::Inactive));
    assert_eq!(settings(json!({"encryptionStatus": "ACTIVE_DEFAULT_KEY"})), Some(StorageEncryption::DefaultKey));
    assert_eq!(settings(json!({"encryptionStatus": "SOMETHING_NEW", "isEncrypted": true})), None);
    let mut gone = phone();
    gone["state"] = json!("DELETED");
    assert!(only(amapi::parse(gone.to_string().as_bytes()).unwrap()).retired);
}
