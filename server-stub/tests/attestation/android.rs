//! Each reason of an Android chain, once present and once absent.

use std::{collections::HashSet, num::NonZeroUsize, sync::LazyLock};

use atalaya_server::attestation::{
    Certificate, Reason, Unusual,
    android::{AppId, BootKey, Challenge, Expected, Judgement, Roots, StatusList, Trust, Verified, judge},
};
use jiff::Timestamp;

use super::authority::{Authority, Description, integer, octets, p256, tagged};

fn now() -> Timestamp {
    "2026-11-25T09:00:00Z".parse().unwrap()
}

static APPS: LazyLock<[AppId; 1]> =
    LazyLock::new(|| [AppId { package: "com.example.app".to_owned(), signer: [9; 32] }]);

fn judged<'a>(authority: &Authority, chain: &[Certificate], change: impl FnOnce(&mut Expected<'a>)) -> Judgement {
    let mut roots = Roots::google();
    assert!(roots.add(&authority.root()));
    let mut expected = Expected { challenge: Challenge::Is(b"challenge"), apps: &*APPS, ..Expected::default() };
    change(&mut expected);
    judge(chain, &Trust { roots: &roots, status: None, cache: None }, &expected, now())
}

fn reasons(judged: &Judgement) -> Vec<&'static str> {
    judged.shortfalls.iter().map(|shortfall| shortfall.reason.code()).collect()
}

fn of(change: impl FnOnce(&mut Description)) -> Vec<&'static str> {
    let authority = Authority::remote();
    let mut description = Description::default();
    change(&mut description);
    reasons(&judged(&authority, &authority.chain(&description.to_der()), |_| {}))
}

#[test]
fn a_sound_chain_is_proved_from_either_provisioning() {
    for authority in [Authority::remote(), Authority::factory(), Authority::factory_rsa()] {
        let judged = judged(&authority, &authority.chain(&Description::default().to_der()), |_| {});
        assert_eq!(reasons(&judged), [""; 0]);
        let facts = serde_json::to_value(&judged.facts).unwrap();
        assert_eq!(facts["osVersion"], serde_json::json!({"value": "16", "by": "hardware"}));
        assert_eq!(facts["vendorPatchLevel"]["value"], "2026-09");
        assert_eq!(facts["packages"]["by"], "system");
    }
}

#[test]
fn every_state_that_is_not_sound_has_its_reason() {
    assert_eq!(of(|d| d.levels = (0, 0)), ["software-level"]);
    assert_eq!(of(|d| d.levels = (2, 1)), ["level-mismatch"]);
    assert_eq!(of(|d| d.levels = (9, 9)), ["software-level"]);
    // A key that was given to the trusted environment speaks for no StrongBox.
    assert_eq!(of(|d| d.levels = (2, 2)), ["level-mismatch"]);
    let strong = Description { levels: (2, 2), ..Description::default() }.to_der();
    for place in ["StrongBox", "Another Place"] {
        let mut authority = Authority::remote();
        authority.renew_for(place);
        assert_eq!(reasons(&judged(&authority, &authority.chain(&strong), |_| {})), [""; 0], "{place}");
    }
    let authority = Authority::factory();
    assert_eq!(reasons(&judged(&authority, &authority.chain(&strong), |_| {})), [""; 0]);
    assert_eq!(of(|d| d.origin = Some(2)), ["key-not-generated-in-hardware"]);
    assert_eq!(of(|d| d.origin = None), ["key-not-generated-in-hardware"]);
    assert_eq!(of(|d| d.root = None), ["no-root-of-trust"]);
    assert_eq!(of(|d| d.root = Some((vec![7; 32], 0, 0))), ["not-locked"]);
    assert_eq!(of(|d| d.root = Some((vec![7; 32], 0xff, 2))), ["boot-not-verified"]);
    assert_eq!(of(|d| d.root = Some((vec![7; 32], 0xff, 9))), ["boot-not-verified"]);
    assert_eq!(of(|d| d.root = Some((vec![7; 32], 0xff, 1))), ["self-signed-boot-unlisted"]);
    assert_eq!(of(|d| d.os = 0), ["os-unknown"]);
    assert_eq!(of(|d| d.packages = vec!["com.example.other"]), ["wrong-app"]);
    assert_eq!(of(|d| d.packages = vec!["com.example.app", "com.example.other"]), ["wrong-app"]);
    assert_eq!(of(|d| d.signers = vec![vec![8; 32]]), ["wrong-signer"]);
    assert_eq!(of(|d| d.signers = vec![vec![9; 32], vec![8; 32]]), ["wrong-signer"]);
    assert_eq!(of(|d| (d.packages, d.signers) = (vec!["AndroidSystem"], Vec::new())), ["id-attestation"]);
}

