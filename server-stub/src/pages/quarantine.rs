//! Heuristics that only advise on one build of a system: the words, and the form that ends it.

use std::collections::BTreeMap;

use agent_core::judge::{Check, Platform, Rule};

use super::{Chrome, judged, words::Speak as _};
use crate::{fleet::DeviceFilter, judging::quarantine::QuarantineView};

/// Those that last.
pub(super) struct Quarantines {
    pub(super) rows: Vec<Row>,
    /// The token of the forms; none where the viewer may only look.
    pub(super) csrf: Option<String>,
}

pub(super) struct Row {
    pub(super) title: String,
    pub(super) detail: String,
    /// The list of its devices.
    pub(super) href: String,
    pub(super) action: String,
}

impl Quarantines {
    pub(super) fn of(current: &[QuarantineView], may_end: bool, chrome: &Chrome) -> Self {
        Self {
            rows: current.iter().filter_map(|one| row(one, chrome)).collect(),
            csrf: chrome.viewer.as_ref().filter(|_| may_end).map(|viewer| viewer.csrf.clone()),
        }
    }
}

fn row(one: &QuarantineView, chrome: &Chrome) -> Option<Row> {
    let (title, detail) = told(Rule::from_word(&one.rule)?.check(), &one.params(), chrome);
    let filter = DeviceFilter::default().on_build_of(one);
    Some(Row {
        title: title?,
        detail: detail.unwrap_or_default(),
        href: format!("/devices{}", filter.to_query()),
        action: format!("/quarantines/{}/end", one.number),
    })
}

/// Which check on which build, and what that was concluded from.
pub(super) fn told(
    check: Check,
    params: &BTreeMap<String, String>,
    chrome: &Chrome,
) -> (Option<String>, Option<String>) {
    let (language, when) = (chrome.language, chrome.when());
    let param = |name: &str| params.get(name).map(String::as_str);
    let name = judged::check(language, check);
    let system = param("platform").and_then(Platform::from_word).map(judged::platform);
    let since = param("since").and_then(|at| at.parse().ok()).map(|at| when.moment(at));
    let params = [
        ("check", Some(&*name)),
        ("platform", system.as_deref()),
        ("build", param("build")),
        ("since", since.as_deref()),
        ("rate", param("rate")),
        ("others", param("others")),
    ];
    let params: Vec<(&str, &str)> = params.iter().filter_map(|(key, value)| Some((*key, (*value)?))).collect();
    (language.try_fill("attention.quarantined", &params), language.try_fill("attention.quarantined.why", &params))
}
