//! `attest android`: one chain, explained certificate by certificate and field by field.

use std::path::{Path, PathBuf};

use agent_core::judge::text::Language;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::{findings, findings_json, hex_bytes, language, moment, read, verdict};
use crate::{
    attestation::{
        Certificate,
        android::{
            AppId, BootKey, Challenge, Expected, Judgement, Roots, StatusList, Trust,
            extension::{KeyDescription, List, Value},
            judge,
            tag::Shape,
        },
        bundle, hex, unhex,
    },
    command::{answer::Answer, error::CommandError},
};

#[derive(Debug, clap::Args)]
pub(in crate::command) struct Arguments {
    /// The chain, leaf first: PEM, DER certificates one behind the other, or a JSON array of base64 DER.
    #[arg(long, value_name = "FILE")]
    chain: PathBuf,
    /// The challenge that the device was given, in hex.
    #[arg(long, value_name = "HEX", value_parser = hex_bytes, conflicts_with = "any_challenge")]
    challenge: Option<std::vec::Vec<u8>>,
    /// Do not compare the challenge: the evidence may be old.
    #[arg(long)]
    any_challenge: bool,
    /// When the evidence was received; otherwise now.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,
    /// More roots to trust, beside Google's two.
    #[arg(long, value_name = "FILE")]
    roots: Option<PathBuf>,
    /// Google's status list, as JSON; without it revocation is not looked at.
    #[arg(long, value_name = "FILE")]
    status: Option<PathBuf>,
    /// The app that must have asked, by package and SHA-256 of its signer; may be given several times.
    #[arg(long, value_name = "PACKAGE:SHA256", value_parser = app_id)]
    app_id: Vec<AppId>,
    /// Boot keys of other systems: lines of `HEX NAME`.
    #[arg(long, value_name = "FILE")]
    boot_keys: Option<PathBuf>,
    /// The language of the findings, `es` or `en`.
    #[arg(long, default_value = "en", value_parser = language, value_name = "LANGUAGE")]
    lang: Language,
}

fn app_id(text: &str) -> Result<AppId, String> {
    let wrong = || "write PACKAGE:SHA256, such as com.example.app:103938ee…".to_owned();
    let (package, digest) = text.split_once(':').ok_or_else(wrong)?;
    let signer = unhex(digest).and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong)?;
    if package.is_empty() { Err(wrong()) } else { Ok(AppId { package: package.to_owned(), signer }) }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, CommandError> {
    bundle::certificates(&read(path)?).map_err(|error| CommandError::Refused(format!("{}: {error}", path.display())))
}

fn boot_keys(path: &Path) -> Result<Vec<BootKey>, CommandError> {
    let bytes = read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut keys = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let (digits, name) = line.split_once(char::is_whitespace).unwrap_or((line, line));
        let key = unhex(digits).filter(|key| key.len() == 32).ok_or_else(|| {
            let place = format!("{}:{}", path.display(), index + 1);
            CommandError::Refused(format!("{place}: write 64 hex digits and a name, such as `508d75de… GrapheneOS`"))
        })?;
        keys.push(BootKey { name: name.trim().to_owned(), key });
    }
    Ok(keys)
}

pub(super) fn run(arguments: &Arguments, now: Timestamp) -> Result<Answer, CommandError> {
    let chain = certificates(&arguments.chain)?;
    let mut roots = Roots::google();
    if let Some(path) = &arguments.roots {
        for root in certificates(path)? {
            if !roots.add(&root) {
                let what = "is a published software root, whose private key anybody has; take it out";
                return Err(CommandError::Refused(format!("{}: {} {what}", path.display(), root.subject())));
            }
        }
    }
    let status = arguments.status.as_deref().map(status_list).transpose()?;
    let boot_keys = arguments.boot_keys.as_deref().map(boot_keys).transpose()?.unwrap_or_default();
    let challenge = match &arguments.challenge {
        Some(challenge) => Challenge::Is(challenge),
        None if arguments.any_challenge => Challenge::Any,
        None => Challenge::NotGiven,
    };
    let expected = Expected { challenge, apps: &arguments.app_id, key: None, boot_keys: &boot_keys };
    let at = arguments.at.unwrap_or(now);
    let judged = judge(&chain, &Trust { roots: &roots, status: status.as_ref(), cache: None }, &expected, at);
    let unasked = unasked(arguments);
    let verified_by: Vec<String> = (0..chain.len()).map(|index| verified_by(&chain, &roots, index)).collect();
    let mut told = vec![verdict(
        &judged.shortfalls,
        "a key made in secure hardware of a locked device with a verified system",
        at,
    )];
    told.extend(findings(&judged.shortfalls, arguments.lang));
    told.push(words(&chain, &verified_by, &judged));
    if let Some(list) = &status {
        let age = list.as_of.map_or_else(
            || "of unknown age".to_owned(),
            |as_of| format!("written {as_of:.0}, {} days before", at.duration_since(as_of).as_hours() / 24),
        );
        told.push(format!("Status list: {} entries, {age}", list.len()));
    }
    told.extend(unasked.iter().map(|what| format!("Not looked at: {what}")));
    let json = json!({
        "proved": judged.is_proved(),
        "at": at,
        "findings": findings_json(&judged.shortfalls, arguments.lang),
        "facts": judged.facts,
        "chain": path_json(&chain, &verified_by),
        "description": judged.description.as_ref().map(description_json),
        "oddities": judged.oddities,
        "notLookedAt": unasked,
        "statusList": status.as_ref().map(|list| json!({"entries": list.len(), "asOf": list.as_of})),
    });
    Ok(Answer { words: told.join("\n"), json, code: u8::from(!judged.is_proved()) })
}

