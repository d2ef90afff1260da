//! Whether the process lives, whether it can serve, and its figures.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{FromRequestParts as _, Request, State},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};

use super::metrics;
use crate::{
    access::{ApiCaller, Peer},
    api::problem::ProblemCode,
    server::Server,
};

/// How long an empty commit may take before the server counts as not ready.
const PATIENCE: Duration = Duration::from_secs(5);

/// The three paths.
pub(super) fn routes() -> Router<Arc<Server>> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready)).route("/metrics", get(figures))
}

async fn alive() -> &'static str {
    "alive\n"
}

/// Ready is who can commit now: an empty commit goes all the way through the committer.
async fn ready(State(server): State<Arc<Server>>) -> Response {
    let commits = tokio::time::timeout(PATIENCE, server.store.write(|_| Ok(())));
    if server.is_ready() && matches!(commits.await, Ok(Ok(()))) {
        return "ready\n".into_response();
    }
    ProblemCode::NotReady.retry_after(5).into_response()
}

/// The figures are for this machine's own collector, or for whoever has an API token.
async fn figures(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if !Peer::of(&parts).address.is_loopback()
        && let Err(problem) = ApiCaller::from_request_parts(&mut parts, &server).await
    {
        return problem.into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics::render()).into_response()
}
