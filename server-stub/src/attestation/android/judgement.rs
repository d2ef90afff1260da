//! What an Android chain proves, by what, and what it does not.

use jiff::Timestamp;

use super::{
    super::{Certificate, Oddity, Reason, Shortfall, hex},
    chain::{self, Trust},
    expected::{Challenge, Expected},
    extension::{Application, KEY_DESCRIPTION, KeyDescription, RootOfTrust},
    facts::{self, BootState, Facts, Level, boot_state, level, named, os_version},
};

/// The judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What is known.
    pub facts: Facts,
    /// Why it does not prove what was asked; empty: it does.
    pub shortfalls: Vec<Shortfall>,
    /// What is unusual, without weight.
    pub oddities: Vec<Oddity>,
    /// The whole description, where it could be read.
    pub description: Option<KeyDescription>,
}

impl Judgement {
    /// Whether everything that was asked is proved.
    pub fn is_proved(&self) -> bool {
        self.shortfalls.is_empty()
    }
}

/// Judges a chain, leaf first, as received at this moment.
pub fn judge(chain: &[Certificate], trust: &Trust<'_>, expected: &Expected<'_>, at: Timestamp) -> Judgement {
    let mut shortfalls = chain::verify(chain, trust, at);
    let chain_holds = shortfalls.is_empty();
    let mut oddities = chain::oddities(chain);
    let mut facts = Facts::default();
    let content = chain.first().and_then(|leaf| leaf.extension(&KEY_DESCRIPTION));
    let description = match content.map(|content| KeyDescription::parse(content, 0)) {
        None => {
            shortfalls.push(Shortfall::of(Reason::NoAttestation, 0));
            None
        }
        Some(Err(fault)) => {
            shortfalls.push(Shortfall::of(Reason::Malformed, 0).with(format!("the extension {fault} of it")));
            None
        }
        Some(Ok(description)) => Some(description),
    };
    if let Some(description) = &description {
        oddities.extend(description.oddities.iter().cloned());
        facts = facts::facts(chain, description, chain_holds, expected);
        check(chain, description, expected, &mut shortfalls);
    }
    Judgement { facts, shortfalls, oddities, description }
}

fn check(chain: &[Certificate], told: &KeyDescription, expected: &Expected<'_>, found: &mut Vec<Shortfall>) {
    let Some(leaf) = chain.first() else { return };
    let mut add = |reason: Reason, detail: String| {
        let shortfall = Shortfall::new(reason);
        found.push(if detail.is_empty() { shortfall } else { shortfall.with(detail) });
    };
    match expected.challenge {
        Challenge::NotGiven => add(Reason::ChallengeNotGiven, String::new()),
        Challenge::Is(challenge) if challenge != told.challenge => {
            add(Reason::WrongChallenge, hex(&told.challenge));
        }
        Challenge::Any | Challenge::Is(_) => {}
    }
    if expected.key.is_some_and(|key| key != leaf.key_bits()) {
        add(Reason::WrongKey, String::new());
    }
    if !leaf.key_kind().is_usable() {
        add(Reason::UnsupportedLeafKey, leaf.key_kind().name().to_owned());
    }
    let levels =
        format!("attestationSecurityLevel {}, keyMintSecurityLevel {}", told.attestation_level, told.keymint_level);
    let (attesting, holding) = (level(told.attestation_level), level(told.keymint_level));
    if !attesting.is_hardware() || !holding.is_hardware() {
        add(Reason::SoftwareLevel, levels.clone());
    }
    if told.attestation_level != told.keymint_level {
        add(Reason::LevelMismatch, levels);
    } else if attesting == Level::StrongBox && chain::is_of_trusted_environment(chain) {
        add(Reason::LevelMismatch, format!("{levels}, a certificate for the trusted environment"));
    }
    if told.hardware.integer(702) != Some(0) {
        add(Reason::KeyNotGeneratedInHardware, String::new());
    }
    match told.hardware.root_of_trust() {
        None => add(Reason::NoRootOfTrust, String::new()),
        Some(root) => boot(root, expected, &mut add),
    }
    if os_version(told.hardware.integer(705)).is_none() {
        add(Reason::OsUnknown, String::new());
    }
    application(told.software.application(), expected, &mut add);
}

fn boot(root: &RootOfTrust, expected: &Expected<'_>, add: &mut impl FnMut(Reason, String)) {
    if !root.device_locked {
        add(Reason::NotLocked, String::new());
    }
    match boot_state(root.boot_state) {
        BootState::Verified => {}
        BootState::SelfSigned => {
            if named(root, expected).is_none() {
                add(Reason::SelfSignedBootUnlisted, hex(&root.boot_key));
            }
        }
        other => add(Reason::BootNotVerified, format!("{other:?}").to_lowercase()),
    }
}

fn application(told: Option<&Application>, expected: &Expected<'_>, add: &mut impl FnMut(Reason, String)) {
    let Some(told) = told else {
        if !expected.apps.is_empty() {
            add(Reason::WrongApp, String::new());
        }
        return;
    };
    if told.signers.is_empty() && told.packages.iter().any(|(name, _)| name == b"AndroidSystem") {
        add(Reason::IdAttestation, String::new());
        return;
    }
    if expected.apps.is_empty() {
        return;
    }
    // Exactly one package and one signer: packages that share a user id could speak for each other.
    let [(package, _)] = told.packages.as_slice() else {
        let names = told.packages.iter().map(|(name, _)| String::from_utf8_lossy(name));
        return add(Reason::WrongApp, names.collect::<Vec<_>>().join(", "));
    };
    let named = || expected.apps.iter().filter(|app| app.package.as_bytes() == package);
    if named().next().is_none() {
        return add(Reason::WrongApp, String::from_utf8_lossy(package).into_owned());
    }
    let [signer] = told.signers.as_slice() else {
        return add(Reason::WrongSigner, told.signers.iter().map(|signer| hex(signer)).collect::<Vec<_>>().join(", "));
    };
    if !named().any(|app| app.signer[..] == signer[..]) {
        add(Reason::WrongSigner, hex(signer));
    }
}
