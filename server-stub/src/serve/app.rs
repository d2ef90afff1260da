//! The routes, inside everything that surrounds every request.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
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

/// What surrounds every request.
struct Surround {
    server: Arc<Server>,
    trust: Trust,
    room: Semaphore,
}

/// Everything the server answers, with health and figures, limits, headers and the other end's address around it.
pub fn app(server: Arc<Server>, router: Router, options: &Options) -> Router {
    metrics::start();
    let surround = Surround {
        server: Arc::clone(&server),
        trust: Trust { proxies: options.behind_proxy.clone(), tls: options.tls.is_some() },
        room: Semaphore::new(AT_ONCE),
    };
    router
        .merge(health::routes().with_state(server))
        .fallback(nothing_here)
        .layer(DefaultBodyLimit::max(USUAL_BODY))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        // One layer for all the rest: every layer of its own costs each request a box and a copy of what is inside.
        .layer(from_fn_with_state(Arc::new(surround), around))
}

async fn nothing_here() -> StatusCode {
    StatusCode::NOT_FOUND
}

async fn around(State(surround): State<Arc<Surround>>, mut request: Request, next: Next) -> Response {
    let counted = metrics::Counted::of(&request);
    let (https, mut response) = match from_whom(&surround.trust, &request) {
        Ok(peer) => {
            request.extensions_mut().insert(peer);
            (peer.https, in_form(&surround, request, next).await)
        }
        Err(refusal) => (false, refusal.into_response()),
    };
    headers::add(&mut response, https);
    counted.answered(&response);
    response
}

/// The other end; refuses what came in the clear.
fn from_whom(trust: &Trust, request: &Request) -> Result<Peer, Problem> {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(from)| from.ip());
    let peer = from.map_or(Ok(Peer::default()), |from| trust.peer(from, request.headers()));
    peer.map_err(|untrusted| {
        ProblemCode::Forbidden.detail(match untrusted {
            Untrusted::PastTheProxy => {
                "plain HTTP is taken from the proxies of --behind-proxy alone; use the server's public address"
            }
            Untrusted::PlainHttp => {
                "the proxy must be reached by HTTPS and say so: X-Forwarded-Proto: https, with X-Forwarded-For"
            }
        })
    })
}

/// Refusals of the framework, which have a status and at most a line of text, become problems or pages.
async fn in_form(surround: &Surround, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let visitor = (!parts.uri.path().starts_with("/v1/")).then(|| Visitor::of(&parts));
    let request = Request::from_parts(parts, body);
    let response = in_time(surround, request, next).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !status.is_client_error() && !status.is_server_error() || !(kind.is_empty() || kind.starts_with("text/plain")) {
        return response;
    }
    let mut refusal = match visitor {
        None => problem(status).into_response(),
        Some(visitor) => {
            let chrome = Box::new(visitor.chrome(surround.server.clock.now()));
            PageRefusal::Page(page(status), chrome, None).into_response()
        }
    };
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        refusal.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    refusal
}

/// Answers when there is room and while there is time. Work that is already with the committer is finished even when
/// nobody waits for it any more.
async fn in_time(surround: &Surround, request: Request, next: Next) -> Response {
    let Ok(_place) = surround.room.try_acquire() else { return ProblemCode::NotReady.retry_after(5).into_response() };
    tokio::time::timeout(PATIENCE, next.run(request))
        .await
        .unwrap_or_else(|_| ProblemCode::RequestTimeout.into_response())
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
