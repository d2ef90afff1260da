//! An authority of our own, shaped like Apple's, and a device whose every word can be changed.

use atalaya_server::attestation::{Certificate, sha256};
use ciborium::Value;
use rcgen::{CertificateParams, CustomExtension, DnType, Issuer, KeyPair, SigningKey as _};

use super::authority::{octets, p256, p384, params, read, sequence, tagged};

pub(crate) const APP: &str = "TEAM123456.com.example.app";
pub(crate) const PRODUCTION: &[u8; 16] = b"appattest\0\0\0\0\0\0\0";
pub(crate) const DEVELOPMENT: &[u8; 16] = b"appattestdevelop";
pub(crate) const HASH: [u8; 32] = [5; 32];

/// The one that attests, and the root over it.
pub(crate) struct Apple {
    ca: (CertificateParams, KeyPair),
    certificates: [Certificate; 2],
}

/// What a device says of a new key; each test changes something.
pub(crate) struct Said {
    pub(crate) app: &'static str,
    /// What the app handed to the system for its client data.
    pub(crate) hash: Vec<u8>,
    pub(crate) environment: [u8; 16],
    pub(crate) counter: u8,
    /// Another key than the certificate's.
    pub(crate) point: Option<Vec<u8>>,
    /// Another identifier than the key's.
    pub(crate) id: Option<Vec<u8>>,
    /// What stands behind the key, from iOS 27.
    pub(crate) tail: Vec<u8>,
    pub(crate) years: (i32, i32),
    pub(crate) system: Option<Vec<u8>>,
    /// How many certificates go with it.
    pub(crate) certificates: usize,
}

impl Default for Said {
    fn default() -> Self {
        Self {
            app: APP,
            hash: HASH.to_vec(),
            environment: *PRODUCTION,
            counter: 0,
            point: None,
            id: None,
            tail: Vec::new(),
            years: (2026, 2027),
            system: None,
            certificates: 2,
        }
    }
}

impl Apple {
    pub(crate) fn new() -> Self {
        Self::with(true)
    }

    /// One whose certificate does not say that it may sign others.
    pub(crate) fn without_leave() -> Self {
        Self::with(false)
    }

    fn with(may_sign: bool) -> Self {
        let root = (params(DnType::CommonName, "Root", (2020, 2045), true), p384());
        let ca = (params(DnType::CommonName, "App Attestation CA 1", (2020, 2030), may_sign), p384());
        let certificate = ca.0.signed_by(&ca.1, &Issuer::from_params(&root.0, &root.1)).unwrap();
        let certificates = [read(root.0.self_signed(&root.1).unwrap().der()), read(certificate.der())];
        Self { ca, certificates }
    }

    pub(crate) fn root(&self) -> &Certificate {
        &self.certificates[0]
    }

    /// The object, and the key that it is about.
    pub(crate) fn attest(&self, said: &Said) -> (Vec<u8>, KeyPair) {
        let key = p256();
        let point = said.point.clone().unwrap_or_else(|| key.public_key_raw().to_vec());
        let mut data = sha256(said.app.as_bytes()).to_vec();
        data.extend([0x40, 0, 0, 0, said.counter]);
        data.extend(said.environment);
        data.extend([0, 32]);
        data.extend(said.id.clone().unwrap_or_else(|| sha256(&point).to_vec()));
        data.extend(cbor(&cose(&point)));
        data.extend(&said.tail);
        let mut leaf = params(DnType::CommonName, "key", said.years, false);
        let nonce = sequence(&[tagged(1, &octets(&sha256(&[&data[..], &said.hash].concat())))]);
        leaf.custom_extensions.push(CustomExtension::from_oid_content(&[1, 2, 840, 113_635, 100, 8, 2], nonce));
        if let Some(system) = &said.system {
            let extension = CustomExtension::from_oid_content(&[1, 2, 840, 113_635, 100, 8, 7], system.clone());
            leaf.custom_extensions.push(extension);
        }
        let leaf = leaf.signed_by(&key, &Issuer::from_params(&self.ca.0, &self.ca.1)).unwrap();
        let [root, ca] = &self.certificates;
        let chain = [leaf.der().to_vec(), ca.der().to_vec(), root.der().to_vec()];
        let x5c = chain.into_iter().take(said.certificates).map(Value::Bytes).collect();
        let object = Value::Map(vec![
            ("fmt".into(), "apple-appattest".into()),
            ("attStmt".into(), Value::Map(vec![("x5c".into(), Value::Array(x5c))])),
            ("authData".into(), Value::Bytes(data)),
        ]);
        (cbor(&object), key)
    }
}

/// An assertion; `once`: the signature is over the data themselves and not over their hash.
pub(crate) fn assertion(key: &KeyPair, counter: u32, tail: &[u8], once: bool) -> Vec<u8> {
    assertion_over(key, (APP, HASH), counter, tail, once)
}

/// The same in another app, or over another hash.
pub(crate) fn assertion_over(
    key: &KeyPair,
    (app, hash): (&str, [u8; 32]),
    counter: u32,
    tail: &[u8],
    once: bool,
) -> Vec<u8> {
    let mut data = sha256(app.as_bytes()).to_vec();
    data.push(0x40);
    data.extend(counter.to_be_bytes());
    data.extend(tail);
    let message = [&data[..], &hash].concat();
    // The signer hashes what it is given: the honest device gives it a hash already.
    let signature = if once { key.sign(&message) } else { key.sign(&sha256(&message)) }.unwrap();
    cbor(&Value::Map(vec![
        ("signature".into(), Value::Bytes(signature)),
        ("authenticatorData".into(), Value::Bytes(data)),
    ]))
}

/// What iOS 27 puts behind the data.
pub(crate) fn tail() -> Vec<u8> {
    cbor(&Value::Map(vec![
        ("apple_bundle_version_01".into(), "17".into()),
        ("apple_validation_category_01".into(), Value::Bytes(vec![4, 0, 0, 0])),
    ]))
}

/// What a certificate says of the system, as far as it is known.
pub(crate) fn system(version: &str, build: &str) -> Vec<u8> {
    let part = |number, text: &str| tagged(number, &octets(text.as_bytes()));
    sequence(&[part(1026, "iphoneos"), part(1400, version), part(1403, build)])
}

fn cose(point: &[u8]) -> Value {
    Value::Map(vec![
        (1.into(), 2.into()),
        (3.into(), (-7).into()),
        ((-1).into(), 1.into()),
        ((-2).into(), Value::Bytes(point[1..33].to_vec())),
        ((-3).into(), Value::Bytes(point[33..].to_vec())),
    ])
}

pub(crate) fn cbor(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).unwrap();
    out
}
