//! The people who look at the fleet.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::json;

use super::{actor::Actor, audit, role::Role};
use crate::scope::Scope;

/// An email address, lower case: the name a person signs in with.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// The text is not an email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an email address is written name@example.com, without spaces and with at most 254 characters")]
pub struct EmailError;

impl Email {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim().to_lowercase();
        let (name, host) = text.rsplit_once('@').ok_or(EmailError)?;
        let plain = !text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
        let fits = text.len() <= 254 && !name.is_empty() && !host.is_empty();
        if plain && fits { Ok(Self(text)) } else { Err(EmailError) }
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

/// One person.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Their number in the organisation, from 1.
    pub user: u32,
    /// Their address.
    pub email: String,
    /// The name to show.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Whether they can sign in with a password.
    pub has_password: bool,
    /// When they were invited first, in milliseconds since 1970.
    pub created_at: i64,
    /// Since when they may not sign in.
    pub disabled_at: Option<i64>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("user", &self.user).field("role", &self.role).finish_non_exhaustive()
    }
}

/// Makes the person a user of the organisation, or gives the user with this address the role (and the name, where
/// one is given) and lets them in again. Their number.
pub fn invite(
    conn: &Connection,
    scope: Scope,
    now: Timestamp,
    actor: &Actor,
    email: &Email,
    name: Option<&str>,
    role: Role,
) -> rusqlite::Result<u32> {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    if let Some(known) = by_email(conn, scope, email)? {
        conn.execute(
            "UPDATE users SET role = ?3, name = coalesce(?4, name), disabled_at = NULL WHERE org = ?1 AND user = ?2",
            params![scope.org(), known.user, role.as_str(), name],
        )?;
        audit::record(
            conn,
            scope,
            now,
            actor,
            "user.invited-again",
            json!({
                "user": known.user, "role": role.as_str(), "roleBefore": known.role.as_str(),
                "wasDisabled": known.disabled_at.is_some()
            }),
        )?;
        return Ok(known.user);
    }
    let shown = name.or_else(|| email.as_str().split('@').next()).unwrap_or_default();
    let user: u32 = conn.query_row(
        "INSERT INTO users (org, user, email, name, role, created_at)
         SELECT ?1, coalesce(max(user), 0) + 1, ?2, ?3, ?4, ?5 FROM users WHERE org = ?1 RETURNING user",
        params![scope.org(), email.as_str(), shown, role.as_str(), now.as_millisecond()],
        |row| row.get(0),
    )?;
    audit::record(conn, scope, now, actor, "user.invited", json!({"user": user, "role": role.as_str()}))?;
    Ok(user)
}

/// Takes a user's access away at once: sessions and links with it. False when there is no such user.
pub fn disable(conn: &Connection, scope: Scope, now: Timestamp, actor: &Actor, user: u32) -> rusqlite::Result<bool> {
    let changed = conn.execute(
        "UPDATE users SET disabled_at = ?3, password_hash = NULL WHERE org = ?1 AND user = ?2 AND disabled_at IS NULL",
        params![scope.org(), user, now.as_millisecond()],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    conn.execute("DELETE FROM sessions WHERE org = ?1 AND user = ?2", params![scope.org(), user])?;
    conn.execute("DELETE FROM sign_in_links WHERE org = ?1 AND user = ?2", params![scope.org(), user])?;
    audit::record(conn, scope, now, actor, "user.disabled", json!({"user": user}))?;
    Ok(true)
}

/// Stores a password's hash and ends the user's other sessions: whoever knew the old one is out.
pub fn set_password(
    conn: &Connection,
    scope: Scope,
    now: Timestamp,
    actor: &Actor,
    user: u32,
    password_hash: &str,
    kept_session: Option<&[u8; 32]>,
) -> rusqlite::Result<()> {
    let changed = conn.execute(
        "UPDATE users SET password_hash = ?3 WHERE org = ?1 AND user = ?2 AND disabled_at IS NULL",
        params![scope.org(), user, password_hash],
    )?;
    if changed == 0 {
        return Err(rusqlite::Error::QueryReturnedNoRows);
    }
    conn.execute(
        "DELETE FROM sessions WHERE org = ?1 AND user = ?2 AND session_hash IS NOT ?3",
        params![scope.org(), user, kept_session.map(|hash| &hash[..])],
    )?;
    audit::record(conn, scope, now, actor, "password.set", json!({"user": user}))
}

const COLUMNS: &str = "user, email, name, role, password_hash IS NOT NULL, created_at, disabled_at";

/// The user of the organisation with this address.
pub fn by_email(conn: &Connection, scope: Scope, email: &Email) -> rusqlite::Result<Option<User>> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE org = ?1 AND email = ?2"))?
        .query_row(params![scope.org(), email.as_str()], read)
        .optional()
}

