//! The way out: one question to one source over HTTPS, within limits of size and time.

use std::{
    error::Error as _,
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use jiff::Timestamp;
use reqwest::{Client, StatusCode, header, redirect};
use url::{Host, Url};

use super::fault::Fault;

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);
/// How many redirects of the same host are followed.
const REDIRECTS: usize = 3;
/// A source's `Retry-After` is believed up to this.
const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// Where copies of every source's answers lie, instead of the sources themselves.
#[derive(Debug, Clone)]
pub struct Mirror(Url);

/// The address is no mirror's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a folder's address such as https://mirror.example.com/feeds; plain http reaches this machine only")]
pub struct MirrorError;

impl std::str::FromStr for Mirror {
    type Err = MirrorError;

    fn from_str(text: &str) -> Result<Self, MirrorError> {
        let mut url = Url::parse(text).map_err(|_| MirrorError)?;
        let named = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !named || !may_call(&url) {
            return Err(MirrorError);
        }
        // A folder, so that joining keeps its last part.
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self(url))
    }
}

impl Mirror {
    /// The address of a file below it.
    pub(super) fn of(&self, file: &str) -> String {
        format!("{}{file}", self.0)
    }
}

/// Bounds that replace the sources' own, for tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// The longest answer in bytes.
    pub longest: Option<usize>,
    /// How long an answer may take in all.
    pub patience: Option<Duration>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// An answer, with what to name it by next time.
    New { bytes: Vec<u8>, validators: Validators },
    /// What is already here still holds.
    Unchanged,
}

/// By what an answer that is already here is named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Validators {
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

/// No answer that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub(crate) struct FetchError {
    pub(crate) what: String,
    /// How long the source asks to be left alone.
    pub(crate) retry_after: Option<Duration>,
    /// Whether nothing of the source answered at all.
    pub(crate) silent: bool,
    /// Of which kind it is.
    pub(crate) fault: Fault,
}

impl FetchError {
    pub(crate) fn new(fault: Fault, what: impl Into<String>) -> Self {
        Self { what: what.into(), retry_after: None, silent: false, fault }
    }
}

/// Asks sources. Plain HTTP goes to this machine only.
#[derive(Debug, Default)]
pub struct Fetcher {
    /// Where answers are taken from instead of the sources themselves.
    pub mirror: Option<Mirror>,
    /// Bounds that replace the sources' own.
    pub limits: Limits,
    secure: OnceLock<Result<Client, String>>,
    plain: OnceLock<Result<Client, String>>,
}

impl Fetcher {
    /// Asks this mirror, or the sources themselves.
    pub fn new(mirror: Option<Mirror>) -> Self {
        Self { mirror, ..Self::default() }
    }

    /// Where something is asked for: at its own address, or at its place in the mirror.
    pub(crate) fn place(&self, url: &str, mirrored: &str) -> String {
        self.mirror.as_ref().map_or_else(|| url.to_owned(), |mirror| mirror.of(mirrored))
    }

    pub(crate) async fn get(
        &self,
        url: &str,
        known: &Validators,
        (longest, patience): (usize, Duration),
        now: Timestamp,
    ) -> Result<Answer, FetchError> {
        let parsed = Url::parse(url).ok().filter(may_call);
        let parsed =
            parsed.ok_or_else(|| FetchError::new(Fault::Refused, format!("{url} is no address that may be asked")))?;
        let longest = self.limits.longest.unwrap_or(longest);
        let patience = self.limits.patience.unwrap_or(patience);
        let mut call = self.client(parsed.scheme() == "http")?.get(parsed).timeout(patience);
        if let Some(etag) = &known.etag {
            call = call.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(day) = &known.last_modified {
            call = call.header(header::IF_MODIFIED_SINCE, day);
        }
        let mut answer = call.send().await.map_err(|error| failure(&error, patience))?;
        let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        match answer.status() {
            // Nothing was named that could be unchanged.
            StatusCode::NOT_MODIFIED if *known == Validators::default() => {
                let what =
                    "the source says that nothing changed, but it was asked for all that it has; check the proxy";
                return Err(FetchError::new(Fault::Shape, what));
            }
            StatusCode::NOT_MODIFIED => return Ok(Answer::Unchanged),
            status if status.is_success() => {}
            status => {
                let asked =
                    text(header::RETRY_AFTER).and_then(|asked| retry_after(&asked, text(header::DATE).as_deref(), now));
                return Err(FetchError {
                    retry_after: asked,
                    ..FetchError::new(refused(status), refusal(status, asked))
                });
            }
        }
        let validators = Validators { etag: text(header::ETAG), last_modified: text(header::LAST_MODIFIED) };
        let too_long = || {
            let what = format!("the answer is longer than {} KiB, so it is not this source's", longest / 1024);
            FetchError::new(Fault::TooLong, what)
        };
        if answer.content_length().is_some_and(|length| length > longest as u64) {
            return Err(too_long());
        }
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| failure(&error, patience))? {
            if bytes.len() + piece.len() > longest {
                return Err(too_long());
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(Answer::New { bytes, validators })
    }

    fn client(&self, plain: bool) -> Result<&Client, FetchError> {
        let kept = if plain { &self.plain } else { &self.secure };
        kept.get_or_init(|| client(plain)).as_ref().map_err(|error| FetchError::new(Fault::Identity, error.clone()))
    }
}

fn client(plain: bool) -> Result<Client, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("no secure connection can be made on this system ({error})"))?;
    let mut tls = if plain {
        builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
    } else {
        let verifier = rustls_platform_verifier::Verifier::new(provider).map_err(|_| {
            "this system trusts no certificate authority; install its root certificates, such as the package ca-certificates"
        })?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
    };
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("atalaya/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::custom(follow))
        .connect_timeout(CONNECT)
        .referer(false);
    // A proxy would carry what is meant for this machine away from it.
    let client = if plain { client.no_proxy() } else { client.https_only(true) };
    client.build().map_err(|error| error.to_string())
}

/// The same place, and not for ever.
fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let same = attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
    if same && attempt.previous().len() <= REDIRECTS { attempt.follow() } else { attempt.error(Elsewhere) }
}

