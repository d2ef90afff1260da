//! One device, with everything that is known of it and how it came to be so.

use std::collections::BTreeMap;

use agent_core::{
    judge::{Check, DeviceFacts, Evidence, Reading, Verdict, quiet_hours::paused_until},
    wire::{
        envelope::{Kind, Unverified, hash, hex},
        id::DeviceId,
        posture::{ReceivedPosture, ReceivedVerdict},
    },
};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    indented::indented,
    row::{COLUMN_COUNT, COLUMNS, DeviceRow},
    statements::{ReceivedStatement, statements},
    timeline::{self, Span, Subjects},
};
use crate::{
    evidence::{self, KeptEvidence},
    intake::device_keys::DeviceKeys,
    judging::{Said, ages_at, closing, closing::Closing, is_here, policy_of, quarantine},
    scope::Scope,
    store::{StoreError, from_ms, parse},
};

/// One check of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceCheck {
    /// The check.
    #[schema(value_type = String)]
    pub check: Check,
    /// The verdict.
    #[schema(value_type = String)]
    pub verdict: Verdict,
    /// Whether a failing check is in grace.
    pub in_grace: bool,
    /// The reason's code.
    pub code: String,
    /// The reason's parameters.
    pub params: BTreeMap<String, String>,
    /// Since when the verdict is so.
    #[schema(value_type = String)]
    pub since: Timestamp,
    /// When grace ends, while it runs.
    #[schema(value_type = Option<String>)]
    pub deadline: Option<Timestamp>,
    /// The weakest evidence that the answer rests on.
    #[schema(value_type = Option<String>)]
    pub evidence: Option<Evidence>,
    /// Since when its heuristic only advises on the device's build, while it does.
    #[schema(value_type = Option<String>)]
    pub quarantined_since: Option<Timestamp>,
    /// The last 90 days, oldest first.
    pub history: Vec<Span>,
}

/// How far a part of the system is patched, where no check judges it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Level {
    /// The fact, as in a report: `vendorPatch` or `kernelVersion`.
    pub fact: String,
    /// The level; none where it is not known.
    pub value: Option<String>,
    /// The code of why it is not known, such as `unknown.not-supported`.
    pub code: Option<String>,
}

/// The newest report as it was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedReport {
    /// Its sequence number.
    pub sequence: u64,
    /// When it was received.
    #[schema(value_type = String)]
    pub received_at: Timestamp,
    /// When the device says it was made, clamped to what is possible.
    #[schema(value_type = String)]
    pub made_at: Timestamp,
    /// How far the device's clock was ahead of the server's, in seconds.
    pub clock_skew: i64,
    /// Whether it carried the newest challenge and so proves to be fresh.
    pub fresh: bool,
    /// SHA-256 of the envelope.
    pub hash: String,
    /// The signature's algorithm, `ES256` or `EdDSA`.
    pub algorithm: String,
    /// Whether the stored envelope still verifies against the registered key, computed now.
    pub signature_verifies: bool,
    /// The payload, pretty-printed.
    pub payload: String,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// What the list shows of it.
    #[serde(flatten)]
    pub row: DeviceRow,
    /// When it was enrolled.
    #[schema(value_type = String)]
    pub enrolled_at: Timestamp,
    /// The agent's version; empty before the first report.
    pub agent_version: String,
    /// The thumbprint (RFC 7638) of its key.
    pub key_thumbprint: String,
    /// True when a not-compliant device has also gone silent.
    pub silent: bool,
    /// Its checks, in the order of the vocabulary.
    pub checks: Vec<DeviceCheck>,
    /// What the newest facts say of levels that no check judges; empty where none were asked for.
    pub levels: Vec<Level>,
    /// Its states over the last 90 days, oldest first.
    #[schema(value_type = Vec<Span>)]
    pub history: Vec<Span>,
    /// The newest report.
    pub last_report: Option<ReceivedReport>,
    /// What its hardware signed for its keys, newest first.
    pub attestations: Vec<KeptEvidence>,
    /// When the newest loses its grade, by the policy's `evidence.maxAge`.
    #[schema(value_type = Option<String>)]
    pub attested_until: Option<Timestamp>,
    /// What the person said, newest first.
    pub statements: Vec<ReceivedStatement>,
    /// When the pause that the person declared ends, while it lasts: silence does not count.
    #[schema(value_type = Option<String>)]
    pub paused_until: Option<Timestamp>,
    /// Who looked at this page, newest first, without addresses.
    pub views: Vec<View>,
    /// Sequence numbers that never came.
    pub gaps: u64,
    /// What somebody should look at, newest first.
    pub findings: Vec<Finding>,
    /// That an administrator closed it, and why; `leftAt` says when.
    pub closed: Option<Closed>,
    /// Devices that are here and enrolled later under the same reference: one of them may be what this one is now.
    #[schema(value_type = Vec<String>)]
    pub enrolled_again_as: Vec<DeviceId>,
}

