//! An attestation: that Apple vouches for a key of this app on a genuine device.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use x509_cert::der::{Tag, asn1::ObjectIdentifier};

use super::{
    super::{
        Certificate, Reason, Shortfall,
        der::{Fault, Items},
        hex, sha256,
        signature::KeyKind,
        unhex,
        verified::Verified,
    },
    authenticator_data::{AuthenticatorData, Environment},
    object::AttestationObject,
};

const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113635.100.8.2");
const SYSTEM: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113635.100.8.7");
// The P-384 point of `Apple App Attestation Root CA`, which devices do not send.
const APPLE: [&str; 2] = [
    "044531e198b5b4ec04da1502045704ed4f877272d76135b26116cfc88b615d0a000719ba69858dfe77caa3b839e020ddd6",
    "56141404702831e43f70b88fd6c394b608ea2bd6ae61e9f598c12f46af52937266e57f14eb61fec530f7144f53812e35",
];

/// Keys that may have signed the last certificate, and which they are known to have signed: Apple has one such certificate
/// for all devices, so a server keeps one value of this.
#[derive(Debug, Clone, Default)]
pub struct AppleRoots {
    keys: Vec<(KeyKind, Vec<u8>)>,
    verified: Arc<Verified>,
}

impl AppleRoots {
    /// Apple's own.
    pub fn apple() -> Self {
        let keys = unhex(&APPLE.concat()).map(|point| (KeyKind::P384, point)).into_iter().collect();
        Self { keys, ..Self::default() }
    }

    /// One more.
    pub fn add(&mut self, root: &Certificate) {
        self.keys.push((root.key_kind(), root.key_bits().to_vec()));
    }

    /// Whether one of these keys signed it.
    pub fn signed(&self, certificate: &Certificate) -> bool {
        self.keys.iter().any(|(kind, key)| self.verified.knows(certificate, *kind, key))
            || self.keys.iter().any(|(kind, key)| self.verified.verify(certificate, *kind, key))
    }

    /// Whether it carries one of these keys.
    pub fn holds(&self, certificate: &Certificate) -> bool {
        self.keys.iter().any(|(kind, key)| *kind == certificate.key_kind() && key == certificate.key_bits())
    }
}

/// What was asked.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// `TEAMID.bundle.id` of each app; empty: any.
    pub apps: &'a [String],
    /// What the app handed to the system for its client data: SHA-256 over challenge and key thumbprint in apps of ours; the
    /// system takes any bytes, and Apple's own sample has the challenge itself. None: not proved to be fresh.
    pub client_data_hash: Option<&'a [u8]>,
    /// The environment; none: any.
    pub environment: Option<Environment>,
    /// The key's identifier as the app told it; none: any.
    pub key_id: Option<&'a [u8]>,
}

/// What an attestation shows.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attested {
    /// The data.
    pub data: AuthenticatorData,
    /// The app, where it is one of those asked for.
    pub app: Option<String>,
    /// Undocumented by Apple, so advisory only.
    pub system: Option<System>,
    /// Why it does not prove what was asked; empty: it does.
    pub shortfalls: Vec<Shortfall>,
}

/// What the certificate says of the system: undocumented by Apple, so advisory only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct System {
    /// Such as `17.2.1`.
    pub version: Option<String>,
    /// Such as `21C66`.
    pub build: Option<String>,
    /// Such as `iphoneos`.
    pub platform: Option<String>,
}

impl Attested {
    /// Whether everything that was asked is proved.
    pub fn is_proved(&self) -> bool {
        self.shortfalls.is_empty()
    }
}

