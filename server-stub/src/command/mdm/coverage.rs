//! `mdm coverage`: devices that management knows and that never enrolled here.

use serde_json::json;

use super::{
    super::{
        answer::{Answer, columns},
        data::{Context, Fresh},
        error::CommandError,
    },
    age, second,
};
use crate::mdm::{self, RETENTION_DAYS};

pub(super) async fn run(context: &Context) -> Result<Answer, CommandError> {
    let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
    let now = context.now();
    let coverage = data.server.store.read(move |conn| mdm::coverage(conn, scope)).await?;
    let mut rows = vec![["SOURCE", "REFERENCE", "MODEL", "OS", "FIRST SEEN", "AGE"].map(str::to_owned).to_vec()];
    rows.extend(coverage.missing.iter().map(|record| {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        vec![
            record.source.clone(),
            record.device_ref.clone(),
            or_none(record.facts.model.as_ref().map(|told| told.value.clone())),
            or_none(record.facts.os_version.as_ref().map(|told| told.value.clone())),
            second(record.first_seen_at),
            age(now, record.seen_at.unwrap_or(record.heard_at)),
        ]
    }));
    let list = if coverage.missing.is_empty() { String::new() } else { format!("{}\n\n", columns(&rows)) };
    let words = format!(
        "{list}{} of {} devices of management are enrolled here; {} are not, and are forgotten {RETENTION_DAYS} days \
         after management last names them. {} enrolled devices are in no management.",
        coverage.matched,
        coverage.managed,
        coverage.missing.len(),
        coverage.unmanaged
    );
    Ok(Answer::done(words, json!(coverage)))
}
