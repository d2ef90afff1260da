//! Are the apps what they claim to be, from where they should come?

use super::{
    super::{
        check::Rule,
        facts::{Platform, Presence},
        policy::Condition,
        reason::Reason,
    },
    finding::{Asked, Finding, Found},
};

pub(super) fn find(asked: &Asked<'_>) -> Found {
    let facts = asked.context.facts;
    if asked.rule.rule == Rule::OwnApp {
        return match asked.read(&facts.own_app_genuine) {
            Ok((genuine, evidence)) => {
                Found::that(*genuine, Reason::AuthenticityGood {}, Reason::AgentNotGenuine {}, evidence)
            }
            Err(reason) => Found::unknown(reason),
        };
    }
    let not_applicable =
        |reason| Found { finding: Finding::NotApplicable(reason), evidence: None, changes_at: None, not_before: None };
    // Only Android lets an app see another app's signer and installer.
    if facts.platform != Platform::Android {
        return not_applicable(Reason::NotOnThisPlatform { platform: facts.platform.to_string() });
    }
    let app = &facts.whatsapp_business;
    if let Ok((Presence::Absent, _)) = asked.read(&app.presence) {
        return not_applicable(Reason::BusinessMissing {});
    }
    match &asked.rule.condition {
        Condition::Signers(accepted) => match asked.read(&app.signers) {
            Ok((found, evidence)) => {
                let newest = found.last().cloned().unwrap_or_default();
                if accepted.is_empty() {
                    return Found::unknown(Reason::SignerNotPinned { found: newest }).resting_on(evidence);
                }
                // A rotated key is accepted through the history that the old one signed.
                let holds = found.iter().any(|signer| accepted.contains(signer));
                Found::that(holds, Reason::AuthenticityGood {}, Reason::SignerUnexpected { found: newest }, evidence)
            }
            Err(reason) => Found::unknown(reason),
        },
        Condition::Installers(accepted) => match asked.read(&app.installer) {
            Ok((found, evidence)) => Found::that(
                accepted.contains(found),
                Reason::AuthenticityGood {},
                Reason::InstallerUnexpected { found: installer(found) },
                evidence,
            ),
            Err(reason) => Found::unknown(reason),
        },
        _ => asked.misfit(),
    }
}

/// The installer as the sentence names it: a package, or that no store was involved.
fn installer(package: &str) -> String {
    if package.is_empty() { "no-store" } else { package }.to_owned()
}
