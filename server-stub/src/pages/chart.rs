//! Charts as SVG without a style attribute. Lengths are per cent, so that text keeps its size on any screen.

use jiff::{SignedDuration, Timestamp};

use super::{judged, shape, when::When, words::Speak as _};
use crate::fleet::{Span, summary::Summary};

/// One coloured part of a bar.
pub(crate) struct Part {
    /// Where it begins, in per cent.
    pub(crate) x: String,
    /// How wide it is, in per cent.
    pub(crate) width: String,
    /// Its shape's name, which is its colour's.
    pub(crate) shape: &'static str,
    /// What it says in words.
    pub(crate) words: String,
}

/// Per cent with two decimals, from a share of 0 to 1.
pub(crate) fn per_cent(share: f64) -> String {
    format!("{:.2}%", share.clamp(0.0, 1.0) * 100.0)
}

/// A count as a share of a whole.
#[expect(clippy::cast_precision_loss, reason = "drawn lengths need three digits")]
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Parts beside each other. A small part is drawn wide enough to be seen, the widest pays for it.
pub(crate) fn stacked(counts: &[(u64, &'static str, String)]) -> Vec<Part> {
    let total: u64 = counts.iter().map(|(count, ..)| count).sum();
    let mut widths: Vec<f64> =
        counts.iter().map(|(count, ..)| if *count == 0 { 0.0 } else { share(*count, total).max(0.012) }).collect();
    let over: f64 = widths.iter().sum::<f64>() - 1.0;
    if let Some(widest) = widths.iter_mut().max_by(|a, b| a.total_cmp(b)) {
        *widest -= over.max(0.0);
    }
    let mut x = 0.0;
    counts
        .iter()
        .zip(widths)
        .filter(|((count, ..), _)| *count > 0)
        .map(|((_, shape, words), width)| {
            let part = Part { x: per_cent(x), width: per_cent(width), shape, words: words.clone() };
            x += width;
            part
        })
        .collect()
}

/// How far back histories and trends are drawn.
pub(crate) const DAYS: i64 = 90;

/// How wide a stretch is drawn at least: a short failure must be seen.
const LEAST: f64 = 0.02;

/// The last 90 days of one check or of a device, from its spans. Short ones are drawn wider; their neighbours give way.
pub(crate) fn history(spans: &[Span], when: &When<'_>) -> Vec<Part> {
    let start = when.now.checked_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(Timestamp::MIN);
    let whole = when.now.duration_since(start).as_secs_f64();
    let place = |at: Timestamp| (at.duration_since(start).as_secs_f64() / whole).clamp(0.0, 1.0);
    let drawn: Vec<_> =
        spans.iter().filter(|span| span.until.is_none_or(|until| until > start) && span.since <= when.now).collect();
    let Ok(count) = u32::try_from(drawn.len()) else { return Vec::new() };
    let least = LEAST.min(1.0 / f64::from(count.max(1)));
    let mut edges: Vec<f64> = Vec::new();
    for span in &drawn {
        let after = edges.last().map_or(0.0, |before| before + least);
        edges.push(place(span.since).max(after));
    }
    let mut end = 1.0;
    for edge in edges.iter_mut().rev() {
        *edge = edge.min(end - least);
        end = *edge;
    }
    edges.push(1.0);
    drawn
        .iter()
        .zip(edges.windows(2))
        .enumerate()
        .map(|(number, (span, edge))| {
            let shape = shape::of_word(&span.word, span.in_grace);
            let word = judged::span(when.language, &span.word, span.in_grace);
            let until = span.until.map_or_else(|| when.language.say("span.now").to_owned(), |until| when.day(until));
            let (from, to) = (edge[0], edge[1]);
            // A check that was not asked for a while leaves its place empty.
            let end = match span.until {
                Some(until) if drawn.get(number + 1).is_none_or(|next| next.since != until) => {
                    place(until).max(from + least).min(to)
                }
                _ => to,
            };
            Part {
                x: per_cent(from),
                width: per_cent(end - from),
                shape,
                words: format!("{word}: {} – {until}", when.day(span.since)),
            }
        })
        .collect()
}

/// A label of an axis at its place.
pub(crate) struct Label {
    pub(crate) at: String,
    pub(crate) text: String,
    /// `start`, `middle` or `end`.
    pub(crate) anchor: &'static str,
}

/// A change of policy on the time axis.
pub(crate) struct Mark {
    pub(crate) at: String,
    pub(crate) late: bool,
    /// How far below the top its label stands, so that neighbours do not write over each other.
    pub(crate) dy: u32,
    /// The note, cut to what fits beside the line.
    pub(crate) short: String,
    pub(crate) text: String,
    pub(crate) note: String,
    pub(crate) day: String,
}

/// The share of compliant devices over time.
pub(crate) struct Trend {
    pub(crate) line: String,
    pub(crate) area: String,
    pub(crate) rows: Vec<Label>,
    pub(crate) columns: Vec<Label>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) words: String,
}

/// The trend of a summary; none while there are fewer than two days to draw.
pub(crate) fn trend(summary: &Summary, when: &When<'_>) -> Option<Trend> {
    use std::fmt::Write as _;
    let days: Vec<_> = summary.trend.iter().filter(|day| day.states.total() > 0).collect();
    let (first, last) = (days.first()?, days.last()?);
    let length = last.day.duration_since(first.day).as_hours() / 24;
    if length < 1 {
        return None;
    }
    let shares: Vec<f64> = days.iter().map(|day| share(day.states.compliant, day.states.total())).collect();
    let lowest_share = shares.iter().copied().fold(1.0, f64::min);
    let bottom = ((lowest_share * 10.0 - 0.5).floor() / 10.0).clamp(0.0, 0.9);
    let x = |hours: i64| -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "90 days of hours")]
        let place = hours as f64 / (length * 24) as f64;
        place.clamp(0.0, 1.0)
    };
    let y = |value: f64| (1.0 - (value - bottom) / (1.0 - bottom)).clamp(0.0, 1.0);
    let mut line = String::new();
    for (day, value) in days.iter().zip(&shares) {
        let hours = day.day.duration_since(first.day).as_hours();
        let _ = write!(line, "{:.1},{:.1} ", x(hours) * 1000.0, y(*value) * 1000.0);
    }
    let area = format!("0,1000 {line}1000,1000");
    let steps = if bottom < 0.5 { 2 } else { 1 };
    #[expect(clippy::cast_possible_truncation, reason = "0 to 10")]
    let lowest = (bottom * 10.0).round() as i32;
    let rows = (lowest..=10)
        .rev()
        .filter(|tenth| (10 - tenth) % steps == 0)
        .map(|tenth| Label {
            at: per_cent(y(f64::from(tenth) / 10.0)),
            text: format!("{}\u{a0}%", tenth * 10),
            anchor: "end",
        })
        .collect();
    let columns = (0..4)
        .map(|part| {
            let hours = length * 24 * part / 3;
            let date = first.day.checked_add(SignedDuration::from_hours(hours)).unwrap_or(first.day);
            let anchor = ["start", "middle", "middle", "end"][usize::try_from(part).unwrap_or_default()];
            Label { at: per_cent(x(hours)), text: when.date(date), anchor }
        })
        .collect();
    let begin = when.zone.to_timestamp(first.day.to_datetime(jiff::civil::Time::midnight())).unwrap_or(when.now);
    let mut marks: Vec<Mark> = Vec::new();
    let (mut before, mut row) = (f64::NEG_INFINITY, 0);
    for mark in &summary.policy_marks {
        let hours = mark.at.duration_since(begin).as_hours();
        if !(0..=length * 24 + 24).contains(&hours) {
            continue;
        }
        row = if x(hours) - before < 0.3 { (row + 1) % 4 } else { 0 };
        before = x(hours);
        marks.push(Mark {
            at: per_cent(x(hours)),
            late: x(hours) > 0.6,
            dy: 13 + 15 * row,
            text: when.language.fill("trend.policy", &[("revision", &mark.revision.to_string())]),
            short: cut(&mark.note, 30),
            note: mark.note.clone(),
            day: when.day(mark.at),
        });
    }
    let words = when.language.fill(
        "trend.words",
        &[
            ("first", &when.percent(first.states.compliant, first.states.total())),
            ("from", &when.date(first.day)),
            ("last", &when.percent(last.states.compliant, last.states.total())),
            ("to", &when.date(last.day)),
        ],
    );
    Some(Trend { line, area, rows, columns, marks, words })
}

