//! The device list. Its whole state is the query of its address.

use agent_core::judge::{Check, DeviceState, Evidence, Platform};
use askama::Template;
use axum::response::Html;

use super::{Chrome, Frame, Place, finish, judged, shape::STATES, words::Speak as _};
use crate::fleet::{
    DeviceFilter, DevicePage, DeviceRow, Sort,
    filter::{Answer, UNREAD},
};

/// The reasons of devices for which their maker makes nothing newer, each with the key of its words.
pub(super) const UNFIXABLE: [(&str, &str); 2] = [
    ("os-version.vendor-unfixable", "filter.reason.unfixable"),
    ("security-patch.vendor-unfixable", "filter.reason.unpatched"),
];

/// The list. `groups` are the organisation's, to choose from.
pub fn render(page: &DevicePage, filter: &DeviceFilter, groups: &[String], chrome: &Chrome) -> Html<String> {
    let (language, when) = (chrome.language, chrome.when());
    let number = when.number(page.total);
    let unfiltered = filter.found() == DeviceFilter::default();
    let export = DeviceFilter { after: None, limit: None, ..filter.clone() };
    let sort = filter.sort.unwrap_or_default();
    let choose = |sort| href(&DeviceFilter { sort: Some(sort), after: None, ..filter.clone() });
    finish(&List {
        f: Frame::new(chrome, Place::Devices, language.say("devices.title")),
        empty: page.total == 0 && unfiltered,
        count: language.count("devices.count", page.total, &number, &[]),
        export_label: language.fill("devices.export", &[("n", &number)]),
        export: format!("/devices.csv{}", export.to_query()),
        order: language.say(sort_key(sort)),
        q: filter.q.clone().unwrap_or_default(),
        choices: choices(filter, groups, chrome),
        chips: chips(filter, chrome),
        kept: filter.sort.map(Sort::as_str),
        clear: (!unfiltered).then(|| "/devices".to_owned()),
        sorts: Sorts {
            attention: choose(Sort::Attention),
            device: choose(Sort::Device),
            last: choose(if sort == Sort::LastReport { Sort::Silent } else { Sort::LastReport }),
            current: sort.as_str(),
        },
        rows: page.devices.iter().map(|device| row(device, chrome)).collect(),
        first: filter.after.is_some().then(|| href(&DeviceFilter { after: None, ..filter.clone() })),
        next: page.next.as_ref().map(|next| href(&DeviceFilter { after: Some(*next), ..filter.clone() })),
    })
}

/// The address of the list with this filter.
pub fn href(filter: &DeviceFilter) -> String {
    format!("/devices{}", filter.to_query())
}

#[derive(Template)]
#[template(path = "devices.html")]
struct List<'a> {
    f: Frame<'a>,
    empty: bool,
    count: String,
    export_label: String,
    export: String,
    order: &'static str,
    q: String,
    choices: Vec<Choice>,
    chips: Vec<Chip>,
    kept: Option<&'static str>,
    clear: Option<String>,
    sorts: Sorts,
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
}

struct Sorts {
    attention: String,
    device: String,
    last: String,
    current: &'static str,
}

struct Choice {
    name: &'static str,
    label: &'static str,
    options: Vec<Opt>,
}

struct Opt {
    value: String,
    label: String,
    selected: bool,
}

struct Chip {
    name: &'static str,
    value: String,
    shown: String,
    label: &'static str,
    href: String,
    remove: String,
}

pub(super) struct Row {
    href: String,
    label: String,
    shape: &'static str,
    state: String,
    model: String,
    system: String,
    group: String,
    check: Option<String>,
    why: String,
    until: Option<String>,
    fine: bool,
    evidence: Option<Tag>,
    since: String,
    last: String,
}

/// A grade of evidence as a small tag.
pub(super) struct Tag {
    pub(super) word: String,
    pub(super) strong: bool,
}

