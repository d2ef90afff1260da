//! A browser of its own: a server in memory's reach, cookies that are kept, forms that are filled in.

use std::{collections::BTreeMap, sync::Arc};

use agent_core::clock::FixedClock;
use atalaya_server::{
    access::{Actor, Role, link, password, secret::Secret, user},
    api,
    scope::Scope,
    serve::{self, Options},
    server::Server,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use tempfile::TempDir;
use tower::ServiceExt as _;
use url::form_urlencoded;

pub(crate) const EMAIL: &str = "marta@clinica.example";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A server with one organisation and one user.
pub(crate) struct House {
    pub(crate) server: Arc<Server>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) scope: Scope,
    pub(crate) user: u32,
    pub(crate) app: Router,
    _data: TempDir,
}

impl House {
    pub(crate) async fn build(role: Role) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at("2026-11-24T09:00:00Z".parse().unwrap()));
        let server = Server::open(data.path(), Arc::clone(&clock) as _).await.unwrap();
        let scope = server.create_organisation("Clinic").await.unwrap();
        let now = server.now();
        let user = server.store.write(move |conn| {
            let email = EMAIL.parse().unwrap();
            Ok(user::invite(conn, scope, now, &Actor::Local, &email, Some("Marta V."), role)?)
        });
        let user = user.await.unwrap();
        let app = serve::app(Arc::clone(&server), api::router(Arc::clone(&server)), &Options::default());
        Self { server, clock, scope, user, app, _data: data }
    }

    pub(crate) async fn link(&self) -> String {
        let (link, scope, user, now) = (Secret::random().unwrap(), self.scope, self.user, self.server.now());
        let kept = link.clone();
        self.server.store.write(move |conn| Ok(link::create(conn, scope, now, user, &kept)?)).await.unwrap();
        link.reveal().to_owned()
    }

    pub(crate) async fn give_password(&self) {
        let (hash, scope, user, now) = (password::hash(PASSWORD).unwrap(), self.scope, self.user, self.server.now());
        let kept = self
            .server
            .store
            .write(move |conn| Ok(user::set_password(conn, scope, now, &Actor::Local, user, &hash, None)?));
        kept.await.unwrap();
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser { app: self.app.clone(), cookies: BTreeMap::new(), elsewhere: false }
    }
}

/// What came back.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> String {
        let marker = format!("name=\"{name}\" value=\"");
        let start = self.text.find(&marker).unwrap_or_else(|| panic!("no field {name}: {}", self.text)) + marker.len();
        self.text[start..].split('"').next().unwrap().to_owned()
    }
}

/// A browser with its cookies.
pub(crate) struct Browser {
    app: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Whether its forms are sent from another site.
    pub(crate) elsewhere: bool,
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let site = if self.elsewhere { "cross-site" } else { "same-origin" };
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all(header::SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Page { status, headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// Signs in by password from the sign-in page.
    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) -> Page {
        let csrf = self.get("/sign-in").await.field("csrf");
        self.post("/sign-in", &[("csrf", &csrf), ("email", email), ("password", password)]).await
    }

    /// Signs in by a link from its page.
    pub(crate) async fn open_link(&mut self, token: &str) -> Page {
        let page = self.get(&format!("/sign-in/link?token={token}")).await;
        if page.status != StatusCode::OK {
            return page;
        }
        let csrf = page.field("csrf");
        self.post("/sign-in/link", &[("csrf", &csrf), ("token", token)]).await
    }
}
