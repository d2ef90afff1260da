//! The routes, inside everything that surrounds every request.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts as _, Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tokio::sync::Semaphore;
use tower_http::limit::RequestBodyLimitLayer;

use super::{
    Options, headers, health, metrics,
    proxy::{Trust, Untrusted},
};
use crate::{
    access::{PageRefusal, Peer, Visitor},
    api::problem::{Problem, ProblemCode},
    pages,
    server::Server,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest body of a call that says nothing else, and of any.
const USUAL_BODY: usize = 64 * 1024;
const LARGEST_BODY: usize = 1024 * 1024;
/// How many requests are worked on at once; more are told to come back.
const AT_ONCE: usize = 2048;

/// Everything the server answers, with health and figures, limits, headers and the other end's address around it.
pub fn app(server: Arc<Server>, router: Router, options: &Options) -> Router {
    metrics::start();
    let trust = Arc::new(Trust { proxies: options.behind_proxy.clone(), tls: options.tls.is_some() });
    let room = Arc::new(Semaphore::new(AT_ONCE));
    router
        .merge(health::routes().with_state(Arc::clone(&server)))
        .fallback(nothing_here)
        // From the inside out.
        .layer(DefaultBodyLimit::max(USUAL_BODY))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(from_fn(in_time))
        .layer(from_fn_with_state(room, with_room))
        .layer(from_fn_with_state(server, refuse_in_form))
        .layer(from_fn(metrics::count))
        .layer(from_fn(headers::add))
        .layer(from_fn_with_state(trust, from_whom))
}

async fn nothing_here() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// Puts the other end into the request, or refuses what came in the clear.
async fn from_whom(State(trust): State<Arc<Trust>>, mut request: Request, next: Next) -> Response {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(from)| from.ip());
    let peer = from.map_or(Ok(Peer::default()), |from| trust.peer(from, request.headers()));
    let detail = match peer {
        Ok(peer) => {
            request.extensions_mut().insert(peer);
            return next.run(request).await;
        }
        Err(Untrusted::PastTheProxy) => {
            "plain HTTP is taken from the proxies of --behind-proxy alone; use the server's public address"
        }
        Err(Untrusted::PlainHttp) => {
            "the proxy must be reached by HTTPS and say so: X-Forwarded-Proto: https, with X-Forwarded-For"
        }
    };
    ProblemCode::Forbidden.detail(detail).into_response()
}

async fn with_room(State(room): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_place) = room.try_acquire() else { return ProblemCode::NotReady.retry_after(5).into_response() };
    next.run(request).await
}

/// Work that is already with the committer is finished even when nobody waits for it any more.
async fn in_time(request: Request, next: Next) -> Response {
    tokio::time::timeout(PATIENCE, next.run(request))
        .await
        .unwrap_or_else(|_| ProblemCode::RequestTimeout.into_response())
}

/// Refusals of the framework, which have a status and at most a line of text, become problems or pages.
async fn refuse_in_form(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let for_script = request.uri().path().starts_with("/v1/");
    let (mut parts, body) = request.into_parts();
    let Ok(visitor) = Visitor::from_request_parts(&mut parts, &server).await;
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !status.is_client_error() && !status.is_server_error() || !(kind.is_empty() || kind.starts_with("text/plain")) {
        return response;
    }
    let mut refusal = if for_script {
        problem(status).into_response()
    } else {
        PageRefusal::Page(page(status), Box::new(visitor.chrome(server.clock.now())), None).into_response()
    };
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        refusal.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    refusal
}

fn problem(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => ProblemCode::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ProblemCode::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => ProblemCode::RequestTimeout,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemCode::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemCode::UnsupportedMediaType,
        other if other.is_client_error() => ProblemCode::MalformedRequest,
        _ => ProblemCode::Internal,
    }
    .into()
}

fn page(status: StatusCode) -> pages::problem::Problem {
    match status {
        StatusCode::NOT_FOUND => pages::problem::Problem::NotFound,
        other if other.is_client_error() => pages::problem::Problem::Request,
        _ => pages::problem::Problem::Unavailable,
    }
}
