//! From a request to somebody who may: [`SignedIn`] for pages, [`ApiCaller`] for JSON. Nothing else here makes a
//! [`Scope`] of a request.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use jiff::{Timestamp, tz::TimeZone};
use url::form_urlencoded;

use super::{
    actor::Actor,
    api_token, cookie, csrf,
    limits::Subject,
    peer::Peer,
    role::{Act, Role},
    session::{self, Proof, Session},
};
use crate::{
    api::problem::{Problem, ProblemCode},
    pages::{self, Chrome, Language, Theme, Viewer},
    scope::Scope,
    server::Server,
    store::StoreError,
};

/// The header that carries a session's token on calls that change something.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// What a page is drawn with before anybody is known: taken from the request alone.
#[derive(Debug, Clone)]
pub struct Visitor {
    language: Language,
    theme: Theme,
    path: String,
}

/// Somebody who is signed in, asking for a page. Whoever is not is sent to the sign-in page and back.
#[derive(Clone)]
pub struct SignedIn {
    /// The organisation.
    pub scope: Scope,
    /// The organisation's name.
    pub organisation: String,
    /// The organisation's zone.
    pub zone: TimeZone,
    /// The user's number.
    pub user: u32,
    /// The name to show.
    pub name: String,
    /// What they may.
    pub role: Role,
    /// Who does what they do.
    pub actor: Actor,
    /// The token that every form of this session carries.
    pub csrf: String,
    pub(super) proof: Proof,
    pub(super) session_hash: [u8; 32],
    visitor: Visitor,
}

/// A script with an API token, or a page of a session, asking for JSON. Whoever is neither gets a problem document.
#[derive(Debug, Clone)]
pub struct ApiCaller {
    /// The organisation.
    pub scope: Scope,
    /// What they may.
    pub role: Role,
    /// Who does what they do.
    pub actor: Actor,
}

/// Why no page is shown.
pub enum PageRefusal {
    /// Nobody is signed in: to the sign-in page, and back here afterwards.
    SignIn(String),
    /// A page that says what is wrong.
    Page(pages::problem::Problem, Box<Chrome>, Option<u32>),
}

impl Visitor {
    /// What this request says of its reader.
    pub fn of(parts: &Parts) -> Self {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (language, theme) = pages::preferences::of_request(text(header::COOKIE), text(header::ACCEPT_LANGUAGE));
        let path = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        Self { language, theme, path }
    }

    /// What surrounds a page for nobody in particular.
    pub fn chrome(&self, now: Timestamp) -> Chrome {
        Chrome {
            language: self.language,
            theme: self.theme,
            organisation: String::new(),
            viewer: None,
            path: self.path.clone(),
            now,
            zone: TimeZone::UTC,
        }
    }
}

impl SignedIn {
    /// What surrounds a page for this viewer.
    pub fn chrome(&self, now: Timestamp) -> Chrome {
        Chrome {
            organisation: self.organisation.clone(),
            viewer: Some(Viewer { name: self.name.clone(), role: self.role.to_string(), csrf: self.csrf.clone() }),
            zone: self.zone.clone(),
            ..self.visitor.chrome(now)
        }
    }

    /// Goes on when the role may do this; otherwise the page that says it may not.
    pub fn may(&self, act: Act, now: Timestamp) -> Result<(), PageRefusal> {
        if self.role.may(act) { Ok(()) } else { Err(self.refused(pages::problem::Problem::Forbidden, now)) }
    }

    /// Goes on when a form carries this session's token; otherwise the page that says it may not.
    pub fn sent(&self, headers: &HeaderMap, presented: &str, now: Timestamp) -> Result<(), PageRefusal> {
        if csrf::comes_from_elsewhere(headers) || !csrf::fits(&self.csrf, presented) {
            return Err(self.refused(pages::problem::Problem::Forbidden, now));
        }
        Ok(())
    }

    /// A page that says what is wrong, in this viewer's words.
    pub fn refused(&self, problem: pages::problem::Problem, now: Timestamp) -> PageRefusal {
        PageRefusal::Page(problem, Box::new(self.chrome(now)), None)
    }
}

impl ApiCaller {
    /// Goes on when the role may do this.
    pub fn may(&self, act: Act) -> Result<(), ProblemCode> {
        if self.role.may(act) { Ok(()) } else { Err(ProblemCode::Forbidden) }
    }
}