#[test]
fn the_challenge_is_compared() {
    assert_eq!(of(|d| d.challenge = b"another".to_vec()), ["wrong-challenge"]);
    let authority = Authority::remote();
    let chain = authority.chain(&Description::default().to_der());
    let of = |challenge| reasons(&judged(&authority, &chain, |expected| expected.challenge = challenge));
    assert_eq!(of(Challenge::NotGiven), ["challenge-not-given"]);
    assert_eq!(of(Challenge::Any), [""; 0]);
}

#[test]
fn a_listed_system_of_ones_own_is_proved_and_named() {
    let authority = Authority::remote();
    let listed = [BootKey { name: "GrapheneOS".to_owned(), key: vec![7; 32] }];
    let zero = [BootKey { name: "nothing".to_owned(), key: vec![0; 32] }];
    let chain = |key: u8| {
        authority.chain(&Description { root: Some((vec![key; 32], 0xff, 1)), ..Description::default() }.to_der())
    };
    let proved = judged(&authority, &chain(7), |expected| expected.boot_keys = &listed);
    assert!(proved.is_proved());
    assert_eq!(proved.facts.boot_system.unwrap().value, "GrapheneOS");
    let unproved = judged(&authority, &chain(0), |expected| expected.boot_keys = &zero);
    assert_eq!(reasons(&unproved), ["self-signed-boot-unlisted"]);
}

#[test]
fn the_key_is_compared() {
    let (authority, key) = (Authority::remote(), p256());
    let chain = authority.chain_to(&Description::default().to_der(), &key);
    let right = key.public_key_raw().to_vec();
    assert!(judged(&authority, &chain, |expected| expected.key = Some(&right)).is_proved());
    assert_eq!(reasons(&judged(&authority, &chain, |expected| expected.key = Some(&[4; 65]))), ["wrong-key"]);
}

#[test]
fn a_root_counts_by_its_key_and_not_by_its_name() {
    let (ours, theirs) = (Authority::remote(), Authority::remote());
    let chain = theirs.chain(&Description::default().to_der());
    assert_eq!(chain.last().unwrap().subject(), ours.root().subject());
    assert_eq!(reasons(&judged(&ours, &chain, |_| {})), ["unknown-root"]);
    let facts = judged(&ours, &chain, |_| {}).facts;
    assert_eq!(serde_json::to_value(&facts).unwrap()["osVersion"]["by"], "nothing");
}

#[test]
fn a_chain_whose_parts_do_not_belong_together_is_broken() {
    let (ours, theirs) = (Authority::remote(), Authority::remote());
    let mut chain = ours.chain(&Description::default().to_der());
    chain[0] = theirs.chain(&Description::default().to_der()).remove(0);
    assert_eq!(reasons(&judged(&ours, &chain, |_| {})), ["broken-signature"]);
    let short = ours.chain(&Description::default().to_der()).split_off(3);
    assert_eq!(reasons(&judged(&ours, &short, |_| {})), ["chain-too-short", "no-attestation"]);
    assert_eq!(reasons(&judged(&ours, &[], |_| {})), ["chain-too-short", "no-attestation"]);
}

#[test]
fn a_chain_that_an_attested_key_extended_is_refused() {
    for authority in [Authority::remote(), Authority::factory()] {
        let judged = judged(&authority, &authority.extended(), |_| {});
        assert!(reasons(&judged).contains(&"chain-extended"));
    }
}

#[test]
fn the_description_is_taken_from_the_leaf_alone() {
    let authority = Authority::factory();
    let mut chain = authority.extended();
    // Only the certificate above says something.
    chain.remove(0);
    let honest = chain.clone();
    chain.insert(0, honest[1].clone());
    let judged = judged(&authority, &chain, |_| {});
    assert!(judged.description.is_none());
    assert!(reasons(&judged).contains(&"no-attestation"));
}

#[test]
fn dates_count_for_remote_provisioning_and_not_for_the_factory() {
    let authority = Authority::remote();
    let chain = authority.chain(&Description::default().to_der());
    let (roots, at) = (&mut Roots::google(), "2027-06-01T00:00:00Z".parse().unwrap());
    roots.add(&authority.root());
    let expected = Expected { challenge: Challenge::Any, ..Expected::default() };
    let cache = Verified::new(NonZeroUsize::MIN.saturating_add(7));
    let trust = Trust { roots, status: None, cache: Some(&cache) };
    assert!(judge(&chain, &trust, &expected, now()).is_proved());
    // What was verified before is not kept from its date.
    assert_eq!(reasons(&judge(&chain, &trust, &expected, at)), ["expired"; 3]);
    for authority in [Authority::factory(), Authority::factory_of_another_maker()] {
        roots.add(&authority.root());
        let chain = authority.chain(&Description::default().to_der());
        assert_eq!(reasons(&judge(&chain, &Trust { roots, status: None, cache: None }, &expected, at)), [""; 0]);
    }
}

