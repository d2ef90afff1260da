//! `atalaya attest`, as a person or a script runs it, on evidence of our own authorities.

use std::{
    fs::{self, File},
    process::{Command, Output},
};

use atalaya_server::attestation::{Certificate, hex, unhex};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
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
        self.command(arguments).output().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
        command.current_dir(self.0.path()).env_remove("ATALAYA_LOG").arg("attest").args(arguments);
        command
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
    let for_urls: Vec<String> = chain.iter().map(|der| URL_SAFE_NO_PAD.encode(der)).collect();
    desk.write("urls.json", &serde_json::to_vec(&for_urls).unwrap());
    desk.write("lines.txt", (base64.join("\r\n") + "\n").as_bytes());
    desk.write("line.txt", STANDARD.encode(chain.concat()).as_bytes());
    desk.write("ended.der", &[&chain.concat()[..], b"\r\n"].concat());
    let of = |file: &str| {
        let fixed = ["android", "--chain", file, "--roots", "root.pem", "--any-challenge"];
        desk.json(&[&fixed[..], &AT].concat(), 0)
    };
    let told = of("chain.pem");
    for file in ["chain.der", "chain.json", "urls.json", "lines.txt", "line.txt", "ended.der"] {
        assert_eq!(of(file), told, "{file}");
    }
    let arguments =
        [&["android", "--chain", "-", "--roots", "root.pem", "--any-challenge", "--json"][..], &AT].concat();
    let mut command = desk.command(&arguments);
    let output = command.stdin(File::open(desk.0.path().join("chain.pem")).unwrap()).output().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), told, "{}", err(&output));
}

#[test]
fn bytes_that_are_no_certificate_are_judged_like_any_other_evidence() {
    let desk = android(&Description::default());
    desk.write("short.der", &[0x30, 0x03, 0x02, 0x01, 0x01]);
    let told = desk.json(&["android", "--chain", "short.der"], 1);
    assert_eq!(told["proved"], false);
    let finding = &told["findings"][0];
    assert_eq!((&finding["reason"], &finding["certificate"]), (&json!("malformed"), &json!(1)));
    assert!(finding["detail"].as_str().unwrap().contains("at byte 2"), "{told}");
    assert_eq!(
        (&told["chain"], &told["description"], &told["facts"]["osVersion"]),
        (&json!([]), &json!(null), &json!(null))
    );
    let words = out(&desk.attest(&["android", "--chain", "short.der", "--lang", "es"]));
    assert!(
        words.starts_with("NO DEMOSTRADO") && words.contains("[malformed]") && !words.contains("Qué dice"),
        "{words}"
    );
}

