//! The pages: who asks, the query, the drawing.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Form, FromRequestParts, Path, RawQuery, State, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{AppendHeaders, Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;

use super::{
    export::{self, Columns},
    fleet::look_at,
};
use crate::{
    access::{Act, PageRefusal, Peer, SignedIn, Visitor},
    fleet::{DeviceFilter, list, releases, summary},
    judging::{
        closing::{CannotClose, ClosingReason},
        quarantine,
    },
    mdm,
    pages::{self, Chrome, problem::Problem},
    releases::sources,
    server::Server,
    store::StoreError,
};

/// The pages of the fleet view, and what they are made with.
pub fn routes() -> Router<Arc<Server>> {
    Router::new()
        .route("/", get(overview))
        .route("/devices", get(devices))
        .route("/devices.csv", get(devices_csv))
        .route("/devices/enrol", get(enrol_help))
        .route("/devices/coverage", get(coverage))
        .route("/devices/{id}", get(device))
        .route("/devices/{id}/close", post(close))
        .route("/quarantines/{number}/end", post(end_quarantine))
        .route("/releases", get(all_releases))
        .route("/enrol", get(enrol))
        .route("/preferences", get(preferences))
        .route("/assets/{name}", get(asset))
}

/// Somebody who may look at the fleet, and what surrounds their pages.
struct Looking {
    viewer: SignedIn,
    chrome: Chrome,
}

impl FromRequestParts<Arc<Server>> for Looking {
    type Rejection = PageRefusal;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, PageRefusal> {
        let (viewer, now) = (SignedIn::from_request_parts(parts, server).await?, server.now());
        viewer.may(Act::SeeFleet, now)?;
        let chrome = viewer.chrome(now);
        Ok(Self { viewer, chrome })
    }
}

impl Looking {
    fn refused(&self, problem: Problem) -> PageRefusal {
        self.viewer.refused(problem, self.chrome.now)
    }

    fn failed(&self, error: &StoreError) -> PageRefusal {
        tracing::error!(%error, "a page could not be drawn");
        self.refused(Problem::Unavailable)
    }
}

async fn overview(State(server): State<Arc<Server>>, looking: Looking) -> Result<Html<String>, PageRefusal> {
    let (scope, now) = (looking.viewer.scope, looking.chrome.now);
    let told = server.store.read(move |connection| {
        Ok((summary::summary(connection, scope, None, now)?, releases::releases(connection, scope, now)?))
    });
    let (summary, lines) = told.await.map_err(|error| looking.failed(&error))?;
    Ok(pages::overview::render(&summary, &lines, &looking.chrome))
}

