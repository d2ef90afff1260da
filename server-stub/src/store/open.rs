//! Opening the database: settings of each connection, and the migrations.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::StoreError;

/// The migrations in order; the database's `user_version` says how many it has seen.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_statements.sql"),
    include_str!("migrations/0003_releases.sql"),
    include_str!("migrations/0004_keys.sql"),
    include_str!("migrations/0005_evidence.sql"),
    include_str!("migrations/0006_mdm.sql"),
    include_str!("migrations/0007_truth.sql"),
    include_str!("migrations/0008_closings.sql"),
    include_str!("migrations/0009_assertions.sql"),
];

/// The writer's connection, migrated to the newest schema.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let open = |error: rusqlite::Error| StoreError::Open { path: path.display().to_string(), error: error.to_string() };
    let connection = Connection::open(path).map_err(open)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    settings(&connection)?;
    // A power cut keeps what was acknowledged: the log is flushed before a commit returns.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    migrate(&connection)?;
    Ok(connection)
}

/// What a reader's connection is opened with.
pub(super) fn reader_flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI
}

/// What every connection needs.
pub(super) fn settings(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

fn migrate(connection: &Connection) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    // Two processes that open a new database at once: the second waits here and finds it migrated.
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        connection.execute_batch("ROLLBACK")?;
        return Err(StoreError::Newer { found, known });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        connection.execute_batch(migration)?;
    }
    if found < known {
        connection.pragma_update(None, "user_version", known)?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

/// A database in memory with the newest schema, for tests of queries.
#[cfg(test)]
pub(crate) fn in_memory() -> Connection {
    let connection = Connection::open_in_memory().expect("memory");
    settings(&connection).expect("settings");
    migrate(&connection).expect("the schema");
    connection
}

#[cfg(test)]
mod tests {
    use agent_core::wire::id::DeviceId;

    use super::*;
    use crate::{judging::Record, scope::Scope};

    #[test]
    fn a_database_of_the_first_schema_is_brought_to_the_newest_with_its_devices() {
        let connection = Connection::open_in_memory().unwrap();
        settings(&connection).unwrap();
        connection.execute_batch(MIGRATIONS[0]).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        let id = DeviceId::new(1, [7; 12]);
        connection
            .execute_batch(&format!(
                "INSERT INTO organisations (org, name, created_at) VALUES (1, 'Clinica', 0);
                 INSERT INTO groups VALUES (1, 'default', 0);
                 INSERT INTO devices VALUES (1, x'{id}', 'default', 'android', '{{}}', 't', x'', NULL, NULL, 0);
                 INSERT INTO device_states (org, device, grp, platform, last_sequence, received, challenged_at,
                     last_heard_at, state, state_since, judged_at, rules_revision, attention)
                 VALUES (1, x'{id}', 'default', 'android', 3, 3, 0, 0, 'compliant', 0, 0, 0, 4);
                 INSERT INTO device_postures VALUES (1, x'{id}', '{{\"platform\":\"android\"}}', '{{}}', '{{}}');",
                id = agent_core::wire::envelope::hex(&id.to_bytes()),
            ))
            .unwrap();
        migrate(&connection).unwrap();
        let record = Record::load(&connection, Scope::proven(1), id).unwrap().unwrap();
        assert_eq!((record.last_sequence, record.last_statement, record.left_at), (3, 0, None));
        assert_eq!(record.said, crate::judging::Said::default());
        migrate(&connection).unwrap();
    }
}
