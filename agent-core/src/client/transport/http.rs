//! HTTPS by reqwest: rustls with ring, the platform's roots, and nothing that was not asked for.

use std::{
    error::Error as _,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{Client, ClientBuilder, Url};

use super::{
    Address, Answer, LONGEST_ANSWER, Method, Request, Response, Transport, TransportError, WHOLE,
    tls::{self, TlsOptions},
};

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);

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
        let address = Address::parse(server)?;
        let url = Url::parse(&address.with(&request.path))
            .map_err(|_| TransportError::Address("it has no valid host or path".to_owned()))?;
        let client = self.client(address.is_plain())?;
        let mut call = match request.method {
            Method::Get => client.get(url),
            Method::Post => client.post(url),
        };
        for (name, value) in request.headers() {
            call = call.header(name, value);
        }
        if let Some((_, body)) = request.body {
            call = call.body(body);
        }
        let mut answer = call.send().await.map_err(|error| failure(&error))?;
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + piece.len() > LONGEST_ANSWER {
                return Err(TransportError::TooLong);
            }
            body.extend_from_slice(&piece);
        }
        let headers = answer.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        Response::of(answer.status().as_u16(), &headers.collect::<Vec<_>>(), body)
    }
}

impl Transport for HttpTransport {
    fn call<'a>(&'a self, server: &'a str, request: Request) -> Answer<'a> {
        Box::pin(self.send(server, request))
    }
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
