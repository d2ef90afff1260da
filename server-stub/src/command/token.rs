//! `token`: what lets a device in.

use std::path::PathBuf;

use agent_core::{judge::Period, wire::envelope::sha256};
use rusqlite::params;
use serde_json::json;

use super::{
    answer::{Answer, columns},
    data::{Context, Fresh},
    error::CommandError,
    qr,
};
use crate::{
    access::{Actor, audit},
    judging::rules::{DEFAULT_GROUP, is_group},
    store::to_ms,
    token,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make an enrolment token; print it, its link and the link's QR code, this once.
    #[command(after_help = "Examples:\n  atalaya token create --group clinic\n  \
                            atalaya token create --group clinic --uses 40 --expires 2w --qr clinic.png")]
    Create {
        /// The group that devices come into; one that does not exist is made.
        #[arg(long, default_value = DEFAULT_GROUP)]
        group: String,
        /// How many devices it lets in.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        uses: u32,
        /// How long it works, such as 24h or 7d.
        #[arg(long, default_value = "7d", value_name = "DURATION")]
        expires: Period,
        /// Also write the link's QR code into this file, .png or .svg.
        #[arg(long, value_name = "FILE")]
        qr: Option<PathBuf>,
        /// The server's address for the link; otherwise the one it serves under.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// List the tokens, without their secrets.
    List,
    /// End a token at once; devices that it let in stay.
    Revoke {
        /// Its name, as `token list` shows it.
        name: String,
    },
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Create { group, uses, expires, qr, url } => {
            if !is_group(&group) {
                let rule = "a group's name has 1 to 60 lower-case letters, digits and hyphens";
                return Err(CommandError::Usage(format!("--group {group}: {rule}")));
            }
            if expires.is_zero() {
                return Err(CommandError::Usage("--expires: a token works for a while, such as 7d".to_owned()));
            }
            let (data, scope) = context.open_with_organisation(Fresh::Make).await?;
            let now = context.now();
            let ends = expires.after(now);
            let into = group.clone();
            let made = data.server.store.write(move |conn| {
                let new_group = conn.execute(
                    "INSERT INTO groups (org, grp, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                    params![scope.org(), into, to_ms(now)],
                )?;
                let secret = token::create(conn, scope, &into, (uses, ends), now)?;
                let name = token::name(&sha256(secret.as_bytes()));
                let detail = json!({
                    "token": name, "group": into, "uses": uses, "expiresAt": ends.to_string(),
                    "newGroup": new_group == 1
                });
                audit::record(conn, scope, now, &Actor::Local, "enrolment-token.created", detail)?;
                Ok((secret, name, new_group == 1))
            });
            let (secret, name, new_group) = made.await?;
            let link = format!("{}/enrol#{secret}", data.url(url.as_deref()));
            let refused = |error: qr::QrFileError| CommandError::Refused(error.to_string());
            if let Some(path) = &qr {
                qr::write(&link, path).map_err(refused)?;
            }
            let new = if new_group {
                format!(
                    "The group `{group}` is new; the default group's policy holds for it until \
                     `atalaya policy apply FILE --group {group}`.\n\n"
                )
            } else {
                String::new()
            };
            let devices = if uses == 1 { "one device".to_owned() } else { format!("{uses} devices") };
            let code = qr::terminal(&link).map_err(refused)?;
            let words = format!(
                "{new}Token {name} lets {devices} into `{group}` until {ends}. It is shown this once:\n\n  \
                 {secret}\n\nOn a phone, open the link or scan the code; on a computer, \
                 `atalaya-agent enrol --server URL --token TOKEN`:\n\n  {link}\n\n{code}"
            );
            let json = json!({
                "name": name, "token": secret, "link": link, "group": group, "uses": uses,
                "expiresAt": ends.to_string(), "qr": qr.map(|path| path.display().to_string())
            });
            Ok(Answer::done(words, json))
        }
        Command::List => {
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let tokens = data.server.store.read(move |conn| token::all(conn, scope)).await?;
            let now = context.now();
            let mut rows = vec![["NAME", "GROUP", "USED", "EXPIRES", ""].map(str::to_owned).to_vec()];
            let mut list = Vec::new();
            for token in tokens {
                let state = match () {
                    () if token.revoked_at.is_some() => "revoked",
                    () if token.expires_at <= now => "expired",
                    () if token.used >= token.uses => "used up",
                    () => "works",
                };
                let used = format!("{} of {}", token.used, token.uses);
                let expires = token.expires_at.to_string();
                rows.push(vec![token.name.clone(), token.group.clone(), used, expires.clone(), state.to_owned()]);
                list.push(json!({
                    "name": token.name, "group": token.group, "uses": token.uses, "used": token.used,
                    "createdAt": token.created_at.to_string(), "expiresAt": expires,
                    "revokedAt": token.revoked_at.map(|at| at.to_string()), "state": state
                }));
            }
            Ok(Answer::done(columns(&rows), json!({"tokens": list})))
        }
        Command::Revoke { name } => {
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let (now, called) = (context.now(), name.to_ascii_lowercase());
            let ended = data.server.store.write(move |conn| {
                let ended = token::revoke(conn, scope, &called, now)?;
                if ended {
                    let detail = json!({"token": called});
                    audit::record(conn, scope, now, &Actor::Local, "enrolment-token.revoked", detail)?;
                }
                Ok(ended)
            });
            if !ended.await? {
                return Err(CommandError::Refused(format!(
                    "no working token is called `{name}`; `atalaya token list` shows their names"
                )));
            }
            Ok(Answer::done(format!("Token {name} lets nobody in any more."), json!({"name": name, "revoked": true})))
        }
    }
}
