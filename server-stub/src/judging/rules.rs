//! What an organisation's devices are judged by: the newest policy of each group, and the catalogue.

use std::{collections::HashMap, sync::Arc};

use agent_core::judge::{
    Catalogue, Policy, catalogue::document::CatalogueDocument, document::Faults, policy::document::PolicyDocument,
};
use jiff::{Timestamp, tz::TimeZone};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    scope::Scope,
    store::{StoreError, number, parse, print, to_ms},
};

/// The group that every organisation has; its policy holds for groups that have none of their own.
pub const DEFAULT_GROUP: &str = "default";
/// The policy that a new organisation starts with.
pub const STARTER_POLICY: &str = include_str!("starter-policy.yaml");

/// One group's policy.
#[derive(Debug, Clone)]
pub(crate) struct GroupPolicy {
    /// What is judged by.
    pub(crate) document: PolicyDocument,
    /// When it was applied.
    pub(crate) applied_at: i64,
}

/// What an organisation's devices are judged by.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Grows with each change of a policy or the catalogue.
    pub(crate) revision: u64,
    /// The epoch of policy revisions.
    pub(crate) epoch: u64,
    /// The organisation's zone, in which days are counted.
    pub(crate) zone: TimeZone,
    policies: HashMap<String, Arc<GroupPolicy>>,
    default: Arc<GroupPolicy>,
    /// What is known about releases.
    pub(crate) catalogue: Catalogue,
    /// The catalogue as it is served, and when it was imported; none before the first.
    pub(crate) served_catalogue: Option<(serde_json::Value, i64)>,
}

