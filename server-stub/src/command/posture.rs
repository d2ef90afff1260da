//! A posture as an administrator reads it: the state, then each check with its reason.

use std::collections::BTreeMap;

use agent_core::judge::{
    Posture, PostureState, Verdict,
    text::{Language, told},
};

/// The exit code of what was judged, the same as that of `atalaya-agent check`.
pub(super) const fn code(state: PostureState) -> u8 {
    match state {
        PostureState::Compliant | PostureState::InGrace => 0,
        PostureState::NotCompliant => 3,
        PostureState::Unknown => 4,
    }
}

/// The posture in words; a verdict has its word and, for who cannot see colours, no colour at all.
pub(super) fn words(posture: &Posture, language: Language) -> String {
    let mut lines = vec![posture.state.to_string()];
    for check in &posture.checks {
        let params: BTreeMap<String, String> =
            check.reason.params().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let told = told(language, check.check, check.reason.code(), &params);
        let verdict = match check.deadline {
            Some(deadline) if check.verdict == Verdict::Fail => format!("fail from {deadline}"),
            _ => check.verdict.to_string(),
        };
        lines.push(format!("  {}: {verdict} ({}). {}", check.check, check.reason.code(), told.what));
    }
    lines.join("\n")
}
