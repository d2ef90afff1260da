//! One piece of evidence in the server's terms: what it proves of a device, and why not more.

use agent_core::{
    judge::{
        facts::BootState,
        policy::evidence::{AppleEnvironment, AttestationDemand, EvidenceRules},
    },
    wire::{
        envelope::{hex, sha256},
        key::VerifyingKey,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    material::{Assertion, Earlier, Material},
    trust::Trust,
};
use crate::attestation::{
    Reason, Shortfall,
    android::{self, AppId, BootKey, Challenge, facts as told},
    apple::{
        self, Environment,
        object::{AssertionObject, AttestationObject},
    },
    bundle::{self, BundleError},
    unhex,
};

/// What is asked of a piece of evidence.
pub(crate) struct Asked<'a> {
    pub(crate) rules: &'a EvidenceRules,
    /// The key that it must speak for.
    pub(crate) key: &'a VerifyingKey,
    /// The challenge of ours that it must answer, and when that was issued.
    pub(crate) challenge: Option<(&'a str, Timestamp)>,
    pub(crate) received_at: Timestamp,
}

/// One reason why it does not prove what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// A stable code, such as `wrong-challenge`.
    pub reason: String,
    /// The certificate that it is about, counted from 1 at the leaf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<usize>,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What it says of the device. Only what its hardware vouches for, and only where it answers our challenge and speaks for
/// the device's key, which was made inside; the rest is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Values {
    /// Such as `16`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// `yyyy-MM` or `yyyy-MM-dd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_patch: Option<String>,
    /// The same of the vendor's parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_patch: Option<String>,
    /// The same of the kernel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_patch: Option<String>,
    /// How the system was started; `verified` also for a system that the policy lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub boot_state: Option<BootState>,
    /// The name under which the policy lists the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_system: Option<String>,
    /// Whether the app that holds the key is one that the policy names; absent where it names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_genuine: Option<bool>,
    /// Where the key lives: `software`, `trusted-environment`, `strong-box`, or `secure-enclave` for Apple's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_level: Option<String>,
    /// What Apple's certificate says of the system's version. Undocumented, so nothing rests on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advisory_os_version: Option<String>,
}

/// What an assertion of App Attest rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Asserted {
    /// When the challenge was issued that the key's attestation answered; absent where the server held none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub attested_at: Option<Timestamp>,
    /// The attested key's identifier, lower-case hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// How often the key says that it was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter: Option<u32>,
    /// The highest counter that had been seen of that key.
    pub previous: u32,
}

/// One piece of evidence as it was judged last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attested {
    /// `android` or `ios`.
    pub kind: String,
    /// When it came.
    #[schema(value_type = String)]
    pub received_at: Timestamp,
    /// When the challenge was issued that it answers: what it says is of then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub challenged_at: Option<Timestamp>,
    /// What it rests on where it is an assertion, by a key that was attested before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asserted: Option<Asserted>,
    /// Why it does not prove everything that was asked; empty: it does.
    pub gaps: Vec<Gap>,
    /// What it says of the device.
    pub values: Values,
    /// What it was held against.
    pub basis: String,
}

impl Attested {
    /// Whether everything that was asked is proved.
    pub const fn is_proved(&self) -> bool {
        self.gaps.is_empty()
    }

    /// The codes of what is missing.
    pub(crate) fn codes(&self) -> Vec<&str> {
        self.gaps.iter().map(|gap| gap.reason.as_str()).collect()
    }

    /// Whether this is missing.
    pub(crate) fn lacks(&self, reason: Reason) -> bool {
        self.gaps.iter().any(|gap| gap.reason == reason.code())
    }

    /// The attested key that certainly made this assertion, and its counter.
    pub(crate) fn counted(&self) -> Option<(&str, u32)> {
        let Asserted { key, counter, .. } = self.asserted.as_ref()?;
        let is_signed = !self.lacks(Reason::BrokenAssertion) && !self.lacks(Reason::ChallengeNotGiven);
        Some((key.as_deref()?, (*counter)?)).filter(|_| is_signed)
    }
}

