//! `attest android`: one chain, explained certificate by certificate and field by field.

use std::path::{Path, PathBuf};

use agent_core::judge::text::Language;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::{
    description, hex_bytes, language, malformed, moment, read,
    told::{Told, findings_json, path_json, unasked_json, value},
    words::{find, say},
};
use crate::{
    attestation::{
        Certificate, Oddity, Shortfall,
        android::{
            AppId, BootKey, Challenge, Expected, Judgement, Roots, StatusList, Trust, extension::KeyDescription,
            facts::Facts, judge,
        },
        bundle::{self, BundleError},
        unhex,
    },
    command::{answer::Answer, error::CommandError},
};

#[derive(Debug, clap::Args)]
pub(in crate::command) struct Arguments {
    /// The chain, leaf first: PEM, DER certificates one behind the other, or base64 of DER, as a JSON array or one a line;
    /// `-` reads it from the standard input.
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
    /// The language of the words, `es` or `en`.
    #[arg(long, default_value = "en", value_parser = language, value_name = "LANGUAGE")]
    lang: Language,
}

fn app_id(text: &str) -> Result<AppId, String> {
    let wrong = || "write PACKAGE:SHA256, such as com.example.app:103938ee…".to_owned();
    let (package, digest) = text.split_once(':').ok_or_else(wrong)?;
    let signer = unhex(digest).and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong)?;
    if package.is_empty() { Err(wrong()) } else { Ok(AppId { package: package.to_owned(), signer }) }
}

