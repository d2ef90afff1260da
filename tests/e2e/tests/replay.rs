//! The same report again changes nothing; another one under its number is refused and noted.

use agent_core::judge::facts::Reading;

use crate::{
    person::Person,
    site::{POLICY, Site},
    wire::{report, sealed, send},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_get_the_same_acknowledgement_and_other_bytes_a_refusal() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let person = Person::enrolled(&site, &token).await;
    let mut made = report(&site, &person, 1).await;
    let envelope = sealed(&made, &*person.key);
    let first = send(&site, &envelope).await.acknowledged();

    for _ in 0..3 {
        site.pass(1).await;
        let again = send(&site, &envelope).await.acknowledged();
        assert_eq!((again.sequence, &again.report_hash), (first.sequence, &first.report_hash));
    }
    assert_eq!(site.reports(person.device()).await, 1);
    assert_eq!(site.findings(person.device()).await, 0);

    // The same number with other bytes: even the same report signed anew is one (ES256 is not deterministic).
    let anew = send(&site, &sealed(&made, &*person.key)).await;
    assert_eq!(anew.status, 409);
    if let agent_core::wire::report::Content::Full(full) = &mut made.content {
        full.facts.screen_lock = Reading::reported(false);
    }
    let other = send(&site, &sealed(&made, &*person.key)).await;
    assert_eq!((other.status, other.refused()), (409, "report-sequence-conflict".to_owned()));
    let hint = String::from_utf8_lossy(&other.body).into_owned();
    assert!(!hint.contains(&first.report_hash), "no hint of what is stored: {hint}");
    assert_eq!(site.reports(person.device()).await, 1);
    assert_eq!(site.findings(person.device()).await, 2);
    assert_eq!(site.state(person.device()).await, "compliant");
    site.verify();
}
