//! Signing in and out.

use agent_core::clock::Clock as _;
use atalaya_server::access::{Actor, Role, audit, user};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use jiff::SignedDuration;

use crate::browser::{EMAIL, House, PASSWORD};

#[tokio::test]
async fn a_link_shows_first_is_spent_by_its_button_and_only_once() {
    let house = House::build(Role::Owner).await;
    let link = house.link().await;
    let mut browser = house.browser();
    for _ in 0..3 {
        let page = browser.get(&format!("/sign-in/link?token={link}")).await;
        assert_eq!(page.status, StatusCode::OK, "looking does not spend it");
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    }
    let page = browser.open_link(&link).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(browser.get("/account").await.text.contains("Marta V."));

    let mut second = house.browser();
    let page = second.open_link(&link).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(!second.cookies.contains_key("atalaya-session"));
}

#[tokio::test]
async fn an_expired_a_spent_and_an_unknown_link_get_the_same_answer() {
    let house = House::build(Role::Owner).await;
    let (spent, expired) = (house.link().await, house.link().await);
    house.browser().open_link(&spent).await;
    house.clock.advance(SignedDuration::from_mins(10));
    let unknown = "A".repeat(43);
    let mut answers = Vec::new();
    for token in [&spent, &expired, &unknown] {
        let mut browser = house.browser();
        let page = browser.get(&format!("/sign-in/link?token={token}")).await;
        let csrf = browser.get("/sign-in").await.field("csrf");
        let posted = browser.post("/sign-in/link", &[("csrf", &csrf), ("token", token)]).await;
        // The page's own address is the one difference.
        let text = page.text.replace(token.as_str(), "TOKEN");
        answers.push((page.status, text, posted.status, posted.text));
    }
    assert_eq!(answers[0].0, StatusCode::GONE);
    assert_eq!(answers[0].2, StatusCode::GONE);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[tokio::test]
async fn a_password_signs_in_and_leads_back_to_where_one_was() {
    let house = House::build(Role::Owner).await;
    house.give_password().await;
    let mut browser = house.browser();
    let page = browser.get("/account?x=1").await;
    assert_eq!(page.location(), "/sign-in?back=%2Faccount%3Fx%3D1");
    let form = browser.get("/sign-in?back=%2Faccount%3Fx%3D1").await;
    let (csrf, back) = (form.field("csrf"), form.field("back"));
    let fields =
        [("csrf", csrf.as_str()), ("back", back.as_str()), ("email", " Marta@Clinica.example"), ("password", PASSWORD)];
    let page = browser.post("/sign-in", &fields).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/account?x=1"));
    let cookie = page.headers.get_all(header::SET_COOKIE).iter().next().unwrap().to_str().unwrap();
    assert!(cookie.starts_with("atalaya-session=") && cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    assert_eq!(browser.get("/sign-in").await.location(), "/", "who is in needs no form");

    let mut evil = house.browser();
    let form = evil.get("/sign-in?back=https%3A%2F%2Fevil.example").await;
    assert_eq!(form.field("back"), "/");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let house = House::build(Role::Owner).await;
    house.give_password().await;
    let mut browser = house.browser();
    let wrong = browser.sign_in(EMAIL, "wrong horse battery").await;
    let unknown = browser.sign_in("nobody@else.example", PASSWORD).await;
    let nonsense = browser.sign_in("nonsense", PASSWORD).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert_eq!(wrong.text, unknown.text.replace("nobody@else.example", EMAIL));
    assert_eq!(wrong.text, nonsense.text.replace("nonsense", EMAIL));
    assert!(!browser.cookies.contains_key("atalaya-session"));
}

#[tokio::test]
async fn guessing_is_slowed_down_per_account_and_says_when_to_come_back() {
    let house = House::build(Role::Owner).await;
    house.give_password().await;
    for _ in 0..5 {
        assert_eq!(house.browser().sign_in(EMAIL, "wrong").await.status, StatusCode::FORBIDDEN);
    }
    let page = house.browser().sign_in(EMAIL, PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "even the right one, or guessing would go on");
    assert_eq!(page.headers[header::RETRY_AFTER], "60");
    house.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(house.browser().sign_in(EMAIL, PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_without_its_token_or_from_another_site_is_refused() {
    let house = House::build(Role::Owner).await;
    house.give_password().await;
    let mut browser = house.browser();
    let csrf = browser.get("/sign-in").await.field("csrf");
    let send = [("email", EMAIL), ("password", PASSWORD)];
    assert_eq!(browser.post("/sign-in", &send).await.status, StatusCode::FORBIDDEN);
    let other = "B".repeat(43);
    let with = |csrf| [("csrf", csrf), send[0], send[1]];
    assert_eq!(browser.post("/sign-in", &with(other.as_str())).await.status, StatusCode::FORBIDDEN);
    browser.elsewhere = true;
    assert_eq!(browser.post("/sign-in", &with(csrf.as_str())).await.status, StatusCode::FORBIDDEN);
    browser.elsewhere = false;
    let mut without_cookie = house.browser();
    assert_eq!(without_cookie.post("/sign-in", &with(csrf.as_str())).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.post("/sign-in", &with(csrf.as_str())).await.status, StatusCode::SEE_OTHER);

    // The same once signed in.
    let before = browser.cookies.clone();
    assert_eq!(browser.post("/sign-out", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.post("/sign-out", &[("csrf", &csrf)]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.cookies, before);
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_planted_session_is_not_taken_over_and_an_old_one_ends() {
    let house = House::build(Role::Owner).await;
    house.give_password().await;
    let mut browser = house.browser();
    browser.cookies.insert("atalaya-session".to_owned(), "planted".to_owned());
    browser.sign_in(EMAIL, PASSWORD).await;
    let first = browser.cookies["atalaya-session"].clone();
    assert_ne!(first, "planted");

    // Signing in once more in the same browser, by a link: the session from before ends.
    browser.open_link(&house.link().await).await;
    assert_ne!(browser.cookies["atalaya-session"], first);
    let mut thief = house.browser();
    thief.cookies.insert("atalaya-session".to_owned(), first);
    assert!(thief.get("/account").await.location().starts_with("/sign-in"));
}

#[tokio::test]
async fn signing_out_ends_the_session_and_so_do_twelve_hours() {
    let house = House::build(Role::Owner).await;
    let mut browser = house.browser();
    browser.open_link(&house.link().await).await;
    let stolen = browser.cookies.clone();
    let csrf = browser.get("/account").await.field("csrf");
    assert_eq!(browser.post("/sign-out", &[("csrf", &csrf)]).await.location(), "/sign-in");
    assert!(!browser.cookies.contains_key("atalaya-session"));
    browser.cookies = stolen;
    assert!(browser.get("/account").await.location().starts_with("/sign-in"));

    browser.open_link(&house.link().await).await;
    house.clock.advance(SignedDuration::from_hours(12));
    assert!(browser.get("/account").await.location().starts_with("/sign-in"));
}

#[tokio::test]
async fn whoever_came_by_a_link_sets_a_password_and_later_needs_the_old_one() {
    let house = House::build(Role::Viewer).await;
    let mut browser = house.browser();
    browser.open_link(&house.link().await).await;
    let csrf = browser.get("/account").await.field("csrf");
    let set = |password, again| [("csrf", csrf.as_str()), ("password", password), ("again", again)];
    let short = browser.post("/account", &set("short", "short")).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        browser.post("/account", &set(PASSWORD, "another one entirely")).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let done = browser.post("/account", &set(PASSWORD, PASSWORD)).await;
    assert_eq!(done.location(), "/account?saved=yes");

    let mut later = house.browser();
    later.sign_in(EMAIL, PASSWORD).await;
    let csrf = later.get("/account").await.field("csrf");
    let next = "a much newer password";
    let with = |current| [("csrf", csrf.as_str()), ("current", current), ("password", next), ("again", next)];
    assert_eq!(later.post("/account", &with("wrong horse battery")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(later.post("/account", &with(PASSWORD)).await.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/account").await.location().starts_with("/sign-in"), "the other session has ended");
    assert_eq!(later.get("/account").await.status, StatusCode::OK);
    assert_eq!(house.browser().sign_in(EMAIL, next).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once() {
    let house = House::build(Role::Viewer).await;
    house.give_password().await;
    let mut browser = house.browser();
    browser.sign_in(EMAIL, PASSWORD).await;
    let link = house.link().await;
    let (scope, user, now) = (house.scope, house.user, house.clock.now());
    house.server.store.write(move |conn| Ok(user::disable(conn, scope, now, &Actor::Local, user)?)).await.unwrap();
    assert!(browser.get("/account").await.location().starts_with("/sign-in"));
    assert_eq!(house.browser().sign_in(EMAIL, PASSWORD).await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.browser().open_link(&link).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn everything_about_access_is_in_the_audit_log_and_names_nobody() {
    let house = House::build(Role::Owner).await;
    house.give_password().await;
    let mut browser = house.browser();
    browser.sign_in(EMAIL, PASSWORD).await;
    let csrf = browser.get("/account").await.field("csrf");
    browser.post("/sign-out", &[("csrf", &csrf)]).await;
    let scope = house.scope;
    let (entries, breaches) = house
        .server
        .store
        .read(move |conn| Ok((audit::entries(conn, scope, None, 20)?, audit::verify_chain(conn, scope)?)))
        .await
        .unwrap();
    let told: Vec<String> = entries
        .iter()
        .map(|entry| entry.payload.as_ref().unwrap())
        .map(|payload| format!("{} {}", payload["actor"].as_str().unwrap(), payload["action"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            "user:1 signed-out",
            "user:1 signed-in",
            "local password.set",
            "local user.invited",
            "local organisation.created"
        ]
    );
    assert_eq!(breaches, []);
    assert!(!format!("{entries:?}").contains("marta"));
}

#[tokio::test]
async fn a_body_that_is_no_form_gets_a_page_that_says_so() {
    let house = House::build(Role::Owner).await;
    let request = Request::post("/sign-in").header(header::CONTENT_TYPE, "text/plain").body(Body::from("x")).unwrap();
    let page = house.browser().send(request).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("</html>"));
}
