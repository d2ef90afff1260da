//! What verifying hardware evidence costs, as multiples of one P-256 verification by ring in the same run.
//!
//! `tests/bench/attestation` builds and runs it. Every measured chain has a leaf of its own, and where the device would have
//! been given one, an attestation key of its own: the same chain over and over would measure the cache alone.

#[path = "../../../server-stub/tests/attestation/apple_authority.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "shared with tests, which may stop where they stand and need more")]
mod apple_authority;
#[path = "../../../server-stub/tests/attestation/authority.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "shared with tests, which may stop where they stand and need more")]
mod authority;
mod outcome;
mod processor;
#[path = "attestation/raw.rs"]
mod raw;

use std::{hint::black_box, process::ExitCode, time::Duration};

use atalaya_server::attestation::{
    android::{AppId, Challenge, Expected, Roots, StatusList, Trust, Verified, extension::KeyDescription, judge},
    apple::{
        self, AppleRoots, Environment,
        object::{AssertionObject, AttestationObject},
        verify_assertion, verify_attestation,
    },
    bundle,
};
use jiff::Timestamp;

use apple_authority::{APP, Apple, HASH, Said, assertion};
use authority::{Authority, Description};
use outcome::{Failure, say};
use processor::on_processor;
use raw::Raw;

/// As in the program that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Fresh chains in a round; the middle of the rounds counts, so that a disturbed one does not.
const CHAINS: usize = 100;
const ROUNDS: usize = 9;
/// So many at once, then as long a look at what they are held against: a processor changes its pace within a run.
const AT_ONCE: usize = 5;
/// How far above its goal a figure may be before the command fails.
const PATIENCE: f64 = 1.5;

fn main() -> ExitCode {
    outcome::exit(run())
}

fn run() -> Result<bool, Failure> {
    let unit = Unit::new()?;
    let mut held = true;
    let mut told = |what: &str, value: f64, of: &str, goal: f64| {
        say(&format!("FIGURE {what}: {value:.2} {of} (goal ≤ {goal})"));
        held &= value <= goal * PATIENCE;
    };
    for (name, kind) in [("RKP", Kind::Remote), ("factory EC", Kind::Factory), ("factory RSA", Kind::FactoryRsa)] {
        let cold = chain(&unit, kind, false)?;
        say(&format!("FIGURE Android chain, {name}, cold: {:.2} P-256 verifications", cold.of_unit));
        told(&format!("Android chain, {name}, cold"), cold.of_raw, "of its raw signatures", 1.2);
        let known = chain(&unit, kind, true)?;
        // The leaf and the key that attests it; in a factory thousands share the latter.
        told(&format!("Android chain, {name}, upper certificates known"), known.of_unit, "P-256 verifications", 2.6);
    }
    told("key description", description(&unit)?, "P-256 verifications", 0.1);
    for (name, is_known) in [("cold", false), ("Apple's certificate known", true)] {
        let figure = app_attest(&unit, is_known)?;
        told(&format!("App Attest attestation, {name}"), figure.of_raw, "of its raw signatures", 1.2);
        // Not held against the goal: ring's P-384 alone is above it.
        let of_unit = figure.of_unit;
        say(&format!("FIGURE App Attest attestation, {name}: {of_unit:.2} P-256 verifications (goal ≤ 12)"));
    }
    told("App Attest assertion", asserted(&unit)?, "P-256 verifications", 1.3);
    Ok(held)
}

#[derive(Clone, Copy)]
enum Kind {
    Remote,
    Factory,
    FactoryRsa,
}

fn chain(unit: &Unit, kind: Kind, is_known: bool) -> Result<Figure, Failure> {
    let mut authority = match kind {
        Kind::Remote => Authority::remote(),
        Kind::Factory => Authority::factory(),
        Kind::FactoryRsa => Authority::factory_rsa(),
    };
    let mut roots = Roots::google();
    roots.add(&authority.root());
    let status = StatusList::from_json(br#"{"entries": {"1": {"status": "REVOKED"}}}"#)?;
    let cache = Verified::default();
    let trust = Trust { roots: &roots, status: Some(&status), cache: is_known.then_some(&cache) };
    let apps = [AppId { package: "com.example.app".to_owned(), signer: [9; 32] }];
    let expected = Expected { challenge: Challenge::Is(b"challenge"), apps: &apps, key: None, boot_keys: &[] };
    let at: Timestamp = "2026-11-25T09:00:00Z".parse()?;
    let judged = |bytes: &Vec<u8>| -> Result<(), Failure> {
        let judged = judge(&bundle::certificates(bytes)?, &trust, &expected, at);
        if judged.is_proved() { Ok(()) } else { Err(format!("not proved: {:?}", judged.shortfalls).into()) }
    };
    let mut made = || {
        if matches!(kind, Kind::Remote) {
            authority.renew();
        }
        let chain = authority.chain(&Description::default().to_der());
        chain.iter().flat_map(|certificate| certificate.der().to_vec()).collect::<Vec<u8>>()
    };
    judged(&made())?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let chains: Vec<Vec<u8>> = (0..CHAINS).map(|_| made()).collect();
        let raw = chains.iter().map(|chain| Raw::of(chain)).collect::<Result<Vec<_>, _>>()?;
        rounds.push(unit.compare(&chains, &raw, AT_ONCE, judged)?);
    }
    Ok(Figure::middle(&rounds))
}

