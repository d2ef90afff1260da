//! The key description, extension 1.3.6.1.4.1.11129.2.1.17, of every version from 1 to 500.
//!
//! Real devices write tags out of order, twice, or that nobody knows: those are oddities. What is not strict DER is
//! refused, because two readers could read two things.

use x509_cert::der::{Tag as DerTag, asn1::ObjectIdentifier};

use super::{
    super::{
        Oddity, Unusual,
        der::{Fault, Item, Items},
    },
    tag::{self, Shape, Tag},
};

/// The extension's number.
pub const KEY_DESCRIPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.1.17");

// Real lists have about 25 tags, and applications that share a user id about a dozen packages.
const MOST_TAGS: usize = 128;
const MOST_IN_SET: usize = 256;

/// The whole description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDescription {
    /// Version of the attestation: 1 to 4, then 100 to 500.
    pub attestation_version: u64,
    /// Who attests: 0 software, 1 TEE, 2 StrongBox.
    pub attestation_level: u64,
    /// Version of Keymaster or KeyMint.
    pub keymint_version: u64,
    /// Who holds the key.
    pub keymint_level: u64,
    /// The challenge that was asked for.
    pub challenge: Vec<u8>,
    /// Usually empty.
    pub unique_id: Vec<u8>,
    /// What the operating system says.
    pub software: List,
    /// What the secure hardware says.
    pub hardware: List,
    /// What is unusual.
    pub oddities: Vec<Oddity>,
}

/// One authorization list, in the order of the bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    entries: Vec<(&'static Tag, Value)>,
    conflicting: Vec<u32>,
    /// Whether the tags rise.
    pub ordered: bool,
}

/// What a tag says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Integer(u64),
    /// Numbers.
    Integers(Vec<u64>),
    /// It is so.
    Flag,
    /// Bytes.
    Bytes(Vec<u8>),
    /// How the device was started.
    RootOfTrust(RootOfTrust),
    /// Which application asked.
    Application(Application),
}

/// How the device was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootOfTrust {
    /// The key of the system; empty or zero on some devices.
    pub boot_key: Vec<u8>,
    /// Whether the bootloader is locked.
    pub device_locked: bool,
    /// 0 verified, 1 self-signed, 2 unverified, 3 failed.
    pub boot_state: u64,
    /// From version 3.
    pub boot_hash: Option<Vec<u8>>,
}

/// Which application asked for the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Package names and versions: several where they share a user id.
    pub packages: Vec<(Vec<u8>, u64)>,
    /// SHA-256 of the certificates that signed them.
    pub signers: Vec<Vec<u8>>,
}

impl KeyDescription {
    /// Reads the extension's content; `base` is where it begins, for faults.
    pub fn parse(bytes: &[u8], base: usize) -> Result<Self, Fault> {
        let mut outer = Items::new(bytes, base)?;
        let whole = outer.expect(DerTag::Sequence, "the key description")?;
        outer.end()?;
        let mut parts = whole.items()?;
        let mut oddities = Vec::new();
        let attestation_version = parts.expect(DerTag::Integer, "attestationVersion")?.integer()?;
        let attestation_level = parts.expect(DerTag::Enumerated, "attestationSecurityLevel")?.enumerated()?;
        let keymint_version = parts.expect(DerTag::Integer, "keyMintVersion")?.integer()?;
        let keymint_level = parts.expect(DerTag::Enumerated, "keyMintSecurityLevel")?.enumerated()?;
        let challenge = parts.expect(DerTag::OctetString, "attestationChallenge")?.value.to_vec();
        let unique_id = parts.expect(DerTag::OctetString, "uniqueId")?.value.to_vec();
        let software = list(&parts.expect(DerTag::Sequence, "softwareEnforced")?, "softwareEnforced", &mut oddities)?;
        let hardware = list(&parts.expect(DerTag::Sequence, "hardwareEnforced")?, "hardwareEnforced", &mut oddities)?;
        parts.end()?;
        if !matches!(attestation_version, 1..=4 | 100 | 200 | 300 | 400 | 500) {
            oddities.push(Oddity::with(Unusual::UnknownVersion, attestation_version.to_string()));
        }
        for (what, level) in [("attestationSecurityLevel", attestation_level), ("keyMintSecurityLevel", keymint_level)]
        {
            if level > 2 {
                oddities.push(Oddity::with(Unusual::UnknownLevel, format!("{what} {level}")));
            }
        }
        Ok(Self {
            attestation_version,
            attestation_level,
            keymint_version,
            keymint_level,
            challenge,
            unique_id,
            software,
            hardware,
            oddities,
        })
    }
}

