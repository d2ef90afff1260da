//! `api-token`: what lets a script in.

use serde_json::json;

use super::{
    answer::{Answer, columns},
    data::{Context, Fresh},
    error::CommandError,
};
use crate::{
    access::{
        Actor, Role,
        api_token::{self, PREFIX},
        role::RoleError,
        secret::Secret,
    },
    store::from_ms,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make a token and print it, this once.
    #[command(after_help = "Example: atalaya api-token create --name grafana --role viewer\n\
                            Then: curl -H \"Authorization: Bearer $TOKEN\" https://posture.example.com/v1/fleet/summary")]
    Create {
        /// Its name, as the logs show it: letters, digits, `-`, `_` and `.`.
        #[arg(long)]
        name: String,
        /// What it may: owner (everything) or viewer (look).
        #[arg(long, value_parser = role)]
        role: Role,
    },
    /// List the tokens, without their secrets.
    List,
    /// End a token at once.
    Revoke {
        /// Its name.
        name: String,
    },
}

fn role(text: &str) -> Result<Role, RoleError> {
    text.parse()
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Create { name, role } => {
            if !api_token::is_name(&name) {
                let rule = "a name has 1 to 40 letters, digits, `-`, `_` and `.`";
                return Err(CommandError::Usage(format!("--name: {rule}")));
            }
            let (data, scope) = context.open_with_organisation(Fresh::Make).await?;
            let (now, token) = (context.now(), Secret::with_prefix(PREFIX)?);
            let (kept, called) = (token.clone(), name.clone());
            let made = data
                .server
                .store
                .write(move |conn| Ok(api_token::create(conn, scope, now, &Actor::Local, &called, role, &kept)?));
            if !made.await? {
                return Err(CommandError::Refused(format!(
                    "there is or was a token `{name}`, and the logs name tokens for ever; choose another name"
                )));
            }
            let words =
                format!("API token `{name}` may what a {role} may. It is shown this once:\n\n  {}\n", token.reveal());
            Ok(Answer::done(words, json!({"name": name, "role": role.as_str(), "token": token.reveal()})))
        }
        Command::List => {
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let tokens = data.server.store.read(move |conn| Ok(api_token::all(conn, scope)?)).await?;
            let mut rows = vec![["NAME", "ROLE", "SINCE", ""].map(str::to_owned).to_vec()];
            let mut list = Vec::new();
            for token in tokens {
                let since = from_ms(token.created_at).to_string();
                let revoked = token.revoked_at.map(|at| from_ms(at).to_string());
                let state = if revoked.is_some() { "revoked" } else { "" };
                rows.push(vec![token.name.clone(), token.role.to_string(), since.clone(), state.to_owned()]);
                list.push(json!({
                    "name": token.name, "role": token.role.as_str(), "createdAt": since, "revokedAt": revoked
                }));
            }
            Ok(Answer::done(columns(&rows), json!({"apiTokens": list})))
        }
        Command::Revoke { name } => {
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let (now, called) = (context.now(), name.clone());
            let ended =
                data.server.store.write(move |conn| Ok(api_token::revoke(conn, scope, now, &Actor::Local, &called)?));
            if !ended.await? {
                return Err(CommandError::Refused(format!(
                    "no working token is called `{name}`; `atalaya api-token list` shows them"
                )));
            }
            Ok(Answer::done(format!("API token `{name}` works no more."), json!({"name": name, "revoked": true})))
        }
    }
}
