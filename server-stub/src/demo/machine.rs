//! This very machine as a device: enrolled, probed and reported by the real agent over real HTTP.

use std::{path::Path, sync::Arc, time::Duration};

use agent_core::{
    client::{
        AgentError, HttpTransport, Transport, Urgency,
        transport::{Answer, Request},
    },
    clock::{Clock, SystemClock},
    host::{Machine, VERSION, enrol_and_report},
    wire::id::DeviceId,
};

/// How often it reports while the demo runs.
const EVERY: Duration = Duration::from_mins(2);

/// This machine, enrolled.
pub(super) struct ThisMachine {
    machine: Machine,
    /// Its id.
    pub(super) device: DeviceId,
}

impl ThisMachine {
    /// Enrols it with this token, unless its state says that it is enrolled, and reports it.
    pub(super) async fn join(state: &Path, server: &str, token: &str) -> Result<Self, AgentError> {
        let transport: Arc<dyn Transport> =
            Arc::new(Moved { network: HttpTransport::new(VERSION), server: server.to_owned() });
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let machine = Machine::open(state, Arc::clone(&transport), Arc::clone(&clock))?;
        if let Some(enrolment) = machine.agent().status()?.enrolment {
            machine.report()?;
            told(machine.deliver(Urgency::PersonAsked).await?)?;
            return Ok(Self { machine, device: enrolment.device });
        }
        let (enrolment, delivery) = enrol_and_report(state, server, token, transport, clock).await?;
        told(delivery)?;
        Ok(Self { machine, device: enrolment.device })
    }

    /// Reports it again and again, for ever.
    pub(super) async fn go_on(&self) {
        loop {
            tokio::time::sleep(EVERY).await;
            let reported = match self.machine.report() {
                Ok(_) => self.machine.deliver(Urgency::Background).await.and_then(told),
                Err(error) => Err(error),
            };
            if let Err(error) = reported {
                tracing::warn!(code = error.code(), "this machine could not report");
            }
        }
    }
}

/// The network, with the server where it is now: a kept demo may be served under another port than before.
struct Moved {
    network: HttpTransport,
    server: String,
}

impl Transport for Moved {
    fn call<'a>(&'a self, _server: &'a str, request: Request) -> Answer<'a> {
        self.network.call(&self.server, request)
    }
}

/// A delivery that met a problem is a problem here.
fn told(delivery: agent_core::client::Delivery) -> Result<(), AgentError> {
    delivery.problem.map_or(Ok(()), Err)
}
