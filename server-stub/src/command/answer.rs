//! What a command says: in words, or as one JSON document.

use std::io::{self, Write as _};

use serde_json::Value;

use super::error::CommandError;

/// What a command says at its end.
#[derive(Debug)]
pub(super) struct Answer {
    /// For people; lines without a line end after the last. Nothing where all is said already.
    pub(super) words: String,
    /// For scripts; null where all is said already.
    pub(super) json: Value,
    /// The exit code.
    pub(super) code: u8,
}

impl Answer {
    /// Something was done.
    pub(super) fn done(words: impl Into<String>, json: Value) -> Self {
        Self { words: words.into(), json, code: 0 }
    }

    /// Everything was said while the command ran.
    pub(super) fn said() -> Self {
        Self::done("", Value::Null)
    }

    /// Writes it to stdout.
    pub(super) fn write(self, as_json: bool) -> Result<u8, CommandError> {
        if as_json && !self.json.is_null() {
            print_json(&self.json)?;
        } else if !as_json && !self.words.is_empty() {
            print(&self.words)?;
        }
        Ok(self.code)
    }
}

/// Prints words, and a line end.
pub(super) fn print(words: &str) -> Result<(), CommandError> {
    finish(writeln!(io::stdout().lock(), "{words}"))
}

/// Prints one JSON document.
pub(super) fn print_json(json: &Value) -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(json).map_err(io::Error::from)?;
    finish(writeln!(io::stdout().lock(), "{text}"))
}

/// Whoever read only the first lines, such as `head`, has what they wanted.
fn finish(written: io::Result<()>) -> Result<(), CommandError> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Rows of text as columns of equal width, two spaces apart; the first row is the heading.
pub(super) fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..count).map(|column| width(column).unwrap_or_default()).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["NAME", "ROLE", "SINCE"]), row(["ñandú-grafana", "viewer", "now"])];
        assert_eq!(columns(&rows), "NAME           ROLE    SINCE\nñandú-grafana  viewer  now");
    }
}
