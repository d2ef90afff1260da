//! The inventory of device management: which versions the devices that it manages have, enrolled here or not. It alone
//! sees WhatsApp Business on iPhones. On Android it does not say from where an app came, so there the fleet speaks.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::Connection;

use super::{super::claim::Line, Counted};
use crate::{
    mdm::{self, Kind, ToldFacts},
    scope::Scope,
    store::StoreError,
};

/// Every version that managed devices have, and on how many.
pub(super) fn counted(connection: &Connection, scope: Scope) -> Result<Counted, StoreError> {
    let kinds: HashMap<String, Kind> =
        mdm::sources(connection, scope)?.into_iter().map(|source| (source.name, source.kind)).collect();
    let mut counted: BTreeMap<(Line, String), u64> = BTreeMap::new();
    let mut met = HashSet::new();
    let mut records = mdm::records(connection, scope)?;
    records.sort_by_key(|record| std::cmp::Reverse(record.seen_at));
    for record in records.iter().filter(|record| !record.is_retired()) {
        // Two sources may manage one device; the one that saw it last speaks for it.
        let Some(kind) = kinds.get(&record.source).filter(|_| met.insert(record.device_ref.to_lowercase())) else {
            continue;
        };
        let facts = &record.facts;
        let mut add = |line: Line, version: Option<&String>| {
            if let Some(version) = version {
                *counted.entry((line, version.clone())).or_default() += 1;
            }
        };
        let os = facts.os_version.as_ref().map(|told| &told.value);
        if is_apple(*kind, facts) {
            add(Line::IOS, os);
            add(Line::BUSINESS_IOS, facts.whatsapp_business.as_ref().and_then(|told| told.value.version.as_ref()));
        } else if is_android(*kind, facts) {
            add(Line::ANDROID, os);
            add(Line::PATCH, facts.security_patch.as_ref().map(|told| &told.value));
        }
    }
    Ok(counted.into_iter().collect())
}

/// An iPhone or iPad: watches, televisions and computers have versions of their own.
fn is_apple(kind: Kind, facts: &ToldFacts) -> bool {
    let model = facts.model.as_ref().map(|told| told.value.as_str());
    kind != Kind::Amapi && model.is_some_and(|model| model.starts_with("iPhone") || model.starts_with("iPad"))
}

fn is_android(kind: Kind, facts: &ToldFacts) -> bool {
    kind == Kind::Amapi || facts.security_patch.is_some()
}
