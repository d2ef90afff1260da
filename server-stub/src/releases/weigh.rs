//! Which claim counts, and why: the written rules of `docs/releases.md`. Pure.
//!
//! The administrator's file wins for what it names; official sources before curated ones before observed ones; where
//! equals disagree, what makes the fewest false failures; and what cannot be so is kept, shown and not used.

mod administrator;
mod doubt;
mod floors;
mod release;

use agent_core::judge::{Period, catalogue::Confidence};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

pub(super) use self::administrator::Administrator;
use super::{
    claim::{Claim, Line, rank},
    kept::Kept,
    source,
};

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It counts.
    Used,
    /// A better source speaks of the same.
    Beaten { by: String },
    /// Sources, stores or models disagree, and not everyone can have this version yet.
    Disputed { latest: String },
    /// It cannot be so.
    Doubtful(Doubt),
    /// The source has said less than this for days, or no longer says it.
    Withdrawn,
    /// The part of the source that says so has failed while others went on.
    Lagging,
    /// Too few devices run it.
    TooFew { devices: u64, enough: u64 },
    /// Kept as a first sighting: what devices run never says what a system's latest is.
    Sighting,
    /// It is about nothing that is judged now.
    Idle,
}

/// Why a claim is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Its version is none of its line.
    Unreadable,
    /// Its build is a placeholder, such as `26A000`.
    Placeholder,
    /// Its day is yet to come.
    Future(Date),
    /// The same source said a newer version before.
    Backwards { before: String },
}

impl Fate {
    /// The word for scripts.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Beaten { .. } => "beaten",
            Self::Disputed { .. } => "disputed",
            Self::Doubtful(_) => "suspicious",
            Self::Withdrawn => "withdrawn",
            Self::Lagging => "lagging",
            Self::TooFew { .. } => "too-few-devices",
            Self::Sighting => "sighting",
            Self::Idle => "idle",
        }
    }

    /// The reason for people.
    pub(super) fn why(&self) -> String {
        match self {
            Self::Used => "counts".to_owned(),
            Self::Beaten { by } => format!("not used: {by} speaks of the same and goes before"),
            Self::Disputed { latest } => {
                format!("not used: not every store, model or source has it yet; they agree on {latest}")
            }
            Self::Doubtful(Doubt::Unreadable) => "suspicious: this is no version of the line".to_owned(),
            Self::Doubtful(Doubt::Placeholder) => "suspicious: its build is a placeholder".to_owned(),
            Self::Doubtful(Doubt::Future(day)) => format!("suspicious: dated in the future, {day}"),
            Self::Doubtful(Doubt::Backwards { before }) => {
                format!("suspicious: the same source said {before} before; believed once it says so for 3 days")
            }
            Self::Withdrawn => "not used: the source says so no more".to_owned(),
            Self::Lagging => "not used: this part of the source has not answered for days while others did".to_owned(),
            Self::TooFew { devices, enough } => {
                format!(
                    "not used: {devices} devices run it and {enough} must, so that a tester's phone counts for nothing"
                )
            }
            Self::Sighting => "kept as a first sighting: what devices run does not say what is latest".to_owned(),
            Self::Idle => "not used: it is about nothing that is judged here".to_owned(),
        }
    }
}

/// A claim and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Weighed<'a> {
    pub(super) kept: &'a Kept,
    pub(super) fate: Fate,
}

/// When it is weighed, and how old a source may be before a younger one goes before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) now: Timestamp,
    pub(super) max_age: Period,
}

impl At {
    fn today(&self) -> Date {
        TimeZone::UTC.to_datetime(self.now).date()
    }

    /// How good a claim's source is now, the best first: one that is too old to say what is latest comes last.
    fn rank(&self, kept: &Kept) -> (bool, u8) {
        (self.max_age.after(kept.confirmed) <= self.now, rank(confidence(kept)))
    }
}

/// How far a claim can be believed.
pub(super) fn confidence(kept: &Kept) -> Confidence {
    source::confidence(&kept.source)
}

/// Weighs every claim.
pub(super) fn weigh<'a>(claims: &'a [Kept], administrator: &Administrator, at: At) -> Vec<Weighed<'a>> {
    let mut lines: Vec<Line> = claims.iter().filter_map(|kept| kept.claim.line()).collect();
    lines.sort_unstable();
    lines.dedup();
    let mut weighed = Vec::new();
    for line in lines {
        let own: Vec<&Kept> = claims.iter().filter(|kept| kept.claim.line() == Some(line)).collect();
        let of =
            |wanted: fn(&Claim) -> bool| own.iter().copied().filter(|kept| wanted(&kept.claim)).collect::<Vec<_>>();
        let releases = of(|claim| matches!(claim, Claim::Release { .. } | Claim::Seen { .. }));
        weighed.extend(release::weigh(line, &releases, administrator, at));
        weighed.extend(floors::weigh(line, &of(|claim| matches!(claim, Claim::Floor { .. })), administrator));
        weighed.extend(floors::support(line, &of(|claim| matches!(claim, Claim::Support { .. })), administrator, at));
    }
    let of_flaws: Vec<&Kept> = claims.iter().filter(|kept| kept.claim.line().is_none()).collect();
    let marks = floors::marks(&of_flaws, &weighed, administrator);
    weighed.extend(marks);
    weighed
}
