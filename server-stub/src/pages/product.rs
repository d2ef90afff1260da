//! Products, platforms and confidence, as people name them.

use agent_core::judge::Platform;

use super::{Chrome, judged, words::Speak as _};

/// A product on a platform.
pub(super) fn title(product: &str, platform: &str, chrome: &Chrome) -> String {
    let product = match product {
        "os" => chrome.language.say("product.os"),
        "security-patch" => chrome.language.say("product.security-patch"),
        "whatsapp-business" => chrome.language.say("product.whatsapp-business"),
        other => other,
    };
    let name = Platform::from_word(platform).map_or_else(
        || platform.chars().take(1).flat_map(char::to_uppercase).chain(platform.chars().skip(1)).collect(),
        judged::platform,
    );
    format!("{product} · {name}")
}

/// How far a source can be believed.
pub(super) fn confidence(word: &str, chrome: &Chrome) -> String {
    match word {
        "official" => chrome.language.say("confidence.official").to_owned(),
        "curated" => chrome.language.say("confidence.curated").to_owned(),
        "observed" => chrome.language.say("confidence.observed").to_owned(),
        other => other.to_owned(),
    }
}
