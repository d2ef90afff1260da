//! Stored evidence is judged again where the policy or the lists of trust changed: a key that is revoked today was not
//! known to be yesterday.

use std::sync::PoisonError;

use agent_core::wire::key::{PublicKey, VerifyingKey};
use jiff::Timestamp;
use rusqlite::Connection;

use super::{
    judgement::{Asked, Attested, basis, judge},
    kept::{self, Stale},
    trust::TrustKeeper,
};
use crate::{
    judging::{Changed, Desk, Finding, FindingKind, Rules, catch_up, judge as judge_device},
    scope::Scope,
    store::{Store, StoreError, parse},
};

/// How many pieces one round judges.
const PIECE: u32 = 50;

/// One piece with what is made of it now.
struct Renewed {
    stale: Stale,
    basis: String,
    attested: Option<Attested>,
}

/// Judges again what was held against something else; returns how many pieces that were.
pub(crate) async fn renew(
    store: &Store,
    keeper: &std::sync::Arc<TrustKeeper>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut count = 0;
    loop {
        let state = std::sync::Arc::clone(keeper);
        // Signatures are verified beside the transactions of the committer.
        let round = store.read(move |connection| round(connection, &state)).await?;
        let Some((scope, renewed)) = round else { return Ok(count) };
        count += renewed.len();
        store.commit(move |connection, desk| write(connection, desk, scope, &renewed, now)).await?;
    }
}

/// Some stale pieces of one organisation; none where nothing is stale anywhere.
fn round(connection: &Connection, keeper: &TrustKeeper) -> Result<Option<(Scope, Vec<Renewed>)>, StoreError> {
    let trust = keeper.load(connection)?;
    let organisations = {
        let mut statement = connection.prepare_cached("SELECT org, rules_revision FROM organisations")?;
        let rows = statement.query_map([], |row| Ok((Scope::proven(row.get(0)?), row.get::<_, i64>(1)?)))?;
        rows.collect::<Result<Vec<_>, _>>()?
    };
    for (scope, revision) in organisations {
        let newest = (revision, trust.revision);
        let seen = || keeper.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen().get(&scope) == Some(&newest) {
            continue;
        }
        let rules = Rules::load(connection, scope)?;
        let groups = {
            let mut statement = connection.prepare_cached("SELECT grp FROM groups WHERE org = ?1")?;
            let rows = statement.query_map([scope.org()], |row| row.get::<_, String>(0))?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        for group in groups {
            let asked = &rules.policy(&group).evidence;
            let basis = basis(asked, &trust);
            let mut renewed = Vec::new();
            for stale in kept::stale(connection, scope, &group, &basis, PIECE)? {
                let key: PublicKey = parse("key", &stale.key)?;
                let key = VerifyingKey::try_from(&key).map_err(|error| StoreError::row("key", error))?;
                let challenge = stale.challenge.as_ref().map(|(text, at)| (text.as_str(), *at));
                let asked = Asked { rules: asked, key: &key, challenge, received_at: stale.received_at };
                let attested = judge(&stale.evidence, &asked, &trust);
                renewed.push(Renewed { stale, basis: basis.clone(), attested });
            }
            if !renewed.is_empty() {
                return Ok(Some((scope, renewed)));
            }
        }
        seen().insert(scope, newest);
    }
    Ok(None)
}

fn write(
    connection: &Connection,
    desk: &mut Desk,
    scope: Scope,
    renewed: &[Renewed],
    now: Timestamp,
) -> Result<(), StoreError> {
    for Renewed { stale, basis, attested } in renewed {
        if !kept::rewrite(connection, scope, stale, basis, attested.as_ref())? {
            continue;
        }
        if let Some(attested) = attested.as_ref().filter(|attested| stale.was_proved && !attested.is_proved()) {
            let detail = serde_json::json!({ "number": stale.number, "reasons": attested.codes() });
            let sequence = stale.number.unsigned_abs();
            let finding = Finding { kind: FindingKind::EvidenceFell, sequence, hash: None, detail };
            finding.note(connection, scope, stale.device, now)?;
        }
        let Some(mut record) = desk.take(connection, scope, stale.device)? else { continue };
        if record.proofs.attested != *attested {
            let rules = desk.rules(connection, scope)?;
            catch_up(connection, desk, &mut record, &rules, now)?;
            record.proofs.attested.clone_from(attested);
            judge_device(connection, desk, &mut record, &rules, now)?;
            record.save(connection, Changed { documents: true })?;
        }
        desk.put(record);
    }
    Ok(())
}
