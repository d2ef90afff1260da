//! The timeline: what was so from when to when. Exactly one span of each subject is open.

use std::collections::BTreeMap;

use agent_core::{
    judge::{Check, Evidence, Verdict},
    wire::id::DeviceId,
};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::shown::{Shown, ShownCheck};
use crate::{
    scope::Scope,
    store::{StoreError, from_ms, number, to_ms},
};

/// The rules that a span was judged by.
#[derive(Clone, Copy)]
pub(super) struct JudgedBy {
    pub(super) policy: u64,
    pub(super) catalogue: u64,
}

/// Writes how what is shown changed at a moment; `before` is none for a new device.
pub(super) fn advance(
    connection: &Connection,
    (scope, device): (Scope, DeviceId),
    before: Option<&Shown>,
    now: &Shown,
    at: Timestamp,
    by: JudgedBy,
) -> Result<(), StoreError> {
    let line = Line { connection, org: scope.org(), device: device.to_bytes(), at: to_ms(at), by };
    if before.is_none_or(|before| before.state != now.state) {
        line.turn(&Stretch { subject: "", word: now.state.as_str(), check: None, held_since: to_ms(at) })?;
    }
    let nothing = BTreeMap::new();
    let earlier = before.map_or(&nothing, |before| &before.checks);
    for (check, shown) in &now.checks {
        match earlier.get(check) {
            Some(same) if same == shown => {}
            Some(same) if same.continues(shown) => line.touch(*check, shown)?,
            _ => {
                let (subject, word) = (check.as_str(), shown.verdict.as_str());
                line.turn(&Stretch { subject, word, check: Some(shown), held_since: to_ms(shown.since) })?;
            }
        }
    }
    for gone in earlier.keys().filter(|check| !now.checks.contains_key(check)) {
        line.close(gone.as_str())?;
    }
    Ok(())
}

struct Line<'a> {
    connection: &'a Connection,
    org: u32,
    device: [u8; 16],
    at: i64,
    by: JudgedBy,
}

struct Stretch<'a> {
    subject: &'a str,
    word: &'a str,
    check: Option<&'a ShownCheck>,
    held_since: i64,
}

impl Line<'_> {
    /// Ends what was so and begins what is so.
    fn turn(&self, stretch: &Stretch<'_>) -> Result<(), StoreError> {
        self.close(stretch.subject)?;
        let check = stretch.check;
        self.connection
            .prepare_cached(
                "INSERT INTO spans (org, device, subject, since, word, in_grace, code, params, held_since, deadline,
                                    evidence, policy_revision, catalogue_revision)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            )?
            .execute(params![
                self.org,
                self.device,
                stretch.subject,
                self.at,
                stretch.word,
                check.is_some_and(|check| check.in_grace),
                check.map_or("", |check| check.code.as_str()),
                check.map_or("{}", |check| check.params.as_str()),
                stretch.held_since,
                check.and_then(|check| check.deadline).map(to_ms),
                check.and_then(|check| check.evidence).map(Evidence::as_str),
                number(self.by.policy)?,
                number(self.by.catalogue)?,
            ])?;
        Ok(())
    }

    /// Ends the open span; one that would have no length is as if it had never been.
    fn close(&self, subject: &str) -> Result<(), StoreError> {
        let (org, device) = (self.org, self.device);
        let key = params![org, device, subject, self.at];
        let ended = self
            .connection
            .prepare_cached(
                "UPDATE spans SET until = ?4
                 WHERE org = ?1 AND device = ?2 AND subject = ?3 AND until IS NULL AND since < ?4",
            )?
            .execute(key)?;
        if ended == 0 {
            self.connection
                .prepare_cached("DELETE FROM spans WHERE org = ?1 AND device = ?2 AND subject = ?3 AND until IS NULL")?
                .execute(params![org, device, subject])?;
        }
        Ok(())
    }

    /// The parameters of what is still so.
    fn touch(&self, check: Check, shown: &ShownCheck) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE spans SET params = ?4, held_since = ?5
                 WHERE org = ?1 AND device = ?2 AND subject = ?3 AND until IS NULL",
            )?
            .execute(params![self.org, self.device, check.as_str(), shown.params, to_ms(shown.since),])?;
        Ok(())
    }
}

/// The checks that are shown now: the open spans.
pub(super) fn open_checks(
    connection: &Connection,
    org: u32,
    device: [u8; 16],
) -> Result<BTreeMap<Check, ShownCheck>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT subject, word, in_grace, code, params, held_since, deadline, evidence FROM spans
         WHERE org = ?1 AND device = ?2 AND until IS NULL AND subject <> ''",
    )?;
    let mut rows = statement.query(params![org, device])?;
    let mut checks = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (subject, word): (String, String) = (row.get(0)?, row.get(1)?);
        let evidence: Option<String> = row.get(7)?;
        let check = Check::from_word(&subject).ok_or_else(|| StoreError::row("span", "its check is not known"))?;
        let verdict = Verdict::from_word(&word).ok_or_else(|| StoreError::row("span", "its verdict is not known"))?;
        let shown = ShownCheck {
            verdict,
            in_grace: row.get(2)?,
            code: row.get(3)?,
            params: row.get(4)?,
            since: from_ms(row.get(5)?),
            deadline: row.get::<_, Option<i64>>(6)?.map(from_ms),
            evidence: evidence.as_deref().and_then(Evidence::from_word),
        };
        checks.insert(check, shown);
    }
    Ok(checks)
}
