//! What the server kept, read from its database by another hand.

use std::path::Path;

use agent_core::wire::envelope::hash;
use rusqlite::{Connection, OpenFlags, params};

use crate::{
    Failure,
    ledger::{Ledger, Reporter, fold},
};

/// The database, to look only.
pub(crate) struct Kept(Connection);

impl Kept {
    /// Opens the database of this data folder, beside the running server.
    pub(crate) fn open(data: &Path) -> Result<Self, Failure> {
        let connection = Connection::open_with_flags(data.join("atalaya.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(Self(connection))
    }

    /// Every report that was acknowledged since the last look is there with its own bytes, and nothing else is but
    /// the one whose answer never came.
    pub(crate) fn holds(&self, ledger: &mut Ledger) -> Result<(), Failure> {
        for reporter in &mut ledger.reporters {
            let found = self.hashes(reporter, reporter.looked_for)?;
            let recent = std::mem::take(&mut reporter.recent);
            compare(reporter, reporter.looked_for, &recent, &found)?;
            reporter.looked_for = reporter.acknowledged;
        }
        Ok(())
    }

    /// All of it, from the first report on.
    pub(crate) fn holds_everything(&self, ledger: &Ledger) -> Result<(), Failure> {
        for reporter in &ledger.reporters {
            let found = self.hashes(reporter, 0)?;
            let acknowledged = usize::try_from(reporter.acknowledged)?;
            let name = reporter.device.id.label();
            let there = found.get(..acknowledged).ok_or_else(|| lost(&name, found.len(), acknowledged))?;
            let sequences = there.iter().zip(1..).all(|((sequence, _), expected)| *sequence == expected);
            if !sequences || there.iter().fold([0; 32], |folded, (_, hash)| fold(folded, *hash)) != reporter.fold {
                return Err(format!("device {name}: the stored reports are not the acknowledged ones").into());
            }
            let (last, received): (i64, i64) = self.0.query_row(
                "SELECT last_sequence, received FROM device_states WHERE org = ?1 AND device = ?2",
                params![reporter.device.id.organisation(), reporter.device.id.to_bytes()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let stored = i64::try_from(found.len())?;
            if (last, received) != (stored, stored) {
                let told = format!("device {name}: {stored} reports stored, {received} counted, last {last}");
                return Err(told.into());
            }
        }
        Ok(())
    }

    /// The stored reports of a device after this one, in order.
    fn hashes(&self, reporter: &Reporter, after: u64) -> Result<Vec<(u64, [u8; 32])>, Failure> {
        let mut statement = self.0.prepare_cached(
            "SELECT sequence, hash FROM reports WHERE org = ?1 AND device = ?2 AND sequence > ?3 ORDER BY sequence",
        )?;
        let id = reporter.device.id;
        let mut rows = statement.query(params![id.organisation(), id.to_bytes(), i64::try_from(after)?])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((u64::try_from(row.get::<_, i64>(0)?)?, row.get(1)?));
        }
        Ok(found)
    }
}

fn compare(reporter: &Reporter, after: u64, recent: &[[u8; 32]], found: &[(u64, [u8; 32])]) -> Result<(), Failure> {
    let name = reporter.device.id.label();
    if found.len() < recent.len() {
        return Err(lost(&name, found.len(), recent.len()));
    }
    // A report that was committed and whose answer was cut off may follow.
    let open = reporter.open.as_deref().map(hash);
    let expected = recent.iter().copied().chain(open);
    let mut expected = expected.zip(after + 1..);
    for (sequence, hash) in found {
        match expected.next() {
            Some((wanted, at)) if at == *sequence && wanted == *hash => {}
            _ => return Err(format!("device {name}: report {sequence} is stored and is none that was sent").into()),
        }
    }
    Ok(())
}

fn lost(name: &str, found: usize, acknowledged: usize) -> Failure {
    format!("device {name}: {acknowledged} reports were acknowledged and only {found} are there").into()
}