#[derive(Debug, thiserror::Error)]
#[error("the source sends elsewhere")]
struct Elsewhere;

/// HTTPS anywhere, or plain HTTP to this machine.
fn may_call(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost",
        ("http", Some(Host::Ipv4(address))) => IpAddr::from(address).is_loopback(),
        ("http", Some(Host::Ipv6(address))) => IpAddr::from(address).is_loopback(),
        _ => false,
    }
}

fn refused(status: StatusCode) -> Fault {
    match status.as_u16() {
        404 | 410 => Fault::Missing,
        401 | 403 | 407 => Fault::Refused,
        429 => Fault::TooOften,
        _ => Fault::Failing,
    }
}

fn refusal(status: StatusCode, asked: Option<Duration>) -> String {
    let wait = asked.map_or_else(String::new, |asked| format!("; it asks for {} s of rest", asked.as_secs()));
    match status.as_u16() {
        404 | 410 => format!("the source has nothing there ({status}); its address may have changed"),
        401 | 403 | 407 => {
            format!("the source refuses this machine ({status}); check the proxy, or use --mirror{wait}")
        }
        429 => format!("the source was asked too often ({status}){wait}"),
        _ => format!("the source answered {status}; it is asked again later{wait}"),
    }
}

fn failure(error: &reqwest::Error, patience: Duration) -> FetchError {
    if error.is_redirect() {
        let what = "the source sends elsewhere, to another host or for ever; that is not followed";
        return FetchError::new(Fault::Elsewhere, what);
    }
    let (fault, what) = if let Some(why) = identity(error) {
        let remedy = "where its authority is none of this system's, install its root or use --mirror";
        (Fault::Identity, format!("the source did not prove who it is ({why}); {remedy}"))
    } else if error.is_connect() {
        let what = "the source cannot be reached; check the network and the proxy, or use --mirror";
        (Fault::Unreachable, what.to_owned())
    } else if error.is_timeout() {
        (Fault::Slow, format!("the source did not answer whole within {} s", patience.as_secs_f32()))
    } else {
        (Fault::Broken, "the connection broke before the answer was whole".to_owned())
    };
    FetchError { silent: true, ..FetchError::new(fault, what) }
}

/// Why a handshake was given up, when it was.
fn identity(error: &reqwest::Error) -> Option<String> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(error.to_string());
        }
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = wrapped.map(|wrapped| wrapped as &(dyn std::error::Error + 'static)).or_else(|| error.source());
    }
    None
}

/// Seconds, or a date that is compared with the answer's own, where it has none with this machine's.
fn retry_after(asked: &str, date: Option<&str>, now: Timestamp) -> Option<Duration> {
    let moment = |text: &str| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok();
    let wait = if let Ok(seconds) = asked.trim().parse() {
        Duration::from_secs(seconds)
    } else {
        let answered = date.and_then(moment).unwrap_or(now);
        Duration::try_from(moment(asked)?.duration_since(answered)).unwrap_or_default()
    };
    Some(wait.min(LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_is_a_folder_that_is_reached_securely() {
        let of = |text: &str| text.parse::<Mirror>().map(|mirror| mirror.of("sofa/v2.json"));
        assert_eq!(of("https://m.example.com/feeds").as_deref(), Ok("https://m.example.com/feeds/sofa/v2.json"));
        assert_eq!(of("http://127.0.0.1:9/").as_deref(), Ok("http://127.0.0.1:9/sofa/v2.json"));
        for refused in [
            "http://m.example.com",
            "ftp://m.example.com",
            "https://m.example.com/?a=b",
            "https://u@m.example.com",
            "mirror",
        ] {
            assert_eq!(of(refused), Err(MirrorError), "{refused}");
        }
    }

    #[test]
    fn a_wait_is_seconds_or_a_date_and_never_longer_than_a_day() {
        let now = "2026-11-24T09:01:00Z".parse().unwrap();
        let after = |asked: &str, date: Option<&str>| retry_after(asked, date, now).map(|wait| wait.as_secs());
        let wait = |asked: &str| after(asked, Some("Tue, 24 Nov 2026 09:00:00 GMT"));
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait("Tue, 24 Nov 2026 09:02:00 GMT"), Some(120));
        assert_eq!(wait("99999999"), Some(86_400));
        assert_eq!(wait("soon"), None);
        assert_eq!(after("Tue, 24 Nov 2026 09:02:00 GMT", None), Some(60), "an answer without a date");
    }
}
