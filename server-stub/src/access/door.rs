//! The door: requests of people who are not signed in yet.
//!
//! Forms before sign-in have no session to hang a token on, so they carry half of a double-submit token whose other
//! half is a cookie of this browser.

use std::sync::Arc;

use axum::{
    Form,
    extract::{FromRequestParts, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use url::form_urlencoded;

use super::{
    actor::Actor,
    audit,
    cookie::{FORM, SESSION},
    csrf,
    extract::{PageRefusal, Visitor},
    limits::Subject,
    peer::Peer,
    secret::{self, NoRandomness, Secret},
    session::{self, Proof},
};
use crate::{
    api::problem::Problem as Refused,
    pages::{self, problem::Problem},
    scope::Scope,
    server::Server,
    store::StoreError,
};

/// How long a form may lie open, in seconds.
const FORM_LIFETIME: i64 = 3600;

/// A request of somebody who is not signed in yet.
pub(super) struct Door {
    pub(super) server: Arc<Server>,
    pub(super) visitor: Visitor,
    pub(super) peer: Peer,
    pub(super) headers: HeaderMap,
    query: String,
    pub(super) now: Timestamp,
}

impl FromRequestParts<Arc<Server>> for Door {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, Self::Rejection> {
        Ok(Self {
            server: Arc::clone(server),
            visitor: Visitor::of(parts),
            peer: Peer::of(parts),
            headers: parts.headers.clone(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            now: server.clock.now(),
        })
    }
}

impl Door {
    /// A parameter of the query; empty when there is none.
    pub(super) fn field(&self, name: &str) -> String {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    pub(super) fn read<T>(&self, form: Result<Form<T>, FormRejection>) -> Result<T, PageRefusal> {
        form.map(|Form(form)| form).map_err(|_| self.refused(Problem::Request))
    }

    /// The token of a form before sign-in, and the cookie that holds its other half where there is none yet.
    pub(super) fn form_token(&self) -> Result<(String, Option<HeaderValue>), PageRefusal> {
        if let Some(token) = FORM.read(&self.headers, self.peer.https).filter(|token| Secret::has_form(token)) {
            return Ok((token.to_owned(), None));
        }
        let token = Secret::random().map_err(|error| self.failed(&error))?;
        let cookie = FORM.write(token.reveal(), FORM_LIFETIME, self.peer.https);
        Ok((token.reveal().to_owned(), cookie))
    }

    /// Goes on when the form came from a page of ours in the same browser.
    pub(super) fn sent(&self, presented: &str) -> Result<(), PageRefusal> {
        let expected = FORM.read(&self.headers, self.peer.https).unwrap_or_default();
        if csrf::comes_from_elsewhere(&self.headers) || !csrf::fits(expected, presented) {
            return Err(self.refused(Problem::Forbidden));
        }
        Ok(())
    }

    pub(super) fn limited(&self, subject: Subject<'_>) -> Result<(), PageRefusal> {
        self.server.limits.count(subject).map_err(|Refused { retry_after, .. }| {
            PageRefusal::Page(Problem::TooMany, Box::new(self.visitor.chrome(self.now)), retry_after)
        })
    }

    /// Signs in whoever `prove` finds, in the same write: a new session, and the end of the one that was there.
    pub(super) async fn enter<F>(&self, proof: Proof, back: &str, prove: F) -> Result<Option<Response>, PageRefusal>
    where
        F: FnOnce(&Connection, Timestamp) -> rusqlite::Result<Option<(Scope, u32)>> + Send + 'static,
    {
        let secrets = || Ok::<_, NoRandomness>((Secret::random()?, Secret::random()?));
        let (cookie, csrf) = secrets().map_err(|error| self.failed(&error))?;
        let (now, value) = (self.now, cookie.reveal().to_owned());
        let before = SESSION.read(&self.headers, self.peer.https).map(secret::hash);
        let entered = self.server.store.write(move |conn| {
            let Some((scope, user)) = prove(conn, now)? else { return Ok(false) };
            if let Some(hash) = before {
                session::end(conn, &hash)?;
            }
            session::create(conn, scope, now, user, proof, &cookie, &csrf)?;
            let actor = Actor::User { org: scope.org(), user };
            audit::record(conn, scope, now, &actor, "signed-in", json!({"by": proof.as_str()}))?;
            Ok::<_, StoreError>(true)
        });
        if !entered.await.map_err(|error| self.failed(&error))? {
            return Ok(None);
        }
        metrics::counter!("atalaya_sign_ins_total", "by" => proof.as_str(), "outcome" => "done").increment(1);
        let https = self.peer.https;
        let cookies = [SESSION.write(&value, session::LIFETIME.as_secs(), https), FORM.write("", 0, https)];
        let cookies = cookies.into_iter().flatten().map(|cookie| (header::SET_COOKIE, cookie));
        Ok(Some((AppendHeaders(cookies), Redirect::to(&local(back))).into_response()))
    }

    pub(super) fn refused(&self, problem: Problem) -> PageRefusal {
        PageRefusal::Page(problem, Box::new(self.visitor.chrome(self.now)), None)
    }

    pub(super) fn failed(&self, error: &dyn std::error::Error) -> PageRefusal {
        tracing::error!(%error, "signing in failed");
        self.refused(Problem::Unavailable)
    }
}

/// A path of this very server, or its first page: links must not lead people elsewhere.
pub(super) fn local(back: &str) -> String {
    if pages::preferences::is_local(back) { back.to_owned() } else { "/".to_owned() }
}
