//! One device: each check with its reason, evidence and history, and the report as it was received.

use agent_core::judge::{Verdict, facts::BootState, text};
use askama::Template;
use axum::response::Html;

use super::{
    Chrome, Frame, Place,
    chart::{self, Part},
    closing::{self, Closer},
    devices::{self, Tag},
    finish, judged, shape,
    words::{Language, Speak as _},
};
use crate::{
    attestation::Reason,
    evidence::{KeptEvidence, Values},
    fleet::{
        Device, Span,
        device::{DeviceCheck, Finding, Level, ReceivedReport},
        statements::ReceivedStatement,
    },
};

/// The page of one device. Whoever calls this writes the view to the access log first, and says whether the viewer may
/// close the device.
pub fn render(device: &Device, may_close: bool, chrome: &Chrome) -> Html<String> {
    let (language, when) = (chrome.language, chrome.when());
    let row = &device.row;
    // A computer seldom tells its model; its system names it better than a gap does.
    let model = if row.model.is_empty() { devices::system(row, chrome) } else { row.model.clone() };
    let mut about = Vec::new();
    if !row.group.is_empty() {
        about.push(row.group.clone());
    }
    about.push(devices::system(row, chrome));
    if !device.agent_version.is_empty() {
        about.push(language.fill("device.agent", &[("version", &device.agent_version)]));
    }
    match &device.last_report {
        Some(report) => {
            about.push(language.fill("device.last", &[("ago", &when.ago(report.received_at))]));
            about.push(language.fill("device.sequence", &[("n", &when.number(report.sequence))]));
        }
        None => about.push(language.fill("device.never", &[("ago", &when.ago(device.enrolled_at))])),
    }
    let mut since = language.fill("device.since", &[("at", &when.moment(row.state_since))]);
    if let Some(at) = row.left_at {
        since = match &device.closed {
            Some(closed) => closing::since(closed, &when.moment(at), language),
            None => language.fill("device.left.since", &[("at", &when.moment(at))]),
        };
    } else if device.silent {
        since = format!("{since} {}", language.say("device.silent"));
    }
    let is_elsewhere = |check: &&DeviceCheck| check.code == "not-on-this-platform";
    let (elsewhere, mut shown): (Vec<_>, Vec<_>) = device.checks.iter().partition(is_elsewhere);
    shown.sort_by_key(|check| weight(check));
    let asking: Vec<_> = shown.iter().filter(|check| asks(check) && row.left_at.is_none()).collect();
    finish(&Page {
        f: Frame::new(chrome, Place::Devices, format!("{model} {}", row.label)),
        model,
        label: row.label.clone(),
        id: row.id.to_string(),
        shape: if row.left_at.is_some() { "unknown" } else { row.state.as_str() },
        state: if row.left_at.is_some() {
            language.say(if device.closed.is_some() { "device.closed" } else { "device.left" }).to_owned()
        } else {
            judged::state(language, row.state)
        },
        paused: device.paused_until.map(|until| language.fill("device.paused", &[("at", &when.moment(until))])),
        since,
        about: about.join(" · "),
        overall: chart::history(&device.history, &when),
        periods: periods(device, chrome),
        told: [language, language.other()]
            .into_iter()
            .map(|language| (language.as_str(), asking.iter().map(|check| Told::of(check, language)).collect()))
            .collect(),
        checks: shown.iter().map(|check| self::check(check, chrome)).collect(),
        elsewhere: (!elsewhere.is_empty()).then(|| {
            let names: Vec<_> = elsewhere.iter().map(|check| judged::check(language, check.check)).collect();
            let platform = judged::platform(row.platform);
            language.fill("device.elsewhere", &[("platform", &platform), ("checks", &names.join(", "))])
        }),
        levels: device.levels.iter().map(|one| level(one, language)).collect(),
        report: device.last_report.as_ref().map(|report| received(report, chrome)),
        proofs: device.attestations.iter().map(|one| proof(one, device, chrome)).collect(),
        said: device.statements.iter().map(|statement| said(statement, chrome)).collect(),
        gaps: if device.gaps == 0 { language.say("device.gaps.none").to_owned() } else { when.number(device.gaps) },
        findings: device.findings.iter().map(|finding| odd(finding, chrome)).collect(),
        thumbprint: device.key_thumbprint.clone(),
        enrolled: when.moment(device.enrolled_at),
        closer: Closer::of(device, chrome).filter(|_| may_close),
        views: device.views.iter().take(8).map(|view| (when.moment(view.at), role(language, &view.role))).collect(),
    })
}