/// What evidence of this group is held against: changes where a judgement may change.
pub(crate) fn basis(rules: &EvidenceRules, trust: &Trust) -> String {
    // Ages are looked at when the device is judged, not here.
    let EvidenceRules { attestation, android_apps, boot_keys, ios_apps, ios_environment, .. } = rules;
    let asked = format!("{attestation:?} {android_apps:?} {boot_keys:?} {ios_apps:?} {ios_environment:?}");
    hex(&sha256(format!("2 {} {asked}", trust.revision).as_bytes())[..16])
}

/// Judges a piece of evidence. None where the policy does not look at evidence.
pub(crate) fn judge(evidence: &Material, asked: &Asked<'_>, trust: &Trust) -> Option<Attested> {
    if asked.rules.attestation == AttestationDemand::None {
        return None;
    }
    let (kind, (shortfalls, values), asserted) = match evidence {
        Material::AndroidChain(chain) => ("android", android_chain(chain, asked, trust), None),
        Material::AppAttest(object) => ("ios", app_attest(object, asked, trust), None),
        Material::AppAssertion(assertion) => {
            let (found, asserted) = app_assertion(assertion, asked, trust);
            ("ios", found, Some(asserted))
        }
    };
    let gap = |one: Shortfall| Gap {
        reason: one.reason.code().to_owned(),
        certificate: one.certificate,
        // What was found may be anything that somebody wrote into a certificate.
        detail: one.detail.map(|detail| detail.chars().filter(|letter| !letter.is_control()).take(200).collect()),
    };
    Some(Attested {
        kind: kind.to_owned(),
        received_at: asked.received_at,
        challenged_at: asked.challenge.map(|(_, at)| at),
        asserted,
        gaps: shortfalls.into_iter().map(gap).collect(),
        values,
        basis: basis(asked.rules, trust),
    })
}

type Found = (Vec<Shortfall>, Values);

fn malformed(why: impl std::fmt::Display) -> Found {
    let shortfall = Shortfall { reason: Reason::Malformed, certificate: None, detail: Some(why.to_string()) };
    (vec![shortfall], Values::default())
}

/// With any of these it is not said of this device: it is old, or the device's key may live elsewhere, such as one that was
/// made on another device and imported.
const SILENT: [Reason; 6] = [
    Reason::WrongChallenge,
    Reason::ChallengeNotGiven,
    Reason::WrongKey,
    Reason::SoftwareLevel,
    Reason::LevelMismatch,
    Reason::KeyNotGeneratedInHardware,
];

fn android_chain(chain: &[String], asked: &Asked<'_>, trust: &Trust) -> Found {
    let chain = match bundle::of_message(chain) {
        Ok(chain) => chain,
        // Its own words are about files.
        Err(BundleError::Nothing | BundleError::TooMany) => {
            return malformed(format!("{} certificates", chain.len()));
        }
        Err(BundleError::NotBase64 { .. }) => return malformed("a certificate is not base64"),
        Err(BundleError::Certificate { fault, .. }) => return malformed(fault),
    };
    let apps: Vec<AppId> = (asked.rules.android_apps.iter())
        .filter_map(|app| Some(AppId { package: app.package.clone(), signer: unhex(&app.signer)?.try_into().ok()? }))
        .collect();
    let boot_keys: Vec<BootKey> = (asked.rules.boot_keys.iter())
        .filter_map(|listed| Some(BootKey { name: listed.name.clone(), key: unhex(&listed.key)? }))
        .collect();
    let expected = android::Expected {
        challenge: asked.challenge.map_or(Challenge::NotGiven, |(challenge, _)| Challenge::Is(challenge.as_bytes())),
        apps: &apps,
        key: Some(asked.key.bytes()),
        boot_keys: &boot_keys,
    };
    let judged = android::judge(&chain, &trust.android(), &expected, asked.received_at);
    let lacks = |reason: Reason| judged.shortfalls.iter().any(|shortfall| shortfall.reason == reason);
    let speaks = !SILENT.into_iter().any(lacks);
    let values = if speaks {
        let wrong_app = [Reason::WrongApp, Reason::WrongSigner, Reason::IdAttestation].into_iter().any(lacks);
        android_values(&judged.facts, !apps.is_empty(), wrong_app)
    } else {
        Values::default()
    };
    (judged.shortfalls, values)
}

