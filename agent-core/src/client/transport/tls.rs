//! Whom a connection believes: the platform's roots, one more root or one alone, and pinned keys.

use std::{error::Error, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};

use super::TransportError;
use crate::wire::envelope::sha256;

/// What is believed besides the platform's roots, or in their place.
#[derive(Debug, Clone, Default)]
pub struct TlsOptions {
    /// More roots, PEM.
    pub extra_roots: Option<Vec<u8>>,
    /// Roots that are believed and no others, PEM: neither the platform's nor more.
    pub pinned_roots: Option<Vec<u8>>,
    /// SHA-256 digests of public keys (SubjectPublicKeyInfo), one of which the server's certificate must have. Empty:
    /// any. A certificate must also be valid in the usual way.
    pub pins: Vec<[u8; 32]>,
}

impl TlsOptions {
    /// A pin as people write it: 32 bytes in base64, with or without `sha256/` before it.
    pub fn pin(text: &str) -> Result<[u8; 32], TransportError> {
        let digits = text.trim().trim_start_matches("sha256/");
        let bytes = STANDARD.decode(digits).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| {
            TransportError::Address("a pin is the SHA-256 of the server's public key in base64: sha256/…=".to_owned())
        })
    }
}

fn ring() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn unusable(error: &rustls::Error) -> TransportError {
    TransportError::Identity(format!("no connection can be made securely on this system ({error})"))
}

/// A configuration that believes nobody: for connections without TLS.
pub(super) fn no_one() -> Result<ClientConfig, TransportError> {
    let builder = ClientConfig::builder_with_provider(ring()).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| unusable(&error))?;
    Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// The configuration of these options.
pub(super) fn configuration(options: &TlsOptions) -> Result<ClientConfig, TransportError> {
    let provider = ring();
    let usual = match &options.pinned_roots {
        None => platform(options, &provider)?,
        Some(pem) => alone(pem, &provider)?,
    };
    let verifier = PinnedVerifier { pins: options.pins.clone(), usual };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| unusable(&error))?;
    let mut configuration =
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth();
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

/// What believes these roots alone.
fn alone(pem: &[u8], provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, TransportError> {
    let mut store = RootCertStore::empty();
    for root in roots(pem)? {
        store.add(root).map_err(|_| damaged())?;
    }
    let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider));
    Ok(builder.build().map_err(|_| damaged())?)
}

/// What believes whom the platform believes.
fn platform(
    options: &TlsOptions,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, TransportError> {
    let provider = Arc::clone(provider);
    let verifier = match &options.extra_roots {
        None => rustls_platform_verifier::Verifier::new(provider),
        #[cfg(any(all(unix, not(target_os = "android")), target_os = "windows"))]
        Some(pem) => rustls_platform_verifier::Verifier::new_with_extra_roots(roots(pem)?, provider),
        #[cfg(not(any(all(unix, not(target_os = "android")), target_os = "windows")))]
        Some(_) => {
            let why = "on this platform, install the root certificate in the system's settings instead";
            return Err(TransportError::Identity(why.to_owned()));
        }
    };
    let verifier = verifier.map_err(|_| {
        let why = "this system trusts no certificate authority; install its root certificates (such as the package \
                   ca-certificates) or give the server's root";
        TransportError::Identity(why.to_owned())
    });
    Ok(Arc::new(verifier?))
}

fn damaged() -> TransportError {
    TransportError::Identity("the root that was given is no certificate in PEM; check it".to_owned())
}

fn roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TransportError> {
    let roots: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| damaged())?;
    if roots.is_empty() { Err(damaged()) } else { Ok(roots) }
}

/// The usual verification, and then the pins.
#[derive(Debug)]
struct PinnedVerifier {
    pins: Vec<[u8; 32]>,
    usual: Arc<dyn ServerCertVerifier>,
}

/// What a pin that does not match says in rustls's words.
const NOT_PINNED: rustls::Error = rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure);

impl ServerCertVerifier for PinnedVerifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.usual.verify_server_cert(leaf, intermediates, name, ocsp, now)?;
        if self.pins.is_empty() {
            return Ok(verified);
        }
        let key = ParsedCertificate::try_from(leaf)?.subject_public_key_info();
        if self.pins.contains(&sha256(&key)) { Ok(verified) } else { Err(NOT_PINNED) }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// Why a handshake was given up, when this side or the other gave it up.
pub(super) fn refusal(mut cause: Option<&(dyn Error + 'static)>) -> Option<String> {
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(words(error));
        }
        // An I/O error is not the source of itself: what it wraps is reached by hand, however deep.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

fn words(error: &rustls::Error) -> String {
    let why = match error {
        rustls::Error::InvalidCertificate(why) => match why {
            // The second: one of the same name did, such as a company's root before its key was changed.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                "no authority that this system trusts signed its certificate; give the company's root, or tell your administrator"
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired; check this device's clock, or tell your administrator"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet; check this device's clock"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name; check the address"
            }
            CertificateError::ApplicationVerificationFailure => {
                "its key is not a pinned one; tell your administrator, and do not go on"
            }
            _ => return format!("its certificate is not valid ({error})"),
        },
        rustls::Error::InvalidMessage(_) => "it does not speak TLS on this port; check the address",
        _ => return format!("the secure connection failed ({error})"),
    };
    why.to_owned()
}