#[derive(Template)]
#[template(path = "device.html")]
struct Page<'a> {
    f: Frame<'a>,
    model: String,
    label: String,
    id: String,
    shape: &'static str,
    state: String,
    since: String,
    paused: Option<String>,
    about: String,
    overall: Vec<Part>,
    periods: Vec<Period>,
    checks: Vec<Row>,
    elsewhere: Option<String>,
    /// In the viewer's language, then in the other.
    told: Vec<(&'static str, Vec<Told>)>,
    levels: Vec<(&'static str, String)>,
    report: Option<Report>,
    proofs: Vec<Proof>,
    said: Vec<Said>,
    gaps: String,
    thumbprint: String,
    enrolled: String,
    /// What closes the device; none where the viewer may not, or it is closed.
    closer: Option<Closer>,
    views: Vec<(String, String)>,
    findings: Vec<String>,
}

struct Row {
    shape: &'static str,
    word: String,
    name: String,
    what: String,
    /// What IT does where the person can do nothing.
    replace: Option<&'static str>,
    quarantined: Option<String>,
    evidence: Option<Tag>,
    history: Vec<Part>,
    length: String,
    since: String,
    deadline: Option<String>,
}

/// A row of the table beside the bars.
struct Period {
    subject: String,
    shape: &'static str,
    word: String,
    from: String,
    to: String,
    why: String,
    policy: String,
}

/// Every span that the bars draw, the device's own first, newest first.
fn periods(device: &Device, chrome: &Chrome) -> Vec<Period> {
    let (language, when) = (chrome.language, chrome.when());
    let row = |subject: String, span: &Span, why: String| Period {
        subject,
        shape: shape::of_word(&span.word, span.in_grace),
        word: judged::span(language, &span.word, span.in_grace),
        from: when.moment(span.since),
        to: span.until.map_or_else(|| language.say("span.now").to_owned(), |until| when.moment(until)),
        why,
        policy: when.number(span.policy_revision),
    };
    let overall = device.history.iter().rev();
    let own = overall.map(|span| row(language.say("device.overall").to_owned(), span, String::new()));
    let checks = device.checks.iter().flat_map(|check| {
        let name = judged::check(language, check.check);
        let spans = check.history.iter().rev().filter(|span| !span.code.is_empty());
        spans.map(move |span| row(name.clone(), span, judged::what(language, check.check, &span.code, &span.params)))
    });
    own.chain(checks).collect()
}

/// What the person reads of one check.
struct Told {
    name: String,
    what: String,
    why: String,
    fix: Option<String>,
}

impl Told {
    fn of(check: &DeviceCheck, language: Language) -> Self {
        let text::Told { title, what, why, fix } = judged::told(language, check.check, &check.code, &check.params);
        Self { name: title, what, why, fix }
    }
}

struct Report {
    signed: bool,
    signature: String,
    received: String,
    made: String,
    skew: String,
    fresh: &'static str,
    hash: String,
    payload: String,
}

/// One piece of evidence for the device's key.
struct Proof {
    current: bool,
    shape: &'static str,
    verdict: String,
    when: String,
    age: Option<String>,
    gaps: Vec<String>,
    values: Vec<(&'static str, String)>,
}

fn proof(kept: &KeptEvidence, device: &Device, chrome: &Chrome) -> Proof {
    let (language, when) = (chrome.language, chrome.when());
    let verdict = |key: &str| language.say(key).to_owned();
    let Some(judged) = &kept.judged else {
        let verdict = verdict("device.proof.unasked");
        return Proof {
            current: kept.current,
            shape: "stale",
            verdict,
            when: String::new(),
            age: None,
            gaps: Vec::new(),
            values: Vec::new(),
        };
    };
    let at = when.moment(judged.challenged_at.unwrap_or(judged.received_at));
    let asserted = judged.asserted.as_ref();
    let attested = asserted.and_then(|asserted| asserted.attested_at).map(|at| when.moment(at));
    let told = proof_told(language, asserted.is_some(), &at, attested.as_deref());
    let age = device.attested_until.filter(|_| kept.current && judged.values != Values::default()).map(|until| {
        let key = if chrome.now < until { "device.proof.until" } else { "device.proof.old" };
        language.fill(key, &[("at", &when.moment(until))])
    });
    let gaps = judged.gaps.iter().map(|gap| {
        let reason = Reason::ALL.iter().find(|reason| reason.code() == gap.reason);
        let words = reason.map_or(gap.reason.as_str(), |reason| reason.words(language));
        gap.detail.as_ref().map_or_else(|| words.to_owned(), |detail| format!("{words} ({detail})"))
    });
    Proof {
        current: kept.current,
        shape: if kept.proved { "compliant" } else { "unknown" },
        verdict: verdict(if kept.proved { "device.proof.good" } else { "device.proof.bad" }),
        when: told,
        age,
        gaps: gaps.collect(),
        values: proved_values(&judged.values, language),
    }
}

/// Of when a piece of evidence is and, of an assertion, the attestation that it rests on.
pub(super) fn proof_told(language: Language, asserts: bool, at: &str, attested: Option<&str>) -> String {
    match (asserts, attested) {
        (false, _) => language.fill("device.proof.when", &[("at", at)]),
        (true, None) => language.fill("device.proof.asserted-alone", &[("at", at)]),
        (true, Some(attested)) => language.fill("device.proof.asserted", &[("at", at), ("attested", attested)]),
    }
}

fn proved_values(values: &Values, language: Language) -> Vec<(&'static str, String)> {
    let boot = values.boot_state.map(|state| {
        let word = language.say(match state {
            BootState::Verified => "proof.boot.verified",
            BootState::SelfSigned => "proof.boot.self-signed",
            BootState::Unlocked => "proof.boot.unlocked",
            BootState::Failed => "proof.boot.failed",
        });
        values.boot_system.as_ref().map_or_else(|| word.to_owned(), |name| format!("{word} ({name})"))
    });
    let level = values.key_level.as_deref().map(|level| match level {
        "strong-box" => language.say("proof.level.strong-box").to_owned(),
        "trusted-environment" => language.say("proof.level.trusted-environment").to_owned(),
        "secure-enclave" => language.say("proof.level.secure-enclave").to_owned(),
        "software" => language.say("proof.level.software").to_owned(),
        other => other.to_owned(),
    });
    let genuine = |genuine: bool| language.say(if genuine { "proof.app.yes" } else { "proof.app.no" }).to_owned();
    let advisory = |version: &String| language.fill("proof.advisory", &[("version", version)]);
    [
        ("proof.level", level),
        ("proof.boot", boot),
        ("proof.os", values.os_version.clone().or_else(|| values.advisory_os_version.as_ref().map(advisory))),
        ("proof.patch", values.security_patch.clone()),
        ("proof.vendor-patch", values.vendor_patch.clone()),
        ("proof.boot-patch", values.boot_patch.clone()),
        ("proof.app", values.app_genuine.map(genuine)),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((language.say(key), value?)))
    .collect()
}

struct Said {
    what: String,
    when: String,
    signed: bool,
    signature: String,
    text_hash: Option<String>,
    hash: String,
    payload: String,
}

fn said(statement: &ReceivedStatement, chrome: &Chrome) -> Said {
    let (language, when) = (chrome.language, chrome.when());
    Said {
        what: what_was_said(statement, chrome),
        when: language.fill(
            "device.said.when",
            &[("at", &when.moment(statement.made_at)), ("n", &when.number(statement.number))],
        ),
        signed: statement.signature_verifies,
        signature: signature(language, statement.signature_verifies, &statement.algorithm),
        text_hash: statement.text_hash.clone(),
        hash: statement.hash.clone(),
        payload: statement.payload.clone(),
    }
}

fn what_was_said(statement: &ReceivedStatement, chrome: &Chrome) -> String {
    let (language, when) = (chrome.language, chrome.when());
    let about = statement.about.as_deref().unwrap_or_default();
    let shown_in = match statement.language.as_deref() {
        Some("es") => language.say("language.es"),
        _ => language.say("language.en"),
    };
    match (statement.kind.as_str(), statement.affirmed, statement.from, statement.until) {
        ("acknowledgement", ..) => {
            let version = statement.version.unwrap_or_default().to_string();
            let params = [("version", version.as_str()), ("language", shown_in)];
            match about {
                "notice" => language.fill("said.notice", &params),
                _ => language.fill("said.usage-rules", &params),
            }
        }
        ("declaration", Some(affirmed), ..) => {
            let declaration = judged::term(language, about);
            let params = [("declaration", declaration.as_str())];
            if affirmed { language.fill("said.affirmed", &params) } else { language.fill("said.denied", &params) }
        }
        ("pause", _, Some(from), Some(until)) if from >= until => {
            language.fill("said.pause.ended", &[("until", &when.moment(until))])
        }
        ("pause", _, Some(from), Some(until)) => {
            language.fill("said.pause", &[("from", &when.moment(from)), ("until", &when.moment(until))])
        }
        ("key-rotation", ..) => language.fill("said.key-rotation", &[("key", about)]),
        ("withdrawal", ..) => language.say("said.withdrawal").to_owned(),
        _ => language.say("said.unknown").to_owned(),
    }
}

fn signature(language: Language, verifies: bool, algorithm: &str) -> String {
    let algorithm = [("algorithm", algorithm)];
    if verifies {
        language.fill("device.signature.good", &algorithm)
    } else {
        language.fill("device.signature.bad", &algorithm)
    }
}

/// What needs somebody comes first; among equals the vocabulary's order stays.
fn weight(check: &DeviceCheck) -> u8 {
    match (check.verdict, check.in_grace) {
        (Verdict::Fail, false) => 0,
        (Verdict::Fail, true) => 1,
        (Verdict::Unknown, _) => 2,
        (Verdict::Nudge, _) => 3,
        (Verdict::Pass, _) => 4,
        (Verdict::NotApplicable, _) => 5,
    }
}

fn check(check: &DeviceCheck, chrome: &Chrome) -> Row {
    let (language, when) = (chrome.language, chrome.when());
    let shape = shape::of_verdict(check.verdict, check.in_grace);
    Row {
        shape,
        word: judged::verdict(language, check.verdict, check.in_grace),
        name: judged::check(language, check.check),
        what: judged::what(language, check.check, &check.code, &check.params),
        replace: super::devices::UNFIXABLE
            .iter()
            .any(|(code, _)| check.code == *code)
            .then(|| language.say("device.replace")),
        quarantined: check
            .quarantined_since
            .map(|at| language.fill("device.quarantined", &[("since", &when.moment(at))])),
        evidence: check.evidence.map(|evidence| Tag::of(evidence, chrome)),
        history: chart::history(&check.history, &when),
        length: when.length(check.since),
        since: language.fill("device.since.day", &[("day", &when.day(check.since))]),
        deadline: check.deadline.map(|at| language.fill("device.until", &[("deadline", &when.moment(at))])),
    }
}

/// Whether the person is asked to do something about it.
fn asks(check: &DeviceCheck) -> bool {
    match check.verdict {
        Verdict::Fail | Verdict::Nudge => true,
        Verdict::Unknown => Told::of(check, Language::En).fix.is_some(),
        Verdict::Pass | Verdict::NotApplicable => false,
    }
}

/// A level's name, and what it is or why that is not known.
fn level(level: &Level, language: Language) -> (&'static str, String) {
    let name = language.say(if level.fact == "vendorPatch" { "proof.vendor-patch" } else { "device.kernel" });
    let reason = || level.code.as_deref().map(|code| judged::reason(language, code));
    (name, level.value.clone().or_else(reason).unwrap_or_default())
}

fn received(report: &ReceivedReport, chrome: &Chrome) -> Report {
    let (language, when) = (chrome.language, chrome.when());
    let seconds = when.number(report.clock_skew.unsigned_abs());
    Report {
        signed: report.signature_verifies,
        signature: signature(language, report.signature_verifies, &report.algorithm),
        received: when.moment(report.received_at),
        made: when.moment(report.made_at),
        // A few seconds are the network's, not the clock's.
        skew: match report.clock_skew {
            -5..=5 => language.say("device.skew.none").to_owned(),
            6.. => language.fill("device.skew.ahead", &[("n", &seconds)]),
            _ => language.fill("device.skew.behind", &[("n", &seconds)]),
        },
        fresh: if report.fresh { language.say("device.fresh.yes") } else { language.say("device.fresh.no") },
        hash: report.hash.clone(),
        payload: report.payload.clone(),
    }
}

/// A finding in words; its kind where a newer server found one that is not known here.
fn odd(finding: &Finding, chrome: &Chrome) -> String {
    let when = chrome.when();
    let (number, at) = (when.number(finding.sequence), when.moment(finding.at));
    let part = |path: &str| {
        let found = finding.detail.pointer(path).and_then(|found| found.as_str());
        found.map_or_else(|| chrome.language.say("finding.nothing").to_owned(), str::to_owned)
    };
    let fill = |key: &str, more: &[(&str, &str)]| {
        chrome.language.fill(key, &[&[("n", number.as_str()), ("at", at.as_str())][..], more].concat())
    };
    match finding.kind.as_str() {
        "statement-conflict" => fill("finding.statement-conflict", &[]),
        "sequence-conflict" => fill("finding.sequence-conflict", &[]),
        "os-backwards" | "patch-backwards" => {
            let (before, after) = (part("/before/value"), part("/after/value"));
            let key = if finding.kind == "os-backwards" { "finding.os-backwards" } else { "finding.patch-backwards" };
            fill(key, &[("before", &before), ("after", &after)])
        }
        "key-level-fell" => {
            let (before, after) = (part("/before/keyLevel"), part("/after/keyLevel"));
            fill("finding.key-level-fell", &[("before", &before), ("after", &after)])
        }
        "evidence-fell" => {
            let reasons = finding.detail["reasons"].as_array().map_or(&[][..], Vec::as_slice).iter();
            let codes: Vec<&str> = reasons.filter_map(|code| code.as_str()).collect();
            fill("finding.evidence-fell", &[("reasons", &codes.join(", "))])
        }
        "counter-not-rising" => {
            let number = |path: &str| finding.detail[path].as_u64().map_or_else(String::new, |n| when.number(n));
            fill("finding.counter-not-rising", &[("before", &number("before")), ("after", &number("after"))])
        }
        "enrolled-again" => fill("finding.enrolled-again", &[("device", &closing::label(&part("/device")))]),
        "sources-disagree" => {
            let [fact, report, source, other] = ["/fact", "/report", "/source", "/other"].map(part);
            let sides = [("fact", &*fact), ("report", &*report), ("source", &*source), ("other", &*other)];
            fill("finding.sources-disagree", &sides)
        }
        other => other.to_owned(),
    }
}

/// A role's word; the role itself when a newer server wrote one that is not known here.
pub(super) fn role(language: Language, role: &str) -> String {
    match role {
        "owner" => language.say("role.owner").to_owned(),
        "viewer" => language.say("role.viewer").to_owned(),
        "api-token" => language.say("role.api-token").to_owned(),
        other => other.to_owned(),
    }
}
