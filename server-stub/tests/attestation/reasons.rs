//! Every reason once present and once absent, from authorities of our own. A reason without its case does not compile.

use atalaya_server::attestation::{
    Certificate, Reason, Shortfall,
    android::{AppId, Challenge, Expected, Roots, StatusList, Trust, judge},
    apple::{
        self, AppleRoots, Environment,
        object::{AssertionObject, AttestationObject},
        verify_assertion, verify_attestation,
    },
};
use jiff::Timestamp;
use rcgen::PKCS_ED25519;
use serde_json::json;

use super::{
    apple_authority::{APP, Apple, DEVELOPMENT, HASH, Said, assertion},
    authority::{Authority, Description, key},
};

type Codes = Vec<&'static str>;

fn codes(shortfalls: &[Shortfall]) -> Codes {
    shortfalls.iter().map(|shortfall| shortfall.reason.code()).collect()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-25T09:00:00Z")
}

/// What is asked of an Android chain; each case changes something.
struct Asked {
    authority: Authority,
    challenge: Challenge<'static>,
    key: Option<Vec<u8>>,
    status: StatusList,
    trusts: bool,
    distrusts: bool,
    at: Timestamp,
}

impl Default for Asked {
    fn default() -> Self {
        let (challenge, status) = (Challenge::Is(b"challenge"), StatusList::default());
        let authority = Authority::remote();
        Self { authority, challenge, key: None, status, trusts: true, distrusts: false, at: now() }
    }
}

impl Asked {
    fn of(&self, chain: &[Certificate]) -> Codes {
        let mut roots = Roots::google();
        if self.trusts {
            assert!(roots.add(&self.authority.root()));
        }
        if self.distrusts {
            roots.distrust(&self.authority.root());
        }
        let apps = [AppId { package: "com.example.app".to_owned(), signer: [9; 32] }];
        let expected = Expected { challenge: self.challenge, apps: &apps, key: self.key.as_deref(), boot_keys: &[] };
        let trust = Trust { roots: &roots, status: Some(&self.status), cache: None };
        codes(&judge(chain, &trust, &expected, self.at).shortfalls)
    }

    fn chain(&self) -> Vec<Certificate> {
        self.authority.chain(&Description::default().to_der())
    }

    fn sound(&self) -> Codes {
        self.of(&self.chain())
    }

    fn listed(word: &str) -> Codes {
        let mut asked = Self::default();
        let chain = asked.chain();
        let list = json!({"entries": {chain[1].serial(): {"status": word}}}).to_string();
        asked.status = StatusList::from_json(list.as_bytes()).unwrap();
        asked.of(&chain)
    }
}

fn asked(change: impl FnOnce(&mut Asked)) -> Codes {
    let mut asked = Asked::default();
    change(&mut asked);
    asked.sound()
}

fn chained(change: impl FnOnce(&Asked, &mut Vec<Certificate>)) -> Codes {
    let asked = Asked::default();
    let mut chain = asked.chain();
    change(&asked, &mut chain);
    asked.of(&chain)
}

fn described(change: impl FnOnce(&mut Description)) -> Codes {
    let mut description = Description::default();
    change(&mut description);
    let asked = Asked::default();
    asked.of(&asked.authority.chain(&description.to_der()))
}

fn attested(apple: &Apple, said: &Said, expected: &apple::Expected<'_>) -> Codes {
    let mut roots = AppleRoots::apple();
    roots.add(apple.root());
    let object = AttestationObject::parse(&apple.attest(said).0).unwrap();
    codes(&verify_attestation(&object, &roots, expected, now()).unwrap().shortfalls)
}

fn said(change: impl FnOnce(&mut Said)) -> Codes {
    let mut said = Said::default();
    change(&mut said);
    let (apps, environment) = ([APP.to_owned()], Some(Environment::Production));
    let expected = apple::Expected { apps: &apps, client_data_hash: Some(&HASH), environment, key_id: None };
    attested(&Apple::new(), &said, &expected)
}

fn asserted(hash: Option<[u8; 32]>, once: bool, previous: u32, app: &str) -> Codes {
    asserted_on(true, hash, once, previous, app)
}

