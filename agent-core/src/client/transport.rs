//! The port through which a request leaves the device and its answer comes back. It knows nothing of what they mean.

mod address;
mod exchange;
#[cfg(feature = "network")]
mod http;
#[cfg(feature = "network")]
mod tls;

use std::{future::Future, pin::Pin, time::Duration};

pub use address::Address;
pub use exchange::WHOLE;
#[cfg(feature = "network")]
pub use http::HttpTransport;
#[cfg(feature = "network")]
pub use tls::TlsOptions;

/// What a request wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Tell.
    Post,
}

impl Method {
    /// The name in HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    /// `application/json`.
    Json,
    /// `application/jose`: an envelope.
    Jose,
}

impl ContentType {
    /// The name in HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Jose => "application/jose",
        }
    }
}

/// One request to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What it wants to do.
    pub method: Method,
    /// Where on the server, such as `/v1/reports`.
    pub path: String,
    /// What it carries.
    pub body: Option<(ContentType, Vec<u8>)>,
    /// The `ETag` of the copy that is already here.
    pub if_none_match: Option<String>,
    /// An envelope that proves who asks; goes as `Authorization: Proof …`.
    pub proof: Option<String>,
}

impl Request {
    /// A request that carries something.
    pub fn post(path: &str, content: ContentType, body: Vec<u8>) -> Self {
        Self {
            method: Method::Post,
            path: path.to_owned(),
            body: Some((content, body)),
            if_none_match: None,
            proof: None,
        }
    }
}

/// What came back, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The body, at most [`LONGEST_ANSWER`] long.
    pub body: Vec<u8>,
    /// The `ETag`.
    pub etag: Option<String>,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
}

/// The longest answer that is read: 1 MiB.
pub const LONGEST_ANSWER: usize = 1024 * 1024;

/// No answer came back. Whether the request arrived is unknown unless the variant says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The server's address cannot be used at all; nothing was sent.
    #[error("the server's address cannot be used: {0}")]
    Address(String),
    /// No connection; nothing was sent.
    #[error("the server cannot be reached; check the network and the address")]
    Unreachable,
    /// The server did not prove who it is; nothing was sent.
    #[error("the server did not prove who it is: {0}")]
    Identity(String),
    /// No answer in time.
    #[error("the server did not answer in time; it is tried again later")]
    Timeout,
    /// The answer is longer than any of this protocol.
    #[error("the answer is longer than {} KiB, so it is not one of an Atalaya server; check the address", LONGEST_ANSWER / 1024)]
    TooLong,
    /// The connection broke.
    #[error("the connection broke; it is tried again later")]
    Broken,
}

/// The answer to come.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// What carries requests. Dropping the future of a call gives the call up; whether it arrived is then unknown.
pub trait Transport: Send + Sync {
    /// Sends this request to the server at this address, such as `https://atalaya.example.com`.
    fn call<'a>(&'a self, server: &'a str, request: Request) -> Answer<'a>;
}
