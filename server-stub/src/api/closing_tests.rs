//! The form of the device page that closes a device.

use axum::http::{StatusCode, header};

use crate::{
    access::Role,
    rig::{facts, rig},
};

/// The value of a hidden field, and whether the page has the form at all.
fn token(page: &str) -> Option<String> {
    let form = &page[page.find("/close\"><input type=\"hidden\" name=\"csrf\" value=\"")?..];
    form.split('"').nth(6).map(str::to_owned)
}

#[tokio::test]
async fn an_owner_closes_a_device_that_enrolled_again() {
    let rig = rig().await;
    let mut old = rig.enrol_as(Some("crane-7")).await;
    rig.send(&mut old, facts(true)).await;
    let new = rig.enrol_as(Some("crane-7")).await;
    let (old, new) = (old.answer.device, new.answer.device);
    let page = format!("/devices/{old}");
    let action = format!("{page}/close");
    let replaced = format!("replaced:{new}");

    let viewer = rig.signed_in("viewer@clinica.example", Role::Viewer).await;
    let (_, text) = viewer.text(&page).await;
    let own = text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    assert_eq!(token(&text), None, "who may only look sees no form");
    assert!(text.contains(&format!("enrolled under the same reference, as {}", new.label())), "{text}");

    let owner = rig.signed_in("owner@clinica.example", Role::Owner).await;
    let (_, text) = owner.text(&page).await;
    assert!(text.contains(&replaced), "the one that it may have become is offered: {text}");
    let csrf = token(&text).unwrap();
    for (who, form, status) in [
        (&viewer, format!("csrf={own}&reason=lost"), StatusCode::FORBIDDEN),
        (&owner, "csrf=another&reason=lost".to_owned(), StatusCode::FORBIDDEN),
        (&owner, format!("csrf={csrf}&reason=bored"), StatusCode::BAD_REQUEST),
        (&owner, format!("csrf={csrf}&reason=replaced:{old}"), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(who.post(&action, form.clone()).await.status(), status, "{form}");
    }
    assert_eq!(rig.count("SELECT count(*) FROM closings").await, 0);

    for _ in 0..2 {
        let answer = owner.post(&action, format!("csrf={csrf}&reason={replaced}")).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()[header::LOCATION], page.as_str());
    }
    assert_eq!(rig.count("SELECT count(*) FROM closings").await, 1);
    let (_, text) = owner.text(&page).await;
    assert_eq!(token(&text), None, "it is closed");
    assert!(text.contains(&format!("it lost its key and is now {}", new.label())), "{text}");
    let (_, device) = owner.text(&format!("/v1/devices/{old}")).await;
    assert!(device.contains(&format!("\"closed\":{{\"reason\":\"replaced\",\"replacedBy\":\"{new}\"}}")), "{device}");
    // Among those that are gone it is told from one that left by itself.
    for (list, told) in [
        ("/devices?left=yes", ">Closed<"),
        ("/devices.csv?left=yes", "\nClosed,"),
        ("/v1/devices?left=yes", "\"closed\":\"replaced\""),
        ("/v1/devices.csv?left=yes", ",replaced\r\n"),
    ] {
        let (_, text) = owner.text(list).await;
        assert!(text.contains(told), "{list}: {text}");
    }
    let nothing_done = "SELECT count(*) FROM audit_log WHERE payload LIKE '%device.closed%' AND payload LIKE '%user:%'";
    assert_eq!(rig.count(nothing_done).await, 1, "on the record, with who did it");
}