/// Why a device was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Closed {
    /// `lost` (or stolen), `retired` (not used any more) or `replaced` (it lost its key and enrolled again).
    pub reason: String,
    /// What took its place.
    #[schema(value_type = Option<String>)]
    pub replaced_by: Option<DeviceId>,
}

/// Something odd about what the device sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// What: `sequence-conflict` or `statement-conflict` (the same number with other bytes), `os-backwards` or
    /// `patch-backwards` (a version went back from one report to the next), `key-level-fell` (newer evidence speaks for a
    /// key that lives in a lesser place), `evidence-fell` (evidence that proved everything does not any more),
    /// `counter-not-rising` (an assertion's counter lies no higher than one that was seen of the same key),
    /// `sources-disagree` (two sources say different things of one fact), `enrolled-again` (another key enrolled under
    /// the same reference).
    pub kind: String,
    /// The number of the report, statement or piece of evidence that it is about; 0 for none.
    pub sequence: u64,
    /// Both sides, where it is about two.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

/// Somebody looked at the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The role of who looked, such as `owner`, `viewer` or `api-token`.
    pub role: String,
}

/// How many views and findings are told.
const TOLD: u32 = 20;

/// One device with its history; none for one that does not exist here.
pub fn device(
    connection: &Connection,
    scope: Scope,
    id: DeviceId,
    now: Timestamp,
) -> Result<Option<Device>, StoreError> {
    let key = params![scope.org(), id.to_bytes()];
    let sql = format!(
        "SELECT {COLUMNS}, e.enrolled_at, d.agent_version, e.thumbprint, d.silent, d.last_sequence - d.received,
                p.posture, p.said, p.facts
         FROM device_states d JOIN devices e USING (org, device) LEFT JOIN device_postures p USING (org, device)
         WHERE d.org = ?1 AND d.device = ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(key)?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let posture: Option<String> = row.get(COLUMN_COUNT + 5)?;
    let said: Option<String> = row.get(COLUMN_COUNT + 6)?;
    let facts: Option<String> = row.get(COLUMN_COUNT + 7)?;
    let said: Said = said.map_or_else(|| Ok(Said::default()), |text| parse("said", &text))?;
    let Some(keys) = DeviceKeys::load(connection, scope, id)? else { return Ok(None) };
    let shown = DeviceRow::read(row)?;
    let current = quarantine::current(connection, scope)?;
    let build = (shown.platform, shown.os_version.clone(), shown.security_patch.clone());
    let quarantined = |check| quarantine::since(&current, check, (build.0, &build.1, &build.2));
    let mut spans = timeline::recent(connection, scope, id, now)?;
    let attestations = evidence::history(connection, scope, id)?;
    let newest = attestations.iter().find(|one| one.current).and_then(|one| one.judged.as_ref());
    let attested_until = match newest {
        Some(judged) => Some(ages_at(judged, &policy_of(connection, scope, &shown.group)?.evidence)),
        None => None,
    };
    Ok(Some(Device {
        enrolled_at: from_ms(row.get(COLUMN_COUNT)?),
        agent_version: row.get(COLUMN_COUNT + 1)?,
        key_thumbprint: row.get(COLUMN_COUNT + 2)?,
        silent: row.get(COLUMN_COUNT + 3)?,
        gaps: row.get::<_, i64>(COLUMN_COUNT + 4)?.unsigned_abs(),
        history: spans.remove(&None).unwrap_or_default(),
        checks: posture.map_or_else(|| Ok(Vec::new()), |text| checks(&text, &mut spans, &quarantined))?,
        levels: facts.map_or_else(|| Ok(Vec::new()), |text| Ok::<_, StoreError>(levels(&parse("facts", &text)?)))?,
        last_report: last_report(connection, scope, id, &keys)?,
        attestations,
        attested_until,
        statements: statements(connection, scope, id, &keys)?,
        paused_until: paused_until(&said.pauses, now).filter(|_| shown.left_at.is_none()),
        row: shown,
        views: views(connection, scope, id)?,
        findings: findings(connection, scope, id)?,
        closed: closing(connection, scope, id)?.map(|Closing { reason, .. }| Closed {
            reason: reason.as_str().to_owned(),
            replaced_by: reason.replaced_by(),
        }),
        enrolled_again_as: enrolled_again_as(connection, scope, id)?,
    }))
}

fn levels(facts: &DeviceFacts) -> Vec<Level> {
    let level = |(fact, reading): (&str, &Reading<String>)| {
        let (value, code) = match reading {
            Reading::Known { value, .. } => (Some(value.clone()), None),
            Reading::Unknown { unknown } => (None, Some(format!("unknown.{unknown}"))),
        };
        Level { fact: fact.to_owned(), value, code }
    };
    [("vendorPatch", &facts.vendor_patch), ("kernelVersion", &facts.kernel_version)]
        .into_iter()
        .filter(|(_, reading)| !reading.is_not_collected())
        .map(level)
        .collect()
}

fn enrolled_again_as(connection: &Connection, scope: Scope, id: DeviceId) -> Result<Vec<DeviceId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT json_extract(detail, '$.device') FROM findings
         WHERE org = ?1 AND device = ?2 AND kind = 'enrolled-again' ORDER BY at DESC, hash LIMIT ?3",
    )?;
    let rows = statement.query_map(params![scope.org(), id.to_bytes(), TOLD], |row| row.get::<_, String>(0))?;
    let mut found = Vec::new();
    for text in rows {
        let other = text?.parse().map_err(|error| StoreError::row("finding", error))?;
        if is_here(connection, scope, other)? {
            found.push(other);
        }
    }
    Ok(found)
}

