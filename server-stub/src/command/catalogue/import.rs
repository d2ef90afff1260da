//! `catalogue import`: a catalogue that somebody wrote, or a saved answer of a source.

use std::path::Path;

use agent_core::judge::document::LONGEST;
use serde_json::json;

use super::super::{
    answer::Answer,
    data::{Context, Fresh},
    error::CommandError,
    input,
};
use crate::{
    access::{Actor, api_token::is_name, audit},
    judging::rules::RulesError,
    releases::{self, ImportError, source},
};

pub(super) async fn run(source: String, file: &Path, context: &Context) -> Result<Answer, CommandError> {
    if !is_name(&source) {
        let rule = "a source has 1 to 40 letters, digits, `-`, `_` and `.`, such as `administrator`";
        return Err(CommandError::Usage(format!("--source: {rule}")));
    }
    let longest = source::named(&source).map_or(LONGEST, |adapter| adapter.longest().max(LONGEST));
    let (name, bytes) = (input::name(file), input::bytes(file, longest)?);
    // Faults of the file are told before any data is opened or made.
    releases::check(&source, &name, &bytes)?;
    let (data, scope) = context.open_with_organisation(Fresh::Make).await?;
    let (now, from, shown) = (context.now(), source.clone(), name.clone());
    let imported = data.server.store.write(move |conn| {
        let imported = match releases::import(conn, scope, &from, (&name, &bytes), now) {
            Ok(imported) => imported,
            Err(ImportError::Rules(RulesError::Store(error))) => return Err(error),
            // Refused before anything was written.
            Err(refused) => return Ok(Err(refused)),
        };
        let detail = json!({"source": from, "revision": imported.revision});
        audit::record(conn, scope, now, &Actor::Local, "catalogue.imported", detail)?;
        Ok(Ok(imported))
    });
    let imported = imported.await??;
    let revision = imported.revision;
    let words = match (imported.claims, imported.changed) {
        (claims, true) => {
            let held = claims.map_or_else(String::new, |claims| format!(" ({claims} claims)"));
            format!(
                "{shown}: catalogue {revision} is in force, from `{source}`{held}. The fleet is judged again as soon as the server runs."
            )
        }
        (claims, false) => {
            let claims = claims.unwrap_or_default();
            format!(
                "{shown}: {claims} claims of `{source}`; they change nothing, so catalogue {revision} stays in force."
            )
        }
    };
    let json = json!({"revision": revision, "source": source, "changed": imported.changed, "claims": imported.claims});
    Ok(Answer::done(words, json))
}