impl Tag {
    pub(super) fn of(evidence: Evidence, chrome: &Chrome) -> Self {
        let strong = matches!(evidence, Evidence::HardwareAttested | Evidence::MdmConfirmed);
        Self { word: judged::evidence(chrome.language, evidence), strong }
    }
}

fn choices(filter: &DeviceFilter, groups: &[String], chrome: &Chrome) -> Vec<Choice> {
    let language = chrome.language;
    let state = STATES.iter().map(|state| (state.as_str().to_owned(), judged::state(language, *state))).collect();
    let check = Check::ALL.iter().map(|c| (c.as_str().to_owned(), judged::check(language, *c))).collect();
    let platform = Platform::ALL.iter().map(|p| (p.as_str().to_owned(), judged::platform(*p))).collect();
    let evidence =
        Evidence::ALL.iter().rev().map(|e| (e.as_str().to_owned(), judged::evidence(language, *e))).collect();
    let mut all = vec![
        choice("state", language.say("filter.state"), state, filter.state.map(DeviceState::as_str), chrome),
        choice("check", language.say("filter.check"), check, filter.check.map(Check::as_str), chrome),
        choice("platform", language.say("filter.platform"), platform, filter.platform.map(Platform::as_str), chrome),
    ];
    if !groups.is_empty() {
        let mut names: Vec<_> = groups.iter().map(|group| (group.clone(), group.clone())).collect();
        if let Some(group) = filter.group.as_ref().filter(|group| !groups.contains(group)) {
            names.push((group.clone(), group.clone()));
        }
        all.push(choice("group", language.say("filter.group"), names, filter.group.as_deref(), chrome));
    }
    all.push(reasons(filter, chrome));
    let label = language.say("filter.evidence");
    all.push(choice("evidence", label, evidence, filter.evidence.map(Evidence::as_str), chrome));
    if groups.is_empty()
        && let Some(group) = &filter.group
    {
        let names = vec![(group.clone(), group.clone())];
        all.push(choice("group", language.say("filter.group"), names, Some(group), chrome));
    }
    all
}

/// The reasons that ask for another device rather than for a person's step, and whichever a link brought.
fn reasons(filter: &DeviceFilter, chrome: &Chrome) -> Choice {
    let language = chrome.language;
    let mut options = UNFIXABLE.map(|(code, key)| (code.to_owned(), language.say(key).to_owned())).to_vec();
    if let Some(code) = filter.reason.as_ref().filter(|code| UNFIXABLE.iter().all(|(known, _)| code != known)) {
        options.push((code.clone(), judged::reason(language, code)));
    }
    choice("reason", language.say("filter.reason"), options, filter.reason.as_deref(), chrome)
}

fn choice(
    name: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: Option<&str>,
    chrome: &Chrome,
) -> Choice {
    let any = Opt {
        value: String::new(),
        label: format!("{label}: {}", chrome.language.say("filter.any")),
        selected: chosen.is_none(),
    };
    let rest = options.into_iter().map(|(value, label)| Opt { selected: chosen == Some(&*value), value, label });
    Choice { name, label, options: std::iter::once(any).chain(rest).collect() }
}