/// Judges an attestation as received at this moment.
pub fn verify_attestation(
    object: &AttestationObject,
    roots: &AppleRoots,
    expected: &Expected<'_>,
    at: Timestamp,
) -> Result<Attested, Fault> {
    let data = AuthenticatorData::of_attestation(&object.authenticator_data)?;
    let mut found = chain(&object.chain, roots, at);
    let credential = data.credential.as_ref().ok_or_else(|| Fault::new(0, "the key is missing"))?;
    let leaf = object.chain.first().ok_or_else(|| Fault::new(0, "there is no certificate"))?;
    match expected.client_data_hash {
        None => found.push(Shortfall::new(Reason::ChallengeNotGiven)),
        Some(hash) => {
            let nonce = sha256(&[&object.authenticator_data[..], hash].concat());
            if leaf.extension(&NONCE).and_then(|content| stated_nonce(content).ok()) != Some(&nonce[..]) {
                found.push(Shortfall::new(Reason::WrongNonce));
            }
        }
    }
    if credential.point != leaf.key_bits() {
        found.push(Shortfall::new(Reason::WrongKey));
    }
    let id = sha256(&credential.point);
    if credential.id != id || expected.key_id.is_some_and(|told| told != id) {
        found.push(Shortfall::new(Reason::WrongKeyId).with(hex(&credential.id)));
    }
    if data.counter != 0 {
        found.push(Shortfall::new(Reason::CounterNotZero).with(data.counter.to_string()));
    }
    if credential.environment.is_none()
        || expected.environment.is_some_and(|asked| credential.environment != Some(asked))
    {
        let found_in =
            credential.environment.map_or_else(|| "unknown".to_owned(), |found| format!("{found:?}").to_lowercase());
        found.push(Shortfall::new(Reason::WrongEnvironment).with(found_in));
    }
    let app = app(&data, expected.apps, &mut found);
    let system = leaf.extension(&SYSTEM).and_then(|content| system(content).ok());
    Ok(Attested { app, system, shortfalls: found, data })
}

pub(super) fn app(data: &AuthenticatorData, apps: &[String], found: &mut Vec<Shortfall>) -> Option<String> {
    let app = apps.iter().find(|app| sha256(app.as_bytes())[..] == data.app_hash[..]).cloned();
    if app.is_none() && !apps.is_empty() {
        found.push(Shortfall::new(Reason::WrongApp).with(hex(&data.app_hash)));
    }
    app
}

fn chain(chain: &[Certificate], roots: &AppleRoots, at: Timestamp) -> Vec<Shortfall> {
    let mut found = Vec::new();
    // Devices send two; a third can only be the root itself.
    let chain = match chain {
        [all @ .., last] if all.len() > 1 && roots.holds(last) => all,
        all => all,
    };
    if chain.len() < 2 {
        found.push(Shortfall::new(Reason::ChainTooShort));
    }
    for (index, pair) in chain.windows(2).enumerate() {
        if !pair[0].is_signed_by(&pair[1]) {
            found.push(Shortfall::of(pair[0].unsigned(&pair[1]), index));
        }
        if pair[1].is_authority() != Some(true) {
            found.push(Shortfall::of(Reason::ChainExtended, index + 1));
        }
    }
    if let Some(last) = chain.last()
        && !roots.signed(last)
    {
        found.push(Shortfall::of(Reason::UnknownRoot, chain.len() - 1).with(last.issuer()));
    }
    for (index, certificate) in chain.iter().enumerate() {
        if !certificate.is_valid_at(at) {
            let dates = format!("{}/{}", certificate.not_before(), certificate.not_after());
            found.push(Shortfall::of(Reason::Expired, index).with(dates));
        }
    }
    found
}

// SEQUENCE { [1] EXPLICIT OCTET STRING }.
fn stated_nonce(content: &[u8]) -> Result<&[u8], Fault> {
    let mut outer = Items::new(content, 0)?;
    let whole = outer.expect(Tag::Sequence, "the nonce")?;
    outer.end()?;
    whole.only()?.only()?.bytes()
}

fn system(content: &[u8]) -> Result<System, Fault> {
    let mut outer = Items::new(content, 0)?;
    let mut parts = outer.expect(Tag::Sequence, "the system")?.items()?;
    let mut system = System::default();
    while let Some(part) = parts.next()? {
        let Tag::ContextSpecific { number, .. } = part.tag else { continue };
        let text = part.only().and_then(|inner| inner.bytes()).ok().and_then(|text| std::str::from_utf8(text).ok());
        match number.value() {
            1400 => system.version = text.map(str::to_owned),
            1403 => system.build = text.map(str::to_owned),
            1026 => system.platform = text.map(str::to_owned),
            _ => {}
        }
    }
    Ok(system)
}
