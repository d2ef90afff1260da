//! A posture as an administrator reads it: the state, then each check with its reason.

use std::collections::BTreeMap;

use agent_core::judge::{
    Check, Posture, PostureState, Verdict,
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
        let verdict = match check.deadline {
            Some(deadline) if check.verdict == Verdict::Fail => format!("fail from {deadline:.0}"),
            _ => check.verdict.to_string(),
        };
        lines.push(line(check.check, &verdict, check.reason.code(), &params, language));
    }
    lines.join("\n")
}

/// One check: its verdict, the reason's code, and what is so in a person's words.
pub(super) fn line(
    check: Check,
    verdict: &str,
    code: &str,
    params: &BTreeMap<String, String>,
    language: Language,
) -> String {
    format!("  {check}: {verdict} ({code}). {}", told(language, check, code, params).what)
}
