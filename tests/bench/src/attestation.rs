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
#[path = "attestation/raw.rs"]
mod raw;

use std::{error::Error, hint::black_box, process::ExitCode, time::Duration};

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
use rustix::time::{ClockId, clock_gettime};

use apple_authority::{APP, Apple, HASH, Said, assertion};
use authority::{Authority, Description};
use raw::Raw;

/// As in the program that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn Error>;

/// Fresh chains in a round; the middle of the rounds counts, so that a disturbed one does not.
const CHAINS: usize = 100;
const ROUNDS: usize = 9;
/// How far above its goal a figure may be before the command fails.
const PATIENCE: f64 = 1.5;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            say(&format!("FAILED: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Failure> {
    let unit = unit()?;
    say(&format!("one P-256 verification: {:.1} µs here", unit * 1e6));
    let mut held = true;
    let mut told = |what: &str, value: f64, of: &str, goal: f64| {
        say(&format!("FIGURE {what}: {value:.2} {of} (goal ≤ {goal})"));
        held &= value <= goal * PATIENCE;
    };
    for (name, kind) in [("RKP", Kind::Remote), ("factory EC", Kind::Factory), ("factory RSA", Kind::FactoryRsa)] {
        let (cold, raw) = chain(kind, false)?;
        say(&format!("FIGURE Android chain, {name}, cold: {:.2} P-256 verifications", cold / unit));
        told(&format!("Android chain, {name}, cold"), cold / raw, "of its raw signatures", 1.2);
        let (cached, _) = chain(kind, true)?;
        // The leaf and the key that attests it; in a factory thousands share the latter.
        told(&format!("Android chain, {name}, upper certificates known"), cached / unit, "P-256 verifications", 2.6);
    }
    told("key description", description()? / unit, "P-256 verifications", 0.1);
    for is_known in [false, true] {
        let (whole, raw) = app_attest(is_known)?;
        let name =
            if is_known { "App Attest attestation, Apple's certificate known" } else { "App Attest attestation, cold" };
        told(name, whole / raw, "of its raw signatures", 1.2);
        // Not held against the goal: ring's P-384 alone is above it.
        say(&format!("FIGURE {name}: {:.2} P-256 verifications (goal ≤ 12)", whole / unit));
    }
    told("App Attest assertion", asserted()? / unit, "P-256 verifications", 1.3);
    Ok(held)
}

#[derive(Clone, Copy)]
enum Kind {
    Remote,
    Factory,
    FactoryRsa,
}

fn chain(kind: Kind, is_known: bool) -> Result<(f64, f64), Failure> {
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
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let chains: Vec<Vec<u8>> = (0..CHAINS).map(|_| made()).collect();
        ours.push(each(&chains, judged)?);
        let raw = chains.iter().map(|chain| Raw::of(chain)).collect::<Result<Vec<_>, _>>()?;
        bare.push(each(&raw, Raw::verify)?);
    }
    Ok((middle(ours), middle(bare)))
}

fn description() -> Result<f64, Failure> {
    let said: Vec<Vec<u8>> = (0..CHAINS * 50)
        .map(|number| Description { challenge: number.to_be_bytes().repeat(4), ..Description::default() }.to_der())
        .collect();
    let parse = |bytes: &Vec<u8>| -> Result<(), Failure> {
        black_box(KeyDescription::parse(bytes, 0)?);
        Ok(())
    };
    Ok(middle((0..ROUNDS).map(|_| each(&said, parse)).collect::<Result<_, _>>()?))
}

fn app_attest(is_known: bool) -> Result<(f64, f64), Failure> {
    let apple = Apple::new();
    let roots = || {
        let mut roots = AppleRoots::default();
        roots.add(apple.root());
        roots
    };
    let known = roots();
    let apps = [APP.to_owned()];
    let environment = Some(Environment::Production);
    let expected = apple::Expected { apps: &apps, client_data_hash: Some(HASH), environment, key_id: None };
    let at: Timestamp = "2026-11-25T09:00:00Z".parse()?;
    let judged = |bytes: &Vec<u8>| -> Result<(), Failure> {
        let (object, cold) = (AttestationObject::parse(bytes)?, roots());
        let judged = verify_attestation(&object, if is_known { &known } else { &cold }, &expected, at)?;
        if judged.is_proved() { Ok(()) } else { Err(format!("not proved: {:?}", judged.shortfalls).into()) }
    };
    judged(&apple.attest(&Said::default()).0)?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let objects: Vec<Vec<u8>> = (0..CHAINS).map(|_| apple.attest(&Said::default()).0).collect();
        ours.push(each(&objects, judged)?);
        let raw = objects.iter().map(|object| {
            let mut chain: Vec<u8> =
                AttestationObject::parse(object)?.chain.iter().flat_map(|part| part.der().to_vec()).collect();
            if !is_known {
                chain.extend(apple.root().der());
            }
            Raw::of(&chain)
        });
        bare.push(each(&raw.collect::<Result<Vec<_>, Failure>>()?, Raw::verify)?);
    }
    Ok((middle(ours), middle(bare)))
}

fn asserted() -> Result<f64, Failure> {
    let (_, key) = Apple::new().attest(&Said::default());
    let apps = [APP.to_owned()];
    let expected = apple::Expected { apps: &apps, client_data_hash: Some(HASH), environment: None, key_id: None };
    let judged = |bytes: &Vec<u8>| -> Result<(), Failure> {
        let object = AssertionObject::parse(bytes)?;
        let (_, found) = verify_assertion(&object, key.public_key_raw(), 0, &expected)?;
        if found.is_empty() { Ok(()) } else { Err(format!("not proved: {found:?}").into()) }
    };
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let counter = |number: usize| u32::try_from(round * CHAINS + number + 1);
        let objects = (0..CHAINS).map(|number| Ok(assertion(&key, counter(number)?, &[], false)));
        rounds.push(each(&objects.collect::<Result<Vec<_>, Failure>>()?, judged)?);
    }
    Ok(middle(rounds))
}

/// One verification of a P-256 signature over a certificate, by ring alone.
fn unit() -> Result<f64, Failure> {
    let chain = Authority::remote().chain(&Description::default().to_der());
    let leaf = Raw::of(&[chain[0].der(), chain[1].der()].concat())?;
    let many = vec![(); CHAINS * 5];
    Ok(middle((0..ROUNDS).map(|_| each(&many, |()| leaf.verify())).collect::<Result<_, _>>()?))
}

/// Seconds on the processor for each of these.
fn each<T>(all: &[T], run: impl Fn(&T) -> Result<(), Failure>) -> Result<f64, Failure> {
    let before = on_processor()?;
    for one in all {
        run(black_box(one))?;
    }
    let spent = on_processor()?.saturating_sub(before);
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let count = all.len() as f64;
    Ok(spent.as_secs_f64() / count)
}

fn middle(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// How long this thread was on a processor.
fn on_processor() -> Result<Duration, Failure> {
    Ok(clock_gettime(ClockId::ThreadCPUTime).try_into()?)
}

#[expect(clippy::print_stdout, reason = "a command's answer")]
fn say(text: &str) {
    println!("{text}");
}
