//! Scripts: API tokens and roles on JSON calls, and what every answer carries.

use atalaya_server::access::{Actor, Role, api_token, secret::Secret};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::Value;

use crate::browser::{House, Page};

async fn token(house: &House, name: &'static str, role: Role) -> String {
    let (secret, scope, now) = (Secret::with_prefix(api_token::PREFIX).unwrap(), house.scope, house.server.now());
    let kept = secret.clone();
    let made = house
        .server
        .store
        .write(move |conn| Ok(api_token::create(conn, scope, now, &Actor::Local, name, role, &kept)?));
    assert!(made.await.unwrap());
    secret.reveal().to_owned()
}

async fn call(house: &House, path: &str, authorization: Option<&str>) -> Page {
    let mut request = Request::get(path);
    if let Some(text) = authorization {
        request = request.header(header::AUTHORIZATION, text);
    }
    house.browser().send(request.body(Body::empty()).unwrap()).await
}

fn code(page: &Page) -> String {
    assert_eq!(page.headers[header::CONTENT_TYPE], "application/problem+json", "{}", page.text);
    let body: Value = serde_json::from_str(&page.text).unwrap();
    assert_eq!(body["status"], page.status.as_u16());
    body["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_call_without_a_working_token_is_refused_whatever_is_wrong_with_it() {
    let house = House::build(Role::Owner).await;
    let revoked = token(&house, "old", Role::Owner).await;
    let (scope, now) = (house.scope, house.server.now());
    let ended =
        house.server.store.write(move |conn| Ok(api_token::revoke(conn, scope, now, &Actor::Local, "old")?)).await;
    assert!(ended.unwrap());
    let revoked = format!("Bearer {revoked}");
    let mut answers = Vec::new();
    for authorization in
        [None, Some("Bearer atl_unknown"), Some(revoked.as_str()), Some("Basic bWFydGE6eA=="), Some("x")]
    {
        let page = call(&house, "/v1/audit", authorization).await;
        assert_eq!(page.headers[header::WWW_AUTHENTICATE], "Bearer");
        answers.push((page.status, code(&page), page.text));
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert_eq!(answers[0].1, "unauthorised");
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test]
async fn a_viewer_may_not_what_an_owner_may() {
    let house = House::build(Role::Viewer).await;
    let (viewer, owner) = (token(&house, "screen", Role::Viewer).await, token(&house, "backup", Role::Owner).await);
    let refused = call(&house, "/v1/audit", Some(&format!("Bearer {viewer}"))).await;
    assert_eq!((refused.status, code(&refused).as_str()), (StatusCode::FORBIDDEN, "forbidden"));
    let told = call(&house, "/v1/audit?limit=1", Some(&format!("bearer {owner}"))).await;
    assert_eq!(told.status, StatusCode::OK);
    let body: Value = serde_json::from_str(&told.text).unwrap();
    assert_eq!(body["entries"].as_array().unwrap().len(), 1);
    assert_eq!(body["entries"][0]["payload"]["detail"]["name"], "backup");

    // The same role in a browser's session.
    let mut browser = house.browser();
    browser.open_link(&house.link().await).await;
    assert_eq!(browser.get("/v1/audit").await.status, StatusCode::FORBIDDEN);
    let house = House::build(Role::Owner).await;
    let mut browser = house.browser();
    browser.open_link(&house.link().await).await;
    assert_eq!(browser.get("/v1/audit").await.status, StatusCode::OK);
    assert_eq!(browser.get("/v1/audit?limit=none").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn one_organisations_token_reads_nothing_of_another() {
    let house = House::build(Role::Owner).await;
    let other = house.server.create_organisation("Other").await.unwrap();
    let (secret, now) = (Secret::with_prefix(api_token::PREFIX).unwrap(), house.server.now());
    let kept = secret.clone();
    let made = house
        .server
        .store
        .write(move |conn| Ok(api_token::create(conn, other, now, &Actor::Local, "theirs", Role::Owner, &kept)?));
    made.await.unwrap();
    let told = call(&house, "/v1/audit", Some(&format!("Bearer {}", secret.reveal()))).await;
    let body: Value = serde_json::from_str(&told.text).unwrap();
    let entries = body["entries"].as_array().unwrap();
    let acts: Vec<_> = entries.iter().map(|entry| entry["payload"]["action"].as_str().unwrap()).collect();
    assert_eq!(acts, ["api-token.created", "organisation.created"], "only its own");
}

#[tokio::test]
async fn a_token_that_asks_too_often_waits() {
    let house = House::build(Role::Owner).await;
    let bearer = format!("Bearer {}", token(&house, "eager", Role::Owner).await);
    for _ in 0..200 {
        assert_eq!(call(&house, "/v1/audit?limit=1", Some(&bearer)).await.status, StatusCode::OK);
    }
    let page = call(&house, "/v1/audit?limit=1", Some(&bearer)).await;
    assert_eq!(code(&page), "too-many-requests");
    assert_eq!(page.headers[header::RETRY_AFTER], "1");
    let other = format!("Bearer {}", token(&house, "patient", Role::Owner).await);
    assert_eq!(call(&house, "/v1/audit?limit=1", Some(&other)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_for_scripts_and_a_page_for_people() {
    let house = House::build(Role::Owner).await;
    assert_eq!(code(&call(&house, "/v1/nothing", None).await), "not-found");
    let page = call(&house, "/nothing", None).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text.contains("</html>"));
    let request = Request::delete("/v1/audit").body(Body::empty()).unwrap();
    let page = house.browser().send(request).await;
    assert_eq!(code(&page), "method-not-allowed");
    assert!(page.headers.contains_key(header::ALLOW));
    let request = Request::post("/v1/reports").body(Body::from(vec![b'x'; 2 * 1024 * 1024])).unwrap();
    assert_eq!(code(&house.browser().send(request).await), "body-too-large");
}

#[tokio::test]
async fn every_answer_binds_the_browser() {
    let house = House::build(Role::Owner).await;
    for path in ["/sign-in", "/nothing", "/v1/nothing", "/healthz", "/metrics"] {
        let page = call(&house, path, None).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(page.headers["referrer-policy"], "no-referrer", "{path}");
        assert!(!page.headers.contains_key("strict-transport-security"), "{path}: this was plain HTTP");
    }
}

#[tokio::test]
async fn health_readiness_and_figures_are_told_without_names() {
    let house = House::build(Role::Owner).await;
    assert_eq!(call(&house, "/healthz", None).await.text, "alive\n");
    assert_eq!(call(&house, "/readyz", None).await.text, "ready\n");
    house.browser().sign_in("marta@clinica.example", "wrong").await;
    let figures = call(&house, "/metrics", None).await.text;
    assert!(figures.contains(r#"atalaya_requests_total{method="GET",route="/readyz",status="200"}"#), "{figures}");
    assert!(figures.contains("atalaya_request_seconds_bucket"));
    assert!(figures.contains(r#"atalaya_sign_ins_total{by="password",outcome="refused"}"#));
    assert!(!figures.contains("marta"));
    house.server.stop();
    let page = call(&house, "/readyz", None).await;
    assert_eq!((page.status, code(&page).as_str()), (StatusCode::SERVICE_UNAVAILABLE, "not-ready"));
    assert_eq!(call(&house, "/healthz", None).await.status, StatusCode::OK, "it still lives");
}