fn android_values(facts: &told::Facts, asks_app: bool, wrong_app: bool) -> Values {
    fn by_hardware<T: Clone>(value: Option<&told::Told<T>>) -> Option<T> {
        value.filter(|told| told.by == told::Proof::Hardware).map(|told| told.value.clone())
    }
    let is_unlocked = by_hardware(facts.device_locked.as_ref()) == Some(false);
    let boot_system = by_hardware(facts.boot_system.as_ref());
    let boot_state = by_hardware(facts.boot_state.as_ref()).and_then(|state| match state {
        _ if is_unlocked => Some(BootState::Unlocked),
        told::BootState::Verified => Some(BootState::Verified),
        told::BootState::SelfSigned if boot_system.is_some() => Some(BootState::Verified),
        told::BootState::SelfSigned => Some(BootState::SelfSigned),
        told::BootState::Unverified => Some(BootState::Unlocked),
        told::BootState::Failed => Some(BootState::Failed),
        told::BootState::Unknown => None,
    });
    // Who asked for the key is the system's word: worth something where the hardware started a known system.
    let app_told = facts.packages.as_ref().is_some_and(|told| told.by == told::Proof::System);
    Values {
        os_version: by_hardware(facts.os_version.as_ref()),
        security_patch: by_hardware(facts.os_patch_level.as_ref()),
        vendor_patch: by_hardware(facts.vendor_patch_level.as_ref()),
        boot_patch: by_hardware(facts.boot_patch_level.as_ref()),
        boot_state,
        boot_system,
        app_genuine: (asks_app && app_told).then_some(!wrong_app),
        key_level: by_hardware(facts.key_level.as_ref())
            .and_then(|level| serde_json::to_value(level).ok().and_then(|word| word.as_str().map(str::to_owned))),
        advisory_os_version: None,
    }
}

fn app_attest(object: &str, asked: &Asked<'_>, trust: &Trust) -> Found {
    let challenge = asked.challenge.map(|(challenge, _)| challenge);
    let judged = match attestation(object, (challenge, asked.received_at), asked, trust) {
        Ok(judged) => judged,
        Err(why) => return malformed(why),
    };
    let proved = judged.is_proved();
    let advisory_os_version = judged.system.filter(|_| proved).and_then(|system| system.version);
    (judged.shortfalls, Values { advisory_os_version, ..app_values(proved, asked.rules) })
}

/// Judges an attestation that answers this challenge and came at this moment.
fn attestation(
    object: &str,
    (challenge, received_at): (Option<&str>, Timestamp),
    asked: &Asked<'_>,
    trust: &Trust,
) -> Result<apple::Attested, String> {
    let bytes = STANDARD.decode(object).map_err(|_| "it is not base64".to_owned())?;
    let object = AttestationObject::parse(&bytes).map_err(|fault| fault.to_string())?;
    let hash = challenge.map(|challenge| client_data_hash(challenge, asked));
    let expected = expected(hash.as_ref(), asked);
    apple::verify_attestation(&object, &trust.apple, &expected, received_at).map_err(|fault| fault.to_string())
}

fn client_data_hash(challenge: &str, asked: &Asked<'_>) -> [u8; 32] {
    sha256(format!("{challenge}{}", asked.key.thumbprint()).as_bytes())
}

