//! What an agent needs of the world, and the names of the locks that it shares.

use std::sync::Arc;

use super::{random::Random, storage::Storage, transport::Transport};
use crate::{
    clock::{Clock, DeviceTime},
    judge::Platform,
    wire::{
        key::{PublicKey, SignError, Signer},
        message::Attestation,
    },
};

/// Held while what is kept changes; never across an await.
pub(super) const STATE: &str = "state";
/// Held by the one delivery or enrolment that is under way.
pub(super) const DELIVERY: &str = "delivery";

/// What proves that the device's key lives in hardware.
pub trait AttestationSource: Send + Sync {
    /// Evidence for the key over this challenge, the bytes of the server's text; none where the device has no such
    /// evidence. Called once for each enrolment, before the signer is asked for its public key: where key and evidence
    /// are made together, the key is made here.
    fn attest(&self, challenge: &[u8]) -> Result<Option<Attestation>, SignError>;

    /// Fresh evidence over this challenge for the key that signs now, where hardware gives such for a key that was
    /// attested before; none: only another key brings fresh evidence.
    fn assertion(&self, _challenge: &[u8]) -> Result<Option<Attestation>, SignError> {
        Ok(None)
    }
}

/// What makes the key that takes the place of the device's.
pub trait KeySuccession: Send + Sync {
    /// The next key, with evidence over this challenge where the device has such. A software key is made once and stays
    /// the same one until it is adopted; hardware attests a key as it makes it, so there it is made for each challenge.
    fn next(&self, challenge: &[u8]) -> Result<Successor, SignError>;

    /// The server knows this key now: from here on [`Ports::signer`] signs with it. To adopt it again changes nothing.
    fn adopt(&self, key: &PublicKey) -> Result<(), SignError>;
}

/// The next key.
pub struct Successor {
    /// What signs with it.
    pub signer: Arc<dyn Signer>,
    /// What proves where it lives.
    pub attestation: Option<Attestation>,
}

/// What an agent needs of the world.
#[derive(Clone)]
pub struct Ports {
    /// Where it keeps things.
    pub storage: Arc<dyn Storage>,
    /// How it reaches the server.
    pub transport: Arc<dyn Transport>,
    /// What signs for the device.
    pub signer: Arc<dyn Signer>,
    /// What proves where that key lives; none where nothing can, as on hosts.
    pub attestation: Option<Arc<dyn AttestationSource>>,
    /// What makes the key after this one; none where the key stays for good.
    pub succession: Option<Arc<dyn KeySuccession>>,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// What spreads its attempts.
    pub random: Arc<dyn Random>,
    /// The system it runs on.
    pub platform: Platform,
    /// Its own version, such as `0.1.0`.
    pub agent_version: String,
}

impl Ports {
    /// What this device's clocks tell now.
    pub(super) fn time(&self) -> DeviceTime {
        DeviceTime::of(&*self.clock)
    }
}

impl std::fmt::Debug for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ports").field("platform", &self.platform).finish_non_exhaustive()
    }
}
