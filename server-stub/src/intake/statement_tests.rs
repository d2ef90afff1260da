//! What a person says, through the router.

use agent_core::{
    clock::Clock,
    judge::{facts::Declaration, quiet_hours::Pause, text::Language},
    wire::{
        message::{Acknowledgement, EnrolmentAnswer},
        statement::{self, Answer, Content, Subject},
    },
};
use jiff::SignedDuration;

use crate::{
    judging::rules::apply_policy,
    rig::{Device, Rig, facts, full, rig, verdict},
};

const POLICY: &str = r"
apiVersion: posture/v1
kind: Policy
metadata: { name: said, revision: 2 }
spec:
  stale: { after: 3d, notCompliantAfter: 14d }
  enrolmentGrace: 0s
  quietHours: { timezone: Europe/Madrid }
  checks:
    screen-lock: {}
    usage-rules: { version: 3 }
    declarations: { away-message: { maxAge: 30d } }
";

async fn asking() -> (Rig, Device) {
    let rig = rig().await;
    let (scope, now) = (rig.scope, rig.clock.now());
    let applied = rig
        .server
        .store
        .write(move |connection| Ok(apply_policy(connection, scope, "default", ("policy.yaml", POLICY), "", now)));
    applied.await.unwrap().unwrap();
    let device = rig.enrol().await;
    (rig, device)
}

fn rules(version: u32) -> Content {
    let (subject, language) = (Subject::UsageRules, Language::Es);
    Content::Acknowledgement(statement::Acknowledgement { subject, version, text_hash: "ab".repeat(32), language })
}

fn away(affirmed: bool) -> Content {
    Content::Declaration(Answer { declaration: Declaration::AwayMessage, affirmed })
}

async fn state(rig: &Rig) -> String {
    let found = rig.server.store.read(|connection| {
        Ok(connection.query_row("SELECT state FROM device_states", [], |row| row.get::<_, String>(0))?)
    });
    found.await.unwrap()
}

#[tokio::test]
async fn a_statement_judges_the_device_at_once() {
    let (rig, mut device) = asking().await;
    let told = rig.send(&mut device, facts(true)).await;
    assert_eq!((verdict(&told, "usage-rules"), verdict(&told, "declarations")), ("unknown".into(), "unknown".into()));
    let envelope = rig.said(&device, 1, rules(3));
    let receipt = rig.say(&envelope).await.unwrap();
    assert_eq!(receipt.number, 1);
    rig.say(&rig.said(&device, 2, away(true))).await.unwrap();
    assert_eq!(state(&rig).await, "compliant");
    rig.sound().await;
    // A report that tells nothing of it shows it all the same, under the challenge that it had.
    let told = rig.send(&mut device, facts(true)).await;
    assert_eq!((verdict(&told, "usage-rules"), verdict(&told, "declarations")), ("pass".into(), "pass".into()));
    assert_eq!(rig.count("SELECT fresh FROM reports ORDER BY sequence DESC LIMIT 1").await, 1);
    // The answer is old one day: it is asked again.
    rig.clock.advance(SignedDuration::from_hours(2 * 24));
    rig.send(&mut device, facts(true)).await;
    rig.clock.advance(SignedDuration::from_hours(29 * 24));
    rig.server.settle().await.unwrap();
    assert_eq!(state(&rig).await, "not-compliant");
    rig.sound().await;
}

#[tokio::test]
async fn a_number_is_taken_once_and_never_twice() {
    let (rig, device) = asking().await;
    let envelope = rig.said(&device, 2, rules(3));
    let first = rig.say(&envelope).await.unwrap();
    let again = rig.say(&envelope).await.unwrap();
    assert_eq!((first.number, &first.statement_hash), (again.number, &again.statement_hash));
    assert_eq!(rig.count("SELECT count(*) FROM statements").await, 1);
    let other = rig.say(&rig.said(&device, 2, away(true))).await.unwrap_err();
    assert_eq!((other.status, other.code.as_str()), (409, "statement-number-conflict"));
    assert_eq!(rig.count("SELECT count(*) FROM findings WHERE kind = 'statement-conflict'").await, 1);
    let passed = rig.say(&rig.said(&device, 1, away(true))).await.unwrap_err();
    assert_eq!((passed.status, passed.code.as_str()), (409, "statement-number-passed"));
    assert_eq!(rig.count("SELECT count(*) FROM statements").await, 1);
    rig.sound().await;
}

#[tokio::test]
async fn a_statement_that_is_not_what_it_claims_is_refused() {
    let (rig, device) = asking().await;
    let refused = async |envelope: String| rig.say(&envelope).await.unwrap_err().code;
    let good = rig.said(&device, 1, rules(3));
    let (signed, _) = good.rsplit_once('.').unwrap();
    let (_, signature) =
        rig.said(&device, 1, away(true)).rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!(refused(format!("{signed}.{signature}")).await, "signature-invalid");
    assert_eq!(refused("nothing".to_owned()).await, "malformed-envelope");
    let report = {
        let mut device = rig.enrol().await;
        rig.report(&mut device, full(facts(true)))
    };
    assert_eq!(refused(report).await, "signature-invalid", "a report is no statement");
    let mut other = rig.enrol().await;
    other.challenge.clone_from(&device.challenge);
    assert_eq!(refused(rig.said(&other, 1, rules(3))).await, "challenge-invalid");
    other.answer.device = device.answer.device;
    assert_eq!(refused(rig.said(&other, 1, rules(3))).await, "audience-mismatch");
    assert_eq!(rig.jose::<Acknowledgement>("/v1/reports", &good).await.unwrap_err().code, "signature-invalid");
    assert_eq!(rig.count("SELECT count(*) FROM statements").await, 0);
}

