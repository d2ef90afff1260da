//! Is the consumer WhatsApp absent?

use super::{
    super::{
        facts::{Platform, Presence},
        reason::Reason,
    },
    finding::{Asked, Finding, Found},
};

pub(super) fn find(asked: &Asked<'_>) -> Found {
    let facts = asked.context.facts;
    if !matches!(facts.platform, Platform::Android | Platform::Ios) {
        let platform = facts.platform.to_string();
        let finding = Finding::NotApplicable(Reason::NotOnThisPlatform { platform });
        return Found { finding, evidence: None, changes_at: None, not_before: None };
    }
    match asked.read(&facts.whatsapp_consumer) {
        Ok((presence, evidence)) => Found::that(
            matches!(presence, Presence::Absent | Presence::Disabled | Presence::Archived),
            Reason::ConsumerAbsent {},
            Reason::ConsumerInstalled {},
            evidence,
        ),
        Err(reason) => Found::unknown(reason),
    }
}