impl Rules {
    /// The newest rules of the organisation.
    pub(crate) fn load(connection: &Connection, scope: Scope) -> Result<Self, StoreError> {
        let (revision, epoch, zone): (i64, i64, String) = connection
            .prepare_cached("SELECT rules_revision, policy_epoch, zone FROM organisations WHERE org = ?1")?
            .query_row([scope.org()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut policies = HashMap::new();
        let mut statement = connection.prepare_cached(
            "SELECT p.grp, p.document, p.applied_at FROM policies p WHERE p.org = ?1 AND p.revision =
                (SELECT max(revision) FROM policies newest WHERE newest.org = p.org AND newest.grp = p.grp)",
        )?;
        let mut rows = statement.query([scope.org()])?;
        while let Some(row) = rows.next()? {
            let (group, text, applied_at): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let document = document(&text)?;
            policies.insert(group, Arc::new(GroupPolicy { document, applied_at }));
        }
        let default = policies.get(DEFAULT_GROUP).cloned().ok_or_else(no_default)?;
        let stored: Option<(String, i64)> = connection
            .prepare_cached(
                "SELECT document, imported_at FROM catalogues WHERE org = ?1 ORDER BY revision DESC LIMIT 1",
            )?
            .query_row([scope.org()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (catalogue, served_catalogue) = match stored {
            Some((text, at)) => {
                let document = CatalogueDocument::from_json(&parse("catalogue", &text)?)
                    .map_err(|faults| StoreError::row("catalogue", faults))?;
                (document.catalogue, Some((document.json, at)))
            }
            None => (Catalogue::default(), None),
        };
        let zone = TimeZone::get(&zone).map_err(|error| StoreError::row("time zone", error))?;
        let (revision, epoch) = (revision.unsigned_abs(), epoch.unsigned_abs());
        Ok(Self { revision, epoch, zone, policies, default, catalogue, served_catalogue })
    }

    /// The policy of a group, its own or the default group's.
    pub(crate) fn group(&self, group: &str) -> &GroupPolicy {
        self.policies.get(group).unwrap_or(&self.default)
    }

    /// What a group's devices are judged by.
    pub(crate) fn policy(&self, group: &str) -> &Policy {
        &self.group(group).document.policy
    }
}

/// What a group's devices are judged by, its own policy or the default group's, where nothing else of the rules is
/// wanted: those hold every group's policy and the whole catalogue.
pub(crate) fn policy_of(connection: &Connection, scope: Scope, group: &str) -> Result<Policy, StoreError> {
    let text: Option<String> = connection
        .prepare_cached(
            "SELECT document FROM policies WHERE org = ?1 AND grp IN (?2, ?3)
             ORDER BY grp = ?2 DESC, revision DESC LIMIT 1",
        )?
        .query_row(params![scope.org(), group, DEFAULT_GROUP], |row| row.get(0))
        .optional()?;
    Ok(document(&text.ok_or_else(no_default)?)?.policy)
}

fn document(text: &str) -> Result<PolicyDocument, StoreError> {
    PolicyDocument::from_json(&parse("policy", text)?).map_err(|faults| StoreError::row("policy", faults))
}

fn no_default() -> StoreError {
    StoreError::row("policy", "the default group has none")
}

/// Rules that could not be put into force.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The document has faults.
    #[error(transparent)]
    Document(#[from] Faults),
    /// The revision does not grow.
    #[error("{file}: metadata.revision is {found}, and this organisation is at {newest}; write {} or more", newest + 1)]
    Revision {
        /// The file.
        file: String,
        /// The revision in it.
        found: u64,
        /// The newest of the organisation.
        newest: u64,
    },
    /// The group's name cannot be used.
    #[error("`{0}` is no group name; write 1 to 60 lower-case letters, digits and hyphens")]
    Group(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for RulesError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Whether this can be a group's name.
pub fn is_group(text: &str) -> bool {
    (1..=60).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Puts a policy into force for a group; the group is made where it does not exist. The fleet is judged again.
///
/// # Errors
/// Refuses a document with faults and a revision that does not grow.
pub fn apply_policy(
    connection: &Connection,
    scope: Scope,
    group: &str,
    (file, text): (&str, &str),
    note: &str,
    now: Timestamp,
) -> Result<u64, RulesError> {
    let document = PolicyDocument::from_text(file, text)?;
    if !is_group(group) {
        return Err(RulesError::Group(group.to_owned()));
    }
    let newest: i64 = connection.query_row(
        "SELECT coalesce(max(revision), 0) FROM policies WHERE org = ?1",
        [scope.org()],
        |row| row.get(0),
    )?;
    let (found, newest) = (document.policy.revision, newest.unsigned_abs());
    if found <= newest {
        return Err(RulesError::Revision { file: file.to_owned(), found, newest });
    }
    let at = to_ms(now);
    connection.execute(
        "INSERT INTO groups (org, grp, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![scope.org(), group, at],
    )?;
    connection.execute(
        "INSERT INTO policies (org, grp, revision, applied_at, note, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![scope.org(), group, number(found)?, at, note, print("policy", &document.json)?],
    )?;
    if group == DEFAULT_GROUP
        && let Some(zone) = document.policy.quiet_hours.zone.iana_name()
    {
        connection.execute("UPDATE organisations SET zone = ?2 WHERE org = ?1", params![scope.org(), zone])?;
    }
    rules_changed(connection, scope, at)?;
    Ok(found)
}

/// Every device is judged again, in pieces, by whichever process serves.
pub(super) fn rules_changed(connection: &Connection, scope: Scope, at: i64) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE rejudgements SET ended_at = ?2 WHERE org = ?1 AND ended_at IS NULL",
        params![scope.org(), at],
    )?;
    connection.execute("UPDATE organisations SET rules_revision = rules_revision + 1 WHERE org = ?1", [scope.org()])?;
    connection.execute(
        "INSERT INTO rejudgements (org, rules_revision, began_at, total)
         SELECT org, rules_revision, ?2, (SELECT count(*) FROM device_states d
                                                  WHERE d.org = o.org AND d.left_at IS NULL)
         FROM organisations o WHERE org = ?1",
        params![scope.org(), at],
    )?;
    Ok(())
}
