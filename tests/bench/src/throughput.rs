//! How many signed reports the server takes, judges and makes durable in a second, with the load on the same cores,
//! against how many P-256 signatures those cores verify: a figure that means the same on any machine.
//!
//! `tests/bench/throughput` builds and runs it.

mod site;

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use agent_core::{clock::SystemClock, wire::key::Algorithm};
use clap::Parser;
use load::{Connection, Device, request};
use ring::{
    rand::SystemRandom,
    signature::{self, EcdsaKeyPair, KeyPair},
};

use site::Failure;

/// Durable signed reports per second ÷ P-256 verifications per second, on the same two cores in one run.
#[derive(Debug, Parser)]
struct Options {
    /// How many devices report, each over its own connection.
    #[arg(long, default_value_t = 256)]
    devices: u32,
    /// How many reports each sends, one by one.
    #[arg(long, default_value_t = 120)]
    reports: u32,
    /// How many batches each sends then.
    #[arg(long, default_value_t = 4)]
    batches: u32,
    /// How many reports a batch holds.
    #[arg(long, default_value_t = 50)]
    batch: u32,
    /// Where the database is written: name a folder on the disk that counts.
    #[arg(long, default_value = "target")]
    dir: PathBuf,
    /// The server's program; the `atalaya` beside this one when it is left out.
    #[arg(long)]
    server: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// How many threads load and verify: one for each core.
const CORES: usize = 2;
/// How long signatures are verified for the comparison.
const VERIFYING: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(figures) => {
            say(&figures.told(options.json));
            ExitCode::SUCCESS
        }
        Err(failure) => {
            say(&format!("FAILED: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// What was measured, each per second.
struct Figures {
    verifications: f64,
    single: f64,
    batched: f64,
}

impl Figures {
    fn told(&self, json: bool) -> String {
        let Self { verifications, single, batched } = self;
        let (one, many) = (single / verifications, batched / verifications);
        if json {
            return format!(
                r#"{{"verificationsPerSecond":{verifications:.0},"reportsPerSecond":{single:.0},"ratio":{one:.3},"batchedReportsPerSecond":{batched:.0},"batchedRatio":{many:.3}}}"#
            );
        }
        format!(
            "P-256 verifications on {CORES} cores   {verifications:>8.0} /s\n\
             durable reports, one by one      {single:>8.0} /s   ratio {one:.3}\n\
             durable reports, in batches      {batched:>8.0} /s   ratio {many:.3}"
        )
    }
}

fn run(options: &Options) -> Result<Figures, Failure> {
    let folder = tempfile::tempdir_in(&options.dir)?;
    let data = folder.path().join("data");
    let token = site::token(&data, options.devices)?;
    let program = match &options.server {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("atalaya"),
    };
    let (mut server, address) = site::start(&program, &data, &[])?;
    let measured = measure(options, address, &token);
    server.kill()?;
    server.wait()?;
    measured
}

fn measure(options: &Options, address: SocketAddr, token: &str) -> Result<Figures, Failure> {
    let mut shares = sealed(options, address, token)?;
    // Before and after, so that a machine that slows down slows both sides.
    let before = verifications()?;
    let single = deliver(address, &mut shares, |requests| &mut requests.single)?;
    let batched = deliver(address, &mut shares, |requests| &mut requests.batches)?;
    let after = verifications()?;
    let whole = f64::from(options.devices);
    Ok(Figures {
        verifications: f64::midpoint(before, after),
        single: whole * f64::from(options.reports) / single.as_secs_f64(),
        batched: whole * f64::from(options.batches * options.batch) / batched.as_secs_f64(),
    })
}

/// What one device will send.
#[derive(Default)]
struct Requests {
    single: Vec<Vec<u8>>,
    batches: Vec<Vec<u8>>,
}

/// Enrols the devices and seals all that they will send, one share for each core.
fn sealed(options: &Options, address: SocketAddr, token: &str) -> Result<Vec<Vec<Requests>>, Failure> {
    let now = now();
    let facts = load::facts(options.devices, now);
    let share = facts.len().div_ceil(CORES).max(1);
    let shares: Vec<_> = facts.chunks(share).collect();
    thread::scope(|scope| {
        let sealing: Vec<_> = shares
            .into_iter()
            .map(|facts| {
                scope.spawn(move || {
                    let mut connection = Connection::open(address)?;
                    facts
                        .iter()
                        .map(|facts| {
                            let device = Device::enrol(&mut connection, Algorithm::Es256, token, facts.clone())?;
                            requests(options, &device, now)
                        })
                        .collect::<Result<Vec<_>, Failure>>()
                })
            })
            .collect();
        sealing.into_iter().map(|share| share.join().map_err(|_| "sealing panicked")?).collect()
    })
}

fn requests(options: &Options, device: &Device, now: jiff::Timestamp) -> Result<Requests, Failure> {
    let single = (1..=u64::from(options.reports))
        .map(|sequence| Ok(request("/v1/reports", "application/jose", device.seal(sequence, now)?.as_bytes())))
        .collect::<Result<_, Failure>>()?;
    let batches = (0..options.batches)
        .map(|nth| {
            let first = u64::from(options.reports + nth * options.batch) + 1;
            let envelopes = (first..first + u64::from(options.batch)).map(|sequence| device.seal(sequence, now));
            let body = serde_json::json!({ "envelopes": envelopes.collect::<Result<Vec<_>, _>>()? });
            Ok(request("/v1/reports/batch", "application/json", body.to_string().as_bytes()))
        })
        .collect::<Result<_, Failure>>()?;
    Ok(Requests { single, batches })
}

/// Sends everything: on each core one thread keeps one request of each of its devices under way.
fn deliver(
    address: SocketAddr,
    shares: &mut [Vec<Requests>],
    which: impl Fn(&mut Requests) -> &mut Vec<Vec<u8>> + Copy + Send + Sync,
) -> Result<Duration, Failure> {
    let began = moment();
    thread::scope(|scope| {
        let sending: Vec<_> = shares
            .iter_mut()
            .map(|share| {
                scope.spawn(move || {
                    let waves: Vec<_> = share.iter_mut().map(|requests| std::mem::take(which(requests))).collect();
                    let mut connections =
                        waves.iter().map(|_| Connection::open(address)).collect::<Result<Vec<_>, _>>()?;
                    for wave in 0..waves.first().map_or(0, Vec::len) {
                        for (connection, requests) in connections.iter_mut().zip(&waves) {
                            connection.send(&requests[wave])?;
                        }
                        for connection in &mut connections {
                            acknowledged(&connection.answer()?)?;
                        }
                    }
                    Ok::<(), Failure>(())
                })
            })
            .collect();
        sending.into_iter().try_for_each(|share| share.join().map_err(|_| "sending panicked")?)
    })?;
    Ok(began.elapsed())
}

/// A refusal anywhere, in a batch too, spoils the figure.
fn acknowledged(answer: &load::Answer) -> Result<(), Failure> {
    let refused = answer.body.windows(10).any(|part| part == br#""refused":"#);
    if answer.status == 200 && !refused {
        return Ok(());
    }
    Err(format!("answered with {}: {}", answer.status, String::from_utf8_lossy(&answer.body)).into())
}

/// How many P-256 signatures all cores verify in a second, over messages as long as a report.
fn verifications() -> Result<f64, Failure> {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, &random);
    let document = document.map_err(|_| "no random bytes")?;
    let key = EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
        .map_err(|_| "no key")?;
    let message = vec![b'a'; 2000];
    let signed = key.sign(&random, &message).map_err(|_| "no signature")?;
    let public = signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, key.public_key().as_ref());
    let began = moment();
    let verified: u64 = thread::scope(|scope| {
        let threads: Vec<_> = (0..CORES)
            .map(|_| {
                scope.spawn(|| {
                    let mut verified = 0;
                    while began.elapsed() < VERIFYING {
                        verified += u64::from(public.verify(&message, signed.as_ref()).is_ok());
                    }
                    verified
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
    });
    #[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
    Ok(verified as f64 / began.elapsed().as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn moment() -> Instant {
    Instant::now()
}

fn now() -> jiff::Timestamp {
    use agent_core::clock::Clock;
    SystemClock.now()
}

#[expect(clippy::print_stdout, reason = "a command's answer")]
fn say(text: &str) {
    println!("{text}");
}