fn expected<'a>(client_data_hash: Option<&'a [u8; 32]>, asked: &Asked<'a>) -> apple::Expected<'a> {
    apple::Expected {
        apps: &asked.rules.ios_apps,
        client_data_hash: client_data_hash.map(|hash| &hash[..]),
        environment: Some(match asked.rules.ios_environment {
            AppleEnvironment::Production => Environment::Production,
            AppleEnvironment::Development => Environment::Development,
        }),
        key_id: None,
    }
}

fn app_values(proved: bool, rules: &EvidenceRules) -> Values {
    Values {
        app_genuine: (proved && !rules.ios_apps.is_empty()).then_some(true),
        key_level: proved.then(|| "secure-enclave".to_owned()),
        ..Values::default()
    }
}

/// The first of these attestations that proves what is asked now, or else the first; each with what goes with it.
pub(crate) fn standing<T>(mut all: Vec<(Earlier, T)>, asked: &Asked<'_>, trust: &Trust) -> Option<(Earlier, T)> {
    let proves = |(one, _): &(Earlier, T)| {
        let judged = attestation(&one.object, (Some(&one.challenge), one.received_at), asked, trust);
        judged.is_ok_and(|judged| judged.is_proved())
    };
    let place = all.iter().position(proves).unwrap_or_default();
    (place < all.len()).then(|| all.swap_remove(place))
}

/// The identifier of the key that an attestation object is about; none where it cannot be read.
pub(crate) fn attested_key(object: &str) -> Option<String> {
    let object = AttestationObject::parse(&STANDARD.decode(object).ok()?).ok()?;
    key_id(&apple::AuthenticatorData::of_attestation(&object.authenticator_data).ok()?)
}

fn key_id(data: &apple::AuthenticatorData) -> Option<String> {
    data.credential.as_ref().map(|credential| hex(&sha256(&credential.point)))
}

/// Everything that the attestation lacks, the assertion lacks: it is worth no more than what it rests on.
fn app_assertion(assertion: &Assertion, asked: &Asked<'_>, trust: &Trust) -> (Found, Asserted) {
    let mut asserted = Asserted { previous: assertion.previous, ..Asserted::default() };
    let judged = assertion.attestation.as_ref().map(|earlier| {
        asserted.attested_at = Some(earlier.challenged_at);
        attestation(&earlier.object, (Some(&earlier.challenge), earlier.received_at), asked, trust)
    });
    let judged = match judged.transpose() {
        Ok(judged) => judged,
        Err(why) => return (malformed(format!("its attestation: {why}")), asserted),
    };
    asserted.key = judged.as_ref().and_then(|judged| key_id(&judged.data));
    let credential = judged.as_ref().and_then(|judged| judged.data.credential.as_ref());
    let point = credential.map(|credential| &credential.point[..]);
    let hash = asked.challenge.map(|(challenge, _)| client_data_hash(challenge, asked));
    let expected = expected(hash.as_ref(), asked);
    let object = STANDARD.decode(&assertion.object).map_err(|_| "it is not base64".to_owned());
    let object = object.and_then(|bytes| AssertionObject::parse(&bytes).map_err(|fault| fault.to_string()));
    let verified = object.and_then(|object| {
        apple::verify_assertion(&object, point, assertion.previous, &expected).map_err(|fault| fault.to_string())
    });
    let (data, found) = match verified {
        Ok(verified) => verified,
        Err(why) => return (malformed(why), asserted),
    };
    asserted.counter = Some(data.counter);
    let mut shortfalls = judged.map(|judged| judged.shortfalls).unwrap_or_default();
    for one in found {
        if !shortfalls.iter().any(|known| known.reason == one.reason) {
            shortfalls.push(one);
        }
    }
    // What the certificate says of the system is of the day of the attestation.
    let values = app_values(shortfalls.is_empty(), asked.rules);
    ((shortfalls, values), asserted)
}
