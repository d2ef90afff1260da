//! What may happen in a phone's life that a fleet has to see. Most phones have none of it.
//!
//! Days are counted back from the end of the history, so that the end always shows every kind.

use agent_core::judge::Platform;

/// The one remarkable thing about a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Story {
    /// Nothing: it is looked after.
    Quiet,
    /// WhatsApp Business is never updated.
    NeverUpdates,
    /// WhatsApp Business is updated only this many days before the end.
    UpdatesLate { back: i64 },
    /// The screen lock is off between these days before the end.
    NoLock { from: i64, to: i64 },
    /// The lock is a pattern between these days before the end.
    WeakLock { from: i64, to: i64 },
    /// The maker's last patch will be some four months old at the end.
    Abandoned,
    /// The maker's last patch is half a year old.
    Old,
    /// Its Android is out of support.
    Ancient,
    /// Silent from this many working days before the end on: lost, or in a drawer.
    Silent { working_days: i64 },
    /// Silent between these days before the end.
    Away { from: i64, to: i64 },
    /// WhatsApp Business was archived by the system this many days before the end.
    Archived { back: i64 },
    /// WhatsApp Business was installed from a file this many days before the end.
    SideLoaded { back: i64 },
    /// Developer options since this many days before the end; with debugging or without.
    Developer { back: i64, adb: bool },
    /// A root manager since this many days before the end.
    Rooted { back: i64 },
    /// The person never acknowledges the rules.
    IgnoresRules,
    /// The person acknowledges the rules this many days after enrolment.
    LateWithRules { days: i64 },
    /// Enrolled this many days before the end, rules not acknowledged yet.
    JustJoined { back: i64 },
    /// Enrolled this many days before the end.
    Joined { back: i64 },
    /// iOS is never updated.
    KeepsOldIos,
}

impl Story {
    /// The platform it can happen on; none: any.
    pub(crate) const fn platform(self) -> Option<Platform> {
        match self {
            Self::NeverUpdates
            | Self::UpdatesLate { .. }
            | Self::WeakLock { .. }
            | Self::Abandoned
            | Self::Old
            | Self::Ancient
            | Self::Archived { .. }
            | Self::SideLoaded { .. }
            | Self::Developer { .. }
            | Self::Rooted { .. } => Some(Platform::Android),
            Self::KeepsOldIos => Some(Platform::Ios),
            _ => None,
        }
    }
}

/// How many phones have a story, and the story of each one.
type Strand = (u32, fn(u32) -> Story);

/// How many phones of 460 have which story, in a history of 90 days.
const PLOT: &[Strand] = &[
    (6, |_| Story::NeverUpdates),
    (26, |nth| Story::UpdatesLate { back: 47 - i64::from(nth) * 3 / 2 }),
    (2, |nth| Story::NoLock { from: 5 + i64::from(nth) * 6, to: -1000 }),
    (9, |nth| Story::NoLock { from: 80 - i64::from(nth) * 8, to: 76 - i64::from(nth) * 8 }),
    (3, |_| Story::WeakLock { from: 1, to: -1000 }),
    (6, |nth| Story::WeakLock { from: 70 - i64::from(nth) * 10, to: 64 - i64::from(nth) * 10 }),
    (12, |_| Story::Abandoned),
    (1, |_| Story::Old),
    (1, |_| Story::Ancient),
    (7, |nth| Story::Silent { working_days: 4 + i64::from(nth % 5) }),
    (2, |nth| Story::Silent { working_days: 14 + i64::from(nth) * 9 }),
    (14, |nth| Story::Away { from: 88 - i64::from(nth) * 5, to: 78 - i64::from(nth) * 5 }),
    (1, |_| Story::Archived { back: 6 }),
    (1, |_| Story::SideLoaded { back: 4 }),
    (1, |_| Story::Developer { back: 9, adb: true }),
    (6, |nth| Story::Developer { back: 12 + i64::from(nth) * 11, adb: false }),
    (1, |_| Story::Rooted { back: 21 }),
    (1, |_| Story::IgnoresRules),
    (40, |nth| Story::LateWithRules { days: 8 + i64::from(nth) }),
    (5, |nth| Story::JustJoined { back: 2 + i64::from(nth) * 2 }),
    (18, |nth| Story::Joined { back: 6 + i64::from(nth) * 4 }),
    (1, |_| Story::KeepsOldIos),
];

/// How many phones the plot is written for.
const WRITTEN_FOR: u32 = 460;

/// The stories of a fleet of this size; the rest is quiet. A small fleet has each kind at most in proportion, and
/// never more stories than phones.
pub(crate) fn plot(phones: u32) -> Vec<Story> {
    let mut stories = Vec::new();
    // Rounding is carried along, so that a small fleet still has its share of rare stories.
    let mut owed = 0_u64;
    for (count, story) in PLOT {
        owed += u64::from(*count) * u64::from(phones);
        let told = owed / u64::from(WRITTEN_FOR);
        owed %= u64::from(WRITTEN_FOR);
        for nth in 0..u32::try_from(told).unwrap_or_default() {
            // A larger fleet repeats the plot rather than running over its days.
            stories.push(story(nth % count));
        }
    }
    stories.resize(usize::try_from(phones).unwrap_or_default(), Story::Quiet);
    stories
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_of_any_size_gets_its_share_of_stories() {
        let told = |phones| plot(phones).iter().filter(|story| **story != Story::Quiet).count();
        let whole: u32 = PLOT.iter().map(|(count, _)| count).sum();
        assert_eq!(told(460), usize::try_from(whole).unwrap());
        assert_eq!(told(0), 0);
        assert!((14..=18).contains(&told(46)));
        assert!(told(4600) > 1500);
        assert_eq!(plot(3).len(), 3);
    }
}
