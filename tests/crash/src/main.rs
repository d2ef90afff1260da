//! Kills the server again and again while devices report, and looks at what was kept (invariants I1, I2, I4).
//!
//! ```text
//! start ─▶ look: every acknowledged report is there, none twice ─▶ 16 writers send ─▶ kill -9 ─▶ again
//! ```
//!
//! `tests/crash/run 200` runs it; at the end `atalaya verify` must find nothing. `tests/crash/disk-full` fills the disk
//! instead of killing.

mod child;
mod full;
mod kept;
mod ledger;
mod writer;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use simulator::Choices;

use crate::{child::Child, kept::Kept, ledger::Ledger};

/// Kills `atalaya serve` again and again while devices report, and checks what was kept.
#[derive(Debug, Parser)]
struct Options {
    /// How often the server is killed.
    #[arg(default_value_t = 200)]
    kills: u32,
    /// Stop after this many seconds and keep the state; the same command goes on from there.
    #[arg(long, alias = "seconds", value_name = "SECONDS")]
    budget: Option<u64>,
    /// Where data and state are kept; a temporary folder when it is left out.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// How many writers send at once, each for four devices.
    #[arg(long, default_value_t = 16)]
    writers: u32,
    /// Decides when the server is killed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Instead of killing: fill the small file system that holds --dir, and make room again.
    #[arg(long, requires = "dir")]
    full_disk: bool,
    /// The server's program; the `atalaya` beside this one when it is left out.
    #[arg(long)]
    server: Option<PathBuf>,
}

/// What makes the loop fail, in words.
type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("FAILED: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let temporary = tempfile::tempdir()?;
    let dir = options.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&dir)?;
    let server = match &options.server {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("atalaya"),
    };
    if options.full_disk {
        return full::fill_and_recover(&server, &dir, options);
    }
    let data = dir.join("data");
    let mut ledger = match Ledger::load(&dir)? {
        Some(ledger) => ledger,
        None => enrolled(&server, &data, options)?,
    };
    let began = Began::now();
    let mut choices = Choices::of(options.seed).fork(u64::from(ledger.kills));
    while ledger.kills < options.kills {
        if options.budget.is_some_and(|budget| began.elapsed() > Duration::from_secs(budget)) {
            ledger.save(&dir)?;
            say(&format!("budget used up after {} of {} kills; the same command goes on", ledger.kills, options.kills));
            return Ok(());
        }
        cycle(&server, &data, &mut ledger, &mut choices)?;
        if ledger.kills % 50 == 0 {
            ledger.save(&dir)?;
            say(&format!("{} kills, {} reports acknowledged", ledger.kills, ledger.acknowledged()));
        }
    }
    finish(&server, &data, &mut ledger)?;
    // Done: the next run over this folder begins anew.
    Ledger::forget(&dir)?;
    std::fs::remove_dir_all(&data)?;
    say(&format!(
        "{} kills in {:.0} s: {} reports acknowledged, all there, none twice; atalaya verify is clean",
        ledger.kills,
        began.elapsed().as_secs_f64(),
        ledger.acknowledged(),
    ));
    Ok(())
}

/// Makes the data and enrols the devices, before anything is killed.
fn enrolled(server: &std::path::Path, data: &std::path::Path, options: &Options) -> Result<Ledger, Failure> {
    let devices = options.writers * 4;
    let token = ledger::token(data, devices)?;
    let mut child = Child::start(server, data)?;
    let ledger = Ledger::enrol(&mut child.connect()?, &token, options.writers, devices)?;
    child.kill()?;
    Ok(ledger)
}

fn cycle(
    server: &std::path::Path,
    data: &std::path::Path,
    ledger: &mut Ledger,
    choices: &mut Choices,
) -> Result<(), Failure> {
    let mut child = Child::start(server, data)?;
    // Now and then it is killed while it is still coming up.
    if choices.percent(10) {
        child.kill_after(Duration::from_micros(choices.next() % 20_000))?;
        ledger.kills += 1;
        return Ok(());
    }
    drop(child.connect()?);
    Kept::open(data)?.holds(ledger)?;
    let lifetime = Duration::from_micros(5_000 + choices.next() % 120_000);
    let outcomes = std::thread::scope(|scope| {
        let address = child.address;
        let writers: Vec<_> = ledger.shares().map(|share| scope.spawn(move || writer::write(address, share))).collect();
        let killed = child.kill_after(lifetime);
        let outcomes: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        killed.map(|()| outcomes)
    })?;
    for outcome in outcomes {
        outcome.map_err(|_| "a writer panicked")??;
    }
    ledger.kills += 1;
    Ok(())
}

/// Looks at everything once more, with a server that came up and with `atalaya verify`.
fn finish(server: &std::path::Path, data: &std::path::Path, ledger: &mut Ledger) -> Result<(), Failure> {
    let mut child = Child::start(server, data)?;
    drop(child.connect()?);
    Kept::open(data)?.holds(ledger)?;
    Kept::open(data)?.holds_everything(ledger)?;
    child.kill()?;
    let verify = std::process::Command::new(server).arg("verify").arg("--data").arg(data).output()?;
    if !verify.status.success() {
        let told = String::from_utf8_lossy(&verify.stdout).into_owned() + &String::from_utf8_lossy(&verify.stderr);
        return Err(format!("atalaya verify found breaches:\n{told}").into());
    }
    Ok(())
}

/// When something began, for budgets and figures.
struct Began(Instant);

impl Began {
    #[expect(clippy::disallowed_methods, reason = "a budget and a figure; nothing is judged by it")]
    fn now() -> Self {
        Self(Instant::now())
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(clippy::print_stdout, reason = "a command's answer")]
fn say(line: &str) {
    println!("{line}");
}
