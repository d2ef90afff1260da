//! The sources of releases as a table: how each is, in a word, and why.

use jiff::SignedDuration;

use super::{Chrome, product, words::Speak as _};
use crate::releases::{
    SourceState, SourceView, Spoken,
    source::{FLEET, MDM_INVENTORY},
};

/// A source that is due for longer than this is not asked by any schedule.
const OVERDUE: SignedDuration = SignedDuration::from_mins(15);

/// The table.
pub(super) struct Sources {
    /// How many do not answer or are too old; none while all that were ever asked are fine.
    pub(super) trouble: Option<String>,
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    pub(super) name: String,
    pub(super) host: String,
    pub(super) confidence: String,
    pub(super) shape: &'static str,
    pub(super) state: &'static str,
    pub(super) asked: String,
    pub(super) answered: String,
    /// How old the oldest part of its answers is, where that is what makes it too old.
    pub(super) oldest: Option<String>,
    pub(super) error: Option<String>,
    /// What the machine said, which is English.
    pub(super) detail: Option<String>,
    pub(super) next: String,
    pub(super) overdue: bool,
    pub(super) speaks_for: Vec<String>,
}

impl Sources {
    pub(super) fn of(sources: &[SourceView], chrome: &Chrome) -> Self {
        let troubled = sources.iter().filter(|one| matches!(one.state, SourceState::Failing | SourceState::Stale));
        let troubled = u64::try_from(troubled.count()).unwrap_or_default();
        let number = chrome.when().number(troubled);
        Self {
            trouble: (troubled > 0).then(|| chrome.language.count("sources.trouble", troubled, &number, &[])),
            rows: sources.iter().map(|source| row(source, chrome)).collect(),
        }
    }
}

fn row(source: &SourceView, chrome: &Chrome) -> Row {
    let (language, when) = (chrome.language, chrome.when());
    let (shape, state) = match source.state {
        SourceState::Failing => ("not-compliant", "sources.failing"),
        SourceState::Stale => ("stale", "sources.stale"),
        SourceState::Never => ("unknown", "sources.never"),
        SourceState::Current => ("compliant", "sources.current"),
    };
    let host = source.host.clone().unwrap_or_else(|| {
        let key = match source.source.as_str() {
            FLEET => "sources.fleet",
            MDM_INVENTORY => "sources.inventory",
            _ => "sources.file",
        };
        language.say(key).to_owned()
    });
    let older = source.oldest_at.filter(|at| source.state == SourceState::Stale && source.fetched_at != Some(*at));
    let is_overdue = source.next_at.is_some_and(|at| chrome.now.duration_since(at) > OVERDUE);
    Row {
        name: source.source.clone(),
        host,
        confidence: product::confidence(&source.confidence, chrome),
        shape,
        state: language.say(state),
        asked: source.asked_at.map_or_else(|| language.say("sources.asked.never").to_owned(), |at| when.ago(at)),
        answered: source.fetched_at.map_or_else(
            || language.say("sources.answered.never").to_owned(),
            |at| format!("{} · {}", when.ago(at), when.moment(at)),
        ),
        oldest: older.map(|at| language.fill("sources.oldest", &[("ago", &when.ago(at))])),
        error: (source.failing > 0).then(|| error(source, chrome)),
        detail: source.last_error.clone(),
        next: match source.next_at {
            Some(at) if is_overdue => language.fill("sources.next.overdue", &[("ago", &when.ago(at))]),
            Some(at) if at <= chrome.now => language.say("sources.next.now").to_owned(),
            Some(at) => when.moment(at),
            None => language.say("sources.next.none").to_owned(),
        },
        overdue: is_overdue,
        speaks_for: source.speaks_for.iter().map(|spoken| speaks(spoken, chrome)).collect(),
    }
}

