//! `atalaya mdm`, as an administrator or a script runs it.

use std::{
    fs,
    process::{Command, Output},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;
use serde_json::{Value, json};
use tempfile::TempDir;

const UDID: &str = "00008110-000A1B2C3D4E501E";

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
        command.env("ATALAYA_DATA", self.0.path().join("data")).env_remove("ATALAYA_LOG").args(arguments);
        command.output().unwrap()
    }

    /// What a command refuses, and its exit code.
    fn refused(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?}: {}", out(&output));
        (output.status.code(), err(&output))
    }

    fn words(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", err(&output));
        out(&output)
    }

    /// Runs with `--json`; the one document on stdout.
    fn json(&self, arguments: &[&str]) -> Value {
        let words = self.words(&[arguments, &["--json"]].concat());
        serde_json::from_str(&words).unwrap()
    }

    fn audit(&self) -> String {
        self.json(&["audit", "list"]).to_string()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A recorded webhook, head and body, signed with this key.
fn webhook(key: &str) -> Vec<u8> {
    let payload = "<plist version=\"1.0\"><dict><key>InstalledApplicationList</key><array><dict>\
                   <key>Identifier</key><string>net.whatsapp.WhatsAppSMB</string>\
                   <key>ShortVersion</key><string>26.38.74</string><key>HasUpdateAvailable</key><false/>\
                   </dict></array></dict></plist>";
    let body = json!({
        "topic": "mdm.Connect", "event_id": "1", "created_at": "2026-11-20T08:00:00Z",
        "acknowledge_event": {"udid": UDID, "ids": {"id": UDID, "type": "Device"}, "status": "Acknowledged",
                              "raw_payload": STANDARD.encode(payload)}
    })
    .to_string();
    let tag = STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), body.as_bytes()));
    format!("POST /hook HTTP/1.1\r\nHost: 127.0.0.1\r\nx-hmac-signature: {tag}\r\n\r\n{body}").into_bytes()
}

#[test]
fn a_recorded_webhook_is_checked_taken_over_listed_and_covered() {
    let desk = Desk::new();
    let file = desk.write("05.http", webhook("sekrit"));
    let (code, why) = desk.refused(&["mdm", "import", "--source", "nanomdm", &file, "--secret", "other"]);
    assert_eq!(code, Some(1));
    assert!(why.contains("is not signed with this key"), "{why}");
    let done = desk.json(&["mdm", "import", "--source", "nanomdm", &file, "--secret", "sekrit"]);
    assert_eq!((&done["kind"], &done["records"], &done["matched"]), (&json!("nanomdm"), &json!(1), &json!(0)));
    let listed = desk.json(&["mdm", "list"]);
    let record = &listed["records"][0];
    assert_eq!((&record["deviceRef"], &record["state"]), (&json!(UDID), &json!("unmatched")));
    let business = &record["facts"]["whatsappBusiness"];
    assert_eq!(business["value"], json!({"presence": "installed", "version": "26.38.74", "hasUpdateAvailable": false}));
    assert_eq!(business["at"], "2026-11-20T08:00:00Z");
    let words = desk.words(&["mdm", "list", "--source", "nanomdm"]);
    assert!(words.contains("unmatched") && words.contains("26.38.74"), "{words}");
    assert!(!desk.words(&["mdm", "list", "--source", "other"]).contains(UDID));
    let coverage = desk.json(&["mdm", "coverage"]);
    assert_eq!((&coverage["managed"], &coverage["matched"]), (&json!(1), &json!(0)));
    assert_eq!(coverage["missing"][0]["deviceRef"], UDID);
    assert!(desk.words(&["mdm", "coverage"]).contains("0 of 1 devices of management are enrolled here"));
    let audit = desk.audit();
    assert!(audit.contains("mdm.imported") && !audit.contains(UDID), "{audit}");
}

