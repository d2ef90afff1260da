//! From the token to the fleet view, and from a failing check to a fixed one.

use agent_core::judge::{Check, DeviceState, Verdict, facts::Reading};

use crate::{
    console::Console,
    person::Person,
    site::{CATALOGUE, POLICY, Site},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_enrols_reports_fixes_and_is_compliant() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    site.import(scope, CATALOGUE).await;
    let token = site.token(scope, 1).await;
    let mut person = Person::enrolled(&site, &token).await;

    // A phone with a known hole in WhatsApp Business.
    person.facts.whatsapp_business.version = Reading::reported("2.26.9.72".to_owned());
    let told = person.report().await.last.unwrap();
    assert_eq!(told.state, DeviceState::NotCompliant);
    let posture = told.posture.unwrap();
    let whatsapp = posture.checks.iter().find(|check| check.check == Check::WhatsappBusiness.as_str()).unwrap();
    assert_eq!(whatsapp.verdict, Verdict::Fail.as_str());
    assert_eq!(site.state(person.device()).await, "not-compliant");

    // IT sees it: counted, listed with its reason, and on the page.
    let (script, owner) =
        (Console::script(&site, scope).await, Console::person(&site, scope, "marta@levante.example").await);
    let summary = script.get(&site, "/v1/fleet/summary").await.json();
    assert_eq!((&summary["states"]["notCompliant"], &summary["states"]["compliant"]), (&1.into(), &0.into()));
    let listed = script.get(&site, "/v1/devices?state=not-compliant").await;
    assert!(listed.body.contains(&person.device().to_string()) && listed.body.contains("2.26.9.72"), "{}", listed.body);
    let page = owner.get(&site, &format!("/devices/{}", person.device())).await;
    assert!(page.status == 200 && page.body.contains("2.26.17.4") && page.body.contains("CVE-2026-23871"));

    // The person updates, and the server says so.
    site.pass(1).await;
    person.facts.whatsapp_business.version = Reading::reported("2.26.39.71".to_owned());
    assert_eq!(person.report().await.last.unwrap().state, DeviceState::Compliant);
    assert_eq!(site.state(person.device()).await, "compliant");
    assert_eq!(site.reports(person.device()).await, 2);
    assert_eq!(script.get(&site, "/v1/fleet/summary").await.json()["states"]["compliant"], 1);
    site.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_lock_is_in_grace_until_its_deadline_without_another_report() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let mut person = Person::enrolled(&site, &token).await;
    person.facts.screen_lock = Reading::reported(false);
    let told = person.report().await.last.unwrap();
    assert_eq!(told.state, DeviceState::InGrace);
    site.pass(3 * 24 - 1).await;
    assert_eq!(site.state(person.device()).await, "in-grace");
    site.pass(1).await;
    assert_eq!(site.state(person.device()).await, "not-compliant");
    site.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_becomes_stale_then_not_compliant_and_never_compliant() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let person = Person::enrolled(&site, &token).await;
    assert_eq!(person.report().await.last.unwrap().state, DeviceState::Compliant);
    for (days, state) in [(2, "compliant"), (1, "stale"), (10, "stale"), (1, "not-compliant"), (400, "not-compliant")] {
        site.pass(24 * days).await;
        assert_eq!(site.state(person.device()).await, state);
    }
    // One word from it, and it is back.
    assert_eq!(person.report().await.last.unwrap().state, DeviceState::Compliant);
    site.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_an_enrolment_does_not_burn_the_token() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let person = Person::enrolled(&site, &token).await;
    let again = person.agent.enrol(&site.url, &token, None).await.unwrap();
    assert_eq!(again.device, person.device());
    let other = Person::over(crate::person::clock(&site), crate::person::network());
    let refused = other.agent.enrol(&site.url, &token, None).await.unwrap_err();
    let unknown = other.agent.enrol(&site.url, "00000000000000000000000000", None).await.unwrap_err();
    assert_eq!(refused.code(), unknown.code(), "one answer for spent and unknown tokens");
}