fn refused(path: &Path, error: &BundleError) -> CommandError {
    CommandError::Refused(format!("{}: {error}", path.display()))
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, CommandError> {
    bundle::certificates(&read(path)?).map_err(|error| refused(path, &error))
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
    let chain = bundle::certificates(&read(&arguments.chain)?);
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
    let trust = Trust { roots: &roots, status: status.as_ref(), cache: None };
    let (chain, judged) = match chain {
        Ok(chain) => {
            let judged = judge(&chain, &trust, &expected, at);
            (chain, judged)
        }
        Err(BundleError::Certificate { number, fault }) => (Vec::new(), unreadable(malformed(Some(number), &fault))),
        Err(error) => return Err(refused(&arguments.chain, &error)),
    };
    let language = arguments.lang;
    let unasked = unasked(arguments);
    let vouched: Vec<(bool, String)> = (0..chain.len()).map(|index| vouched(&chain, &roots, index, language)).collect();
    let json = json!({
        "proved": judged.is_proved(),
        "at": at,
        "findings": findings_json(&judged.shortfalls, language),
        "facts": judged.facts,
        "chain": path_json(&chain, &vouched),
        "description": judged.description.as_ref().map(description::json),
        "oddities": oddities_json(&judged.oddities, language),
        "notLookedAt": unasked_json(&unasked),
        "statusList": status.as_ref().map(|list| json!({"entries": list.len(), "asOf": list.as_of})),
    });
    let mut told = Told::new(language, &judged.shortfalls, "android", at);
    told.facts(&facts(&json["facts"], language));
    told.path(&chain, &vouched);
    if let Some(said) = &judged.description {
        told.section("description", &described(said, language));
    }
    told.section("unusual", &judged.oddities.iter().map(|odd| oddity(odd, language)).collect::<Vec<_>>());
    told.section("status-list", &status.iter().map(|list| age(list, at, language)).collect::<Vec<_>>());
    told.unasked(&unasked);
    Ok(Answer { words: told.words(), json, code: u8::from(!judged.is_proved()) })
}

fn unreadable(shortfall: Shortfall) -> Judgement {
    Judgement { facts: Facts::default(), shortfalls: vec![shortfall], oddities: Vec::new(), description: None }
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

fn age(list: &StatusList, at: Timestamp, language: Language) -> String {
    let word = |key| say(language, key);
    let age = list.as_of.map_or_else(
        || word("unknown-age").to_owned(),
        |as_of| {
            let days = at.duration_since(as_of).as_hours() / 24;
            let when = if days < 0 { "days-after" } else { "days-before" };
            format!("{as_of:.0}, {} {}", days.abs(), word(when))
        },
    );
    format!("{} {}, {age}", list.len(), word("entries"))
}

fn unasked(arguments: &Arguments) -> Vec<(&'static str, &'static str)> {
    let mut list = Vec::new();
    if arguments.any_challenge {
        list.push(("challenge", "any-challenge"));
    }
    if arguments.app_id.is_empty() {
        list.push(("app", "any-app"));
    }
    if arguments.status.is_none() {
        list.push(("revocation", "no-status"));
    }
    list
}

fn vouched(chain: &[Certificate], roots: &Roots, index: usize, language: Language) -> (bool, String) {
    let word = |key| say(language, key);
    match chain.get(index + 1) {
        Some(issuer) => {
            let holds = chain[index].is_signed_by(issuer);
            let words = word(if holds { "signed-by" } else { "not-signed-by" });
            (holds, format!("{words} {}, {}", index + 2, chain[index].algorithm()))
        }
        None => match roots.name(&chain[index]) {
            Some(name) => (true, format!("{}: {name}", word("trusted-root"))),
            None => (false, word("no-root").to_owned()),
        },
    }
}

// In the order in which people ask.
const FACTS: [&str; 18] = [
    "osVersion",
    "osPatchLevel",
    "vendorPatchLevel",
    "bootPatchLevel",
    "bootState",
    "deviceLocked",
    "bootSystem",
    "packages",
    "signers",
    "keyLevel",
    "keyOrigin",
    "keyKind",
    "attestationLevel",
    "provisioning",
    "certificatesIssued",
    "bootKey",
    "bootHash",
    "challenge",
];

// Those whose values are ours, and have words.
const NAMED: [&str; 6] = ["bootState", "keyLevel", "keyOrigin", "keyKind", "attestationLevel", "provisioning"];

fn facts(facts: &Json, language: Language) -> Vec<(&'static str, String, &'static str)> {
    let known = FACTS.into_iter().filter(|name| !facts[*name].is_null());
    let row = |name: &'static str| {
        let by = match facts[name]["by"].as_str() {
            Some("hardware") => "by-hardware",
            Some("system") => "by-system",
            Some("chain") => "by-chain",
            _ => "by-nothing",
        };
        let said = &facts[name]["value"];
        let words = said.as_str().filter(|_| NAMED.contains(&name)).and_then(|text| find(language, text));
        (name, words.map_or_else(|| value(language, said), str::to_owned), by)
    };
    known.map(row).collect()
}

fn described(said: &KeyDescription, language: Language) -> Vec<String> {
    let word = |key| say(language, key);
    let mut lines = vec![format!("{} {}, KeyMint {}", word("version"), said.attestation_version, said.keymint_version)];
    for (name, heading, list) in [
        ("hardwareEnforced", "hardware-enforced", &said.hardware),
        ("softwareEnforced", "software-enforced", &said.software),
    ] {
        lines.push(format!("{name}, {}", word(heading)));
        lines.extend(description::lines(list, language));
    }
    lines
}

fn oddity(odd: &Oddity, language: Language) -> String {
    let place = odd.certificate.map(|number| format!("{} {number}: ", say(language, "certificate")));
    let detail = odd.detail.as_ref().map(|detail| format!(" ({detail})"));
    format!("{}{}{}", place.unwrap_or_default(), odd.code.words(language), detail.unwrap_or_default())
}

fn oddities_json(oddities: &[Oddity], language: Language) -> Json {
    let one = |odd: &Oddity| {
        json!({
            "code": odd.code.code(), "certificate": odd.certificate, "detail": odd.detail,
            "words": odd.code.words(language),
        })
    };
    oddities.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attestation::android::facts::Facts;

    #[test]
    fn every_fact_is_shown() {
        let facts = serde_json::to_value(Facts::default()).unwrap();
        let mut known: Vec<_> = facts.as_object().unwrap().keys().map(String::as_str).collect();
        let mut shown = FACTS.to_vec();
        known.sort_unstable();
        shown.sort_unstable();
        assert_eq!(shown, known);
    }
}
