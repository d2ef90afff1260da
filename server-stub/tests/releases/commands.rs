//! `atalaya catalogue`, as an administrator or a script runs it.

use std::{
    fs,
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::feeds::{Feeds, fixture};

struct Desk {
    folder: TempDir,
    feeds: Feeds,
}

impl Desk {
    async fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), feeds: Feeds::with_every_source().await }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
        command.env("ATALAYA_DATA", self.folder.path().join("data")).env_remove("ATALAYA_LOG");
        command.arg("catalogue").args(arguments);
        // The feeds are served by this thread's runtime meanwhile.
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    async fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat()).await;
        assert!(output.status.success(), "{arguments:?}: {}", err(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn fetching_tells_each_source_and_lists_and_explains_what_came() {
    let desk = Desk::new().await;
    let mirror = ["--mirror", &desk.feeds.url];
    let first = desk.run(&[&["fetch"][..], &mirror].concat()).await;
    assert_eq!(first.status.code(), Some(0), "{}", err(&first));
    assert!(err(&first).contains("apple-lookup: ok, 10 of 10 answers, 10 claims"), "{}", err(&first));
    assert!(err(&first).contains("fleet: ok"), "{}", err(&first));
    assert!(out(&first).contains("Catalogue 1 is in force."), "{}", out(&first));
    let again = desk.json(&[&["fetch", "--source", "sofa", "--source", "cve"][..], &mirror].concat()).await;
    assert_eq!((again["changed"].as_bool(), &again["revision"]), (Some(false), &Value::Null));
    let outcomes: Vec<_> =
        again["sources"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["unchanged", "unchanged"]);

    let listed = desk.json(&["list"]).await;
    let sources = listed["sources"].as_array().unwrap();
    let gdmf = sources.iter().find(|one| one["source"] == "apple-gdmf").unwrap();
    assert_eq!(
        (gdmf["ageHours"].as_i64(), gdmf["failing"].as_u64(), &gdmf["lastError"]),
        (Some(0), Some(0), &Value::Null)
    );
    assert!(out(&desk.run(&["list"]).await).contains("SOURCE"));

    let explained = desk.json(&["explain", "os", "ios", "--model", "iPhone11,8"]).await;
    assert_eq!(explained["effectiveLatest"], "26.1");
    assert_eq!(explained["newestForModel"], "18.7.2");
    let claims = explained["claims"].as_array().unwrap();
    let fates: Vec<_> = claims.iter().map(|claim| claim["fate"].as_str().unwrap()).collect();
    assert!(["used", "beaten", "disputed"].iter().all(|fate| fates.contains(fate)), "{fates:?}");
    let told = out(&desk.run(&["explain", "whatsapp-business", "ios"]).await);
    for part in [
        "Latest of whatsapp-business on ios is 26.38.74.",
        "CVE-2026-4242, known to be exploited",
        "What would change the answer:",
        "apple-lookup es-bundle",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[tokio::test]
async fn codes_say_whether_any_source_answered() {
    let desk = Desk::new().await;
    let nobody = desk.run(&["fetch", "--source", "sofa", "--mirror", "http://127.0.0.1:1/"]).await;
    assert_eq!(nobody.status.code(), Some(1));
    assert!(err(&nobody).contains("sofa: failed; ios: the source cannot be reached"), "{}", err(&nobody));
    assert!(err(&nobody).contains("never answered yet"));
    assert!(out(&nobody).contains("No source answered"), "{}", out(&nobody));
    for (arguments, told) in [
        (&["fetch", "--source", "play"][..], "apple-gdmf"),
        (&["fetch", "--mirror", "http://mirror.example.com"], "plain http reaches this machine only"),
        (&["import", "--source", "fleet", &desk.write("x.json", b"{}")], "own fleet"),
    ] {
        let output = desk.run(arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", err(&output));
        assert!(err(&output).contains(told), "{arguments:?}: {}", err(&output));
    }
    // Some failed, one answered.
    desk.feeds.body("sofa/v2.json", b"<html>");
    let some = desk.run(&["fetch", "--source", "sofa", "--source", "apple-gdmf", "--mirror", &desk.feeds.url]).await;
    assert_eq!(some.status.code(), Some(0), "{}", err(&some));
}

#[tokio::test]
async fn a_server_asks_nobody_unless_it_is_told_to() {
    let desk = Desk::new().await;
    let serve = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
        command.env("ATALAYA_DATA", desk.folder.path().join("data")).env("ATALAYA_LOG", "warn");
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
        command
    };
    let wrong = serve(&["--mirror", &desk.feeds.url]).status().unwrap();
    assert_eq!(wrong.code(), Some(2), "a mirror is only for whoever asks");
    // Up, and for as long as the next one needs to ask.
    let mut quiet = serve(&[]).spawn().unwrap();
    wait_for(|| desk.folder.path().join("data/url").exists()).await;
    let other = tempfile::tempdir().unwrap();
    let mut asking = serve(&["--fetch-releases", "--mirror", &desk.feeds.url]);
    let mut asking = asking.env("ATALAYA_DATA", other.path().join("data")).spawn().unwrap();
    wait_for(|| desk.feeds.asked("cve/CVE-2026-4242.json") > 0).await;
    assert_eq!(desk.feeds.asked("apple-gdmf/pmv.json"), 1, "by one of the two");
    for server in [&mut quiet, &mut asking] {
        server.kill().unwrap();
        server.wait().unwrap();
    }
    assert_eq!(desk.json(&["list"]).await["sources"][0]["fetchedAt"], Value::Null);
}

async fn wait_for(mut so: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(std::time::Duration::from_secs(30), async {
        while !so() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    waited.await.unwrap();
}

#[tokio::test]
async fn saved_answers_are_taken_over_and_faulty_ones_make_no_data() {
    let desk = Desk::new().await;
    let bad = desk.write("bad.json", br#"{"vulnerabilities":[{"cveID":7}]}"#);
    let refused = desk.run(&["import", "--source", "cisa-kev", &bad]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).starts_with(&format!("{bad}: vulnerabilities[0].cveID: invalid type")), "{}", err(&refused));
    let nameless = desk.write("levels.json", &fixture("android-patch"));
    let refused = desk.run(&["import", "--source", "android-patch", &nameless]).await;
    assert!(err(&refused).contains("name it android_sdk_35.json"), "{}", err(&refused));
    let other = desk.write("android_sdk_36.json", &fixture("sofa"));
    let refused = desk.run(&["import", "--source", "android-patch", &other]).await;
    assert!(err(&refused).contains("missing field `vulnerabilities`"), "{}", err(&refused));
    assert!(!desk.folder.path().join("data").exists(), "a faulty file makes no data");

    for (source, file, fixed, revision) in [
        ("amapi", "w4b.json", "amapi", 1),
        ("cve", "record.json", "cve-both", 2),
        ("cisa-kev", "kev.json", "cisa-kev", 2),
        ("nvd", "whatsapp-business.json", "nvd", 2),
        ("cve", "other.json", "cve-ios", 3),
        ("android-patch", "android_sdk_35.json", "android-patch", 4),
        ("endoflife.date", "android.json", "endoflife-old", 5),
        ("endoflife.date", "saved.json", "endoflife-new", 6),
    ] {
        let file = desk.write(file, &fixture(fixed));
        let imported = desk.json(&["import", "--source", source, &file]).await;
        assert_eq!(imported["revision"], revision, "{source}: {imported}");
    }
    let floors = desk.json(&["explain", "whatsapp-business", "android"]).await["floors"].clone();
    assert_eq!(floors[0]["cve"], "CVE-2026-23871", "one record does not replace another");
    let catalogue =
        "apiVersion: posture/v1\nkind: Catalogue\nmetadata: { revision: 1, issued: 2026-11-24T06:00:00Z }\nlines: []\n";
    let written = desk.write("releases.yaml", catalogue.as_bytes());
    // A catalogue is a catalogue, whatever its source is called.
    assert!(desk.json(&["import", "--source", "cve", &written]).await["claims"].is_null());
}
