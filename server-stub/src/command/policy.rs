//! `policy`: what the company requires of its devices, as code.

use std::path::{Path, PathBuf};

use agent_core::judge::{
    Catalogue, DeviceFacts, Standing, catalogue::document::CatalogueDocument, evaluate,
    policy::document::PolicyDocument, text::Language,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};

use super::{
    answer::Answer,
    data::{Context, Fresh},
    error::CommandError,
    input, posture,
};
use crate::{
    access::{Actor, audit},
    judging::rules::{DEFAULT_GROUP, RulesError, apply_policy},
    scope::Scope,
    store::{StoreError, from_ms, parse},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Read a policy strictly; every fault is told with line, column and the nearest valid word.
    #[command(after_help = "Example: atalaya policy validate policy.yaml")]
    Validate {
        /// The policy, YAML or JSON.
        file: PathBuf,
    },
    /// Print the policy that is in force, as JSON (which is YAML too).
    #[command(after_help = "Example: atalaya policy show --group clinic > clinic.yaml")]
    Show {
        /// The group; one without a policy of its own has the default group's.
        #[arg(long, default_value = DEFAULT_GROUP)]
        group: String,
    },
    /// Put a policy into force for a group; its devices are judged again at once.
    #[command(
        after_help = "Example: atalaya policy apply policy.yaml --group clinic --note \"Android 14 from now on\""
    )]
    Apply {
        /// The policy, YAML or JSON; its revision must be higher than every one before.
        file: PathBuf,
        /// The group; one that does not exist is made.
        #[arg(long, default_value = DEFAULT_GROUP)]
        group: String,
        /// Why, for whoever reads the log.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Show what a file would change.
    #[command(after_help = "Example: atalaya policy diff policy.yaml --group clinic")]
    Diff {
        /// The policy, YAML or JSON.
        file: PathBuf,
        /// The group.
        #[arg(long, default_value = DEFAULT_GROUP)]
        group: String,
    },
    /// Judge given facts under a policy file; nothing is stored.
    #[command(after_help = "Example: atalaya policy test policy.yaml --facts phone.json --catalogue releases.yaml\n\n\
                            Exit codes: 0 compliant or in grace · 1 failed · 2 wrong usage · 3 not compliant · 4 unknown")]
    Test(TestArguments),
}

/// What `policy test` judges.
#[derive(Debug, clap::Args)]
pub(super) struct TestArguments {
    /// The policy, YAML or JSON.
    file: PathBuf,
    /// What was seen, JSON: {"platform":"android","screenLock":{"value":true,"evidence":"os-reported"}}.
    #[arg(long, value_name = "FILE")]
    facts: PathBuf,
    /// What is known about releases, YAML or JSON; without it "latest" is unknown.
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
    /// What was so before, JSON; without it every failing begins now.
    #[arg(long, value_name = "FILE")]
    standing: Option<PathBuf>,
    /// The moment of judgement, such as 2026-11-24T09:00:00Z; otherwise now.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// The language of the words, `es` or `en`.
    #[arg(long, default_value = "en", value_parser = language, value_name = "LANGUAGE")]
    lang: Language,
}

fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "write `es` or `en`".to_owned())
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Validate { file } => {
            let policy = read(&file)?.policy;
            let checks: std::collections::BTreeSet<_> =
                policy.checks.keys().map(|(_, check)| check.to_string()).collect();
            let named = checks.iter().cloned().collect::<Vec<_>>().join(", ");
            let words = format!("{}: valid. {}, revision {}: {named}.", file.display(), policy.name, policy.revision);
            Ok(Answer::done(
                words,
                json!({"valid": true, "name": policy.name, "revision": policy.revision, "checks": checks}),
            ))
        }
        Command::Show { group } => {
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let asked = group.clone();
            let current = data.server.store.read(move |conn| current(conn, scope, &asked)).await?;
            let words = serde_json::to_string_pretty(&current.document).map_err(std::io::Error::from)?;
            let json = json!({
                "group": group, "policyOfGroup": current.group, "revision": current.revision,
                "appliedAt": from_ms(current.applied_at).to_string(), "note": current.note,
                "policy": current.document
            });
            Ok(Answer::done(words, json))
        }
        Command::Apply { file, group, note } => apply(&file, group, note, context).await,
        Command::Diff { file, group } => {
            let new = read(&file)?.json;
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let asked = group.clone();
            let current = data.server.store.read(move |conn| current(conn, scope, &asked)).await?;
            let mut changes = Vec::new();
            compare("", &current.document, &new, &mut changes);
            let lines: Vec<String> = changes.iter().map(Change::to_string).collect();
            let words = if lines.is_empty() { "No difference.".to_owned() } else { lines.join("\n") };
            let list: Vec<Value> = changes
                .iter()
                .map(|change| json!({"path": change.path, "before": change.before, "after": change.after}))
                .collect();
            Ok(Answer::done(words, json!({"group": group, "revision": current.revision, "changes": list})))
        }
        Command::Test(arguments) => test(&arguments, context),
    }
}