#[tokio::test]
async fn silence_does_not_count_in_a_pause() {
    let (rig, mut device) = asking().await;
    rig.say(&rig.said(&device, 1, rules(3))).await.unwrap();
    rig.say(&rig.said(&device, 2, away(true))).await.unwrap();
    rig.send(&mut device, facts(true)).await;
    let now = rig.clock.now();
    let later = |hours| now.checked_add(SignedDuration::from_hours(hours)).unwrap();
    let pause = Content::Pause(Pause { from: later(-1000), until: later(24 * 10) });
    rig.say(&rig.said(&device, 3, pause)).await.unwrap();
    rig.clock.advance(SignedDuration::from_hours(24 * 12));
    rig.server.settle().await.unwrap();
    assert_eq!(state(&rig).await, "compliant");
    rig.sound().await;
    rig.clock.advance(SignedDuration::from_hours(24 * 2));
    rig.server.settle().await.unwrap();
    assert_eq!(state(&rig).await, "stale");
    rig.sound().await;
}

#[tokio::test]
async fn whoever_withdraws_has_left() {
    let (rig, mut device) = asking().await;
    rig.send(&mut device, facts(true)).await;
    rig.clock.advance(SignedDuration::from_hours(1));
    let envelope = rig.said(&device, 1, Content::Withdrawal {});
    let first = rig.say(&envelope).await.unwrap();
    assert_eq!(rig.say(&envelope).await.unwrap().statement_hash, first.statement_hash, "the answer was lost");
    assert_eq!(rig.count("SELECT coalesce(sum(n), 0) FROM counts").await, 0);
    assert_eq!(rig.count("SELECT coalesce(sum(change), 0) FROM count_changes").await, 0);
    assert_eq!(rig.count("SELECT count(*) FROM spans WHERE until IS NULL").await, 0);
    assert!(rig.count("SELECT count(*) FROM spans").await > 0, "its history stays");
    rig.sound().await;

    let report = rig.report(&mut device, full(facts(true)));
    let refused = rig.jose::<Acknowledgement>("/v1/reports", &report).await.unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (410, "device-left"));
    assert_eq!(rig.say(&rig.said(&device, 2, rules(3))).await.unwrap_err().code, "device-left");
    // Neither time nor new rules bring it back.
    rig.clock.advance(SignedDuration::from_hours(24 * 40));
    let (scope, now) = (rig.scope, rig.clock.now());
    let applied = rig.server.store.write(move |connection| {
        let newer = POLICY.replace("revision: 2", "revision: 3");
        Ok(apply_policy(connection, scope, "default", ("policy.yaml", &newer), "", now))
    });
    applied.await.unwrap().unwrap();
    rig.server.settle().await.unwrap();
    assert_eq!(rig.count("SELECT coalesce(sum(n), 0) FROM counts").await, 0);
    rig.sound().await;
}

#[tokio::test]
async fn nobody_comes_back_silently() {
    let (rig, _) = asking().await;
    let token = rig.token(1).await;
    let key = agent_core::wire::software_key::SoftwareKey::generate(agent_core::wire::key::Algorithm::Es256).unwrap();
    let enrolment = rig.enrolment(&token, &key).await;
    let answer: EnrolmentAnswer = rig.jose("/v1/enrolments", &enrolment).await.unwrap();
    let device = Device { key, challenge: answer.challenge.clone(), answer, sequence: 0 };
    rig.say(&rig.said(&device, 1, Content::Withdrawal {})).await.unwrap();
    let refused = rig.jose::<EnrolmentAnswer>("/v1/enrolments", &enrolment).await.unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (410, "device-left"));
}

#[tokio::test]
async fn verification_finds_statements_that_were_tampered_with() {
    for (tampering, invariant) in [
        ("DELETE FROM statements WHERE number = 1", "I1"),
        ("UPDATE statements SET number = 9 WHERE number = 2", "I3"),
        ("UPDATE statements SET envelope = replace(envelope, '.e', '.f')", "I3"),
        ("UPDATE statements SET made_on = '2020-01-01'", "I5"),
        ("UPDATE device_postures SET said = '{}'", "I5"),
        ("UPDATE device_states SET left_at = NULL", "I5"),
    ] {
        let (rig, device) = asking().await;
        rig.say(&rig.said(&device, 1, rules(3))).await.unwrap();
        rig.say(&rig.said(&device, 2, away(true))).await.unwrap();
        if tampering.contains("left_at") {
            rig.say(&rig.said(&device, 3, Content::Withdrawal {})).await.unwrap();
        }
        rig.sound().await;
        let changed = rig.server.store.write(move |connection| Ok(connection.execute(tampering, [])?));
        assert!(changed.await.unwrap() > 0, "{tampering}");
        let breaches = rig.breaches().await;
        assert!(breaches.iter().any(|breach| breach.invariant == invariant), "{tampering}: {breaches:?}");
    }
}
