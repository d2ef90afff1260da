//! `attest ios`: one object of App Attest, and an assertion by its key.

use std::path::{Path, PathBuf};

use agent_core::judge::text::Language;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::json;

use super::{
    hex_bytes, language, moment, read,
    told::{Told, clean, findings_json, path_json},
    words::{find, say},
};
use crate::{
    attestation::{
        Certificate,
        apple::{
            AppleRoots, Attested, AuthenticatorData, Environment, Expected,
            object::{AssertionObject, AttestationObject},
            verify_assertion, verify_attestation,
        },
        bundle, hex, sha256,
    },
    command::{answer::Answer, error::CommandError},
};

#[derive(Debug, clap::Args)]
pub(in crate::command) struct Arguments {
    /// The attestation: CBOR, base64, or JSON with `attestation`, `keyId` and `challenge`.
    #[arg(long, value_name = "FILE")]
    attestation: PathBuf,
    /// An assertion by the same key: CBOR, base64, or JSON with `assertion`.
    #[arg(long, value_name = "FILE")]
    assertion: Option<PathBuf>,
    /// The counter that was seen last of this key.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "assertion")]
    counter: u32,
    /// The bytes whose SHA-256 is the client data hash, in hex.
    #[arg(long, value_name = "HEX", value_parser = hex_bytes, conflicts_with = "client_data_hash")]
    challenge: Option<std::vec::Vec<u8>>,
    /// The client data hash itself: SHA-256 over challenge and key thumbprint.
    #[arg(long, value_name = "HEX", value_parser = hash)]
    client_data_hash: Option<[u8; 32]>,
    /// The app, as TEAMID.bundle.id; may be given several times.
    #[arg(long, value_name = "TEAMID.BUNDLE")]
    app_id: Vec<String>,
    /// `production` or `development`; the other one is refused.
    #[arg(long, value_name = "ENVIRONMENT", default_value = "production", value_parser = environment)]
    environment: Environment,
    /// When the evidence was received; otherwise now.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,
    /// More roots to trust, beside Apple's.
    #[arg(long, value_name = "FILE")]
    roots: Option<PathBuf>,
    /// The language of the words, `es` or `en`.
    #[arg(long, default_value = "en", value_parser = language, value_name = "LANGUAGE")]
    lang: Language,
}

fn hash(text: &str) -> Result<[u8; 32], String> {
    hex_bytes(text)?.try_into().map_err(|_| "write 64 hex digits".to_owned())
}

fn environment(text: &str) -> Result<Environment, String> {
    match text {
        "production" => Ok(Environment::Production),
        "development" => Ok(Environment::Development),
        _ => Err("write `production` or `development`".to_owned()),
    }
}

/// What a file holds: the object, and what stands beside it.
struct Held {
    object: Vec<u8>,
    key_id: Option<Vec<u8>>,
    challenge: Option<Vec<u8>>,
}

fn held(path: &Path, name: &str) -> Result<Held, CommandError> {
    let bytes = read(path)?;
    let wrong = |what: String| CommandError::Refused(format!("{}: {what}", path.display()));
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Ok(Held { object: bytes, key_id: None, challenge: None });
    };
    if text.trim_start().starts_with('{') {
        let value: serde_json::Value = serde_json::from_str(text)
            .map_err(|error| wrong(format!("is not JSON at line {}, column {}", error.line(), error.column())))?;
        let part = |key: &str| match value[key].as_str().map(|text| STANDARD.decode(text.trim())) {
            None => Ok(None),
            Some(Ok(bytes)) => Ok(Some(bytes)),
            Some(Err(_)) => Err(wrong(format!("`{key}` is not base64"))),
        };
        let object =
            part(name)?.ok_or_else(|| wrong(format!("has no `{name}`; put the base64 of the object there")))?;
        return Ok(Held { object, key_id: part("keyId")?, challenge: part("challenge")? });
    }
    let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let object = STANDARD.decode(dense).unwrap_or(bytes);
    Ok(Held { object, key_id: None, challenge: None })
}

