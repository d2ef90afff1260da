//! What a piece of evidence is judged from: what the device sent and, of an assertion, all that it is held against. Kept
//! as one, so that it can be judged again whatever came since.

use agent_core::wire::message::Attestation;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// As it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Material {
    /// An Android key attestation chain, leaf first, each certificate DER in base64.
    AndroidChain(Vec<String>),
    /// An App Attest attestation object, CBOR in base64.
    AppAttest(String),
    /// An App Attest assertion.
    AppAssertion(Box<Assertion>),
}

/// An App Attest assertion, and what it is held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Assertion {
    /// CBOR in base64.
    pub(crate) object: String,
    /// The attestation of the key that made it; none where the server held none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attestation: Option<Earlier>,
    /// The highest counter that had been seen of that key.
    pub(crate) previous: u32,
}

/// An App Attest attestation that came before, for the same device key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Earlier {
    /// CBOR in base64.
    pub(crate) object: String,
    /// The challenge that it answers, and when that was issued.
    pub(crate) challenge: String,
    pub(crate) challenged_at: Timestamp,
    pub(crate) received_at: Timestamp,
}

impl Material {
    /// What came, and nothing beside it: an assertion has no attestation to be held against.
    pub(crate) fn alone(evidence: &Attestation) -> Self {
        match evidence {
            Attestation::AndroidChain(chain) => Self::AndroidChain(chain.clone()),
            Attestation::AppAttest(object) => Self::AppAttest(object.clone()),
            Attestation::AppAssertion(object) => Self::asserted(object, None, 0),
        }
    }

    /// An assertion by the key of this attestation, of which this counter was the highest seen.
    pub(crate) fn asserted(object: &str, attestation: Option<Earlier>, previous: u32) -> Self {
        Self::AppAssertion(Box::new(Assertion { object: object.to_owned(), attestation, previous }))
    }

    /// The assertion, where it is one.
    pub(crate) fn assertion(&self) -> Option<&Assertion> {
        if let Self::AppAssertion(assertion) = self { Some(assertion) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_stored_before_assertions_is_read_and_written_the_same() {
        for (stored, sent) in [
            (
                json!({ "android-chain": ["MIIB", "MIIC"] }),
                Attestation::AndroidChain(vec!["MIIB".into(), "MIIC".into()]),
            ),
            (json!({ "app-attest": "bw==" }), Attestation::AppAttest("bw==".into())),
        ] {
            let read: Material = serde_json::from_value(stored.clone()).unwrap();
            assert_eq!(read, Material::alone(&sent));
            assert_eq!(serde_json::to_value(&read).unwrap(), stored);
            assert_eq!(serde_json::to_value(&sent).unwrap(), stored, "as it came");
        }
    }

    #[test]
    fn an_assertion_is_stored_with_what_it_is_held_against() {
        let moment: Timestamp = "2026-11-25T09:00:00Z".parse().unwrap();
        let (object, challenge) = ("bw==".to_owned(), "c".to_owned());
        let earlier = Earlier { object, challenge, challenged_at: moment, received_at: moment };
        let stored = json!({ "app-assertion": { "object": "YQ==", "previous": 6, "attestation": {
            "object": "bw==", "challenge": "c", "challengedAt": moment, "receivedAt": moment } } });
        let asserted = Material::asserted("YQ==", Some(earlier), 6);
        assert_eq!(serde_json::to_value(&asserted).unwrap(), stored);
        assert_eq!(serde_json::from_value::<Material>(stored).unwrap(), asserted);
        let alone = json!({ "app-assertion": { "object": "YQ==", "previous": 0 } });
        assert_eq!(serde_json::to_value(Material::alone(&Attestation::AppAssertion("YQ==".into()))).unwrap(), alone);
    }
}
