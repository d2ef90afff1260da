//! Whatever is changed in an envelope, it is refused, and nothing of it enters the history.

use agent_core::{
    client::transport::ContentType,
    wire::{
        envelope::{Kind, seal},
        key::Algorithm,
        message::Batch,
        software_key::SoftwareKey,
    },
};

use crate::{
    person::Person,
    site::{POLICY, Site},
    wire::{challenge, post, report, sealed, send},
};

#[tokio::test(flavor = "multi_thread")]
async fn every_flipped_bit_of_an_envelope_is_refused() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let person = Person::enrolled(&site, &token).await;
    let envelope = sealed(&report(&site, &person, 1).await, &*person.key);

    let mut flipped = Vec::new();
    for place in 0..envelope.len() {
        for bit in 0..8 {
            let mut bytes = envelope.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            flipped.push(bytes);
        }
    }
    // What is text goes in batches, or ten thousand calls would be made; what is not text goes alone.
    let (texts, others): (Vec<_>, Vec<_>) = flipped.into_iter().partition(|bytes| std::str::from_utf8(bytes).is_ok());
    let texts: Vec<String> = texts.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    for envelopes in texts.chunks(200) {
        let batch = serde_json::to_vec(&Batch { envelopes: envelopes.to_vec() }).unwrap();
        let answer = post(&site, "/v1/reports/batch", ContentType::Json, &batch).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let answers: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let answers = answers["answers"].as_array().unwrap();
        assert_eq!(answers.len(), envelopes.len());
        for (answer, envelope) in answers.iter().zip(envelopes) {
            assert!(answer.get("refused").is_some(), "{envelope}: {answer}");
        }
    }
    for bytes in others.iter().step_by(97) {
        let answer = post(&site, "/v1/reports", ContentType::Jose, bytes).await;
        assert!((400..500).contains(&answer.status));
    }
    assert_eq!(site.reports(person.device()).await, 0);
    assert_eq!(site.findings(person.device()).await, 0);

    // The one that nobody touched is taken.
    assert_eq!(send(&site, &envelope).await.acknowledged().sequence, 1);
    site.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_another_kind_and_another_audience_are_refused() {
    let site = Site::open().await;
    let scope = site.organisation("Clinica", POLICY).await;
    let token = site.token(scope, 1).await;
    let person = Person::enrolled(&site, &token).await;
    let own = report(&site, &person, 1).await;

    let stranger = SoftwareKey::generate(Algorithm::Es256).unwrap();
    assert!(send(&site, &sealed(&own, &stranger)).await.status >= 400);

    let as_proof = seal(Kind::Proof, &own, &*person.key).unwrap();
    assert!(send(&site, &as_proof).await.status >= 400);

    let mut elsewhere = own.clone();
    elsewhere.audience.0.push('0');
    assert!(send(&site, &sealed(&elsewhere, &*person.key)).await.status >= 400);

    let mut stale = own.clone();
    stale.challenge = stale.challenge.chars().rev().collect();
    assert!(send(&site, &sealed(&stale, &*person.key)).await.status >= 400);

    let mut smuggled = serde_json::to_value(&own).unwrap();
    smuggled["content"]["full"]["facts"]["contacts"] = serde_json::json!(["+34 600 000 000"]);
    let smuggled = seal(Kind::Report, &smuggled, &*person.key).unwrap();
    assert!(send(&site, &smuggled).await.status >= 400, "a field outside the allow-list");

    assert_eq!(site.reports(person.device()).await, 0);
    let _ = challenge(&site, person.device()).await;
    assert_eq!(send(&site, &sealed(&own, &*person.key)).await.acknowledged().sequence, 1);
    site.verify();
}