pub(super) fn run(arguments: &Arguments, now: Timestamp) -> Result<Answer, CommandError> {
    let at = arguments.at.unwrap_or(now);
    let mut roots = AppleRoots::apple();
    if let Some(path) = &arguments.roots {
        let more = bundle::certificates(&read(path)?);
        let more = more.map_err(|error| CommandError::Refused(format!("{}: {error}", path.display())))?;
        for root in &more {
            roots.add(root);
        }
    }
    let file = held(&arguments.attestation, "attestation")?;
    let refused = |path: &Path, fault: &crate::attestation::Fault| {
        CommandError::Refused(format!("{}: {fault}; keep the device's bytes as they came", path.display()))
    };
    let object = AttestationObject::parse(&file.object).map_err(|fault| refused(&arguments.attestation, &fault))?;
    // With an assertion, what is given on the command line is the assertion's.
    let given = arguments.client_data_hash.or_else(|| arguments.challenge.as_deref().map(sha256));
    let in_file = file.challenge.as_deref().map(sha256);
    let expected = Expected {
        apps: &arguments.app_id,
        client_data_hash: if arguments.assertion.is_some() { in_file.or(given) } else { given.or(in_file) },
        environment: Some(arguments.environment),
        key_id: file.key_id.as_deref(),
    };
    let judged =
        verify_attestation(&object, &roots, &expected, at).map_err(|fault| refused(&arguments.attestation, &fault))?;
    let mut shortfalls = judged.shortfalls.clone();
    let mut asserted = None;
    if let (Some(path), Some(credential)) = (&arguments.assertion, &judged.data.credential) {
        let file = held(path, "assertion")?;
        let object = AssertionObject::parse(&file.object).map_err(|fault| refused(path, &fault))?;
        let expected = Expected { client_data_hash: given.or(file.challenge.as_deref().map(sha256)), ..expected };
        let (data, found) = verify_assertion(&object, Some(&credential.point), arguments.counter, &expected)
            .map_err(|fault| refused(path, &fault))?;
        shortfalls.extend(found);
        asserted = Some(data);
    }
    let language = arguments.lang;
    let vouched = vouched(&object.chain, &roots, language);
    let json = json!({
        "proved": shortfalls.is_empty(), "at": at, "findings": findings_json(&shortfalls, language),
        "app": judged.app, "data": judged.data, "system": judged.system, "assertion": asserted,
        "chain": path_json(&object.chain, &vouched), "doesNotProve": DOES_NOT_PROVE,
    });
    let mut told = Told::new(language, &shortfalls, "ios", at);
    told.facts(&facts(&judged, asserted.as_ref(), language));
    told.path(&object.chain, &vouched);
    told.section("does-not-prove", &DOES_NOT_PROVE.map(|what| say(language, what).to_owned()));
    if arguments.app_id.is_empty() {
        told.section("not-looked-at", &[say(language, "any-ios-app").to_owned()]);
    }
    Ok(Answer { words: told.words(), json, code: u8::from(!shortfalls.is_empty()) })
}

const DOES_NOT_PROVE: [&str; 2] = ["passcode", "unbroken-system"];

fn vouched(chain: &[Certificate], roots: &AppleRoots, language: Language) -> Vec<String> {
    let one = |index: usize| {
        let (certificate, issuer) = (&chain[index], chain.get(index + 1));
        match issuer {
            Some(issuer) if certificate.is_signed_by(issuer) => format!("{} {}", say(language, "signed-by"), index + 2),
            Some(_) => format!("{} {}", say(language, "not-signed-by"), index + 2),
            None if roots.holds(certificate) => say(language, "trusted-root").to_owned(),
            None if roots.signed(certificate) => say(language, "signed-by-root").to_owned(),
            None => say(language, "not-signed-by-root").to_owned(),
        }
    };
    (0..chain.len()).map(|index| format!("{}, {}", one(index), chain[index].algorithm())).collect()
}

fn facts(
    judged: &Attested,
    asserted: Option<&AuthenticatorData>,
    language: Language,
) -> Vec<(&'static str, String, &'static str)> {
    // What did not hold proves nothing.
    let by = |proof| if judged.is_proved() { proof } else { "by-nothing" };
    let word = |key: &str| find(language, key).map(str::to_owned);
    let mut rows = Vec::new();
    let mut row = |name, value: Option<String>, proof| rows.extend(value.map(|value| (name, value, by(proof))));
    row("app", judged.app.clone(), "by-apple");
    let environment = judged.data.credential.as_ref().map(|credential| {
        let name = credential.environment.map_or("unknown", |environment| match environment {
            Environment::Production => "production",
            Environment::Development => "development",
        });
        say(language, name).to_owned()
    });
    row("environment", environment, "by-apple");
    row("keyId", judged.data.credential.as_ref().map(|credential| hex(&credential.id)), "by-apple");
    let newest = asserted.unwrap_or(&judged.data);
    row("counter", Some(newest.counter.to_string()), if asserted.is_some() { "by-key" } else { "by-apple" });
    row("bundleVersion", newest.bundle_version.as_deref().map(clean), "by-apple");
    let category = newest
        .validation_category
        .map(|number| word(&format!("category-{number}")).unwrap_or_else(|| number.to_string()));
    row("validationCategory", category, "by-apple");
    let system = judged.system.as_ref().map(|system| {
        let parts = [&system.platform, &system.version, &system.build].map(|part| part.as_deref().map(clean));
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    row("system", system, "by-undocumented");
    rows
}
