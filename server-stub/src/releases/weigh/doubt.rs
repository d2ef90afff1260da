//! What cannot be so.

use super::{
    super::{
        claim::{Claim, Line},
        kept::Kept,
    },
    At, Doubt,
};

/// What is wrong with a claim by itself, whatever others say.
pub(super) fn of(line: Line, kept: &Kept, at: At) -> Option<Doubt> {
    let (version, released, builds) = match &kept.claim {
        Claim::Release { version, released, builds, .. } => (version, *released, builds.as_slice()),
        Claim::Seen { version, .. } => (version, None, &[][..]),
        _ => return None,
    };
    if line.order(version).is_none() {
        return Some(Doubt::Unreadable);
    }
    if !builds.is_empty() && builds.iter().all(|build| is_placeholder(build)) {
        return Some(Doubt::Placeholder);
    }
    // Where the day is one further on, it has come somewhere: a source writes the days of its own zone.
    let latest = at.today().tomorrow().unwrap_or(at.today());
    released.filter(|day| *day > latest).map(Doubt::Future)
}

/// Whether a build stands for one that is not known: `26A000`, `23G0`.
fn is_placeholder(build: &str) -> bool {
    let rest = build.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let number = rest.trim_start_matches(|sign: char| sign.is_ascii_uppercase());
    rest.len() < build.len()
        && number.len() < rest.len()
        && !number.is_empty()
        && number.bytes().all(|sign| sign == b'0')
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_build_of_noughts_is_a_placeholder() {
        for (build, placeholder) in [
            ("26A000", true),
            ("23G0", true),
            ("23G83", false),
            ("20H392", false),
            ("16H88", false),
            ("", false),
            ("000", false),
            ("A0", false),
            ("23D771330a", false),
        ] {
            assert_eq!(super::is_placeholder(build), placeholder, "{build}");
        }
    }
}
