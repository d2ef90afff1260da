//! What the person said: sealed statements that wait for the server, and the record of what was said.
//!
//! One file holds both, so that no power cut can record something that does not wait to be sent, or send something
//! that is not on record. Statements are never superseded and never given up by this device.

pub(super) mod sending;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    error::AgentError,
    storage::{Storage, StorageError, read_json, write_json},
};
use crate::{
    judge::{
        DeviceFacts, Evidence, Reading,
        facts::{Declaration, DeclarationMade, RulesAcknowledgement},
        policy::{Notice, Paper},
        quiet_hours::{self, Pause},
        text::Language,
    },
    wire::{
        envelope::{hex, sha256},
        id::DeviceId,
        key::PublicKey,
        statement::{Acknowledgement, Content, Subject},
    },
};

const NAME: &str = "statements.json";
/// No more than so many wait; a person who says more than this offline is asked to go online first.
pub(super) const MOST_WAITING: usize = 64;

/// A statement that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Waiting {
    pub(super) number: u64,
    pub(super) envelope: String,
    #[serde(deserialize_with = "crate::moment::read")]
    pub(super) queued_at: Timestamp,
    /// Whether it is the one that ends everything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) withdraws: bool,
    /// The key that it puts in the place of the device's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rotates_to: Option<PublicKey>,
}

/// What was acknowledged, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Acknowledged {
    pub(super) number: u64,
    pub(super) version: u32,
    pub(super) text_hash: String,
    pub(super) language: Language,
    #[serde(deserialize_with = "crate::moment::read")]
    pub(super) on: Date,
}

/// What was answered, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answered {
    pub(super) number: u64,
    pub(super) affirmed: bool,
    #[serde(deserialize_with = "crate::moment::read")]
    pub(super) on: Date,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    device: DeviceId,
    /// The number of the next statement.
    next: u64,
    waiting: Vec<Waiting>,
    /// The newest acknowledgement of each text, and the newest answer of each declaration.
    acknowledged: BTreeMap<Subject, Acknowledged>,
    answered: BTreeMap<Declaration, Answered>,
    pauses: Vec<Pause>,
    #[serde(default, deserialize_with = "crate::moment::read_optional", skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<Timestamp>,
}

/// What the person of one device said. Changed only while the state is locked.
pub(super) struct Statements<'s> {
    storage: &'s dyn Storage,
    kept: Kept,
}

impl<'s> Statements<'s> {
    /// What was said; nothing where what is kept is of another device.
    pub(super) fn load(storage: &'s dyn Storage, device: DeviceId) -> Result<Self, StorageError> {
        let kept: Option<Kept> = read_json(storage, NAME)?;
        let kept = kept.filter(|kept| kept.device == device).unwrap_or_else(|| Kept {
            device,
            next: 1,
            waiting: Vec::new(),
            acknowledged: BTreeMap::new(),
            answered: BTreeMap::new(),
            pauses: Vec::new(),
            withdrawn_at: None,
        });
        Ok(Self { storage, kept })
    }

    /// Seals what the person says under the next number, lets it wait and records it. `now` is the device's clock,
    /// `trusted` the best known time and `on` its day in the policy's zone.
    pub(super) fn say(
        &mut self,
        content: &Content,
        (now, trusted, on): (Timestamp, Timestamp, Date),
        seal: impl FnOnce(u64) -> Result<String, AgentError>,
    ) -> Result<u64, AgentError> {
        let withdraws = matches!(content, Content::Withdrawal {});
        // There is always room to leave.
        if self.kept.waiting.len() >= MOST_WAITING && !withdraws {
            return Err(AgentError::TooManyStatements { waiting: self.kept.waiting.len() });
        }
        let number = self.kept.next;
        let envelope = seal(number)?;
        let rotates_to = match content {
            Content::KeyRotation(rotation) => rotation.key(),
            _ => None,
        };
        self.kept.waiting.push(Waiting { number, envelope, queued_at: now, withdraws, rotates_to });
        self.kept.next += 1;
        match content {
            Content::Acknowledgement(Acknowledgement { subject, version, text_hash, language }) => {
                let (version, text_hash, language) = (*version, text_hash.clone(), *language);
                let one = Acknowledged { number, version, text_hash, language, on };
                self.kept.acknowledged.insert(*subject, one);
            }
            Content::Declaration(answer) => {
                let one = Answered { number, affirmed: answer.affirmed, on };
                self.kept.answered.insert(answer.declaration, one);
            }
            Content::Pause(pause) => {
                quiet_hours::declare(&mut self.kept.pauses, *pause, trusted);
                self.kept.pauses.retain(|pause| pause.until > trusted);
            }
            Content::KeyRotation(_) => {}
            Content::Withdrawal {} => self.kept.withdrawn_at = Some(trusted),
        }
        self.save()?;
        Ok(number)
    }

