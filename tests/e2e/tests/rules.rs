//! Rules change without a report, and never back.

use agent_core::{
    client::{
        HttpTransport, Transport,
        transport::{Answer, Request},
    },
    judge::{DeviceState, facts::Reading},
};

use std::sync::{Arc, Mutex};

use crate::{
    person::{Person, clock},
    site::{CATALOGUE, POLICY, Site},
};

/// Asks for the version without minding the floor: what is not asked for is not told.
fn without_floor() -> String {
    let minimum = POLICY.replace("floor: enforce", "floor: false, android: { min: 2.26.1.1 }");
    minimum.replace("revision: 7", "revision: 6")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_policy_judges_the_fleet_again_without_a_report() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", &without_floor()).await;
    site.import(scope, CATALOGUE).await;
    let token = site.token(scope, 1).await;
    let mut person = Person::enrolled(&site, &token).await;
    person.facts.whatsapp_business.version = Reading::reported("2.26.9.72".to_owned());
    assert_eq!(person.report().await.last.unwrap().state, DeviceState::Compliant);

    site.pass(1).await;
    site.apply(scope, POLICY).await;
    assert_eq!(site.state(person.device()).await, "not-compliant");
    assert_eq!(site.reports(person.device()).await, 1);
    site.verify();

    // The phone hears of it with its next report, and judges by it from then on.
    let delivery = person.report().await;
    assert!(delivery.new_policy);
    assert_eq!(person.agent.status().unwrap().rules.unwrap().policy_revision, 7);
    let own = person.agent.check(&person.facts).unwrap();
    assert_eq!(own.state, agent_core::judge::PostureState::NotCompliant);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_floor_in_the_catalogue_judges_the_fleet_again() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let mut person = Person::enrolled(&site, &token).await;
    person.facts.whatsapp_business.version = Reading::reported("2.26.9.72".to_owned());
    assert_eq!(person.report().await.last.unwrap().state, DeviceState::Compliant);
    site.pass(1).await;
    site.import(scope, CATALOGUE).await;
    assert_eq!(site.state(person.device()).await, "not-compliant");
    site.verify();
}

/// Answers of an earlier moment, kept and given again: what somebody between could do.
struct Rewinding {
    real: HttpTransport,
    path: &'static str,
    kept: Mutex<Option<agent_core::client::transport::Response>>,
    rewinds: std::sync::atomic::AtomicBool,
}

impl Transport for Rewinding {
    fn call<'a>(&'a self, server: &'a str, request: Request) -> Answer<'a> {
        Box::pin(async move {
            let is_it = request.path == self.path;
            let kept = self.kept.lock().unwrap().clone();
            if is_it
                && self.rewinds.load(std::sync::atomic::Ordering::Relaxed)
                && let Some(old) = kept
            {
                return Ok(old);
            }
            let answer = self.real.call(server, request).await?;
            if is_it && answer.status == 200 {
                self.kept.lock().unwrap().get_or_insert_with(|| answer.clone());
            }
            Ok(answer)
        })
    }
}

/// Takes two newer documents, then is given the first of them again: refused, and the newer one holds.
async fn downgrade(path: &'static str, revision: impl Fn(&Person) -> u64, change: impl AsyncFn(&Site, usize)) {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", &without_floor()).await;
    let token = site.token(scope, 1).await;
    let between =
        Arc::new(Rewinding { real: HttpTransport::new("0.1.0"), path, kept: Mutex::default(), rewinds: false.into() });
    let mut person = Person::over(clock(&site), Arc::<Rewinding>::clone(&between));
    person.enrol(&site, &token).await;
    for step in 0..2 {
        site.pass(1).await;
        change(&site, step).await;
        assert!(person.report().await.problem.is_none());
    }
    let held = revision(&person);
    // A third change makes the phone ask again; what comes is the first.
    site.pass(1).await;
    change(&site, 2).await;
    between.rewinds.store(true, std::sync::atomic::Ordering::Relaxed);
    let delivery = person.report().await;
    assert_eq!(delivery.problem.as_ref().map(agent_core::client::AgentError::code), Some("downgrade"), "{delivery:?}");
    assert_eq!(revision(&person), held);
    // With an honest network it goes on.
    between.rewinds.store(false, std::sync::atomic::Ordering::Relaxed);
    site.pass(24).await;
    assert!(person.report().await.problem.is_none());
    assert!(revision(&person) > held);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_policy_is_refused_by_the_agent() {
    let revision = |person: &Person| person.agent.status().unwrap().rules.unwrap().policy_revision;
    downgrade("/v1/policy", revision, async |site, step| {
        let scope = site.server.organisations().await.unwrap()[0].0;
        site.apply(scope, &POLICY.replace("revision: 7", &format!("revision: {}", 7 + step))).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_catalogue_is_refused_by_the_agent() {
    let revision = |person: &Person| person.agent.status().unwrap().rules.unwrap().catalogue_revision;
    downgrade("/v1/catalogue", revision, async |site, _| {
        let scope = site.server.organisations().await.unwrap()[0].0;
        site.import(scope, CATALOGUE).await;
    })
    .await;
}
