//! `admin`: the people who look at the fleet.

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    process::Command as Process,
};

use serde_json::json;

use super::{
    answer::{Answer, columns},
    data::{Context, Data, Fresh},
    error::CommandError,
    note::note,
};
use crate::{
    access::{
        Actor, Role, link, password,
        role::RoleError,
        secret::Secret,
        user::{self, Email, EmailError, User},
    },
    scope::Scope,
    store::from_ms,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Let a person in, and print the link by which they sign in: once, within ten minutes.
    ///
    /// For somebody who is in already it prints a new link, and gives them the role that is named.
    #[command(
        after_help = "Example: atalaya admin invite --email marta@clinica.example --role owner --name \"Marta V.\""
    )]
    Invite {
        /// Their email address; nothing is sent to it.
        #[arg(long, value_parser = email)]
        email: Email,
        /// What they may: owner (everything) or viewer (look).
        #[arg(long, value_parser = role)]
        role: Role,
        /// The name that the pages show; otherwise the address up to its @.
        #[arg(long)]
        name: Option<String>,
        /// The server's address for the link; otherwise the one it serves under.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// Set a person's password: read from the terminal, or one line from stdin.
    #[command(after_help = "Example: atalaya admin password --email marta@clinica.example < password.txt")]
    Password {
        /// Their email address.
        #[arg(long, value_parser = email)]
        email: Email,
    },
    /// Take a person's access away at once: password, sessions and links.
    Disable {
        /// Their email address.
        #[arg(long, value_parser = email)]
        email: Email,
    },
    /// List the people who may look.
    List,
}

fn email(text: &str) -> Result<Email, EmailError> {
    text.parse()
}

fn role(text: &str) -> Result<Role, RoleError> {
    text.parse()
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Invite { email, role, name, url } => {
            let (data, scope) = context.open_with_organisation(Fresh::Make).await?;
            invite(&data, scope, email, role, name, url.as_deref(), context).await
        }
        Command::Password { email } => {
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let user = known(&data, scope, &email).await?;
            let password = read_password()?;
            password::allow(&password, email.as_str())?;
            let (hash, now) = (password::hash_aside(password).await?, context.now());
            let set = data
                .server
                .store
                .write(move |conn| Ok(user::set_password(conn, scope, now, &Actor::Local, user, &hash, None)?));
            set.await?;
            let words = format!("The password of {} is set; their sessions have ended.", email.as_str());
            Ok(Answer::done(words, json!({"user": user, "email": email.as_str()})))
        }
        Command::Disable { email } => {
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let (user, now) = (known(&data, scope, &email).await?, context.now());
            let changed =
                data.server.store.write(move |conn| Ok(user::disable(conn, scope, now, &Actor::Local, user)?)).await?;
            let words = if changed {
                format!("{} may not sign in any more; `atalaya admin invite` lets them in again.", email.as_str())
            } else {
                format!("{} could not sign in already.", email.as_str())
            };
            Ok(Answer::done(words, json!({"user": user, "email": email.as_str(), "changed": changed})))
        }
        Command::List => {
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let users = data.server.store.read(move |conn| Ok(user::all(conn, scope)?)).await?;
            Ok(list(&users))
        }
    }
}

async fn invite(
    data: &Data,
    scope: Scope,
    email: Email,
    role: Role,
    name: Option<String>,
    url: Option<&str>,
    context: &Context,
) -> Result<Answer, CommandError> {
    let (now, secret, address) = (context.now(), Secret::random()?, email.as_str().to_owned());
    let kept = secret.clone();
    let invited = data.server.store.write(move |conn| {
        let user = user::invite(conn, scope, now, &Actor::Local, &email, name.as_deref(), role)?;
        link::create(conn, scope, now, user, &kept)?;
        Ok(user)
    });
    let user = invited.await?;
    let (link, expires) = (link::url(&data.url(url), &secret), now + link::LIFETIME);
    let words = format!("{address} may sign in as {role}. The link works once, for ten minutes:\n\n  {link}\n");
    let json = json!({
        "user": user, "email": address, "role": role.as_str(), "link": link, "expiresAt": expires.to_string()
    });
    Ok(Answer::done(words, json))
}

async fn known(data: &Data, scope: Scope, email: &Email) -> Result<u32, CommandError> {
    let asked = email.clone();
    let found = data.server.store.read(move |conn| Ok(user::by_email(conn, scope, &asked)?)).await?;
    found.map(|user| user.user).ok_or_else(|| {
        CommandError::Refused(format!(
            "{}: nobody here has this address; `atalaya admin list` shows who is in, `atalaya admin invite` lets in",
            email.as_str()
        ))
    })
}

fn list(users: &[User]) -> Answer {
    let heading = ["NUMBER", "EMAIL", "NAME", "ROLE", "PASSWORD", "SINCE", ""].map(str::to_owned).to_vec();
    let mut rows = vec![heading];
    let mut list = Vec::new();
    for user in users {
        let since = from_ms(user.created_at).to_string();
        let disabled = user.disabled_at.map(|at| from_ms(at).to_string());
        rows.push(vec![
            user.user.to_string(),
            user.email.clone(),
            user.name.clone(),
            user.role.to_string(),
            if user.has_password { "set" } else { "none" }.to_owned(),
            since.clone(),
            if disabled.is_some() { "may not sign in" } else { "" }.to_owned(),
        ]);
        list.push(json!({
            "user": user.user, "email": user.email, "name": user.name, "role": user.role.as_str(),
            "hasPassword": user.has_password, "createdAt": since, "disabledAt": disabled
        }));
    }
    Answer::done(columns(&rows), json!({"users": list}))
}

/// One line of stdin; on a terminal, asked for and not shown.
fn read_password() -> Result<String, CommandError> {
    let stdin = io::stdin();
    let hidden = stdin.is_terminal().then(|| {
        note(&format!("New password (at least {} characters; it is not shown):", password::SHORTEST));
        Echo::off()
    });
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    drop(hidden);
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Keeps a terminal from showing what is typed, until it is dropped.
struct Echo;

impl Echo {
    fn off() -> Self {
        Self::set("-echo");
        Self
    }

    /// Where there is no `stty` the password is shown while it is typed; nothing worse.
    fn set(mode: &str) {
        let _ = Process::new("stty").arg(mode).status();
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        Self::set("echo");
    }
}