fn checks(
    posture: &str,
    spans: &mut Subjects,
    quarantined: &dyn Fn(Check) -> Option<Timestamp>,
) -> Result<Vec<DeviceCheck>, StoreError> {
    let posture: ReceivedPosture = parse("posture", posture)?;
    let check = |verdict: ReceivedVerdict| -> Option<DeviceCheck> {
        let (check, word) = (Check::from_word(&verdict.check)?, Verdict::from_word(&verdict.verdict)?);
        Some(DeviceCheck {
            check,
            verdict: word,
            in_grace: word == Verdict::Fail && verdict.deadline.is_some(),
            code: verdict.reason.code,
            params: verdict.reason.params,
            since: verdict.since,
            deadline: verdict.deadline,
            evidence: verdict.evidence.as_deref().and_then(Evidence::from_word),
            quarantined_since: quarantined(check),
            history: spans.remove(&Some(check)).unwrap_or_default(),
        })
    };
    let checks: Option<Vec<_>> = posture.checks.into_iter().map(check).collect();
    checks.ok_or_else(|| StoreError::row("posture", "it has a check or verdict that is not known"))
}

/// The newest report. Its signature is checked here and now, over the stored bytes, against the registered key.
fn last_report(
    connection: &Connection,
    scope: Scope,
    id: DeviceId,
    keys: &DeviceKeys,
) -> Result<Option<ReceivedReport>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, received_at, made_at, clock_skew, fresh, hash, envelope FROM reports
         WHERE org = ?1 AND device = ?2 ORDER BY sequence DESC LIMIT 1",
    )?;
    let mut rows = statement.query(params![scope.org(), id.to_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (kept_hash, envelope): (Vec<u8>, String) = (row.get(5)?, row.get(6)?);
    let message = Unverified::parse(&envelope).ok();
    let key = message.as_ref().map(|message| keys.of(message));
    let payload = message.as_ref().map(|message| indented(&String::from_utf8_lossy(message.payload())));
    Ok(Some(ReceivedReport {
        sequence: row.get::<_, i64>(0)?.unsigned_abs(),
        received_at: from_ms(row.get(1)?),
        made_at: from_ms(row.get(2)?),
        clock_skew: row.get::<_, i64>(3)? / 1000,
        fresh: row.get(4)?,
        hash: hex(&kept_hash),
        algorithm: key.map(|key| key.algorithm().as_str().to_owned()).unwrap_or_default(),
        payload: payload.unwrap_or_default(),
        signature_verifies: message.is_some_and(|message| keys.open(message, Kind::Report).is_ok())
            && hash(&envelope).as_slice() == kept_hash,
    }))
}

fn views(connection: &Connection, scope: Scope, id: DeviceId) -> Result<Vec<View>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT at, CASE WHEN actor LIKE 'api-token:%' THEN 'api-token' ELSE role END FROM access_log
         WHERE org = ?1 AND device = ?2 ORDER BY at DESC, rowid DESC LIMIT ?3",
    )?;
    let views = statement.query_map(params![scope.org(), id.to_bytes(), TOLD], |row| {
        Ok(View { at: from_ms(row.get(0)?), role: row.get(1)? })
    })?;
    Ok(views.collect::<Result<_, _>>()?)
}

fn findings(connection: &Connection, scope: Scope, id: DeviceId) -> Result<Vec<Finding>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT at, kind, sequence, detail FROM findings WHERE org = ?1 AND device = ?2 ORDER BY at DESC LIMIT ?3",
    )?;
    let mut rows = statement.query(params![scope.org(), id.to_bytes(), TOLD])?;
    let mut findings = Vec::new();
    while let Some(row) = rows.next()? {
        let detail = parse("finding", &row.get::<_, String>(3)?)?;
        let sequence = row.get::<_, i64>(2)?.unsigned_abs();
        findings.push(Finding { at: from_ms(row.get(0)?), kind: row.get(1)?, sequence, detail });
    }
    Ok(findings)
}
