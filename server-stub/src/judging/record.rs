//! One device as the writer knows it: what it said last, how it is judged, and what is shown of it.

use std::sync::Arc;

use agent_core::{
    judge::{DeviceFacts, DeviceState, Evidence, Platform, Posture, Standing},
    wire::id::DeviceId,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{effective::Proofs, said::Said, shown::Shown, timeline};
use crate::{
    scope::Scope,
    store::{StoreError, from_ms, number, parse, print, to_ms},
};

/// One device.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) scope: Scope,
    pub(crate) device: DeviceId,
    pub(crate) group: String,
    pub(crate) platform: Platform,

    /// The highest sequence number that was committed; 0 before the first report.
    pub(crate) last_sequence: u64,
    /// How many reports were committed.
    pub(crate) received: u64,
    /// When the newest challenge that came with an answer was issued.
    pub(crate) challenged_at: Timestamp,
    /// The receipt of the last report, or the enrolment.
    pub(crate) last_heard_at: Timestamp,
    pub(crate) last_report_at: Option<Timestamp>,
    /// The newest full report: sequence and hash.
    pub(crate) full: Option<(u64, [u8; 32])>,
    pub(crate) agent_version: String,
    /// The highest number of a statement that was committed; 0 before the first.
    pub(crate) last_statement: u64,
    /// How many statements were committed.
    pub(crate) statements: u64,
    /// Since when the device has left. Nothing is judged or counted any more.
    pub(crate) left_at: Option<Timestamp>,

    /// What the person said.
    pub(crate) said: Said,
    /// What else speaks for it.
    pub(crate) proofs: Proofs,
    pub(crate) facts: DeviceFacts,
    pub(crate) standing: Standing,
    /// The posture as it was judged last; none until this process has judged.
    pub(crate) posture: Option<Arc<Posture>>,
    /// What is shown; none before the first judgement.
    pub(crate) shown: Option<Shown>,
    pub(crate) state_since: Timestamp,
    pub(crate) judged_at: Timestamp,
    /// The organisation's rules revision that it was judged by.
    pub(crate) rules_revision: u64,
    /// The next moment at which anything about it changes by itself.
    pub(crate) due_at: Option<Timestamp>,
}

/// Which parts of a record changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Changed {
    /// Facts, what was said or proved, standing or posture.
    pub(crate) documents: bool,
}

impl Record {
    /// A device that has just been enrolled; it is not judged yet.
    pub(crate) fn enrolled(scope: Scope, device: DeviceId, group: String, platform: Platform, at: Timestamp) -> Self {
        let standing = Standing { device: Some(device.to_string()), enrolled_at: Some(at), ..Standing::default() };
        Self {
            scope,
            device,
            group,
            platform,
            last_sequence: 0,
            received: 0,
            challenged_at: at,
            last_heard_at: at,
            last_report_at: None,
            full: None,
            agent_version: String::new(),
            last_statement: 0,
            statements: 0,
            left_at: None,
            said: Said::default(),
            proofs: Proofs::default(),
            facts: DeviceFacts::nothing_collected(platform),
            standing,
            posture: None,
            shown: None,
            state_since: at,
            judged_at: at,
            rules_revision: 0,
            due_at: None,
        }
    }

