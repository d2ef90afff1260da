//! Signatures that were verified before spare work, and never a look.

use std::{num::NonZeroUsize, sync::Arc, thread};

use atalaya_server::attestation::{
    Certificate,
    android::{Challenge, Expected, Roots, StatusList, Trust, Verified, judge},
    apple::{self, AppleRoots, object::AttestationObject, verify_attestation},
};
use jiff::Timestamp;
use serde_json::json;

use super::{
    apple_authority::{Apple, HASH, Said},
    authority::{Authority, Description},
};

fn now() -> Timestamp {
    "2026-11-25T09:00:00Z".parse().unwrap()
}

fn roots(authority: &Authority) -> Roots {
    let mut roots = Roots::google();
    assert!(roots.add(&authority.root()));
    roots
}

fn chain(authority: &Authority) -> Vec<Certificate> {
    authority.chain(&Description::default().to_der())
}

fn judged(chain: &[Certificate], roots: &Roots, status: Option<&StatusList>, cache: &Verified) -> Vec<&'static str> {
    let expected = Expected { challenge: Challenge::Any, ..Expected::default() };
    let judged = judge(chain, &Trust { roots, status, cache: Some(cache) }, &expected, now());
    judged.shortfalls.iter().map(|shortfall| shortfall.reason.code()).collect()
}

#[test]
fn a_changed_certificate_is_not_taken_for_the_one_that_was_verified() {
    let authority = Authority::remote();
    let (roots, cache) = (roots(&authority), Verified::default());
    let honest = chain(&authority);
    assert_eq!(judged(&honest, &roots, None, &cache), [""; 0]);
    for index in 1..honest.len() - 1 {
        let der = honest[index].der();
        // The signature's last byte, and one inside what is signed: the serial number's.
        for at in [der.len() - 1, 20] {
            let mut der = der.to_vec();
            der[at] ^= 1;
            let Ok(changed) = Certificate::from_der(&der) else { continue };
            let mut chain = honest.clone();
            chain[index] = changed;
            assert_eq!(judged(&chain, &roots, None, &cache), ["broken-signature"], "certificate {}", index + 1);
            // And not the second time either.
            assert_eq!(judged(&chain, &roots, None, &cache), ["broken-signature"], "certificate {}", index + 1);
        }
    }
    assert_eq!(judged(&honest, &roots, None, &cache), [""; 0]);
}

#[test]
fn the_same_certificate_under_another_key_is_verified_anew() {
    let (ours, theirs) = (Authority::remote(), Authority::remote());
    let (mut roots, cache) = (roots(&ours), Verified::default());
    assert!(roots.add(&theirs.root()));
    let (honest, foreign) = (chain(&ours), chain(&theirs));
    assert_eq!(judged(&honest, &roots, None, &cache), [""; 0]);
    assert_eq!(judged(&foreign, &roots, None, &cache), [""; 0]);
    // Every upper certificate is known, and one stands under a key that did not sign it.
    for from in 2..honest.len() {
        let mixed = [&honest[..from], &foreign[from..]].concat();
        assert_eq!(judged(&mixed, &roots, None, &cache), ["broken-signature"], "from certificate {}", from + 1);
    }
}

#[test]
fn what_is_revoked_or_expired_is_refused_though_its_signature_is_known() {
    let authority = Authority::remote();
    let (roots, cache) = (roots(&authority), Verified::default());
    let chain = chain(&authority);
    assert_eq!(judged(&chain, &roots, None, &cache), [""; 0]);
    let list = json!({"entries": {chain[2].serial(): {"status": "REVOKED"}}}).to_string();
    let list = StatusList::from_json(list.as_bytes()).unwrap();
    assert_eq!(judged(&chain, &roots, Some(&list), &cache), ["revoked"]);
    let expected = Expected { challenge: Challenge::Any, ..Expected::default() };
    let trust = Trust { roots: &roots, status: None, cache: Some(&cache) };
    let late = judge(&chain, &trust, &expected, "2028-01-01T00:00:00Z".parse().unwrap());
    assert!(late.shortfalls.iter().all(|shortfall| shortfall.reason.code() == "expired"));
    assert_eq!(late.shortfalls.len(), 3);
    // A root that is trusted no more takes everything under it along.
    assert_eq!(judged(&chain, &Roots::google(), None, &cache), ["unknown-root"]);
}

