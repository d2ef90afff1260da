//! `verify`: every invariant, computed again from what is stored.

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::json;

use super::{
    answer::Answer,
    data::{Context, Fresh},
    error::CommandError,
};
use crate::{
    access::audit,
    verify::{Breach, verify},
};

/// Nothing to choose.
#[derive(Debug, clap::Args)]
#[command(after_help = "Reads only, one consistent state, beside a running server.\n\
                        Exit codes: 0 all is well · 1 something is not, or the data cannot be read · 2 wrong usage")]
pub(super) struct Arguments {}

pub(super) async fn run(_: &Arguments, context: &Context) -> Result<Answer, CommandError> {
    let data = context.open(Fresh::Refuse).await?;
    let (now, organisations) = (context.now(), data.server.organisations().await?);
    let shown = io::stderr().is_terminal() && !context.json;
    let found = data.server.store.read(move |conn| {
        let mut progress = |done: u64, all: u64| {
            if shown && (done.is_multiple_of(100) || done == all) {
                let _ = write!(io::stderr(), "\r{done} of {all} devices{}", if done == all { "\n" } else { "" });
            }
        };
        let mut found = verify(conn, now, &mut progress)?;
        for (scope, _) in organisations {
            let breaches = audit::verify_chain(conn, scope)?.into_iter();
            found.breaches.extend(breaches.map(|breach| Breach {
                invariant: "I8",
                device: None,
                what: format!("organisation {}: {breach}", scope.org()),
            }));
        }
        Ok(found)
    });
    let found = found.await?;
    let mut words: Vec<String> = found
        .breaches
        .iter()
        .map(|breach| {
            let device = breach.device.map(|device| format!(" {device}:")).unwrap_or_default();
            format!("{}:{device} {}", breach.invariant, breach.what)
        })
        .collect();
    words.push(format!(
        "{} devices, {} reports and {} statements with their signatures, every count, span and audit entry: {}",
        found.devices,
        found.reports,
        found.statements,
        match found.breaches.len() {
            0 => "all is well.".to_owned(),
            1 => "1 breach.".to_owned(),
            many => format!("{many} breaches."),
        }
    ));
    if found.pending > 0 {
        words.push(format!(
            "{} devices wait to be judged again; a server that runs does it within seconds.",
            found.pending
        ));
    }
    let code = u8::from(!found.breaches.is_empty());
    Ok(Answer { words: words.join("\n"), json: json!(found), code })
}
