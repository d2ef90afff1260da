//! The agent against a real, small server over a flaky network, on storage whose power can be cut.

mod asserting;
mod attesting;
mod believing;
mod chaos;
mod flaky;
mod journey;
mod rotating;
mod saying;
mod server;
mod showing;
mod speaking;
mod stored;
mod trying;

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use jiff::{SignedDuration, Timestamp};

use self::{
    flaky::{Fate, FlakyTransport},
    server::{FakeServer, Mood},
};
use super::{Agent, Delivery, MemoryStorage, Ports, SeededRandom, Storage, Urgency};
use crate::{
    clock::{Clock, FixedClock},
    judge::{DeviceFacts, Platform, Reading},
    wire::{key::Algorithm, software_key::SoftwareKey},
};

const SERVER: &str = "https://atalaya.example.com";

/// An agent and all of its world.
struct World {
    clock: Arc<FixedClock>,
    server: Arc<FakeServer>,
    network: Arc<FlakyTransport>,
    ports: Ports,
    agent: Agent,
}

impl World {
    fn new() -> Self {
        Self::on(Arc::new(MemoryStorage::new()))
    }

    fn on(storage: Arc<dyn Storage>) -> Self {
        let clock = Arc::new(FixedClock::at(at("2026-11-24T09:00:00Z")));
        let server = FakeServer::new(Arc::clone(&clock));
        let network = FlakyTransport::new(Arc::clone(&server));
        let ports = Ports {
            storage,
            transport: network.clone(),
            signer: Arc::new(SoftwareKey::from_seed(&[7; 32]).unwrap()),
            attestation: None,
            succession: None,
            clock: clock.clone(),
            random: Arc::new(SeededRandom::new(7)),
            platform: Platform::Android,
            agent_version: "0.1.0".into(),
        };
        Self { clock, server, network, agent: Agent::new(ports.clone()), ports }
    }

    async fn enrolled() -> Self {
        let world = Self::new();
        world.agent.enrol(SERVER, server::TOKEN, None).await.unwrap();
        world
    }

    async fn deliver(&self) -> Delivery {
        self.agent.deliver(Urgency::Background).await.unwrap()
    }

    /// The codes of what is wrong.
    fn problems(&self) -> Vec<String> {
        self.agent.status().unwrap().problems.into_iter().map(|problem| problem.code).collect()
    }

    /// The oldest envelope that waits.
    fn waiting_envelope(&self) -> String {
        let name = self.ports.storage.list("queue-").unwrap().remove(0);
        let kept: serde_json::Value =
            serde_json::from_slice(&self.ports.storage.read(&name).unwrap().unwrap()).unwrap();
        kept["envelope"].as_str().unwrap().to_owned()
    }

    /// The same device after a restart.
    fn restart(&mut self) {
        self.agent = Agent::new(self.ports.clone());
    }
}

/// Polls so many times; the answer, when it came.
fn poll<T>(future: &mut Pin<Box<impl Future<Output = T>>>, times: usize) -> Option<T> {
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
            return Some(answer);
        }
    }
    None
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    poll(&mut Box::pin(future), 10_000).expect("only pauses are awaited")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Facts of a phone with this OS version. More is read than the policy asks for.
fn facts(os: &str) -> DeviceFacts {
    DeviceFacts {
        os_version: Reading::reported(os.into()),
        screen_lock: Reading::reported(true),
        adb: Reading::reported(true),
        ..DeviceFacts::nothing_collected(Platform::Android)
    }
}