fn status_list(path: &Path) -> Result<StatusList, CommandError> {
    let bytes = read(path)?;
    let mut list = StatusList::from_json(&bytes).map_err(|error| {
        let what = "is not a status list; fetch https://android.googleapis.com/attestation/status again";
        CommandError::Refused(format!("{}:{}:{}: {what} ({error})", path.display(), error.line(), error.column()))
    })?;
    let written = std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
    list.as_of = written.and_then(|time| Timestamp::try_from(time).ok());
    Ok(list)
}

fn unasked(arguments: &Arguments) -> Vec<&'static str> {
    let mut list = Vec::new();
    if arguments.any_challenge {
        list.push("the challenge (--any-challenge)");
    }
    if arguments.app_id.is_empty() {
        list.push("which app asked; give --app-id PACKAGE:SHA256");
    }
    if arguments.status.is_none() {
        list.push("revocation; give --status FILE");
    }
    list
}

fn verified_by(chain: &[Certificate], roots: &Roots, index: usize) -> String {
    match chain.get(index + 1) {
        Some(issuer) if chain[index].is_signed_by(issuer) => format!("signed by certificate {}", index + 2),
        Some(_) => format!("NOT signed by certificate {}", index + 2),
        None => match roots.name(&chain[index]) {
            Some(name) => format!("a trusted root by its public key: {name}"),
            None => "not a trusted root".to_owned(),
        },
    }
}

fn words(chain: &[Certificate], verified_by: &[String], judged: &Judgement) -> String {
    let mut told = vec!["Trust path, leaf first:".to_owned()];
    for (index, (certificate, verified_by)) in chain.iter().zip(verified_by).enumerate() {
        told.push(format!("  {} {}", index + 1, certificate.subject()));
        told.push(format!("    serial {}, {} key", certificate.serial(), certificate.key_kind().name()));
        told.push(format!("    valid {} to {}", certificate.not_before(), certificate.not_after()));
        told.push(format!("    {}, {}", certificate.algorithm(), verified_by));
    }
    told.push("What it says, and what proves it:".to_owned());
    if let Ok(Json::Object(facts)) = serde_json::to_value(&judged.facts) {
        for (name, fact) in &facts {
            let (value, by) = (&fact["value"], fact["by"].as_str().unwrap_or_default());
            if !fact.is_null() {
                told.push(format!("  {name}: {} (by: {by})", plain(value)));
            }
        }
    }
    if let Some(description) = &judged.description {
        let versions = (description.attestation_version, description.keymint_version);
        told.push(format!("Key description, attestation version {}, KeyMint {}:", versions.0, versions.1));
        for (name, list) in [("softwareEnforced", &description.software), ("hardwareEnforced", &description.hardware)] {
            told.push(format!("  {name}"));
            let Json::Object(fields) = list_json(list) else { continue };
            told.extend(fields.iter().map(|(field, value)| format!("    {field}: {}", plain(value))));
        }
    }
    if !judged.oddities.is_empty() {
        told.push("Unusual, without weight:".to_owned());
        told.extend(judged.oddities.iter().map(|odd| format!("  {odd}")));
    }
    told.join("\n")
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect(),
        Json::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Json::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn path_json(chain: &[Certificate], verified_by: &[String]) -> Json {
    let one = |(certificate, verified_by): (&Certificate, &String)| {
        json!({
            "subject": certificate.subject(), "issuer": certificate.issuer(), "serial": certificate.serial(),
            "notBefore": certificate.not_before(), "notAfter": certificate.not_after(),
            "signatureAlgorithm": certificate.algorithm(), "key": certificate.key_kind(),
            "keySha256": hex(&certificate.key_hash()), "verifiedBy": verified_by,
        })
    };
    chain.iter().zip(verified_by).map(one).collect()
}

fn description_json(told: &KeyDescription) -> Json {
    json!({
        "attestationVersion": told.attestation_version, "attestationSecurityLevel": told.attestation_level,
        "keyMintVersion": told.keymint_version, "keyMintSecurityLevel": told.keymint_level,
        "attestationChallenge": hex(&told.challenge), "uniqueId": hex(&told.unique_id),
        "softwareEnforced": list_json(&told.software), "hardwareEnforced": list_json(&told.hardware),
    })
}

fn list_json(list: &List) -> Json {
    let mut fields = Map::new();
    for (tag, value) in list.entries() {
        let shown = match value {
            Value::Integer(number) => json!(number),
            Value::Integers(numbers) => json!(numbers),
            Value::Flag => json!(true),
            Value::Bytes(bytes) if tag.shape == Shape::Text => json!(String::from_utf8_lossy(bytes)),
            Value::Bytes(bytes) => json!(hex(bytes)),
            Value::RootOfTrust(root) => json!({
                "verifiedBootKey": hex(&root.boot_key), "deviceLocked": root.device_locked,
                "verifiedBootState": root.boot_state, "verifiedBootHash": root.boot_hash.as_deref().map(hex),
            }),
            Value::Application(app) => json!({
                "packages": app.packages.iter().map(|(name, version)| {
                    json!({"name": String::from_utf8_lossy(name), "version": version})
                }).collect::<Vec<_>>(),
                "signatures": app.signers.iter().map(|signer| hex(signer)).collect::<Vec<_>>(),
            }),
        };
        fields.insert(tag.name.to_owned(), shown);
    }
    Json::Object(fields)
}
