//! Who is at the other end, when proxies may stand between: only the word of proxies that the administrator named
//! is believed.

use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::access::Peer;

/// Why a request is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untrusted {
    /// It came by plain HTTP past the proxies.
    PastTheProxy,
    /// The proxy says that the client came by plain HTTP, or does not say how.
    PlainHttp,
}

/// Whose word is believed, and what this listener speaks itself.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    pub(super) proxies: Vec<IpNet>,
    pub(super) tls: bool,
}

impl Trust {
    /// The other end of a request that came from this address with these headers.
    pub(super) fn peer(&self, from: IpAddr, headers: &HeaderMap) -> Result<Peer, Untrusted> {
        let from = from.to_canonical();
        if self.trusts(from) && forwarded(headers) {
            let address = self.client(from, headers);
            let said = last(headers, "x-forwarded-proto");
            let https = self.tls || said.is_some_and(|said| said.eq_ignore_ascii_case("https"));
            // What a proxy on this machine forwards in the clear came over the network, so it is refused as well.
            return if https { Ok(Peer { address, https }) } else { Err(Untrusted::PlainHttp) };
        }
        if self.tls || from.is_loopback() || self.trusts(from) {
            return Ok(Peer { address: from, https: self.tls });
        }
        Err(Untrusted::PastTheProxy)
    }

    /// The last address that no trusted proxy has: whatever stands before it, anyone can write.
    fn client(&self, from: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values: Vec<&str> =
            headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
        let mut nearest = from;
        for text in values.iter().flat_map(|value| value.split(',')).map(str::trim).rev() {
            let Ok(address) = text.parse::<IpAddr>() else { break };
            nearest = address.to_canonical();
            if !self.trusts(nearest) {
                break;
            }
        }
        nearest
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(&address))
    }
}

fn forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key("x-forwarded-for") || headers.contains_key("x-forwarded-proto")
}

fn last<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(trust: &Trust, from: &str, pairs: &[(&'static str, &str)]) -> Result<Peer, Untrusted> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        trust.peer(from.parse().unwrap(), &headers)
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands for the whole answer")]
    fn is(address: &str, https: bool) -> Result<Peer, Untrusted> {
        Ok(Peer { address: address.parse().unwrap(), https })
    }

    #[test]
    fn nobody_is_believed_where_no_proxy_was_named() {
        let trust = Trust { proxies: Vec::new(), tls: false };
        let lies = [("x-forwarded-for", "192.0.2.9"), ("x-forwarded-proto", "https")];
        assert_eq!(peer(&trust, "127.0.0.1", &lies), is("127.0.0.1", false));
        let trust = Trust { proxies: Vec::new(), tls: true };
        assert_eq!(peer(&trust, "198.51.100.7", &lies), is("198.51.100.7", true));
    }

    #[test]
    fn a_named_proxy_is_believed_up_to_the_first_address_that_is_not_one() {
        let trust = Trust { proxies: vec!["10.0.0.0/8".parse().unwrap()], tls: false };
        let https = ("x-forwarded-proto", "https");
        let from = |chain| peer(&trust, "10.0.0.1", &[("x-forwarded-for", chain), https]);
        assert_eq!(from("192.0.2.9"), is("192.0.2.9", true));
        assert_eq!(from("203.0.113.1, 192.0.2.9, 10.0.0.2"), is("192.0.2.9", true));
        assert_eq!(from("nonsense"), is("10.0.0.1", true));
        assert_eq!(peer(&trust, "::ffff:10.0.0.1", &[https]), is("10.0.0.1", true));
    }

    #[test]
    fn plain_http_from_the_network_is_refused_even_through_the_proxy() {
        let trust = Trust { proxies: vec!["127.0.0.1/32".parse().unwrap()], tls: false };
        assert_eq!(peer(&trust, "192.0.2.9", &[("x-forwarded-proto", "https")]), Err(Untrusted::PastTheProxy));
        assert_eq!(peer(&trust, "127.0.0.1", &[("x-forwarded-proto", "http")]), Err(Untrusted::PlainHttp));
        assert_eq!(peer(&trust, "127.0.0.1", &[("x-forwarded-for", "192.0.2.9")]), Err(Untrusted::PlainHttp));
        assert_eq!(peer(&trust, "127.0.0.1", &[]), is("127.0.0.1", false), "a command on this machine");
    }
}
