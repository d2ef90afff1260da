//! This machine as a device of a fleet: the agent with files for a memory, a software key and the probe.

use std::{path::Path, sync::Arc};

use super::probe::{self, Root};
use crate::{
    client::{
        Agent, AgentError, Delivery, Enrolment, FileStorage, Ports, Queued, Storage, SystemRandom, Transport, Urgency,
        identity::StoredKey,
    },
    clock::Clock,
    judge::DeviceFacts,
};

/// The version that this agent tells its server.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// This machine, with an agent whose state lies in a folder.
#[derive(Debug)]
pub struct Machine {
    agent: Agent,
    root: Root,
}

impl Machine {
    /// The machine that this runs on, its state in this folder, which is made where there is none.
    pub fn open(state: &Path, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Result<Self, AgentError> {
        Self::on(Arc::new(FileStorage::open(state)?), transport, clock, Root::of_this_machine())
    }

    /// A machine with this storage that is probed from this root.
    pub fn on(
        storage: Arc<dyn Storage>,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        root: Root,
    ) -> Result<Self, AgentError> {
        let signer = Arc::new(StoredKey::open(Arc::clone(&storage))?);
        let agent = Agent::new(Ports {
            storage,
            transport,
            signer: signer.clone(),
            attestation: None,
            succession: Some(signer),
            clock,
            random: Arc::new(SystemRandom::default()),
            platform: probe::platform(),
            agent_version: VERSION.to_owned(),
        });
        Ok(Self { agent, root })
    }

    /// The agent.
    pub const fn agent(&self) -> &Agent {
        &self.agent
    }

    /// What the policy asks for, read now.
    pub fn facts(&self) -> Result<DeviceFacts, AgentError> {
        Ok(probe::probe(&self.agent.wanted()?, &self.root))
    }

    /// Reads what the policy asks for and lets a report of it wait.
    pub fn report(&self) -> Result<Queued, AgentError> {
        self.agent.report(&self.facts()?)
    }

    /// Delivers what waits. Where the server asks for a better report, such as a full one, it gets it at once.
    pub async fn deliver(&self, urgency: Urgency) -> Result<Delivery, AgentError> {
        let first = self.agent.deliver(urgency).await?;
        if !first.report_again || first.problem.is_some() || first.held.is_some() {
            return Ok(first);
        }
        self.report()?;
        let second = self.agent.deliver(urgency).await?;
        Ok(Delivery {
            acknowledged: first.acknowledged + second.acknowledged,
            refused: first.refused + second.refused,
            statements: first.statements + second.statements,
            new_policy: first.new_policy || second.new_policy,
            new_catalogue: first.new_catalogue || second.new_catalogue,
            ..second
        })
    }
}

/// Enrols this very machine, probes it, reports it and delivers the report at once: what a person does on their first
/// day, in one call.
pub async fn enrol_and_report(
    state: &Path,
    server: &str,
    token: &str,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
) -> Result<(Enrolment, Delivery), AgentError> {
    let machine = Machine::open(state, transport, clock)?;
    let enrolment = machine.agent.enrol(server, token, None).await?;
    machine.report()?;
    let delivery = machine.deliver(Urgency::PersonAsked).await?;
    Ok((enrolment, delivery))
}
