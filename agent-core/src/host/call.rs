//! One call of the command line: where it looks, and how it answers.

use std::{
    future::Future,
    io::{self, Read, Write},
    path::PathBuf,
    sync::Arc,
};

use serde::Serialize;

use super::{
    failure::Failure,
    folder,
    machine::{Machine, VERSION},
    server_trust::{KeptTrust, ServerTrust},
    speech::Speech,
    world::World,
};
use crate::{
    client::{AgentError, FileStorage, HttpTransport, Storage},
    clock::Clock,
};

/// One call of the command line.
pub(super) struct Call<'a> {
    pub(super) speech: Speech<'a>,
    pub(super) json: bool,
    pub(super) state: Option<PathBuf>,
    pub(super) trust: ServerTrust,
    pub(super) world: &'a World,
    /// The world's clock, or the moment of `--at`.
    pub(super) clock: Arc<dyn Clock>,
    pub(super) input: &'a mut dyn Read,
    pub(super) out: &'a mut dyn Write,
}

impl Call<'_> {
    /// Where the state lies.
    pub(super) fn folder(&self) -> Result<PathBuf, Failure> {
        self.state.clone().or_else(folder::of_state).ok_or(Failure::NoFolder)
    }

    /// The machine with its state; the folder is made where there is none.
    pub(super) fn machine(&self) -> Result<(Machine, Arc<dyn Storage>, KeptTrust), Failure> {
        let storage: Arc<dyn Storage> = Arc::new(FileStorage::open(&self.folder()?)?);
        let trust = self.trust.resolve(&*storage)?;
        let transport = match &self.world.transport {
            Some(transport) => Arc::clone(transport),
            None => Arc::new(HttpTransport::with(VERSION, trust.options()?)),
        };
        let (clock, root) = (Arc::clone(&self.clock), self.world.root.clone());
        let machine = Machine::on(Arc::clone(&storage), transport, clock, root)?;
        Ok((machine, storage, trust))
    }

    /// The enrolled machine; nothing is made where there is none.
    pub(super) fn enrolled(&self) -> Result<Option<Machine>, Failure> {
        if !self.folder()?.exists() {
            return Ok(None);
        }
        let (machine, ..) = self.machine()?;
        Ok(machine.agent().status()?.enrolment.is_some().then_some(machine))
    }

    /// The enrolled machine, or the failure that there is none.
    pub(super) fn must_be_enrolled(&self) -> Result<Machine, Failure> {
        self.enrolled()?.ok_or(Failure::Agent(AgentError::NotEnrolled))
    }

    /// Writes the one document of `--json`.
    pub(super) fn document(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer_pretty(&mut *self.out, document).map_err(io::Error::from)?;
        Ok(writeln!(self.out)?)
    }
}

/// Waits for something that uses the network.
pub(super) fn wait<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(future))
}
