//! An authority of our own, shaped like the real ones, and just enough DER to write a key description.

use atalaya_server::attestation::{Certificate, sha256};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, date_time_ymd,
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
        let set = |items: Vec<Vec<u8>>| der(&[0x31], &items.concat());
        let packages = self.packages.iter().map(|name| sequence(&[octets(name.as_bytes()), integer(1)])).collect();
        let signers = self.signers.iter().map(|signer| octets(signer)).collect();
        let app = octets(&sequence(&[set(packages), set(signers)]));
        let mut hardware = vec![tagged(1, &set(vec![integer(2)])), tagged(503, &[5, 0])];
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
            integer(400),
            enumerated(self.levels.0),
            integer(400),
            enumerated(self.levels.1),
            octets(&self.challenge),
            octets(&[]),
            sequence(&[tagged(701, &integer(1_780_000_000_000)), tagged(709, &app)]),
            sequence(&hardware),
        ])
    }
}

/// Names, keys and certificates from the root down.
pub(crate) struct Authority {
    root: (CertificateParams, KeyPair),
    upper: (CertificateParams, KeyPair),
    pub(crate) attestation: (CertificateParams, KeyPair),
}

const DESCRIPTION: &[u64] = &[1, 3, 6, 1, 4, 1, 11129, 2, 1, 17];

fn params(kind: DnType, name: &str, years: (i32, i32), is_ca: bool) -> CertificateParams {
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

fn key(curve: &'static rcgen::SignatureAlgorithm) -> KeyPair {
    KeyPair::generate_for(curve).unwrap()
}

fn serial_number() -> DnType {
    DnType::CustomDnType(vec![2, 5, 4, 5])
}

impl Authority {
    /// Subjects with serial numbers, as in a factory.
    pub(crate) fn factory() -> Self {
        Self::new(serial_number(), "0a0b0c", (2020, 2021))
    }

    /// Google's organisation between root and device.
    pub(crate) fn remote() -> Self {
        Self::new(DnType::OrganizationName, "Google LLC", (2026, 2027))
    }

    fn new(kind: DnType, name: &str, years: (i32, i32)) -> Self {
        Self {
            root: (params(serial_number(), "f92009e853b6b045", (2019, 2034), true), key(&PKCS_ECDSA_P384_SHA384)),
            upper: (params(kind.clone(), name, years, true), key(&PKCS_ECDSA_P384_SHA384)),
            attestation: (params(kind, name, years, true), key(&PKCS_ECDSA_P256_SHA256)),
        }
    }

    pub(crate) fn root(&self) -> Certificate {
        Certificate::from_der(self.root.0.self_signed(&self.root.1).unwrap().der()).unwrap()
    }

    /// Leaf, attestation, upper, root.
    pub(crate) fn chain(&self, description: &[u8]) -> Vec<Certificate> {
        self.chain_to(description, &key(&PKCS_ECDSA_P256_SHA256))
    }

    pub(crate) fn chain_to(&self, description: &[u8], leaf: &KeyPair) -> Vec<Certificate> {
        let mut params = params(DnType::CommonName, "Android Keystore Key", (1975, 2048), false);
        params.custom_extensions.push(CustomExtension::from_oid_content(DESCRIPTION, description.to_vec()));
        let issuer = Issuer::from_params(&self.attestation.0, &self.attestation.1);
        let mut chain = vec![read(&params.signed_by(leaf, &issuer).unwrap())];
        let issuer = Issuer::from_params(&self.upper.0, &self.upper.1);
        chain.push(read(&self.attestation.0.signed_by(&self.attestation.1, &issuer).unwrap()));
        let issuer = Issuer::from_params(&self.root.0, &self.root.1);
        chain.push(read(&self.upper.0.signed_by(&self.upper.1, &issuer).unwrap()));
        chain.push(self.root());
        chain
    }

    /// The attested key of a chain signs one more.
    pub(crate) fn extended(&self) -> Vec<Certificate> {
        let middle = key(&PKCS_ECDSA_P256_SHA256);
        let honest = self.chain_to(&Description::default().to_der(), &middle);
        let mut params = params(DnType::CommonName, "Android Keystore Key", (1975, 2048), false);
        let content = Description::default().to_der();
        params.custom_extensions.push(CustomExtension::from_oid_content(DESCRIPTION, content));
        let above = self::params(DnType::CommonName, "Android Keystore Key", (1975, 2048), true);
        let forged = params.signed_by(&key(&PKCS_ECDSA_P256_SHA256), &Issuer::from_params(&above, &middle)).unwrap();
        std::iter::once(read(&forged)).chain(honest).collect()
    }
}

fn read(certificate: &rcgen::Certificate) -> Certificate {
    Certificate::from_der(certificate.der()).unwrap()
}

/// An App Attest object, its root, its key.
pub(crate) fn app_attest(app: &str, hash: [u8; 32], aaguid: &[u8; 16], tail: &[u8]) -> (Vec<u8>, Certificate, KeyPair) {
    use ciborium::Value;
    let root_params = params(DnType::CommonName, "Root", (2020, 2045), true);
    let (root_key, ca_key, leaf_key) =
        (key(&PKCS_ECDSA_P384_SHA384), key(&PKCS_ECDSA_P384_SHA384), key(&PKCS_ECDSA_P256_SHA256));
    let ca_params = params(DnType::CommonName, "App Attestation CA 1", (2020, 2030), true);
    let point = leaf_key.public_key_raw().to_vec();
    let id = sha256(&point);
    let mut data = sha256(app.as_bytes()).to_vec();
    data.extend([0x40, 0, 0, 0, 0]);
    data.extend(aaguid);
    data.extend([0, 32]);
    data.extend(id);
    let cose = Value::Map(vec![
        (1.into(), 2.into()),
        (3.into(), (-7).into()),
        ((-1).into(), 1.into()),
        ((-2).into(), Value::Bytes(point[1..33].to_vec())),
        ((-3).into(), Value::Bytes(point[33..].to_vec())),
    ]);
    ciborium::into_writer(&cose, &mut data).unwrap();
    data.extend(tail);
    let nonce = sha256(&[&data[..], &hash].concat());
    let mut leaf = params(DnType::CommonName, "key", (2026, 2027), false);
    let content = sequence(&[tagged(1, &octets(&nonce))]);
    leaf.custom_extensions.push(CustomExtension::from_oid_content(&[1, 2, 840, 113_635, 100, 8, 2], content));
    let leaf = leaf.signed_by(&leaf_key, &Issuer::from_params(&ca_params, &ca_key)).unwrap();
    let ca = ca_params.signed_by(&ca_key, &Issuer::from_params(&root_params, &root_key)).unwrap();
    let bytes = |certificate: &rcgen::Certificate| Value::Bytes(certificate.der().to_vec());
    let object = Value::Map(vec![
        ("fmt".into(), "apple-appattest".into()),
        ("attStmt".into(), Value::Map(vec![("x5c".into(), Value::Array(vec![bytes(&leaf), bytes(&ca)]))])),
        ("authData".into(), Value::Bytes(data)),
    ]);
    let mut out = Vec::new();
    ciborium::into_writer(&object, &mut out).unwrap();
    (out, read(&root_params.self_signed(&root_key).unwrap()), leaf_key)
}