#[test]
fn revoked_and_suspended_serials_are_refused_however_they_are_written() {
    let authority = Authority::factory();
    let chain = authority.chain(&Description::default().to_der());
    let mut roots = Roots::google();
    roots.add(&authority.root());
    let expected = Expected { challenge: Challenge::Any, ..Expected::default() };
    let cache = Verified::new(NonZeroUsize::MIN.saturating_add(7));
    for (word, reason) in [("REVOKED", Reason::Revoked), ("SUSPENDED", Reason::Suspended)] {
        for index in 0..chain.len() {
            let serial = format!("00{}", chain[index].serial().to_uppercase());
            let list = serde_json::json!({"entries": {serial: {"status": word, "reason": "KEY_COMPROMISE"}}});
            let list = StatusList::from_json(list.to_string().as_bytes()).unwrap();
            let trust = Trust { roots: &roots, status: Some(&list), cache: Some(&cache) };
            let judged = judge(&chain, &trust, &expected, now());
            assert_eq!(judged.shortfalls.len(), 1);
            assert_eq!((judged.shortfalls[0].reason, judged.shortfalls[0].certificate), (reason, Some(index + 1)));
        }
    }
    let trust = Trust { roots: &roots, status: Some(&StatusList::default()), cache: None };
    assert!(judge(&chain, &trust, &expected, now()).is_proved());
}

#[test]
fn odd_lists_are_read_and_what_contradicts_itself_says_nothing() {
    let with = |more: Vec<Vec<u8>>| {
        let authority = Authority::remote();
        let description = Description { more_hardware: more, ..Description::default() }.to_der();
        judged(&authority, &authority.chain(&description), |_| {})
    };
    let odd = with(vec![tagged(3, &integer(256)), tagged(9999, &octets(&[1])), tagged(705, &integer(160_000))]);
    assert!(odd.is_proved());
    let told: Vec<_> = odd.oddities.iter().map(|odd| (odd.code.code(), odd.detail.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("unknown-tag", Some("hardwareEnforced.9999")),
            ("repeated-tag", Some("hardwareEnforced.osVersion")),
            ("unordered-tags", Some("hardwareEnforced")),
        ]
    );
    assert_eq!(reasons(&with(vec![tagged(705, &integer(170_000))])), ["os-unknown"]);
    assert_eq!(reasons(&with(vec![tagged(702, &integer(2))])), ["key-not-generated-in-hardware"]);
}

#[test]
fn every_oddity_is_told_and_none_of_them_weighs() {
    let description = |change: &dyn Fn(&mut Description)| {
        let mut description = Description::default();
        change(&mut description);
        description
    };
    let authority = Authority::remote();
    let of = |description: &Description| {
        let judged = judged(&authority, &authority.chain(&description.to_der()), |_| {});
        let codes: Vec<_> = judged.oddities.iter().map(|odd| odd.code).collect();
        codes
    };
    let mut seen: HashSet<Unusual> = HashSet::new();
    assert_eq!(of(&description(&|_| {})), []);
    seen.extend(of(&description(&|d| d.version = 600)));
    seen.extend(of(&description(&|d| d.levels = (7, 7))));
    seen.extend(of(&description(&|d| d.origin = Some(9))));
    seen.extend(of(&description(&|d| d.root = Some((vec![0; 32], 0xff, 9)))));
    seen.extend(of(&description(&|d| d.more_hardware = vec![tagged(705, &integer(160_000)), tagged(9999, &[5, 0])])));
    // The attested key signs one more, whose name and right nobody gave.
    let extended = judged(&authority, &authority.extended(), |_| {});
    seen.extend(extended.oddities.iter().map(|odd| odd.code));
    let mut renamed = authority.chain(&Description::default().to_der());
    renamed.remove(1);
    seen.extend(judged(&authority, &renamed, |_| {}).oddities.iter().map(|odd| odd.code));
    let missing: Vec<_> = Unusual::ALL.iter().filter(|code| !seen.contains(*code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_is_not_strict_is_refused() {
    assert_eq!(of(|d| d.root = Some((vec![7; 32], 1, 0))), ["malformed"]);
    assert_eq!(of(|d| d.more_hardware = vec![tagged(719, &[2, 2, 0, 1])]), ["malformed"]);
    assert_eq!(of(|d| d.more_hardware = vec![tagged(719, &[2, 1, 1, 5, 0])]), ["malformed"]);
    assert_eq!(of(|d| d.more_hardware = vec![tagged(719, &octets(&[1]))]), ["malformed"]);
    // The same tag with a leading zero digit, a length that is not minimal, and one without an end.
    assert_eq!(of(|d| d.more_hardware = vec![vec![0xbf, 0x80, 0x85, 0x4f, 3, 2, 1, 1]]), ["malformed"]);
    assert_eq!(of(|d| d.more_hardware = vec![vec![0xbf, 0x85, 0x4f, 0x81, 3, 2, 1, 1]]), ["malformed"]);
    assert_eq!(of(|d| d.more_hardware = vec![vec![0xbf, 0x85, 0x4f, 0x80, 2, 1, 1, 0, 0]]), ["malformed"]);
}
