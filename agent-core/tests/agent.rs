//! `atalaya-agent` as a person and a script use it on a machine that nobody has enrolled. Journeys with a server stand
//! in `tests/e2e`.
#![cfg(feature = "host")]
#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

const TOKEN: &str = "00000000WXYZ0123456789ABCD";
/// Port 9 is `discard`: nobody listens, so nothing leaves this machine.
const NOBODY: &str = "http://127.0.0.1:9";

struct Person {
    state: tempfile::TempDir,
}

impl Person {
    fn new() -> Self {
        Self { state: tempfile::tempdir().unwrap() }
    }

    fn folder(&self) -> std::path::PathBuf {
        self.state.path().join("agent")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya-agent"));
        command.env("LANG", "C").env_remove("LC_ALL").env("TZ", "Europe/Madrid");
        command.args(arguments).arg("--state").arg(self.folder());
        command
    }

    fn runs(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn before_enrolment_status_says_what_to_do_next_and_makes_nothing() {
    let person = Person::new();
    let output = person.runs(&["status"]);
    assert_eq!(output.status.code(), Some(1));
    let told = words(&output.stdout);
    assert!(told.contains("not enrolled") && told.contains("atalaya-agent enrol LINK"), "{told}");
    let output = person.runs(&["status", "--json", "--lang", "es"]);
    assert_eq!(output.status.code(), Some(1));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["enrolment"].is_null());
    assert!(!person.folder().exists());
}

#[test]
fn this_machine_is_judged_without_an_enrolment() {
    let person = Person::new();
    let output = person.runs(&["check", "--json"]);
    assert!([0, 3, 4].contains(&output.status.code().unwrap()), "{}", words(&output.stderr));
    let posture: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(posture["checks"][0]["check"], "device-encryption");
    assert_ne!(posture["checks"][0]["reason"]["code"], "unknown.not-collected");
    let told = words(&person.runs(&["check", "--lang", "es"]).stdout);
    assert!(told.contains("unas reglas básicas de Atalaya"), "{told}");
    assert!(!person.folder().exists());
}

#[test]
fn this_machine_is_judged_by_a_policy_at_hand() {
    let person = Person::new();
    let policy = person.state.path().join("policy.yaml");
    let text = "apiVersion: posture/v1\nkind: Policy\nmetadata: { name: t, revision: 9 }\nspec:\n  checks:\n    \
        os-version: { linux: { min: \"1\" }, macos: { min: \"1\" }, windows: { min: \"1\" } }\n";
    std::fs::write(&policy, text).unwrap();
    let output = person.runs(&["check", "--json", "--policy", policy.to_str().unwrap()]);
    assert!([0, 4].contains(&output.status.code().unwrap()), "{}", words(&output.stderr));
    let posture: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&posture["policyRevision"], &posture["checks"][0]["check"]), (&9.into(), &"os-version".into()));
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_is_missing() {
    let person = Person::new();
    for (arguments, missing) in [
        (&["enrol"][..], "no token is given"),
        (&["enrol", "--token", TOKEN], "no server is named"),
        (&["enrol", "--server", NOBODY, "--token", "hello"], "a token is 26 letters and digits"),
        (&["enrol", "--token", TOKEN, "--token-file", "-"], "cannot be used with"),
        (&["check", "--facts", "facts.json"], "--policy <FILE>"),
        (&["check", "--standing", "standing.json"], "--policy <FILE>"),
        (&["run", "--every", "soon"], "is not a length of time"),
        (&["ledger", "--raw", "1", "--json"], "cannot be used with"),
        (&["frobnicate"], "unrecognized subcommand"),
        (&["status", "--lang", "fr"], "write `es` or `en`"),
    ] {
        let output = person.runs(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let told = words(&output.stderr);
        assert!(told.contains(missing), "{arguments:?}: {told}");
        assert!(!told.contains("WXYZ"), "a token is never printed: {told}");
    }
}

#[test]
fn what_needs_an_enrolment_says_so() {
    let person = Person::new();
    for command in ["report", "deliver", "run"] {
        let output = person.runs(&[command, "--json", "--lang", "es"]);
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(words(&output.stderr).contains("no está dado de alta"), "{command}");
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["error"]["code"], "not-enrolled", "{command}");
    }
    assert!(!person.folder().exists());
}

#[test]
fn an_enrolment_that_reached_nobody_stands_in_the_ledger() {
    let person = Person::new();
    assert!(words(&person.runs(&["ledger"]).stdout).contains("Nothing has left this machine."));
    let output = person.runs(&["enrol", &format!("{NOBODY}/enrol#{TOKEN}")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output.stderr).contains("the server cannot be reached"), "{}", words(&output.stderr));
    let output = person.runs(&["ledger", "--json"]);
    let entries: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&entries[0]["kind"], entries.as_array().unwrap().len()), (&"challenge".into(), 1));
    assert!(!words(&output.stdout).contains(TOKEN), "only its hash is asked about");
    assert_eq!(person.runs(&["ledger", "--raw", "1"]).status.code(), Some(1));
    assert_eq!(person.runs(&["status"]).status.code(), Some(1));
}

#[test]
fn a_token_may_come_from_standard_input() {
    let person = Person::new();
    let mut command = person.command(&["enrol", "--server", NOBODY, "--token-file", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{TOKEN}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(words(&output.stderr).contains("cannot be reached"), "{}", words(&output.stderr));
}

#[cfg(unix)]
#[test]
fn the_state_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let person = Person::new();
    person.runs(&["enrol", &format!("{NOBODY}/enrol#{TOKEN}")]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&person.folder()), 0o700);
    assert_eq!(mode(&person.folder().join("identity.key")), 0o600);
}

#[test]
fn every_command_has_help_with_examples() {
    let person = Person::new();
    for command in ["enrol", "check", "report", "deliver", "run", "status", "ledger"] {
        let output = person.runs(&[command, "--help"]);
        assert_eq!(output.status.code(), Some(0));
        assert!(words(&output.stdout).contains(&format!("Examples:\n  atalaya-agent {command}")), "{command}");
    }
}

#[test]
fn every_command_in_the_documentation_is_one() {
    use clap::Parser;
    let document = include_str!("../../docs/agent.md");
    let written = document.lines().map(|line| line.trim_start_matches("ExecStart=/usr/local/bin/"));
    let commands: Vec<&str> = written.filter(|line| line.starts_with("atalaya-agent ")).collect();
    assert!(commands.len() >= 15, "{commands:?}");
    for command in commands {
        let command = command.split(" #").next().unwrap();
        let parsed = agent_core::host::command::CommandLine::try_parse_from(command.split_whitespace());
        assert!(parsed.is_ok(), "{command}: {:?}", parsed.err());
    }
}

#[test]
fn the_documented_first_commands_run() {
    let person = Person::new();
    let code = |arguments: &[&str]| person.runs(arguments).status.code().unwrap();
    assert!([0, 3, 4].contains(&code(&["check"])));
    assert_eq!((code(&["status"]), code(&["ledger"]), code(&["report"])), (1, 0, 1));
}
