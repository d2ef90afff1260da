//! The shapes: each of the five states, and the nudge, has one, in the sprite of the layout.

use agent_core::judge::{DeviceState, Verdict};

/// The five states in the order in which people are always shown them.
pub const STATES: [DeviceState; 5] =
    [DeviceState::Compliant, DeviceState::InGrace, DeviceState::NotCompliant, DeviceState::Unknown, DeviceState::Stale];

/// The shape (and colour class) of a check's verdict.
pub const fn of_verdict(verdict: Verdict, in_grace: bool) -> &'static str {
    match (verdict, in_grace) {
        (Verdict::Pass, _) => "compliant",
        (Verdict::Nudge, _) => "nudge",
        (Verdict::Fail, true) => "in-grace",
        (Verdict::Fail, false) => "not-compliant",
        (Verdict::Unknown, _) => "unknown",
        (Verdict::NotApplicable, _) => "not-applicable",
    }
}

/// The shape of a span's word, of a device's state or of a check's verdict. What is not known is unknown,
/// and never green.
pub fn of_word(word: &str, in_grace: bool) -> &'static str {
    DeviceState::from_word(word)
        .map(DeviceState::as_str)
        .or_else(|| Verdict::from_word(word).map(|verdict| of_verdict(verdict, in_grace)))
        .unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pass_is_green() {
        for verdict in Verdict::ALL {
            for in_grace in [true, false] {
                let green = of_verdict(*verdict, in_grace) == "compliant";
                assert_eq!(green, *verdict == Verdict::Pass);
            }
        }
        assert_eq!(of_word("something newer", false), "unknown");
        assert_eq!(of_word("stale", false), "stale");
        assert_eq!(of_word("fail", true), "in-grace");
    }
}