#[test]
fn a_script_reads_codes_whatever_the_language() {
    let desk = android(&Description::default());
    let of = |language| desk.json(&["android", "--chain", "chain.pem", "--any-challenge", "--lang", language], 1);
    let (english, spanish) = (of("en"), of("es"));
    for told in [&english, &spanish] {
        assert_eq!(told["notLookedAt"], json!(["challenge", "app", "revocation"]));
        let verified: Vec<&Value> = told["chain"].as_array().unwrap().iter().map(|one| &one["verified"]).collect();
        assert_eq!(verified, [true, true, true, true, false]);
    }
    assert_ne!(english["chain"][0]["verifiedBy"], spanish["chain"][0]["verifiedBy"]);
    assert!(out(&desk.attest(&["android", "--chain", "chain.pem"])).contains("Hand in the chain with its root."));
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
    desk.write("bad-status.json", b"{\n \"entries\": 7}");
    desk.write("keys.txt", b"# systems\nabcd GrapheneOS\n");
    for (arguments, words) in [
        (&["--chain", "nowhere.pem"][..], &["nowhere.pem", "cannot be read", "check the path"][..]),
        (&["--chain", "empty"], &["empty: ", "holds no certificate", "give PEM, DER"]),
        (&["--chain", "letter.txt"], &["letter.txt: ", "holds no certificate", "give PEM, DER"]),
        (&["--chain", "half.pem"], &["half.pem: ", "certificate 1 is not base64", "copy the file again"]),
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
        (&["ios", "--attestation", "a.cbor", "--client-data-hash", ""], "two for each byte"),
        (&["ios", "--attestation", "a.cbor", "--key-id", "abc"], "44 letters and digits"),
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
    // An assertion that does not hold says nothing, and neither does one that cannot be read.
    let old = out(&desk.attest(&object(&[&asked[..2], &["--assertion", "assertion.txt", "--counter", "7"]].concat())));
    let counter = old.lines().find(|line| line.trim_start().starts_with("Counter")).unwrap();
    assert_eq!(counter.split_whitespace().collect::<Vec<_>>(), ["Counter", "nothing", "7"]);
    let told = desk.json(&object(&[&asked[..2], &["--assertion", "root.pem"]].concat()), 1);
    assert_eq!((&told["findings"][0]["reason"], &told["assertion"]), (&json!("malformed"), &json!(null)));
    assert_eq!(told["data"]["counter"], 0);
}

#[test]
fn what_an_app_hands_to_the_system_may_be_any_bytes() {
    let challenge = b"example_server_challenge";
    let desk = ios(&Said { hash: challenge.to_vec(), ..Said::default() });
    let raw = hex(challenge);
    assert_eq!(desk.json(&object(&["--client-data-hash", &raw]), 0)["proved"], true);
    assert_eq!(desk.json(&object(&["--challenge", &raw]), 1)["findings"][0]["reason"], "wrong-nonce");
    let bytes = fs::read(desk.0.path().join("attestation.cbor")).unwrap();
    let beside = json!({ "attestation": URL_SAFE_NO_PAD.encode(bytes), "clientDataHash": STANDARD.encode(challenge) });
    desk.write("beside.json", format!("\u{feff}{beside}").as_bytes());
    let in_json = ["ios", "--attestation", "beside.json", "--roots", "root.pem", AT[0], AT[1]];
    assert_eq!(desk.json(&in_json, 0)["proved"], true);
    desk.write("attestation.cbor", beside["attestation"].to_string().as_bytes());
    assert_eq!(desk.json(&object(&["--client-data-hash", &raw]), 0)["proved"], true);
}

#[test]
fn the_identifier_that_the_app_told_is_compared_in_any_base64() {
    let desk = ios(&Said::default());
    let hash = hex(&HASH);
    let asked = |id: &str, code| desk.json(&object(&["--client-data-hash", &hash, "--key-id", id]), code);
    let told = desk.json(&object(&["--client-data-hash", &hash]), 0);
    let id = unhex(told["data"]["credential"]["id"].as_str().unwrap()).unwrap();
    for written in [STANDARD.encode(&id), URL_SAFE_NO_PAD.encode(&id)] {
        assert_eq!(asked(&written, 0)["proved"], true);
    }
    assert_eq!(asked(&STANDARD.encode([7; 32]), 1)["findings"][0]["reason"], "wrong-key-id");
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
    assert_eq!(
        keys,
        ["app", "assertion", "at", "chain", "data", "doesNotProve", "findings", "notLookedAt", "proved", "system"]
    );
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
        ("empty.json", &["empty.json: ", "has no `attestation`", "put the base64"]),
        ("broken.json", &["broken.json: ", "line 2, column"]),
    ] {
        let (code, told) = refused(&desk, &["ios", "--attestation", file]);
        assert_eq!(code, Some(1), "{told}");
        for word in words {
            assert!(told.contains(word), "{word} is not in {told}");
        }
    }
    for file in ["letter.txt", "root.pem"] {
        let told = desk.json(&["ios", "--attestation", file], 1);
        assert_eq!(told["findings"][0]["reason"], "malformed");
        assert_eq!((&told["data"], &told["chain"]), (&json!(null), &json!([])));
        let words = out(&desk.attest(&["ios", "--attestation", file]));
        assert!(words.contains("to do: Keep the device's bytes as they came"), "{words}");
    }
}
