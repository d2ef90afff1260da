//! The field tables as `docs/privacy.md` shows them.

use std::fmt::Write;

use super::{FIELDS, Field, Kept, STATEMENT_FIELDS, Seen, Shape};

/// The table in Markdown: every field with what it is for, who sees it, how long it is kept and what needs it.
pub fn privacy_table() -> String {
    table(FIELDS, "every report")
}

/// The same of statements.
pub fn statements_table() -> String {
    table(STATEMENT_FIELDS, "what you say")
}

fn table(fields: &[Field], always: &str) -> String {
    let mut table = String::from(
        "| Field | Holds | What it is for | Para qué es | Who sees it | Kept | Collected for |\n|---|---|---|---|---|---|---|\n",
    );
    for field in fields {
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
                Kept::InStatement => "statement",
            },
            needed(field, always),
        );
    }
    table
}

fn needed(field: &Field, always: &str) -> String {
    let checks: Vec<&str> = field.checks().into_iter().map(crate::judge::Check::as_str).collect();
    if checks.is_empty() { always.to_owned() } else { checks.join(", ") }
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
