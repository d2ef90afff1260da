//! What the server signed, and whether to believe it: the pinned keys, the policy and the catalogue.
//!
//! The first key document is believed because it came over TLS with the answer to the token (trust on first use).
//! From then on a key document must be signed by the key before, and everything else by the current key. Nothing
//! goes back: not the keys' revision, not the policy's epoch and revision, not the catalogue's revision.

use jiff::Timestamp;

use super::{
    enrolment::{Document, Enrolled},
    error::AgentError,
    storage::Storage,
};
use crate::{
    judge::{Catalogue, Policy, catalogue::document::CatalogueDocument, policy::document::PolicyDocument},
    wire::{
        envelope::{EnvelopeError, Kind, Unverified},
        id::Audience,
        key::{PublicKey, VerifyingKey},
        message::{KeyDocument, ServedCatalogue, ServedPolicy},
    },
};

/// A policy that was verified and read.
#[derive(Debug, Clone)]
pub(super) struct TrustedPolicy {
    pub(super) policy: Policy,
    pub(super) epoch: u64,
    pub(super) group: String,
    pub(super) expires: Timestamp,
}

/// What the device judges by.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) keys: KeyDocument,
    pub(super) policy: TrustedPolicy,
    pub(super) catalogue: Catalogue,
}

impl Rules {
    /// The rules of an enrolment. What is kept was verified when it came, and is verified again now: a damaged file
    /// must not judge anybody.
    pub(super) fn load(enrolled: &Enrolled, storage: &dyn Storage) -> Result<Self, AgentError> {
        let unreadable = |error| untrusted("key document", error);
        let keys = Unverified::parse(&enrolled.keys).and_then(|keys| keys.read_unverified()).map_err(unreadable)?;
        let policy = policy(&enrolled.policy, &enrolled.audience)?;
        let catalogue = match enrolled.catalogue(storage)? {
            Some(document) => catalogue(&document, &enrolled.audience)?,
            None => Catalogue::default(),
        };
        Ok(Self { keys, policy, catalogue })
    }
}

fn untrusted(what: &str, error: EnvelopeError) -> AgentError {
    AgentError::Untrusted { what: what.to_owned(), why: error.to_string() }
}

fn check(what: &str, holds: bool, why: &str) -> Result<(), AgentError> {
    if holds { Ok(()) } else { Err(AgentError::Untrusted { what: what.to_owned(), why: why.to_owned() }) }
}

const ELSEWHERE: &str = "it was made for another organisation or server";

fn verified<T: serde::de::DeserializeOwned>(
    what: &str,
    kind: Kind,
    envelope: &str,
    key: &PublicKey,
) -> Result<T, AgentError> {
    let key = VerifyingKey::try_from(key).map_err(|_| untrusted(what, EnvelopeError::WrongKey))?;
    let verified = Unverified::parse(envelope).and_then(|envelope| envelope.verify(kind, &key));
    verified.and_then(|verified| verified.read()).map_err(|error| untrusted(what, error))
}

/// Whether an envelope names another key than this one; then the key document is asked for again.
pub(super) fn names_another_key(envelope: &str, key: &PublicKey) -> bool {
    Unverified::parse(envelope).is_ok_and(|envelope| envelope.key_thumbprint() != key.thumbprint())
}

/// Pins the first key document. One that was rotated before is signed by a key that this device never knew, and
/// rests on TLS alone; one that names its own key must be signed by it.
pub(super) fn pin(envelope: &str, audience: &Audience) -> Result<KeyDocument, AgentError> {
    const WHAT: &str = "key document";
    let parsed = Unverified::parse(envelope).map_err(|error| untrusted(WHAT, error))?;
    check(WHAT, parsed.kind() == Kind::Keys, "it is another kind of message")?;
    let keys: KeyDocument = parsed.read_unverified().map_err(|error| untrusted(WHAT, error))?;
    if !names_another_key(envelope, &keys.current) {
        verified::<KeyDocument>(WHAT, Kind::Keys, envelope, &keys.current)?;
    }
    check(WHAT, keys.audience == *audience, ELSEWHERE)?;
    Ok(keys)
}

/// A key document after the held one: signed by the current key, or by the announced next one when a rotation was
/// missed. None when it is the held one again.
pub(super) fn successor(
    held: &KeyDocument,
    held_envelope: &str,
    envelope: &str,
) -> Result<Option<KeyDocument>, AgentError> {
    const WHAT: &str = "key document";
    if envelope == held_envelope {
        return Ok(None);
    }
    let by = held.next.as_ref().filter(|next| !names_another_key(envelope, next)).unwrap_or(&held.current);
    let keys: KeyDocument = verified(WHAT, Kind::Keys, envelope, by)?;
    check(WHAT, keys.audience == held.audience, ELSEWHERE)?;
    if keys.revision < held.revision {
        return Err(downgrade(WHAT, held.revision, keys.revision));
    }
    if keys.revision == held.revision {
        check(WHAT, keys == *held, "there are two of the same revision")?;
        return Ok(None);
    }
    Ok(Some(keys))
}

/// Verifies and reads a policy.
pub(super) fn policy(document: &Document, audience: &Audience) -> Result<TrustedPolicy, AgentError> {
    const WHAT: &str = "policy";
    let served: ServedPolicy = verified(WHAT, Kind::Policy, &document.envelope, &document.key)?;
    check(WHAT, served.audience == *audience, ELSEWHERE)?;
    let unreadable = |_| AgentError::Untrusted { what: WHAT.to_owned(), why: "it cannot be read".to_owned() };
    let mut policy = PolicyDocument::from_json(&served.policy).map_err(unreadable)?.policy;
    policy.revision = served.revision;
    Ok(TrustedPolicy { policy, epoch: served.epoch, group: served.group, expires: served.expires })
}

/// Verifies and reads a catalogue.
pub(super) fn catalogue(document: &Document, audience: &Audience) -> Result<Catalogue, AgentError> {
    const WHAT: &str = "catalogue";
    let served: ServedCatalogue = verified(WHAT, Kind::Catalogue, &document.envelope, &document.key)?;
    check(WHAT, served.audience == *audience, ELSEWHERE)?;
    let unreadable = |_| AgentError::Untrusted { what: WHAT.to_owned(), why: "it cannot be read".to_owned() };
    let mut catalogue = CatalogueDocument::from_json(&served.catalogue).map_err(unreadable)?.catalogue;
    catalogue.revision = served.revision;
    Ok(catalogue)
}

/// A policy's place in the order of all: a later epoch (a restored backup) comes after every revision before it.
pub(super) type PolicyRevision = (u64, u64);

impl TrustedPolicy {
    pub(super) fn revision(&self) -> PolicyRevision {
        (self.epoch, self.policy.revision)
    }
}

/// Refuses a policy that comes before the held one.
pub(super) fn no_older_policy(held: PolicyRevision, offered: PolicyRevision) -> Result<(), AgentError> {
    if offered >= held {
        return Ok(());
    }
    let print = |(epoch, revision): PolicyRevision| format!("revision {revision} of epoch {epoch}");
    Err(AgentError::Downgrade { what: "policy".to_owned(), held: print(held), offered: print(offered) })
}

/// Refuses a catalogue that comes before the held one.
pub(super) fn no_older_catalogue(held: u64, offered: u64) -> Result<(), AgentError> {
    if offered >= held { Ok(()) } else { Err(downgrade("catalogue", held, offered)) }
}

fn downgrade(what: &str, held: u64, offered: u64) -> AgentError {
    let print = |revision| format!("revision {revision}");
    AgentError::Downgrade { what: what.to_owned(), held: print(held), offered: print(offered) }
}
