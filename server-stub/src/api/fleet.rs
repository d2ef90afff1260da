//! The fleet for scripts: the same questions, filters and values as the pages, as JSON and CSV.

use std::sync::Arc;

use agent_core::wire::id::DeviceId;
use axum::{
    Router,
    extract::{Path, RawQuery, State},
    response::{Json, Response},
    routing::get,
};
use jiff::Timestamp;
use url::form_urlencoded;

use super::{
    export::{self, Columns},
    problem::{self, Problem, ProblemCode},
};
use crate::{
    access::{Act, Actor, ApiCaller, Role, access_log},
    fleet::{
        Device, DeviceFilter, DevicePage, FilterError, ReleaseLineView, Summary, device,
        filter::moment,
        list::{exists, list},
        releases, summary,
        timeline::{self, PastState},
    },
    judging::quarantine::{self, QuarantineView},
    releases::{SourceView, sources},
    scope::Scope,
    server::Server,
    store::StoreError,
};

/// The calls of scripts.
pub fn routes() -> Router<Arc<Server>> {
    Router::new()
        .route("/v1/fleet/summary", get(fleet_summary))
        .route("/v1/devices", get(devices))
        .route("/v1/devices.csv", get(devices_csv))
        .route("/v1/devices/{id}", get(one_device))
        .route("/v1/devices/{id}/timeline", get(device_timeline))
        .route("/v1/releases", get(all_releases))
        .route("/v1/releases/sources", get(release_sources))
        .route("/v1/quarantines", get(quarantines))
}

/// The fleet, or one group of it, in one look.
#[utoipa::path(get, path = "/v1/fleet/summary", tag = "fleet", security(("token" = [])),
    params(("group" = Option<String>, Query, description = "One group only.")),
    responses((status = 200, body = Summary), (status = "4XX", body = problem::ProblemDocument, content_type = "application/problem+json")))]
pub(super) async fn fleet_summary(
    State(server): State<Arc<Server>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
) -> Result<Json<Summary>, Problem> {
    caller.may(Act::SeeFleet)?;
    let group = only_field(query.as_deref(), "group")?;
    let (scope, now) = (caller.scope, server.now());
    let told = server.store.read(move |connection| summary::summary(connection, scope, group.as_deref(), now)).await?;
    Ok(Json(told))
}

/// The devices that a filter finds, page by page: `next` is the `after` of the next page.
#[utoipa::path(get, path = "/v1/devices", tag = "fleet", security(("token" = [])), params(DeviceFilter),
    responses((status = 200, body = DevicePage), (status = "4XX", body = problem::ProblemDocument, content_type = "application/problem+json")))]
pub(super) async fn devices(
    State(server): State<Arc<Server>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
) -> Result<Json<DevicePage>, Problem> {
    caller.may(Act::SeeFleet)?;
    let filter = DeviceFilter::from_query(&query.unwrap_or_default())?;
    let scope = caller.scope;
    Ok(Json(server.store.read(move |connection| list(connection, scope, &filter)).await?))
}

/// Every device that a filter finds, as CSV. Words are those of the API; a cell that a spreadsheet could take for a
/// formula begins with an apostrophe.
#[utoipa::path(get, path = "/v1/devices.csv", tag = "fleet", security(("token" = [])), params(DeviceFilter),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = problem::ProblemDocument, content_type = "application/problem+json")))]
pub(super) async fn devices_csv(
    State(server): State<Arc<Server>>,
    caller: ApiCaller,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    caller.may(Act::SeeFleet)?;
    let filter = DeviceFilter::from_query(&query.unwrap_or_default())?;
    Ok(export::devices(server, caller.scope, caller.actor, filter, Columns::Api).await?)
}

/// One device, with its checks, its history of 90 days and its newest report. The view is logged, and the person can
/// see that it was.
#[utoipa::path(get, path = "/v1/devices/{id}", tag = "fleet", security(("token" = [])),
    params(("id" = String, Path, description = "The device's id, 26 characters.")),
    responses((status = 200, body = Device), (status = "4XX", body = problem::ProblemDocument, content_type = "application/problem+json")))]
pub(super) async fn one_device(
    State(server): State<Arc<Server>>,
    caller: ApiCaller,
    Path(id): Path<String>,
) -> Result<Json<Device>, Problem> {
    caller.may(Act::SeeFleet)?;
    let id = device_id(&id)?;
    let found = look_at(&server, caller.scope, caller.actor, caller.role, id).await?;
    found.map(Json).ok_or_else(no_device)
}

