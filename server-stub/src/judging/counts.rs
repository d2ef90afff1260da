//! How many devices are how, moved by the same transaction that moves a device, so that the fleet's summary never
//! scans. A transaction's movements are added up and written once.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use crate::{scope::Scope, store::StoreError};

/// What is counted; the table's comment tells what `a` and `b` hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// By state.
    State,
    /// By check and what it came to.
    Check,
    /// By check and reason code, where the check does not pass.
    Reason,
    /// By platform and version of the operating system.
    Os,
    /// By platform and patch level.
    Patch,
    /// By platform and version of WhatsApp Business.
    Whatsapp,
    /// By the weakest grade of evidence.
    Evidence,
    /// By grade of evidence and the check that was answered by it.
    Grade,
}

impl Kind {
    /// The word in the table.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Check => "check",
            Self::Reason => "reason",
            Self::Os => "os",
            Self::Patch => "patch",
            Self::Whatsapp => "whatsapp",
            Self::Evidence => "evidence",
            Self::Grade => "grade",
        }
    }
}

/// One count of one device, under its group.
pub(crate) type Counted = (Kind, String, String);

/// Movements that are not written yet.
#[derive(Default)]
pub(crate) struct Counts {
    moved: HashMap<(Scope, String, Counted), i64>,
    days: HashMap<(Scope, String, String, &'static str), i64>,
}

impl Counts {
    /// One device more, or one less.
    pub(super) fn shift(&mut self, scope: Scope, group: &str, counted: Counted, by: i64) {
        *self.moved.entry((scope, group.to_owned(), counted)).or_default() += by;
    }

    /// One device more, or one less, in a state since a day.
    pub(super) fn shift_day(&mut self, scope: Scope, group: &str, day: String, state: &'static str, by: i64) {
        *self.days.entry((scope, group.to_owned(), day, state)).or_default() += by;
    }

    pub(super) fn add(&mut self, piece: &mut Self) {
        for (key, by) in piece.moved.drain() {
            *self.moved.entry(key).or_default() += by;
        }
        for (key, by) in piece.days.drain() {
            *self.days.entry(key).or_default() += by;
        }
    }

    pub(super) fn clear(&mut self) {
        self.moved.clear();
        self.days.clear();
    }

    pub(super) fn flush(&mut self, connection: &Connection) -> Result<(), StoreError> {
        if !self.moved.is_empty() {
            let mut raise = connection.prepare_cached(
                "UPDATE counts SET n = n + ?6 WHERE org = ?1 AND grp = ?2 AND kind = ?3 AND a = ?4 AND b = ?5",
            )?;
            let mut begin = connection
                .prepare_cached("INSERT INTO counts (org, grp, kind, a, b, n) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
            for ((scope, group, (kind, a, b)), by) in self.moved.drain().filter(|(_, by)| *by != 0) {
                let values = params![scope.org(), group, kind.as_str(), a, b, by];
                if raise.execute(values)? == 0 {
                    begin.execute(values)?;
                }
            }
        }
        if !self.days.is_empty() {
            let mut change = connection.prepare_cached(
                "INSERT INTO count_changes (org, grp, day, state, change) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (org, grp, day, state) DO UPDATE SET change = change + excluded.change",
            )?;
            for ((scope, group, day, state), by) in self.days.drain().filter(|(_, by)| *by != 0) {
                change.execute(params![scope.org(), group, day, state, by])?;
            }
        }
        Ok(())
    }
}
