//! HTTPS by reqwest: rustls with ring, the platform's roots, and nothing that was not asked for.

use std::{
    error::Error as _,
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{
    Client, ClientBuilder, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, ETAG, HeaderMap, HeaderName, IF_NONE_MATCH, RETRY_AFTER},
};

use super::{
    Answer, LONGEST_ANSWER, Method, Request, Response, Transport, TransportError,
    tls::{self, TlsOptions},
};

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);
/// Until the whole answer is here. Batches of 1 MiB pass in this time at 250 kbit/s.
const WHOLE: Duration = Duration::from_mins(1);

/// The network. Plain HTTP goes to this machine only; redirects are never followed.
///
/// Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct HttpTransport {
    user_agent: String,
    options: Arc<TlsOptions>,
    // Made when first needed, so that a machine without roots can still talk to itself.
    secure: Arc<OnceLock<Result<Client, TransportError>>>,
    plain: Arc<OnceLock<Result<Client, TransportError>>>,
}

impl std::fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpTransport").field("user_agent", &self.user_agent).finish_non_exhaustive()
    }
}

impl HttpTransport {
    /// The network with the platform's roots.
    pub fn new(agent_version: &str) -> Self {
        Self::with(agent_version, TlsOptions::default())
    }

    /// The network with these roots and pins.
    pub fn with(agent_version: &str, options: TlsOptions) -> Self {
        Self {
            user_agent: format!("atalaya-agent/{agent_version}"),
            options: Arc::new(options),
            secure: Arc::default(),
            plain: Arc::default(),
        }
    }

    fn client(&self, plain: bool) -> Result<&Client, TransportError> {
        let kept = if plain { &self.plain } else { &self.secure };
        kept.get_or_init(|| {
            let builder = if plain {
                // A proxy would carry what is meant for this machine away from it.
                self.builder().tls_backend_preconfigured(tls::no_one()?).no_proxy()
            } else {
                self.builder().tls_backend_preconfigured(tls::configuration(&self.options)?).https_only(true)
            };
            builder.build().map_err(|error| TransportError::Identity(error.to_string()))
        })
        .as_ref()
        .map_err(Clone::clone)
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder()
            .user_agent(&self.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .referer(false)
    }

    async fn send(&self, server: &str, request: Request) -> Result<Response, TransportError> {
        let (url, plain) = address(server, &request.path)?;
        let client = self.client(plain)?;
        let mut call = match request.method {
            Method::Get => client.get(url),
            Method::Post => client.post(url),
        };
        call = call.header(ACCEPT, "application/jose, application/json, application/problem+json");
        if let Some(etag) = &request.if_none_match {
            call = call.header(IF_NONE_MATCH, etag);
        }
        if let Some(proof) = &request.proof {
            call = call.header(AUTHORIZATION, format!("Proof {proof}"));
        }
        if let Some((content, body)) = request.body {
            call = call.header(CONTENT_TYPE, content.as_str()).body(body);
        }
        let mut answer = call.send().await.map_err(|error| failure(&error))?;
        let headers = answer.headers();
        let mut response = Response {
            status: answer.status().as_u16(),
            etag: text(headers, &ETAG).map(str::to_owned),
            retry_after: retry_after(headers),
            body: Vec::new(),
        };
        while let Some(piece) = answer.chunk().await.map_err(|error| failure(&error))? {
            if response.body.len() + piece.len() > LONGEST_ANSWER {
                return Err(TransportError::TooLong);
            }
            response.body.extend_from_slice(&piece);
        }
        Ok(response)
    }
}

impl Transport for HttpTransport {
    fn call<'a>(&'a self, server: &'a str, request: Request) -> Answer<'a> {
        Box::pin(self.send(server, request))
    }
}

/// The whole address, and whether it is plain HTTP to this machine.
fn address(server: &str, path: &str) -> Result<(Url, bool), TransportError> {
    let refused = |why: &str| TransportError::Address(why.to_owned());
    let url = Url::parse(server.trim())
        .map_err(|_| refused("write it like https://atalaya.example.com, as your administrator gave it"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it must not hold a user name or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("leave out everything from `?` or `#` on; the token goes apart"));
    }
    let plain = match url.scheme() {
        "https" => false,
        "http" if is_loopback(&url) => true,
        "http" => return Err(refused("plain http reaches this machine only; write https://")),
        _ => return Err(refused("it must begin with https://")),
    };
    let whole = format!("{}{path}", url.as_str().trim_end_matches('/'));
    let whole = Url::parse(&whole).map_err(|_| refused("it has no valid path"))?;
    Ok((whole, plain))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Seconds, or a date that is compared with the answer's own date, so that no clock of this device matters.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let asked = text(headers, &RETRY_AFTER)?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = |text: &str| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    let wait = moment(asked)?.duration_since(moment(text(headers, &DATE)?)?);
    Some(Duration::try_from(wait).unwrap_or_default())
}

fn failure(error: &reqwest::Error) -> TransportError {
    if let Some(why) = tls::refusal(error.source()) {
        TransportError::Identity(why)
    } else if error.is_timeout() {
        if error.is_connect() { TransportError::Unreachable } else { TransportError::Timeout }
    } else if error.is_connect() {
        TransportError::Unreachable
    } else {
        TransportError::Broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_leaves_this_machine() {
        for (server, expected) in [
            ("https://atalaya.example.com", "https://atalaya.example.com/v1/reports"),
            ("https://example.com:8443/atalaya/", "https://example.com:8443/atalaya/v1/reports"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/reports"),
            ("http://[::1]:8080", "http://[::1]:8080/v1/reports"),
            ("http://localhost", "http://localhost/v1/reports"),
        ] {
            let (url, plain) = address(server, "/v1/reports").unwrap();
            assert_eq!(url.as_str(), expected);
            assert_eq!(plain, server.starts_with("http:"));
        }
        for server in [
            "",
            "atalaya.example.com",
            "ftp://example.com",
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "https://user@example.com",
            "https://example.com/enrol#TOKEN",
            "https://example.com/?a=b",
        ] {
            assert!(matches!(address(server, "/v1/reports"), Err(TransportError::Address(_))), "{server}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let headers = |retry: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(DATE, "Tue, 24 Nov 2026 09:00:00 GMT".parse().unwrap());
            headers.insert(RETRY_AFTER, retry.parse().unwrap());
            headers
        };
        let seconds = |retry: &str| retry_after(&headers(retry)).map(|wait| wait.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("Tue, 24 Nov 2026 09:02:00 GMT"), Some(120));
        assert_eq!(seconds("Tue, 24 Nov 2026 08:00:00 GMT"), Some(0));
        assert_eq!(seconds("soon"), None);
    }
}
