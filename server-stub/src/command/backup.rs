//! `backup`: a copy of the database, beside a running server.

use std::path::PathBuf;

use serde_json::json;

use super::{
    answer::Answer,
    data::{Context, Fresh},
    error::CommandError,
};

/// What to write.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: atalaya backup /backup/atalaya-2026-11-24.db\n\n\
                        The keys (DIR/keys) are not in it: copy them once, apart and safely. Whoever has them can sign \
                        policies in this server's name; without them every device has to be enrolled again.")]
pub(super) struct Arguments {
    /// The new file.
    file: PathBuf,
}

pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<Answer, CommandError> {
    let data = context.open(Fresh::Refuse).await?;
    let bytes = data.server.store.backup(&arguments.file).await?;
    let file = arguments.file.display().to_string();
    let words = format!(
        "{file}: {bytes} bytes, one consistent state of the database. The keys in {} are not in it: keep a copy of \
         them apart.",
        context.folder().join("keys").display()
    );
    Ok(Answer::done(words, json!({"file": file, "bytes": bytes})))
}
