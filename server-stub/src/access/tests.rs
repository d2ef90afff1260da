//! A store with one organisation, for the tests of this folder.

use agent_core::wire::id::DeviceId;
use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Actor, Role, user};
use crate::scope::Scope;

/// A database in memory, made by the migration, with organisation 1.
pub(crate) fn open() -> (Connection, Scope) {
    let conn = Connection::open_in_memory().unwrap();
    conn.pragma_update(None, "foreign_keys", true).unwrap();
    conn.execute_batch(include_str!("../store/migrations/0001_first.sql")).unwrap();
    conn.execute("INSERT INTO organisations (org, name, created_at) VALUES (1, 'Clinic', 0)", []).unwrap();
    (conn, Scope::proven(1))
}

/// The moment at which the tests happen.
pub(crate) fn now() -> Timestamp {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

/// A user of the organisation.
pub(crate) fn marta(conn: &Connection, scope: Scope) -> u32 {
    let email = "marta@clinica.example".parse().unwrap();
    user::invite(conn, scope, now(), &Actor::Local, &email, Some("Marta V."), Role::Owner).unwrap()
}

/// A device of the organisation.
pub(crate) fn device(conn: &Connection, scope: Scope) -> DeviceId {
    let device = DeviceId::new(scope.org(), [7; 12]);
    conn.execute("INSERT INTO groups (org, grp, created_at) VALUES (?1, 'clinic', 0)", [scope.org()]).unwrap();
    conn.execute(
        "INSERT INTO devices (org, device, grp, platform, public_key, thumbprint, token_hash, enrolled_at)
         VALUES (?1, ?2, 'clinic', 'android', '{}', 't', x'00', 0)",
        params![scope.org(), device.to_bytes()],
    )
    .unwrap();
    device
}
