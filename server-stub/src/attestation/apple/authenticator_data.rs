//! Authenticator data, in both layouts: before iOS 27, and with a CBOR map behind it whatever the flags say.

use ciborium::Value;
use serde::Serialize;

use super::super::{der::Fault, hex};

/// Where the app was built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    /// Distribution builds.
    Production,
    /// Development builds.
    Development,
}

/// What stands in the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorData {
    /// SHA-256 of the app id, hex.
    #[serde(serialize_with = "as_hex")]
    pub app_hash: Vec<u8>,
    /// The flags as they came.
    pub flags: u8,
    /// How often the key was used.
    pub counter: u32,
    /// Of an attestation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<Credential>,
    /// The version of the app's bundle, from iOS 27.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle_version: Option<String>,
    /// How the app was distributed, from iOS 27.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_category: Option<u32>,
}

/// The key of an attestation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    /// None for an identifier that is not Apple's.
    pub environment: Option<Environment>,
    /// The key's identifier, hex.
    #[serde(serialize_with = "as_hex")]
    pub id: Vec<u8>,
    /// The point of the key, uncompressed, hex.
    #[serde(serialize_with = "as_hex")]
    pub point: Vec<u8>,
}

fn as_hex<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex(bytes))
}

const FIXED: usize = 37;

impl AuthenticatorData {
    /// Of an attestation: with the key.
    pub fn of_attestation(bytes: &[u8]) -> Result<Self, Fault> {
        let mut data = Self::fixed(bytes)?;
        let short = || Fault::new(bytes.len(), "the authenticator data ends early");
        let rest = &bytes[FIXED..];
        let (aaguid, rest) = rest.split_at_checked(16).ok_or_else(short)?;
        let (length, rest) = rest.split_at_checked(2).ok_or_else(short)?;
        let (id, mut rest) =
            rest.split_at_checked(usize::from(length[0]) << 8 | usize::from(length[1])).ok_or_else(short)?;
        let at = bytes.len() - rest.len();
        let key = read(&mut rest).ok_or_else(|| Fault::new(at, "the key is not CBOR"))?;
        let point = point(&key).ok_or_else(|| Fault::new(at, "the key is not a P-256 key in COSE form"))?;
        let environment = match aaguid {
            b"appattestdevelop" => Some(Environment::Development),
            b"appattest\0\0\0\0\0\0\0" => Some(Environment::Production),
            _ => None,
        };
        data.credential = Some(Credential { environment, id: id.to_vec(), point });
        data.tail(rest, bytes.len() - rest.len())?;
        Ok(data)
    }

    /// Of an assertion: the flags may promise a key that is not there.
    pub fn of_assertion(bytes: &[u8]) -> Result<Self, Fault> {
        let mut data = Self::fixed(bytes)?;
        data.tail(&bytes[FIXED..], FIXED)?;
        Ok(data)
    }

    fn fixed(bytes: &[u8]) -> Result<Self, Fault> {
        let fixed = bytes.get(..FIXED).ok_or_else(|| Fault::new(bytes.len(), "the authenticator data ends early"))?;
        let counter = fixed[33..].iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        Ok(Self {
            app_hash: fixed[..32].to_vec(),
            flags: fixed[32],
            counter,
            credential: None,
            bundle_version: None,
            validation_category: None,
        })
    }

    fn tail(&mut self, mut rest: &[u8], at: usize) -> Result<(), Fault> {
        if rest.is_empty() {
            return Ok(());
        }
        let not_a_map = || Fault::new(at, "what follows is not one CBOR map");
        let Some(Value::Map(entries)) = read(&mut rest) else { return Err(not_a_map()) };
        if !rest.is_empty() {
            return Err(not_a_map());
        }
        for (key, value) in &entries {
            match key.as_text() {
                Some("apple_bundle_version_01") => self.bundle_version = value.as_text().map(str::to_owned),
                Some("apple_validation_category_01") => {
                    let bytes = value.as_bytes().and_then(|bytes| <[u8; 4]>::try_from(bytes.as_slice()).ok());
                    self.validation_category = bytes.map(u32::from_le_bytes);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The next CBOR item; `bytes` moves behind it.
pub(super) fn read(bytes: &mut &[u8]) -> Option<Value> {
    ciborium::de::from_reader_with_recursion_limit(bytes, 8).ok()
}

fn point(key: &Value) -> Option<Vec<u8>> {
    let map = key.as_map()?;
    let get = |label: i32| map.iter().find(|(key, _)| key.as_integer() == Some(label.into())).map(|(_, value)| value);
    let is = |label, value: i32| get(label).and_then(Value::as_integer) == Some(value.into());
    let (x, y) = (get(-2)?.as_bytes()?, get(-3)?.as_bytes()?);
    if !is(1, 2) || !is(3, -7) || !is(-1, 1) || x.len() != 32 || y.len() != 32 {
        return None;
    }
    Some([&[4][..], x, y].concat())
}
