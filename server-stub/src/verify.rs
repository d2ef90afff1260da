//! Checks every invariant of a stored database by computing it again from what is stored: `atalaya verify`.
//!
//! Reads only, beside a running server, and sees one consistent state.

use std::collections::{BTreeMap, HashMap};

use agent_core::{
    judge::{
        Catalogue, DeviceFacts, catalogue::document::CatalogueDocument, evaluate, policy::document::PolicyDocument,
        silence,
    },
    wire::{
        envelope::{self, Kind, Unverified, hex},
        id::DeviceId,
        posture::ReceivedPosture,
        report::{Content, Report},
        statement::{self, Statement},
    },
};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::{
    intake::device_keys::DeviceKeys,
    judging::{self, Record, Said, closing},
    scope::Scope,
    store::{StoreError, from_ms, number, parse},
};

/// Something stored that breaks an invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Breach {
    /// The invariant, such as `I4`; `file` for what SQLite itself finds.
    pub invariant: &'static str,
    /// The device, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// What is wrong.
    pub what: String,
}

/// What was looked at, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Devices.
    pub devices: u64,
    /// Reports whose signature was verified.
    pub reports: u64,
    /// Statements whose signature was verified.
    pub statements: u64,
    /// Devices about which something has come due and was not judged yet: a server that runs does it within seconds.
    pub pending: u64,
    /// What is wrong; empty when all is well.
    pub breaches: Vec<Breach>,
}