fn asserted_on(attested: bool, hash: Option<[u8; 32]>, once: bool, previous: u32, app: &str) -> Codes {
    let (_, key) = Apple::new().attest(&Said::default());
    let object = AssertionObject::parse(&assertion(&key, 7, &[], once)).unwrap();
    let apps = [app.to_owned()];
    let expected = apple::Expected {
        apps: &apps,
        client_data_hash: hash.as_ref().map(|hash| &hash[..]),
        environment: None,
        key_id: None,
    };
    let point = attested.then(|| key.public_key_raw());
    codes(&verify_assertion(&object, point, previous, &expected).unwrap().1)
}

/// What has the reason; beside it what has not.
fn case(reason: Reason) -> (Codes, Codes) {
    let android = || asked(|_| {});
    match reason {
        Reason::Malformed => (described(|d| d.root = Some((vec![7; 32], 1, 0))), android()),
        Reason::ChainTooShort => (chained(|_, chain| drop(chain.drain(1..4))), android()),
        Reason::BrokenSignature => (chained(|asked, chain| chain[0] = other(asked)), android()),
        Reason::UnverifiableSignature => (chained(|_, chain| chain[0] = unknown_algorithm(&chain[0])), android()),
        Reason::UnknownRoot => (asked(|asked| asked.trusts = false), android()),
        Reason::SoftwareRoot => (asked(|asked| asked.distrusts = true), android()),
        Reason::Expired => (asked(|asked| asked.at = at("2027-06-01T00:00:00Z")), android()),
        Reason::Revoked => (Asked::listed("REVOKED"), android()),
        Reason::Suspended => (Asked::listed("SUSPENDED"), android()),
        Reason::ChainExtended => (chained(|asked, chain| *chain = asked.authority.extended()), android()),
        Reason::NoAttestation => (chained(|_, chain| drop(chain.remove(0))), android()),
        Reason::WrongChallenge => (asked(|asked| asked.challenge = Challenge::Is(b"another")), android()),
        Reason::ChallengeNotGiven => (asked(|asked| asked.challenge = Challenge::NotGiven), android()),
        Reason::WrongKey => (asked(|asked| asked.key = Some(vec![4; 65])), android()),
        Reason::UnsupportedLeafKey => (chained(|asked, chain| *chain = unusual(asked)), android()),
        Reason::SoftwareLevel => (described(|d| d.levels = (0, 0)), android()),
        Reason::LevelMismatch => (described(|d| d.levels = (2, 1)), android()),
        Reason::KeyNotGeneratedInHardware => (described(|d| d.origin = Some(2)), android()),
        Reason::NoRootOfTrust => (described(|d| d.root = None), android()),
        Reason::NotLocked => (described(|d| d.root = Some((vec![7; 32], 0, 0))), android()),
        Reason::BootNotVerified => (described(|d| d.root = Some((vec![7; 32], 0xff, 3))), android()),
        Reason::SelfSignedBootUnlisted => (described(|d| d.root = Some((vec![7; 32], 0xff, 1))), android()),
        Reason::OsUnknown => (described(|d| d.os = 0), android()),
        Reason::IdAttestation => {
            (described(|d| (d.packages, d.signers) = (vec!["AndroidSystem"], Vec::new())), android())
        }
        Reason::WrongApp => (described(|d| d.packages = vec!["com.example.other"]), android()),
        Reason::WrongSigner => (described(|d| d.signers = vec![vec![8; 32]]), android()),
        Reason::WrongNonce => (said(|said| said.hash = vec![6; 32]), said(|_| {})),
        Reason::WrongEnvironment => (said(|said| said.environment = *DEVELOPMENT), said(|_| {})),
        Reason::WrongKeyId => (said(|said| said.id = Some(vec![1; 32])), said(|_| {})),
        Reason::CounterNotZero => (said(|said| said.counter = 1), said(|_| {})),
        Reason::CounterNotRising => (asserted(Some(HASH), false, 7, APP), asserted(Some(HASH), false, 6, APP)),
        Reason::AttestationMissing => {
            (asserted_on(false, Some(HASH), false, 0, APP), asserted_on(true, Some(HASH), false, 0, APP))
        }
        Reason::BrokenAssertion => (asserted(Some(HASH), true, 0, APP), asserted(Some(HASH), false, 0, APP)),
    }
}

