//! What the devices know: which reports were acknowledged. The other side of what the server must keep.

use std::{io, path::Path, sync::Arc};

use agent_core::{
    clock::SystemClock,
    wire::{
        envelope::{from_hex, hex, sha256},
        key::Algorithm,
    },
};
use atalaya_server::{judging::rules::DEFAULT_GROUP, server::Server, token};
use jiff::{SignedDuration, Timestamp};
use load::{Connection, Device};

use crate::Failure;

/// A device with what it was told.
pub(crate) struct Reporter {
    /// The device.
    pub(crate) device: Device,
    /// Reports 1 to this one were acknowledged.
    pub(crate) acknowledged: u64,
    /// The hashes of all acknowledged reports, folded in order.
    pub(crate) fold: [u8; 32],
    /// The hashes of reports that were acknowledged since they were last looked for, from `looked_for` + 1 on.
    pub(crate) recent: Vec<[u8; 32]>,
    /// Reports 1 to this one were found by the last look.
    pub(crate) looked_for: u64,
    /// The report on its way, sealed: what becomes of it is unknown until it is answered.
    pub(crate) open: Option<String>,
}

impl Reporter {
    fn new(device: Device) -> Self {
        Self { device, acknowledged: 0, fold: [0; 32], recent: Vec::new(), looked_for: 0, open: None }
    }

    /// Notes that the open report was acknowledged.
    pub(crate) fn acknowledge(&mut self, hash: [u8; 32]) {
        self.acknowledged += 1;
        self.fold = fold(self.fold, hash);
        self.recent.push(hash);
        self.open = None;
    }
}

/// The next value of a fold of hashes.
pub(crate) fn fold(before: [u8; 32], hash: [u8; 32]) -> [u8; 32] {
    sha256(&[before, hash].concat())
}

/// All devices.
pub(crate) struct Ledger {
    /// How often the server was killed.
    pub(crate) kills: u32,
    /// The devices.
    pub(crate) reporters: Vec<Reporter>,
    writers: usize,
}

const FILE: &str = "ledger.json";

/// Makes the data folder with an organisation and a token for this many devices.
pub(crate) fn token(data: &Path, devices: u32) -> Result<String, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::open(data, Arc::new(SystemClock)).await?;
        let scope = server.create_organisation("Crash").await?;
        let now = server.now();
        let expires = now.checked_add(SignedDuration::from_hours(24)).unwrap_or(now);
        let token = server
            .store
            .write(move |connection| token::create(connection, scope, DEFAULT_GROUP, (devices, expires), now))
            .await?;
        Ok(token)
    })
}

impl Ledger {
    /// Enrols the devices: one in four signs like a host, the others like phones.
    pub(crate) fn enrol(connection: &mut Connection, token: &str, writers: u32, devices: u32) -> Result<Self, Failure> {
        let now: Timestamp = "2026-11-24T09:00:00Z".parse()?;
        let mut reporters = Vec::new();
        for (place, facts) in load::facts(devices, now).into_iter().enumerate() {
            let algorithm = if place % 4 == 0 { Algorithm::EdDsa } else { Algorithm::Es256 };
            reporters.push(Reporter::new(Device::enrol(connection, algorithm, token, facts)?));
        }
        Ok(Self { kills: 0, reporters, writers: usize::try_from(writers)? })
    }

    /// How many reports were acknowledged in all.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.reporters.iter().map(|reporter| reporter.acknowledged).sum()
    }

    /// Each writer's devices.
    pub(crate) fn shares(&mut self) -> impl Iterator<Item = &mut [Reporter]> {
        let size = self.reporters.len().div_ceil(self.writers.max(1)).max(1);
        self.reporters.chunks_mut(size)
    }

    /// The ledger that an earlier run kept; none where there is none.
    pub(crate) fn load(dir: &Path) -> Result<Option<Self>, Failure> {
        let text = match std::fs::read_to_string(dir.join(FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let (kills, writers, rows): (u32, usize, Vec<Row>) = serde_json::from_str(&text)?;
        let reporters = rows.into_iter().map(|row| {
            let (device, acknowledged, folded, open) = row;
            let fold = from_hex(&folded).and_then(|bytes| bytes.try_into().ok()).ok_or("the ledger is damaged")?;
            let device = Device::from_kept(&device)?;
            Ok(Reporter { acknowledged, looked_for: acknowledged, fold, open, ..Reporter::new(device) })
        });
        Ok(Some(Self { kills, writers, reporters: reporters.collect::<Result<_, Failure>>()? }))
    }

    /// Removes the kept ledger; nothing happens where there is none.
    pub(crate) fn forget(dir: &Path) -> io::Result<()> {
        match std::fs::remove_file(dir.join(FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Keeps the ledger for a later run. Call it after a look: what is recent is not kept.
    pub(crate) fn save(&self, dir: &Path) -> Result<(), Failure> {
        let rows = self.reporters.iter().map(|reporter| {
            let kept = reporter.device.to_kept()?;
            Ok::<Row, Failure>((kept, reporter.acknowledged, hex(&reporter.fold), reporter.open.clone()))
        });
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let text = serde_json::to_string(&(self.kills, self.writers, rows))?;
        let new = dir.join("ledger.new");
        std::fs::write(&new, text)?;
        Ok(std::fs::rename(new, dir.join(FILE))?)
    }
}

/// A device as it is kept, its acknowledged reports, their fold, and the report on its way.
type Row = (serde_json::Value, u64, String, Option<String>);
