//! `atalaya attest`, as a person or a script runs it, on evidence of our own authorities.

use std::{
    fs,
    process::{Command, Output},
};

use atalaya_server::attestation::{Certificate, hex};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    apple_authority::{APP, Apple, DEVELOPMENT, HASH, Said, assertion, system, tail},
    authority::{Authority, Description, integer, tagged},
};

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    /// Runs `attest`; every file of the command line is in the desk's folder.
    fn attest(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
        command.current_dir(self.0.path()).env_remove("ATALAYA_LOG").arg("attest").args(arguments);
        command.output().unwrap()
    }

    fn json(&self, arguments: &[&str], code: i32) -> Value {
        let output = self.attest(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(code), "{}", err(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn pem(chain: &[Certificate]) -> Vec<u8> {
    let one = |certificate: &Certificate| {
        let body = STANDARD.encode(certificate.der());
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    };
    chain.iter().map(one).collect::<String>().into_bytes()
}

const AT: [&str; 2] = ["--at", "2026-11-25T09:00:00Z"];

/// A desk with a chain of this description in `chain.pem` and its root in `root.pem`.
fn android(description: &Description) -> Desk {
    let (desk, authority) = (Desk::new(), Authority::remote());
    desk.write("chain.pem", &pem(&authority.chain(&description.to_der())));
    desk.write("root.pem", &pem(&[authority.root()]));
    desk.write("status.json", br#"{"entries": {}}"#);
    desk
}

fn whole<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let fixed = ["android", "--chain", "chain.pem", "--roots", "root.pem", "--status", "status.json"];
    [&fixed[..], &AT, more].concat()
}

fn app_id() -> String {
    format!("com.example.app:{}", hex(&[9; 32]))
}

#[test]
fn a_sound_chain_is_proved_in_words_of_either_language() {
    let desk = android(&Description::default());
    let app = app_id();
    let challenge = hex(b"challenge");
    let asked = ["--challenge", &challenge, "--app-id", &app];
    let english = desk.attest(&whole(&asked));
    assert_eq!(english.status.code(), Some(0), "{}", err(&english));
    let told = out(&english);
    assert!(told.starts_with("PROVED, 2026-11-25T09:00:00Z: a key made in secure hardware"), "{told}");
    for words in [
        "What it says            proved by\n  Android version       secure hardware      16\n",
        "  Bootloader locked     secure hardware      yes\n",
        "  App                   the verified system  com.example.app\n",
        "signed by certificate 2, ECDSA with SHA-256",
        "a trusted root by its key: SERIALNUMBER=f92009e853b6b045",
        "hardwareEnforced, claimed for the secure hardware",
        "purpose: 2 (sign)",
        "Status list\n  0 entries, ",
    ] {
        assert!(told.contains(words), "{words} is not in\n{told}");
    }
    assert!(!told.contains("Why not") && !told.contains("Not looked at"), "{told}");
    let spanish = out(&desk.attest(&whole(&[&asked[..], &["--lang", "es"]].concat())));
    assert!(spanish.starts_with("DEMOSTRADO, 2026-11-25T09:00:00Z: una clave nacida"), "{spanish}");
    assert!(spanish.contains("Versión de Android") && spanish.contains("el hardware seguro"), "{spanish}");
}

#[test]
fn what_is_not_proved_says_why_and_what_to_do() {
    let odd = vec![tagged(9999, &integer(1))];
    let root = Some((vec![7; 32], 0, 2));
    let desk = android(&Description { root, more_hardware: odd, ..Description::default() });
    let english = desk.attest(&whole(&["--any-challenge"]));
    assert_eq!(english.status.code(), Some(1));
    let told = out(&english);
    for words in [
        "NOT PROVED, ",
        "Why not\n  The bootloader is unlocked. [not-locked]\n    to do: Lock the bootloader; that erases the device.",
        "[boot-not-verified]\n    found: unverified\n    to do: Install",
        "Unusual, without weight\n  The tag is not known, and not read. (hardwareEnforced.9999)",
        "Not looked at\n  the challenge (--any-challenge)\n  which app asked; give --app-id PACKAGE:SHA256",
    ] {
        assert!(told.contains(words), "{words} is not in\n{told}");
    }
    let spanish = out(&desk.attest(&whole(&["--any-challenge", "--lang", "es"])));
    for words in ["NO DEMOSTRADO, ", "qué hacer: Cierra el cargador", "Inusual, sin peso\n  No se conoce el campo"] {
        assert!(spanish.contains(words), "{words} is not in\n{spanish}");
    }
}

#[test]
fn json_says_the_same_to_a_script() {
    let root = Some((vec![7; 32], 0, 0));
    let desk = android(&Description { root, ..Description::default() });
    let told = desk.json(&whole(&["--any-challenge"]), 1);
    let mut keys: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["at", "chain", "description", "facts", "findings", "notLookedAt", "oddities", "proved", "statusList"]
    );
    assert_eq!(told["proved"], false);
    assert_eq!(told["at"], "2026-11-25T09:00:00Z");
    let finding = json!({
        "reason": "not-locked", "certificate": null, "detail": null, "words": "The bootloader is unlocked.",
        "remedy": "Lock the bootloader; that erases the device.",
    });
    assert_eq!(told["findings"], json!([finding]));
    assert_eq!(told["facts"]["osVersion"], json!({"value": "16", "by": "hardware"}));
    assert_eq!(told["facts"]["packages"], json!({"value": ["com.example.app"], "by": "nothing"}));
    assert_eq!(told["chain"].as_array().unwrap().len(), 5);
    assert_eq!(told["chain"][0]["key"], "p256");
    assert_eq!(told["description"]["hardwareEnforced"]["origin"], 0);
    let spanish = desk.json(&whole(&["--any-challenge", "--lang", "es"]), 1);
    assert_eq!(spanish["findings"][0]["reason"], "not-locked");
    assert_eq!(spanish["findings"][0]["words"], "El cargador de arranque está abierto.");
}

#[test]
fn a_chain_in_any_form_is_the_same_chain() {
    let desk = android(&Description::default());
    let chain: Vec<Vec<u8>> = {
        let authority = Authority::remote();
        desk.write("root.pem", &pem(&[authority.root()]));
        let chain = authority.chain(&Description::default().to_der());
        desk.write("chain.pem", &pem(&chain));
        chain.iter().map(|certificate| certificate.der().to_vec()).collect()
    };
    desk.write("chain.der", &chain.concat());
    let base64: Vec<String> = chain.iter().map(|der| STANDARD.encode(der)).collect();
    desk.write("chain.json", &serde_json::to_vec(&base64).unwrap());
    let of = |file: &str| {
        let fixed = ["android", "--chain", file, "--roots", "root.pem", "--any-challenge"];
        desk.json(&[&fixed[..], &AT].concat(), 0)
    };
    assert_eq!(of("chain.pem"), of("chain.der"));
    assert_eq!(of("chain.pem"), of("chain.json"));
}

/// The exit code and what stands on stderr; nothing may stand on stdout.
fn refused(desk: &Desk, arguments: &[&str]) -> (Option<i32>, String) {
    let output = desk.attest(arguments);
    assert_eq!(out(&output), "", "{arguments:?}");
    (output.status.code(), err(&output))
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_its_place_and_what_to_do() {
    let desk = android(&Description::default());
    desk.write("empty", b"");
    desk.write("letter.txt", b"Dear administrator");
    desk.write("half.pem", b"-----BEGIN CERTIFICATE-----\nMIIB!!\n-----END CERTIFICATE-----\n");
    desk.write("short.der", &[0x30, 0x03, 0x02, 0x01, 0x01]);
    desk.write("bad-status.json", b"{\n \"entries\": 7}");
    desk.write("keys.txt", b"# systems\nabcd GrapheneOS\n");
    for (arguments, words) in [
        (&["--chain", "nowhere.pem"][..], &["nowhere.pem", "cannot be read", "check the path"][..]),
        (&["--chain", "empty"], &["empty: ", "holds no certificate", "give PEM, DER"]),
        (&["--chain", "letter.txt"], &["letter.txt: ", "holds no certificate", "give PEM, DER"]),
        (&["--chain", "half.pem"], &["half.pem: ", "certificate 1 is not base64", "copy the file again"]),
        (&["--chain", "short.der"], &["short.der: ", "certificate 1: ", "at byte 2", "must be kept as they came"]),
        (&["--chain", "chain.pem", "--status", "bad-status.json"], &["bad-status.json:2:", "fetch https://"]),
        (&["--chain", "chain.pem", "--boot-keys", "keys.txt"], &["keys.txt:2: ", "write 64 hex digits"]),
    ] {
        let (code, told) = refused(&desk, &[&["android"], arguments].concat());
        assert_eq!(code, Some(1), "{told}");
        for word in words {
            assert!(told.contains(word), "{word} is not in {told}");
        }
    }
}

#[test]
fn a_command_line_that_says_too_little_or_too_much_is_wrong_usage() {
    let desk = android(&Description::default());
    for (arguments, words) in [
        (&["android"][..], "--chain"),
        (&["ios"], "--attestation"),
        (&["windows"], "unrecognized subcommand"),
        (&["android", "--chain", "chain.pem", "--challenge", "xyz"], "hex digits"),
        (&["android", "--chain", "chain.pem", "--challenge", "00", "--any-challenge"], "cannot be used with"),
        (&["android", "--chain", "chain.pem", "--app-id", "com.example.app"], "PACKAGE:SHA256"),
        (&["android", "--chain", "chain.pem", "--at", "yesterday"], "2026-02-24T00:49:23Z"),
        (&["android", "--chain", "chain.pem", "--lang", "fr"], "`es` or `en`"),
        (&["ios", "--attestation", "a.cbor", "--environment", "test"], "`production` or `development`"),
        (&["ios", "--attestation", "a.cbor", "--counter", "1"], "--assertion"),
    ] {
        let (code, told) = refused(&desk, arguments);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains(words), "{words} is not in {told}");
    }
}

/// A desk with an attestation, an assertion of its key and the root.
fn ios(said: &Said) -> Desk {
    let (desk, apple) = (Desk::new(), Apple::new());
    let (object, key) = apple.attest(said);
    desk.write("attestation.cbor", &object);
    desk.write("assertion.txt", STANDARD.encode(assertion(&key, 7, &[], false)).as_bytes());
    desk.write("root.pem", &pem(&[apple.root().clone()]));
    desk
}

fn object<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let fixed = ["ios", "--attestation", "attestation.cbor", "--roots", "root.pem"];
    [&fixed[..], &AT, more].concat()
}

#[test]
fn an_attestation_and_an_assertion_are_proved_in_words_of_either_language() {
    let desk = ios(&Said { tail: tail(), system: Some(system("27.0", "24A335")), ..Said::default() });
    let hash = hex(&HASH);
    let asked = ["--client-data-hash", &hash, "--app-id", APP];
    let english = desk.attest(&object(&asked));
    assert_eq!(english.status.code(), Some(0), "{}", err(&english));
    let told = out(&english);
    for words in [
        "PROVED, 2026-11-25T09:00:00Z: a key of this app on a genuine Apple device.",
        "  App                     Apple                TEAM123456.com.example.app\n",
        "  Environment             Apple                production\n",
        "  How it was distributed  Apple                App Store\n",
        "  System                  Apple, undocumented  iphoneos 27.0 24A335\n",
        "signed by a trusted root",
        "It does not prove\n  that a passcode is set\n  that nobody broke into the system",
    ] {
        assert!(told.contains(words), "{words} is not in\n{told}");
    }
    let spanish = out(&desk.attest(&object(&[&asked[..], &["--lang", "es"]].concat())));
    assert!(spanish.contains("DEMOSTRADO, ") && spanish.contains("que haya un código de bloqueo"), "{spanish}");

    let told = desk.json(&object(&[&asked[..2], &["--assertion", "assertion.txt", "--counter", "6"]].concat()), 0);
    assert_eq!(told["assertion"]["counter"], 7);
    let told = desk.json(&object(&[&asked[..2], &["--assertion", "assertion.txt", "--counter", "7"]].concat()), 1);
    assert!(told["findings"].to_string().contains("counter-not-rising"), "{told}");
}

#[test]
fn an_attestation_of_another_environment_is_refused_with_what_to_do() {
    let desk = ios(&Said { environment: *DEVELOPMENT, ..Said::default() });
    let hash = hex(&HASH);
    let output = desk.attest(&object(&["--client-data-hash", &hash]));
    assert_eq!(output.status.code(), Some(1));
    let told = out(&output);
    for words in
        ["NOT PROVED, ", "[wrong-environment]\n    found: development\n    to do: Install the production build"]
    {
        assert!(told.contains(words), "{words} is not in\n{told}");
    }
    let told = desk.json(&object(&["--client-data-hash", &hash, "--environment", "development"]), 0);
    let mut keys: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["app", "assertion", "at", "chain", "data", "doesNotProve", "findings", "proved", "system"]);
    assert_eq!(told["doesNotProve"], json!(["passcode", "unbroken-system"]));
    assert_eq!(told["data"]["credential"]["environment"], "development");
}

#[test]
fn a_file_that_is_no_object_is_named_with_what_to_do() {
    let desk = ios(&Said::default());
    desk.write("letter.txt", b"Dear administrator");
    desk.write("empty.json", b"{}");
    desk.write("broken.json", b"{\n  \"attestation\": }");
    for (file, words) in [
        ("nowhere.cbor", &["nowhere.cbor", "cannot be read", "check the path"][..]),
        ("letter.txt", &["letter.txt: ", "keep the device's bytes as they came"]),
        ("empty.json", &["empty.json: ", "has no `attestation`", "put the base64"]),
        ("broken.json", &["broken.json: ", "line 2, column"]),
        ("root.pem", &["root.pem: ", "keep the device's bytes as they came"]),
    ] {
        let (code, told) = refused(&desk, &["ios", "--attestation", file]);
        assert_eq!(code, Some(1), "{told}");
        for word in words {
            assert!(told.contains(word), "{word} is not in {told}");
        }
    }
}