#[test]
fn each_kind_is_seen_from_its_file() {
    let desk = Desk::new();
    let report = json!({"StatusItems": {"device": {"operating-system": {"version": "26.1"}}}});
    let status = desk.write("status.json", report.to_string());
    let (_, why) = desk.refused(&["mdm", "import", "--source", "ddm", &status]);
    assert!(why.contains("--device-ref"), "{why}");
    let done = desk.json(&[
        "mdm",
        "import",
        "--source",
        "ddm",
        &status,
        "--device-ref",
        "A-17",
        "--seen-at",
        "2026-11-20T08:00:00Z",
    ]);
    assert_eq!(done["kind"], "apple-status");
    let play = json!({"name": "enterprises/L/devices/3f2a", "softwareInfo": {"androidVersion": "16"}});
    let done = desk.json(&["mdm", "import", "--source", "play", &desk.write("device.json", play.to_string())]);
    assert_eq!(done["kind"], "amapi");
    let table = desk.write("devices.csv", "Device ID;OS version\nA-18;18.0\n;17.0\n");
    let map = desk.write("map.txt", "# Our console\ndevice_ref = Device ID\n\nos_version = OS version\n");
    let output = desk.run(&["mdm", "import", "--source", "console", &table, "--map-file", &map]);
    assert!(output.status.success(), "{}", err(&output));
    assert!(
        err(&output).contains("1 entries were left out; the first: line 3, column `Device ID`"),
        "{}",
        err(&output)
    );
    let listed = desk.json(&["mdm", "list"]);
    let versions: Vec<_> = listed["records"].as_array().unwrap().iter().map(|one| &one["facts"]["osVersion"]).collect();
    assert_eq!(versions.len(), 3);
    assert_eq!((&versions[1]["value"], &versions[1]["at"]), (&json!("26.1"), &json!("2026-11-20T08:00:00Z")));
    let (code, why) = desk.refused(&["mdm", "import", "--source", "play", &table, "--map-file", &map]);
    assert_eq!(code, Some(1));
    assert!(why.contains("`play` is a source of the kind amapi, not csv"), "{why}");
}

