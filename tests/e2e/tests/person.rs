//! A person with a phone: the real client over the real network, facts as the test wants them.

use std::sync::Arc;

use agent_core::{
    client::{
        Agent, AgentError, Delivery, HttpTransport, KeySuccession, MemoryStorage, Ports, SeededRandom, Storage,
        Transport, Urgency,
    },
    clock::Clock,
    judge::facts::{AppFacts, DeviceFacts, LockComplexity, Platform, Presence, Reading, StorageEncryption},
    wire::{
        id::DeviceId,
        key::{Algorithm, Signer},
        software_key::SoftwareKey,
    },
};

use crate::site::Site;

/// A person with a phone.
pub(crate) struct Person {
    pub(crate) agent: Agent,
    pub(crate) facts: DeviceFacts,
    pub(crate) device: Option<DeviceId>,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) key: Arc<dyn Signer>,
}

impl Person {
    /// With a phone in good order that reaches the server over this transport.
    pub(crate) fn over(clock: Arc<dyn Clock>, transport: Arc<dyn Transport>) -> Self {
        let storage: Arc<dyn Storage> = Arc::new(MemoryStorage::default());
        let key: Arc<dyn Signer> = Arc::new(SoftwareKey::generate(Algorithm::Es256).unwrap());
        Self::with(clock, transport, storage, key)
    }

    /// With a phone that has this memory and key.
    pub(crate) fn with(
        clock: Arc<dyn Clock>,
        transport: Arc<dyn Transport>,
        storage: Arc<dyn Storage>,
        key: Arc<dyn Signer>,
    ) -> Self {
        Self::keeping(clock, transport, storage, key, None)
    }

    /// With a phone whose key can have a successor.
    pub(crate) fn keeping(
        clock: Arc<dyn Clock>,
        transport: Arc<dyn Transport>,
        storage: Arc<dyn Storage>,
        key: Arc<dyn Signer>,
        succession: Option<Arc<dyn KeySuccession>>,
    ) -> Self {
        let agent = Agent::new(Ports {
            storage: Arc::clone(&storage),
            transport,
            signer: Arc::clone(&key),
            attestation: None,
            succession,
            clock,
            random: Arc::new(SeededRandom::new(1)),
            platform: Platform::Android,
            agent_version: "0.1.0".to_owned(),
        });
        Self { agent, facts: good(), device: None, storage, key }
    }

    /// With a phone in good order, enrolled with this token.
    pub(crate) async fn enrolled(site: &Site, token: &str) -> Self {
        let mut person = Self::over(clock(site), network());
        person.enrol(site, token).await;
        person
    }

    /// Enrols the phone.
    pub(crate) async fn enrol(&mut self, site: &Site, token: &str) -> DeviceId {
        let device = self.agent.enrol(&site.url, token, None).await.unwrap().device;
        self.device = Some(device);
        device
    }

    /// The device's id.
    pub(crate) fn device(&self) -> DeviceId {
        self.device.unwrap()
    }

    /// Reports what is so now and delivers everything that waits. A report that the server wants otherwise is made
    /// again.
    pub(crate) async fn report(&self) -> Delivery {
        self.agent.report(&self.facts).unwrap();
        let delivery = self.deliver().await.unwrap();
        if !delivery.report_again {
            return delivery;
        }
        self.agent.report(&self.facts).unwrap();
        self.deliver().await.unwrap()
    }

    /// Delivers what waits.
    pub(crate) async fn deliver(&self) -> Result<Delivery, AgentError> {
        self.agent.deliver(Urgency::PersonAsked).await
    }
}

/// The site's clock, for a phone that knows the time.
pub(crate) fn clock(site: &Site) -> Arc<dyn Clock> {
    Arc::<agent_core::clock::FixedClock>::clone(&site.clock)
}

/// The real network.
pub(crate) fn network() -> Arc<dyn Transport> {
    Arc::new(HttpTransport::new("0.1.0"))
}

/// A phone with nothing to complain about.
pub(crate) fn good() -> DeviceFacts {
    DeviceFacts {
        model: Reading::reported("Pixel 8".to_owned()),
        os_version: Reading::reported("16".to_owned()),
        security_patch: Reading::reported("2026-11-05".to_owned()),
        storage_encryption: Reading::reported(StorageEncryption::PerUser),
        screen_lock: Reading::reported(true),
        lock_complexity: Reading::reported(LockComplexity::High),
        whatsapp_business: AppFacts {
            presence: Reading::reported(Presence::Installed),
            version: Reading::reported("2.26.39.71".to_owned()),
            installer: Reading::reported("com.android.vending".to_owned()),
            ..AppFacts::default()
        },
        whatsapp_consumer: Reading::reported(Presence::Absent),
        ..DeviceFacts::nothing_collected(Platform::Android)
    }
}
