//! What an administrator hands out: a server and a token, apart or as one link `https://HOST/enrol#TOKEN`.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use crate::wire::id::DeviceId;

/// Where to enrol, and with what. The token is a secret: it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Invitation {
    pub(super) server: String,
    pub(super) token: String,
}

/// The person handed in something that is no invitation.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum InvitationError {
    #[error("a token is 26 letters and digits; copy it whole, as your administrator gave it")]
    NotAToken,
    #[error("no server is named; give the whole link, or --server URL beside the token")]
    NoServer,
    #[error("no token is given; give the whole link, or --token T, or --token-file FILE (`-` reads standard input)")]
    NoToken,
    #[error("the link leads to {0}, and --server names another server; leave one of them out")]
    TwoServers(String),
    #[error("{}: cannot be read: {what}", path.display())]
    Unreadable { path: PathBuf, what: String },
}

impl Invitation {
    /// Of a server and of what was given as token, which may be the whole link.
    pub(super) fn of(server: Option<&str>, given: &str) -> Result<Self, InvitationError> {
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

/// The first line of a file, or of standard input for `-`.
pub(super) fn from_file(path: &Path, input: &mut dyn Read) -> Result<String, InvitationError> {
    let unreadable = |error: std::io::Error| InvitationError::Unreadable { path: path.into(), what: error.to_string() };
    let mut text = String::new();
    if path == Path::new("-") {
        input.take(4096).read_to_string(&mut text).map_err(unreadable)?;
    } else {
        let file = std::fs::File::open(path).map_err(unreadable)?;
        file.take(4096).read_to_string(&mut text).map_err(unreadable)?;
    }
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    line.map(str::to_owned).ok_or(InvitationError::NoToken)
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
        let link = format!("https://a.example/enrol#{TOKEN}");
        assert_eq!(
            of(Some("https://b.example"), &link),
            Err(InvitationError::TwoServers("https://a.example".to_owned()))
        );
    }

    #[test]
    fn a_token_comes_from_a_file_or_from_standard_input() {
        let mut input = format!("\n  {TOKEN}\n").into_bytes();
        assert_eq!(from_file(Path::new("-"), &mut input.as_slice()).as_deref(), Ok(TOKEN));
        input.clear();
        assert_eq!(from_file(Path::new("-"), &mut input.as_slice()), Err(InvitationError::NoToken));
        assert!(from_file(Path::new("/nowhere"), &mut input.as_slice()).unwrap_err().to_string().contains("/nowhere"));
    }
}
