//! Is what is stored on the device encrypted, and bound to the lock?

use super::{
    super::{
        check::Rule,
        facts::{Evidence, Platform, StorageEncryption},
        reason::Reason,
    },
    finding::{Asked, Finding, Found},
};

pub(super) fn find(asked: &Asked<'_>) -> Found {
    let facts = asked.context.facts;
    // On iOS data protection is on exactly when a passcode is set; on hosts the disk's key is its own lock.
    let lock_decides = matches!(facts.platform, Platform::Android | Platform::Ios);
    if asked.rule.rule == Rule::Encrypted {
        return match asked.read(&facts.storage_encryption) {
            Ok((kind, evidence)) => encrypted(*kind, evidence),
            Err(reason) => Found::unknown(reason),
        };
    }
    if !lock_decides {
        let finding = Finding::NotApplicable(Reason::NotOnThisPlatform { platform: facts.platform.to_string() });
        return Found { finding, evidence: None, changes_at: None, not_before: None };
    }
    // A missing lock fails whatever is known of the encryption; only a pass needs both.
    match (asked.read(&facts.screen_lock), asked.read(&facts.storage_encryption)) {
        (Ok((false, evidence)), _) => Found::new(Finding::Fails(Reason::EncryptionNotBound {}), evidence),
        (Ok((true, lock)), Ok((kind, encryption))) => {
            Found::new(Finding::Passes(Reason::EncryptionBound { kind: kind.to_string() }), lock.min(encryption))
        }
        (Err(reason), _) | (_, Err(reason)) => Found::unknown(reason),
    }
}

fn encrypted(kind: StorageEncryption, evidence: Evidence) -> Found {
    let finding = match kind {
        StorageEncryption::PerUser | StorageEncryption::WholeDisk => {
            Finding::Passes(Reason::EncryptionBound { kind: kind.to_string() })
        }
        StorageEncryption::DefaultKey => Finding::Fails(Reason::EncryptionDefaultKey {}),
        StorageEncryption::Activating => Finding::Fails(Reason::EncryptionActivating {}),
        StorageEncryption::Inactive => Finding::Fails(Reason::EncryptionOff {}),
        StorageEncryption::Unsupported => Finding::Fails(Reason::EncryptionImpossible {}),
    };
    Found::new(finding, evidence)
}
