//! `GET /v1/audit`: the log of administrative acts, for owners.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State, rejection::QueryRejection},
    routing::get,
};
use serde::{Deserialize, Serialize};

use super::problem::{Problem, ProblemCode};
use crate::{
    access::{Act, ApiCaller, audit},
    server::Server,
};

/// The call.
pub(super) fn routes() -> Router<Arc<Server>> {
    Router::new().route("/v1/audit", get(list))
}

/// How many entries an answer has at most, and unless told.
const MOST: u32 = 1000;
const USUAL: u32 = 100;

/// Which entries.
#[derive(Debug, Deserialize)]
struct Which {
    before: Option<i64>,
    limit: Option<u32>,
}

/// Entries, newest first, and where the chain stands.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AuditPage {
    entries: Vec<audit::Entry>,
    head: audit::Head,
}

async fn list(
    State(server): State<Arc<Server>>,
    caller: ApiCaller,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<AuditPage>, Problem> {
    caller.may(Act::ManageAccess)?;
    let Query(Which { before, limit }) =
        which.map_err(|_| ProblemCode::FilterInvalid.detail("`before` and `limit` are whole numbers"))?;
    let (scope, limit) = (caller.scope, limit.unwrap_or(USUAL).min(MOST));
    let read = server.store.read(move |conn| {
        Ok(AuditPage { entries: audit::entries(conn, scope, before, limit)?, head: audit::head(conn, scope)? })
    });
    Ok(Json(read.await?))
}