impl FromRequestParts<Arc<Server>> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Server>) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

impl FromRequestParts<Arc<Server>> for SignedIn {
    type Rejection = PageRefusal;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, PageRefusal> {
        let visitor = Visitor::of(parts);
        let refused = |problem, wait| PageRefusal::Page(problem, Box::new(visitor.chrome(server.clock.now())), wait);
        let found = session_of(&parts.headers, Peer::of(parts), server).await.map_err(|error| {
            tracing::error!(%error, "a session could not be looked up");
            refused(pages::problem::Problem::Unavailable, None)
        })?;
        let Some(session) = found else {
            let back = if parts.method == Method::GET { visitor.path } else { "/".to_owned() };
            return Err(PageRefusal::SignIn(back));
        };
        let actor = Actor::User { org: session.scope.org(), user: session.user };
        count(server, session.scope, &actor)
            .map_err(|problem| refused(pages::problem::Problem::TooMany, problem.retry_after))?;
        Ok(Self {
            scope: session.scope,
            organisation: session.organisation,
            zone: TimeZone::get(&session.zone).unwrap_or(TimeZone::UTC),
            user: session.user,
            name: session.name,
            role: session.role,
            actor,
            csrf: session.csrf,
            proof: session.proof,
            session_hash: session.hash,
            visitor,
        })
    }
}

impl FromRequestParts<Arc<Server>> for ApiCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, Problem> {
        let caller = match parts.headers.get(header::AUTHORIZATION) {
            Some(value) => by_token(value.to_str().unwrap_or_default(), server).await?,
            None => by_session(parts, server).await?,
        };
        let Some(caller) = caller else {
            server.limits.count(Subject::Stranger(Peer::of(parts).address))?;
            return Err(ProblemCode::Unauthorised.into());
        };
        count(server, caller.scope, &caller.actor)?;
        Ok(caller)
    }
}

async fn by_token(header: &str, server: &Arc<Server>) -> Result<Option<ApiCaller>, Problem> {
    let Some((scheme, token)) = header.split_once(' ') else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let token = token.trim().to_owned();
    let found = server.store.read(move |conn| Ok(api_token::find(conn, &token)?)).await?;
    Ok(found.map(|(scope, token)| ApiCaller { scope, role: token.role, actor: Actor::ApiToken { name: token.name } }))
}

async fn by_session(parts: &Parts, server: &Arc<Server>) -> Result<Option<ApiCaller>, Problem> {
    let Some(session) = session_of(&parts.headers, Peer::of(parts), server).await? else {
        return Ok(None);
    };
    if !parts.method.is_safe() {
        let presented = parts.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if csrf::comes_from_elsewhere(&parts.headers) || !csrf::fits(&session.csrf, presented) {
            let detail = format!("a call with a session's cookie that changes something carries {CSRF_HEADER}");
            return Err(ProblemCode::Forbidden.detail(detail));
        }
    }
    let actor = Actor::User { org: session.scope.org(), user: session.user };
    Ok(Some(ApiCaller { scope: session.scope, role: session.role, actor }))
}

/// The session of the request's cookie, while it lasts.
pub(super) async fn session_of(
    headers: &HeaderMap,
    peer: Peer,
    server: &Server,
) -> Result<Option<Session>, StoreError> {
    let Some(presented) = cookie::SESSION.read(headers, peer.https) else { return Ok(None) };
    let (presented, now) = (presented.to_owned(), server.clock.now());
    server.store.read(move |conn| Ok(session::find(conn, now, &presented)?)).await
}

fn count(server: &Arc<Server>, scope: Scope, actor: &Actor) -> Result<(), Problem> {
    server.limits.count(Subject::Caller(&format!("{}:{actor}", scope.org())))
}

impl IntoResponse for PageRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(back) => Redirect::to(&sign_in_path(&back)).into_response(),
            Self::Page(problem, chrome, retry_after) => {
                let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let wait = retry_after.map(|seconds| [(header::RETRY_AFTER, seconds.to_string())]);
                (status, wait, pages::problem::render(problem, &chrome)).into_response()
            }
        }
    }
}

/// The sign-in page that comes back to this path afterwards.
fn sign_in_path(back: &str) -> String {
    if back == "/" {
        return "/sign-in".to_owned();
    }
    format!("/sign-in?{}", form_urlencoded::Serializer::new(String::new()).append_pair("back", back).finish())
}