/// Why, and of how much.
fn error(source: &SourceView, chrome: &Chrome) -> String {
    let fault = source.last_fault.as_deref().unwrap_or("other");
    let why = chrome.language.try_fill(&format!("fault.{fault}"), &[]);
    let why = why.unwrap_or_else(|| chrome.language.say("fault.other").to_owned());
    if source.parts == 1 {
        return why;
    }
    let number = |count: usize| chrome.when().number(u64::try_from(count).unwrap_or(u64::MAX));
    let params = [("failing", &*number(source.failing)), ("parts", &*number(source.parts))];
    format!("{why} {}", chrome.language.fill("sources.partly", &params))
}

fn speaks(spoken: &Spoken, chrome: &Chrome) -> String {
    let of = match (&spoken.product, &spoken.platform) {
        (Some(product), Some(platform)) => product::title(product, platform, chrome),
        _ => chrome.language.say("sources.flaws").to_owned(),
    };
    format!("{of} ({})", chrome.when().number(spoken.claims))
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::pages::{Language, Theme};

    fn chrome(language: Language) -> Chrome {
        Chrome {
            language,
            theme: Theme::Light,
            organisation: "Clínica Levante".into(),
            viewer: None,
            path: "/releases".into(),
            now: "2026-11-24T09:00:00Z".parse().unwrap(),
            zone: TimeZone::UTC,
        }
    }

    fn source(state: SourceState) -> SourceView {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        SourceView {
            source: "sofa".into(),
            confidence: "curated".into(),
            state,
            host: Some("sofafeed.macadmins.io".into()),
            asked_at: at("2026-11-24T07:00:00Z"),
            fetched_at: at("2026-11-24T07:00:00Z"),
            age_hours: Some(2),
            oldest_at: at("2026-11-24T07:00:00Z"),
            parts: 1,
            failing: 0,
            last_error: None,
            last_fault: None,
            next_at: at("2026-11-24T20:00:00Z"),
            speaks_for: vec![Spoken { product: Some("os".into()), platform: Some("ios".into()), claims: 1 }],
        }
    }

    #[test]
    fn every_state_and_every_fault_has_its_words_in_both_languages() {
        for language in [Language::Es, Language::En] {
            let chrome = chrome(language);
            let mut said = std::collections::BTreeSet::new();
            for state in [SourceState::Failing, SourceState::Stale, SourceState::Never, SourceState::Current] {
                let row = row(&source(state), &chrome);
                assert!(!row.state.is_empty() && said.insert(row.state), "{state:?}");
                assert_eq!(row.shape == "compliant", state == SourceState::Current, "{state:?}");
            }
            let mut told = std::collections::BTreeSet::new();
            for fault in crate::releases::FAULTS {
                let failing = SourceView {
                    failing: 1,
                    last_fault: Some((*fault).to_owned()),
                    last_error: Some("ios: …".into()),
                    ..source(SourceState::Failing)
                };
                let error = row(&failing, &chrome).error.unwrap();
                assert!(told.insert(error), "{fault}");
            }
        }
    }

    #[test]
    fn what_failed_in_part_says_so_and_what_is_due_for_long_is_told() {
        let view = SourceView {
            failing: 2,
            parts: 10,
            last_fault: Some("not-json".into()),
            next_at: Some("2026-11-24T06:00:00Z".parse().unwrap()),
            ..source(SourceState::Failing)
        };
        let es = row(&view, &chrome(Language::Es));
        assert!(es.error.unwrap().ends_with("Fallan 2 de 10 consultas."), "in part");
        assert!(es.overdue && es.next.contains("hace 3 horas"), "{}", es.next);
        let en = row(&view, &chrome(Language::En));
        assert!(en.error.unwrap().ends_with("2 of 10 questions fail."), "in part");
        assert_eq!(Sources::of(&[view], &chrome(Language::En)).trouble.as_deref(), Some("1 source needs attention"));
        assert_eq!(Sources::of(&[source(SourceState::Never)], &chrome(Language::En)).trouble, None);
    }
}
