//! What is shown of a device: its state, each check, and what lists and counts are made of. Made from a posture, and
//! compared with what was shown before, so that only what changed is written.

use std::collections::BTreeMap;

use agent_core::judge::{
    Check, DeviceFacts, DeviceState, Evidence, Platform, Posture, Verdict, facts::Reading, silence::Silence,
};
use jiff::Timestamp;
use serde_json::json;

use super::counts::{Counted, Kind};
use crate::store::to_ms;

/// One check as a span keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShownCheck {
    pub(crate) verdict: Verdict,
    pub(crate) in_grace: bool,
    pub(crate) code: String,
    /// The reason's parameters as JSON.
    pub(crate) params: String,
    pub(crate) since: Timestamp,
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) evidence: Option<Evidence>,
}

impl ShownCheck {
    /// Whether this is the same stretch of the timeline; parameters such as an age in days may move on within it.
    pub(super) fn continues(&self, other: &Self) -> bool {
        (self.verdict, self.in_grace, self.deadline, self.evidence)
            == (other.verdict, other.in_grace, other.deadline, other.evidence)
            && self.code == other.code
    }

    /// What it is counted as.
    const fn bucket(&self) -> &'static str {
        match (self.verdict, self.in_grace) {
            (Verdict::Fail, true) => "in-grace",
            (verdict, _) => verdict.as_str(),
        }
    }

    const fn weight(&self) -> u8 {
        match (self.verdict, self.in_grace) {
            (Verdict::Fail, false) => 0,
            (Verdict::Fail, true) => 1,
            (Verdict::Unknown, _) => 2,
            (Verdict::Nudge, _) => 3,
            (Verdict::Pass | Verdict::NotApplicable, _) => 4,
        }
    }
}

/// What is shown of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) state: DeviceState,
    pub(crate) silent: bool,
    pub(crate) checks: BTreeMap<Check, ShownCheck>,
    pub(crate) model: String,
    pub(crate) os_version: String,
    pub(crate) security_patch: String,
    pub(crate) whatsapp_version: String,
}

impl Shown {
    /// What a posture and silence show.
    pub(crate) fn of(posture: &Posture, silence: &Silence, facts: &DeviceFacts) -> Self {
        let checks = posture.checks.iter().map(|verdict| {
            let params: BTreeMap<&str, &str> = verdict.reason.params().into_iter().collect();
            let shown = ShownCheck {
                verdict: verdict.verdict,
                in_grace: verdict.verdict == Verdict::Fail && verdict.deadline.is_some(),
                code: verdict.reason.code().to_owned(),
                params: serde_json::to_string(&params).unwrap_or_default(),
                since: verdict.since,
                deadline: verdict.deadline,
                evidence: verdict.evidence,
            };
            (verdict.check, shown)
        });
        Self {
            state: silence.state,
            silent: silence.silent,
            checks: checks.collect(),
            model: text(&facts.model),
            os_version: text(&facts.os_version),
            security_patch: text(&facts.security_patch),
            whatsapp_version: text(&facts.whatsapp_business.version),
        }
    }

    /// The weakest evidence among its checks, but for those that nobody can answer but the person.
    pub(super) fn evidence(&self) -> Option<Evidence> {
        let measured =
            self.checks.iter().filter(|(check, _)| !matches!(check, Check::UsageRules | Check::Declarations));
        measured.filter_map(|(_, shown)| shown.evidence).min()
    }

    /// When its grace ends, while it is in grace.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        (self.state == DeviceState::InGrace)
            .then(|| self.checks.values().filter_map(|check| check.deadline).min())
            .flatten()
    }

    /// The weightiest check that does not pass, as JSON for lists.
    pub(super) fn why(&self) -> Option<String> {
        let (check, shown) = self.checks.iter().min_by_key(|(_, shown)| shown.weight())?;
        (shown.weight() < 4).then(|| {
            let params: serde_json::Value = serde_json::from_str(&shown.params).unwrap_or_default();
            json!({ "check": check, "code": shown.code, "params": params, "deadline": shown.deadline.map(to_ms) })
                .to_string()
        })
    }

    /// 0 for what needs somebody most, 4 for what needs nobody.
    pub(super) const fn attention(&self) -> i64 {
        match self.state {
            DeviceState::NotCompliant => 0,
            DeviceState::InGrace => 1,
            DeviceState::Unknown => 2,
            DeviceState::Stale => 3,
            DeviceState::Compliant => 4,
        }
    }

    /// Everything that the device is counted in.
    pub(crate) fn counted(&self, platform: Platform) -> Vec<Counted> {
        let on = |kind, version: &str| (kind, platform.to_string(), version.to_owned());
        let evidence = self.evidence().map_or("", Evidence::as_str);
        let mut counted = vec![
            (Kind::State, self.state.to_string(), String::new()),
            (Kind::Evidence, evidence.to_owned(), String::new()),
            on(Kind::Os, &self.os_version),
        ];
        if platform == Platform::Android {
            counted.push(on(Kind::Patch, &self.security_patch));
        }
        if matches!(platform, Platform::Android | Platform::Ios) {
            counted.push(on(Kind::Whatsapp, &self.whatsapp_version));
        }
        for (check, shown) in &self.checks {
            counted.push((Kind::Check, check.to_string(), shown.bucket().to_owned()));
            if let Some(grade) = shown.evidence {
                counted.push((Kind::Grade, grade.to_string(), check.to_string()));
            }
            if shown.weight() < 4 {
                counted.push((Kind::Reason, check.to_string(), shown.code.clone()));
            }
        }
        counted
    }
}

/// A text fact for lists: cut, so that no device can fill them; empty when unknown.
fn text(reading: &Reading<String>) -> String {
    reading.value().map(|text| text.chars().take(80).collect()).unwrap_or_default()
}