fn description(unit: &Unit) -> Result<f64, Failure> {
    let parse = |bytes: &Vec<u8>| -> Result<(), Failure> {
        black_box(KeyDescription::parse(bytes, 0)?);
        Ok(())
    };
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let challenge = |number: usize| (round * 100_000 + number).to_be_bytes().repeat(4);
        let said: Vec<Vec<u8>> = (0..CHAINS * 20)
            .map(|number| Description { challenge: challenge(number), ..Description::default() }.to_der())
            .collect();
        rounds.push(unit.compare(&said, &[], AT_ONCE * 20, parse)?);
    }
    Ok(Figure::middle(&rounds).of_unit)
}

fn app_attest(unit: &Unit, is_known: bool) -> Result<Figure, Failure> {
    let apple = Apple::new();
    let roots = || {
        let mut roots = AppleRoots::default();
        roots.add(apple.root());
        roots
    };
    let known = roots();
    let apps = [APP.to_owned()];
    let environment = Some(Environment::Production);
    let expected = apple::Expected { apps: &apps, client_data_hash: Some(&HASH), environment, key_id: None };
    let at: Timestamp = "2026-11-25T09:00:00Z".parse()?;
    let judged = |bytes: &Vec<u8>| -> Result<(), Failure> {
        let (object, cold) = (AttestationObject::parse(bytes)?, roots());
        let judged = verify_attestation(&object, if is_known { &known } else { &cold }, &expected, at)?;
        if judged.is_proved() { Ok(()) } else { Err(format!("not proved: {:?}", judged.shortfalls).into()) }
    };
    judged(&apple.attest(&Said::default()).0)?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let objects: Vec<Vec<u8>> = (0..CHAINS).map(|_| apple.attest(&Said::default()).0).collect();
        let raw = objects.iter().map(|object| {
            let mut chain: Vec<u8> =
                AttestationObject::parse(object)?.chain.iter().flat_map(|part| part.der().to_vec()).collect();
            if !is_known {
                chain.extend(apple.root().der());
            }
            Raw::of(&chain)
        });
        rounds.push(unit.compare(&objects, &raw.collect::<Result<Vec<_>, Failure>>()?, AT_ONCE, judged)?);
    }
    Ok(Figure::middle(&rounds))
}

fn asserted(unit: &Unit) -> Result<f64, Failure> {
    let (_, key) = Apple::new().attest(&Said::default());
    let apps = [APP.to_owned()];
    let expected = apple::Expected { apps: &apps, client_data_hash: Some(&HASH), environment: None, key_id: None };
    let judged = |bytes: &Vec<u8>| -> Result<(), Failure> {
        let object = AssertionObject::parse(bytes)?;
        let (_, found) = verify_assertion(&object, Some(key.public_key_raw()), 0, &expected)?;
        if found.is_empty() { Ok(()) } else { Err(format!("not proved: {found:?}").into()) }
    };
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let counter = |number: usize| u32::try_from(round * CHAINS + number + 1);
        let objects = (0..CHAINS).map(|number| Ok(assertion(&key, counter(number)?, &[], false)));
        rounds.push(unit.compare(&objects.collect::<Result<Vec<_>, Failure>>()?, &[], AT_ONCE, judged)?);
    }
    Ok(Figure::middle(&rounds).of_unit)
}

/// What one piece of evidence costs.
#[derive(Clone, Copy)]
struct Figure {
    /// In verifications of a P-256 signature.
    of_unit: f64,
    /// In its own signatures, verified by ring alone.
    of_raw: f64,
}

impl Figure {
    fn middle(rounds: &[Self]) -> Self {
        let middle = |value: fn(&Self) -> f64| {
            let mut values: Vec<f64> = rounds.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        Self { of_unit: middle(|round| round.of_unit), of_raw: middle(|round| round.of_raw) }
    }
}

/// A P-256 signature over a certificate, verified by ring alone.
struct Unit(Raw);

impl Unit {
    fn new() -> Result<Self, Failure> {
        let chain = Authority::remote().chain(&Description::default().to_der());
        Ok(Self(Raw::of(&[chain[0].der(), chain[1].der()].concat())?))
    }

    /// Runs all of these, by turns with their raw signatures and with this one.
    fn compare<T>(
        &self,
        all: &[T],
        raw: &[Raw],
        at_once: usize,
        run: impl Fn(&T) -> Result<(), Failure>,
    ) -> Result<Figure, Failure> {
        const UNITS: u32 = 5;
        let (mut ours, mut bare, mut units) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
        let mut turns = 0;
        for (turn, some) in all.chunks(at_once).enumerate() {
            ours += spent(|| some.iter().try_for_each(|one| run(black_box(one))))?;
            let beside = raw.get(turn * at_once..turn * at_once + some.len()).unwrap_or_default();
            bare += spent(|| beside.iter().try_for_each(Raw::verify))?;
            units += spent(|| (0..UNITS).try_for_each(|_| self.0.verify()))?;
            turns += UNITS;
        }
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let each = ours.as_secs_f64() / all.len() as f64;
        let of_raw = ours.as_secs_f64() / bare.as_secs_f64();
        Ok(Figure { of_unit: each / (units.as_secs_f64() / f64::from(turns)), of_raw })
    }
}

fn spent(run: impl FnOnce() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let before = on_processor()?;
    run()?;
    Ok(on_processor()?.saturating_sub(before))
}
