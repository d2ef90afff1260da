//! A transport that hands requests to the server in this process: the whole HTTP surface without the sockets.

use std::time::Duration;

use agent_core::client::transport::{
    Answer, ContentType, LONGEST_ANSWER, Request, Response, Transport, TransportError,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{self, header},
};
use tower::ServiceExt;

/// The server in this process.
pub(super) struct Inside(Router);

impl Inside {
    /// Calls reach this router.
    pub(super) const fn new(router: Router) -> Self {
        Self(router)
    }
}

impl Transport for Inside {
    fn call<'a>(&'a self, _server: &'a str, request: Request) -> Answer<'a> {
        let router = self.0.clone();
        Box::pin(async move {
            let unusable = |error: http::Error| TransportError::Address(error.to_string());
            let answer =
                router.oneshot(as_http(request).map_err(unusable)?).await.unwrap_or_else(|never| match never {});
            let (head, body) = answer.into_parts();
            let body = to_bytes(body, LONGEST_ANSWER).await.map_err(|_| TransportError::TooLong)?.to_vec();
            let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
            Ok(Response {
                status: head.status.as_u16(),
                body,
                etag: text(header::ETAG).map(str::to_owned),
                retry_after: text(header::RETRY_AFTER)
                    .and_then(|seconds| seconds.parse().ok())
                    .map(Duration::from_secs),
            })
        })
    }
}

fn as_http(request: Request) -> http::Result<http::Request<Body>> {
    let mut built = http::Request::builder().method(request.method.as_str()).uri(request.path);
    if let Some(tag) = request.if_none_match {
        built = built.header(header::IF_NONE_MATCH, tag);
    }
    if let Some(proof) = request.proof {
        built = built.header(header::AUTHORIZATION, format!("Proof {proof}"));
    }
    match request.body {
        Some((content, body)) => {
            built.header(header::CONTENT_TYPE, ContentType::as_str(content)).body(Body::from(body))
        }
        None => built.body(Body::empty()),
    }
}
