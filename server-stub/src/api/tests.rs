//! The fleet over HTTP: who may, what is refused, what is logged, and that the description is true.

use std::sync::Arc;

use agent_core::judge::{DeviceFacts, Reading};
use axum::{
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode, header},
};
use serde_json::Value;
use tower::ServiceExt;

use crate::{
    access::{Actor, Role, api_token, secret::Secret, session, user},
    api,
    judging::{catalogues::import_catalogue, rules::apply_policy},
    rig::{Rig, facts, rig},
    serve,
    store::StoreError,
};

pub(super) struct Caller<'a> {
    rig: &'a Rig,
    header: (&'static str, String),
}

impl Rig {
    pub(super) async fn script(&self, role: Role) -> Caller<'_> {
        let (scope, now) = (self.scope, self.server.now());
        let token = Secret::with_prefix(api_token::PREFIX).unwrap();
        let shown = token.reveal().to_owned();
        let made = self.server.store.write(move |conn| {
            Ok::<_, StoreError>(api_token::create(conn, scope, now, &Actor::Local, "grafana", role, &token)?)
        });
        assert!(made.await.unwrap());
        Caller { rig: self, header: ("authorization", format!("Bearer {shown}")) }
    }

    async fn person(&self) -> Caller<'_> {
        self.signed_in("marta@clinica.example", Role::Owner).await
    }

    pub(super) async fn signed_in(&self, email: &'static str, role: Role) -> Caller<'_> {
        let (scope, now) = (self.scope, self.server.now());
        let (cookie, csrf) = (Secret::random().unwrap(), Secret::random().unwrap());
        let shown = cookie.reveal().to_owned();
        let made = self.server.store.write(move |conn| {
            let email = email.parse().unwrap();
            let user = user::invite(conn, scope, now, &Actor::Local, &email, Some("Marta V."), role)?;
            Ok::<_, StoreError>(session::create(conn, scope, now, user, session::Proof::Link, &cookie, &csrf)?)
        });
        made.await.unwrap();
        Caller { rig: self, header: ("cookie", format!("atalaya-session={shown}; atalaya-language=en")) }
    }

    pub(super) fn nobody(&self) -> Caller<'_> {
        Caller { rig: self, header: ("accept-language", "es-ES,es;q=0.9".to_owned()) }
    }
}

impl Caller<'_> {
    async fn ask(&self, path: &str) -> Response<Body> {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form as a browser does from the server's own page.
    pub(super) async fn post(&self, path: &str, form: String) -> Response<Body> {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.header("sec-fetch-site", "same-origin").body(Body::from(form)).unwrap()).await
    }

    async fn send(&self, mut request: Request<Body>) -> Response<Body> {
        request.headers_mut().insert(header::HOST, "atalaya.example".parse().unwrap());
        request.headers_mut().insert(self.header.0, self.header.1.parse().unwrap());
        let server = Arc::clone(&self.rig.server);
        let app = serve::app(Arc::clone(&server), api::router(server), &serve::Options::default());
        app.oneshot(request).await.unwrap()
    }

    pub(super) async fn text(&self, path: &str) -> (StatusCode, String) {
        let response = self.ask(path).await;
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    pub(super) async fn json(&self, path: &str) -> (StatusCode, Value) {
        let (status, text) = self.text(path).await;
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}")))
    }
}

