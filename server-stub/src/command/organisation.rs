//! `org`: the organisations of this server.

use serde_json::json;

use super::{
    answer::{Answer, columns},
    data::{Context, Fresh},
    error::CommandError,
};
use crate::access::{Actor, audit};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make an organisation with its default group and the starter policy.
    #[command(after_help = "Example: atalaya org create --name \"Clínica Levante\"")]
    Create {
        /// Its name, as people see it.
        #[arg(long)]
        name: String,
    },
    /// Give an organisation another name.
    Rename {
        /// Its new name.
        #[arg(long)]
        name: String,
    },
    /// List the organisations.
    List,
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Create { name } => {
            let name = named(&name)?;
            let data = context.open(Fresh::Make).await?;
            if data.server.organisations().await?.iter().any(|(_, known)| *known == name) {
                return Err(CommandError::Refused(format!("there is an organisation “{name}” already")));
            }
            let scope = data.server.create_organisation(&name).await?;
            let words =
                format!("Organisation {}, “{name}”, with the starter policy for its default group.", scope.org());
            Ok(Answer::done(words, json!({"organisation": scope.org(), "name": name})))
        }
        Command::Rename { name } => {
            let name = named(&name)?;
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let (now, new) = (context.now(), name.clone());
            let renamed = data.server.store.write(move |conn| {
                conn.execute("UPDATE organisations SET name = ?2 WHERE org = ?1", rusqlite::params![scope.org(), new])?;
                Ok(audit::record(conn, scope, now, &Actor::Local, "organisation.renamed", json!({}))?)
            });
            renamed.await?;
            let words = format!("Organisation {} is called “{name}” now.", scope.org());
            Ok(Answer::done(words, json!({"organisation": scope.org(), "name": name})))
        }
        Command::List => {
            let all = context.open(Fresh::Refuse).await?.server.organisations().await?;
            let mut rows = vec![vec!["NUMBER".to_owned(), "NAME".to_owned()]];
            rows.extend(all.iter().map(|(scope, name)| vec![scope.org().to_string(), name.clone()]));
            let list: Vec<_> =
                all.iter().map(|(scope, name)| json!({"organisation": scope.org(), "name": name})).collect();
            Ok(Answer::done(columns(&rows), json!({"organisations": list})))
        }
    }
}

fn named(name: &str) -> Result<String, CommandError> {
    let name = name.trim();
    if (1..=120).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(CommandError::Usage("--name: an organisation's name has 1 to 120 characters".to_owned()))
}