/// What was so about a device at a moment in the past, now unless told. The view is logged.
#[utoipa::path(get, path = "/v1/devices/{id}/timeline", tag = "fleet", security(("token" = [])),
    params(("id" = String, Path, description = "The device's id, 26 characters."),
           ("at" = Option<String>, Query, description = "The moment, RFC 3339; now unless told.")),
    responses((status = 200, body = PastState), (status = "4XX", body = problem::ProblemDocument, content_type = "application/problem+json")))]
pub(super) async fn device_timeline(
    State(server): State<Arc<Server>>,
    caller: ApiCaller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<PastState>, Problem> {
    caller.may(Act::SeeFleet)?;
    let id = device_id(&id)?;
    let at = only_field(query.as_deref(), "at")?.map(|at| moment("at", &at)).transpose()?.unwrap_or(server.now());
    let scope = caller.scope;
    if !log_view(&server, scope, caller.actor, caller.role, id).await? {
        return Err(no_device());
    }
    let past = server.store.read(move |connection| timeline::at(connection, scope, id, at)).await?;
    past.map(Json).ok_or_else(no_device)
}

/// What the catalogue knows of releases, and how far the fleet has come.
#[utoipa::path(get, path = "/v1/releases", tag = "fleet", security(("token" = [])),
    responses((status = 200, body = Vec<ReleaseLineView>), (status = "4XX", body = problem::ProblemDocument, content_type = "application/problem+json")))]
pub(super) async fn all_releases(
    State(server): State<Arc<Server>>,
    caller: ApiCaller,
) -> Result<Json<Vec<ReleaseLineView>>, Problem> {
    caller.may(Act::SeeFleet)?;
    let (scope, now) = (caller.scope, server.now());
    Ok(Json(server.store.read(move |connection| releases::releases(connection, scope, now)).await?))
}

/// Every source of what is known of releases: when it was asked and answered, why it did not, what it speaks for.
#[utoipa::path(get, path = "/v1/releases/sources", tag = "fleet", security(("token" = [])),
    responses((status = 200, body = Vec<SourceView>), (status = "4XX", body = problem::ProblemDocument, content_type = "application/problem+json")))]
pub(super) async fn release_sources(
    State(server): State<Arc<Server>>,
    caller: ApiCaller,
) -> Result<Json<Vec<SourceView>>, Problem> {
    caller.may(Act::SeeFleet)?;
    let (scope, now) = (caller.scope, server.now());
    Ok(Json(server.store.read(move |connection| sources(connection, scope, now)).await?))
}

/// Heuristics that only advise on one build of a system, and those that did: since when, from what, and what ended them.
#[utoipa::path(get, path = "/v1/quarantines", tag = "fleet", security(("token" = [])),
    responses((status = 200, body = Vec<QuarantineView>), (status = "4XX", body = problem::ProblemDocument, content_type = "application/problem+json")))]
pub(super) async fn quarantines(
    State(server): State<Arc<Server>>,
    caller: ApiCaller,
) -> Result<Json<Vec<QuarantineView>>, Problem> {
    caller.may(Act::SeeFleet)?;
    let scope = caller.scope;
    Ok(Json(server.store.read(move |connection| quarantine::all(connection, scope)).await?))
}

impl From<FilterError> for Problem {
    fn from(error: FilterError) -> Self {
        ProblemCode::FilterInvalid.detail(error.to_string())
    }
}

/// One device for somebody who looks: the view is in the log before anything is shown.
pub(super) async fn look_at(
    server: &Server,
    scope: Scope,
    actor: Actor,
    role: Role,
    id: DeviceId,
) -> Result<Option<Device>, StoreError> {
    if !log_view(server, scope, actor, role, id).await? {
        return Ok(None);
    }
    let now = server.now();
    server.store.read(move |connection| device::device(connection, scope, id, now)).await
}

/// Writes that somebody looks at a device; false when the organisation has no such device.
async fn log_view(server: &Server, scope: Scope, actor: Actor, role: Role, id: DeviceId) -> Result<bool, StoreError> {
    let now: Timestamp = server.now();
    let seen = server.store.write(move |connection| {
        let exists = exists(connection, scope, id)?;
        if exists {
            access_log::record(connection, scope, now, id, &actor, role)?;
        }
        Ok(exists)
    });
    seen.await
}

fn device_id(text: &str) -> Result<DeviceId, Problem> {
    text.parse().map_err(|_| no_device())
}

fn no_device() -> Problem {
    ProblemCode::NotFound.detail("this organisation has no such device; `GET /v1/devices` lists them")
}

/// The value of the only parameter that a call takes.
fn only_field(query: Option<&str>, name: &str) -> Result<Option<String>, FilterError> {
    let mut found = None;
    for (given, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if given != name {
            return Err(FilterError::new(&given, format!("is no parameter of this call; there is `{name}`")));
        }
        found = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
    }
    Ok(found)
}
