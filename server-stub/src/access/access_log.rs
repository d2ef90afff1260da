//! The access log: every view of a device, by whom and in which role.

use agent_core::wire::id::DeviceId;
use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{actor::Actor, role::Role};
use crate::scope::Scope;

/// One view, as the device's page tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who, as [`Actor`] prints.
    pub actor: String,
    /// In which role.
    pub role: Role,
}

/// Writes that somebody looks at a device of the organisation.
pub fn record(
    conn: &Connection,
    scope: Scope,
    now: Timestamp,
    device: DeviceId,
    actor: &Actor,
    role: Role,
) -> rusqlite::Result<()> {
    let (org, bytes, at, actor) = (scope.org(), device.to_bytes(), now.as_millisecond(), actor.to_string());
    conn.prepare_cached("INSERT INTO access_log (org, device, at, actor, role) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![org, bytes, at, actor, role.as_str()])?;
    Ok(())
}

/// The last views of a device, newest first.
pub fn views(conn: &Connection, scope: Scope, device: DeviceId, limit: u32) -> rusqlite::Result<Vec<View>> {
    conn.prepare_cached(
        "SELECT at, actor, role FROM access_log WHERE org = ?1 AND device = ?2 ORDER BY at DESC, rowid DESC LIMIT ?3",
    )?
    .query_map(params![scope.org(), device.to_bytes(), limit], |row| {
        Ok(View { at: row.get(0)?, actor: row.get(1)?, role: row.get(2)? })
    })?
    .collect()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::access::tests::{device, now, open};

    #[test]
    fn every_view_is_kept_and_read_newest_first() {
        let (conn, scope) = open();
        let device = device(&conn, scope);
        let (user, token) = (Actor::User { org: 1, user: 1 }, Actor::ApiToken { name: "grafana".into() });
        let later = now() + SignedDuration::from_secs(61);
        record(&conn, scope, now(), device, &user, Role::Owner).unwrap();
        record(&conn, scope, now(), device, &token, Role::Viewer).unwrap();
        record(&conn, scope, later, device, &user, Role::Owner).unwrap();
        let read = views(&conn, scope, device, 9).unwrap();
        let told: Vec<_> = read.iter().map(|view| (view.actor.as_str(), view.role)).collect();
        assert_eq!(told, [("user:1", Role::Owner), ("api-token:grafana", Role::Viewer), ("user:1", Role::Owner)]);
        assert_eq!(views(&conn, Scope::proven(2), device, 9).unwrap(), []);
    }
}
