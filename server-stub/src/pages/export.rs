//! The columns of the device list for a spreadsheet, in the reader's words.

use super::{Chrome, devices, judged, words::Speak as _};
use crate::fleet::DeviceRow;

/// The columns' names.
pub(crate) fn head(chrome: &Chrome) -> [&'static str; 12] {
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
    ]
    .map(|key| chrome.language.say(key))
}

/// One device.
pub(crate) fn row(device: &DeviceRow, chrome: &Chrome) -> [String; 12] {
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
    ]
}
