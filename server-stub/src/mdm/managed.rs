//! What management says of one of our devices: what the judgement takes.

use agent_core::wire::id::DeviceId;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{facts::ToldFacts, record};
use crate::{scope::Scope, store::StoreError};

/// What management says of a device, and which source of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Managed {
    /// The source.
    pub source: String,
    /// What it says, each fact with its moment.
    pub facts: ToldFacts,
}

/// What management says of a device now. Of several sources one counts: that of a match by hand, otherwise the one
/// that last heard of it. None: no management knows it, or none does any more.
pub fn of_device(connection: &Connection, scope: Scope, device: DeviceId) -> Result<Option<Managed>, StoreError> {
    let counts = record::of_device(connection, scope, device)?.into_iter().next();
    Ok(counts.map(|record| Managed { source: record.source, facts: record.facts }))
}
