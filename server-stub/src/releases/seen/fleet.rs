//! The own fleet: which versions its devices run. WhatsApp Business counts from the store and signed as the rest.

use std::collections::{BTreeMap, HashMap};

use agent_core::judge::{
    Check, Platform,
    policy::{Condition, Policy},
};
use rusqlite::Connection;

use super::{super::claim::Line, Counted, ENOUGH};
use crate::{
    judging::Rules,
    scope::Scope,
    store::{StoreError, parse},
};

/// Play, where no policy names other stores.
const PLAY: &str = "com.android.vending";

/// Every version that devices run now, and on how many.
pub(super) fn counted(connection: &Connection, scope: Scope) -> Result<Counted, StoreError> {
    let mut counted: BTreeMap<(Line, String), u64> = BTreeMap::new();
    for (line, version) in apps(connection, scope)? {
        *counted.entry((line, version)).or_default() += 1;
    }
    let mut statement = connection.prepare_cached(
        "SELECT kind, a, b, sum(n) FROM counts WHERE org = ?1 AND kind IN ('os', 'patch') AND b <> ''
         GROUP BY kind, a, b HAVING sum(n) > 0",
    )?;
    let mut rows = statement.query([scope.org()])?;
    while let Some(row) = rows.next()? {
        let (kind, platform, version): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let line = match (kind.as_str(), platform.as_str()) {
            ("os", "android") => Line::ANDROID,
            ("os", "ios") => Line::IOS,
            ("patch", "android") => Line::PATCH,
            _ => continue,
        };
        *counted.entry((line, version)).or_default() += row.get::<_, i64>(3)?.unsigned_abs();
    }
    Ok(counted.into_iter().collect())
}

/// WhatsApp Business of every device that has it from the store, with a signer that is accepted.
fn apps(connection: &Connection, scope: Scope) -> Result<Vec<(Line, String)>, StoreError> {
    let rules = Rules::load(connection, scope)?;
    let mut statement = connection.prepare_cached(
        "SELECT s.grp, json_extract(p.facts, '$.whatsappBusiness.version.value'),
                json_extract(p.facts, '$.whatsappBusiness.installer.value'),
                coalesce(json_extract(p.facts, '$.whatsappBusiness.signers.value'), '[]')
         FROM device_states s JOIN device_postures p USING (org, device)
         WHERE s.org = ?1 AND s.platform = 'android' AND s.left_at IS NULL",
    )?;
    let mut rows = statement.query([scope.org()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (group, signers): (String, String) = (row.get(0)?, row.get(3)?);
        let (Some(version), Some(installer)) = (row.get::<_, Option<String>>(1)?, row.get::<_, Option<String>>(2)?)
        else {
            continue;
        };
        let signers: Vec<String> = parse("list of signers", &signers)?;
        let accepted = Accepted::of(rules.policy(&group));
        if accepted.stores.contains(&installer) && !signers.is_empty() {
            found.push((version, signers, accepted.signers));
        }
    }
    // Where no policy pins a signer, the one that most have is the fleet's.
    let mut common: HashMap<&str, u64> = HashMap::new();
    for newest in found.iter().filter_map(|(_, signers, _)| signers.last()) {
        *common.entry(newest).or_default() += 1;
    }
    let usual = common.into_iter().filter(|(_, devices)| *devices >= ENOUGH).max_by_key(|(signer, n)| (*n, *signer));
    let usual: Vec<String> = usual.map(|(signer, _)| signer.to_owned()).into_iter().collect();
    let accepted = found.iter().filter(|(_, signers, pinned)| {
        let wanted = pinned.as_ref().unwrap_or(&usual);
        signers.iter().any(|signer| wanted.contains(signer))
    });
    Ok(accepted.map(|(version, ..)| (Line::BUSINESS_ANDROID, version.clone())).collect())
}

/// What a group's policy accepts.
struct Accepted {
    stores: Vec<String>,
    /// None where nothing is pinned.
    signers: Option<Vec<String>>,
}

impl Accepted {
    fn of(policy: &Policy) -> Self {
        let mut accepted = Self { stores: vec![PLAY.to_owned()], signers: None };
        let check = policy.checks.get(&(Platform::Android, Check::AppAuthenticity));
        for rule in check.into_iter().flat_map(|check| &check.rules) {
            match &rule.condition {
                Condition::Signers(pinned) if !pinned.is_empty() => accepted.signers = Some(pinned.clone()),
                Condition::Installers(stores) if !stores.is_empty() => accepted.stores.clone_from(stores),
                _ => {}
            }
        }
        accepted
    }
}