#[test]
fn it_stays_within_its_bound_and_forgets_what_was_used_longest_ago() {
    let mut authority = Authority::remote();
    let (roots, cache) = (roots(&authority), Verified::new(NonZeroUsize::MIN.saturating_add(3)));
    for _ in 0..20 {
        authority.renew();
        assert_eq!(judged(&chain(&authority), &roots, None, &cache), [""; 0]);
        assert!((1..=4).contains(&cache.len()), "{}", cache.len());
    }
    assert_eq!(cache.len(), 4);
}

#[test]
fn only_what_stands_under_a_trusted_root_and_holds_is_kept() {
    let (ours, stranger) = (Authority::remote(), Authority::remote());
    let (roots, cache) = (roots(&ours), Verified::default());
    assert_eq!(judged(&chain(&stranger), &roots, None, &cache), ["unknown-root"]);
    assert!(cache.is_empty());
    // The stranger's chain with our root in the place of theirs.
    let mut forged = chain(&stranger);
    *forged.last_mut().unwrap() = ours.root();
    assert_eq!(judged(&forged, &roots, None, &cache), ["broken-signature"]);
    assert!(cache.is_empty());
    assert_eq!(judged(&chain(&ours), &roots, None, &cache), [""; 0]);
    assert_eq!(cache.len(), 3);
}

#[test]
fn threads_share_it() {
    let authority = Authority::remote();
    let (roots, cache) = (roots(&authority), Arc::new(Verified::default()));
    let chain = chain(&authority);
    thread::scope(|scope| {
        for _ in 0..4 {
            let cache = Arc::clone(&cache);
            let (chain, roots) = (&chain, &roots);
            scope.spawn(move || assert_eq!(judged(chain, roots, None, &cache), [""; 0]));
        }
    });
    assert_eq!(cache.len(), 3);
}

#[test]
fn apples_certificate_is_looked_at_each_time_though_its_signature_is_known() {
    let (apple, stranger) = (Apple::new(), Apple::new());
    let mut roots = AppleRoots::apple();
    roots.add(apple.root());
    let judged = |object: &AttestationObject, at: &str| -> Vec<&'static str> {
        let expected = apple::Expected { apps: &[], client_data_hash: Some(&HASH), environment: None, key_id: None };
        let judged = verify_attestation(object, &roots, &expected, at.parse().unwrap()).unwrap();
        judged.shortfalls.iter().map(|shortfall| shortfall.reason.code()).collect()
    };
    let object = |apple: &Apple| AttestationObject::parse(&apple.attest(&Said::default()).0).unwrap();
    let (first, second, foreign) = (object(&apple), object(&apple), object(&stranger));
    let now = "2026-11-25T09:00:00Z";
    assert_eq!(judged(&first, now), [""; 0]);
    assert_eq!(judged(&second, now), [""; 0]);
    assert_eq!(judged(&second, "2046-01-01T00:00:00Z"), ["expired", "expired"]);
    assert_eq!(judged(&foreign, now), ["unknown-root"]);
    // The known certificate over a stranger's key, and a changed one.
    let mut mixed = foreign.clone();
    mixed.chain[1] = first.chain[1].clone();
    assert_eq!(judged(&mixed, now), ["broken-signature"]);
    let mut der = first.chain[1].der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let mut changed = second.clone();
    changed.chain[1] = Certificate::from_der(&der).unwrap();
    assert_eq!(judged(&changed, now), ["unknown-root"]);
    assert_eq!(judged(&first, now), [""; 0]);
}
