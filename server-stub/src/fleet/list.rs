//! The device list: what a filter finds, page by page. A page is found by the key of the row before it, so that the
//! last page costs what the first does.

use agent_core::{
    judge::{Check, DeviceState},
    wire::id::DeviceId,
};
use rusqlite::{Connection, params, params_from_iter, types::Value};

use super::{
    cursor::Cursor,
    filter::{Answer, DeviceFilter, UNREAD},
    row::{COLUMNS, DevicePage, DeviceRow},
    sort::Sort,
    tally::Tally,
};
use crate::{
    scope::Scope,
    store::{StoreError, to_ms},
};

/// How many rows a page has unless told.
const ROWS: u32 = 50;

/// Whether the organisation has such a device.
pub fn exists(connection: &Connection, scope: Scope, id: DeviceId) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM devices WHERE org = ?1 AND device = ?2)")?;
    Ok(statement.query_row(params![scope.org(), id.to_bytes()], |row| row.get(0))?)
}

/// One page of what the filter finds.
pub fn list(connection: &Connection, scope: Scope, filter: &DeviceFilter) -> Result<DevicePage, StoreError> {
    let page = rows(connection, scope, filter)?;
    Ok(DevicePage { total: total(connection, scope, filter)?, ..page })
}

/// One page without its total: for what reads page after page.
pub fn rows(connection: &Connection, scope: Scope, filter: &DeviceFilter) -> Result<DevicePage, StoreError> {
    let found = found(scope, filter);
    let wanted = filter.limit.unwrap_or(ROWS) as usize;
    let mut devices: Vec<DeviceRow> = Vec::new();
    let mut last = None;
    // One row more than wanted tells whether there is a next page.
    for stretch in stretches(filter.sort.unwrap_or_default(), filter.after) {
        let sql = format!(
            "SELECT {COLUMNS} FROM device_states d WHERE {} AND {} ORDER BY {} LIMIT {}",
            found.conditions.join(" AND "),
            stretch.condition,
            stretch.order,
            wanted + 1 - devices.len()
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(found.values.iter().chain(&stretch.values)))?;
        while let Some(row) = rows.next()? {
            if devices.len() == wanted {
                return Ok(DevicePage { devices, total: 0, next: last });
            }
            let device = DeviceRow::read(row)?;
            last = Some(match filter.sort.unwrap_or_default() {
                Sort::Attention => Cursor::Attention { attention: row.get(12)?, since: row.get(2)?, device: device.id },
                Sort::LastReport | Sort::Silent => Cursor::Report { at: row.get(11)?, device: device.id },
                Sort::Device => Cursor::Device { device: device.id },
            });
            devices.push(device);
        }
    }
    Ok(DevicePage { devices, total: 0, next: None })
}