/// Checks everything, with `now` as the moment; `progress` hears (devices done, devices in all).
pub fn verify(
    connection: &Connection,
    now: Timestamp,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Verification, StoreError> {
    let mut audit =
        Audit { connection, now, found: Verification::default(), rules: HashMap::new(), counts: HashMap::new() };
    audit.file()?;
    let devices: Vec<(u32, [u8; 16])> = connection
        .prepare("SELECT org, device FROM devices ORDER BY org, device")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let all = u64::try_from(devices.len()).unwrap_or_default();
    for (org, device) in devices {
        audit.device(Scope::proven(org), DeviceId::from_bytes(device))?;
        audit.found.devices += 1;
        progress(audit.found.devices, all);
    }
    audit.counts()?;
    Ok(audit.found)
}

type RuleSet = (PolicyDocument, Catalogue);

struct Audit<'a> {
    connection: &'a Connection,
    now: Timestamp,
    found: Verification,
    /// Policy and catalogue by organisation and revisions.
    rules: HashMap<(Scope, u64, u64), RuleSet>,
    counts: HashMap<(u32, String, &'static str, String, String), i64>,
}

impl Audit<'_> {
    fn breach(&mut self, invariant: &'static str, device: Option<DeviceId>, what: impl Into<String>) {
        self.found.breaches.push(Breach { invariant, device, what: what.into() });
    }

    /// The file itself, and that no row points to what is not there.
    fn file(&mut self) -> Result<(), StoreError> {
        let told: Vec<String> = self
            .connection
            .prepare("PRAGMA integrity_check(20)")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for what in told.into_iter().filter(|what| what != "ok") {
            self.breach("file", None, what);
        }
        let orphans: Vec<(String, String)> = self
            .connection
            .prepare("PRAGMA foreign_key_check")?
            .query_map([], |row| Ok((row.get(0)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (table, parent) in orphans {
            self.breach("I7", None, format!("a row of {table} points to no row of {parent}"));
        }
        Ok(())
    }

    fn device(&mut self, scope: Scope, device: DeviceId) -> Result<(), StoreError> {
        if device.organisation() != scope.org() {
            self.breach("I7", Some(device), "its id names another organisation than its row");
        }
        let Some(record) = Record::load(self.connection, scope, device)? else {
            self.breach("I1", Some(device), "it has no state");
            return Ok(());
        };
        self.reports(&record)?;
        self.statements(&record)?;
        self.assertions(&record)?;
        self.spans(&record)?;
        if record.left_at.is_some() {
            return Ok(());
        }
        self.judgement(&record)?;
        if let Some(shown) = &record.shown {
            for (kind, a, b) in shown.counted(record.platform) {
                *self.counts.entry((scope.org(), record.group.clone(), kind.as_str(), a, b)).or_default() += 1;
            }
        }
        Ok(())
    }

    fn keys(&self, record: &Record) -> Result<DeviceKeys, StoreError> {
        let keys = DeviceKeys::load(self.connection, record.scope, record.device)?;
        keys.ok_or_else(|| StoreError::row("device", "it has no key"))
    }

    /// The same of statements, and that the device is judged with what they say.
    fn statements(&mut self, record: &Record) -> Result<(), StoreError> {
        let device = record.device;
        let keys = self.keys(record)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT number, hash, envelope, received_at, made_on FROM statements
             WHERE org = ?1 AND device = ?2 ORDER BY number",
        )?;
        let mut rows = statement.query(params![record.scope.org(), device.to_bytes()])?;
        let (mut count, mut last, mut said, mut withdrawn_at) = (0, 0, Said::default(), None);
        while let Some(row) = rows.next()? {
            let (number, hash): (i64, [u8; 32]) = (row.get(0)?, row.get(1)?);
            let (text, received_at, made_on): (String, i64, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
            count += 1;
            last = number.unsigned_abs();
            if envelope::hash(&text) != hash {
                self.breach("I1", Some(device), format!("statement {number} does not have its hash"));
            }
            let read = Unverified::parse(&text)
                .and_then(|envelope| keys.open(envelope, Kind::Statement))
                .and_then(|verified| verified.read::<Statement>());
            match read {
                Ok(statement) => {
                    self.found.statements += 1;
                    if statement.number != last || statement.device != device {
                        self.breach("I3", Some(device), format!("statement {number} is another device's or number's"));
                    }
                    let on = made_on.parse().map_err(|error| StoreError::row("statement", error))?;
                    said.hear(&statement.content, from_ms(received_at), on);
                    if statement.content == (statement::Content::Withdrawal {}) {
                        withdrawn_at = Some(from_ms(received_at));
                    }
                }
                Err(error) => self.breach("I3", Some(device), format!("statement {number}: {error}")),
            }
        }
        if (count, last) != (record.statements, record.last_statement) {
            let what = format!(
                "{count} statements up to {last} are stored, {} up to {} were acknowledged",
                record.statements, record.last_statement
            );
            self.breach("I1", Some(device), what);
        }
        if said != record.said {
            self.breach("I5", Some(device), "it is not judged with what its statements say");
        }
        let closed_at = closing(self.connection, record.scope, device)?.map(|closing| closing.at);
        if withdrawn_at.or(closed_at) != record.left_at {
            self.breach("I5", Some(device), "it has not left when its person withdrew or it was closed");
        }
        Ok(())
    }

    /// I4: no assertion proves anything whose counter lies no higher than one of the same key that came before.
    fn assertions(&mut self, record: &Record) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT a.number FROM attestations a
             WHERE a.org = ?1 AND a.device = ?2 AND a.proved = 1 AND EXISTS (
                SELECT 1 FROM attestations b WHERE b.org = a.org AND b.device = a.device AND b.app_key = a.app_key
                    AND b.number < a.number AND b.counter >= a.counter)",
        )?;
        let numbers = statement
            .query_map(params![record.scope.org(), record.device.to_bytes()], |row| row.get(0))?
            .collect::<Result<Vec<i64>, _>>()?;
        for number in numbers {
            self.breach("I4", Some(record.device), format!("evidence {number} counts, and its counter did not rise"));
        }
        Ok(())
    }

    /// I1 to I4: every report that was counted is there, once, in order, and signed by the device.
    fn reports(&mut self, record: &Record) -> Result<(), StoreError> {
        let device = record.device;
        let keys = self.keys(record)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT sequence, hash, envelope, kind FROM reports WHERE org = ?1 AND device = ?2 ORDER BY sequence",
        )?;
        let mut rows = statement.query(params![record.scope.org(), device.to_bytes()])?;
        let (mut count, mut last, mut full) = (0, 0, None);
        let mut fulls = HashMap::new();
        while let Some(row) = rows.next()? {
            let (sequence, hash): (i64, [u8; 32]) = (row.get(0)?, row.get(1)?);
            let (text, kind): (String, String) = (row.get(2)?, row.get(3)?);
            count += 1;
            last = sequence.unsigned_abs();
            if envelope::hash(&text) != hash {
                self.breach("I1", Some(device), format!("report {sequence} does not have its hash"));
            }
            let read = Unverified::parse(&text)
                .and_then(|envelope| keys.open(envelope, Kind::Report))
                .and_then(|verified| verified.read::<Report>());
            match read {
                Ok(report) => {
                    self.found.reports += 1;
                    if report.sequence != last || report.device != device {
                        self.breach("I3", Some(device), format!("report {sequence} is another device's or number's"));
                    }
                    match report.content {
                        Content::Full(told) if kind == "full" => {
                            fulls.insert(hex(&hash), (last, hash, told.facts));
                            full = Some(hex(&hash));
                        }
                        Content::Unchanged(unchanged) if kind == "unchanged" => full = Some(unchanged.report_hash),
                        _ => self.breach("I3", Some(device), format!("report {sequence} is of another kind")),
                    }
                }
                Err(error) => self.breach("I3", Some(device), format!("report {sequence}: {error}")),
            }
        }
        if count != record.received {
            let what = format!("{count} reports are stored, {} were acknowledged", record.received);
            self.breach("I1", Some(device), what);
        }
        if last != record.last_sequence {
            let what = format!("the last report is {last}, and {} was acknowledged", record.last_sequence);
            self.breach("I4", Some(device), what);
        }
        let nothing = DeviceFacts::nothing_collected(record.platform);
        let full = full.as_ref().and_then(|full| fulls.get(full));
        let told = full.map_or(&nothing, |(_, _, facts)| facts);
        if *told != record.facts || full.map(|(sequence, hash, _)| (*sequence, *hash)) != record.full {
            self.breach("I5", Some(device), "the facts are not those of the last full report");
        }
        Ok(())
    }

    /// I5 and I6: what is shown is what the pure function makes of the stored facts, rules and standing.
    fn judgement(&mut self, record: &Record) -> Result<(), StoreError> {
        let device = record.device;
        let text: String = self.connection.query_row(
            "SELECT posture FROM device_postures WHERE org = ?1 AND device = ?2",
            params![record.scope.org(), device.to_bytes()],
            |row| row.get(0),
        )?;
        let stored: ReceivedPosture = parse("posture", &text)?;
        let key = (record.scope, stored.policy_revision, stored.catalogue_revision);
        if !self.rules.contains_key(&key) {
            let rules = load_rules(self.connection, key)?;
            self.rules.insert(key, rules);
        }
        let Some((policy, catalogue)) = self.rules.get(&key) else { return Ok(()) };
        let policy = &policy.policy;
        let join = |at| judging::join(&record.facts, &record.said, &record.proofs, &policy.evidence, at).facts;
        let again = evaluate(&join(stored.at), policy, catalogue, &record.standing, stored.at);
        let same = serde_json::to_value(&again).ok() == serde_json::from_str::<serde_json::Value>(&text).ok();
        let facts = join(record.judged_at);
        let now = evaluate(&facts, policy, catalogue, &record.standing, record.judged_at);
        let silence = silence::judge(now.state, record.last_heard_at, &record.said.pauses, policy, record.judged_at);
        let shown = record.shown.as_ref().map(|shown| (shown.state, shown.silent));
        let is_pending = record.due_at.is_some_and(|due| due <= self.now);
        let expected = judging::Shown::of(&now, &silence, &facts);
        let same_checks = record.shown.as_ref().is_some_and(|shown| shown.checks == expected.checks);
        if !same {
            self.breach("I5", Some(device), "the stored posture is not what its facts, rules and standing give");
        }
        if shown != Some((silence.state, silence.silent)) {
            let what = format!("its state should be {}, silent: {}", silence.state, silence.silent);
            self.breach("I6", Some(device), what);
        }
        if !same_checks {
            self.breach("I5", Some(device), "the open spans are not what its facts, rules and standing give");
        }
        self.found.pending += u64::from(is_pending);
        Ok(())
    }

    /// The timeline has no hole and no overlap, and one open span of each subject that is shown.
    fn spans(&mut self, record: &Record) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT subject, since, until, word FROM spans WHERE org = ?1 AND device = ?2 ORDER BY subject, since",
        )?;
        let mut rows = statement.query(params![record.scope.org(), record.device.to_bytes()])?;
        let mut ends: BTreeMap<String, (Option<i64>, String)> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (subject, since): (String, i64) = (row.get(0)?, row.get(1)?);
            let (until, word): (Option<i64>, String) = (row.get(2)?, row.get(3)?);
            let overlaps = ends.get(&subject).is_some_and(|(end, _)| end.is_none_or(|end| end > since));
            let hole = subject.is_empty() && ends.get("").is_some_and(|(end, _)| *end != Some(since));
            if overlaps || hole {
                let what = format!("the timeline of `{subject}` breaks at {}", from_ms(since));
                self.breach("I5", Some(record.device), what);
            }
            ends.insert(subject, (until, word));
        }
        let open = ends.get("").filter(|(until, _)| until.is_none()).map(|(_, word)| word.as_str());
        let shown = record.shown.as_ref().filter(|_| record.left_at.is_none());
        if open != shown.map(|shown| shown.state.as_str()) {
            self.breach("I5", Some(record.device), "the open span of its state is not its state");
        }
        Ok(())
    }

    /// The counts are those of the devices.
    fn counts(&mut self) -> Result<(), StoreError> {
        let mut stored = HashMap::new();
        let mut statement = self.connection.prepare("SELECT org, grp, kind, a, b, n FROM counts WHERE n <> 0")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (org, group, kind): (u32, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (a, b, n): (String, String, i64) = (row.get(3)?, row.get(4)?, row.get(5)?);
            stored.insert((org, group, kind, a, b), n);
        }
        let counted = std::mem::take(&mut self.counts);
        for ((org, group, kind, a, b), n) in counted {
            let found = stored.remove(&(org, group.clone(), kind.to_owned(), a.clone(), b.clone())).unwrap_or_default();
            if found != n {
                self.breach("I5", None, format!("{kind} {a} {b} of group {group}: {found} are counted, {n} exist"));
            }
        }
        for ((_, group, kind, a, b), n) in stored {
            self.breach("I5", None, format!("{kind} {a} {b} of group {group}: {n} are counted, none exists"));
        }
        let wrong: Vec<(String, String)> = self
            .connection
            .prepare(
                "SELECT grp, state FROM (
                     SELECT org, grp, state, change AS n FROM count_changes
                     UNION ALL SELECT org, grp, a, -n FROM counts WHERE kind = 'state')
                 GROUP BY org, grp, state HAVING sum(n) <> 0",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (group, state) in wrong {
            self.breach("I5", None, format!("the days of {state} in group {group} do not add up to its count"));
        }
        Ok(())
    }
}

fn load_rules(connection: &Connection, (scope, policy, catalogue): (Scope, u64, u64)) -> Result<RuleSet, StoreError> {
    let text: String = connection.query_row(
        "SELECT document FROM policies WHERE org = ?1 AND revision = ?2",
        params![scope.org(), number(policy)?],
        |row| row.get(0),
    )?;
    let policy =
        PolicyDocument::from_json(&parse("policy", &text)?).map_err(|faults| StoreError::row("policy", faults))?;
    if catalogue == 0 {
        return Ok((policy, Catalogue::default()));
    }
    let text: String = connection.query_row(
        "SELECT document FROM catalogues WHERE org = ?1 AND revision = ?2",
        params![scope.org(), number(catalogue)?],
        |row| row.get(0),
    )?;
    let catalogue = CatalogueDocument::from_json(&parse("catalogue", &text)?)
        .map_err(|faults| StoreError::row("catalogue", faults))?;
    Ok((policy, catalogue.catalogue))
}
