//! The endpoint, as NanoMDM calls it.

use axum::body::to_bytes;
use serde_json::Value;

use super::{super::find, *};

const PATH: &str = "/v1/mdm/1/nanomdm";

async fn body_of(answer: Response<Body>) -> Vec<u8> {
    to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()
}

fn message() -> Vec<u8> {
    event("mdm.Connect", UDID, "2026-11-24T08:00:00Z", &security(true))
}

#[tokio::test]
async fn a_signed_message_is_answered_with_exactly_200_and_nothing_else() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    let answer = rig.deliver(PATH, &key, &message()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(body_of(answer).await.is_empty());
    assert_eq!(rig.records(rig.scope).await.len(), 1);
}

#[tokio::test]
async fn a_kind_that_nothing_is_taken_of_is_counted() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    rig.taken(&key, &event("mdm.SomethingNew", UDID, "2026-11-24T08:00:00Z", "")).await;
    rig.taken(&key, &message()).await;
    let scope = rig.scope;
    let source = rig.server.store.read(move |conn| find(conn, scope, "nanomdm")).await.unwrap().unwrap();
    assert_eq!((source.received, source.ignored), (2, 1));
    assert_eq!((source.last_received_at, source.last_error), (Some(rig.server.now()), None));
}

#[tokio::test]
async fn what_is_not_signed_by_its_source_is_refused_alike_and_kept_nowhere() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    let other = rig.source(rig.scope, "other", AppLists::MayLeaveOut).await;
    assert_ne!(key, other);
    let mut changed = message();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), &changed);
    changed.push(b' ');
    let answers = [
        rig.deliver_signed(PATH, &STANDARD.encode(tag), &changed).await,
        rig.deliver(PATH, "sekrit", &message()).await,
        rig.deliver(PATH, &other, &message()).await,
        rig.deliver(PATH, "", &message()).await,
        rig.deliver_signed(PATH, "", &message()).await,
        rig.deliver_signed(PATH, "not base64!", &message()).await,
        rig.deliver("/v1/mdm/1/unknown", &key, &message()).await,
        rig.deliver("/v1/mdm/2/nanomdm", &key, &message()).await,
        rig.deliver("/v1/mdm/x/nanomdm", &key, &message()).await,
    ];
    let mut bodies = std::collections::HashSet::new();
    for answer in answers {
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        bodies.insert(body_of(answer).await);
    }
    assert_eq!(bodies.len(), 1, "an unknown source looks like a wrong signature");
    let body: Value = serde_json::from_slice(bodies.iter().next().unwrap()).unwrap();
    assert_eq!(body["code"], "inventory-unsigned");
    assert!(rig.records(rig.scope).await.is_empty());
}

#[tokio::test]
async fn a_sender_that_cannot_sign_gives_the_key_as_its_password() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    let with = async |authorization: String, signature: Option<&str>| {
        let mut request = Request::post(PATH).header("authorization", authorization);
        if let Some(signature) = signature {
            request = request.header("X-Hmac-Signature", signature);
        }
        let request = request.body(Body::from(message())).unwrap();
        api::router(std::sync::Arc::clone(&rig.server)).oneshot(request).await.unwrap().status()
    };
    let basic = |text: String| format!("Basic {}", STANDARD.encode(text));
    for wrong in [
        basic("mdm:sekrit".into()),
        basic("mdm:".into()),
        basic(key.clone()),
        basic(format!("{key}:")),
        format!("Bearer {key}"),
        "Basic".into(),
        String::new(),
    ] {
        assert_eq!(with(wrong.clone(), None).await, StatusCode::UNAUTHORIZED, "{wrong}");
    }
    let right = basic(format!("mdm:{key}"));
    assert_eq!(with(right.clone(), Some("AAAA")).await, StatusCode::UNAUTHORIZED, "a signature that is there must fit");
    assert!(rig.records(rig.scope).await.is_empty());
    assert_eq!(with(right, None).await, StatusCode::OK);
}

#[tokio::test]
async fn a_renewed_key_ends_the_one_before() {
    let (rig, old) = site(AppLists::MayLeaveOut).await;
    let scope = rig.scope;
    assert!(rig.server.store.write(move |conn| super::super::renew(conn, scope, "nanomdm")).await.unwrap());
    assert_eq!(rig.deliver(PATH, &old, &message()).await.status(), StatusCode::UNAUTHORIZED);
    let new = secret(&rig.server.keys, rig.scope, "nanomdm", 2);
    rig.taken(&new, &message()).await;
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_refused_and_its_fault_is_kept() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    let whole = message();
    for body in [&whole[..whole.len() / 2], b"", b"{}", b"\xff\xfe"] {
        let answer = rig.deliver(PATH, &key, body).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
    let scope = rig.scope;
    let source = rig.server.store.read(move |conn| find(conn, scope, "nanomdm")).await.unwrap().unwrap();
    let (why, at) = source.last_error.unwrap();
    assert!(why.contains("is not JSON"), "{why}");
    assert_eq!((at, source.received), (rig.server.now(), 0));
    assert!(rig.records(rig.scope).await.is_empty());
}

#[tokio::test]
async fn five_megabytes_are_refused_unread() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    let answer = rig.deliver(PATH, &key, &vec![b' '; 5 * 1024 * 1024]).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn organisations_never_meet() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    let second = rig.server.create_organisation("Otra").await.unwrap();
    let their_key = rig.source(second, "nanomdm", AppLists::MayLeaveOut).await;
    assert_ne!(key, their_key, "the same name has another key");
    let ours = rig.enrolled_as(UDID).await.answer.device;
    let answer = rig.deliver("/v1/mdm/2/nanomdm", &their_key, &message()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(rig.deliver("/v1/mdm/2/nanomdm", &key, &message()).await.status(), StatusCode::UNAUTHORIZED);
    assert!(rig.records(rig.scope).await.is_empty());
    assert_eq!(rig.managed(ours).await, None);
    let theirs = rig.records(second).await;
    assert_eq!((theirs.len(), theirs[0].device), (1, None), "their record does not reach our device");
}
