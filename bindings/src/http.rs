//! The port through which requests leave the device over the system's own HTTP stack.

use std::sync::Arc;

use agent_core::client::{
    Transport, TransportError,
    transport::{Address, Answer, LONGEST_ANSWER, Request, Response, WHOLE},
};
use futures_channel::oneshot;

use crate::{shell_error::class_of, thread::begin_thread};

/// One header.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpHeader {
    /// Its name; case means nothing.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// One request. Redirects are not followed, nothing is cached, no cookie is kept or sent.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpRequest {
    /// The whole address: HTTPS, or plain HTTP to this machine.
    pub url: String,
    /// `GET` or `POST`.
    pub method: String,
    /// The headers; the shell adds its `User-Agent`.
    pub headers: Vec<HttpHeader>,
    /// What it carries.
    pub body: Option<Vec<u8>>,
    /// Until the whole answer must be here.
    pub timeout_seconds: u32,
    /// The longest answer that is read, in bytes; a longer one is [`HttpError::TooLong`].
    pub longest_answer: u64,
}

/// What came back, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<HttpHeader>,
    /// The body.
    pub body: Vec<u8>,
}

/// No answer came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum HttpError {
    /// No connection; nothing was sent.
    #[error("the server cannot be reached")]
    Unreachable,
    /// The server did not prove who it is; nothing was sent.
    #[error("the server did not prove who it is: {reason}")]
    Identity {
        /// Why not, in the system's words.
        reason: String,
    },
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The answer is longer than was asked for.
    #[error("the answer is too long")]
    TooLong,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// The shell's code broke: a fault of the app, met instead of an answer.
    #[error("the shell broke: {reason}")]
    Unexpected {
        /// The class of what was thrown.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for HttpError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Unexpected { reason: class_of(&error.reason) }
    }
}

impl From<HttpError> for TransportError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Unreachable => Self::Unreachable,
            HttpError::Identity { reason } => Self::Identity(reason),
            HttpError::Timeout => Self::Timeout,
            HttpError::TooLong => Self::TooLong,
            HttpError::Broken | HttpError::Unexpected { .. } => Self::Broken,
        }
    }
}

/// What carries requests.
#[uniffi::export(foreign)]
pub trait HttpTransport: Send + Sync {
    /// Sends this request and waits for its whole answer, on a thread that is there for it alone.
    fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError>;
}

/// A shell's transport as the core's port.
pub(crate) struct ShellTransport(pub(crate) Arc<dyn HttpTransport>);

impl Transport for ShellTransport {
    fn call<'a>(&'a self, server: &'a str, request: Request) -> Answer<'a> {
        Box::pin(async move {
            let request = outgoing(server, request)?;
            let (answered, answer) = oneshot::channel();
            let shell = Arc::clone(&self.0);
            // Whoever gives the call up is not kept waiting: the thread ends with the shell's call, its answer unread.
            let carry = move || drop(answered.send(shell.call(request)));
            begin_thread("atalaya-http", Box::new(carry)).ok_or(TransportError::Broken)?;
            let HttpResponse { status, headers, body } = answer.await.map_err(|_| TransportError::Broken)??;
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect();
            Response::of(status, &headers, body)
        })
    }
}

fn outgoing(server: &str, request: Request) -> Result<HttpRequest, TransportError> {
    let headers = request.headers().into_iter().map(|(name, value)| HttpHeader { name: name.to_owned(), value });
    Ok(HttpRequest {
        url: Address::parse(server)?.with(&request.path),
        method: request.method.as_str().to_owned(),
        headers: headers.collect(),
        body: request.body.map(|(_, body)| body),
        timeout_seconds: u32::try_from(WHOLE.as_secs()).unwrap_or(u32::MAX),
        longest_answer: LONGEST_ANSWER as u64,
    })
}
