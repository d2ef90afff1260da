//! What this server sees itself as a source: which versions the own fleet runs, and which device management's inventory
//! lists. It is always there, but an old fleet hides that it lags, and a tester's phone runs what others cannot have: only
//! what enough devices run ever counts.

mod fleet;
mod inventory;

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rusqlite::Connection;

use super::{
    claim::{Claim, Line, short},
    fetch::Validators,
    kept::{self, Asked},
    source::MDM_INVENTORY,
};
use crate::{scope::Scope, store::StoreError};

/// How many devices must run a version before it counts.
pub(super) const ENOUGH: u64 = 3;

/// On how many devices a version was seen.
type Counted = Vec<((Line, String), u64)>;

/// Looks at the fleet or the inventory.
pub(super) fn look(
    connection: &Connection,
    scope: Scope,
    source: &str,
    now: Timestamp,
) -> Result<Vec<Claim>, StoreError> {
    let today = TimeZone::UTC.to_datetime(now).date();
    let earlier = earlier(connection, scope, source)?;
    let counted = if source == MDM_INVENTORY {
        inventory::counted(connection, scope)?
    } else {
        fleet::counted(connection, scope)?
    };
    let readable = counted.into_iter().filter(|((line, version), _)| line.order(version).is_some());
    let claim = |((line, version), devices): ((Line, String), u64)| {
        let version = short(&version);
        let settled = match earlier.get(&(line, version.clone())) {
            Some(day) => Some(*day),
            None => (devices >= ENOUGH).then_some(today),
        };
        Claim::Seen { line, version, devices, settled }
    };
    Ok(readable.map(claim).collect())
}

/// Keeps what was seen.
pub(super) fn keep(
    connection: &Connection,
    scope: Scope,
    source: &str,
    claims: &[Claim],
    now: Timestamp,
) -> Result<(), StoreError> {
    let next_at = Some(kept::next_at(now, kept::every(source), None, kept::chance()));
    let (part, url) = ("devices", if source == MDM_INVENTORY { "the own inventory" } else { "the own fleet" });
    kept::answered(connection, scope, Asked { source, part, url, now, next_at }, claims, &Validators::default())
}

/// The day on which each version first had enough devices.
fn earlier(connection: &Connection, scope: Scope, source: &str) -> Result<HashMap<(Line, String), Date>, StoreError> {
    let claims = kept::claims(connection, scope)?.into_iter().filter(|kept| kept.source == source);
    let settled = claims.filter_map(|kept| match kept.claim {
        Claim::Seen { line, version, settled: Some(day), .. } => Some(((line, version), day)),
        _ => None,
    });
    Ok(settled.collect())
}