fn read(file: &Path) -> Result<PolicyDocument, CommandError> {
    Ok(PolicyDocument::from_text(&input::name(file), &input::text(file)?)?)
}

async fn apply(file: &Path, group: String, note: String, context: &Context) -> Result<Answer, CommandError> {
    let (name, text) = (input::name(file), input::text(file)?);
    // Faults of the document are told before any data is opened or made.
    PolicyDocument::from_text(&name, &text)?;
    let (data, scope) = context.open_with_organisation(Fresh::Make).await?;
    let (now, into, shown) = (context.now(), group.clone(), name.clone());
    let applied = data.server.store.write(move |conn| {
        let revision = match apply_policy(conn, scope, &into, (&name, &text), &note, now) {
            Ok(revision) => revision,
            Err(RulesError::Store(error)) => return Err(error),
            // Refused before anything was written.
            Err(refused) => return Ok(Err(refused)),
        };
        let detail = json!({"group": into, "revision": revision, "note": note});
        audit::record(conn, scope, now, &Actor::Local, "policy.applied", detail)?;
        let devices: i64 = conn.query_row(
            "SELECT count(*) FROM device_states WHERE org = ?1 AND left_at IS NULL",
            [scope.org()],
            |row| row.get(0),
        )?;
        Ok(Ok((revision, devices)))
    });
    let (revision, devices) = applied.await??;
    let words = format!(
        "{shown}: revision {revision} is in force for `{group}`. {devices} devices are judged again as soon as the \
         server runs; phones get it with their next report."
    );
    Ok(Answer::done(words, json!({"group": group, "revision": revision, "devices": devices})))
}

fn test(arguments: &TestArguments, context: &Context) -> Result<Answer, CommandError> {
    let facts: DeviceFacts = input::json(&arguments.facts)?;
    let policy = read(&arguments.file)?.policy;
    let catalogue = match &arguments.catalogue {
        Some(path) => CatalogueDocument::from_text(&input::name(path), &input::text(path)?)?.catalogue,
        None => Catalogue::default(),
    };
    let standing: Standing = match &arguments.standing {
        Some(path) => input::json(path)?,
        None => Standing::default(),
    };
    let now = arguments.at.unwrap_or_else(|| context.now());
    let posture = evaluate(&facts, &policy, &catalogue, &standing, now);
    Ok(Answer {
        words: posture::words(&posture, arguments.lang),
        json: json!(posture),
        code: posture::code(posture.state),
    })
}

/// The policy that is in force for a group.
struct Current {
    group: String,
    revision: i64,
    applied_at: i64,
    note: String,
    document: Value,
}

fn current(conn: &Connection, scope: Scope, group: &str) -> Result<Current, StoreError> {
    let newest = |group: &str| {
        conn.query_row(
            "SELECT revision, applied_at, note, document FROM policies WHERE org = ?1 AND grp = ?2
             ORDER BY revision DESC LIMIT 1",
            params![scope.org(), group],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?)),
        )
        .optional()
    };
    let (found, of) = match newest(group)? {
        Some(own) => (Some(own), group),
        None => (newest(DEFAULT_GROUP)?, DEFAULT_GROUP),
    };
    let (revision, applied_at, note, document) =
        found.ok_or_else(|| StoreError::row("policy", "the default group has none"))?;
    Ok(Current { group: of.to_owned(), revision, applied_at, note, document: parse("policy", &document)? })
}

/// One place where two documents differ.
struct Change<'a> {
    path: String,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
}

impl std::fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.before, self.after) {
            (None, Some(after)) => write!(f, "+ {}: {after}", self.path),
            (Some(before), None) => write!(f, "- {}: {before}", self.path),
            (Some(before), Some(after)) => write!(f, "~ {}: {before} → {after}", self.path),
            (None, None) => Ok(()),
        }
    }
}

fn compare<'a>(path: &str, before: &'a Value, after: &'a Value, changes: &mut Vec<Change<'a>>) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        if before != after {
            changes.push(Change { path: path.to_owned(), before: Some(before), after: Some(after) });
        }
        return;
    };
    let under = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (key, before) in old {
        match new.get(key) {
            Some(after) => compare(&under(key), before, after, changes),
            None => changes.push(Change { path: under(key), before: Some(before), after: None }),
        }
    }
    for (key, after) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        changes.push(Change { path: under(key), before: None, after: Some(after) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_the_path_and_both_sides() {
        let before = json!({"spec": {"checks": {"screen-lock": {"grace": "3d"}, "os-version": {}}}});
        let after = json!({"spec": {"checks": {"screen-lock": {"grace": "1d"}, "security-patch": {"maxAge": "90d"}}}});
        let mut changes = Vec::new();
        compare("", &before, &after, &mut changes);
        let lines: Vec<String> = changes.iter().map(Change::to_string).collect();
        assert_eq!(
            lines,
            [
                "- spec.checks.os-version: {}",
                "~ spec.checks.screen-lock.grace: \"3d\" → \"1d\"",
                "+ spec.checks.security-patch: {\"maxAge\":\"90d\"}",
            ]
        );
    }
}
