//! A server's address as an administrator hands it out. Read strictly, so that every HTTP stack understands the same.

use std::net::IpAddr;

use super::TransportError;

/// An address that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Without a slash at the end.
    base: String,
    /// Plain HTTP, to this machine.
    plain: bool,
}

impl Address {
    /// Reads an address such as `https://atalaya.example.com`. Plain HTTP reaches this machine only.
    pub fn parse(server: &str) -> Result<Self, TransportError> {
        let refused = |why: &str| Err(TransportError::Address(why.to_owned()));
        let server = server.trim();
        let Some((scheme, rest)) = server.split_once("://") else {
            return refused("write it like https://atalaya.example.com, as your administrator gave it");
        };
        if server.contains(['?', '#']) {
            return refused("leave out everything from `?` or `#` on; the token goes apart");
        }
        // What one URL reader takes for a letter and another for a slash is no part of an address.
        if server.contains(|letter: char| letter == '\\' || letter.is_whitespace() || letter.is_control()) {
            return refused("it must not hold spaces or backslashes");
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return refused("it must not hold a user name or a password");
        }
        let host = host(authority);
        if host.is_empty() || host.contains('%') {
            return refused("write it like https://atalaya.example.com, as your administrator gave it");
        }
        let plain = match scheme.to_ascii_lowercase().as_str() {
            "https" => false,
            "http" if is_loopback(host) => true,
            "http" => return refused("plain http reaches this machine only; write https://"),
            _ => return refused("it must begin with https://"),
        };
        Ok(Self { base: server.trim_end_matches('/').to_owned(), plain })
    }

    /// Whether it is plain HTTP, to this machine.
    pub const fn is_plain(&self) -> bool {
        self.plain
    }

    /// The whole address of this path, which begins with a slash.
    pub fn with(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// The part before the port; of an IPv6 address what stands in its brackets.
fn host(authority: &str) -> &str {
    match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(host, _)| host),
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_leaves_this_machine() {
        for (server, expected) in [
            ("https://atalaya.example.com", "https://atalaya.example.com/v1/reports"),
            ("https://example.com:8443/atalaya/", "https://example.com:8443/atalaya/v1/reports"),
            ("HTTPS://example.com", "HTTPS://example.com/v1/reports"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/reports"),
            ("http://[::1]:8080", "http://[::1]:8080/v1/reports"),
            ("http://localhost", "http://localhost/v1/reports"),
        ] {
            let address = Address::parse(server).unwrap();
            assert_eq!(address.with("/v1/reports"), expected);
            assert_eq!(address.is_plain(), server.starts_with("http:"));
        }
        for server in [
            "",
            "https://",
            "https:///v1",
            "https://:8443",
            "atalaya.example.com",
            "ftp://example.com",
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "http://[::1",
            "http://[2001:db8::1]",
            "http://localhost@example.com",
            "http://localhost\\@example.com",
            "http://localhost%2eexample.com",
            "https://user@example.com",
            "https://exa mple.com",
            "https://example.com/enrol#TOKEN",
            "https://example.com/?a=b",
        ] {
            assert!(matches!(Address::parse(server), Err(TransportError::Address(_))), "{server}");
        }
    }
}
