//! What an administrator hands out: a server and a token, apart or as one link `https://HOST/enrol#TOKEN`.

use super::transport::{Address, TransportError};
use crate::wire::id::DeviceId;

/// Where to enrol, and with what. The token is a secret: it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The server's address.
    pub server: String,
    /// The token.
    pub token: String,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation").field("server", &self.server).finish_non_exhaustive()
    }
}

/// The person handed in something that is no invitation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvitationError {
    /// The token has not the form of one.
    #[error("a token is 26 letters and digits; copy it whole, as your administrator gave it")]
    NotAToken,
    /// No server is named.
    #[error("no server is named; give the whole link, or --server URL beside the token")]
    NoServer,
    /// No token is given.
    #[error("no token is given; give the whole link, or --token T, or --token-file FILE (`-` reads standard input)")]
    NoToken,
    /// Link and server name different ones.
    #[error("the link leads to {0}, and --server names another server; leave one of them out")]
    TwoServers(String),
    /// The server's address cannot be one.
    #[error("the server's address is none: {0}")]
    BadAddress(String),
}

impl Invitation {
    /// Of a server and of what was given as token, which may be the whole link.
    pub fn of(server: Option<&str>, given: &str) -> Result<Self, InvitationError> {
        let given = given.trim();
        let (linked, token) = match given.split_once('#') {
            Some((link, token)) => (Some(host_of(link)), token),
            None if given.contains("://") => return Err(InvitationError::NoToken),
            None => (None, given),
        };
        let named = server.map(|server| server.trim().trim_end_matches('/').to_owned());
        let server = match (linked, named) {
            (Some(linked), Some(named)) if linked != named => return Err(InvitationError::TwoServers(linked)),
            (Some(server), _) | (None, Some(server)) => server,
            (None, None) => return Err(InvitationError::NoServer),
        };
        if let Err(TransportError::Address(why)) = Address::parse(&server) {
            return Err(InvitationError::BadAddress(why));
        }
        Ok(Self { server, token: token_of(token)? })
    }
}

/// The link without its page: the server may live below a path of its own.
fn host_of(link: &str) -> String {
    let link = link.trim_end_matches('/');
    link.strip_suffix("/enrol").unwrap_or(link).to_owned()
}

/// Tokens are printed like device ids. Spelled by hand, Crockford's base 32 forgives case and look-alikes.
fn token_of(text: &str) -> Result<String, InvitationError> {
    let forgiven = text.trim().chars().filter(|one| *one != '-').map(|one| match one.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    });
    let token: String = forgiven.collect();
    token.parse::<DeviceId>().map(|_| token).map_err(|_| InvitationError::NotAToken)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "00000000WXYZ0123456789ABCD";

    fn of(server: Option<&str>, given: &str) -> Result<(String, String), InvitationError> {
        Invitation::of(server, given).map(|one| (one.server, one.token))
    }

    #[test]
    fn a_link_says_where_and_with_what() {
        let both = Ok(("https://atalaya.example.com".to_owned(), TOKEN.to_owned()));
        assert_eq!(of(None, &format!("https://atalaya.example.com/enrol#{TOKEN}\n")), both);
        assert_eq!(of(Some("https://atalaya.example.com/"), TOKEN), both);
        assert_eq!(
            of(Some("https://atalaya.example.com"), &format!("https://atalaya.example.com/enrol#{TOKEN}")),
            both
        );
        let below = Ok(("https://example.com/atalaya".to_owned(), TOKEN.to_owned()));
        assert_eq!(of(None, &format!("https://example.com/atalaya/enrol#{TOKEN}")), below);
    }

    #[test]
    fn a_token_spelled_by_hand_is_understood() {
        let spelled = of(Some("https://a.example"), "oooooooo-wxyz-ol23-4567-89ab-cd").unwrap();
        assert_eq!(spelled.1, TOKEN);
    }

    #[test]
    fn what_is_no_invitation_says_what_is_missing() {
        assert_eq!(of(None, TOKEN), Err(InvitationError::NoServer));
        assert_eq!(of(Some("https://a.example"), "hello"), Err(InvitationError::NotAToken));
        assert_eq!(of(None, "https://a.example/enrol"), Err(InvitationError::NoToken));
        for server in
            ["http://a.example", "https://", "https://user:secret@a.example", "javascript:alert(1)", "a.example"]
        {
            let refused = of(Some(server), TOKEN).unwrap_err();
            assert!(matches!(refused, InvitationError::BadAddress(_)), "{server}: {refused}");
            assert!(!refused.to_string().contains("secret"));
        }
        let link = format!("https://a.example/enrol#{TOKEN}");
        assert_eq!(
            of(Some("https://b.example"), &link),
            Err(InvitationError::TwoServers("https://a.example".to_owned()))
        );
    }
}
