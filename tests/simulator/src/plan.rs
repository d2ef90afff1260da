//! What will happen, before any of it does: who is there, and who is heard at which moment.

use agent_core::judge::quiet_hours::QuietHours;
use jiff::{Timestamp, ToSpan, civil::Date};

use crate::{
    phone::Phone,
    random::Choices,
    story::{self, Story},
};

/// A group of devices and its part of the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The group's name.
    pub name: String,
    /// How many devices it gets, against the shares of the others.
    pub share: u32,
}

/// How a fleet is to be.
#[derive(Debug, Clone)]
pub struct Outline {
    /// The same seed gives the same fleet.
    pub seed: u64,
    /// How many devices.
    pub devices: u32,
    /// How many days of history.
    pub days: u32,
    /// The end of the history.
    pub now: Timestamp,
    /// When people work, and the zone they live in.
    pub hours: QuietHours,
    /// The groups; at least one.
    pub groups: Vec<Group>,
}

/// Phones that are heard at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The moment; all of a plan differ and ascend.
    pub at: Timestamp,
    /// The day that it belongs to, where the people live.
    pub day: Date,
    /// Places in [`Plan::phones`].
    pub phones: Vec<usize>,
}

/// A fleet's phones and the moments at which they are heard.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The phones.
    pub phones: Vec<Phone>,
    /// The moments, in order, all before the end.
    pub visits: Vec<Visit>,
    /// The end of the history.
    pub ends: Timestamp,
    /// When people work.
    pub hours: QuietHours,
    /// The seed of what happens after the end.
    pub seed: u64,
}

/// Of a hundred working days a phone is heard on this many, and on each on which something changed.
const DILIGENCE: u64 = 94;
/// Moments of one day at most. Phones share them, so that their reports are committed together.
const MOMENTS_A_DAY: i64 = 6;
/// Days without work in a row at most, as over a Christmas.
const LONGEST_REST: u32 = 14;

impl Plan {
    /// Plans a fleet.
    pub fn new(outline: &Outline) -> Self {
        let choices = Choices::of(outline.seed);
        let hours = &outline.hours;
        let ends = hours.zone.to_datetime(outline.now).date();
        let worked = |begins: Date| -> Vec<(Date, Vec<Timestamp>)> {
            let days = begins.series(1.day()).take_while(|day| *day <= ends);
            let busy = days.filter_map(|day| {
                let mut choices = choices.fork(day_number(day));
                let moments = moments(day, hours, outline.now, &mut choices);
                (!moments.is_empty()).then_some((day, moments))
            });
            busy.collect()
        };
        let mut begins = ends.checked_sub(i64::from(outline.days).days()).unwrap_or(ends);
        let mut days = worked(begins);
        // A short history that ends on a weekend begins before it, or nobody would ever have been heard.
        for _ in 0..LONGEST_REST {
            if !days.is_empty() {
                break;
            }
            begins = begins.yesterday().unwrap_or(begins);
            days = worked(begins);
        }
        let phones = phones(outline, begins, ends, &days);
        let visits = visits(&phones, &days, &choices);
        Self { phones, visits, ends: outline.now, hours: hours.clone(), seed: outline.seed }
    }

    /// How often a phone is heard in all.
    pub fn reports(&self) -> usize {
        self.visits.iter().map(|visit| visit.phones.len()).sum()
    }
}

fn day_number(day: Date) -> u64 {
    u64::try_from(i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day()))
        .unwrap_or_default()
}

