//! The columns of the device list for a spreadsheet, in the reader's words.

use super::{Chrome, device::proof_told, devices, judged, words::Speak as _};
use crate::fleet::{DeviceRow, Hardware};

/// The columns' names.
pub(crate) fn head(chrome: &Chrome) -> [&'static str; 13] {
    [
        "column.state",
        "column.since-moment",
        "column.device",
        "column.model",
        "column.system",
        "filter.whatsapp",
        "column.group",
        "filter.check",
        "column.why",
        "filter.deadline",
        "column.evidence",
        "column.last",
        "device.proof",
    ]
    .map(|key| chrome.language.say(key))
}

/// One device.
pub(crate) fn row(device: &DeviceRow, chrome: &Chrome) -> [String; 13] {
    let (language, why) = (chrome.language, device.why.as_ref());
    let moment = |at: jiff::Timestamp| chrome.zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string();
    [
        devices::state(device, chrome),
        moment(devices::since(device)),
        device.id.to_string(),
        device.model.clone(),
        devices::system(device, chrome),
        device.whatsapp_version.clone(),
        device.group.clone(),
        why.map(|why| judged::check(language, why.check)).unwrap_or_default(),
        why.map(|why| judged::what(language, why.check, &why.code, &why.params)).unwrap_or_default(),
        why.and_then(|why| why.deadline).map(moment).unwrap_or_default(),
        device.evidence.map(|evidence| judged::evidence(language, evidence)).unwrap_or_default(),
        device.last_report.map(moment).unwrap_or_default(),
        device.hardware.as_ref().map(|hardware| proof(hardware, chrome, moment)).unwrap_or_default(),
    ]
}

/// What the hardware's newest word is, of when, and whether it proves what was asked.
fn proof(hardware: &Hardware, chrome: &Chrome, moment: impl Fn(jiff::Timestamp) -> String) -> String {
    let (language, at) = (chrome.language, moment(hardware.at));
    let worth = language.say(if hardware.proved { "device.proof.good" } else { "device.proof.bad" });
    let told =
        proof_told(language, hardware.kind == "app-assertion", &at, hardware.attested_at.map(&moment).as_deref());
    format!("{worth}. {told}")
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::pages::{Language, Theme};

    #[test]
    fn what_hardware_says_is_told_with_what_it_rests_on_in_both_languages() {
        let told = |language, hardware: &Hardware| {
            let chrome = Chrome {
                language,
                theme: Theme::Light,
                organisation: "Clínica Levante".into(),
                viewer: None,
                path: "/devices".into(),
                now: "2026-11-24T09:00:00Z".parse().unwrap(),
                zone: TimeZone::UTC,
            };
            proof(hardware, &chrome, |at: Timestamp| at.strftime("%Y-%m-%d").to_string())
        };
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (kind, now, then) = ("app-assertion", at("2026-11-24T09:00:00Z"), at("2026-03-02T09:00:00Z"));
        let asserted = Hardware { kind, proved: true, at: now, attested_at: Some(then) };
        assert_eq!(
            told(Language::Es, &asserted),
            "Prueba todo lo pedido. Afirmación con la clave que se atestó el 2026-03-02. Responde a un reto del 2026-11-24."
        );
        assert_eq!(
            told(Language::En, &asserted),
            "It proves everything that was asked. An assertion by the key that was attested on 2026-03-02. It answers a \
             challenge of 2026-11-24."
        );
        let alone = Hardware { proved: false, attested_at: None, ..asserted };
        assert_eq!(
            told(Language::Es, &alone),
            "No prueba todo lo pedido. Afirmación de una clave sin atestación. Responde a un reto del 2026-11-24."
        );
        let attested = Hardware { kind: "app-attest", proved: true, at: now, attested_at: None };
        assert_eq!(
            told(Language::En, &attested),
            "It proves everything that was asked. It answers a challenge of 2026-11-24."
        );
    }
}
