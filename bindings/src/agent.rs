//! The one object that a shell holds for each enrolment.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use agent_core::{
    client::{self, FileStorage, Leaving, Ports, SystemRandom, ToldPosture, Transport, Urgency},
    clock::SystemClock,
    judge::{DeviceFacts, Platform, facts::Declaration, text::Language},
    wire::{statement::Subject, wanted::Wanted},
};
use jiff::Timestamp;

use crate::{
    attestation::{AttestationSource, ShellAttestation},
    delivery::{Delivery, Enrolment, Queued},
    errand::Errands,
    error::AgentError,
    http::{HttpTransport, ShellTransport},
    ledger::LedgerEntry,
    posture::Posture,
    probe::DeviceProbe,
    setup::Setup,
    signer::{ReportSigner, ShellSigner},
    status::Status,
    succession::{KeySuccession, ShellSuccession},
};

/// The agent of one enrolment: one folder, one object. Methods that are not `async` touch the disk and the shell's own
/// code on the caller's thread, so call them from one that does not draw; the `async` ones never wait on it.
#[derive(uniffi::Object)]
pub struct PostureAgent {
    open: Mutex<Option<Arc<Open>>>,
    errands: Errands,
}

/// What is let go of at the end.
struct Open {
    agent: client::Agent,
    probe: Arc<dyn DeviceProbe>,
    platform: Platform,
}