/// The user of the organisation with this number.
pub fn by_number(conn: &Connection, scope: Scope, user: u32) -> rusqlite::Result<Option<User>> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE org = ?1 AND user = ?2"))?
        .query_row(params![scope.org(), user], read)
        .optional()
}

/// Every user of the organisation, by number.
pub fn all(conn: &Connection, scope: Scope) -> rusqlite::Result<Vec<User>> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE org = ?1 ORDER BY user"))?
        .query_map([scope.org()], read)?
        .collect()
}

/// Someone who may be signing in: not proven yet, so no scope comes with it.
#[derive(Clone)]
pub(super) struct Claimant {
    org: u32,
    user: u32,
    /// What the password is checked against.
    pub(super) password_hash: String,
}

/// Whoever has this address and a password, in any organisation: a person may belong to several.
pub(super) fn claimants(conn: &Connection, email: &Email) -> rusqlite::Result<Vec<Claimant>> {
    conn.prepare_cached(
        "SELECT org, user, password_hash FROM users
         WHERE email = ?1 AND password_hash IS NOT NULL AND disabled_at IS NULL ORDER BY org LIMIT 8",
    )?
    .query_map([email.as_str()], |row| {
        Ok(Claimant { org: row.get(0)?, user: row.get(1)?, password_hash: row.get(2)? })
    })?
    .collect()
}

impl Claimant {
    /// Who this is, once the password fitted; nobody when it was changed, or access taken away, meanwhile.
    pub(super) fn proven(&self, conn: &Connection) -> rusqlite::Result<Option<(Scope, u32)>> {
        let same = conn
            .prepare_cached(
                "SELECT 1 FROM users WHERE org = ?1 AND user = ?2 AND password_hash = ?3 AND disabled_at IS NULL",
            )?
            .exists(params![self.org, self.user, self.password_hash])?;
        Ok(same.then_some((Scope::proven(self.org), self.user)))
    }
}

/// What the user's password is checked against, if they have one.
pub(super) fn password_hash(conn: &Connection, scope: Scope, user: u32) -> rusqlite::Result<Option<String>> {
    conn.query_row("SELECT password_hash FROM users WHERE org = ?1 AND user = ?2", params![scope.org(), user], |row| {
        row.get(0)
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        user: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        role: row.get(3)?,
        has_password: row.get(4)?,
        created_at: row.get(5)?,
        disabled_at: row.get(6)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::tests::{now, open};

    #[test]
    fn an_address_is_one_whatever_its_case_and_never_in_debug_output() {
        let email: Email = " Marta@Clinica.example ".parse().unwrap();
        assert_eq!(email.as_str(), "marta@clinica.example");
        assert!(!format!("{email:?}").contains("marta"));
        for text in ["", "marta", "@b", "a@", "a b@c", "a@b\nc"] {
            assert_eq!(text.parse::<Email>(), Err(EmailError), "{text:?}");
        }
    }

    #[test]
    fn inviting_again_changes_the_role_and_lets_in_again() {
        let (conn, scope) = open();
        let email: Email = "marta@clinica.example".parse().unwrap();
        let first = invite(&conn, scope, now(), &Actor::Local, &email, Some("Marta V."), Role::Viewer).unwrap();
        assert!(disable(&conn, scope, now(), &Actor::Local, first).unwrap());
        assert!(!disable(&conn, scope, now(), &Actor::Local, first).unwrap());
        let again = invite(&conn, scope, now(), &Actor::Local, &email, None, Role::Owner).unwrap();
        assert_eq!(first, again);
        let user = by_email(&conn, scope, &email).unwrap().unwrap();
        assert_eq!((user.name.as_str(), user.role, user.disabled_at), ("Marta V.", Role::Owner, None));
        let other: Email = "luis@clinica.example".parse().unwrap();
        let second = invite(&conn, scope, now(), &Actor::Local, &other, None, Role::Viewer).unwrap();
        assert_eq!(second, first + 1);
        assert_eq!(all(&conn, scope).unwrap()[1].name, "luis");
        let acts = audit::entries(&conn, scope, None, 9).unwrap();
        assert_eq!(acts.len(), 4, "every act is written down");
        assert!(acts.iter().all(|act| !act.payload.as_ref().unwrap().to_string().contains("clinica")));
    }
}
