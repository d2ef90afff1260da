//! The form of the page of releases that ends a quarantine.

use axum::http::StatusCode;

use crate::{access::Role, rig::rig};

const NEW: (&str, &str) = ("17", "2026-11-05");
const OLD: (&str, &str) = ("16", "2026-10-05");

#[tokio::test]
async fn an_owner_ends_one_on_the_page_of_releases() {
    let rig = rig().await;
    rig.policy(7, "quarantine: {}").await;
    let wrong = rig.phones(NEW, 6, 5).await;
    rig.phones(OLD, 12, 1).await;
    rig.an_hour_passes().await;
    let csrf = |page: &str| {
        let form = &page[page.find("/quarantines/1/end\"><input type=\"hidden\" name=\"csrf\" value=\"")?..];
        form.split('"').nth(6).map(str::to_owned)
    };
    let viewer = rig.signed_in("viewer@clinica.example", Role::Viewer).await;
    let (_, page) = viewer.text("/releases").await;
    assert!(page.contains("System integrity in quarantine on Android 17 2026-11-05"), "{page}");
    assert_eq!(csrf(&page), None, "who may only look sees no form");
    let list =
        page.split("href=\"").find_map(|rest| rest.split('"').next().filter(|href| href.contains("os=17"))).unwrap();
    let (_, list) = viewer.text(&list.replace("&amp;", "&")).await;
    assert_eq!(list.matches("class=\"cell-device\"").count(), 6, "the devices of that build: {list}");
    let own = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let owner = rig.signed_in("owner@clinica.example", Role::Owner).await;
    let (_, page) = owner.text("/releases").await;
    let csrf = csrf(&page).unwrap();
    for (who, path, form, status) in [
        (&viewer, "/quarantines/1/end", format!("csrf={own}"), StatusCode::FORBIDDEN),
        (&owner, "/quarantines/1/end", "csrf=another".to_owned(), StatusCode::FORBIDDEN),
        (&owner, "/quarantines/1/end", String::new(), StatusCode::BAD_REQUEST),
        (&owner, "/quarantines/one/end", format!("csrf={csrf}"), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(who.post(path, form.clone()).await.status(), status, "{path} {form}");
    }
    assert!(rig.word(wrong[0].answer.device).await.1);
    for _ in 0..2 {
        let answer = owner.post("/quarantines/1/end", format!("csrf={csrf}")).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "the second time nothing is left to end");
    }
    rig.an_hour_passes().await;
    assert_eq!(rig.word(wrong[0].answer.device).await, ("fail".to_owned(), false));
    let (_, page) = owner.text("/releases").await;
    assert!(!page.contains("/quarantines/1/end"));
    let (status, told) = rig.script(Role::Viewer).await.json("/v1/quarantines").await;
    assert_eq!(
        (status, &told[0]["endedBy"], &told[0]["failing"]),
        (StatusCode::OK, &"administrator".into(), &5.into())
    );
    let by_whom = "SELECT count(*) FROM audit_log WHERE payload LIKE '%quarantine.ended%' AND payload LIKE '%user:%'";
    assert_eq!(rig.count(by_whom).await, 1);
    assert_eq!(rig.nobody().json("/v1/quarantines").await.0, StatusCode::UNAUTHORIZED);
}