// The same certificate, said to be signed with ECDSA and SHA-512, which nothing here verifies with this curve.
fn unknown_algorithm(leaf: &Certificate) -> Certificate {
    const SHA256: [u8; 10] = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    let mut der = leaf.der().to_vec();
    let places: Vec<usize> = (0..der.len() - SHA256.len()).filter(|at| der[*at..].starts_with(&SHA256)).collect();
    assert_eq!(places.len(), 2);
    for at in places {
        der[at + SHA256.len() - 1] = 4;
    }
    Certificate::from_der(&der).unwrap()
}

// A leaf of the same words under another authority.
fn other(asked: &Asked) -> Certificate {
    let description = Description::default().to_der();
    assert_ne!(asked.chain()[1].der(), Authority::remote().chain(&description)[1].der());
    Authority::remote().chain(&description).remove(0)
}

fn unusual(asked: &Asked) -> Vec<Certificate> {
    asked.authority.chain_to(&Description::default().to_der(), &key(&PKCS_ED25519))
}

#[test]
fn every_reason_is_given_where_it_is_due_and_nowhere_else() {
    for reason in Reason::ALL {
        let (with, without) = case(*reason);
        assert!(with.contains(&reason.code()), "{}: only {with:?}", reason.code());
        assert_eq!(without, [""; 0], "{}", reason.code());
    }
}

#[test]
fn a_chain_in_another_order_is_told_as_such_and_not_as_one_of_unknown_algorithms() {
    let asked = Asked { authority: Authority::factory(), ..Asked::default() };
    let sound = asked.chain();
    let reversed: Vec<Certificate> = sound.iter().rev().cloned().collect();
    let twice = [&sound[..], &sound].concat();
    let backwards = ["broken-signature", "broken-signature", "broken-signature"];
    assert_eq!(asked.of(&reversed)[..3], backwards);
    let found = asked.of(&twice);
    assert!(found.contains(&"chain-extended") && !found.contains(&"unverifiable-signature"), "{found:?}");
}

#[test]
fn an_ml_dsa_key_is_understood_and_cannot_be_used() {
    let asked = Asked::default();
    let chain = asked.authority.chain_to_ml_dsa(&Description::default().to_der());
    assert_eq!(serde_json::to_value(chain[0].key_kind()).unwrap(), "ml-dsa");
    assert_eq!(asked.of(&chain), ["unsupported-leaf-key"]);
}

#[test]
fn every_part_of_an_app_attest_chain_counts() {
    let (apps, environment) = ([APP.to_owned()], Some(Environment::Production));
    let expected = apple::Expected { apps: &apps, client_data_hash: Some(&HASH), environment, key_id: None };
    let of = |apple: &Apple, said: Said| attested(apple, &said, &expected);
    assert_eq!(of(&Apple::new(), Said { certificates: 1, ..Said::default() }), ["chain-too-short", "unknown-root"]);
    assert_eq!(of(&Apple::new(), Said { years: (2024, 2025), ..Said::default() }), ["expired"]);
    assert_eq!(of(&Apple::without_leave(), Said::default()), ["chain-extended"]);
    let foreign = Apple::new().attest(&Said::default()).1.public_key_raw().to_vec();
    assert_eq!(of(&Apple::new(), Said { point: Some(foreign), ..Said::default() }), ["wrong-key"]);

    // The upper certificate of another authority, under this one's root.
    let (ours, theirs) = (Apple::new(), Apple::new());
    let mut roots = AppleRoots::apple();
    roots.add(ours.root());
    let mut object = AttestationObject::parse(&ours.attest(&Said::default()).0).unwrap();
    object.chain[0] = AttestationObject::parse(&theirs.attest(&Said::default()).0).unwrap().chain.remove(0);
    let found = verify_attestation(&object, &roots, &expected, now()).unwrap().shortfalls;
    assert_eq!(codes(&found)[0], "broken-signature");
}

#[test]
fn an_assertion_is_held_against_what_was_asked() {
    assert_eq!(asserted(None, false, 0, APP), ["challenge-not-given"]);
    assert_eq!(asserted(Some([6; 32]), false, 0, APP), ["broken-assertion"]);
    assert_eq!(asserted(Some(HASH), false, 0, "TEAM123456.com.example.other"), ["wrong-app"]);
}
