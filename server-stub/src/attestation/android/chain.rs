//! A chain from an attested key to a root: every signature, every date that counts, every serial.

use jiff::Timestamp;
use serde::Serialize;
use x509_cert::der::asn1::ObjectIdentifier;

use super::{
    super::{Certificate, Oddity, Reason, Shortfall, Unusual, verified::Verified},
    extension::KEY_DESCRIPTION,
    revocation::{Status, StatusList},
    roots::Roots,
};

const PROVISIONING_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.1.30");

/// How the device came to its attestation key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provisioning {
    /// In the factory: its certificates' dates do not count.
    Factory,
    /// Over the network, for days or weeks: dates count.
    Remote,
    /// Neither is recognised: dates count.
    Unknown,
}

/// What a chain is held against.
pub struct Trust<'a> {
    /// Who may be its root.
    pub roots: &'a Roots,
    /// Who is revoked; none if no list is at hand.
    pub status: Option<&'a StatusList>,
    /// Signatures that were verified before; a server keeps one for all its threads.
    pub cache: Option<&'a Verified>,
}

/// How the key came into the device, as its certificates show it.
pub fn provisioning(chain: &[Certificate]) -> Provisioning {
    let Some(between) = chain.get(1..chain.len().saturating_sub(1)).filter(|between| !between.is_empty()) else {
        return Provisioning::Unknown;
    };
    let is_remote = |certificate: &Certificate| {
        certificate.extension(&PROVISIONING_INFO).is_some() || certificate.subject_organisation() == Some("Google LLC")
    };
    if between.iter().any(is_remote) {
        Provisioning::Remote
    } else if between.last().is_some_and(Certificate::subject_has_serial_number) {
        // Google names what stands under its root; below that each maker has its own way.
        Provisioning::Factory
    } else {
        Provisioning::Unknown
    }
}

/// How many certificates were issued to this device of late, which remote provisioning tells.
pub fn certificates_issued(chain: &[Certificate]) -> Option<u64> {
    let told = chain.get(1)?.extension(&PROVISIONING_INFO)?;
    let value: ciborium::Value = ciborium::de::from_reader_with_recursion_limit(told, 8).ok()?;
    let map = value.as_map()?;
    let (_, count) = map.iter().find(|(key, _)| key.as_integer() == Some(1.into()))?;
    count.as_integer()?.try_into().ok()
}

/// Whether the key that attests was given over the network to the trusted environment, which is no StrongBox. Chains of a
/// factory say nothing of the kind that could be relied on.
pub fn is_of_trusted_environment(chain: &[Certificate]) -> bool {
    chain.get(1).is_some_and(|attests| {
        attests.extension(&PROVISIONING_INFO).is_some() && attests.subject_organisation() == Some("TEE")
    })
}

/// Every reason why the chain is not to be trusted.
pub fn verify(chain: &[Certificate], trust: &Trust<'_>, at: Timestamp) -> Vec<Shortfall> {
    let mut found = Vec::new();
    if chain.len() < 3 {
        found.push(Shortfall::new(Reason::ChainTooShort).with(chain.len().to_string()));
    }
    let is_known = chain.last().is_some_and(|last| trust.roots.name(last).is_some());
    for index in broken(chain, trust.cache.filter(|_| is_known)) {
        let with = format!("{}, {}", chain[index].algorithm(), chain[index + 1].key_kind().name());
        found.push(Shortfall::of(chain[index].unsigned(&chain[index + 1]), index).with(with));
    }
    if let Some((last, index)) = chain.last().zip(chain.len().checked_sub(1)) {
        if trust.roots.is_published(last) {
            found.push(Shortfall::of(Reason::SoftwareRoot, index).with(last.subject()));
        } else if !is_known {
            found.push(Shortfall::of(Reason::UnknownRoot, index).with(last.subject()));
        }
        if provisioning(chain) != Provisioning::Factory {
            // Neither the leaf's dates, which devices invent, nor the root's, which is trusted as a key.
            for (index, certificate) in chain.iter().enumerate().take(index).skip(1) {
                if !certificate.is_valid_at(at) {
                    let dates = format!("{}/{}", certificate.not_before(), certificate.not_after());
                    found.push(Shortfall::of(Reason::Expired, index).with(dates));
                }
            }
        }
    }
    for (index, certificate) in chain.iter().enumerate() {
        if index > 0 && certificate.extension(&KEY_DESCRIPTION).is_some() {
            found.push(Shortfall::of(Reason::ChainExtended, index));
        }
        let status =
            trust.status.and_then(|list| list.status(&certificate.serial()).map(|(s, r)| (s, r.map(str::to_owned))));
        if let Some((status, why)) = status {
            let reason = if status == Status::Revoked { Reason::Revoked } else { Reason::Suspended };
            found.push(Shortfall { detail: why, ..Shortfall::of(reason, index) });
        }
    }
    found
}

/// Which certificates the next one's key did not sign. From the root down, so that the cache takes only what stands under
/// a trusted key: nobody else can fill it.
fn broken(chain: &[Certificate], mut cache: Option<&Verified>) -> Vec<usize> {
    let mut broken = Vec::new();
    for (index, pair) in chain.windows(2).enumerate().rev() {
        let holds = match cache {
            // The leaf is new each time.
            Some(cache) if index > 0 => cache.verify(&pair[0], pair[1].key_kind(), pair[1].key_bits()),
            _ => pair[0].is_signed_by(&pair[1]),
        };
        if !holds {
            broken.insert(0, index);
            cache = None;
        }
    }
    broken
}

/// What is unusual about the certificates, without weight for the judgement.
pub fn oddities(chain: &[Certificate]) -> Vec<Oddity> {
    let mut odd = Vec::new();
    for (index, pair) in chain.windows(2).enumerate() {
        if !pair[0].names_issuer(&pair[1]) {
            odd.push(Oddity::of(Unusual::OtherIssuerName, index));
        }
        if pair[1].is_authority() != Some(true) {
            odd.push(Oddity::of(Unusual::NotAnAuthority, index + 1));
        }
    }
    odd
}
