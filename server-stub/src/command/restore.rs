//! `restore`: a backup becomes the data of a server again.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use serde_json::json;

use super::{
    answer::Answer,
    data::{Context, Fresh},
    error::CommandError,
};
use crate::access::{Actor, audit};

/// What to take.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: atalaya restore /backup/atalaya-2026-11-24.db --data /var/lib/atalaya\n\n\
                        Put the keys back into DIR/keys first: devices know the server by them.")]
pub(super) struct Arguments {
    /// The file that `atalaya backup` wrote.
    file: PathBuf,
    /// Make new keys where DIR/keys is lost; every device has to be enrolled again.
    #[arg(long)]
    new_keys: bool,
}

pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<Answer, CommandError> {
    let database = context.folder().join("atalaya.db");
    if database.exists() {
        return Err(CommandError::Refused(format!(
            "{}: there is data here already; stop the server and move it away first",
            database.display()
        )));
    }
    let keys = context.folder().join("keys");
    if !arguments.new_keys && !keys.join("signing.key").exists() {
        return Err(CommandError::Refused(format!(
            "{}: the keys are missing; copy them back first, or say --new-keys and enrol every device again",
            keys.display()
        )));
    }
    let failed = |error: io::Error| {
        CommandError::Refused(format!("{}: {error}; check the path and its permissions", arguments.file.display()))
    };
    check(&arguments.file)?;
    crate::keys::make_private_folder(context.folder()).map_err(failed)?;
    put(&arguments.file, &database).map_err(failed)?;

    let data = context.open(Fresh::Refuse).await?;
    let (now, organisations) = (context.now(), data.server.organisations().await?);
    let count = organisations.len();
    let marked = data.server.store.write(move |conn| {
        for (scope, _) in organisations {
            // Phones may hold newer policies than the backup: a new epoch lets them take the older ones.
            conn.execute("UPDATE organisations SET policy_epoch = policy_epoch + 1 WHERE org = ?1", [scope.org()])?;
            audit::record(conn, scope, now, &Actor::Local, "backup.restored", json!({}))?;
        }
        Ok(())
    });
    marked.await?;
    let words = format!(
        "{} is the data of {} again, with {count} organisations. What devices sent after the backup is a gap in their \
         history; `atalaya verify` checks the rest.",
        arguments.file.display(),
        context.folder().display()
    );
    Ok(Answer::done(words, json!({"file": arguments.file.display().to_string(), "organisations": count})))
}

/// Whether the file is a whole database of ours, before anything is put anywhere.
fn check(file: &Path) -> Result<(), CommandError> {
    let refused =
        |why: String| CommandError::Refused(format!("{}: {why}; name a file of `atalaya backup`", file.display()));
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let conn = Connection::open_with_flags(file, flags).map_err(|error| refused(error.to_string()))?;
    let whole = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    match whole {
        Ok(told) if told == "ok" => {}
        Ok(told) => return Err(refused(told)),
        Err(error) => return Err(refused(error.to_string())),
    }
    conn.query_row("SELECT server_id FROM server", [], |_| Ok(())).map_err(|error| refused(error.to_string()))
}

/// Copies the file to its place, whole or not at all.
fn put(from: &Path, to: &Path) -> io::Result<()> {
    let half = to.with_extension("restoring");
    fs::copy(from, &half)?;
    fs::File::open(&half)?.sync_all()?;
    fs::rename(&half, to)?;
    fs::File::open(to.parent().unwrap_or(to))?.sync_all()
}
