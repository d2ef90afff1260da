//! What needs a person now, weightiest first: from counts, the index of deadlines and the catalogue's own age.

use std::collections::BTreeMap;

use agent_core::judge::{
    Catalogue, Check, DeviceState, Rule,
    catalogue::{Provenance, ReleaseLine},
    policy::ReleaseRules,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    counts::StateCounts,
    filter::{Answer, DeviceFilter},
    releases::ReleaseLineView,
    tally::Tally,
};
use crate::{
    judging::quarantine,
    scope::Scope,
    store::{StoreError, from_ms, parse, to_ms},
};

/// A deadline is near this long before.
const NEAR: SignedDuration = SignedDuration::from_hours(48);

/// How many failing checks ask for attention by themselves.
const MOST_FAILING: usize = 3;

type Params = BTreeMap<String, String>;

/// Something that needs a person now. Its words are made by the pages from kind and parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// The state whose shape and colour it wears.
    #[schema(value_type = String)]
    pub state: DeviceState,
    /// The reason's code, such as `whatsapp-business.below-floor`, or `check-fails`, `deadline-near`, `not-known`,
    /// `gone-stale`, `source-silent`.
    pub code: String,
    /// The check it is about, when it is about one.
    #[schema(value_type = Option<String>)]
    pub check: Option<Check>,
    /// How many devices; 0 when it is not about devices.
    pub devices: u64,
    /// Parameters of the sentence.
    pub params: BTreeMap<String, String>,
    /// The query of the device list that shows them, such as `state=not-compliant&check=whatsapp-business`.
    pub query: String,
}

/// What the sentences are made from.
pub(super) struct Ask<'a> {
    pub(super) connection: &'a Connection,
    pub(super) scope: Scope,
    pub(super) group: Option<&'a str>,
    pub(super) tally: &'a Tally,
    pub(super) states: StateCounts,
    pub(super) lines: &'a [ReleaseLineView],
    pub(super) catalogue: &'a Catalogue,
    pub(super) rules: ReleaseRules,
    pub(super) now: Timestamp,
}

