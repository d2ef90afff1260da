//! Sessions: who is signed in, for twelve hours, by a cookie whose hash is stored.
//!
//! A session is always made anew when somebody signs in; a cookie that the browser brought along is never taken
//! over, so nobody can plant one beforehand.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    role::Role,
    secret::{self, Secret},
};
use crate::scope::Scope;

/// How long somebody stays signed in: a working day.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// By a link that an administrator made.
    Link,
    /// By their password.
    Password,
}

impl Proof {
    /// The spelling in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Password => "password",
        }
    }
}

/// A session that was found by its cookie.
#[derive(Clone)]
pub struct Session {
    /// The organisation: proven by the cookie.
    pub scope: Scope,
    /// The organisation's name.
    pub organisation: String,
    /// The organisation's zone, such as `Europe/Madrid`.
    pub zone: String,
    /// The user's number.
    pub user: u32,
    /// The user's name.
    pub name: String,
    /// The user's role, as it is now.
    pub role: Role,
    /// The token that every form of this session carries.
    pub csrf: String,
    /// How they signed in.
    pub proof: Proof,
    /// Under which hash it is stored.
    pub hash: [u8; 32],
}

/// Stores a session, and forgets those that have ended.
pub fn create(
    conn: &Connection,
    scope: Scope,
    now: Timestamp,
    user: u32,
    proof: Proof,
    session: &Secret,
    csrf: &Secret,
) -> rusqlite::Result<()> {
    let at = now.as_millisecond();
    conn.execute("DELETE FROM sessions WHERE org = ?1 AND expires_at <= ?2", params![scope.org(), at])?;
    conn.execute(
        "INSERT INTO sessions (org, session_hash, user, proof, csrf, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![scope.org(), session.hash(), user, proof.as_str(), csrf.reveal(), at, at + LIFETIME.as_secs() * 1000],
    )?;
    Ok(())
}

/// The session of this cookie, while it lasts and its user may sign in.
pub fn find(conn: &Connection, now: Timestamp, presented: &str) -> rusqlite::Result<Option<Session>> {
    let hash = secret::hash(presented);
    conn.prepare_cached(
        "SELECT s.org, o.name, s.user, u.name, u.role, s.csrf, s.proof, o.zone
         FROM sessions s JOIN users u USING (org, user) JOIN organisations o USING (org)
         WHERE s.session_hash = ?1 AND s.expires_at > ?2 AND u.disabled_at IS NULL",
    )?
    .query_row(params![hash, now.as_millisecond()], |row| {
        let proof: String = row.get(6)?;
        Ok(Session {
            scope: Scope::proven(row.get(0)?),
            organisation: row.get(1)?,
            zone: row.get(7)?,
            user: row.get(2)?,
            name: row.get(3)?,
            role: row.get(4)?,
            csrf: row.get(5)?,
            proof: if proof == Proof::Link.as_str() { Proof::Link } else { Proof::Password },
            hash,
        })
    })
    .optional()
}

/// Ends a session.
pub fn end(conn: &Connection, hash: &[u8; 32]) -> rusqlite::Result<()> {
    conn.execute("DELETE FROM sessions WHERE session_hash = ?1", params![&hash[..]])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{
        Actor,
        tests::{marta, now, open},
        user,
    };

    fn signed_in(conn: &Connection, scope: Scope, user: u32) -> Secret {
        let (session, csrf) = (Secret::random().unwrap(), Secret::random().unwrap());
        create(conn, scope, now(), user, Proof::Password, &session, &csrf).unwrap();
        session
    }

    #[test]
    fn a_session_lasts_twelve_hours_or_until_it_is_ended() {
        let (conn, scope) = open();
        let cookie = signed_in(&conn, scope, marta(&conn, scope));
        let found = find(&conn, now(), cookie.reveal()).unwrap().unwrap();
        assert_eq!((found.scope, found.name.as_str(), found.organisation.as_str()), (scope, "Marta V.", "Clinic"));
        let ends = now() + LIFETIME;
        assert!(find(&conn, ends - SignedDuration::from_millis(1), cookie.reveal()).unwrap().is_some());
        assert!(find(&conn, ends, cookie.reveal()).unwrap().is_none());
        assert!(find(&conn, now(), "planted").unwrap().is_none());
        end(&conn, &found.hash).unwrap();
        assert!(find(&conn, now(), cookie.reveal()).unwrap().is_none());
    }

    #[test]
    fn a_new_password_ends_the_other_sessions_and_a_disabled_user_all() {
        let (conn, scope) = open();
        let user = marta(&conn, scope);
        let (kept, other) = (signed_in(&conn, scope, user), signed_in(&conn, scope, user));
        user::set_password(&conn, scope, now(), &Actor::Local, user, "$argon2id$…", Some(&kept.hash())).unwrap();
        assert!(find(&conn, now(), kept.reveal()).unwrap().is_some());
        assert!(find(&conn, now(), other.reveal()).unwrap().is_none());
        user::disable(&conn, scope, now(), &Actor::Local, user).unwrap();
        assert!(find(&conn, now(), kept.reveal()).unwrap().is_none());
    }
}
