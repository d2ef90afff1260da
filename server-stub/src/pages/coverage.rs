//! Coverage: devices that management knows and that are not enrolled here.

use askama::Template;
use axum::response::Html;

use super::{Chrome, Frame, Place, finish, words::Speak as _};
use crate::mdm::{Coverage, RETENTION_DAYS, Record};

/// How many devices the page shows.
const MOST_ROWS: usize = 500;

/// The page of coverage.
pub fn render(coverage: &Coverage, chrome: &Chrome) -> Html<String> {
    let (language, when) = (chrome.language, chrome.when());
    let number = |count: usize| when.number(u64::try_from(count).unwrap_or(u64::MAX));
    let missing = coverage.missing.len();
    let heading = match (coverage.managed, missing) {
        (0, _) => language.say("coverage.empty").to_owned(),
        (_, 0) => language.say("coverage.heading.none").to_owned(),
        (_, n) => language.count("coverage.heading", u64::try_from(n).unwrap_or(u64::MAX), &number(n), &[]),
    };
    let counts = [("matched", &*number(coverage.matched)), ("managed", &*number(coverage.managed))];
    let unmanaged = match coverage.unmanaged {
        0 => String::new(),
        n => language.count("coverage.unmanaged", n, &when.number(n), &[]),
    };
    finish(&Page {
        f: Frame::new(chrome, Place::Devices, language.say("coverage.title")),
        heading,
        empty: coverage.managed == 0,
        matched: language.fill("coverage.matched", &counts),
        unmanaged,
        rows: coverage.missing.iter().take(MOST_ROWS).map(|record| row(record, chrome)).collect(),
        more: (missing > MOST_ROWS).then(|| language.fill("coverage.more", &[("n", &number(MOST_ROWS))])),
        retention: language.fill("coverage.retention", &[("days", &RETENTION_DAYS.to_string())]),
    })
}

#[derive(Template)]
#[template(path = "coverage.html")]
struct Page<'a> {
    f: Frame<'a>,
    heading: String,
    empty: bool,
    matched: String,
    unmanaged: String,
    rows: Vec<Row>,
    more: Option<String>,
    retention: String,
}

struct Row {
    reference: String,
    source: String,
    model: String,
    system: String,
    first: String,
    last: String,
}

fn row(record: &Record, chrome: &Chrome) -> Row {
    let when = chrome.when();
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    Row {
        reference: record.device_ref.clone(),
        source: record.source.clone(),
        model: or_dash(record.facts.model.as_ref().map(|told| told.value.clone())),
        system: or_dash(record.facts.os_version.as_ref().map(|told| told.value.clone())),
        first: when.ago(record.first_seen_at),
        last: when.ago(record.seen_at.unwrap_or(record.heard_at)),
    }
}