/// How many devices the filter finds: from the counts where they know it.
pub fn total(connection: &Connection, scope: Scope, filter: &DeviceFilter) -> Result<u64, StoreError> {
    let counted = DeviceFilter { state: filter.state, group: filter.group.clone(), ..DeviceFilter::default() };
    if filter.found() == counted {
        let states = Tally::read(connection, scope, filter.group.as_deref())?.states();
        return Ok(filter.state.map_or_else(|| states.total(), |state| states.of(state)));
    }
    let found = found(scope, filter);
    let sql = format!("SELECT count(*) FROM device_states d WHERE {}", found.conditions.join(" AND "));
    let count: i64 = connection.prepare_cached(&sql)?.query_row(params_from_iter(&found.values), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// The organisation's groups, to choose from.
pub fn groups(connection: &Connection, scope: Scope) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT grp FROM groups WHERE org = ?1 ORDER BY grp")?;
    let groups = statement.query_map([scope.org()], |row| row.get(0))?;
    Ok(groups.collect::<Result<_, _>>()?)
}

/// Conditions with the values of their question marks, in order.
struct Found {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Found {
    fn that(&mut self, condition: impl Into<String>, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition.into());
        self.values.extend(values);
    }
}

fn found(scope: Scope, filter: &DeviceFilter) -> Found {
    let text = |text: &str| Value::from(text.to_owned());
    let mut found = Found { conditions: Vec::new(), values: Vec::new() };
    let left = if filter.left.is_some() { "d.left_at IS NOT NULL" } else { "d.left_at IS NULL" };
    found.that(format!("d.org = ? AND {left}"), [scope.org().into()]);
    if let Some(state) = filter.state {
        found.that("d.attention = ?", [attention(state).into()]);
    }
    if let Some(platform) = filter.platform {
        found.that("d.platform = ?", [text(platform.as_str())]);
    }
    if let Some(evidence) = filter.evidence {
        found.that("d.evidence = ?", [text(evidence.as_str())]);
    }
    if let Some(group) = &filter.group {
        found.that("d.grp = ?", [text(group)]);
    }
    for (column, version) in
        [("os_version", &filter.os), ("security_patch", &filter.patch), ("whatsapp_version", &filter.whatsapp)]
    {
        if let Some(version) = version {
            found.that(format!("d.{column} = ?"), [text(if version == UNREAD { "" } else { version })]);
        }
    }
    if let Some(moment) = filter.deadline_before {
        found.that("d.deadline <= ?", [to_ms(moment).into()]);
    }
    if filter.check.is_some() || filter.verdict.is_some() || filter.reason.is_some() {
        spans(&mut found, scope, filter);
    }
    if let Some(q) = &filter.q {
        search(&mut found, q);
    }
    found
}

/// The weight of a state in the list, as the judgement stores it.
const fn attention(state: DeviceState) -> i64 {
    match state {
        DeviceState::NotCompliant => 0,
        DeviceState::InGrace => 1,
        DeviceState::Unknown => 2,
        DeviceState::Stale => 3,
        DeviceState::Compliant => 4,
    }
}

/// Check, verdict and reason are asked of one and the same open span. Naming every subject and word keeps the question
/// within the index of open spans.
fn spans(found: &mut Found, scope: Scope, filter: &DeviceFilter) {
    let subjects: Vec<&str> = match filter.check {
        Some(check) => vec![check.as_str()],
        None => Check::ALL.iter().map(|check| check.as_str()).collect(),
    };
    let words: &[&str] = match filter.verdict {
        None => &["fail", "nudge", "unknown"],
        Some(Answer::Pass) => &["pass"],
        Some(Answer::Nudge) => &["nudge"],
        Some(Answer::Fail | Answer::InGrace) => &["fail"],
        Some(Answer::Unknown) => &["unknown"],
        Some(Answer::NotApplicable) => &["not-applicable"],
    };
    let mut condition = format!(
        "d.device IN (SELECT s.device FROM spans s WHERE s.org = ? AND s.until IS NULL AND s.subject IN ({}) AND s.word IN ({})",
        marks(subjects.len()),
        marks(words.len())
    );
    let mut values: Vec<Value> = vec![scope.org().into()];
    values.extend(subjects.iter().chain(words).map(|word| Value::from((*word).to_owned())));
    if let Some(Answer::Fail | Answer::InGrace) = filter.verdict {
        condition.push_str(" AND s.in_grace = ?");
        values.push(i64::from(filter.verdict == Some(Answer::InGrace)).into());
    }
    if let Some(reason) = &filter.reason {
        condition.push_str(" AND s.code = ?");
        values.push(reason.clone().into());
    }
    condition.push(')');
    found.that(condition, values);
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// Text anywhere in model, group or version; the beginning of a label or of an id.
fn search(found: &mut Found, q: &str) {
    let pattern = format!("%{}%", q.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let columns = ["model", "grp", "os_version", "security_patch", "whatsapp_version"];
    let mut any: Vec<String> = columns.iter().map(|column| format!("d.{column} LIKE ? ESCAPE '\\'")).collect();
    let mut values = vec![Value::from(pattern); columns.len()];
    for (first, last) in labelled(q) {
        any.push("substr(d.device, 13, 4) BETWEEN ? AND ?".to_owned());
        values.extend([Value::from(first.to_be_bytes().to_vec()), Value::from(last.to_be_bytes().to_vec())]);
    }
    if let Some((first, last)) = beginning_of_id(q) {
        any.push("d.device BETWEEN ? AND ?".to_owned());
        values.extend([Value::from(first.to_bytes().to_vec()), Value::from(last.to_bytes().to_vec())]);
    }
    found.that(format!("({})", any.join(" OR ")), values);
}

/// The last four bytes of ids whose label begins so: a label is the last 30 bits, the two above them are free.
fn labelled(q: &str) -> Vec<(u32, u32)> {
    let letters: String = q.chars().filter(|letter| *letter != '-').collect::<String>().to_uppercase();
    // Shorter beginnings would find devices by chance.
    if !(3..=6).contains(&letters.len()) {
        return Vec::new();
    }
    let padded = |fill: char| {
        let text: String =
            std::iter::repeat_n('0', 20).chain(letters.chars()).chain(std::iter::repeat(fill)).take(26).collect();
        let tail = |id: DeviceId| id.to_bytes().last_chunk().map_or(0, |tail| u32::from_be_bytes(*tail));
        text.parse().ok().map(tail)
    };
    let (Some(first), Some(last)) = (padded('0'), padded('Z')) else { return Vec::new() };
    (0..4_u32).map(|above| ((above << 30) | first, (above << 30) | last)).collect()
}

/// The first and last id that begins so.
fn beginning_of_id(q: &str) -> Option<(DeviceId, DeviceId)> {
    let letters = q.to_uppercase();
    if !(8..=26).contains(&letters.len()) {
        return None;
    }
    let padded = |fill: char| letters.chars().chain(std::iter::repeat(fill)).take(26).collect::<String>().parse().ok();
    Some((padded('0')?, padded('Z')?))
}

/// A part of an order that one index gives: rows without a report stand apart, because SQL compares nothing with NULL.
struct Stretch {
    condition: &'static str,
    values: Vec<Value>,
    order: &'static str,
}

fn stretches(sort: Sort, after: Option<Cursor>) -> Vec<Stretch> {
    let bytes = |device: DeviceId| Value::from(device.to_bytes().to_vec());
    let stretch = |condition, values, order| Stretch { condition, values, order };
    match sort {
        Sort::Attention => {
            let order = "d.attention, d.state_since, d.device";
            vec![match after {
                Some(Cursor::Attention { attention, since, device }) => stretch(
                    "(d.attention, d.state_since, d.device) > (?, ?, ?)",
                    vec![attention.into(), since.into(), bytes(device)],
                    order,
                ),
                _ => stretch("true", Vec::new(), order),
            }]
        }
        Sort::Device => vec![match after {
            Some(Cursor::Device { device }) => stretch("d.device > ?", vec![bytes(device)], "d.device"),
            _ => stretch("true", Vec::new(), "d.device"),
        }],
        Sort::LastReport => {
            let order = "d.last_report_at DESC, d.device DESC";
            let never = |condition, values| stretch(condition, values, "d.device DESC");
            match after {
                Some(Cursor::Report { at: None, device }) => {
                    vec![never("d.last_report_at IS NULL AND d.device < ?", vec![bytes(device)])]
                }
                Some(Cursor::Report { at: Some(at), device }) => vec![
                    stretch("(d.last_report_at, d.device) < (?, ?)", vec![at.into(), bytes(device)], order),
                    never("d.last_report_at IS NULL", Vec::new()),
                ],
                _ => vec![
                    stretch("d.last_report_at IS NOT NULL", Vec::new(), order),
                    never("d.last_report_at IS NULL", Vec::new()),
                ],
            }
        }
        Sort::Silent => {
            let order = "d.last_report_at, d.device";
            let heard = || stretch("d.last_report_at IS NOT NULL", Vec::new(), order);
            match after {
                Some(Cursor::Report { at: Some(at), device }) => {
                    vec![stretch("(d.last_report_at, d.device) > (?, ?)", vec![at.into(), bytes(device)], order)]
                }
                Some(Cursor::Report { at: None, device }) => {
                    vec![stretch("d.last_report_at IS NULL AND d.device > ?", vec![bytes(device)], "d.device"), heard()]
                }
                _ => vec![stretch("d.last_report_at IS NULL", Vec::new(), "d.device"), heard()],
            }
        }
    }
}
