//! The two CBOR objects that a device hands over.

use ciborium::Value;

use super::{
    super::{Certificate, der::Fault},
    authenticator_data::read,
};

const LARGEST: usize = 64 * 1024;

/// What a device says once, of a new key.
#[derive(Debug, Clone)]
pub struct AttestationObject {
    /// The certificates: the key's, then Apple's.
    pub chain: Vec<Certificate>,
    /// As it came.
    pub authenticator_data: Vec<u8>,
    /// Apple's receipt, for its fraud service.
    pub receipt: Option<Vec<u8>>,
}

/// What a device says each time it uses the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionObject {
    /// ECDSA in DER.
    pub signature: Vec<u8>,
    /// As it came.
    pub authenticator_data: Vec<u8>,
}

impl AttestationObject {
    /// Reads one object, and nothing behind it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let map = map(bytes)?;
        let fault = |what: &str| Fault::new(0, what);
        if text(&map, "fmt") != Some("apple-appattest") {
            return Err(fault("`fmt` is not `apple-appattest`"));
        }
        let statement = get(&map, "attStmt").and_then(Value::as_map).ok_or_else(|| fault("`attStmt` is missing"))?;
        let x5c = get(statement, "x5c").and_then(Value::as_array).ok_or_else(|| fault("`x5c` is missing"))?;
        if x5c.is_empty() || x5c.len() > super::super::bundle::MOST {
            return Err(fault("`x5c` has no certificates or too many"));
        }
        let chain = x5c.iter().enumerate().map(|(index, item)| {
            let der = item.as_bytes().ok_or_else(|| fault("a certificate of `x5c` is not bytes"))?;
            Certificate::from_der(der)
                .map_err(|error| Fault::new(error.at, format!("certificate {}: {}", index + 1, error.what)))
        });
        Ok(Self {
            chain: chain.collect::<Result<_, _>>()?,
            authenticator_data: bytes_of(&map, "authData").ok_or_else(|| fault("`authData` is missing"))?,
            receipt: bytes_of(statement, "receipt"),
        })
    }
}

impl AssertionObject {
    /// Reads one object, and nothing behind it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let map = map(bytes)?;
        let part = |key: &str| bytes_of(&map, key).ok_or_else(|| Fault::new(0, format!("`{key}` is missing")));
        Ok(Self { signature: part("signature")?, authenticator_data: part("authenticatorData")? })
    }
}

type Map = [(Value, Value)];

fn map(bytes: &[u8]) -> Result<Vec<(Value, Value)>, Fault> {
    if bytes.len() > LARGEST {
        return Err(Fault::new(LARGEST, "is longer than any object of a device (64 KiB)"));
    }
    let mut rest = bytes;
    let value = read(&mut rest).ok_or_else(|| Fault::new(bytes.len() - rest.len(), "is not CBOR"))?;
    if !rest.is_empty() {
        return Err(Fault::new(bytes.len() - rest.len(), "has bytes behind its end"));
    }
    let Value::Map(map) = value else { return Err(Fault::new(0, "is not a CBOR map")) };
    let twice = |index: usize| map[..index].iter().any(|(key, _)| *key == map[index].0);
    if (0..map.len()).any(twice) {
        return Err(Fault::new(0, "has a key twice"));
    }
    Ok(map)
}

fn get<'a>(map: &'a Map, key: &str) -> Option<&'a Value> {
    map.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
}

fn text<'a>(map: &'a Map, key: &str) -> Option<&'a str> {
    get(map, key).and_then(Value::as_text)
}

fn bytes_of(map: &Map, key: &str) -> Option<Vec<u8>> {
    get(map, key).and_then(Value::as_bytes).cloned()
}
