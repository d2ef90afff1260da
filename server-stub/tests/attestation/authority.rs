//! Authorities of our own, shaped like Google's, and just enough DER to write a key description.

use atalaya_server::attestation::Certificate;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PublicKeyData, SigningKey as _, date_time_ymd,
};

pub(crate) fn der(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = tag.to_vec();
    match length {
        0..128 => out.push(u8::try_from(length).unwrap()),
        128..256 => out.extend([0x81, u8::try_from(length).unwrap()]),
        _ => out.extend([0x82, u8::try_from(length / 256).unwrap(), u8::try_from(length % 256).unwrap()]),
    }
    out.extend(content);
    out
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    der(&[0x30], &parts.concat())
}

pub(crate) fn set(items: &[Vec<u8>]) -> Vec<u8> {
    der(&[0x31], &items.concat())
}

pub(crate) fn integer(value: u64) -> Vec<u8> {
    let mut digits: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
    if digits.first().is_none_or(|first| first & 0x80 != 0) {
        digits.insert(0, 0);
    }
    der(&[2], &digits)
}

pub(crate) fn octets(bytes: &[u8]) -> Vec<u8> {
    der(&[4], bytes)
}

pub(crate) fn enumerated(value: u8) -> Vec<u8> {
    der(&[10], &[value])
}

pub(crate) fn tagged(number: u16, inner: &[u8]) -> Vec<u8> {
    let tag = match number {
        0..31 => vec![0xa0 | u8::try_from(number).unwrap()],
        31..128 => vec![0xbf, u8::try_from(number).unwrap()],
        _ => vec![0xbf, 0x80 | u8::try_from(number >> 7).unwrap(), u8::try_from(number & 0x7f).unwrap()],
    };
    der(&tag, inner)
}

/// A description to be changed by each test.
#[derive(Clone)]
pub(crate) struct Description {
    pub(crate) version: u64,
    pub(crate) levels: (u8, u8),
    pub(crate) challenge: Vec<u8>,
    pub(crate) origin: Option<u64>,
    pub(crate) root: Option<(Vec<u8>, u8, u8)>,
    pub(crate) os: u64,
    pub(crate) packages: Vec<&'static str>,
    pub(crate) signers: Vec<Vec<u8>>,
    pub(crate) more_hardware: Vec<Vec<u8>>,
}

impl Default for Description {
    fn default() -> Self {
        Self {
            version: 400,
            levels: (1, 1),
            challenge: b"challenge".to_vec(),
            origin: Some(0),
            root: Some((vec![7; 32], 0xff, 0)),
            os: 160_000,
            packages: vec!["com.example.app"],
            signers: vec![vec![9; 32]],
            more_hardware: Vec::new(),
        }
    }
}

impl Description {
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let packages: Vec<_> =
            self.packages.iter().map(|name| sequence(&[octets(name.as_bytes()), integer(1)])).collect();
        let signers: Vec<_> = self.signers.iter().map(|signer| octets(signer)).collect();
        let app = octets(&sequence(&[set(&packages), set(&signers)]));
        let mut hardware = vec![tagged(1, &set(&[integer(2)])), tagged(503, &[5, 0])];
        hardware.extend(self.origin.map(|origin| tagged(702, &integer(origin))));
        hardware.extend(self.root.as_ref().map(|(key, locked, state)| {
            tagged(704, &sequence(&[octets(key), der(&[1], &[*locked]), enumerated(*state), octets(&[3; 32])]))
        }));
        hardware.extend([
            tagged(705, &integer(self.os)),
            tagged(706, &integer(202_609)),
            tagged(718, &integer(20_260_900)),
        ]);
        hardware.extend(self.more_hardware.clone());
        sequence(&[
            integer(self.version),
            enumerated(self.levels.0),
            integer(self.version),
            enumerated(self.levels.1),
            octets(&self.challenge),
            octets(&[]),
            sequence(&[tagged(701, &integer(1_780_000_000_000)), tagged(709, &app)]),
            sequence(&hardware),
        ])
    }
}

/// Names, keys and certificates from the root down to the one that attests.
pub(crate) struct Authority {
    issuers: Vec<(CertificateParams, KeyPair)>,
    certificates: Vec<Certificate>,
}

const DESCRIPTION: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 1, 17];
const PROVISIONING: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 1, 30];

pub(crate) fn params(kind: DnType, name: &str, years: (i32, i32), is_ca: bool) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(kind, name);
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    if is_ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    params
}

pub(crate) fn key(curve: &'static rcgen::SignatureAlgorithm) -> KeyPair {
    KeyPair::generate_for(curve).unwrap()
}

pub(crate) fn p256() -> KeyPair {
    key(&PKCS_ECDSA_P256_SHA256)
}

pub(crate) fn p384() -> KeyPair {
    key(&PKCS_ECDSA_P384_SHA384)
}

// ring makes no RSA keys, so these stand beside.
fn rsa(pem: &str) -> KeyPair {
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    KeyPair::try_from(STANDARD.decode(base64).unwrap()).unwrap()
}

pub(crate) fn rsa_2048() -> KeyPair {
    rsa(include_str!("keys/rsa-2048.key.pem"))
}

fn rsa_4096() -> KeyPair {
    rsa(include_str!("keys/rsa-4096.key.pem"))
}

fn rsa_root() -> KeyPair {
    rsa(include_str!("keys/rsa-4096-root.key.pem"))
}

fn serial_number() -> DnType {
    DnType::CustomDnType(vec![2, 5, 4, 5])
}

fn root() -> CertificateParams {
    params(serial_number(), "f92009e853b6b045", (2019, 2034), true)
}

