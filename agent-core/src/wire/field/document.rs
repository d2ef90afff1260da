//! The field table as `docs/privacy.md` shows it.

use std::fmt::Write;

use super::{FIELDS, Field, Kept, Seen, Shape};

/// The table in Markdown: every field with what it is for, who sees it, how long it is kept and what needs it.
pub fn privacy_table() -> String {
    let mut table = String::from(
        "| Field | Holds | What it is for | Para qué es | Who sees it | Kept | Collected for |\n|---|---|---|---|---|---|---|\n",
    );
    for field in FIELDS {
        let Field { path, en, es, .. } = field;
        let _ = writeln!(
            table,
            "| `{path}` | {} | {en} | {es} | {} | {} | {} |",
            holds(&field.shape),
            match field.seen_by {
                Seen::PersonAndIt => "the person, IT",
                Seen::Person => "the person",
            },
            match field.kept {
                Kept::InReport => "report",
                Kept::InTimeline => "report, timeline",
            },
            needed(field),
        );
    }
    table
}

fn needed(field: &Field) -> String {
    let checks: Vec<&str> = field.checks().into_iter().map(crate::judge::Check::as_str).collect();
    if checks.is_empty() { "every report".to_owned() } else { checks.join(", ") }
}

fn holds(shape: &Shape) -> String {
    match shape {
        Shape::Version => "format version".to_owned(),
        Shape::Number(..) => "number".to_owned(),
        Shape::Text(_) => "text".to_owned(),
        Shape::Form(pattern) if pattern.contains("a-f") => "SHA-256".to_owned(),
        Shape::Form(_) => "id".to_owned(),
        Shape::Moment => "moment".to_owned(),
        Shape::Day => "day".to_owned(),
        Shape::Truth => "yes or no".to_owned(),
        Shape::Word(words) => words.join(", "),
        Shape::List(_, Shape::Group) => "list of what follows".to_owned(),
        Shape::List(_, item) => format!("list of: {}", holds(item)),
        Shape::Group => "what follows".to_owned(),
    }
}
