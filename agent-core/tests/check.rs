//! `atalaya-agent check` as scripts use it.
#![cfg(feature = "host")]
#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::{
    path::Path,
    process::{Command, Output},
};

const POLICY: &str = r"
apiVersion: posture/v1
kind: Policy
metadata: { name: clinic, revision: 3 }
spec:
  checks:
    screen-lock: { complexity: medium, grace: 3d }
    whatsapp-business: { floor: enforce }
    device-encryption: { unknown: tolerate }
";

const CATALOGUE: &str = r#"{"apiVersion":"posture/v1","kind":"Catalogue",
  "metadata":{"revision":1,"issued":"2026-11-24T06:00:00Z"},
  "lines":[{"product":"whatsapp-business","platform":"android","source":"administrator",
    "fetchedAt":"2026-11-24T06:00:00Z","confidence":"official",
    "floors":[{"version":"2.26.17.4","cve":"CVE-2026-23871","exploited":false}]}]}"#;

fn facts(version: &str, locked: bool) -> String {
    format!(
        r#"{{"platform":"android","screenLock":{{"value":{locked},"evidence":"os-reported"}},
            "lockComplexity":{{"value":"high","evidence":"os-reported"}},
            "storageEncryption":{{"value":"per-user","evidence":"os-reported"}},
            "whatsappBusiness":{{"presence":{{"value":"installed","evidence":"os-reported"}},
            "version":{{"value":"{version}","evidence":"os-reported"}}}}}}"#
    )
}

fn check(folder: &Path, facts: &str, policy: &str, more: &[&str]) -> Output {
    for (name, text) in [("facts.json", facts), ("policy.yaml", policy), ("catalogue.json", CATALOGUE)] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya-agent"));
    command.current_dir(folder).env("LANG", "C").env_remove("LC_ALL");
    command.args(["check", "--facts", "facts.json", "--policy", "policy.yaml", "--catalogue", "catalogue.json"]);
    command.args(["--at", "2026-11-24T09:00:00Z"]).args(more).output().unwrap()
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_exit_code_tells_the_state() {
    let folder = tempfile::tempdir().unwrap();
    let code = |facts: &str| check(folder.path(), facts, POLICY, &[]).status.code();
    assert_eq!(code(&facts("2.26.39.71", true)), Some(0));
    assert_eq!(code(&facts("2.26.39.71", false)), Some(0), "in grace");
    assert_eq!(code(&facts("2.26.14.2", true)), Some(3));
    assert_eq!(code(&facts("Varies with device", true)), Some(4));
}

#[test]
fn a_person_reads_what_why_and_how_to_fix() {
    let folder = tempfile::tempdir().unwrap();
    let output = check(folder.path(), &facts("2.26.14.2", true), POLICY, &["--lang", "es"]);
    let told = words(&output.stdout);
    let expected = "Hay algo que arreglar (1).\n\n✗ WhatsApp Business · Falla\n  \
        Tu versión (2.26.14.2) tiene un fallo de seguridad conocido (CVE-2026-23871); está resuelto desde la 2.26.17.4.\n  \
        En el trabajo se usa solo WhatsApp Business y siempre al día.\n  \
        → Actualízalo desde la tienda. Se tarda un minuto.\n";
    assert!(told.starts_with(expected), "{told}");
    assert!(!told.contains('\u{1b}'), "colour only on a terminal");
}

#[test]
fn a_script_reads_one_json_document() {
    let folder = tempfile::tempdir().unwrap();
    let output = check(folder.path(), &facts("2.26.14.2", true), POLICY, &["--json"]);
    let posture: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(posture["state"], "not-compliant");
    assert_eq!(posture["policyRevision"], 3);
    let reason = &posture["checks"].as_array().unwrap().iter().find(|one| one["check"] == "whatsapp-business").unwrap()
        ["reason"];
    assert_eq!(reason["code"], "whatsapp-business.below-floor");
    assert_eq!(reason["params"]["cve"], "CVE-2026-23871");
}

#[test]
fn bad_input_names_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let told = |facts: &str, policy: &str| {
        let output = check(folder.path(), facts, policy, &[]);
        assert_eq!(output.status.code(), Some(1));
        words(&output.stderr)
    };
    let good = facts("2.26.39.71", true);
    assert!(told(&good, &POLICY.replace("grace", "grase")).contains("policy.yaml:7:40: spec.checks.screen-lock.grase"));
    assert!(told("{\"platform\":\"symbian\"}", POLICY).starts_with("facts.json:1:21: unknown variant `symbian`"));
    let output = check(folder.path(), &good, POLICY, &["--standing", "nowhere.json"]);
    assert!(words(&output.stderr).contains("nowhere.json: cannot be read"));
    assert_eq!(check(folder.path(), &good, POLICY, &["--frobnicate"]).status.code(), Some(2));
}
