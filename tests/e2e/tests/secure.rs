//! A company whose server has a certificate of its own authority, and clients that are told of it.

use std::{path::PathBuf, sync::Arc};

use agent_core::client::{HttpTransport, Outcome, Sent, TlsOptions, Transport};
use atalaya_server::serve::TlsFiles;

use crate::{
    person::{Person, clock},
    site::{POLICY, Site},
};

/// What the client's own tests use; the certificate is for `localhost`.
fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../agent-core/tests/tls").join(name)
}

/// The network of a client that is given this root.
fn rooted(root: &str) -> Arc<dyn Transport> {
    let extra_roots = Some(std::fs::read(file(root)).unwrap());
    Arc::new(HttpTransport::with("0.1.0", TlsOptions { extra_roots, ..TlsOptions::default() }))
}

#[tokio::test]
async fn a_server_is_believed_by_the_company_s_root_and_by_no_other() {
    let site = Site::secured(TlsFiles { cert: file("server.pem"), key: file("server.key") }).await;
    let scope = site.organisation("Secure", POLICY).await;
    let token = site.token(scope, 1).await;

    let stranger = Person::over(clock(&site), rooted("other-root.pem"));
    let refused = stranger.agent.enrol(&site.url, &token, None).await.unwrap_err();
    assert_eq!(refused.code(), "server-identity");
    assert!(refused.to_string().contains("give the company's root"), "{refused}");
    let tried = stranger.agent.ledger().unwrap();
    assert!(tried.iter().all(|one| one.kind == Sent::Challenge && one.outcome == Outcome::Unknown), "not the token");

    // The token is still good: the server has heard of none of it.
    let mut person = Person::over(clock(&site), rooted("root.pem"));
    person.enrol(&site, &token).await;
    assert_eq!(person.report().await.acknowledged, 1);

    // Somebody comes between: the report waits, and the person is told why.
    let (storage, key) = (Arc::clone(&person.storage), Arc::clone(&person.key));
    let between = Person::with(clock(&site), rooted("other-root.pem"), storage, key);
    between.agent.report(&between.facts).unwrap();
    let delivery = between.deliver().await.unwrap();
    assert_eq!((delivery.acknowledged, delivery.waiting), (0, 1));
    assert_eq!(delivery.problem.unwrap().code(), "server-identity");
    assert_eq!(between.agent.status().unwrap().problems[0].code, "server-identity");
    assert_eq!(site.reports(person.device()).await, 1);
    assert_eq!(person.deliver().await.unwrap().acknowledged, 1);
    assert!(person.agent.status().unwrap().problems.is_empty());
}