/// Moments of one day at which phones are heard: outside quiet hours, before the end.
fn moments(day: Date, hours: &QuietHours, ends: Timestamp, choices: &mut Choices) -> Vec<Timestamp> {
    let mut all: Vec<Timestamp> = (0..MOMENTS_A_DAY)
        .filter_map(|_| {
            let second = choices.between(7 * 3600, 20 * 3600);
            let local = day.at(0, 0, 0, 0).checked_add(second.seconds()).ok()?;
            hours.zone.to_ambiguous_timestamp(local).compatible().ok()
        })
        .filter(|moment| *moment < ends && !hours.is_quiet(*moment))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn phones(outline: &Outline, begins: Date, ends: Date, days: &[(Date, Vec<Timestamp>)]) -> Vec<Phone> {
    let mut choices = Choices::of(outline.seed).fork(1);
    let mut stories = story::plot(outline.devices);
    choices.shuffle(&mut stories);
    let silent_since = |working_days: i64| {
        let before = usize::try_from(working_days + 1).unwrap_or_default();
        days.len().checked_sub(before).and_then(|place| days.get(place)).map_or(begins, |(day, _)| *day)
    };
    let lives = Choices::of(outline.seed).fork(2);
    stories
        .into_iter()
        .enumerate()
        .map(|(place, story)| {
            let mut life = lives.fork(u64::try_from(place).unwrap_or_default());
            let group = life.weighted(&outline.groups, |group| u64::from(group.share));
            let group = group.map_or_else(String::new, |group| group.name.clone());
            let mut phone = Phone::new(group, story, begins, ends, &mut life);
            if let Story::Silent { working_days } = story {
                phone.falls_silent(silent_since(working_days));
            }
            phone
        })
        .collect()
}

fn visits(phones: &[Phone], days: &[(Date, Vec<Timestamp>)], choices: &Choices) -> Vec<Visit> {
    let mut visits: Vec<Visit> = days
        .iter()
        .flat_map(|(day, moments)| moments.iter().map(|at| Visit { at: *at, day: *day, phones: Vec::new() }))
        .collect();
    for (place, phone) in phones.iter().enumerate() {
        let mut choices = choices.fork(1_000_000 + u64::try_from(place).unwrap_or_default());
        let mut first = 0;
        let mut before = None;
        for (day, moments) in days {
            let heard = choices.percent(DILIGENCE);
            let moment = choices.between(0, i64::try_from(moments.len()).unwrap_or(1) - 1);
            let here = first + usize::try_from(moment).unwrap_or_default();
            first += moments.len();
            if !phone.is_heard(*day) {
                continue;
            }
            let facts = phone.facts(*day);
            if heard || before.as_ref() != Some(&facts) {
                visits[here].phones.push(place);
                before = Some(facts);
            }
        }
        // Every phone is enrolled, also where it would join on a day on which nobody works.
        if let Some(last) = visits.last_mut().filter(|_| before.is_none()) {
            last.phones.push(place);
        }
    }
    visits.retain(|visit| !visit.phones.is_empty());
    visits
}

#[cfg(test)]
mod tests {
    use agent_core::judge::{Platform, quiet_hours::Window};
    use jiff::{civil::Time, tz::TimeZone};

    use super::*;

    fn outline(seed: u64, devices: u32) -> Outline {
        let workdays = [true, true, true, true, true, false, false];
        let weekend = workdays.map(|is| !is);
        let midnight = Time::midnight();
        let evening = Window { days: workdays, from: Time::constant(19, 0, 0, 0), to: Time::constant(8, 0, 0, 0) };
        let windows = vec![evening, Window { days: weekend, from: midnight, to: midnight }];
        let hours = QuietHours { zone: TimeZone::get("Europe/Madrid").unwrap(), windows, holidays: vec![] };
        let groups = vec![Group { name: "a".into(), share: 2 }, Group { name: "b".into(), share: 1 }];
        Outline { seed, devices, days: 90, now: "2026-11-24T09:42:00+01:00".parse().unwrap(), hours, groups }
    }

    /// Everything that can be seen of a plan.
    fn seen(plan: &Plan) -> String {
        let phones = plan.phones.iter().map(|phone| (phone.group.clone(), phone.model(), phone.joins));
        let facts = plan.visits.iter().flat_map(|visit| {
            visit.phones.iter().map(|place| serde_json::to_string(&plan.phones[*place].facts(visit.day)).unwrap())
        });
        format!("{:?} {:?} {:?}", phones.collect::<Vec<_>>(), plan.visits, facts.collect::<Vec<_>>())
    }

    #[test]
    fn the_same_seed_gives_the_same_fleet_and_another_seed_another() {
        let one = seen(&Plan::new(&outline(7, 60)));
        assert_eq!(one, seen(&Plan::new(&outline(7, 60))));
        assert_ne!(one, seen(&Plan::new(&outline(8, 60))));
    }

    #[test]
    fn evenings_and_weekends_are_quiet_and_moments_ascend() {
        let outline = outline(7, 100);
        let plan = Plan::new(&outline);
        assert!(plan.visits.is_sorted_by(|a, b| a.at < b.at));
        assert!(plan.visits.iter().all(|visit| !outline.hours.is_quiet(visit.at) && visit.at < outline.now));
        let per_phone = plan.reports() / 100;
        assert!((45..=65).contains(&per_phone), "{per_phone}");
    }

    #[test]
    fn phones_are_believable() {
        let plan = Plan::new(&outline(7, 460));
        let phones = |platform| plan.phones.iter().filter(|phone| phone.platform() == platform).count();
        assert!(phones(Platform::Android) > phones(Platform::Ios) && phones(Platform::Ios) > 60);
        let last = "2026-11-24".parse().unwrap();
        let whatsapp = |version: &str| {
            let runs =
                |phone: &&Phone| phone.facts(last).whatsapp_business.version.value().is_some_and(|is| is == version);
            plan.phones.iter().filter(runs).count()
        };
        assert!(whatsapp("2.26.39.71") > whatsapp("2.26.41.75") && whatsapp("2.26.41.75") > 10);
        assert!((3..=12).contains(&whatsapp("2.26.9.72")));
        let silent = plan.phones.iter().filter(|phone| !phone.is_heard(last)).count();
        assert!((8..=10).contains(&silent), "{silent}");
    }

    #[test]
    fn every_phone_is_heard_whenever_the_history_ends() {
        // Each hour of a week, so also at night, on a Sunday, and early on a Monday.
        for hour in 0..7 * 24 {
            let now = outline(7, 0).now + jiff::SignedDuration::from_hours(hour);
            for days in [0, 1, 3] {
                let plan = Plan::new(&Outline { days, now, ..outline(7, 12) });
                let heard: std::collections::BTreeSet<usize> =
                    plan.visits.iter().flat_map(|visit| visit.phones.iter().copied()).collect();
                assert_eq!(heard.len(), 12, "{now}, {days} days");
            }
        }
    }

    #[test]
    fn no_outline_is_too_odd() {
        for (devices, days) in [(0, 90), (1, 0), (5, 1), (30, 3)] {
            let plan = Plan::new(&Outline { devices, days, ..outline(1, 0) });
            assert_eq!(plan.phones.len(), usize::try_from(devices).unwrap());
        }
        let none = Plan::new(&Outline { groups: vec![], ..outline(1, 3) });
        assert!(none.phones.iter().all(|phone| phone.group.is_empty()));
    }
}
