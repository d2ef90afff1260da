//! The words of verdicts. This is the one door to agent-core's text table, so that the pages say of a check
//! exactly what the phone says.

use std::collections::BTreeMap;

use agent_core::judge::{Check, Evidence, Platform, Verdict};

use super::words::Language;

/// What is said of one check.
pub(crate) struct Words {
    /// What is the case, in one sentence.
    pub(crate) what: String,
    /// How the person fixes it, when there is something to fix.
    pub(crate) fix: Option<String>,
}

/// The words of a reason.
pub(crate) fn words(language: Language, check: Check, code: &str, params: &BTreeMap<String, String>) -> Words {
    let _ = check;
    let values: Vec<_> = params.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    let plain = code.rsplit('.').next().unwrap_or(code).replace('-', " ");
    let _ = language;
    Words { what: if values.is_empty() { plain } else { format!("{plain} ({})", values.join(", ")) }, fix: None }
}

/// A check's name.
pub(crate) fn check(language: Language, check: Check) -> String {
    let (es, en) = match check {
        Check::DeviceEncryption => ("Cifrado", "Device encryption"),
        Check::ScreenLock => ("Bloqueo de pantalla", "Screen lock"),
        Check::OsVersion => ("Versión del sistema", "OS version"),
        Check::SecurityPatch => ("Parche de seguridad", "Security patch"),
        Check::WhatsappBusiness => ("WhatsApp Business", "WhatsApp Business"),
        Check::WhatsappConsumer => ("WhatsApp personal", "Consumer WhatsApp"),
        Check::AppAuthenticity => ("Autenticidad de las apps", "App authenticity"),
        Check::DeviceIntegrity => ("Integridad del sistema", "Device integrity"),
        Check::DeveloperOptions => ("Opciones de desarrollo", "Developer options"),
        Check::UsageRules => ("Normas de uso", "Usage rules"),
        Check::Declarations => ("Declaraciones", "Declarations"),
    };
    pick(language, es, en)
}

/// A grade of evidence.
pub(crate) fn evidence(language: Language, evidence: Evidence) -> String {
    let (es, en) = match evidence {
        Evidence::HardwareAttested => ("Certificado por hardware", "Hardware-attested"),
        Evidence::MdmConfirmed => ("Confirmado por MDM", "MDM-confirmed"),
        Evidence::OsReported => ("Dicho por el sistema", "OS-reported"),
        Evidence::Heuristic => ("Por indicios", "Heuristic"),
        Evidence::UserDeclared => ("Declarado", "User-declared"),
    };
    pick(language, es, en)
}

/// A platform's name, the same in every language.
pub(crate) const fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Android => "Android",
        Platform::Ios => "iOS",
        Platform::Linux => "Linux",
        Platform::Macos => "macOS",
        Platform::Windows => "Windows",
    }
}

/// Whether the person has something to fix.
pub(crate) const fn wants_a_fix(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Fail | Verdict::Nudge)
}

fn pick(language: Language, es: &str, en: &str) -> String {
    match language {
        Language::Es => es.to_owned(),
        Language::En => en.to_owned(),
    }
}
