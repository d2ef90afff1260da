//! When nothing is collected, sent or notified, in the policy's time zone; and how much time counts between.

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::period::Period;

/// A weekly window that begins on each of its days, and may run past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The days on which it begins, Monday first.
    pub days: [bool; 7],
    /// When it begins.
    pub from: Time,
    /// When it ends, on the next day if not after `from`; equal to `from` means the whole day.
    pub to: Time,
}

/// A stretch of declared absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pause {
    /// When it begins.
    #[serde(deserialize_with = "crate::moment::read")]
    pub from: Timestamp,
    /// When it ends.
    #[serde(deserialize_with = "crate::moment::read")]
    pub until: Timestamp,
}

/// The longest pause: a year and a day.
pub const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Declares a pause at a moment, beside those that were declared before. It counts from then on at the earliest, takes
/// the place of earlier ones that it meets, and one without a length only ends them; what of a pause has passed by
/// then stays.
pub fn declare(pauses: &mut Vec<Pause>, new: Pause, at: Timestamp) {
    let meets = |one: &Pause| one.from <= new.until && new.from <= one.until;
    for one in pauses.iter_mut().filter(|one| meets(one)) {
        one.until = one.until.min(at.max(one.from));
    }
    pauses.push(Pause { from: new.from.max(at), until: new.until });
    pauses.retain(|one| one.from < one.until);
}

/// When the pauses that cover this moment end; none when none does.
pub fn paused_until(pauses: &[Pause], at: Timestamp) -> Option<Timestamp> {
    let mut until = at;
    // One may begin where another ends.
    while let Some(further) =
        pauses.iter().filter(|one| one.from <= until && until < one.until).map(|one| one.until).max()
    {
        until = further;
    }
    (until > at).then_some(until)
}

/// When nothing is collected, sent or notified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietHours {
    /// The zone in which all calendar parts of the policy are read.
    pub zone: TimeZone,
    /// Weekly windows; none: never quiet but on holidays.
    pub windows: Vec<Window>,
    /// Whole days that are quiet.
    pub holidays: Vec<Date>,
}

/// How far ahead a search for a moment goes; a policy that is quiet for longer counts nothing.
const HORIZON_DAYS: i32 = 800;

impl QuietHours {
    /// Never quiet; calendars are read in UTC.
    pub const fn none() -> Self {
        Self { zone: TimeZone::UTC, windows: Vec::new(), holidays: Vec::new() }
    }

    /// Whether this moment is quiet.
    pub fn is_quiet(&self, at: Timestamp) -> bool {
        self.quiet_until(at).is_some()
    }

    /// When the quiet that covers this moment ends; none when it is not quiet.
    pub fn quiet_until(&self, at: Timestamp) -> Option<Timestamp> {
        let today = self.zone.to_datetime(at).date();
        self.stretches_around(today, 9)
            .into_iter()
            .find(|(from, until)| *from <= at && at < *until)
            .map(|(_, until)| until)
    }

    /// How much time between two moments counts: outside quiet hours, holidays and pauses.
    pub fn counted(&self, from: Timestamp, to: Timestamp, pauses: &[Pause]) -> SignedDuration {
        self.open_stretches(from, to, pauses)
            .map(|(from, until)| until.duration_since(from))
            .fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }

    /// The moment at which this much counted time has passed since `from`; the end of time when it never does.
    pub fn after_counted(&self, from: Timestamp, amount: Period, pauses: &[Pause]) -> Timestamp {
        if self.windows.is_empty() && self.holidays.is_empty() && pauses.is_empty() {
            return amount.after(from);
        }
        let mut left = SignedDuration::from_secs(i64::from(amount.seconds()));
        for (from, until) in self.open_stretches(from, Timestamp::MAX, pauses) {
            let length = until.duration_since(from);
            if length >= left {
                return from.checked_add(left).unwrap_or(Timestamp::MAX);
            }
            left = left.saturating_sub(length);
        }
        Timestamp::MAX
    }

