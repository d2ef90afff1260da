//! What one unchanged check-in costs a device: bytes on the wire in TLS, with a whole handshake, with a resumed one and over
//! an open connection; and time on the processor without any handshake, against one P-256 verification in the same run.
//!
//! `tests/bench/check-in` builds and runs it. The real agent, the real server, and between them a relay that counts.

mod outcome;
mod processor;
mod relay;
mod site;

use std::{fs, hint::black_box, path::Path, process::ExitCode, sync::Arc, time::Duration};

use agent_core::{
    client::{Agent, HttpTransport, MemoryStorage, Ports, SystemRandom, TlsOptions, Urgency},
    clock::SystemClock,
    judge::{DeviceFacts, Platform},
    wire::{key::Algorithm, software_key::SoftwareKey},
};
use ring::{
    rand::SystemRandom as Randomness,
    signature::{self, EcdsaKeyPair, KeyPair},
};

use outcome::{Failure, say};
use processor::on_processor;
use relay::Relay;

/// Check-ins whose processor time is measured; a server takes 600 calls of one device at once.
const TIMES: u32 = 400;
/// Of DESIGN's goals: bytes of a check-in with a resumed handshake.
const MOST_RESUMED: u64 = 1300;

fn main() -> ExitCode {
    outcome::exit(run())
}

fn run() -> Result<bool, Failure> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let token = site::token(&data, 1)?;
    let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../agent-core/tests/tls");
    let file = |name: &str| tls.join(name).display().to_string();
    let program = std::env::current_exe()?.with_file_name("atalaya");
    let more = ["--tls-cert", &file("server.pem"), "--tls-key", &file("server.key")];
    let (mut server, address) = site::start(&program, &data, &more)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let measured = runtime.block_on(measure(Relay::to(address)?, &token, &fs::read(tls.join("root.pem"))?));
    server.kill()?;
    server.wait()?;
    measured
}

async fn measure(relay: Relay, token: &str, root: &[u8]) -> Result<bool, Failure> {
    let url = format!("https://localhost:{}", relay.port());
    let storage = Arc::new(MemoryStorage::new());
    let signer = Arc::new(SoftwareKey::generate(Algorithm::Es256)?);
    // A new process: nothing of a connection is remembered.
    let started = || {
        let options = TlsOptions { extra_roots: Some(root.to_vec()), ..TlsOptions::default() };
        Agent::new(Ports {
            storage: storage.clone(),
            transport: Arc::new(HttpTransport::with("0.1.0", options)),
            signer: signer.clone(),
            attestation: None,
            succession: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom::default()),
            platform: Platform::Linux,
            agent_version: "0.1.0".to_owned(),
        })
    };
    let facts = DeviceFacts::nothing_collected(Platform::Linux);
    let first = started();
    first.enrol(&url, token, None).await?;
    check_in(&first, &facts).await?;

    let agent = started();
    relay.restart().await;
    check_in(&agent, &facts).await?;
    let whole = relay.bytes();
    relay.restart().await;
    check_in(&agent, &facts).await?;
    let resumed = relay.bytes();
    let before = relay.bytes();
    check_in(&agent, &facts).await?;
    let open = relay.bytes() - before;

    let busy = on_processor()?;
    for _ in 0..TIMES {
        check_in(&agent, &facts).await?;
    }
    let each = on_processor()?.saturating_sub(busy) / TIMES;
    let verification = verification()?;
    say(&format!("FIGURE bytes of an unchanged check-in in TLS, whole handshake: {whole}"));
    say(&format!("FIGURE bytes of an unchanged check-in in TLS, resumed handshake: {resumed} (goal ≤ {MOST_RESUMED})"));
    say(&format!("FIGURE bytes of an unchanged check-in in TLS, open connection: {open}"));
    let (micros, ratio) = (each.as_secs_f64() * 1e6, each.div_duration_f64(verification));
    say(&format!(
        "FIGURE processor time of an unchanged check-in without handshake: {ratio:.1} P-256 verifications ({micros:.0} µs here; goal ≤ 1000)"
    ));
    Ok(resumed < whole)
}

async fn check_in(agent: &Agent, facts: &DeviceFacts) -> Result<(), Failure> {
    agent.report(facts)?;
    let delivery = agent.deliver(Urgency::PersonAsked).await?;
    match delivery.problem {
        None if delivery.acknowledged == 1 => Ok(()),
        problem => Err(format!("not acknowledged: {problem:?}").into()),
    }
}

/// How long one verification of a P-256 signature takes on the processor.
fn verification() -> Result<Duration, Failure> {
    const VERIFICATIONS: u32 = 5000;
    let random = Randomness::new();
    let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(|_| "no random bytes")?;
    let key = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).map_err(|_| "no key")?;
    let message = vec![b'a'; 1000];
    let signed = key.sign(&random, &message).map_err(|_| "no signature")?;
    let public = signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, key.public_key().as_ref());
    let before = on_processor()?;
    for _ in 0..VERIFICATIONS {
        black_box(public.verify(&message, signed.as_ref())).map_err(|_| "a good signature was refused")?;
    }
    Ok(on_processor()?.saturating_sub(before) / VERIFICATIONS)
}
