//! The administrative commands, as a person or a script runs them.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.path().join(name), text).unwrap();
        self.path(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
        command.env("ATALAYA_DATA", self.0.path().join("data")).env_remove("ATALAYA_LOG").args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs with `--json`; the one document on stdout.
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).arg("--json").output().unwrap();
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

const POLICY: &str = "apiVersion: posture/v1
kind: Policy
metadata: { name: strict, revision: 7 }
spec:
  checks:
    screen-lock: { severity: fail }
";

#[test]
fn a_fresh_folder_is_made_once_and_said_so() {
    let desk = Desk::new();
    let first = desk.run(&["admin", "invite", "--email", "marta@clinica.example", "--role", "owner"]);
    assert_eq!(first.status.code(), Some(0), "{}", err(&first));
    assert!(err(&first).contains("new data folder"), "{}", err(&first));
    assert!(out(&first).contains("/sign-in/link?token="), "{}", out(&first));
    let second = desk.run(&["admin", "invite", "--email", "luis@clinica.example", "--role", "viewer"]);
    assert!(!err(&second).contains("new data folder"));
    let users = desk.json(&["admin", "list"]);
    assert_eq!(users["users"][1]["email"], "luis@clinica.example");
    assert_eq!(users["users"][1]["role"], "viewer");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(desk.path("data")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "only this user may enter: {mode:o}");
    }
}

#[test]
fn looking_at_data_that_is_not_there_makes_none() {
    let desk = Desk::new();
    for arguments in [&["admin", "list"][..], &["verify"], &["backup", "x"], &["policy", "show"], &["token", "list"]] {
        let output = desk.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(err(&output).contains("there is no data here"), "{}", err(&output));
    }
    assert!(!Path::new(&desk.path("data")).exists());
}

#[test]
fn wrong_usage_is_code_two_and_says_what_is_taken() {
    let desk = Desk::new();
    for (arguments, says) in [
        (&["admin", "invite", "--email", "marta", "--role", "owner"][..], "name@example.com"),
        (&["admin", "invite", "--email", "a@b.example", "--role", "king"], "owner"),
        (&["token", "create", "--expires", "soon"], "7d"),
        (&["token", "create", "--group", "Clínica"], "lower-case"),
        (&["token", "create", "--uses", "0"], "1..=1000000"),
        (&["api-token", "create", "--name", "a b", "--role", "viewer"], "letters"),
        (&["serve", "--tls-cert", "x"], "--tls-key"),
        (&["serve", "--behind-proxy", "proxy"], "proxy"),
        (&["nonsense"], "Usage"),
    ] {
        let output = desk.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", err(&output));
        assert!(err(&output).contains(says), "{arguments:?}: {}", err(&output));
    }
}