async fn devices(
    State(server): State<Arc<Server>>,
    looking: Looking,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, PageRefusal> {
    let filter = filter(&looking, query)?;
    let (scope, wanted) = (looking.viewer.scope, filter.clone());
    let found = server
        .store
        .read(move |connection| Ok((list::list(connection, scope, &wanted)?, list::groups(connection, scope)?)));
    let (page, groups) = found.await.map_err(|error| looking.failed(&error))?;
    Ok(pages::devices::render(&page, &filter, &groups, &looking.chrome))
}

async fn devices_csv(
    State(server): State<Arc<Server>>,
    looking: Looking,
    RawQuery(query): RawQuery,
) -> Result<Response, PageRefusal> {
    let filter = filter(&looking, query)?;
    let (scope, actor) = (looking.viewer.scope, looking.viewer.actor.clone());
    let columns = Columns::Page(Box::new(looking.chrome.clone()));
    export::devices(server, scope, actor, filter, columns).await.map_err(|error| looking.failed(&error))
}

fn filter(looking: &Looking, query: Option<String>) -> Result<DeviceFilter, PageRefusal> {
    DeviceFilter::from_query(&query.unwrap_or_default()).map_err(|_| looking.refused(Problem::Request))
}

async fn device(
    State(server): State<Arc<Server>>,
    looking: Looking,
    Path(id): Path<String>,
) -> Result<Html<String>, PageRefusal> {
    let id = id.parse().map_err(|_| looking.refused(Problem::NotFound))?;
    let (scope, actor, role) = (looking.viewer.scope, looking.viewer.actor.clone(), looking.viewer.role);
    let found = look_at(&server, scope, actor, role, id).await.map_err(|error| looking.failed(&error))?;
    let device = found.ok_or_else(|| looking.refused(Problem::NotFound))?;
    Ok(pages::device::render(&device, looking.viewer.role.may(Act::ChangeFleet), &looking.chrome))
}

/// The form that closes a device: `lost`, `retired`, or `replaced:` and the id of what took its place.
#[derive(Deserialize)]
struct ClosingForm {
    csrf: String,
    reason: String,
}

impl ClosingForm {
    fn reason(&self) -> Option<ClosingReason> {
        match self.reason.split_once(':') {
            Some((name, by)) => ClosingReason::named(name, Some(by.parse().ok()?)),
            None => ClosingReason::named(&self.reason, None),
        }
    }
}

async fn close(
    State(server): State<Arc<Server>>,
    looking: Looking,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Form<ClosingForm>, FormRejection>,
) -> Result<Redirect, PageRefusal> {
    let device = id.parse().map_err(|_| looking.refused(Problem::NotFound))?;
    let Form(form) = form.map_err(|_| looking.refused(Problem::Request))?;
    looking.viewer.may(Act::ChangeFleet, looking.chrome.now)?;
    looking.viewer.sent(&headers, &form.csrf, looking.chrome.now)?;
    let reason = form.reason().ok_or_else(|| looking.refused(Problem::Request))?;
    let (scope, actor) = (looking.viewer.scope, looking.viewer.actor.clone());
    let closed = server.close_device((scope, device), reason, actor).await.map_err(|error| looking.failed(&error))?;
    match closed {
        // Sent twice, or by two at once: the page shows how it is.
        Ok(_) | Err(CannotClose::Gone) => Ok(Redirect::to(&format!("/devices/{device}"))),
        Err(CannotClose::Unknown) => Err(looking.refused(Problem::NotFound)),
        Err(CannotClose::NotReplaced) => Err(looking.refused(Problem::Request)),
    }
}

async fn all_releases(State(server): State<Arc<Server>>, looking: Looking) -> Result<Html<String>, PageRefusal> {
    let (scope, now) = (looking.viewer.scope, looking.chrome.now);
    let told = server.store.read(move |connection| {
        let current = quarantine::current(connection, scope)?;
        Ok((releases::releases(connection, scope, now)?, sources(connection, scope, now)?, current))
    });
    let (lines, sources, current) = told.await.map_err(|error| looking.failed(&error))?;
    let may_end = looking.viewer.role.may(Act::ChangeFleet);
    Ok(pages::releases::render(&lines, &sources, (&current, may_end), &looking.chrome))
}

/// A form with a button alone.
#[derive(Deserialize)]
struct Button {
    csrf: String,
}

async fn end_quarantine(
    State(server): State<Arc<Server>>,
    looking: Looking,
    Path(number): Path<String>,
    headers: HeaderMap,
    form: Result<Form<Button>, FormRejection>,
) -> Result<Redirect, PageRefusal> {
    let number: u32 = number.parse().map_err(|_| looking.refused(Problem::NotFound))?;
    let Form(form) = form.map_err(|_| looking.refused(Problem::Request))?;
    looking.viewer.may(Act::ChangeFleet, looking.chrome.now)?;
    looking.viewer.sent(&headers, &form.csrf, looking.chrome.now)?;
    let (scope, actor, now) = (looking.viewer.scope, looking.viewer.actor.clone(), looking.chrome.now);
    let ended = server.store.write(move |connection| quarantine::end(connection, scope, number, &actor, now));
    // One that has ended already, by whatever: the page shows how it is.
    ended.await.map_err(|error| looking.failed(&error))?;
    Ok(Redirect::to("/releases"))
}

async fn coverage(State(server): State<Arc<Server>>, looking: Looking) -> Result<Html<String>, PageRefusal> {
    let scope = looking.viewer.scope;
    let coverage = server.store.read(move |connection| mdm::coverage(connection, scope)).await;
    Ok(pages::coverage::render(&coverage.map_err(|error| looking.failed(&error))?, &looking.chrome))
}

async fn enrol_help(looking: Looking) -> Html<String> {
    pages::enrol::help(&looking.chrome)
}

/// Where an enrolment link leads. The server's address is the one under which this page was asked for.
async fn enrol(State(server): State<Arc<Server>>, visitor: Visitor, at: Address) -> Html<String> {
    pages::enrol::landing(&at.0, &visitor.chrome(server.now()))
}

struct Address(String);

impl FromRequestParts<Arc<Server>> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Server>) -> Result<Self, Self::Rejection> {
        let scheme = if Peer::of(parts).https { "https" } else { "http" };
        let named = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = named.or_else(|| parts.uri.authority().map(axum::http::uri::Authority::as_str)).unwrap_or_default();
        Ok(Self(format!("{scheme}://{host}")))
    }
}

async fn preferences(RawQuery(query): RawQuery) -> Response {
    let (cookies, back) = pages::preferences::chosen(&query.unwrap_or_default());
    let cookies = cookies.into_iter().filter_map(|cookie| HeaderValue::try_from(cookie).ok());
    (AppendHeaders(cookies.map(|cookie| (header::SET_COOKIE, cookie))), Redirect::to(&back)).into_response()
}

async fn asset(Path(name): Path<String>) -> Response {
    pages::asset::serve(&name)
}