#[test]
fn a_table_and_its_mapping_are_taken_as_an_office_saves_them() {
    let desk = Desk::new();
    let units = "\u{feff}Device ID\tVersión\r\nA-18\t18.0\r\n".encode_utf16();
    let table = desk.write("devices.txt", units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let map = desk.write("map.txt", "\u{feff}device_ref = Device ID\r\nos_version = Versión\r\n");
    desk.json(&["mdm", "import", "--source", "console", &table, "--map-file", &map]);
    let facts = &desk.json(&["mdm", "list"])["records"][0]["facts"];
    assert_eq!(facts["osVersion"]["value"], "18.0");
}

#[test]
fn cells_that_are_not_understood_are_told_by_their_column_and_without_what_they_hold() {
    let desk = Desk::new();
    let table = desk.write("devices.csv", "device_ref,OS,model\nA-17,Ana,Pixel 8\nA-18,18.0,\nA-19,Eva,\n");
    let import = ["mdm", "import", "--source", "console", &table, "--map", "os_version=OS"];
    let output = desk.run(&[&import[..], &["--json"]].concat());
    assert!(output.status.success(), "{}", err(&output));
    let done: Value = serde_json::from_str(&out(&output)).unwrap();
    let unread = json!({"file": table, "column": "OS", "why": "not-understood", "cells": 2, "firstLine": 2});
    assert_eq!(done["unread"], json!([unread]));
    let told = "column `OS`: cells that are not understood and say nothing: 2; the first is in line 2";
    assert!(err(&output).contains(told) && !err(&output).contains("Ana"), "{}", err(&output));
    let listed = desk.json(&["mdm", "list"]);
    let facts = |at: usize| &listed["records"][at]["facts"];
    assert_eq!((&facts(0)["osVersion"], &facts(1)["osVersion"]["value"]), (&Value::Null, &json!("18.0")));
    assert_eq!(facts(0)["model"]["value"], "Pixel 8");
}

#[test]
fn two_rows_that_contradict_each_other_are_told_and_neither_counts() {
    let desk = Desk::new();
    let rows = "A-17,WhatsApp Business,2.26.39.71\nA-17,WhatsApp Business,2.26.14.2\n";
    let table = desk.write("apps.csv", format!("device_ref,app,Version\n{rows}"));
    let output = desk.run(&["mdm", "import", "--source", "console", &table, "--map", "app_version=Version"]);
    let told = "column `Version`: rows that say something else than an earlier one of the same device and time, so \
                neither counts: 1; the first is in line 3";
    assert!(output.status.success() && err(&output).contains(told), "{}", err(&output));
    let business = &desk.json(&["mdm", "list"])["records"][0]["facts"]["whatsappBusiness"]["value"];
    assert_eq!(business, &json!({"presence": "installed"}));
}

#[test]
fn an_import_without_the_last_page_of_a_list_says_how_to_get_the_rest() {
    let desk = Desk::new();
    let page = |name: &str, device: &str, next: Value| {
        let device = json!({"name": format!("enterprises/L/devices/{device}")});
        desk.write(name, json!({"devices": [device], "nextPageToken": next}).to_string())
    };
    let (first, second) = (page("1.json", "a1", json!("t1")), page("2.json", "a2", Value::Null));
    let import = |files: &[&str]| {
        let output = desk.run(&[&["mdm", "import", "--json", "--source", "play"], files].concat());
        assert!(output.status.success(), "{}", err(&output));
        let done: Value = serde_json::from_str(&out(&output)).unwrap();
        (done["morePages"].clone(), err(&output))
    };
    let (more, told) = import(&[&first]);
    assert_eq!(more, true);
    assert!(told.contains("`&pageToken=` and the page's `nextPageToken`") && !told.contains("t1"), "{told}");
    for files in [&[&*second, &first][..], &[&second]] {
        let (more, told) = import(files);
        assert!(more == false && !told.contains("page"), "{told}");
    }
}

#[test]
fn a_file_without_a_time_is_as_old_as_itself() {
    let desk = Desk::new();
    let table = desk.write("devices.csv", "device_ref,os_version\nA-18,18.0\n");
    let day = std::time::Duration::from_hours(24);
    let then = fs::metadata(&table).unwrap().modified().unwrap() - 9 * day;
    fs::File::options().write(true).open(&table).unwrap().set_modified(then).unwrap();
    desk.json(&["mdm", "import", "--source", "console", &table]);
    assert!(desk.words(&["mdm", "list"]).contains("  9 d"), "{}", desk.words(&["mdm", "list"]));
}

#[test]
fn a_source_has_one_key_that_is_shown_again_and_renewed() {
    let desk = Desk::new();
    let add = ["mdm", "source", "add", "nanomdm", "--kind", "nanomdm", "--url", "https://posture.example.com/"];
    let added = desk.json(&add);
    assert_eq!(added["address"], "https://posture.example.com/v1/mdm/1/nanomdm");
    let key = added["secret"].as_str().unwrap();
    assert_eq!(key.len(), 43);
    let shown = desk.json(&["mdm", "source", "secret", "nanomdm"]);
    assert_eq!(shown["secret"], key);
    let renewed = desk.json(&["mdm", "source", "secret", "nanomdm", "--renew"]);
    assert_ne!(renewed["secret"], key);
    assert_eq!(desk.json(&["mdm", "source", "secret", "nanomdm"])["secret"], renewed["secret"]);
    assert!(desk.words(&["mdm", "source", "secret", "nanomdm"]).contains("-webhook-hmac-key"));
    let listed = desk.json(&["mdm", "source", "list"]);
    assert_eq!(listed["sources"][0]["kind"], "nanomdm");
    assert_eq!(listed["sources"][0]["wholeAppLists"], false);
    assert!(desk.words(&["mdm", "source", "list"]).contains("never"));
    let audit = desk.audit();
    for action in ["mdm-source.added", "mdm-source.secret-shown", "mdm-source.secret-renewed"] {
        assert!(audit.contains(action), "{action}: {audit}");
    }
    assert!(!audit.contains(key));
}

#[test]
fn what_cannot_be_says_why_and_what_to_do() {
    let desk = Desk::new();
    for (arguments, code, part) in [
        (&["mdm", "list"][..], 1, "there is no data here"),
        (&["mdm", "source", "secret", "none"], 1, "there is no data here"),
        (&["mdm", "source", "add", "a b", "--kind", "csv"], 2, "a source's name has"),
        (&["mdm", "source", "add", "a", "--kind", "jamf"], 2, "a kind is `nanomdm`, `amapi`, `csv` or `apple-status`"),
        (&["mdm", "import", "--source", "a"], 2, "<FILE>"),
        (&["mdm", "import", "--source", "a", "/nowhere"], 1, "/nowhere: cannot be read"),
        (&["mdm", "match", "--record", "A"], 2, "--device"),
    ] {
        let (is, why) = desk.refused(arguments);
        assert_eq!(is, Some(code), "{arguments:?}: {why}");
        assert!(why.contains(part), "{arguments:?}: {why}");
    }
    let table = desk.write("devices.csv", "device_ref,os_version\nA-18,18.0\n");
    let import =
        |more: &[&str]| desk.refused(&[&["mdm", "import", "--source", "console", &table][..], more].concat()).1;
    assert!(import(&["--map", "serial=Serial"]).contains("there is no field `serial`"));
    assert!(import(&["--map", "model=Model"]).contains("there is no column `Model`"));
    assert!(import(&["--secret", "k"]).contains("is no recorded request"));
    assert!(import(&[&desk.write("a.http", webhook("k"))]).contains("a source has one kind"));
    assert!(import(&["--kind", "nanomdm"]).contains("is not JSON; an event of NanoMDM or MicroMDM is expected"));
    assert!(import(&[&desk.write("b.json", "{}")]).contains("say --kind"));
    desk.json(&["mdm", "import", "--source", "console", &table]);
    let device = "0000001ZQ8V7Y2M4C9K3T5R6WX";
    let (_, why) = desk.refused(&["mdm", "match", "--record", "A-19", "--device", device]);
    assert!(why.contains("no record has this reference; `atalaya mdm list`"), "{why}");
    let (_, why) = desk.refused(&["mdm", "match", "--record", "A-18", "--device", device]);
    assert!(why.contains("no device that has not left has this id"), "{why}");
    assert!(desk.words(&["mdm", "match", "--record", "A-18", "--none"]).contains("matched by its reference again"));
}
