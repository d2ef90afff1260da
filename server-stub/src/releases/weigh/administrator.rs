//! What the administrator's file names: for that it wins.

use std::collections::HashSet;

use serde_json::Value;

use super::super::claim::Line;

/// The newest file that an administrator imported.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Administrator {
    /// Its lines as they were written.
    pub(crate) lines: Vec<Value>,
}

impl Administrator {
    /// Reads the lines of a stored document.
    pub(crate) fn of(document: &Value) -> Self {
        Self { lines: document["lines"].as_array().cloned().unwrap_or_default() }
    }

    fn entries<'a>(&'a self, line: Line, list: &'a str) -> impl Iterator<Item = &'a Value> {
        let own =
            move |one: &&Value| one["product"] == line.product.as_str() && one["platform"] == line.platform.as_str();
        self.lines.iter().filter(own).filter_map(move |one| one[list].as_array()).flatten()
    }

    /// Whether it lists releases of this line.
    pub(crate) fn has_releases(&self, line: Line) -> bool {
        self.entries(line, "releases").next().is_some()
    }

    /// Whether it names this vulnerability's floor in this line.
    pub(crate) fn has_floor(&self, line: Line, cve: &str) -> bool {
        self.entries(line, "floors").any(|floor| floor["cve"] == cve)
    }

    /// Every vulnerability that it names.
    pub(crate) fn cves(&self) -> HashSet<&str> {
        let floors = self.lines.iter().filter_map(|line| line["floors"].as_array()).flatten();
        floors.filter_map(|floor| floor["cve"].as_str()).collect()
    }

    /// Whether it says how long this cycle of this line is supported.
    pub(crate) fn has_cycle(&self, line: Line, cycle: &str) -> bool {
        self.entries(line, "support").any(|support| text(&support["cycle"]) == cycle)
    }

    /// Whether it says which version is a model's last.
    pub(crate) fn has_model(&self, line: Line, model: &str) -> bool {
        self.entries(line, "models").any(|one| one["model"] == model)
    }
}

/// A version may have been written without quotes.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