#[tokio::test]
async fn a_script_reads_the_fleet_and_its_looks_are_logged_before_it_sees() {
    let rig = rig().await;
    let mut phone = rig.enrol().await;
    rig.send(&mut phone, facts(false)).await;
    let script = rig.script(Role::Viewer).await;
    let (status, summary) = script.json("/v1/fleet/summary").await;
    assert_eq!((status, &summary["states"]["inGrace"]), (StatusCode::OK, &1.into()), "{summary}");
    assert_eq!(summary["organisation"], "Clínica Levante");
    let (_, page) = script.json("/v1/devices?state=in-grace&check=screen-lock").await;
    assert_eq!((&page["total"], &page["next"]), (&1.into(), &Value::Null), "{page}");
    let id = page["devices"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(rig.count("SELECT count(*) FROM access_log").await, 0, "a list shows no device's history");

    let (status, device) = script.json(&format!("/v1/devices/{id}")).await;
    assert_eq!((status, &device["lastReport"]["signatureVerifies"]), (StatusCode::OK, &true.into()), "{device}");
    assert_eq!(device["views"][0]["role"], "api-token", "the look is in the log that it is shown");
    let (_, past) = script.json(&format!("/v1/devices/{id}/timeline?at=2026-11-24T09:00:00Z")).await;
    assert_eq!(past["checks"]["screen-lock"]["word"], "fail", "{past}");
    assert_eq!(rig.count("SELECT count(*) FROM access_log WHERE actor = 'api-token:grafana'").await, 2);
}

#[tokio::test]
async fn refusals_are_problems_that_name_what_is_wrong() {
    let rig = rig().await;
    rig.enrol().await;
    let script = rig.script(Role::Viewer).await;
    for (path, status, code, names) in [
        ("/v1/devices?state=green", 400, "filter-invalid", "`state`"),
        ("/v1/devices?colour=red", 400, "filter-invalid", "`colour`"),
        ("/v1/devices?after=x", 400, "filter-invalid", "`after`"),
        ("/v1/devices.csv?limit=0", 400, "filter-invalid", "`limit`"),
        ("/v1/fleet/summary?state=stale", 400, "filter-invalid", "`state`"),
        ("/v1/devices/01HZZZZZZZZZZZZZZZZZZZZZZZ", 404, "not-found", "no such device"),
        ("/v1/devices/no-id", 404, "not-found", "no such device"),
        ("/v1/devices/01HZZZZZZZZZZZZZZZZZZZZZZZ/timeline", 404, "not-found", "no such device"),
        ("/v1/devices/01HZZZZZZZZZZZZZZZZZZZZZZZ/timeline?at=noon", 400, "filter-invalid", "`at`"),
    ] {
        let (found, problem) = script.json(path).await;
        assert_eq!((found.as_u16(), &problem["code"]), (status, &code.into()), "{path}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(names), "{path}: {problem}");
    }
    for path in [
        "/v1/fleet/summary",
        "/v1/devices",
        "/v1/devices.csv",
        "/v1/devices/x",
        "/v1/releases",
        "/v1/releases/sources",
        "/v1/mdm/coverage",
    ] {
        let (status, problem) = rig.nobody().json(path).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &"unauthorised".into()), "{path}");
    }
    assert_eq!(rig.count("SELECT count(*) FROM access_log").await, 0);
}

#[tokio::test]
async fn an_export_is_whole_logged_and_in_the_words_of_whoever_asks() {
    let rig = rig().await;
    for _ in 0..7 {
        let mut phone = rig.enrol().await;
        rig.send(&mut phone, facts(true)).await;
    }
    let trap = "UPDATE device_states SET model = '=HYPERLINK(\"http://evil.example\")' WHERE rowid = 1";
    rig.server.store.write(move |conn| Ok(conn.execute(trap, [])?)).await.unwrap();

    let script = rig.script(Role::Viewer).await;
    let response = script.ask("/v1/devices.csv?sort=device").await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let named = response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
    assert_eq!(named, "attachment; filename=\"atalaya-devices-2026-11-24.csv\"");
    let (_, text) = script.text("/v1/devices.csv?sort=device").await;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().len(), 21);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 7);
    assert!(rows.iter().any(|row| &row[5] == "'=HYPERLINK(\"http://evil.example\")"), "{text}");
    assert!(rows.iter().all(|row| !row[5].starts_with('=')));

    let (_, page) = rig.person().await.text("/devices.csv").await;
    let page = page.strip_prefix('\u{feff}').unwrap();
    assert!(page.starts_with("State,In this state since,Device"), "{page}");
    assert_eq!(page.lines().count(), 8);
    let logged = "SELECT count(*) FROM audit_log WHERE payload LIKE '%devices.exported%'";
    assert_eq!(rig.count(logged).await, 3);
}