#[test]
fn a_password_is_read_from_stdin_and_checked() {
    let desk = Desk::new();
    desk.json(&["admin", "invite", "--email", "marta@clinica.example", "--role", "owner"]);
    let set = |password: &str| {
        let mut child = desk
            .command(&["admin", "password", "--email", "Marta@clinica.example"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let short = set("short\n");
    assert_eq!(short.status.code(), Some(1));
    assert!(err(&short).contains("at least 15"), "{}", err(&short));
    assert!(set("correct horse battery\n").status.success());
    assert_eq!(desk.json(&["admin", "list"])["users"][0]["hasPassword"], true);
    assert_eq!(desk.json(&["admin", "disable", "--email", "marta@clinica.example"])["changed"], true);
    let unknown = desk.run(&["admin", "disable", "--email", "nobody@clinica.example"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(err(&unknown).contains("atalaya admin list"));
}

#[test]
fn a_token_comes_with_its_link_and_a_picture_that_scanners_read() {
    let desk = Desk::new();
    let (png, svg) = (desk.path("token.png"), desk.path("token.svg"));
    let made = desk.json(&[
        "token",
        "create",
        "--group",
        "clinic",
        "--uses",
        "3",
        "--expires",
        "24h",
        "--qr",
        &png,
        "--url",
        "https://posture.example.com/",
    ]);
    let token = made["token"].as_str().unwrap();
    assert_eq!(token.len(), 26);
    assert_eq!(made["link"], format!("https://posture.example.com/enrol#{token}"));
    let decoder = png::Decoder::new(std::io::BufReader::new(fs::File::open(&png).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.width, info.height);
    // A quiet zone, and inside it the outline of a finder pattern.
    let (side, scale) = (info.width as usize, 8);
    let at = |x: usize, y: usize| pixels[(y * scale + scale / 2) * side + x * scale + scale / 2];
    assert!((0..4).all(|place| at(place, place) == 255), "quiet zone");
    assert!((4..11).all(|place| at(place, 4) == 0 && at(4, place) == 0), "finder pattern");
    assert_eq!(at(5, 5), 255);

    let words = desk.run(&["token", "create", "--group", "clinic", "--qr", &svg]);
    assert!(out(&words).contains("/enrol#") && out(&words).contains('█'), "{}", out(&words));
    assert!(fs::read_to_string(&svg).unwrap().contains("<svg"));
    let refused = desk.run(&["token", "create", "--qr", "token.gif"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains(".png or .svg"), "{}", err(&refused));

    let name = made["name"].as_str().unwrap();
    let listed = desk.run(&["token", "list"]);
    assert!(out(&listed).contains(name) && !out(&listed).contains(token), "{}", out(&listed));
    assert_eq!(desk.json(&["token", "revoke", name])["revoked"], true);
    assert_eq!(desk.run(&["token", "revoke", name]).status.code(), Some(1));
    let states = desk.json(&["token", "list"]);
    let mine = states["tokens"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
    assert_eq!((mine["state"].as_str(), mine["uses"].as_u64()), (Some("revoked"), Some(3)));
}

#[test]
fn a_bad_policy_is_refused_with_file_line_and_column() {
    let desk = Desk::new();
    let file = desk.write("bad.yaml", &POLICY.replace("severity", "severty"));
    for arguments in [&["policy", "validate", &file][..], &["policy", "apply", &file]] {
        let output = desk.run(arguments);
        assert_eq!(output.status.code(), Some(1));
        let told = err(&output);
        assert!(told.starts_with(&format!("{file}:6:20: ")), "{told}");
        assert!(told.contains("severity"), "the nearest word: {told}");
    }
    assert!(!Path::new(&desk.path("data")).exists(), "a faulty file makes no data");
    let gone = desk.run(&["policy", "validate", "nowhere.yaml"]);
    assert!(err(&gone).starts_with("nowhere.yaml: cannot be read"), "{}", err(&gone));
}

#[test]
fn a_policy_is_validated_compared_applied_and_shown() {
    let desk = Desk::new();
    let file = desk.write("policy.yaml", POLICY);
    assert_eq!(desk.json(&["policy", "validate", &file])["revision"], 7);
    desk.json(&["org", "create", "--name", "Clínica Levante"]);
    let changes = desk.json(&["policy", "diff", &file]);
    assert!(changes["changes"].as_array().unwrap().iter().any(|change| change["path"] == "metadata.revision"));
    let applied = desk.json(&["policy", "apply", &file, "--group", "clinic", "--note", "why"]);
    assert_eq!(applied["revision"], 7);
    let again = desk.run(&["policy", "apply", &file]);
    assert_eq!(again.status.code(), Some(1));
    assert!(err(&again).contains("write 8 or more"), "{}", err(&again));
    let shown = desk.json(&["policy", "show", "--group", "clinic"]);
    assert_eq!((&shown["policy"]["metadata"]["name"], &shown["note"]), (&"strict".into(), &"why".into()));
    let usual = desk.json(&["policy", "show", "--group", "another"]);
    assert_eq!(usual["policyOfGroup"], "default");
    // What is shown can be validated: JSON is YAML.
    let round = desk.write("round.yaml", &out(&desk.run(&["policy", "show", "--group", "clinic"])));
    assert!(desk.run(&["policy", "validate", &round]).status.success());
    assert_eq!(out(&desk.run(&["policy", "diff", &round, "--group", "clinic"])), "No difference.\n");
    let log = out(&desk.run(&["audit", "list"]));
    assert!(log.contains("policy.applied") && log.contains("Head of the chain: 2 "), "{log}");
}

#[test]
fn facts_are_judged_under_a_policy_file_and_the_code_says_how() {
    let desk = Desk::new();
    let policy = desk.write("policy.yaml", POLICY);
    let judge = |lock: &str| {
        let facts = desk.write("facts.json", &format!(r#"{{"platform":"android","screenLock":{lock}}}"#));
        desk.run(&["policy", "test", &policy, "--facts", &facts, "--at", "2026-11-24T09:00:00Z"])
    };
    let fine = judge(r#"{"value":true,"evidence":"os-reported"}"#);
    assert_eq!(fine.status.code(), Some(0), "{}", err(&fine));
    assert!(out(&fine).starts_with("compliant\n"), "{}", out(&fine));
    assert_eq!(judge(r#"{"value":false,"evidence":"os-reported"}"#).status.code(), Some(3));
    assert_eq!(judge(r#"{"unknown":"probe-failed"}"#).status.code(), Some(4));
    let broken = judge("{");
    assert_eq!(broken.status.code(), Some(1));
    assert!(err(&broken).contains("facts.json:1:"), "{}", err(&broken));
    assert!(!Path::new(&desk.path("data")).exists(), "nothing is stored");
}

#[test]
fn several_organisations_have_to_be_named() {
    let desk = Desk::new();
    desk.json(&["org", "create", "--name", "One"]);
    desk.json(&["org", "create", "--name", "Two"]);
    let which = desk.run(&["admin", "list"]);
    assert_eq!(which.status.code(), Some(2));
    assert!(err(&which).contains("--org: 1 (One), 2 (Two)"), "{}", err(&which));
    desk.json(&["admin", "invite", "--email", "a@b.example", "--role", "owner", "--org", "Two"]);
    assert_eq!(desk.json(&["admin", "list", "--org", "2"])["users"].as_array().unwrap().len(), 1);
    assert_eq!(desk.json(&["admin", "list", "--org", "1"])["users"].as_array().unwrap().len(), 0);
    assert_eq!(desk.run(&["admin", "list", "--org", "Three"]).status.code(), Some(2));
}

#[test]
fn an_api_token_is_shown_once_and_its_name_stays() {
    let desk = Desk::new();
    let made = desk.json(&["api-token", "create", "--name", "grafana", "--role", "viewer"]);
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("atl_"));
    assert!(!out(&desk.run(&["api-token", "list"])).contains(token));
    assert!(desk.run(&["api-token", "revoke", "grafana"]).status.success());
    assert_eq!(desk.run(&["api-token", "revoke", "grafana"]).status.code(), Some(1));
    let again = desk.run(&["api-token", "create", "--name", "grafana", "--role", "viewer"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(desk.json(&["api-token", "list"])["apiTokens"][0]["revokedAt"].is_string());
}

#[test]
fn a_backup_is_a_whole_database_and_verify_finds_what_was_tampered_with() {
    let desk = Desk::new();
    desk.json(&["org", "create", "--name", "One"]);
    let copy = desk.path("copy.db");
    let made = desk.json(&["backup", &copy]);
    assert_eq!(made["bytes"].as_u64(), Some(fs::metadata(&copy).unwrap().len()));
    assert_eq!(desk.run(&["backup", &copy]).status.code(), Some(1), "it does not write over a file");
    assert_eq!(desk.json(&["verify"])["breaches"].as_array().unwrap().len(), 0);
    let database = rusqlite::Connection::open(desk.path("data/atalaya.db")).unwrap();
    database.execute("UPDATE audit_log SET payload = '{}' WHERE entry = 1", []).unwrap();
    drop(database);
    let output = desk.run(&["verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("I8: organisation 1: audit entry 1"), "{}", out(&output));
}

#[test]
fn a_restored_backup_lets_phones_take_its_older_policies() {
    let desk = Desk::new();
    desk.json(&["org", "create", "--name", "One"]);
    let copy = desk.path("copy.db");
    desk.json(&["backup", &copy]);
    let new = desk.path("new");
    let restore = |more: &[&str]| desk.run(&[&["restore", &copy, "--data", &new], more].concat());
    let refused = restore(&[]);
    assert!(err(&refused).contains("the keys are missing"), "{}", err(&refused));
    fs::create_dir(&new).unwrap();
    let keys = Command::new("cp").arg("-r").args([desk.path("data/keys"), format!("{new}/keys")]).status().unwrap();
    assert!(keys.success());
    let done = restore(&[]);
    assert!(done.status.success(), "{}", err(&done));
    assert_eq!(restore(&[]).status.code(), Some(1), "it does not write over data");
    assert!(desk.run(&["verify", "--data", &new]).status.success());
    let database = rusqlite::Connection::open(format!("{new}/atalaya.db")).unwrap();
    let epoch: i64 = database.query_row("SELECT policy_epoch FROM organisations", [], |row| row.get(0)).unwrap();
    assert_eq!(epoch, 2);

    let other = desk.write("other.db", "not a database");
    let refused = desk.run(&["restore", &other, "--data", &desk.path("third"), "--new-keys"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("name a file of `atalaya backup`"), "{}", err(&refused));
}

const CATALOGUE: &str = "apiVersion: posture/v1
kind: Catalogue
metadata: { revision: 1, issued: 2026-11-20T00:00:00Z }
lines:
  - product: whatsapp-business
    platform: android
    source: administrator
    fetchedAt: 2026-11-20T00:00:00Z
    confidence: curated
    releases:
      - { version: 2.26.39.71, released: 2026-10-01 }
      - { version: 2.26.38.74, released: 2026-09-20 }
";

#[test]
fn a_catalogue_is_imported_listed_and_explained() {
    let desk = Desk::new();
    let file = desk.write("releases.yaml", CATALOGUE);
    assert_eq!(desk.json(&["catalogue", "import", "--source", "administrator", &file])["revision"], 1);
    let listed = desk.json(&["catalogue", "list"]);
    assert_eq!(listed["lines"][0]["newest"], "2.26.39.71");
    let told = out(&desk.run(&["catalogue", "explain", "whatsapp-business", "android"]));
    assert!(told.contains("2.26.38.74 of 2026-09-20 (administrator, curated)"), "{told}");
    let unknown = desk.run(&["catalogue", "explain", "os", "ios"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(err(&unknown).contains("known: whatsapp-business android"), "{}", err(&unknown));
    let bad = desk.write("bad.yaml", &CATALOGUE.replace("released", "relesed"));
    let refused = desk.run(&["catalogue", "import", "--source", "administrator", &bad]);
    assert!(err(&refused).starts_with(&format!("{bad}:11:")), "{}", err(&refused));
}

#[test]
fn devices_are_listed_by_the_filters_of_the_list() {
    let desk = Desk::new();
    desk.json(&["org", "create", "--name", "One"]);
    assert_eq!(desk.json(&["device", "list", "--filter", "?state=stale&platform=ios"])["total"], 0);
    let wrong = desk.run(&["device", "list", "--filter", "state=fine"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(err(&wrong).contains("not-compliant"), "{}", err(&wrong));
    let none = desk.run(&["device", "show", "0000001ZQ8V7Y2M4C9K3T5R6WX"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(err(&none).contains("atalaya device list"), "{}", err(&none));
    assert_eq!(desk.run(&["device", "show", "short"]).status.code(), Some(2));
}

#[test]
fn every_command_explains_itself() {
    let desk = Desk::new();
    for arguments in [
        &["serve"][..],
        &["admin", "invite"],
        &["token", "create"],
        &["api-token", "create"],
        &["policy", "validate"],
        &["policy", "test"],
        &["catalogue", "import"],
        &["catalogue", "explain"],
        &["device", "list"],
        &["device", "show"],
        &["restore"],
        &["org", "create"],
        &["audit", "list"],
        &["backup"],
    ] {
        let output = desk.run(&[arguments, &["--help"]].concat());
        assert!(output.status.success());
        assert!(out(&output).contains("Example"), "{arguments:?}: {}", out(&output));
    }
}