    /// The stretches that count between two moments, in order. Beyond the horizon nothing is listed.
    fn open_stretches<'a>(
        &'a self,
        from: Timestamp,
        to: Timestamp,
        pauses: &'a [Pause],
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> + 'a {
        let first = self.zone.to_datetime(from).date();
        let free = self.windows.is_empty() && self.holidays.is_empty() && pauses.is_empty();
        let days = if free { 0 } else { HORIZON_DAYS };
        let whole = free.then_some((from, to)).filter(|(from, to)| from < to);
        whole.into_iter().chain(
            (0..days)
                .scan((), move |(), offset| {
                    let day = first.checked_add(offset.days()).ok()?;
                    let (begin, end) =
                        (self.instant(day.at(0, 0, 0, 0))?, self.instant(day.tomorrow().ok()?.at(0, 0, 0, 0))?);
                    (begin < to).then(|| self.open_parts(day, begin.max(from), end.min(to), pauses))
                })
                .flatten(),
        )
    }

    /// What is left of one day between two moments.
    fn open_parts(&self, day: Date, from: Timestamp, to: Timestamp, pauses: &[Pause]) -> Vec<(Timestamp, Timestamp)> {
        let mut closed = self.quiet_of(day);
        if let Ok(yesterday) = day.yesterday() {
            closed.extend(self.quiet_of(yesterday));
        }
        closed.extend(pauses.iter().map(|pause| (pause.from, pause.until)));
        closed.sort_unstable();
        let mut open = Vec::new();
        let mut at = from;
        for (begin, end) in closed {
            if begin > at {
                open.push((at, begin.min(to)));
            }
            at = at.max(end);
            if at >= to {
                break;
            }
        }
        open.push((at, to));
        open.retain(|(from, until)| from < until);
        open
    }

    /// Quiet stretches that begin within some days of this one, joined where they touch.
    fn stretches_around(&self, day: Date, ahead: i32) -> Vec<(Timestamp, Timestamp)> {
        let mut all: Vec<(Timestamp, Timestamp)> = (-1..=ahead)
            .filter_map(|offset| day.checked_add(offset.days()).ok())
            .flat_map(|day| self.quiet_of(day))
            .collect();
        all.sort_unstable();
        let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (from, until) in all {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => joined.push((from, until)),
            }
        }
        joined
    }

    /// Quiet stretches that begin on this day.
    fn quiet_of(&self, day: Date) -> Vec<(Timestamp, Timestamp)> {
        let Ok(next) = day.tomorrow() else { return Vec::new() };
        let midnight = Time::midnight();
        let mut quiet = Vec::new();
        if self.holidays.contains(&day) {
            quiet.push((day.to_datetime(midnight), next.to_datetime(midnight)));
        }
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default();
        for window in self.windows.iter().filter(|window| window.days[weekday]) {
            let end_day = if window.to > window.from { day } else { next };
            quiet.push((day.to_datetime(window.from), end_day.to_datetime(window.to)));
        }
        let instants = quiet.into_iter().filter_map(|(from, until)| Some((self.instant(from)?, self.instant(until)?)));
        instants.filter(|(from, until)| from < until).collect()
    }

    fn instant(&self, local: DateTime) -> Option<Timestamp> {
        self.zone.to_ambiguous_timestamp(local).compatible().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn madrid() -> QuietHours {
        let workdays = [true, true, true, true, true, false, false];
        let weekend = [false, false, false, false, false, true, true];
        let whole_day = Time::midnight();
        QuietHours {
            zone: TimeZone::get("Europe/Madrid").unwrap(),
            windows: vec![
                Window { days: workdays, from: Time::constant(19, 0, 0, 0), to: Time::constant(8, 0, 0, 0) },
                Window { days: weekend, from: whole_day, to: whole_day },
            ],
            holidays: vec!["2026-12-08".parse().unwrap()],
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn evenings_weekends_and_holidays_are_quiet() {
        let hours = madrid();
        for (moment, quiet) in [
            ("2026-11-24T09:00:00+01:00", false),
            ("2026-11-24T18:59:59+01:00", false),
            ("2026-11-24T19:00:00+01:00", true),
            ("2026-11-25T07:59:59+01:00", true),
            ("2026-11-25T08:00:00+01:00", false),
            ("2026-11-28T12:00:00+01:00", true),
            ("2026-11-30T07:00:00+01:00", false),
            ("2026-12-08T12:00:00+01:00", true),
        ] {
            assert_eq!(hours.is_quiet(at(moment)), quiet, "{moment}");
        }
    }

    #[test]
    fn a_quiet_weekend_ends_as_one() {
        let until = madrid().quiet_until(at("2026-11-27T20:00:00+01:00"));
        assert_eq!(until, Some(at("2026-11-30T00:00:00+01:00")));
    }

    #[test]
    fn only_time_outside_quiet_hours_and_pauses_counts() {
        let hours = madrid();
        let (monday, friday) = (at("2026-11-23T08:00:00+01:00"), at("2026-11-27T19:00:00+01:00"));
        assert_eq!(hours.counted(monday, friday, &[]), SignedDuration::from_hours(55));
        let leave = Pause { from: at("2026-11-24T00:00:00+01:00"), until: at("2026-11-26T00:00:00+01:00") };
        assert_eq!(hours.counted(monday, friday, &[leave]), SignedDuration::from_hours(33));
        assert_eq!(hours.after_counted(monday, Period::from_hours(55), &[]), friday);
    }

    #[test]
    fn a_newer_pause_takes_the_place_of_those_it_meets() {
        let pause = |from: &str, until: &str| Pause { from: at(from), until: at(until) };
        let day = |day: u8| format!("2026-12-{day:02}T08:00:00Z");
        let mut pauses = Vec::new();
        declare(&mut pauses, pause(&day(10), &day(20)), at(&day(1)));
        declare(&mut pauses, pause(&day(24), &day(28)), at(&day(1)));
        assert_eq!(pauses.len(), 2, "two that do not meet stand side by side");
        assert_eq!(paused_until(&pauses, at(&day(12))), Some(at(&day(20))));
        assert_eq!(paused_until(&pauses, at(&day(20))), None);
        // Back early: what has passed stays, the rest is gone.
        declare(&mut pauses, pause(&day(15), &day(15)), at(&day(15)));
        assert_eq!(pauses, [pause(&day(10), &day(15)), pause(&day(24), &day(28))]);
        // Declared late: it counts from then on.
        declare(&mut pauses, pause(&day(16), &day(18)), at(&day(17)));
        assert_eq!(pauses[2], pause(&day(17), &day(18)));
        // Planned anew before it began.
        declare(&mut pauses, pause(&day(26), &day(30)), at(&day(18)));
        assert_eq!(pauses.last(), Some(&pause(&day(26), &day(30))));
        assert!(!pauses.contains(&pause(&day(24), &day(28))));
        declare(&mut pauses, pause(&day(28), &day(31)), at(&day(29)));
        assert_eq!(paused_until(&pauses, at(&day(27))), Some(at(&day(31))), "one begins where the other ends");
    }

    #[test]
    fn a_day_that_loses_an_hour_counts_one_less() {
        let mut hours = madrid();
        hours.windows.clear();
        let (from, to) = (at("2026-03-29T00:00:00+01:00"), at("2026-03-30T00:00:00+02:00"));
        assert_eq!(hours.counted(from, to, &[]), SignedDuration::from_hours(23));
    }

    #[test]
    fn always_quiet_never_counts() {
        let always = Window { days: [true; 7], from: Time::midnight(), to: Time::midnight() };
        let hours = QuietHours { windows: vec![always], ..QuietHours::none() };
        let now = at("2026-11-24T00:00:00Z");
        assert_eq!(hours.after_counted(now, Period::from_days(1), &[]), Timestamp::MAX);
        assert_eq!(hours.counted(now, Timestamp::MAX, &[]), SignedDuration::ZERO);
    }
}