/// Filters that have no control of their own: they come from links and go by their cross.
fn chips(filter: &DeviceFilter, chrome: &Chrome) -> Vec<Chip> {
    let (language, when) = (chrome.language, chrome.when());
    let without = |change: fn(&mut DeviceFilter)| {
        let mut rest = DeviceFilter { after: None, ..filter.clone() };
        change(&mut rest);
        href(&rest)
    };
    let version = |text: &String| match text.as_str() {
        UNREAD => (text.clone(), language.say("adoption.unread").to_owned()),
        _ => (text.clone(), text.clone()),
    };
    let verdict = filter.verdict.map(|verdict| {
        let (word, in_grace) = if verdict == Answer::InGrace { ("fail", true) } else { (verdict.as_str(), false) };
        (verdict.as_str().to_owned(), judged::span(language, word, in_grace))
    });
    let deadline = filter.deadline_before.map(|at| (at.to_string(), when.moment(at)));
    let left = filter.left.map(|left| (left.as_str().to_owned(), language.say("filter.left.yes").to_owned()));
    [
        ("verdict", verdict, "filter.verdict", without(|f| f.verdict = None)),
        ("os", filter.os.as_ref().map(version), "filter.os", without(|f| f.os = None)),
        ("patch", filter.patch.as_ref().map(version), "filter.patch", without(|f| f.patch = None)),
        ("whatsapp", filter.whatsapp.as_ref().map(version), "filter.whatsapp", without(|f| f.whatsapp = None)),
        ("deadlineBefore", deadline, "filter.deadline", without(|f| f.deadline_before = None)),
        ("left", left, "filter.left", without(|f| f.left = None)),
    ]
    .into_iter()
    .filter_map(|(name, given, key, href)| {
        let (value, shown) = given?;
        let label = language.say(key);
        let remove = language.fill("filter.remove", &[("name", label)]);
        Some(Chip { name, value, shown, label, href, remove })
    })
    .collect()
}

fn row(device: &DeviceRow, chrome: &Chrome) -> Row {
    let (language, when) = (chrome.language, chrome.when());
    // What a stale device last said is old: its silence is the reason.
    let known = device.why.as_ref().filter(|_| device.state != DeviceState::Stale);
    let why = match (known, device.state, device.last_report) {
        (Some(why), ..) => judged::what(language, why.check, &why.code, &why.params),
        (None, DeviceState::Compliant, _) => language.say("row.all-pass").to_owned(),
        (None, _, Some(at)) => language.fill("row.silent", &[("ago", &when.ago(at))]),
        (None, _, None) => language.fill("row.silent", &[("ago", language.say("row.never"))]),
    };
    Row {
        href: format!("/devices/{}", device.id),
        label: device.label.clone(),
        shape: if device.left_at.is_some() { "unknown" } else { device.state.as_str() },
        state: state(device, chrome),
        model: model(device, chrome),
        system: system(device, chrome),
        group: device.group.clone(),
        fine: device.state == DeviceState::Compliant && device.why.is_none(),
        check: known.map(|why| judged::check(language, why.check)),
        until: known
            .and_then(|why| why.deadline)
            .map(|at| language.fill("device.until", &[("deadline", &when.moment(at))])),
        why,
        evidence: device.evidence.map(|evidence| Tag::of(evidence, chrome)),
        since: when.age(since(device)),
        last: device.last_report.map_or_else(|| language.say("row.never").to_owned(), |at| when.age(at)),
    }
}

/// Its state in a word; that it is gone, where it is.
pub(super) fn state(device: &DeviceRow, chrome: &Chrome) -> String {
    match (device.left_at, &device.closed) {
        (None, _) => judged::state(chrome.language, device.state),
        (Some(_), None) => chrome.language.say("device.left").to_owned(),
        (Some(_), Some(_)) => chrome.language.say("device.closed").to_owned(),
    }
}

/// Since when.
pub(super) fn since(device: &DeviceRow) -> jiff::Timestamp {
    device.left_at.unwrap_or(device.state_since)
}

pub(super) fn model(device: &DeviceRow, chrome: &Chrome) -> String {
    if device.model.is_empty() { chrome.language.say("row.no-model").to_owned() } else { device.model.clone() }
}

pub(super) fn system(device: &DeviceRow, chrome: &Chrome) -> String {
    let mut out = judged::platform(device.platform);
    if !device.os_version.is_empty() {
        out = format!("{out} {}", device.os_version);
    }
    if !device.security_patch.is_empty() {
        out = format!("{out} · {}", chrome.when().patch(&device.security_patch));
    }
    out
}

const fn sort_key(sort: Sort) -> &'static str {
    match sort {
        Sort::Attention => "sort.attention",
        Sort::LastReport => "sort.last-report",
        Sort::Silent => "sort.silent",
        Sort::Device => "sort.device",
    }
}
