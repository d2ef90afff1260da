//! What happens to a verified report inside the group's transaction: its place in the device's history, what it says,
//! and the judgement. It is acknowledged after the commit.

use agent_core::{
    judge::facts::DeviceFacts,
    wire::{
        envelope::{Unverified, from_hex, hex},
        message::Acknowledgement,
        report::{Content, Report},
    },
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    acknowledgement::{Outgoing, acknowledge},
    gone::gone,
    verify::VerifiedReport,
};
use crate::{
    api::problem::{Problem, ProblemCode},
    judging::{Desk, Finding, FindingKind, Record, Rules, Side, backwards, catch_up, judge, still_holds},
    keys::Keys,
    store::{StoreError, cut, to_ms},
};

/// What became of a report.
pub(crate) type Outcome = Result<Acknowledgement<Outgoing>, Problem>;

/// How long a report may have been on its way and still count as made when it was received.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(60);

/// Commits one report that was received at a moment.
pub(crate) fn commit(
    connection: &Connection,
    desk: &mut Desk,
    keys: &Keys,
    verified: &VerifiedReport,
    received_at: Timestamp,
) -> Result<Outcome, StoreError> {
    let (scope, report) = (verified.registered.scope, &verified.report);
    let Some(mut record) = desk.take(connection, scope, report.device)? else {
        return Ok(Err(ProblemCode::UnknownKey.into()));
    };
    if record.left_at.is_some() {
        desk.put(record);
        return Ok(Err(gone(connection, scope, report.device)?.into()));
    }
    let rules = desk.rules(connection, scope)?;
    // A server's clock that was set back never makes history run backwards.
    let now = cut(received_at).max(record.judged_at);
    if report.sequence <= record.last_sequence {
        let outcome = repeat(connection, &mut record, verified, now)?;
        let outcome = match outcome {
            Ok(()) => {
                let mut changed = catch_up(connection, desk, &mut record, &rules, now)?;
                if record.posture.is_none() {
                    changed.documents |= judge(connection, desk, &mut record, &rules, now)?.documents;
                }
                record.save(connection, changed)?;
                Ok(acknowledge(keys, &record, &rules, report.sequence, &hex(&verified.hash), now))
            }
            Err(problem) => Err(problem),
        };
        desk.put(record);
        return Ok(outcome);
    }
    let facts = match told(connection, &record, verified)? {
        Ok(facts) => facts,
        Err(problem) => {
            desk.put(record);
            return Ok(Err(problem));
        }
    };
    take_in(connection, desk, (&mut record, facts), &rules, verified, now)?;
    let acknowledgement = acknowledge(keys, &record, &rules, report.sequence, &hex(&verified.hash), now);
    desk.put(record);
    Ok(Ok(acknowledgement))
}

/// Facts, and the full report that told them.
type Told = (DeviceFacts, (u64, [u8; 32]));

/// The facts that the report tells; none when they are those that the device told last.
fn told(
    connection: &Connection,
    record: &Record,
    verified: &VerifiedReport,
) -> Result<Result<Option<Told>, Problem>, StoreError> {
    let report = &verified.report;
    Ok(match &report.content {
        Content::Full(full) if full.facts.platform != record.platform => {
            Err(ProblemCode::FieldNotAllowed.detail("`platform` is not the one that was enrolled; enrol again"))
        }
        Content::Full(full) => Ok(Some((full.facts.clone(), (report.sequence, verified.hash)))),
        Content::Unchanged(unchanged) => {
            let named: Option<[u8; 32]> = from_hex(&unchanged.report_hash).and_then(|hash| hash.try_into().ok());
            match (named, record.full) {
                (Some(named), Some((_, newest))) if named == newest => Ok(None),
                (Some(named), _) => {
                    earlier(connection, record, named)?.map(Some).ok_or(ProblemCode::FullReportRequired.into())
                }
                (None, _) => Err(ProblemCode::FullReportRequired.into()),
            }
        }
    })
}

