//! Identifiers that cross the network.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A device's id: 128 bits as 26 characters of Crockford's base 32, upper case. The first 32 bits name the
/// organisation, so that an id alone tells whose it is; the other 96 are random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceId(u128);

/// The text is not a device id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a device id is 26 characters of 0-9 and A-Z without I, L, O and U")]
pub struct DeviceIdError;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 26;

impl DeviceId {
    /// The id of this organisation with these random bytes.
    pub fn new(organisation: u32, random: [u8; 12]) -> Self {
        let low = random.iter().fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        Self((u128::from(organisation) << 96) | low)
    }

    /// The organisation that the device belongs to.
    pub const fn organisation(self) -> u32 {
        (self.0 >> 96) as u32
    }

    /// The 16 bytes, most significant first.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The id of these 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// A short label for people, such as `k4f9-2m`: the last six characters, lower case. Not unique.
    pub fn label(self) -> String {
        let text = self.to_string().to_lowercase();
        let tail = &text[LENGTH - 6..];
        format!("{}-{}", &tail[..4], &tail[4..])
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0_u8; LENGTH];
        for (place, slot) in text.iter_mut().enumerate() {
            let shift = 5 * (LENGTH - 1 - place);
            *slot = ALPHABET[usize::try_from((self.0 >> shift) & 31).unwrap_or_default()];
        }
        f.pad(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl FromStr for DeviceId {
    type Err = DeviceIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != LENGTH || text.as_bytes()[0] > b'7' {
            return Err(DeviceIdError);
        }
        text.bytes()
            .try_fold(0_u128, |bits, byte| {
                let digit = ALPHABET.iter().position(|letter| *letter == byte).ok_or(DeviceIdError)?;
                Ok((bits << 5) | digit as u128)
            })
            .map(Self)
    }
}

impl TryFrom<String> for DeviceId {
    type Error = DeviceIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DeviceId> for String {
    fn from(id: DeviceId) -> Self {
        id.to_string()
    }
}

/// Whom a signed message is for: one organisation on one server, printed `atalaya:<server>:<organisation>`.
/// The server's part is a random id made when its data was made; both are told with every challenge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Audience(pub String);

impl Audience {
    /// The audience of this organisation on this server.
    pub fn new(server: &str, organisation: u32) -> Self {
        Self(format!("atalaya:{server}:{organisation}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_id_prints_and_parses_to_itself_and_names_its_organisation() {
        for (organisation, random) in [(0, [0; 12]), (1, [7; 12]), (u32::MAX, [255; 12])] {
            let id = DeviceId::new(organisation, random);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().len(), 26);
            assert_eq!(id.organisation(), organisation);
            assert_eq!(DeviceId::from_bytes(id.to_bytes()), id);
        }
    }

    #[test]
    fn what_is_not_a_device_id_is_refused() {
        for text in ["", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "0000000000000000000000000i", "00000000000000000000000000 "] {
            assert_eq!(text.parse::<DeviceId>(), Err(DeviceIdError), "{text}");
        }
    }
}
