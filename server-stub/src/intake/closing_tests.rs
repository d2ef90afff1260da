//! Devices that an administrator closes, and those that enrol again.

use std::sync::Arc;

use agent_core::wire::{
    envelope::{Kind, hex, seal, sha256},
    id::DeviceId,
    key::Algorithm,
    message::{EnrolmentAnswer, Proof},
    problem::Problem,
    software_key::SoftwareKey,
};
use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use jiff::SignedDuration;
use tower::ServiceExt;

use crate::{
    access::Actor,
    api::{self, problem::ProblemCode},
    judging::{
        self,
        closing::{
            CannotClose, Closing,
            ClosingReason::{self, Lost, Replaced, Retired},
        },
    },
    rig::{Device, Rig, facts, full, rig},
};

async fn close(rig: &Rig, device: &Device, reason: ClosingReason) -> Result<Closing, CannotClose> {
    rig.server.close_device((rig.scope, device.answer.device), reason, Actor::Local).await.unwrap()
}

async fn refused(rig: &Rig, device: &mut Device) -> Problem {
    let envelope = rig.report(device, full(facts(true)));
    rig.jose::<serde_json::Value>("/v1/reports", &envelope).await.unwrap_err()
}

#[tokio::test]
async fn a_closed_device_is_told_so_and_counts_no_more() {
    let rig = rig().await;
    let mut device = rig.enrol().await;
    rig.send(&mut device, facts(true)).await;
    rig.clock.advance(SignedDuration::from_hours(1));
    let key = device.key.public_key().thumbprint();
    let known = async || rig.server.registry.find(&rig.server.store, &key).await.unwrap().unwrap().gone;
    assert_eq!(known().await, None);
    assert_eq!(close(&rig, &device, Lost).await.unwrap().reason, Lost);
    assert_eq!(known().await, Some(ProblemCode::DeviceClosed), "it fetches no policy any more either");
    let problem = refused(&rig, &mut device).await;
    assert_eq!((problem.status, problem.code.as_str()), (403, "device-closed"));
    assert_eq!(rig.count("SELECT coalesce(sum(n), 0) FROM counts").await, 0);
    assert_eq!(rig.count("SELECT count(*) FROM spans WHERE until IS NULL").await, 0);
    assert!(rig.count("SELECT count(*) FROM spans").await > 0, "its history stays");
    assert_eq!(rig.count("SELECT count(*) FROM audit_log WHERE payload LIKE '%device.closed%'").await, 1);
    rig.sound().await;

    assert_eq!(close(&rig, &device, Retired).await, Err(CannotClose::Gone));
    assert_eq!(rig.count("SELECT count(*) FROM audit_log WHERE payload LIKE '%device.closed%'").await, 1);
    let stranger = DeviceId::new(rig.scope.org(), [9; 12]);
    let unknown = rig.server.close_device((rig.scope, stranger), Lost, Actor::Local).await.unwrap();
    assert_eq!(unknown, Err(CannotClose::Unknown));
    let tampered = rig.server.store.write(|connection| Ok(connection.execute("DELETE FROM closings", [])?));
    tampered.await.unwrap();
    let breaches = rig.breaches().await;
    assert_eq!((breaches.len(), breaches[0].invariant), (1, "I5"), "a device is gone, and nothing says why");
}

/// Fetches its policy: the status, and the problem's code where there is one.
async fn fetch(rig: &Rig, device: &Device) -> (u16, String) {
    const PATH: &str = "/v1/policy";
    let proof = Proof {
        audience: device.answer.audience.clone(),
        device: device.answer.device,
        challenge: device.challenge.clone(),
        at: rig.server.now(),
        method: "GET".to_owned(),
        path: PATH.to_owned(),
        body_hash: hex(&sha256(b"")),
    };
    let proof = seal(Kind::Proof, &proof, &device.key).unwrap();
    let request =
        Request::get(PATH).header(header::AUTHORIZATION, format!("Proof {proof}")).body(Body::empty()).unwrap();
    let response = api::router(Arc::clone(&rig.server)).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice::<Problem>(&body).map_or_else(|_| String::new(), |problem| problem.code))
}

#[tokio::test]
async fn what_another_process_closes_fetches_nothing_any_more() {
    let rig = rig().await;
    let device = rig.enrol().await;
    assert_eq!(fetch(&rig, &device).await, (200, String::new()));
    let (at, now) = ((rig.scope, device.answer.device), rig.server.now());
    let closed = rig.server.store.commit(move |connection, desk| judging::close(connection, desk, at, Lost, now));
    closed.await.unwrap().unwrap();
    assert_eq!(fetch(&rig, &device).await, (403, "device-closed".to_owned()));
}

#[tokio::test]
async fn a_lost_key_is_replaced_by_a_new_enrolment() {
    let rig = rig().await;
    let mut old = rig.enrol_as(Some("crane-7")).await;
    rig.send(&mut old, facts(true)).await;
    let other = rig.enrol_as(Some("crane-8")).await;
    assert_eq!(rig.count("SELECT count(*) FROM findings").await, 0);
    let mut new = rig.enrol_as(Some(" crane-7")).await;
    assert_eq!(rig.count("SELECT count(*) FROM findings WHERE kind = 'enrolled-again'").await, 1);
    let named = "SELECT count(*) FROM findings f JOIN devices d USING (org, device) WHERE d.device_ref = 'crane-7'";
    assert_eq!(rig.count(named).await, 1, "the finding stands at the device that was there before");

    let itself = Replaced(old.answer.device);
    assert_eq!(close(&rig, &old, itself).await, Err(CannotClose::NotReplaced));
    let stranger = Replaced(DeviceId::new(rig.scope.org(), [9; 12]));
    assert_eq!(close(&rig, &old, stranger).await, Err(CannotClose::NotReplaced));
    rig.send(&mut old, facts(true)).await;
    close(&rig, &old, Replaced(new.answer.device)).await.unwrap();
    assert_eq!(refused(&rig, &mut old).await.code, "device-closed");
    rig.send(&mut new, facts(true)).await;
    assert_eq!(close(&rig, &other, Replaced(old.answer.device)).await, Err(CannotClose::NotReplaced), "it is gone");
    rig.sound().await;
    rig.enrol_as(Some("crane-7")).await;
    assert_eq!(rig.count("SELECT count(*) FROM findings WHERE kind = 'enrolled-again'").await, 2);
}

#[tokio::test]
async fn a_closed_key_does_not_enrol_again() {
    let rig = rig().await;
    let token = rig.token(2).await;
    let key = SoftwareKey::generate(Algorithm::Es256).unwrap();
    let enrolment = rig.enrolment(&token, &key).await;
    let answer: EnrolmentAnswer = rig.jose("/v1/enrolments", &enrolment).await.unwrap();
    let device = Device { key, challenge: answer.challenge.clone(), answer, sequence: 0 };
    close(&rig, &device, Retired).await.unwrap();
    let problem = rig.jose::<EnrolmentAnswer>("/v1/enrolments", &enrolment).await.unwrap_err();
    assert_eq!((problem.status, problem.code.as_str()), (403, "device-closed"));
}