/// An earlier full report of the device: one that was queued while the device was offline may stand between.
fn earlier(connection: &Connection, record: &Record, hash: [u8; 32]) -> Result<Option<Told>, StoreError> {
    let found: Option<(i64, String)> = connection
        .prepare_cached(
            "SELECT sequence, envelope FROM reports
             WHERE org = ?1 AND device = ?2 AND kind = 'full' AND hash = ?3 ORDER BY sequence DESC LIMIT 1",
        )?
        .query_row(params![record.scope.org(), record.device.to_bytes(), hash], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((sequence, envelope)) = found else { return Ok(None) };
    let report: Report = Unverified::parse(&envelope)
        .and_then(|envelope| envelope.read_unverified())
        .map_err(|error| StoreError::row("report", error))?;
    Ok(match report.content {
        Content::Full(full) => Some((full.facts, (sequence.unsigned_abs(), hash))),
        Content::Unchanged(_) => None,
    })
}

/// A new report: its row, its facts, and the judgement then and now.
fn take_in(
    connection: &Connection,
    desk: &mut Desk,
    (record, told): (&mut Record, Option<Told>),
    rules: &Rules,
    verified: &VerifiedReport,
    now: Timestamp,
) -> Result<(), StoreError> {
    let report = &verified.report;
    let made_at = cut(report.at).clamp(verified.challenged_at.min(now), now);
    // Only the newest challenge proves that the report is not an old one that somebody kept.
    let fresh = verified.challenged_at >= record.challenged_at;
    store_report(connection, record, verified, (made_at, now), fresh)?;

    let judged_at = record.judged_at;
    let mut changed = catch_up(connection, desk, record, rules, made_at)?;
    let came_due = record.judged_at != judged_at;
    record.last_sequence = report.sequence;
    record.received += 1;
    record.challenged_at = now;
    record.last_heard_at = now;
    record.last_report_at = Some(now);
    record.agent_version.clone_from(&report.agent_version.chars().take(40).collect());
    if let Some((facts, full)) = told {
        if facts != record.facts {
            let before = Side {
                facts: &record.facts,
                sequence: record.full.map_or(0, |(sequence, _)| sequence),
                received_at: None,
            };
            let after = Side { facts: &facts, sequence: report.sequence, received_at: Some(now) };
            for finding in backwards(before, after) {
                finding.note(connection, record.scope, record.device, now)?;
            }
            record.posture = None;
            record.facts = facts;
            changed.documents = true;
        }
        record.full = Some(full);
    }
    if !came_due && still_holds(record, rules, now) {
        return record.save_heard(connection);
    }
    // A queued report writes history at its own time; one that has just been made is judged once, now.
    if now.duration_since(made_at) > ON_ITS_WAY {
        changed.documents |= judge(connection, desk, record, rules, made_at)?.documents;
        changed.documents |= catch_up(connection, desk, record, rules, now)?.documents;
    }
    changed.documents |= judge(connection, desk, record, rules, now)?.documents;
    record.save(connection, changed)
}

fn store_report(
    connection: &Connection,
    record: &Record,
    verified: &VerifiedReport,
    (made_at, now): (Timestamp, Timestamp),
    fresh: bool,
) -> Result<(), StoreError> {
    let report = &verified.report;
    let kind = match report.content {
        Content::Full(_) => "full",
        Content::Unchanged(_) => "unchanged",
    };
    connection
        .prepare_cached(
            "INSERT INTO reports (org, device, sequence, received_at, made_at, clock_skew, fresh, kind, hash, envelope)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            record.scope.org(),
            record.device.to_bytes(),
            sequence(report)?,
            to_ms(now),
            to_ms(made_at),
            to_ms(report.at).saturating_sub(to_ms(now)),
            fresh,
            kind,
            verified.hash,
            verified.envelope,
        ])?;
    Ok(())
}

/// A sequence number that is not new: the same bytes are answered again, others are refused without a hint and
/// found, and a number that was passed over stays a gap.
fn repeat(
    connection: &Connection,
    record: &mut Record,
    verified: &VerifiedReport,
    now: Timestamp,
) -> Result<Result<(), Problem>, StoreError> {
    let (org, device) = (record.scope.org(), record.device.to_bytes());
    let sequence = sequence(&verified.report)?;
    let stored: Option<[u8; 32]> = connection
        .prepare_cached("SELECT hash FROM reports WHERE org = ?1 AND device = ?2 AND sequence = ?3")?
        .query_row(params![org, device, sequence], |row| row.get(0))
        .optional()?;
    match stored {
        Some(hash) if hash == verified.hash => Ok(Ok(())),
        Some(_) => {
            let sequence = verified.report.sequence;
            let (kind, hash) = (FindingKind::SequenceConflict, Some(verified.hash));
            let finding = Finding { kind, sequence, hash, detail: serde_json::json!({}) };
            finding.note(connection, record.scope, record.device, now)?;
            Ok(Err(ProblemCode::ReportSequenceConflict.into()))
        }
        None => Ok(Err(ProblemCode::ReportSequencePassed.into())),
    }
}

fn sequence(report: &Report) -> Result<i64, StoreError> {
    i64::try_from(report.sequence).map_err(|error| StoreError::row("sequence", error))
}
