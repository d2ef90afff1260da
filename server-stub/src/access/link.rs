//! Sign-in links: whoever opens one and presses its button is signed in, once.
//!
//! The page of a link only shows; the POST of its button spends it, so that scanners that follow links in mails do
//! not. An unknown, an expired and a spent link get the same answer.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::secret::{self, Secret};
use crate::scope::Scope;

/// How long a link works.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// The path that a link leads to.
pub const PATH: &str = "/sign-in/link";

/// The whole link, to be shown once. `server` is the server's address, such as `https://posture.example.com`.
pub fn url(server: &str, link: &Secret) -> String {
    format!("{}{PATH}?token={}", server.trim_end_matches('/'), link.reveal())
}

/// Stores a link for a user. The caller has audited why.
pub fn create(conn: &Connection, scope: Scope, now: Timestamp, user: u32, link: &Secret) -> rusqlite::Result<()> {
    let at = now.as_millisecond();
    conn.execute("DELETE FROM sign_in_links WHERE org = ?1 AND expires_at <= ?2", params![scope.org(), at])?;
    conn.execute(
        "INSERT INTO sign_in_links (org, link_hash, user, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![scope.org(), link.hash(), user, at, at + LIFETIME.as_secs() * 1000],
    )?;
    Ok(())
}

/// Whether the link would work now. Spends nothing.
pub(super) fn works(conn: &Connection, now: Timestamp, presented: &str) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "SELECT 1 FROM sign_in_links JOIN users USING (org, user)
         WHERE link_hash = ?1 AND spent_at IS NULL AND expires_at > ?2 AND disabled_at IS NULL",
    )?
    .exists(params![secret::hash(presented), now.as_millisecond()])
}

/// Spends the link: whose it was, or nobody's.
pub(super) fn spend(conn: &Connection, now: Timestamp, presented: &str) -> rusqlite::Result<Option<(Scope, u32)>> {
    if !works(conn, now, presented)? {
        return Ok(None);
    }
    conn.query_row(
        "UPDATE sign_in_links SET spent_at = ?2 WHERE link_hash = ?1 AND spent_at IS NULL RETURNING org, user",
        params![secret::hash(presented), now.as_millisecond()],
        |row| Ok((Scope::proven(row.get(0)?), row.get(1)?)),
    )
    .optional()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{
        Actor,
        tests::{marta, now, open},
        user,
    };

    #[test]
    fn a_link_is_spent_once_and_looking_does_not_spend_it() {
        let (conn, scope) = open();
        let (user, link) = (marta(&conn, scope), Secret::random().unwrap());
        create(&conn, scope, now(), user, &link).unwrap();
        assert!(works(&conn, now(), link.reveal()).unwrap());
        assert!(works(&conn, now(), link.reveal()).unwrap());
        assert_eq!(spend(&conn, now(), link.reveal()).unwrap(), Some((scope, user)));
        assert_eq!(spend(&conn, now(), link.reveal()).unwrap(), None);
        assert!(!works(&conn, now(), link.reveal()).unwrap());
    }

    #[test]
    fn a_link_ends_after_ten_minutes_and_with_its_user() {
        let (conn, scope) = open();
        let (user, link) = (marta(&conn, scope), Secret::random().unwrap());
        create(&conn, scope, now(), user, &link).unwrap();
        let ends = now() + LIFETIME;
        assert!(works(&conn, ends - SignedDuration::from_millis(1), link.reveal()).unwrap());
        assert_eq!(spend(&conn, ends, link.reveal()).unwrap(), None);
        assert_eq!(spend(&conn, now(), "unknown").unwrap(), None);
        user::disable(&conn, scope, now(), &Actor::Local, user).unwrap();
        assert_eq!(spend(&conn, now(), link.reveal()).unwrap(), None);
    }

    #[test]
    fn only_the_hash_is_stored() {
        let (conn, scope) = open();
        let link = Secret::random().unwrap();
        create(&conn, scope, now(), marta(&conn, scope), &link).unwrap();
        let stored: Vec<u8> = conn.query_row("SELECT link_hash FROM sign_in_links", [], |row| row.get(0)).unwrap();
        assert_eq!(stored, link.hash());
        assert_eq!(url("https://h.example/", &link), format!("https://h.example/sign-in/link?token={}", link.reveal()));
    }
}