fn list(whole: &Item<'_>, name: &str, oddities: &mut Vec<Oddity>) -> Result<List, Fault> {
    let mut items = whole.items()?;
    let mut list = List { ordered: true, ..List::default() };
    let (mut before, mut count) = (0, 0);
    while let Some(item) = items.next()? {
        count += 1;
        if count > MOST_TAGS {
            return Err(Fault::new(item.at, format!("{name} has more than {MOST_TAGS} tags")));
        }
        let DerTag::ContextSpecific { constructed: true, number } = item.tag else {
            return Err(Fault::new(item.at, format!("{name} holds something that is no tag: {}", item.tag)));
        };
        let number = number.value();
        if number < before {
            list.ordered = false;
        }
        before = number;
        let Some(tag) = tag::find(number) else {
            oddities.push(Oddity::with(Unusual::UnknownTag, format!("{name}.{number}")));
            continue;
        };
        let named = |fault: Fault| Fault::new(fault.at, format!("{name}.{}: {}", tag.name, fault.what));
        let value = item.only().and_then(|inner| value(tag.shape, &inner)).map_err(named)?;
        if let Some((_, first)) = list.entries.iter().find(|(other, _)| other.number == number) {
            oddities.push(Oddity::with(Unusual::RepeatedTag, format!("{name}.{}", tag.name)));
            if *first != value {
                list.conflicting.push(number);
            }
            continue;
        }
        odd(tag, &value, name, oddities);
        list.entries.push((tag, value));
    }
    if !list.ordered {
        oddities.push(Oddity::with(Unusual::UnorderedTags, name));
    }
    Ok(list)
}

fn odd(tag: &Tag, value: &Value, name: &str, oddities: &mut Vec<Oddity>) {
    match value {
        Value::Integer(origin) if tag.number == 702 && *origin > 4 => {
            oddities.push(Oddity::with(Unusual::UnknownOrigin, format!("{name}.origin {origin}")));
        }
        Value::RootOfTrust(root) => {
            if root.boot_state > 3 {
                oddities
                    .push(Oddity::with(Unusual::UnknownBootState, format!("{name}.rootOfTrust {}", root.boot_state)));
            }
            if root.boot_key.iter().all(|byte| *byte == 0) {
                oddities.push(Oddity::with(Unusual::NoBootKey, format!("{name}.rootOfTrust")));
            }
        }
        _ => {}
    }
}

fn value(shape: Shape, item: &Item<'_>) -> Result<Value, Fault> {
    Ok(match shape {
        Shape::Integer => Value::Integer(item.integer()?),
        Shape::Integers => Value::Integers(all(&mut item.set()?, Item::integer)?),
        Shape::Flag => {
            item.null()?;
            Value::Flag
        }
        Shape::Bytes | Shape::Text => Value::Bytes(item.bytes()?.to_vec()),
        Shape::RootOfTrust => Value::RootOfTrust(root_of_trust(item)?),
        Shape::Application => {
            item.bytes()?;
            Value::Application(application(item)?)
        }
    })
}

fn all<'a, T>(items: &mut Items<'a>, read: impl Fn(&Item<'a>) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
    let mut found = Vec::new();
    while let Some(item) = items.next()? {
        if found.len() == MOST_IN_SET {
            return Err(Fault::new(item.at, format!("has more than {MOST_IN_SET} values")));
        }
        found.push(read(&item)?);
    }
    Ok(found)
}

fn root_of_trust(item: &Item<'_>) -> Result<RootOfTrust, Fault> {
    let mut parts = item.sequence()?;
    let boot_key = parts.expect(DerTag::OctetString, "verifiedBootKey")?.value.to_vec();
    let device_locked = parts.expect(DerTag::Boolean, "deviceLocked")?.boolean()?;
    let boot_state = parts.expect(DerTag::Enumerated, "verifiedBootState")?.enumerated()?;
    let boot_hash = parts.next()?.map(|hash| hash.bytes().map(<[u8]>::to_vec)).transpose()?;
    parts.end()?;
    Ok(RootOfTrust { boot_key, device_locked, boot_state, boot_hash })
}

fn application(item: &Item<'_>) -> Result<Application, Fault> {
    let mut parts = item.only()?.sequence()?;
    let packages = all(&mut parts.expect(DerTag::Set, "packageInfos")?.items()?, |package| {
        let mut parts = package.sequence()?;
        let name = parts.expect(DerTag::OctetString, "packageName")?.value.to_vec();
        let version = parts.expect(DerTag::Integer, "version")?.integer()?;
        parts.end()?;
        Ok((name, version))
    })?;
    let signers =
        all(&mut parts.expect(DerTag::Set, "signatureDigests")?.items()?, |digest| digest.bytes().map(<[u8]>::to_vec))?;
    parts.end()?;
    Ok(Application { packages, signers })
}

impl List {
    /// What stands in it, in its order.
    pub fn entries(&self) -> impl Iterator<Item = (&'static Tag, &Value)> {
        self.entries.iter().map(|(tag, value)| (*tag, value))
    }

    /// What a tag says; nothing where it says two things.
    pub fn get(&self, number: u32) -> Option<&Value> {
        if self.conflicting.contains(&number) {
            return None;
        }
        self.entries.iter().find(|(tag, _)| tag.number == number).map(|(_, value)| value)
    }

    /// A number.
    pub fn integer(&self, number: u32) -> Option<u64> {
        match self.get(number)? {
            Value::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// How the device was started.
    pub fn root_of_trust(&self) -> Option<&RootOfTrust> {
        match self.get(704)? {
            Value::RootOfTrust(root) => Some(root),
            _ => None,
        }
    }

    /// Which application asked.
    pub fn application(&self) -> Option<&Application> {
        match self.get(709)? {
            Value::Application(application) => Some(application),
            _ => None,
        }
    }
}
