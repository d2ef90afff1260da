//! `ledger`: what left this machine, with what each field is for, and byte for byte.

use std::io::Write;

use serde_json::Value;

use super::{call::Call, failure::Failure, phrase::Phrase, speech::Speech};
use crate::{
    client::{LedgerEntry, Outcome, Sent},
    judge::text::Language,
    wire::{
        envelope::Unverified,
        field::{FIELDS, Field},
    },
};

pub(super) const EXAMPLES: &str = "Examples:
  atalaya-agent ledger              what left, and what the newest report says
  atalaya-agent ledger --raw 3      report 3 as it left, byte for byte
  atalaya-agent ledger --json";

/// What of the ledger is shown.
#[derive(Debug, clap::Args)]
pub(super) struct LedgerArguments {
    /// Print exactly the bytes of the report with this number.
    #[arg(long, value_name = "NUMBER", conflicts_with = "json")]
    raw: Option<u64>,
}

pub(super) fn run(arguments: &LedgerArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    // An enrolment that failed has left its trace, too.
    let entries = if call.folder()?.exists() { call.machine()?.0.agent().ledger()? } else { Vec::new() };
    if let Some(sequence) = arguments.raw {
        let report = entries.iter().rev().find(|entry| entry.kind == Sent::Report && entry.sequence == Some(sequence));
        call.out.write_all(report.ok_or(Failure::NoSuchReport(sequence))?.sent.as_bytes())?;
    } else if call.json {
        call.document(&entries)?;
    } else {
        tell(&entries, call.speech, call.out)?;
    }
    Ok(0)
}

fn tell(entries: &[LedgerEntry], speech: Speech<'_>, out: &mut dyn Write) -> std::io::Result<()> {
    if entries.is_empty() {
        return writeln!(out, "{}", speech.say(Phrase::LedgerEmpty, &[]));
    }
    writeln!(out, "{}\n", speech.say(Phrase::LedgerTitle, &[]))?;
    for entry in entries {
        let mut parts =
            vec![what(entry, speech), entry.to.clone(), speech.say(Phrase::Bytes, &[("count", &entry.sent.len())])];
        if entry.times > 1 {
            parts.push(speech.say(Phrase::Times, &[("count", &entry.times)]));
        }
        parts.extend(match &entry.outcome {
            // Questions are not acknowledged; that they got their answer shows in what follows.
            Outcome::Unknown if matches!(entry.kind, Sent::Challenge | Sent::Proof) => None,
            Outcome::Unknown => Some(speech.say(Phrase::OutcomeUnknown, &[])),
            Outcome::Acknowledged => Some(speech.say(Phrase::WasAcknowledged, &[])),
            Outcome::Refused(code) => Some(speech.say(Phrase::WasRefused, &[("code", code)])),
        });
        writeln!(out, "  {}  {}", speech.moment(entry.first_at), parts.join(" · "))?;
    }
    // The newest that carries facts; an unchanged one only names it.
    let reports = || entries.iter().rev().filter_map(report);
    if let Some((sequence, report)) =
        reports().find(|(_, report)| report["content"]["full"].is_object()).or_else(|| reports().next())
    {
        writeln!(out, "\n{}", speech.say(Phrase::LedgerFields, &[("sequence", &sequence)]))?;
        for field in FIELDS {
            if let Some(value) = value(&report, field, speech) {
                let purpose = if speech.language == Language::Es { field.es } else { field.en };
                writeln!(out, "  {} = {value}\n      {purpose}", field.fact().unwrap_or(field.path))?;
            }
        }
    }
    writeln!(out, "\n{}", speech.say(Phrase::LedgerMore, &[]))
}

fn what(entry: &LedgerEntry, speech: Speech<'_>) -> String {
    match entry.kind {
        Sent::Challenge => speech.say(Phrase::SentChallenge, &[]),
        Sent::Enrolment => speech.say(Phrase::SentEnrolment, &[]),
        Sent::Report => speech.say(Phrase::SentReport, &[("sequence", &entry.sequence.unwrap_or_default())]),
        Sent::Statement => speech.say(Phrase::SentStatement, &[("number", &entry.sequence.unwrap_or_default())]),
        Sent::Evidence => speech.say(Phrase::SentEvidence, &[]),
        Sent::Proof => speech.say(Phrase::SentProof, &[]),
    }
}

/// The payload of a report, read out of the very bytes that left.
fn report(entry: &LedgerEntry) -> Option<(u64, Value)> {
    let sequence = entry.sequence.filter(|_| entry.kind == Sent::Report)?;
    let envelope = Unverified::parse(&entry.sent).ok()?;
    Some((sequence, serde_json::from_slice(envelope.payload()).ok()?))
}

/// What a field says, as one word or as it stands in the report; none where the report does not hold it.
fn value(report: &Value, field: &Field, speech: Speech<'_>) -> Option<String> {
    let found = field.path.split('.').try_fold(report, |value, name| value.get(name))?;
    if let Some(reason) = found.get("unknown").filter(|_| field.reading) {
        return Some(speech.say(Phrase::UnknownValue, &[("reason", &reason.as_str().unwrap_or_default())]));
    }
    let found = if field.reading { found.get("value")? } else { found };
    match found {
        Value::String(text) => Some(text.clone()),
        // Groups have rows of their own.
        Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}