    /// Reads a device of this organisation; none where it has no such device.
    pub(crate) fn load(connection: &Connection, scope: Scope, device: DeviceId) -> Result<Option<Self>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT s.grp, s.platform, s.last_sequence, s.received, s.challenged_at, s.last_heard_at,
                    s.last_report_at, s.full_sequence, s.full_hash, s.agent_version, s.state, s.state_since, s.silent,
                    s.judged_at, s.rules_revision, s.due_at, s.model, s.os_version, s.security_patch,
                    s.whatsapp_version, p.facts, p.standing, s.last_statement, s.statements, s.left_at, p.said, p.proofs
             FROM device_states s JOIN device_postures p USING (org, device)
             WHERE s.org = ?1 AND s.device = ?2",
        )?;
        let key = params![scope.org(), device.to_bytes()];
        let Some(row) = statement.query_row(key, |row| Ok(Self::of_row(row, scope, device))).optional()? else {
            return Ok(None);
        };
        let mut record = row?;
        if let Some(shown) = &mut record.shown {
            shown.checks = timeline::open_checks(connection, scope.org(), device.to_bytes())?;
        }
        Ok(Some(record))
    }

    fn of_row(row: &rusqlite::Row<'_>, scope: Scope, device: DeviceId) -> Result<Self, StoreError> {
        let (platform, state): (String, String) = (row.get(1)?, row.get(10)?);
        let (facts, standing, said): (String, String, String) = (row.get(20)?, row.get(21)?, row.get(25)?);
        let full: (Option<i64>, Option<Vec<u8>>) = (row.get(7)?, row.get(8)?);
        let full = match full {
            (Some(sequence), Some(hash)) => {
                let hash = <[u8; 32]>::try_from(hash).map_err(|_| StoreError::row("device", "its hash is cut"))?;
                Some((sequence.unsigned_abs(), hash))
            }
            _ => None,
        };
        let shown = Shown {
            state: DeviceState::from_word(&state).ok_or_else(|| StoreError::row("device", "its state is not known"))?,
            silent: row.get(12)?,
            checks: std::collections::BTreeMap::new(),
            model: row.get(16)?,
            os_version: row.get(17)?,
            security_patch: row.get(18)?,
            whatsapp_version: row.get(19)?,
        };
        Ok(Self {
            scope,
            device,
            group: row.get(0)?,
            platform: Platform::from_word(&platform)
                .ok_or_else(|| StoreError::row("device", "its platform is not known"))?,
            last_sequence: row.get::<_, i64>(2)?.unsigned_abs(),
            received: row.get::<_, i64>(3)?.unsigned_abs(),
            challenged_at: from_ms(row.get(4)?),
            last_heard_at: from_ms(row.get(5)?),
            last_report_at: row.get::<_, Option<i64>>(6)?.map(from_ms),
            full,
            agent_version: row.get(9)?,
            last_statement: row.get::<_, i64>(22)?.unsigned_abs(),
            statements: row.get::<_, i64>(23)?.unsigned_abs(),
            left_at: row.get::<_, Option<i64>>(24)?.map(from_ms),
            said: parse("said", &said)?,
            proofs: parse("proofs", &row.get::<_, String>(26)?)?,
            facts: parse("facts", &facts)?,
            standing: parse("standing", &standing)?,
            posture: None,
            shown: Some(shown),
            state_since: from_ms(row.get(11)?),
            judged_at: from_ms(row.get(13)?),
            rules_revision: row.get::<_, i64>(14)?.unsigned_abs(),
            due_at: row.get::<_, Option<i64>>(15)?.map(from_ms),
        })
    }

    /// Writes that a report came which changed nothing that is judged.
    pub(crate) fn save_heard(&self, connection: &Connection) -> Result<(), StoreError> {
        connection
            .prepare_cached(
                "UPDATE device_states SET last_sequence = ?3, received = ?4, challenged_at = ?5, last_heard_at = ?6,
                    last_report_at = ?7, full_sequence = ?8, full_hash = ?9, agent_version = ?10, due_at = ?11
                 WHERE org = ?1 AND device = ?2",
            )?
            .execute(params![
                self.scope.org(),
                self.device.to_bytes(),
                number(self.last_sequence)?,
                number(self.received)?,
                to_ms(self.challenged_at),
                to_ms(self.last_heard_at),
                self.last_report_at.map(to_ms),
                self.full.map(|(sequence, _)| number(sequence)).transpose()?,
                self.full.map(|(_, hash)| hash),
                self.agent_version,
                self.due_at.map(to_ms),
            ])?;
        Ok(())
    }

    /// Writes what a report or a judgement has moved.
    pub(crate) fn save(&self, connection: &Connection, changed: Changed) -> Result<(), StoreError> {
        let (Some(shown), Some(posture)) = (&self.shown, &self.posture) else {
            return Err(StoreError::row("device", "it was not judged"));
        };
        connection
            .prepare_cached(
                "INSERT INTO device_states
                    (org, device, grp, platform, last_sequence, received, challenged_at, last_heard_at, last_report_at,
                     full_sequence, full_hash, agent_version, state, state_since, silent, judged_at, rules_revision,
                     due_at, deadline, model, os_version, security_patch, whatsapp_version, evidence, why, attention,
                     last_statement, statements, left_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                         ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)
                 ON CONFLICT (org, device) DO UPDATE SET
                    grp = ?3, last_sequence = ?5, received = ?6, challenged_at = ?7, last_heard_at = ?8,
                    last_report_at = ?9, full_sequence = ?10, full_hash = ?11, agent_version = ?12, state = ?13,
                    state_since = ?14, silent = ?15, judged_at = ?16, rules_revision = ?17, due_at = ?18, deadline = ?19,
                    model = ?20, os_version = ?21, security_patch = ?22, whatsapp_version = ?23, evidence = ?24,
                    why = ?25, attention = ?26, last_statement = ?27, statements = ?28, left_at = ?29",
            )?
            .execute(params![
                self.scope.org(),
                self.device.to_bytes(),
                self.group,
                self.platform.as_str(),
                number(self.last_sequence)?,
                number(self.received)?,
                to_ms(self.challenged_at),
                to_ms(self.last_heard_at),
                self.last_report_at.map(to_ms),
                self.full.map(|(sequence, _)| number(sequence)).transpose()?,
                self.full.map(|(_, hash)| hash),
                self.agent_version,
                shown.state.as_str(),
                to_ms(self.state_since),
                shown.silent,
                to_ms(self.judged_at),
                number(self.rules_revision)?,
                self.due_at.map(to_ms),
                // Whoever has left has no deadline.
                shown.deadline().filter(|_| self.left_at.is_none()).map(to_ms),
                shown.model,
                shown.os_version,
                shown.security_patch,
                shown.whatsapp_version,
                shown.evidence().map(Evidence::as_str),
                shown.why(),
                shown.attention(),
                number(self.last_statement)?,
                number(self.statements)?,
                self.left_at.map(to_ms),
            ])?;
        if changed.documents {
            connection
                .prepare_cached(
                    "INSERT INTO device_postures (org, device, facts, standing, posture, said, proofs)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                     ON CONFLICT (org, device) DO UPDATE
                     SET facts = ?3, standing = ?4, posture = ?5, said = ?6, proofs = ?7",
                )?
                .execute(params![
                    self.scope.org(),
                    self.device.to_bytes(),
                    print("facts", &self.facts)?,
                    print("standing", &self.standing)?,
                    print("posture", posture.as_ref())?,
                    print("said", &self.said)?,
                    print("proofs", &self.proofs)?,
                ])?;
        }
        Ok(())
    }
}
