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
    include_str!("migrations/0010_named_flaws.sql"),
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

    #[test]
    fn claims_about_releases_outlive_the_table_that_kept_them() {
        let connection = Connection::open_in_memory().unwrap();
        settings(&connection).unwrap();
        for migration in &MIGRATIONS[..9] {
            connection.execute_batch(migration).unwrap();
        }
        connection.pragma_update(None, "user_version", 9).unwrap();
        connection
            .execute_batch(
                "INSERT INTO organisations (org, name, created_at) VALUES (1, 'Clinica', 0);
                 INSERT INTO release_sources (org, source, part, url, tried_at) VALUES (1, 'sofa', 'ios', '', 0);
                 INSERT INTO release_claims VALUES (1, 'sofa', 'ios', 'os ios', 'release', '26.1', '{\"kind\":1}', 4, 5, 1);",
            )
            .unwrap();
        migrate(&connection).unwrap();
        let kept: (String, String, i64, i64, i64) = connection
            .query_row("SELECT subject, claim, first_seen_at, last_seen_at, current FROM release_claims", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .unwrap();
        assert_eq!(kept, ("26.1".to_owned(), "{\"kind\":1}".to_owned(), 4, 5, 1));
        let of = |kind: &str| {
            format!(
                "INSERT INTO release_claims VALUES (1, 'sofa', 'ios', '', '{kind}', 'CVE-2026-1000', '{{}}', 0, 0, 1)"
            )
        };
        connection.execute_batch(&of("named")).unwrap();
        assert!(connection.execute_batch(&of("guessed")).is_err(), "a kind that nobody knows");
    }
}