impl Authority {
    /// As in a factory: subjects with serial numbers, under an RSA root.
    pub(crate) fn factory() -> Self {
        let made = |name| params(serial_number(), name, (2020, 2021), true);
        Self::new(vec![(root(), rsa_root()), (made("0a0b0c"), p384()), (made("0d0e0f"), p256())])
    }

    /// The same, where the maker names the key that attests in its own way.
    pub(crate) fn factory_of_another_maker() -> Self {
        let batch = params(serial_number(), "0a0b0c", (2020, 2021), true);
        let own = params(DnType::CommonName, "Attestation Key", (2020, 2021), true);
        Self::new(vec![(root(), rsa_root()), (batch, p384()), (own, p256())])
    }

    /// The same, of RSA keys alone.
    pub(crate) fn factory_rsa() -> Self {
        let made = |name| params(serial_number(), name, (2020, 2021), true);
        Self::new(vec![(root(), rsa_root()), (made("0a0b0c"), rsa_4096()), (made("0d0e0f"), rsa_2048())])
    }

    /// As provisioned over the network: Google's organisation between root and device.
    pub(crate) fn remote() -> Self {
        let google = || params(DnType::OrganizationName, "Google LLC", (2026, 2027), true);
        Self::new(vec![(root(), p384()), (google(), p384()), (google(), p256()), (provisioned("TEE"), p256())])
    }

    fn new(issuers: Vec<(CertificateParams, KeyPair)>) -> Self {
        let mut made = Self { issuers: Vec::new(), certificates: Vec::new() };
        for (params, key) in issuers {
            made.push(params, key);
        }
        made
    }

    fn push(&mut self, params: CertificateParams, key: KeyPair) {
        let certificate = match self.issuers.last() {
            Some(issuer) => params.signed_by(&key, &Issuer::from_params(&issuer.0, &issuer.1)),
            None => params.self_signed(&key),
        };
        self.certificates.push(read(certificate.unwrap().der()));
        self.issuers.push((params, key));
    }

    /// The device is given another key to attest with, for its trusted environment.
    pub(crate) fn renew(&mut self) {
        self.renew_for("TEE");
    }

    /// The same for the place of this name.
    pub(crate) fn renew_for(&mut self, place: &str) {
        self.issuers.pop();
        self.certificates.pop();
        self.push(provisioned(place), p256());
    }

    pub(crate) fn root(&self) -> Certificate {
        self.certificates[0].clone()
    }

    /// Leaf, attestation, what is between, root.
    pub(crate) fn chain(&self, description: &[u8]) -> Vec<Certificate> {
        self.chain_to(description, &p256())
    }

    pub(crate) fn chain_to(&self, description: &[u8], leaf: &impl PublicKeyData) -> Vec<Certificate> {
        let (above, key) = self.issuers.last().unwrap();
        let leaf = described(description).signed_by(leaf, &Issuer::from_params(above, key)).unwrap();
        let above = self.certificates.iter().rev().cloned();
        std::iter::once(read(leaf.der())).chain(above).collect()
    }

    /// A chain to a key of a kind that no library here makes: the leaf is put together by hand.
    pub(crate) fn chain_to_ml_dsa(&self, description: &[u8]) -> Vec<Certificate> {
        let leaf = p256();
        let mut chain = self.chain_to(description, &leaf);
        let named = sequence(&[der(&[6], &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12])]);
        let key = sequence(&[named, der(&[3], &[0; 1953])]);
        let (before, after) = (leaf.subject_public_key_info(), inside(inside(chain[0].der())));
        let at = after.windows(before.len()).position(|window| window == before).unwrap();
        let length = inside(chain[0].der()).len() - after.len();
        let signed_length = signed_length(inside(chain[0].der())) - length;
        let signed = sequence(&[after[..at].to_vec(), key, after[at + before.len()..signed_length].to_vec()]);
        let signature = [&[0][..], &self.issuers.last().unwrap().1.sign(&signed).unwrap()].concat();
        let by = sequence(&[der(&[6], &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])]);
        chain[0] = read(&sequence(&[signed, by, der(&[3], &signature)]));
        chain
    }

    /// The attested key of a chain signs one more.
    pub(crate) fn extended(&self) -> Vec<Certificate> {
        let middle = p256();
        let content = Description::default().to_der();
        let honest = self.chain_to(&content, &middle);
        let above = params(DnType::CommonName, "Android Keystore Key", (1975, 2048), true);
        let forged = described(&content).signed_by(&p256(), &Issuer::from_params(&above, &middle)).unwrap();
        std::iter::once(read(forged.der())).chain(honest).collect()
    }
}

// What stands in the first item of these bytes, and what follows it.
fn inside(bytes: &[u8]) -> &[u8] {
    &bytes[if bytes[1] < 0x80 { 2 } else { 2 + usize::from(bytes[1] & 0x7f) }..]
}

// The length of the first item, with its tag; certificates of a leaf have two bytes of length.
fn signed_length(bytes: &[u8]) -> usize {
    assert_eq!(bytes[1], 0x82);
    4 + usize::from(bytes[2]) * 256 + usize::from(bytes[3])
}

fn described(description: &[u8]) -> CertificateParams {
    let mut params = params(DnType::CommonName, "Android Keystore Key", (1975, 2048), false);
    params.custom_extensions.push(CustomExtension::from_oid_content(DESCRIPTION, description.to_vec()));
    params
}

// A map that says how many certificates were issued to the device: {1: 16}.
fn provisioned(place: &str) -> CertificateParams {
    let mut params = params(DnType::OrganizationName, place, (2026, 2027), true);
    params.custom_extensions.push(CustomExtension::from_oid_content(PROVISIONING, vec![0xa1, 1, 16]));
    params
}

pub(crate) fn read(der: &[u8]) -> Certificate {
    Certificate::from_der(der).unwrap()
}
