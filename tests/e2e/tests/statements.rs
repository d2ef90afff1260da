//! What a person says: from the tap on the phone to the page that IT sees.

use agent_core::{
    client::{AgentError, Held, Outcome, Sent, Urgency},
    judge::{DeviceState, facts::Declaration, text::Language},
    wire::statement::Subject,
};
use jiff::SignedDuration;

use crate::{console::Console, person::Person, site::Site};

/// A notice to read, rules to acknowledge, and a question that is asked again after thirty days.
const ASKING: &str = r#"
apiVersion: posture/v1
kind: Policy
metadata: { name: whatsapp-at-work, revision: 7 }
spec:
  stale: { after: 3d, notCompliantAfter: 14d }
  enrolmentGrace: 0s
  notice: { version: 2, text: { es: "Miramos el bloqueo.", en: "We look at the lock." } }
  checks:
    screen-lock: {}
    usage-rules: { version: 3 }
    declarations: { linked-devices: { maxAge: 30d } }
"#;

async fn verdict(person: &Person, check: &str) -> (String, String) {
    let told = person.report().await.last.unwrap().posture.unwrap();
    let found = told.checks.iter().find(|one| one.check == check).unwrap();
    (found.verdict.clone(), found.reason.code.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_says_is_judged_shown_and_asked_again() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", ASKING).await;
    let token = site.token(scope, 1).await;
    let person = Person::enrolled(&site, &token).await;
    assert_eq!(person.agent.report(&person.facts).unwrap_err(), AgentError::NoticePending);
    assert_eq!(site.reports(person.device()).await, 0);

    person.agent.acknowledge(Subject::Notice, 2, Language::Es).unwrap();
    assert_eq!(verdict(&person, "usage-rules").await, ("fail".into(), "usage-rules.not-acknowledged".into()));
    person.agent.acknowledge(Subject::UsageRules, 3, Language::Es).unwrap();
    person.agent.declare(Declaration::LinkedDevices, true).unwrap();
    // What was said judges the device before any report.
    assert_eq!(person.deliver().await.unwrap().statements, 2);
    assert_eq!(site.state(person.device()).await, "compliant");
    assert_eq!(verdict(&person, "usage-rules").await, ("pass".into(), "usage-rules.acknowledged".into()));
    site.verify();

    // IT sees it, with the bytes that came; and the look is in the access log.
    let (script, owner) =
        (Console::script(&site, scope).await, Console::person(&site, scope, "marta@levante.example").await);
    let shown = script.get(&site, &format!("/v1/devices/{}", person.device())).await.json();
    let said = shown["statements"].as_array().unwrap();
    let kinds: Vec<&str> = said.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["declaration", "acknowledgement", "acknowledgement"], "newest first");
    assert_eq!(
        (&said[1]["about"], &said[1]["version"], &said[1]["language"]),
        (&"usage-rules".into(), &3.into(), &"es".into())
    );
    assert_eq!(said[1]["textHash"], person.agent.papers(Language::Es).unwrap().usage_rules.unwrap().text_hash);
    assert!(
        said.iter()
            .all(|one| one["signatureVerifies"] == true && one["payload"].as_str().unwrap().contains("challenge"))
    );
    assert_eq!(shown["views"][0]["role"], "api-token");
    let entries = person.agent.ledger().unwrap();
    let sent = entries.iter().filter(|entry| entry.kind == Sent::Statement && entry.outcome == Outcome::Acknowledged);
    assert_eq!(sent.count(), 3);
    let page = owner.get(&site, &format!("/devices/{}", person.device())).await;
    assert!(page.body.contains("Read and acknowledged the rules of use, version 3, in Spanish"), "{}", page.body);
    assert!(page.body.contains("Declared: linked devices reviewed"), "{}", page.body);

    // Thirty days on it is asked again, without a word from the phone.
    for _ in 0..14 {
        site.pass(48).await;
        person.report().await;
    }
    assert_eq!(site.state(person.device()).await, "compliant");
    site.pass(60).await;
    assert_eq!(site.state(person.device()).await, "not-compliant");
    assert!(person.agent.papers(Language::Es).unwrap().declarations[0].pending);
    assert_eq!(verdict(&person, "declarations").await, ("fail".into(), "declarations.expired".into()));
    person.agent.declare(Declaration::LinkedDevices, true).unwrap();
    assert_eq!(verdict(&person, "declarations").await.0, "pass");
    site.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_in_a_declared_pause_does_not_count() {
    let site = Site::open().await;
    let scope = site
        .organisation(
            "Clinica",
            &ASKING.replace(
                "    usage-rules: { version: 3 }\n    declarations: { linked-devices: { maxAge: 30d } }\n",
                "",
            ),
        )
        .await;
    let token = site.token(scope, 2).await;
    let (away, silent) = (Person::enrolled(&site, &token).await, Person::enrolled(&site, &token).await);
    for person in [&away, &silent] {
        person.agent.acknowledge(Subject::Notice, 2, Language::En).unwrap();
        assert_eq!(person.report().await.last.unwrap().state, DeviceState::Compliant);
    }
    let now = site.server.now();
    let back = now.checked_add(SignedDuration::from_hours(24 * 10)).unwrap();
    away.agent.pause(now, back).unwrap();
    assert_eq!(away.deliver().await.unwrap().statements, 1);
    site.pass(24 * 9).await;
    assert_eq!(
        (site.state(away.device()).await, site.state(silent.device()).await),
        ("compliant".into(), "stale".to_owned())
    );
    let held = away.agent.deliver(Urgency::Background).await.unwrap().held;
    assert_eq!(held, Some(Held::Pause { until: back }));
    let owner = Console::person(&site, scope, "marta@levante.example").await;
    let paused = owner.get(&site, &format!("/devices/{}", away.device())).await.body;
    assert!(paused.contains("away until"), "{paused}");
    assert!(!owner.get(&site, &format!("/devices/{}", silent.device())).await.body.contains("away until"));
    site.pass(24 * 5).await;
    assert_eq!(site.state(away.device()).await, "stale", "it counts again once the pause is over");
    site.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_withdraws_is_forgotten_on_the_phone_and_counted_no_more() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", ASKING).await;
    let token = site.token(scope, 2).await;
    let (person, other) = (Person::enrolled(&site, &token).await, Person::enrolled(&site, &token).await);
    for one in [&person, &other] {
        one.agent.acknowledge(Subject::Notice, 2, Language::En).unwrap();
        one.report().await;
    }
    let kept: Vec<(String, Vec<u8>)> = person
        .storage
        .list("")
        .unwrap()
        .into_iter()
        .map(|name| (name.clone(), person.storage.read(&name).unwrap().unwrap()))
        .collect();
    person.agent.withdraw().await.unwrap();
    assert_eq!(person.agent.status().unwrap().enrolment, None);
    assert!(person.storage.list("").unwrap().iter().all(|name| name.starts_with("ledger-")));
    site.verify();

    let script = Console::script(&site, scope).await;
    let summary = script.get(&site, "/v1/fleet/summary").await.json();
    assert_eq!(summary["states"]["notCompliant"], 1);
    let listed = script.get(&site, "/v1/devices").await.json();
    assert_eq!((&listed["total"], listed["devices"].as_array().unwrap().len()), (&1.into(), 1));
    let left = script.get(&site, "/v1/devices?left=yes").await.json();
    assert_eq!((&left["total"], &left["devices"][0]["id"]), (&1.into(), &person.device().to_string().into()));
    let shown = script.get(&site, &format!("/v1/devices/{}", person.device())).await.json();
    assert!(shown["leftAt"].is_string() && shown["statements"][0]["kind"] == "withdrawal", "{shown}");
    let owner = Console::person(&site, scope, "marta@levante.example").await;
    let page = owner.get(&site, &format!("/devices/{}", person.device())).await;
    assert!(page.body.contains("Withdrew") && page.body.contains("neither judged nor counted"), "{}", page.body);

    // A copy of the phone from before: the server takes nothing more, and says so.
    for (name, bytes) in kept {
        person.storage.write(&name, &bytes).unwrap();
    }
    person.agent.report(&person.facts).unwrap();
    assert_eq!(person.deliver().await.unwrap_err(), AgentError::Left);
    assert_eq!(site.reports(person.device()).await, 1);
    site.verify();
}
