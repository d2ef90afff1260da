//! What a person said, as the device is judged with it: the newest of each, from reports and statements alike.

use std::borrow::Cow;

use agent_core::{
    judge::{
        DeviceFacts, Evidence, Reading,
        facts::{DeclarationMade, RulesAcknowledgement},
        quiet_hours::{self, Pause},
    },
    wire::statement::{Content, Subject},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::store::cut;

/// So many pauses of a device are looked at.
const MOST_PAUSES: usize = 64;

/// What a person said so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Said {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) usage_rules: Option<RulesAcknowledgement>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) declarations: Vec<DeclarationMade>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) pauses: Vec<Pause>,
}

impl Said {
    /// Hears one statement more, received at a moment and made on a day. A pause counts from its receipt at the
    /// earliest, so that nothing that was judged changes afterwards.
    pub(crate) fn hear(&mut self, content: &Content, received_at: Timestamp, on: Date) {
        match content {
            Content::Acknowledgement(acknowledged) if acknowledged.subject == Subject::UsageRules => {
                self.usage_rules = Some(RulesAcknowledgement { version: acknowledged.version, on });
            }
            Content::Declaration(answer) => {
                self.declarations.retain(|made| made.declaration != answer.declaration);
                let (declaration, affirmed) = (answer.declaration, answer.affirmed);
                self.declarations.push(DeclarationMade { declaration, affirmed, on });
            }
            Content::Pause(pause) => {
                let pause = Pause { from: cut(pause.from), until: cut(pause.until) };
                quiet_hours::declare(&mut self.pauses, pause, received_at);
                let surplus = self.pauses.len().saturating_sub(MOST_PAUSES);
                self.pauses.drain(..surplus);
            }
            Content::Acknowledgement(_) | Content::KeyRotation(_) | Content::Withdrawal {} => {}
        }
    }

    /// The facts of a report with what the person said: of each the newest, and of one day the statement.
    pub(crate) fn join<'f>(&self, facts: &'f DeviceFacts) -> Cow<'f, DeviceFacts> {
        if self.usage_rules.is_none() && self.declarations.is_empty() {
            return Cow::Borrowed(facts);
        }
        let mut joined = facts.clone();
        if let Some(rules) = &self.usage_rules {
            let told = facts.usage_rules.value().and_then(Option::as_ref);
            if told.is_none_or(|told| told.on <= rules.on) {
                joined.usage_rules = Reading::known(Some(rules.clone()), Evidence::UserDeclared);
            }
        }
        if !self.declarations.is_empty() {
            let mut all: Vec<DeclarationMade> = facts.declarations.value().cloned().unwrap_or_default();
            for made in &self.declarations {
                let newer = |told: &DeclarationMade| told.declaration == made.declaration && told.on > made.on;
                if !all.iter().any(newer) {
                    all.retain(|told| told.declaration != made.declaration);
                    all.push(made.clone());
                }
            }
            joined.declarations = Reading::known(all, Evidence::UserDeclared);
        }
        Cow::Owned(joined)
    }
}

#[cfg(test)]
mod tests {
    use agent_core::{
        judge::{Platform, facts::Declaration},
        wire::statement::{Acknowledgement, Answer},
    };

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn said(all: &[(Content, &str)]) -> Said {
        let mut said = Said::default();
        for (content, on) in all {
            said.hear(content, at("2026-11-24T09:00:00Z"), day(on));
        }
        said
    }

    fn rules(subject: Subject, version: u32) -> Content {
        let language = agent_core::judge::text::Language::Es;
        Content::Acknowledgement(Acknowledgement { subject, version, text_hash: "ab".repeat(32), language })
    }

    fn answer(affirmed: bool) -> Content {
        Content::Declaration(Answer { declaration: Declaration::LinkedDevices, affirmed })
    }

    #[test]
    fn the_newest_counts_from_wherever_it_came() {
        let mut told = DeviceFacts::nothing_collected(Platform::Android);
        assert!(matches!(Said::default().join(&told), Cow::Borrowed(_)));
        assert!(matches!(said(&[(rules(Subject::Notice, 2), "2026-11-24")]).join(&told), Cow::Borrowed(_)));
        let both = said(&[(rules(Subject::UsageRules, 3), "2026-11-20"), (answer(true), "2026-11-20")]);
        let version = |facts: &DeviceFacts| facts.usage_rules.value().and_then(Option::as_ref).map(|one| one.version);
        let affirmed = |facts: &DeviceFacts| {
            facts.declarations.value().map(|all| all.iter().map(|one| one.affirmed).collect::<Vec<_>>())
        };
        assert_eq!((version(&both.join(&told)), affirmed(&both.join(&told))), (Some(3), Some(vec![true])));
        let report = |told: &mut DeviceFacts, on: &str| {
            told.usage_rules =
                Reading::known(Some(RulesAcknowledgement { version: 9, on: day(on) }), Evidence::UserDeclared);
            let made = DeclarationMade { declaration: Declaration::LinkedDevices, affirmed: false, on: day(on) };
            told.declarations = Reading::known(vec![made], Evidence::UserDeclared);
        };
        for (on, newest, holds) in [("2026-11-19", 3, true), ("2026-11-20", 3, true), ("2026-11-21", 9, false)] {
            report(&mut told, on);
            let joined = both.join(&told);
            assert_eq!((version(&joined), affirmed(&joined)), (Some(newest), Some(vec![holds])), "{on}");
        }
    }

    #[test]
    fn a_later_statement_takes_the_place_of_an_earlier_one() {
        let said = said(&[(answer(true), "2026-11-20"), (answer(false), "2026-11-20")]);
        assert_eq!(said.declarations.iter().map(|made| made.affirmed).collect::<Vec<_>>(), [false]);
    }

    #[test]
    fn a_pause_counts_from_its_receipt() {
        let pause = Pause { from: at("2026-11-01T00:00:00Z"), until: at("2026-12-01T00:00:00Z") };
        let said = said(&[(Content::Pause(pause), "2026-11-24")]);
        assert_eq!(said.pauses, [Pause { from: at("2026-11-24T09:00:00Z"), ..pause }]);
    }
}
