//! `mdm list`: each device of management, which of ours it is, and how old that is.

use jiff::Timestamp;
use serde_json::json;

use super::{
    super::{
        answer::{Answer, columns},
        data::{Context, Fresh},
        error::CommandError,
    },
    age,
};
use crate::mdm::{self, MatchedBy, Record};

pub(super) async fn run(source: Option<String>, context: &Context) -> Result<Answer, CommandError> {
    let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
    let mut records = data.server.store.read(move |conn| mdm::records(conn, scope)).await?;
    records.retain(|record| source.as_ref().is_none_or(|source| record.source == *source));
    let list: Vec<_> = records
        .iter()
        .map(|record| {
            let mut one = json!(record);
            one["state"] = json!(state(record));
            one
        })
        .collect();
    Ok(Answer::done(table(&records, context.now()), json!({"records": list})))
}

/// Where a record stands, in one word.
fn state(record: &Record) -> &'static str {
    match record.matched_by {
        _ if record.is_retired() => "retired",
        None => "unmatched",
        Some(MatchedBy::Hand) => "matched-by-hand",
        Some(MatchedBy::Reference) if record.candidates > 1 => "ambiguous",
        Some(MatchedBy::Reference) => "matched",
    }
}

fn table(records: &[Record], now: Timestamp) -> String {
    let heading = ["SOURCE", "REFERENCE", "STATE", "DEVICE", "MODEL", "OS", "WHATSAPP BUSINESS", "AGE", ""];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    rows.extend(records.iter().map(|record| {
        let facts = &record.facts;
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        let business = facts.whatsapp_business.as_ref().map(|told| {
            let presence = told.value.presence.to_string();
            told.value.version.clone().unwrap_or(presence)
        });
        vec![
            record.source.clone(),
            record.device_ref.clone(),
            state(record).to_owned(),
            or_none(record.device.map(|device| device.to_string())),
            or_none(facts.model.as_ref().map(|told| told.value.clone())),
            or_none(facts.os_version.as_ref().map(|told| told.value.clone())),
            or_none(business),
            age(now, record.seen_at.max(record.retired_at).unwrap_or(record.heard_at)),
            match record.candidates {
                several @ 2.. => format!("{several} devices have this reference; the newest counts"),
                _ => String::new(),
            },
        ]
    }));
    columns(&rows)
}
