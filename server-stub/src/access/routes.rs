//! Signing in and out, and one's own account.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::rejection::FormRejection,
    http::{StatusCode, header},
    response::{AppendHeaders, Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    audit,
    cookie::SESSION,
    door::{Door, local},
    extract::{PageRefusal, SignedIn, session_of},
    limits::Subject,
    link,
    password::{self, PasswordError},
    session::{self, Proof},
    user::{self, Email},
};
use crate::{
    pages::{self, account::Said, problem::Problem},
    server::Server,
};

/// Everything about signing in.
pub fn routes() -> Router<Arc<Server>> {
    Router::new()
        .route("/sign-in", get(show_sign_in).post(sign_in))
        .route(link::PATH, get(show_link).post(spend_link))
        .route("/sign-out", post(sign_out))
        .route("/account", get(show_account).post(set_password))
}

#[derive(Deserialize)]
struct SignInForm {
    #[serde(default)]
    csrf: String,
    email: String,
    password: String,
    #[serde(default)]
    back: String,
}

#[derive(Deserialize)]
struct LinkForm {
    #[serde(default)]
    csrf: String,
    token: String,
}

#[derive(Deserialize)]
struct AccountForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    current: String,
    password: String,
    again: String,
}

#[derive(Deserialize)]
struct SignOutForm {
    #[serde(default)]
    csrf: String,
}

async fn show_sign_in(door: Door) -> Result<Response, PageRefusal> {
    let back = local(&door.field("back"));
    if session_of(&door.headers, door.peer, &door.server).await.map_err(|error| door.failed(&error))?.is_some() {
        return Ok(Redirect::to(&back).into_response());
    }
    let (token, kept) = door.form_token()?;
    let page = pages::sign_in::password(false, "", &back, &token, &door.visitor.chrome(door.now));
    Ok((AppendHeaders(kept.map(|cookie| (header::SET_COOKIE, cookie))), page).into_response())
}

async fn sign_in(door: Door, form: Result<Form<SignInForm>, FormRejection>) -> Result<Response, PageRefusal> {
    let form = door.read(form)?;
    door.sent(&form.csrf)?;
    door.limited(Subject::SignInFrom(door.peer.address))?;
    // An address of no form belongs to nobody, and gets the answer that everybody gets.
    let claimed = form.email.trim().to_lowercase();
    door.limited(Subject::SignIn(&claimed))?;
    let claimants = match claimed.parse::<Email>() {
        Ok(email) => door.server.store.read(move |conn| Ok(user::claimants(conn, &email)?)).await,
        Err(_) => Ok(Vec::new()),
    }
    .map_err(|error| door.failed(&error))?;
    let stored = claimants.iter().map(|claimant| claimant.password_hash.clone()).collect();
    let fitting = password::fitting(form.password, stored).await.map_err(|error| door.failed(&error))?;
    let claimant = fitting.and_then(|place| claimants.get(place).cloned());
    let entered = match claimant {
        Some(claimant) => door.enter(Proof::Password, &form.back, move |conn, _| claimant.proven(conn)).await?,
        None => None,
    };
    if let Some(answer) = entered {
        return Ok(answer);
    }
    metrics::counter!("atalaya_sign_ins_total", "by" => "password", "outcome" => "refused").increment(1);
    let page =
        pages::sign_in::password(true, &form.email, &local(&form.back), &form.csrf, &door.visitor.chrome(door.now));
    Ok((StatusCode::FORBIDDEN, page).into_response())
}

async fn show_link(door: Door) -> Result<Response, PageRefusal> {
    door.limited(Subject::SignInFrom(door.peer.address))?;
    let (presented, now) = (door.field("token"), door.now);
    let asked = presented.clone();
    let works = door.server.store.read(move |conn| Ok(link::works(conn, now, &asked)?)).await;
    if !works.map_err(|error| door.failed(&error))? {
        return Err(door.refused(Problem::Expired));
    }
    let (token, kept) = door.form_token()?;
    // Whose eyes the address bar meets should not matter, so the page is drawn without the token in its own links.
    let chrome = pages::Chrome { path: "/sign-in".to_owned(), ..door.visitor.chrome(door.now) };
    let page = pages::sign_in::link(link::PATH, &presented, &token, &chrome);
    Ok((AppendHeaders(kept.map(|cookie| (header::SET_COOKIE, cookie))), page).into_response())
}

