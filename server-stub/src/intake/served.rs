//! What devices fetch: the key document, their policy and the catalogue, each signed for their organisation.

use agent_core::wire::{
    envelope::{Kind, hex, seal, sha256},
    key::SignError,
    message::{KeyDocument, ServedCatalogue, ServedPolicy},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rusqlite::Connection;
use serde_json::json;

use super::registry::Registered;
use crate::{
    judging::Rules,
    scope::Scope,
    server::Server,
    store::{StoreError, from_ms},
};

/// How long a served policy says it holds. Devices go on judging by it after that, and ask again.
const HOLDS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One signed document and the tag that names its content.
pub(crate) struct Served {
    pub(crate) envelope: String,
    pub(crate) etag: String,
}

/// The key document: which key signs what else is served.
pub(crate) fn keys(server: &Server, scope: Scope, issued: Timestamp) -> Result<Served, SignError> {
    let document = KeyDocument {
        audience: server.audience(scope),
        revision: 1,
        current: server.keys.public_key(),
        next: None,
        issued,
    };
    let envelope = seal(Kind::Keys, &document, server.keys.signer())?;
    Ok(served(envelope, &[&document.current.thumbprint(), "1"]))
}

/// The policy of a device: its group's, with only the exceptions that are everybody's or its own. It is issued anew
/// each day, so that a device that asks daily never holds an old one.
pub(crate) fn policy(server: &Server, rules: &Rules, device: &Registered, now: Timestamp) -> Result<Served, SignError> {
    let group = rules.group(&device.group);
    let issued = day_of(now).max(from_ms(group.applied_at));
    let document = ServedPolicy {
        audience: server.audience(device.scope),
        group: device.group.clone(),
        epoch: rules.epoch,
        revision: group.document.policy.revision,
        issued,
        expires: issued.checked_add(HOLDS).unwrap_or(Timestamp::MAX),
        policy: group.document.for_device(&device.device.to_string()),
    };
    let envelope = seal(Kind::Policy, &document, server.keys.signer())?;
    let (epoch, revision) = (document.epoch.to_string(), document.revision.to_string());
    Ok(served(envelope, &[&device.device.to_string(), &document.group, &epoch, &revision, &issued.to_string()]))
}

/// The organisation's catalogue; before the first import an empty one of revision 0.
pub(crate) fn catalogue(server: &Server, rules: &Rules, scope: Scope) -> Result<Served, SignError> {
    let (catalogue, imported_at) = rules.served_catalogue.clone().unwrap_or_else(|| {
        let epoch = Timestamp::UNIX_EPOCH;
        let empty = json!({ "apiVersion": "posture/v1", "kind": "Catalogue", "lines": [],
                            "metadata": { "revision": 0, "issued": epoch.to_string() } });
        (empty, 0)
    });
    let document = ServedCatalogue {
        audience: server.audience(scope),
        revision: rules.catalogue.revision,
        issued: from_ms(imported_at),
        catalogue,
    };
    let envelope = seal(Kind::Catalogue, &document, server.keys.signer())?;
    Ok(served(envelope, &[&document.revision.to_string(), &imported_at.to_string()]))
}

/// The newest rules of a device's organisation, from a reader.
pub(crate) fn rules(connection: &Connection, scope: Scope) -> Result<Rules, StoreError> {
    Rules::load(connection, scope)
}

fn day_of(now: Timestamp) -> Timestamp {
    let midnight = TimeZone::UTC.to_datetime(now).date().at(0, 0, 0, 0);
    TimeZone::UTC.to_ambiguous_timestamp(midnight).compatible().unwrap_or(now)
}

fn served(envelope: String, named_by: &[&str]) -> Served {
    let tag = sha256(named_by.join("\n").as_bytes());
    Served { envelope, etag: format!("\"{}\"", &hex(&tag)[..32]) }
}
