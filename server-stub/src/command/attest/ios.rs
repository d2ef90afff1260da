//! `attest ios`: one object of App Attest, and an assertion by its key.

use std::path::{Path, PathBuf};

use agent_core::judge::text::Language;
use jiff::Timestamp;
use serde_json::json;

use super::{
    hex_bytes, language, malformed, moment, read,
    told::{Told, clean, findings_json, path_json, unasked_json},
    words::{find, say},
};
use crate::{
    attestation::{
        Certificate, Fault, Shortfall,
        apple::{
            AppleRoots, Attested, AuthenticatorData, Environment, Expected,
            object::{AssertionObject, AttestationObject},
            verify_assertion, verify_attestation,
        },
        bundle::{self, base64},
        hex, sha256,
    },
    command::{answer::Answer, error::CommandError},
    encoding::utf8,
};

#[derive(Debug, clap::Args)]
pub(in crate::command) struct Arguments {
    /// The attestation: CBOR, base64, or JSON with `attestation`, `keyId` and `challenge`; `-` reads it from the standard
    /// input.
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
    /// The client data hash itself, as the app handed it to the system: SHA-256 over challenge and key thumbprint, or any
    /// other bytes.
    #[arg(long, value_name = "HEX", value_parser = hash)]
    client_data_hash: Option<std::vec::Vec<u8>>,
    /// The key's identifier as the app told it, in base64.
    #[arg(long, value_name = "BASE64", value_parser = key_id)]
    key_id: Option<std::vec::Vec<u8>>,
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

fn hash(text: &str) -> Result<Vec<u8>, String> {
    let bytes = hex_bytes(text)?;
    if bytes.is_empty() { Err("write the hash in hex digits, two for each byte".to_owned()) } else { Ok(bytes) }
}

fn key_id(text: &str) -> Result<Vec<u8>, String> {
    let bytes = base64(text).filter(|bytes| bytes.len() == 32);
    bytes.ok_or_else(|| "write the identifier as the app told it: 44 letters and digits of base64".to_owned())
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
    client_data_hash: Option<Vec<u8>>,
}

fn held(path: &Path, name: &str) -> Result<Held, CommandError> {
    let bytes = read(path)?;
    let bytes = utf8(&bytes);
    let wrong = |what: String| CommandError::Refused(format!("{}: {what}", path.display()));
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Ok(Held { object: bytes.into_owned(), key_id: None, client_data_hash: None });
    };
    let text = text.trim();
    if text.starts_with('{') {
        let value: serde_json::Value = serde_json::from_str(text)
            .map_err(|error| wrong(format!("is not JSON at line {}, column {}", error.line(), error.column())))?;
        let part = |key: &str| match value[key].as_str().map(base64) {
            None => Ok(None),
            Some(Some(bytes)) => Ok(Some(bytes)),
            Some(None) => Err(wrong(format!("`{key}` is not base64; put the base64 of its bytes there"))),
        };
        let object =
            part(name)?.ok_or_else(|| wrong(format!("has no `{name}`; put the base64 of the object there")))?;
        let challenge = part("challenge")?.map(|challenge| sha256(&challenge).to_vec());
        let client_data_hash = part("clientDataHash")?.or(challenge);
        return Ok(Held { object, key_id: part("keyId")?, client_data_hash });
    }
    // A text of JSON may be all there is.
    let object = base64(text.trim_matches('"')).unwrap_or_else(|| bytes.to_vec());
    Ok(Held { object, key_id: None, client_data_hash: None })
}

