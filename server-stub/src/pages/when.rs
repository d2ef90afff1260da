//! Dates, ages and numbers as the reader's language writes them.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::words::Language;

/// The reader's language and zone, and the moment the page tells of.
#[derive(Debug, Clone, Copy)]
pub struct When<'a> {
    /// The language.
    pub language: Language,
    /// The zone.
    pub zone: &'a TimeZone,
    /// Now.
    pub now: Timestamp,
}

const MONTHS: [(&str, &str); 12] = [
    ("enero", "January"),
    ("febrero", "February"),
    ("marzo", "March"),
    ("abril", "April"),
    ("mayo", "May"),
    ("junio", "June"),
    ("julio", "July"),
    ("agosto", "August"),
    ("septiembre", "September"),
    ("octubre", "October"),
    ("noviembre", "November"),
    ("diciembre", "December"),
];
const DAYS: [(&str, &str); 7] = [
    ("Lunes", "Monday"),
    ("Martes", "Tuesday"),
    ("Miércoles", "Wednesday"),
    ("Jueves", "Thursday"),
    ("Viernes", "Friday"),
    ("Sábado", "Saturday"),
    ("Domingo", "Sunday"),
];

impl When<'_> {
    fn local(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    fn pick(&self, (es, en): (&'static str, &'static str)) -> &'static str {
        match self.language {
            Language::Es => es,
            Language::En => en,
        }
    }

    fn month(&self, date: Date) -> &'static str {
        self.pick(MONTHS[usize::from(date.month().unsigned_abs().clamp(1, 12)) - 1])
    }

    /// `24 Nov`, with the year when it is not this one.
    pub fn date(&self, date: Date) -> String {
        let month: String = self.month(date).chars().take(3).collect();
        let year = if date.year() == self.local(self.now).year() { String::new() } else { format!(" {}", date.year()) };
        format!("{} {month}{year}", date.day())
    }

    /// The day of a moment, as [`Self::date`].
    pub fn day(&self, at: Timestamp) -> String {
        self.date(self.local(at).date())
    }

    /// `24 Nov 09:42`.
    pub fn moment(&self, at: Timestamp) -> String {
        let local = self.local(at);
        format!("{} {:02}:{:02}", self.date(local.date()), local.hour(), local.minute())
    }

    /// `Tuesday 24 November, 09:42`.
    pub fn long(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let weekday = self.pick(DAYS[usize::from(local.weekday().to_monday_zero_offset().unsigned_abs() % 7)]);
        let of = self.pick((" de ", " "));
        let (day, month) = (local.day(), self.month(local.date()));
        format!("{weekday} {day}{of}{month}, {:02}:{:02}", local.hour(), local.minute())
    }

    /// `Nov 2026` of a patch level such as `2026-11-05`; the text itself when it is no date.
    pub fn patch(&self, level: &str) -> String {
        let mut parts = level.split('-');
        let month = parts.nth(1).and_then(|m| m.parse::<usize>().ok()).filter(|m| (1..=12).contains(m));
        match (level.get(..4), month) {
            (Some(year), Some(month)) => {
                let name: String = self.pick(MONTHS[month - 1]).chars().take(3).collect();
                format!("{name} {year}")
            }
            _ => level.to_owned(),
        }
    }

    /// The length from `since` to now: `12 min`, `2 h`, `9 d`.
    pub fn age(&self, since: Timestamp) -> String {
        let seconds = self.now.duration_since(since).as_secs().max(0);
        match seconds {
            ..60 => format!("{seconds} s"),
            60..3_600 => format!("{} min", seconds / 60),
            3_600..86_400 => format!("{} h", seconds / 3_600),
            _ => format!("{} d", self.number(u64::try_from(seconds / 86_400).unwrap_or_default())),
        }
    }

    /// `12 minutes ago`.
    pub fn ago(&self, since: Timestamp) -> String {
        let seconds = self.now.duration_since(since).as_secs().max(0);
        let (count, one, many) = match seconds {
            ..60 => return self.pick(("ahora mismo", "just now")).to_owned(),
            60..3_600 => (seconds / 60, ("minuto", "minute"), ("minutos", "minutes")),
            3_600..86_400 => (seconds / 3_600, ("hora", "hour"), ("horas", "hours")),
            _ => (seconds / 86_400, ("día", "day"), ("días", "days")),
        };
        let unit = self.pick(if count == 1 { one } else { many });
        match self.language {
            Language::Es => format!("hace {count} {unit}"),
            Language::En => format!("{count} {unit} ago"),
        }
    }

    /// `41 days`; the hours of a length under two days.
    pub fn length(&self, since: Timestamp) -> String {
        let hours = self.now.duration_since(since).as_hours().max(0);
        if hours == 0 {
            return self.pick(("menos de una hora", "under an hour")).to_owned();
        }
        let (count, one, many) = if hours < 48 {
            (hours, ("hora", "hour"), ("horas", "hours"))
        } else {
            (hours / 24, ("día", "day"), ("días", "days"))
        };
        format!("{count} {}", self.pick(if count == 1 { one } else { many }))
    }

    /// `1,204`, or `12.345` in Spanish, which groups from five digits on.
    pub fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let (least, mark) = match self.language {
            Language::Es => (5, '.'),
            Language::En => (4, ','),
        };
        if digits.len() < least {
            return digits;
        }
        let mut out = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                out.push(mark);
            }
            out.push(digit);
        }
        out
    }

    /// `89.6 %` of `part` in `whole`; never `100 %` unless it is all, never `0 %` unless it is none.
    pub fn percent(&self, part: u64, whole: u64) -> String {
        if whole == 0 {
            return "–".to_owned();
        }
        let (part, whole) = (u128::from(part), u128::from(whole));
        let tenths = match (part * 1000 + whole / 2) / whole {
            0 if part > 0 => 1,
            1000 if part < whole => 999,
            tenths => tenths,
        };
        let text = if tenths.is_multiple_of(10) {
            format!("{}", tenths / 10)
        } else {
            let comma = if self.language == Language::Es { ',' } else { '.' };
            format!("{}{comma}{}", tenths / 10, tenths % 10)
        };
        format!("{text}\u{a0}%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(language: Language, test: impl Fn(When<'_>)) {
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        test(When { language, zone: &zone, now: "2026-11-24T08:42:00Z".parse().unwrap() });
    }

    #[test]
    fn dates_follow_the_language_and_the_zone() {
        let noon: Timestamp = "2026-11-15T07:10:00Z".parse().unwrap();
        at(Language::Es, |when| {
            assert_eq!(when.long(when.now), "Martes 24 de noviembre, 09:42");
            assert_eq!(when.moment(noon), "15 nov 08:10");
            assert_eq!(when.ago(noon), "hace 9 días");
        });
        at(Language::En, |when| {
            assert_eq!(when.long(when.now), "Tuesday 24 November, 09:42");
            assert_eq!(when.moment("2025-11-15T07:10:00Z".parse().unwrap()), "15 Nov 2025 08:10");
            assert_eq!(when.age(noon), "9 d");
            assert_eq!(when.patch("2026-10-05"), "Oct 2026");
            assert_eq!(when.patch("<b>"), "<b>");
        });
    }

    #[test]
    fn numbers_follow_the_language_and_shares_are_never_rounded_into_a_lie() {
        at(Language::Es, |when| {
            assert_eq!((when.number(1204), when.number(12_345)), ("1204".into(), "12.345".into()));
            assert_eq!(when.percent(412, 460), "89,6\u{a0}%");
        });
        at(Language::En, |when| {
            assert_eq!(when.number(1_204_000), "1,204,000");
            assert_eq!(when.percent(99_999, 100_000), "99.9\u{a0}%");
            assert_eq!(when.percent(1, 100_000), "0.1\u{a0}%");
            assert_eq!(when.percent(460, 460), "100\u{a0}%");
            assert_eq!(when.percent(0, 0), "–");
        });
    }
}