    /// What waits, oldest first.
    pub(super) fn waiting(&self) -> &[Waiting] {
        &self.kept.waiting
    }

    /// The newest acknowledgement of a text.
    pub(super) fn acknowledged(&self, subject: Subject) -> Option<&Acknowledged> {
        self.kept.acknowledged.get(&subject)
    }

    /// The newest answer.
    pub(super) fn answered(&self, declaration: Declaration) -> Option<&Answered> {
        self.kept.answered.get(&declaration)
    }

    /// When the pause that covers this moment ends.
    pub(super) fn paused_until(&self, at: Timestamp) -> Option<Timestamp> {
        quiet_hours::paused_until(&self.kept.pauses, at)
    }

    /// Whether the person has said that they leave; the server may not know yet.
    pub(super) fn withdraws(&self) -> bool {
        self.kept.withdrawn_at.is_some()
    }

    /// Whether another key is on its way into the place of the device's.
    pub(super) fn rotates(&self) -> bool {
        self.kept.waiting.iter().any(|one| one.rotates_to.is_some())
    }

    /// Whether the notice is still to be acknowledged: in this version, and where the company has words of its own, in
    /// these.
    pub(super) fn notice_is_pending(&self, notice: &Notice) -> bool {
        if notice.given_elsewhere {
            return false;
        }
        let Some(known) = self.acknowledged(Subject::Notice) else { return true };
        let own = &notice.paper.own;
        let other_words = known.version == notice.paper.version
            && !own.is_empty()
            && !own.values().any(|text| text_hash(text) == known.text_hash);
        known.version < notice.paper.version || other_words
    }

    /// Whether the rules of use are still to be acknowledged in this version.
    pub(super) fn rules_are_pending(&self, rules: &Paper) -> bool {
        self.acknowledged(Subject::UsageRules).is_none_or(|known| known.version < rules.version)
    }

    /// Puts what the person said into the facts: no probe can know it.
    pub(super) fn fill(&self, facts: &mut DeviceFacts) {
        let rules = self.acknowledged(Subject::UsageRules);
        let rules = rules.map(|known| RulesAcknowledgement { version: known.version, on: known.on });
        facts.usage_rules = Reading::known(rules, Evidence::UserDeclared);
        let made = |(declaration, answer): (&Declaration, &Answered)| DeclarationMade {
            declaration: *declaration,
            affirmed: answer.affirmed,
            on: answer.on,
        };
        facts.declarations = Reading::known(self.kept.answered.iter().map(made).collect(), Evidence::UserDeclared);
    }

    /// The server has answered for good: it waits no more. A withdrawal that was refused has not happened.
    fn settle(&mut self, number: u64) -> Result<(), StorageError> {
        self.kept.waiting.retain(|one| one.number != number);
        if !self.kept.waiting.iter().any(|one| one.withdraws) {
            self.kept.withdrawn_at = None;
        }
        self.save()
    }

    /// Forgets what waits, for a device that left; what was said stays on record.
    pub(super) fn forget(&mut self) -> Result<(), StorageError> {
        self.kept.waiting.clear();
        self.save()
    }

    fn save(&self) -> Result<(), StorageError> {
        write_json(self.storage, NAME, &self.kept)
    }
}

/// The fingerprint of a text that is shown to a person.
pub(super) fn text_hash(text: &str) -> String {
    hex(&sha256(text.as_bytes()))
}