#[tokio::test]
async fn sources_are_told_to_viewers_alone_and_trouble_is_said_on_the_page_in_both_languages() {
    let rig = rig().await;
    let (status, refused) = rig.nobody().json("/v1/releases/sources").await;
    assert_eq!((status, &refused["code"]), (StatusCode::UNAUTHORIZED, &"unauthorised".into()));
    let (scope, now) = (rig.scope, rig.server.now().as_millisecond());
    let failed = rig.server.store.write(move |conn| {
        Ok(conn.execute(
            "INSERT INTO release_sources (org, source, part, url, tried_at, last_error, last_fault, failures, next_at)
             VALUES (?1, 'sofa', 'ios', 'https://mirror.example.com/sofa/v2.json', ?2, 'no route', 'unreachable', 3, ?2)",
            (scope.org(), now),
        )?)
    });
    failed.await.unwrap();
    let script = rig.script(Role::Viewer).await;
    let (status, sources) = script.json("/v1/releases/sources").await;
    assert_eq!((status, sources.as_array().unwrap().len()), (StatusCode::OK, 11), "{sources}");
    let sofa = sources.as_array().unwrap().iter().find(|source| source["source"] == "sofa").unwrap();
    assert_eq!(
        (&sofa["state"], &sofa["lastFault"], &sofa["host"], &sofa["fetchedAt"]),
        (&"failing".into(), &"unreachable".into(), &"mirror.example.com".into(), &Value::Null)
    );
    let (_, document) = rig.nobody().json("/v1/openapi.json").await;
    let described: Vec<_> =
        document["components"]["schemas"]["SourceView"]["properties"].as_object().unwrap().keys().collect();
    assert_eq!(sofa.as_object().unwrap().keys().collect::<Vec<_>>(), described);

    let (_, english) = rig.person().await.text("/releases").await;
    let spanish = Caller { rig: &rig, header: ("cookie", rig.person().await.header.1.replace("=en", "=es")) };
    let (_, spanish) = spanish.text("/releases").await;
    for (page, words) in [
        (
            &english,
            ["1 source needs attention", "Failing", "It cannot be reached.", "Never asked", "mirror.example.com"],
        ),
        (
            &spanish,
            ["1 fuente necesita atención", "Con errores", "No se llega a ella.", "Sin consultar", "mirror.example.com"],
        ),
    ] {
        for word in words {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(!page.contains("class=\"state compliant\""), "nothing is shown as fine: {page}");
    }
}

#[tokio::test]
async fn what_no_update_can_end_is_failing_dated_and_found_alike_by_page_api_and_csv() {
    const POLICY: &str = "apiVersion: posture/v1
kind: Policy
metadata: { name: strict, revision: 7 }
spec: { checks: { os-version: { supported: true } } }
";
    const KNOWN: &str = "apiVersion: posture/v1
kind: Catalogue
metadata: { revision: 1, issued: 2026-11-24T06:00:00Z }
lines:
  - product: os
    platform: android
    source: administrator
    fetchedAt: 2026-11-24T06:00:00Z
    confidence: official
    support: [ { cycle: \"13\", until: 2026-03-02 }, { cycle: \"17\" } ]
    models: [ { model: \"Pixel 4a\", lastVersion: \"13\", released: 2022-08-15 } ]
";
    let rig = rig().await;
    let (scope, now) = (rig.scope, rig.server.now());
    let put = rig.server.store.write(move |conn| {
        let applied = apply_policy(conn, scope, "default", ("policy.yaml", POLICY), "", now);
        let known = import_catalogue(conn, scope, "administrator", ("known.yaml", KNOWN), now);
        Ok(applied.and(known).map_err(|error| error.to_string()))
    });
    put.await.unwrap().unwrap();
    for (model, version) in [("Pixel 4a", "13"), ("Pixel 8", "13"), ("Pixel 4a", "17")] {
        let mut phone = rig.enrol().await;
        let model = Reading::reported(model.to_owned());
        rig.send(&mut phone, DeviceFacts { model, os_version: Reading::reported(version.to_owned()), ..facts(true) })
            .await;
    }
    let query = "reason=os-version.vendor-unfixable";
    let (script, person) = (rig.script(Role::Viewer).await, rig.person().await);
    let (_, found) = script.json(&format!("/v1/devices?{query}")).await;
    assert_eq!((&found["total"], &found["devices"][0]["model"]), (&1.into(), &"Pixel 4a".into()), "{found}");
    let why = &found["devices"][0]["why"];
    assert_eq!((&why["code"], &why["params"]["since"]), (&"os-version.vendor-unfixable".into(), &"2026-03-02".into()));
    assert_eq!(found["devices"][0]["state"], "in-grace", "judged like any other: {found}");
    let rows = |text: &str| text.lines().skip(1).filter(|line| line.contains("Pixel")).count();
    for (path, words) in [("/v1/devices.csv", "vendor-unfixable"), ("/devices.csv", "(since: 2026-03-02)")] {
        let caller = if path.starts_with("/v1") { &script } else { &person };
        let (_, csv) = caller.text(&format!("{path}?{query}")).await;
        assert_eq!((rows(&csv), csv.contains(words)), (1, true), "{path}: {csv}");
    }
    let (_, list) = person.text(&format!("/devices?{query}")).await;
    assert!(list.contains("No update from the maker: replace") && list.contains("1 device"), "{list}");
    let chosen = "<option value=\"os-version.vendor-unfixable\" selected>";
    assert!(list.contains(chosen), "{list}");
    let page = format!("/devices/{}", found["devices"][0]["id"].as_str().unwrap());
    let (_, english) = person.text(&page).await;
    let spanish = Caller { rig: &rig, header: ("cookie", person.header.1.replace("=en", "=es")) };
    let (_, spanish) = spanish.text(&page).await;
    for (text, words) in [
        (english, ["since: 2026-03-02", "For IT: replace the device", "There is nothing for you to do"]),
        (spanish, ["desde: 2026-03-02", "Para informática: sustituir el dispositivo", "No tienes que hacer nada"]),
    ] {
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
    }
}

#[tokio::test]
async fn every_page_needs_a_session_and_is_never_kept_by_a_browser() {
    let rig = rig().await;
    let mut phone = rig.enrol().await;
    rig.send(&mut phone, facts(false)).await;
    let id = phone.answer.device;
    let person = rig.person().await;
    let device = format!("/devices/{id}");
    for (path, words) in [
        ("/", "0 of 1 devices are fit"),
        ("/devices?state=in-grace", "1 device"),
        (&*device, "There is no screen lock."),
        ("/releases", "No catalogue yet"),
        ("/devices/enrol", "atalaya token create"),
        ("/devices/coverage", "No inventory of device management yet"),
    ] {
        let response = person.ask(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store", "{path}");
        let (_, text) = person.text(path).await;
        assert!(text.contains(words), "{path}: {text}");
        let refused = rig.nobody().ask(path).await;
        assert_eq!(refused.status(), StatusCode::SEE_OTHER, "{path}");
        assert!(refused.headers()[header::LOCATION].to_str().unwrap().starts_with("/sign-in"), "{path}");
    }
    assert_eq!(rig.count("SELECT count(*) FROM access_log WHERE actor = 'user:1'").await, 2);
    for (path, status) in [
        ("/nowhere", StatusCode::NOT_FOUND),
        ("/devices/01HZZZZZZZZZZZZZZZZZZZZZZZ", StatusCode::NOT_FOUND),
        ("/devices?state=green", StatusCode::BAD_REQUEST),
    ] {
        let (found, text) = person.text(path).await;
        assert_eq!(found, status, "{path}");
        assert!(text.contains("<h1>"), "{path}: {text}");
    }
}

#[tokio::test]
async fn the_doors_need_no_session() {
    let rig = rig().await;
    let nobody = rig.nobody();
    let (status, text) = nobody.text("/enrol").await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("atalaya-agent enrol --server http://atalaya.example --token"), "{text}");
    assert!(text.contains("lang=\"es\""), "the browser says the language");
    let chosen = nobody.ask("/preferences?theme=dark&back=%2Fdevices").await;
    assert_eq!(chosen.status(), StatusCode::SEE_OTHER);
    assert_eq!(chosen.headers()[header::LOCATION], "/devices");
    assert!(chosen.headers()[header::SET_COOKIE].to_str().unwrap().starts_with("atalaya-theme=dark"));
    let style = nobody.ask(&crate::pages::asset::url("fleet.css")).await;
    assert_eq!(style.status(), StatusCode::OK);
    assert!(style.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
}

#[tokio::test]
async fn another_organisations_device_is_no_device() {
    let rig = rig().await;
    let phone = rig.enrol().await;
    let other = Rig { scope: rig.server.create_organisation("Otra").await.unwrap(), ..rig };
    let script = other.script(Role::Owner).await;
    let id = phone.answer.device;
    for path in [format!("/v1/devices/{id}"), format!("/v1/devices/{id}/timeline")] {
        assert_eq!(script.json(&path).await.0, StatusCode::NOT_FOUND);
    }
    assert_eq!(script.json("/v1/devices").await.1["total"], 0);
    assert_eq!(script.json("/v1/fleet/summary").await.1["organisation"], "Otra");
    let (_, text) = script.text("/v1/devices.csv").await;
    assert_eq!(text.lines().count(), 1);
    assert_eq!(other.count("SELECT count(*) FROM access_log").await, 0);
}

#[tokio::test]
async fn the_description_names_every_call_and_the_members_that_are_sent() {
    let rig = rig().await;
    let mut phone = rig.enrol().await;
    rig.send(&mut phone, facts(true)).await;
    let script = rig.script(Role::Viewer).await;
    let (_, document) = rig.nobody().json("/v1/openapi.json").await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{document}");
    let source = include_str!("wire.rs").to_owned() + include_str!("fleet.rs") + include_str!("audit.rs");
    let mut routes = 0;
    for path in source.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        routes += 1;
        let described = document["paths"][path].is_object();
        assert!(described || path == "/v1/openapi.json", "{path} is not described");
    }
    assert!(routes > 10, "found only {routes}");
    let id = phone.answer.device;
    for (path, schema) in [
        ("/v1/fleet/summary".to_owned(), "Summary"),
        ("/v1/devices".to_owned(), "DevicePage"),
        (format!("/v1/devices/{id}/timeline"), "PastState"),
    ] {
        let (_, body) = script.json(&path).await;
        let sent: Vec<_> = body.as_object().unwrap().keys().collect();
        let described: Vec<_> =
            document["components"]["schemas"][schema]["properties"].as_object().unwrap().keys().collect();
        assert_eq!(sent, described, "{path}");
    }
}