fn assertion(
    path: &Path,
    given: Option<&[u8]>,
    judged: &Attested,
    previous: u32,
    expected: &Expected<'_>,
) -> Result<(Option<AuthenticatorData>, Vec<Shortfall>), CommandError> {
    let file = held(path, "assertion")?;
    let expected = Expected { client_data_hash: given.or(file.client_data_hash.as_deref()), ..*expected };
    let point = judged.data.credential.as_ref().map(|credential| &credential.point[..]);
    let verified =
        AssertionObject::parse(&file.object).and_then(|object| verify_assertion(&object, point, previous, &expected));
    Ok(match verified {
        Ok((data, found)) => (Some(data), found),
        Err(fault) => {
            let fault = Fault { what: format!("the assertion: {}", fault.what), ..fault };
            (None, vec![malformed(None, &fault)])
        }
    })
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
    // With an assertion, what is given on the command line is the assertion's.
    let of_challenge = arguments.challenge.as_deref().map(|challenge| sha256(challenge).to_vec());
    let given = arguments.client_data_hash.as_deref().or(of_challenge.as_deref());
    let in_file = file.client_data_hash.as_deref();
    let expected = Expected {
        apps: &arguments.app_id,
        client_data_hash: if arguments.assertion.is_some() { in_file.or(given) } else { given.or(in_file) },
        environment: Some(arguments.environment),
        key_id: arguments.key_id.as_deref().or(file.key_id.as_deref()),
    };
    let object = AttestationObject::parse(&file.object);
    let chain = object.as_ref().map(|object| object.chain.clone()).unwrap_or_default();
    let (judged, mut shortfalls) = match object.and_then(|object| verify_attestation(&object, &roots, &expected, at)) {
        Ok(judged) => (Some(judged.clone()), judged.shortfalls),
        Err(fault) => (None, vec![malformed(None, &fault)]),
    };
    let mut asserted = None;
    if let (Some(path), Some(judged)) = (&arguments.assertion, &judged) {
        let (data, found) = assertion(path, given, judged, arguments.counter, &expected)?;
        shortfalls.extend(found);
        asserted = data;
    }
    let language = arguments.lang;
    let vouched = vouched(&chain, &roots, language);
    let unasked: &[_] = if arguments.app_id.is_empty() { &[("app", "any-ios-app")] } else { &[] };
    let json = json!({
        "proved": shortfalls.is_empty(), "at": at, "findings": findings_json(&shortfalls, language),
        "app": judged.as_ref().map(|judged| &judged.app), "data": judged.as_ref().map(|judged| &judged.data),
        "system": judged.as_ref().map(|judged| &judged.system), "assertion": asserted,
        "chain": path_json(&chain, &vouched), "doesNotProve": DOES_NOT_PROVE, "notLookedAt": unasked_json(unasked),
    });
    let mut told = Told::new(language, &shortfalls, "ios", at);
    if let Some(judged) = &judged {
        told.facts(&facts(judged, asserted.as_ref(), shortfalls.is_empty(), language));
    }
    told.path(&chain, &vouched);
    told.section("does-not-prove", &DOES_NOT_PROVE.map(|what| say(language, what).to_owned()));
    told.unasked(unasked);
    Ok(Answer { words: told.words(), json, code: u8::from(!shortfalls.is_empty()) })
}

const DOES_NOT_PROVE: [&str; 2] = ["passcode", "unbroken-system"];

fn vouched(chain: &[Certificate], roots: &AppleRoots, language: Language) -> Vec<(bool, String)> {
    let one = |(index, certificate): (usize, &Certificate)| {
        let (holds, words) = match chain.get(index + 1) {
            Some(issuer) if certificate.is_signed_by(issuer) => (true, "signed-by"),
            Some(_) => (false, "not-signed-by"),
            None if roots.holds(certificate) => (true, "trusted-root"),
            None if roots.signed(certificate) => (true, "signed-by-root"),
            None => (false, "not-signed-by-root"),
        };
        let number = chain.get(index + 1).map_or_else(String::new, |_| format!(" {}", index + 2));
        (holds, format!("{}{number}, {}", say(language, words), certificate.algorithm()))
    };
    chain.iter().enumerate().map(one).collect()
}

fn facts(
    judged: &Attested,
    asserted: Option<&AuthenticatorData>,
    all_proved: bool,
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
    // Of an assertion the key says it, where that holds, too.
    let by_newest = match asserted {
        None => "by-apple",
        Some(_) if all_proved => "by-key",
        Some(_) => "by-nothing",
    };
    row("counter", Some(newest.counter.to_string()), by_newest);
    row("bundleVersion", newest.bundle_version.as_deref().map(clean), by_newest);
    let category = newest
        .validation_category
        .map(|number| word(&format!("category-{number}")).unwrap_or_else(|| number.to_string()));
    row("validationCategory", category, by_newest);
    let system = judged.system.as_ref().map(|system| {
        let parts = [&system.platform, &system.version, &system.build].map(|part| part.as_deref().map(clean));
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    row("system", system, "by-undocumented");
    rows
}