impl Ask<'_> {
    pub(super) fn all(&self) -> Result<Vec<Attention>, StoreError> {
        let mut all = self.floors()?;
        all.extend(self.failing());
        all.extend(self.deadlines()?);
        all.extend(self.quarantined()?);
        let of_state = |state, code| item(state, code, None, self.states.of(state), &self.filter(Some(state)));
        if self.states.unknown > 0 {
            all.push(of_state(DeviceState::Unknown, "not-known"));
        }
        if self.states.stale > 0 {
            all.push(of_state(DeviceState::Stale, "gone-stale"));
        }
        all.extend(self.silent_sources());
        Ok(all)
    }

    fn filter(&self, state: Option<DeviceState>) -> DeviceFilter {
        DeviceFilter { state, group: self.group.map(str::to_owned), ..DeviceFilter::default() }
    }

    /// Devices below a floor. Which one is only said where the catalogue leaves no doubt.
    fn floors(&self) -> Result<Vec<Attention>, StoreError> {
        let checks = self.tally.checks();
        let mut found = Vec::new();
        for (check, code, devices) in self.tally.reasons().filter(|(_, code, _)| is_floor(code)) {
            let Some(counts) = checks.iter().find(|counts| counts.check == check) else { continue };
            let state = match (counts.fail, counts.in_grace) {
                (1.., _) => DeviceState::NotCompliant,
                (0, 1..) => DeviceState::InGrace,
                (0, 0) => continue,
            };
            let filter = DeviceFilter { check: Some(check), reason: Some(code.to_owned()), ..self.filter(None) };
            let mut item = item(state, code, Some(check), devices, &filter);
            let at_stake = self
                .lines
                .iter()
                .filter(|line| line.product == check.as_str() || check == Check::OsVersion && line.product == "os");
            let floors = at_stake.flat_map(|line| &line.floors).filter(|floor| floor.devices_below.unwrap_or(1) > 0);
            if floors.count() == 1 {
                item.params = self.example(check, code)?;
            }
            found.push(item);
        }
        found.sort_by_key(|item| std::cmp::Reverse((item.code.contains("exploited"), item.devices)));
        Ok(found)
    }

    /// The parameters of one device's reason.
    fn example(&self, check: Check, code: &str) -> Result<Params, StoreError> {
        let text: Option<String> = self
            .connection
            .prepare_cached(
                "SELECT params FROM spans
                 WHERE org = ?1 AND subject = ?2 AND word = 'fail' AND code = ?3 AND until IS NULL LIMIT 1",
            )?
            .query_row(params![self.scope.org(), check.as_str(), code], |row| row.get(0))
            .optional()?;
        text.map_or_else(|| Ok(Params::new()), |text| parse("reason", &text))
    }

    /// Checks that fail beyond grace for more than a floor's sake.
    fn failing(&self) -> Vec<Attention> {
        let mut found = Vec::new();
        for counts in self.tally.checks() {
            let check = counts.check;
            let reasons = || self.tally.reasons().filter(|(of, ..)| *of == check);
            let below: u64 = reasons().filter(|(_, code, _)| is_floor(code)).map(|(.., n)| n).sum();
            if counts.fail <= below {
                continue;
            }
            let mut others = reasons().filter(|(_, code, _)| !is_floor(code)).map(|(_, code, _)| code);
            let code = match (others.next(), others.next()) {
                (Some(only), None) => only,
                _ => "check-fails",
            };
            let filter = DeviceFilter { check: Some(check), verdict: Some(Answer::Fail), ..self.filter(None) };
            found.push(item(DeviceState::NotCompliant, code, Some(check), counts.fail, &filter));
        }
        found.sort_by_key(|item| std::cmp::Reverse(item.devices));
        // The rest stands among the checks that fail most.
        found.truncate(MOST_FAILING);
        found
    }

    /// Heuristics that only advise on some build.
    fn quarantined(&self) -> Result<Vec<Attention>, StoreError> {
        let ask = |one: quarantine::QuarantineView| {
            let rule = Rule::from_word(&one.rule)?;
            let filter = self.filter(None).on_build_of(&one);
            let mut item = item(DeviceState::Unknown, "quarantined", Some(rule.check()), one.devices, &filter);
            item.params.extend(one.params());
            Some(item)
        };
        Ok(quarantine::current(self.connection, self.scope)?.into_iter().filter_map(ask).collect())
    }

    /// Devices whose grace ends soon.
    fn deadlines(&self) -> Result<Option<Attention>, StoreError> {
        let until = self.now.checked_add(NEAR).unwrap_or(Timestamp::MAX);
        let sql = match self.group {
            None => "SELECT count(*), max(deadline) FROM device_states WHERE org = ?1 AND deadline <= ?2",
            Some(_) => {
                "SELECT count(*), max(deadline) FROM device_states WHERE org = ?1 AND deadline <= ?2 AND grp = ?3"
            }
        };
        let mut statement = self.connection.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?));
        let (devices, last) = match self.group {
            None => statement.query_row(params![self.scope.org(), to_ms(until)], read)?,
            Some(group) => statement.query_row(params![self.scope.org(), to_ms(until), group], read)?,
        };
        let Some(last) = last.map(from_ms) else { return Ok(None) };
        let filter = DeviceFilter { deadline_before: Some(last), ..self.filter(None) };
        let mut item = item(DeviceState::InGrace, "deadline-near", None, devices.unsigned_abs(), &filter);
        item.params.insert("deadline".to_owned(), last.to_string());
        Ok(Some(item))
    }

    /// Sources that have said nothing for longer than the policy believes them.
    fn silent_sources(&self) -> Vec<Attention> {
        let mut newest: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for claim in claims(self.catalogue) {
            let at = newest.entry(&claim.source).or_insert(claim.fetched_at);
            *at = claim.fetched_at.max(*at);
        }
        let silent = newest.into_iter().filter(|(_, at)| self.now >= self.rules.max_source_age.after(*at));
        silent
            .map(|(source, at)| {
                let days = self.now.duration_since(at).as_hours() / 24;
                let mut item = item(DeviceState::Unknown, "source-silent", None, 0, &DeviceFilter::default());
                item.query = String::new();
                item.params.insert("source".to_owned(), source.to_owned());
                item.params.insert("days".to_owned(), days.to_string());
                item
            })
            .collect()
    }
}

fn item(state: DeviceState, code: &str, check: Option<Check>, devices: u64, filter: &DeviceFilter) -> Attention {
    let query = filter.to_query().trim_start_matches('?').to_owned();
    Attention { state, code: code.to_owned(), check, devices, params: Params::new(), query }
}

fn is_floor(code: &str) -> bool {
    code.ends_with(".below-floor") || code.ends_with(".below-exploited-floor")
}

/// Everything that anybody claims.
fn claims(catalogue: &Catalogue) -> Vec<&Provenance> {
    fn of<V>(line: &ReleaseLine<V>) -> impl Iterator<Item = &Provenance> {
        let releases = line.releases.iter().map(|release| &release.provenance);
        let floors = line.floors.iter().map(|floor| &floor.provenance);
        releases.chain(floors).chain(line.support.iter().map(|support| &support.provenance))
    }
    let mut all: Vec<&Provenance> = of(&catalogue.android_os).collect();
    all.extend(of(&catalogue.ios_os));
    all.extend(of(&catalogue.android_patch));
    all.extend(of(&catalogue.whatsapp_android));
    all.extend(of(&catalogue.whatsapp_ios));
    all.extend(catalogue.host_os.values().flat_map(of));
    all
}