#[uniffi::export]
impl PostureAgent {
    /// Opens the agent in its folder. Without a succession the device's key stays for good; without a transport the library
    /// uses its own network, where it was built with one.
    #[uniffi::constructor]
    pub fn open(
        setup: Setup,
        probe: Arc<dyn DeviceProbe>,
        signer: Arc<dyn ReportSigner>,
        attestation: Arc<dyn AttestationSource>,
        succession: Option<Arc<dyn KeySuccession>>,
        transport: Option<Arc<dyn HttpTransport>>,
    ) -> Result<Arc<Self>, AgentError> {
        let Setup { folder, platform, agent_version, pinned_root } = setup;
        let storage = FileStorage::open(Path::new(&folder)).map_err(client::AgentError::from)?;
        let transport = match (transport, pinned_root) {
            (Some(shell), None) => Arc::new(ShellTransport(shell)) as Arc<dyn Transport>,
            (Some(_), Some(_)) => return Err(bad_input("a shell's own transport has to pin the root itself")),
            (None, root) => own_network(&agent_version, root)?,
        };
        let signer = Arc::new(ShellSigner::new(signer));
        let agent = client::Agent::new(Ports {
            storage: Arc::new(storage),
            transport,
            attestation: Some(Arc::new(ShellAttestation { shell: attestation, signer: Arc::clone(&signer) })),
            succession: succession.map(|shell| {
                Arc::new(ShellSuccession { shell, signer: Arc::clone(&signer) }) as Arc<dyn client::KeySuccession>
            }),
            signer,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom::default()),
            platform,
            agent_version,
        });
        let open = Mutex::new(Some(Arc::new(Open { agent, probe, platform })));
        Ok(Arc::new(Self { open, errands: Errands::default() }))
    }

    /// Enrols the device at this server, such as `https://atalaya.example.com`. When the answer was lost, the same
    /// call gets the same answer again. `device_ref` is the company's own reference, from managed configuration.
    pub async fn enrol(
        &self,
        server: String,
        token: String,
        device_ref: Option<String>,
    ) -> Result<Enrolment, AgentError> {
        let open = self.opened()?;
        let errand = async move { open.agent.enrol(&server, &token, device_ref.as_deref()).await };
        Ok(self.errands.run(errand).await??.into())
    }

    /// Reads what the policy asks for and judges it, without the network. Provisional; nothing is kept.
    pub fn check(&self, language: Language) -> Result<Posture, AgentError> {
        let open = self.opened()?;
        let facts = open.facts(&open.agent.wanted()?)?;
        Ok(ToldPosture::provisional(&open.agent.check(&facts)?, language).into())
    }

    /// Reads what the policy asks for, seals a report of it, and lets it wait for [`Self::deliver`].
    pub fn report(&self) -> Result<Queued, AgentError> {
        let open = self.opened()?;
        let facts = open.facts(&open.agent.wanted_for_report()?)?;
        Ok(open.agent.report(&facts)?.into())
    }

    /// Sends what waits and fetches what is newer: one pass. What went wrong on the way stands in the answer; an error
    /// means that there is no use in trying again as things are.
    pub async fn deliver(&self, urgency: Urgency) -> Result<Delivery, AgentError> {
        let open = self.opened()?;
        Ok(self.errands.run(async move { open.agent.deliver(urgency).await }).await??.into())
    }

    /// Everything the screens show, without the network.
    pub fn status(&self, language: Language) -> Result<Status, AgentError> {
        Ok(self.opened()?.agent.overview(language)?.into())
    }

    /// What left this device, byte for byte, oldest first.
    pub fn ledger(&self) -> Result<Vec<LedgerEntry>, AgentError> {
        Ok(self.opened()?.agent.ledger()?.into_iter().map(LedgerEntry::from).collect())
    }

    /// The person has read this version of a text in this language. Where it is not the version in force, `BadInput`:
    /// show that one. What is said waits for [`Self::deliver`].
    pub fn acknowledge(&self, subject: Subject, version: u32, language: Language) -> Result<(), AgentError> {
        Ok(self.opened()?.agent.acknowledge(subject, version, language)?)
    }

    /// The person answers what nobody can measure. What is said waits for [`Self::deliver`].
    pub fn declare(&self, declaration: Declaration, affirmed: bool) -> Result<(), AgentError> {
        Ok(self.opened()?.agent.declare(declaration, affirmed)?)
    }

    /// Another key takes the place of the device's, once the server has heard it from [`Self::deliver`]. Done by itself
    /// where the server would like fresh evidence for the key.
    pub fn rotate_key(&self) -> Result<(), AgentError> {
        Ok(self.opened()?.agent.rotate_key()?)
    }

    /// The person will be away: from one moment until another nothing is read or sent. One that ends as it begins, now,
    /// ends the pause that lasts. What is said waits for [`Self::deliver`].
    pub fn pause(&self, from: SystemTime, until: SystemTime) -> Result<(), AgentError> {
        let open = self.opened()?;
        Ok(open.agent.pause(timestamp(from)?, timestamp(until)?)?)
    }

    /// The person leaves: nothing more is reported from now on, the server is told, and once it knows, the enrolment is
    /// forgotten. `Offline`: the next [`Self::deliver`] tells it. Where it can never be told, or need not be, the enrolment
    /// is forgotten all the same. The ledger stays until the folder is removed.
    pub async fn withdraw(&self) -> Result<Leaving, AgentError> {
        let open = self.opened()?;
        Ok(self.errands.run(async move { open.agent.withdraw().await }).await??)
    }

    /// Lets go of the shell's objects and ends what is under way. Whatever is called afterwards is `Closed`.
    pub fn shutdown(&self) {
        self.errands.close();
        // Dropped here and not under the lock: letting go of a shell's object runs its code.
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(open);
    }
}

impl PostureAgent {
    fn opened(&self) -> Result<Arc<Open>, AgentError> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(AgentError::Closed)
    }
}

impl Open {
    /// What is wanted, read now.
    fn facts(&self, wanted: &Wanted) -> Result<DeviceFacts, AgentError> {
        Ok(self.probe.facts(wanted.into())?.on(self.platform))
    }
}

fn timestamp(at: SystemTime) -> Result<Timestamp, AgentError> {
    Timestamp::try_from(at).map_err(|_| AgentError::BadInput { reason: "no moment that a calendar has".to_owned() })
}

fn bad_input(reason: &str) -> AgentError {
    AgentError::BadInput { reason: reason.to_owned() }
}

#[cfg(feature = "own-network")]
fn own_network(agent_version: &str, pinned_root: Option<String>) -> Result<Arc<dyn Transport>, AgentError> {
    let network = crate::own_network::OwnNetwork::new(agent_version, pinned_root);
    Ok(Arc::new(network.map_err(|_| AgentError::Broken)?))
}

#[cfg(not(feature = "own-network"))]
fn own_network(_: &str, _: Option<String>) -> Result<Arc<dyn Transport>, AgentError> {
    Err(bad_input("this library was built without a network of its own"))
}