async fn spend_link(door: Door, form: Result<Form<LinkForm>, FormRejection>) -> Result<Response, PageRefusal> {
    let form = door.read(form)?;
    door.sent(&form.csrf)?;
    door.limited(Subject::SignInFrom(door.peer.address))?;
    let presented = form.token;
    if let Some(answer) = door.enter(Proof::Link, "/", move |conn, now| link::spend(conn, now, &presented)).await? {
        return Ok(answer);
    }
    metrics::counter!("atalaya_sign_ins_total", "by" => "link", "outcome" => "refused").increment(1);
    Err(door.refused(Problem::Expired))
}

async fn sign_out(
    door: Door,
    viewer: SignedIn,
    form: Result<Form<SignOutForm>, FormRejection>,
) -> Result<Response, PageRefusal> {
    let form = door.read(form)?;
    viewer.sent(&door.headers, &form.csrf, door.now)?;
    let now = door.now;
    let ended = door.server.store.write(move |conn| {
        session::end(conn, &viewer.session_hash)?;
        Ok(audit::record(conn, viewer.scope, now, &viewer.actor, "signed-out", json!({}))?)
    });
    ended.await.map_err(|error| door.failed(&error))?;
    let gone = SESSION.write("", 0, door.peer.https).map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(gone), Redirect::to("/sign-in")).into_response())
}

async fn show_account(door: Door, viewer: SignedIn) -> Result<Html<String>, PageRefusal> {
    let (scope, user) = (viewer.scope, viewer.user);
    let known = door.server.store.read(move |conn| Ok(user::by_number(conn, scope, user)?)).await;
    let known = known.map_err(|error| door.failed(&error))?;
    let (email, has_password) = known.map(|user| (user.email, user.has_password)).unwrap_or_default();
    let said = (door.field("saved") == "yes").then_some(Said::Done);
    Ok(pages::account::render(&email, asks_current(&viewer, has_password), said, &viewer.chrome(door.now)))
}

async fn set_password(
    door: Door,
    viewer: SignedIn,
    form: Result<Form<AccountForm>, FormRejection>,
) -> Result<Response, PageRefusal> {
    let form = door.read(form)?;
    viewer.sent(&door.headers, &form.csrf, door.now)?;
    let (scope, user) = (viewer.scope, viewer.user);
    let known = door
        .server
        .store
        .read(move |conn| Ok((user::by_number(conn, scope, user)?, user::password_hash(conn, scope, user)?)));
    let (known, stored) = known.await.map_err(|error| door.failed(&error))?;
    let email = known.map(|user| user.email).unwrap_or_default();
    let ask = asks_current(&viewer, stored.is_some());
    let say = |said| {
        let page = pages::account::render(&email, ask, Some(said), &viewer.chrome(door.now));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    if ask {
        door.limited(Subject::SignIn(&email))?;
        let stored = stored.into_iter().collect();
        let fits = password::fitting(form.current, stored).await.map_err(|error| door.failed(&error))?;
        if fits.is_none() {
            return say(Said::Wrong);
        }
    }
    if form.password != form.again {
        return say(Said::Different);
    }
    match password::allow(&form.password, &email) {
        Err(PasswordError::TooShort) => return say(Said::Short),
        Err(PasswordError::TooLong) => return say(Said::Long),
        Err(PasswordError::IsEmail) => return say(Said::Obvious),
        Err(error @ PasswordError::Unavailable) => return Err(door.failed(&error)),
        Ok(()) => {}
    }
    let hash = password::hash_aside(form.password).await.map_err(|error| door.failed(&error))?;
    let (now, actor, session) = (door.now, viewer.actor.clone(), viewer.session_hash);
    let kept = door
        .server
        .store
        .write(move |conn| Ok(user::set_password(conn, scope, now, &actor, user, &hash, Some(&session))?));
    kept.await.map_err(|error| door.failed(&error))?;
    Ok(Redirect::to("/account?saved=yes").into_response())
}

/// Whoever came by a link may have forgotten the password; whoever came by password can give it again.
fn asks_current(viewer: &SignedIn, has_password: bool) -> bool {
    has_password && viewer.proof == Proof::Password
}