/// The first characters of a text, with an ellipsis for what is left out.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::pages::Language;

    fn widths(counts: &[u64]) -> Vec<f64> {
        let counts: Vec<_> = counts.iter().map(|count| (*count, "compliant", String::new())).collect();
        stacked(&counts).iter().map(|part| part.width.trim_end_matches('%').parse().unwrap()).collect()
    }

    #[test]
    fn a_single_device_among_many_is_still_seen_and_the_bar_stays_whole() {
        let seen = widths(&[100_000, 1, 0, 1]);
        assert_eq!(seen.len(), 3);
        assert!(seen[1] >= 1.0);
        assert!((seen.iter().sum::<f64>() - 100.0).abs() < 0.1);
        assert!(widths(&[0, 0]).is_empty());
    }

    #[test]
    fn a_history_keeps_to_its_ninety_days() {
        let now: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
        let span = |since: &str, until: Option<&str>, word: &str| Span {
            since: since.parse().unwrap(),
            until: until.map(|until| until.parse().unwrap()),
            word: word.into(),
            in_grace: false,
            code: String::new(),
            params: std::collections::BTreeMap::new(),
            policy_revision: 1,
        };
        let spans = [
            span("2020-01-01T00:00:00Z", Some("2020-02-01T00:00:00Z"), "pass"),
            span("2020-02-01T00:00:00Z", Some("2026-10-10T08:00:00Z"), "unknown"),
            span("2026-10-10T08:00:00Z", None, "pass"),
        ];
        let parts = history(&spans, &When { language: Language::En, zone: &TimeZone::UTC, now });
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].x.as_str(), parts[0].shape), ("0.00%", "unknown"));
        assert_eq!((parts[1].x.as_str(), parts[1].width.as_str()), ("50.00%", "50.00%"));
    }

    #[test]
    fn the_shortest_stretch_is_seen_and_all_stay_within_the_bar() {
        let now: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
        let minute = |ago: i64| now.checked_sub(SignedDuration::from_mins(ago)).unwrap();
        let span = |from: i64, to: Option<i64>| Span {
            since: minute(from),
            until: to.map(minute),
            word: "fail".into(),
            in_grace: false,
            code: String::new(),
            params: std::collections::BTreeMap::new(),
            policy_revision: 1,
        };
        let day = 24 * 60;
        let short = [
            span(200 * day, Some(30 * day)),
            span(30 * day, Some(30 * day - 1)),
            span(30 * day - 1, Some(1)),
            span(1, None),
        ];
        let many: Vec<Span> = (0..500).rev().map(|ago| span(ago + 1, (ago > 0).then_some(ago))).collect();
        for spans in [&short[..], &many] {
            let number = |text: &str| text.trim_end_matches('%').parse::<f64>().unwrap();
            let parts = history(spans, &When { language: Language::En, zone: &TimeZone::UTC, now });
            assert_eq!(parts.len(), spans.len());
            let mut end = 0.0;
            for part in parts {
                assert!(number(&part.x) >= end - 0.02 && number(&part.width) > 0.1, "{} {}", part.x, part.width);
                end = number(&part.x) + number(&part.width);
            }
            assert!((end - 100.0).abs() < 0.1, "{end}");
        }
    }
}
