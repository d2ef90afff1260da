//! Another key takes the place of the device's. The old key signs the statement, the new one proves itself inside it,
//! and each names the other, so that neither half can be used apart.

use serde::{Deserialize, Serialize};

use super::{
    envelope::{EnvelopeError, Kind, Unverified, seal},
    id::{Audience, DeviceId},
    key::{PublicKey, SignError, Signer, VerifyingKey},
    message::Attestation,
};

/// What the old key signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyRotation {
    /// An envelope of [`Possession`], signed by the new key.
    pub possession: String,
}

/// What the new key signs: whose it will be, and in whose place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Possession {
    /// Whom it is for.
    pub audience: Audience,
    /// Whose key it will be.
    pub device: DeviceId,
    /// The newest challenge that the device holds; evidence is made over it.
    pub challenge: String,
    /// The thumbprint of the key that it takes the place of.
    pub replaces: String,
    /// The new key.
    pub key: PublicKey,
    /// Evidence for the new key, kept as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Attestation>,
}

impl KeyRotation {
    /// What the new key has to say.
    pub fn prove(possession: &Possession, new: &dyn Signer) -> Result<Self, SignError> {
        Ok(Self { possession: seal(Kind::Possession, possession, new)? })
    }

    /// The new key as it is claimed, for whoever made or verified the rotation before.
    pub fn key(&self) -> Option<PublicKey> {
        let claimed: Possession = Unverified::parse(&self.possession).ok()?.read_unverified().ok()?;
        Some(claimed.key)
    }

    /// What the new key has said, signed by itself.
    pub fn verify(&self) -> Result<(Possession, VerifyingKey), EnvelopeError> {
        let unverified = Unverified::parse(&self.possession)?;
        let claimed: Possession = unverified.read_unverified()?;
        let key = VerifyingKey::try_from(&claimed.key).map_err(|_| EnvelopeError::BadPayload)?;
        let possession: Possession = unverified.verify(Kind::Possession, &key)?.read()?;
        Ok((possession, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{key::Algorithm, software_key::SoftwareKey};

    fn possession(key: &SoftwareKey) -> Possession {
        Possession {
            audience: Audience::new("k7", 4),
            device: DeviceId::new(4, [9; 12]),
            challenge: "c".into(),
            replaces: "old".into(),
            key: key.public_key(),
            attestation: None,
        }
    }

    #[test]
    fn only_the_key_itself_can_prove_that_it_is_there() {
        let new = SoftwareKey::generate(Algorithm::Es256).unwrap();
        let other = SoftwareKey::generate(Algorithm::Es256).unwrap();
        let proven = KeyRotation::prove(&possession(&new), &new).unwrap();
        let (read, key) = proven.verify().unwrap();
        assert_eq!(proven.key(), Some(new.public_key()));
        assert_eq!((read, key.thumbprint()), (possession(&new), new.public_key().thumbprint().as_str()));
        let borrowed = KeyRotation::prove(&possession(&new), &other).unwrap();
        assert!(borrowed.verify().is_err(), "another key says that this one is there");
        let elsewhere = KeyRotation { possession: seal(Kind::Enrolment, &possession(&new), &new).unwrap() };
        assert!(elsewhere.verify().is_err(), "another kind of message");
    }
}
