//! Judging one device at one moment, and writing what that changes.

use std::sync::Arc;

use agent_core::judge::{Posture, evaluate, silence};
use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    desk::Desk,
    effective,
    finding::{Finding, FindingKind},
    record::{Changed, Record},
    rules::Rules,
    shown::Shown,
    timeline::{self, JudgedBy},
};
use crate::store::{StoreError, cut};

/// Judges the device at a moment that is not before its last judgement, and moves its spans and counts. The caller
/// saves the record.
pub(crate) fn judge(
    connection: &Connection,
    desk: &mut Desk,
    record: &mut Record,
    rules: &Rules,
    at: Timestamp,
) -> Result<Changed, StoreError> {
    let at = cut(at).max(record.judged_at);
    let policy = rules.policy(&record.group);
    record.proofs.reported_at = record.proofs.managed.as_ref().and(record.last_report_at);
    let effective = effective::join(&record.facts, &record.said, &record.proofs, &policy.evidence, at);
    for one in &effective.disagreements {
        let detail = serde_json::to_value(one).unwrap_or_default();
        let finding = Finding { kind: FindingKind::SourcesDisagree, sequence: 0, hash: None, detail };
        finding.note(connection, record.scope, record.device, at)?;
    }
    let facts = effective.facts;
    let posture = evaluate(&facts, policy, &rules.catalogue, &record.standing, at);
    let silence = silence::judge(posture.state, record.last_heard_at, &record.said.pauses, policy, at);
    let shown = Shown::of(&posture, &silence, &facts);
    let by = JudgedBy { policy: posture.policy_revision, catalogue: posture.catalogue_revision };
    timeline::advance(connection, (record.scope, record.device), record.shown.as_ref(), &shown, at, by)?;
    count(desk, record, &shown, rules, at);

    let standing = record.standing.after(&posture);
    let documents =
        standing != record.standing || record.posture.as_ref().is_none_or(|before| !is_same(before, &posture));
    if record.shown.as_ref().is_none_or(|before| before.state != shown.state) {
        record.state_since = at;
    }
    record.due_at = [posture.changes_at, silence.changes_at, effective.changes_at].into_iter().flatten().min().map(up);
    record.standing = standing;
    record.shown = Some(shown);
    record.posture = Some(Arc::new(posture));
    record.judged_at = at;
    record.rules_revision = rules.revision;
    Ok(Changed { documents })
}

/// Whether the last judgement holds for a report that tells the same facts: same rules, same day (ages are told in
/// days), and not silent; what has come due was judged before. Then only silence begins anew, and with it the next
/// due moment.
pub(crate) fn still_holds(record: &mut Record, rules: &Rules, now: Timestamp) -> bool {
    let Some(posture) = &record.posture else { return false };
    let day = |moment: Timestamp| moment.as_second().div_euclid(SECONDS_OF_A_DAY);
    // A report is a newer word than device management's, even where it says the same as the one before.
    let holds = record.rules_revision == rules.revision
        && record.proofs.managed.is_none()
        && record.shown.as_ref().is_some_and(|shown| !shown.silent)
        && day(record.judged_at) == day(now);
    if holds {
        let policy = rules.policy(&record.group);
        let silence = silence::judge(posture.state, record.last_heard_at, &record.said.pauses, policy, now);
        let ages_at = effective::changes_at(&record.proofs, &policy.evidence, now);
        record.due_at = [posture.changes_at, silence.changes_at, ages_at].into_iter().flatten().min().map(up);
    }
    holds
}

const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// Lives through everything that came due for the device until a moment: each at its own time.
pub(crate) fn catch_up(
    connection: &Connection,
    desk: &mut Desk,
    record: &mut Record,
    rules: &Rules,
    until: Timestamp,
) -> Result<Changed, StoreError> {
    let mut changed = Changed::default();
    while let Some(due) = record.due_at.filter(|due| *due <= until) {
        let step = judge(connection, desk, record, rules, due)?;
        changed.documents |= step.documents;
        if record.due_at.is_some_and(|next| next <= due) {
            return Err(StoreError::row("due moment", "it does not move on"));
        }
    }
    Ok(changed)
}

/// Whether two postures say the same, whenever they were judged.
fn is_same(a: &Posture, b: &Posture) -> bool {
    a.state == b.state
        && a.policy_revision == b.policy_revision
        && a.catalogue_revision == b.catalogue_revision
        && a.checks == b.checks
}

/// A moment within a millisecond is due at its end, when it has certainly come.
fn up(moment: Timestamp) -> Timestamp {
    let whole = cut(moment);
    if whole == moment { moment } else { whole.checked_add(jiff::SignedDuration::from_millis(1)).unwrap_or(moment) }
}

fn count(desk: &mut Desk, record: &Record, now: &Shown, rules: &Rules, at: Timestamp) {
    let before = record.shown.as_ref();
    if before == Some(now) {
        return;
    }
    let (scope, group, platform) = (record.scope, &record.group, record.platform);
    let counts = desk.counts();
    for counted in before.map(|before| before.counted(platform)).unwrap_or_default() {
        counts.shift(scope, group, counted, -1);
    }
    for counted in now.counted(platform) {
        counts.shift(scope, group, counted, 1);
    }
    if before.is_none_or(|before| before.state != now.state) {
        let day = rules.zone.to_datetime(at).date().to_string();
        if let Some(before) = before {
            counts.shift_day(scope, group, day.clone(), before.state.as_str(), -1);
        }
        counts.shift_day(scope, group, day, now.state.as_str(), 1);
    }
}
