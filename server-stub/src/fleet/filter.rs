//! What to list: filters, order and page, all of it written in the URL's query.

use agent_core::judge::{Check, DeviceState, Evidence, Platform};
use jiff::Timestamp;
use serde::Serialize;
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use super::{cursor::Cursor, sort::Sort};
use crate::{judging::quarantine::QuarantineView, spelt::spelt};

/// What to list. Every field is one parameter of the query; an absent one does not filter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct DeviceFilter {
    /// Text to find in id, label, model, group or version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// The state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub state: Option<DeviceState>,
    /// A check that does not pass (fails, nudges or is unknown), or that came to `verdict`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub check: Option<Check>,
    /// What a check came to: `check`, or any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Answer>,
    /// A reason code, such as `whatsapp-business.below-floor`: of `check`, or of any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub platform: Option<Platform>,
    /// The group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The version of the operating system; `unknown` where it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// The security patch level; `unknown` where it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<String>,
    /// The version of WhatsApp Business; `unknown` where it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whatsapp: Option<String>,
    /// The weakest grade of evidence among the device's checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub evidence: Option<Evidence>,
    /// Devices in grace whose deadline is not after this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub deadline_before: Option<Timestamp>,
    /// `yes`: the devices that have left, which are found by nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<Left>,
    /// The order; absent: what needs attention first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Sort>,
    /// Where the page begins: the cursor that the page before gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub after: Option<Cursor>,
    /// How many rows, 1 to 200; absent: 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// The value of a version's parameter that stands for one that could not be read.
pub const UNREAD: &str = "unknown";

spelt! {
    /// What a check came to: its verdict, with failing in grace apart.
    #[derive(Serialize, ToSchema)]
    #[serde(rename_all = "kebab-case")]
    Answer {
        /// It passes.
        Pass = "pass",
        /// It nudges.
        Nudge = "nudge",
        /// It fails within grace.
        InGrace = "in-grace",
        /// It fails beyond grace.
        Fail = "fail",
        /// It could not be answered.
        Unknown = "unknown",
        /// It is not asked of the device.
        NotApplicable = "not-applicable",
    }
}

spelt! {
    /// Whether devices that have left are asked for.
    #[derive(Serialize, ToSchema)]
    #[serde(rename_all = "kebab-case")]
    Left {
        /// These alone.
        Yes = "yes",
    }
}

/// A parameter of the query that cannot be used. Its words go to whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{parameter}` {takes}")]
pub struct FilterError {
    /// The parameter, cut to 40 characters.
    pub parameter: String,
    /// What it takes.
    pub takes: String,
}

impl FilterError {
    pub(crate) fn new(parameter: &str, takes: impl Into<String>) -> Self {
        Self { parameter: parameter.chars().take(40).collect(), takes: takes.into() }
    }
}

const NAMES: &str = "q, state, check, verdict, reason, platform, group, os, patch, whatsapp, evidence, deadlineBefore, \
                     left, sort, after, limit";
/// The longest text that a filter holds.
const LONGEST: usize = 100;
/// The most rows of one page.
pub const MOST: u32 = 200;

impl DeviceFilter {
    /// This filter, on the devices of the build that a quarantine is about.
    pub(crate) fn on_build_of(self, quarantine: &QuarantineView) -> Self {
        Self {
            platform: Platform::from_word(&quarantine.platform),
            os: Some(quarantine.os_version.clone()),
            patch: Some(quarantine.security_patch.clone()).filter(|patch| !patch.is_empty()),
            ..self
        }
    }

    /// The filter of a query. A parameter without a value, as a form sends it, does not filter.
    ///
    /// # Errors
    /// Names the first parameter that does not exist or cannot have its value.
    pub fn from_query(query: &str) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            if value.chars().count() > LONGEST {
                return Err(FilterError::new(&name, format!("is at most {LONGEST} characters long")));
            }
            let given = (!value.is_empty()).then_some(value);
            let text = || given.map(str::to_owned);
            match &*name {
                "q" => filter.q = text(),
                "state" => filter.state = one_of(&name, given, DeviceState::ALL, DeviceState::as_str)?,
                "check" => filter.check = one_of(&name, given, Check::ALL, Check::as_str)?,
                "verdict" => filter.verdict = one_of(&name, given, Answer::ALL, Answer::as_str)?,
                "reason" => filter.reason = text(),
                "platform" => filter.platform = one_of(&name, given, Platform::ALL, Platform::as_str)?,
                "group" => filter.group = text(),
                "os" => filter.os = text(),
                "patch" => filter.patch = text(),
                "whatsapp" => filter.whatsapp = text(),
                "evidence" => filter.evidence = one_of(&name, given, Evidence::ALL, Evidence::as_str)?,
                "deadlineBefore" => filter.deadline_before = given.map(|value| moment(&name, value)).transpose()?,
                "left" => filter.left = one_of(&name, given, Left::ALL, Left::as_str)?,
                "sort" => filter.sort = one_of(&name, given, Sort::ALL, Sort::as_str)?,
                "after" => filter.after = given.map(cursor).transpose()?,
                "limit" => {
                    let limit = given.map(|value| value.parse().ok().filter(|limit| (1..=MOST).contains(limit)));
                    filter.limit = match limit {
                        Some(None) => return Err(FilterError::new(&name, format!("is a number from 1 to {MOST}"))),
                        Some(limit) => limit,
                        None => None,
                    };
                }
                _ => return Err(FilterError::new(&name, format!("is no parameter of a list; there are {NAMES}"))),
            }
        }
        if filter.after.as_ref().is_some_and(|after| !after.fits(filter.sort.unwrap_or_default())) {
            return Err(FilterError::new("after", "belongs to another `sort`; begin again without it"));
        }
        Ok(filter)
    }

    /// The query of this filter, with its question mark; empty when nothing is asked.
    pub fn to_query(&self) -> String {
        let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(self) else { return String::new() };
        if fields.is_empty() {
            return String::new();
        }
        let mut out = form_urlencoded::Serializer::for_suffix("?".to_owned(), 1);
        for (name, value) in fields {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            out.append_pair(&name, &text);
        }
        out.finish()
    }

    /// The same without order and page: which devices it finds.
    #[must_use]
    pub fn found(&self) -> Self {
        Self { sort: None, after: None, limit: None, ..self.clone() }
    }
}

fn one_of<T: Copy>(
    name: &str,
    given: Option<&str>,
    all: &[T],
    spelling: fn(T) -> &'static str,
) -> Result<Option<T>, FilterError> {
    let Some(given) = given else { return Ok(None) };
    let found = all.iter().find(|value| spelling(**value) == given);
    found.copied().map(Some).ok_or_else(|| {
        let words: Vec<_> = all.iter().map(|value| spelling(*value)).collect();
        FilterError::new(name, format!("is one of {}", words.join(", ")))
    })
}

/// A moment of a query.
pub(crate) fn moment(name: &str, given: &str) -> Result<Timestamp, FilterError> {
    given.parse().map_err(|_| FilterError::new(name, "is a moment such as 2026-11-24T09:00:00Z"))
}

fn cursor(given: &str) -> Result<Cursor, FilterError> {
    given.parse().map_err(|_| FilterError::new("after", "is the `next` of the page before, as it was given"))
}

#[cfg(test)]
mod tests {
    use agent_core::wire::id::DeviceId;

    use super::*;

    #[test]
    fn a_filter_survives_its_own_address() {
        let all = DeviceFilter {
            q: Some("Pixel 8 & <b>".into()),
            state: Some(DeviceState::NotCompliant),
            check: Some(Check::WhatsappBusiness),
            verdict: Some(Answer::InGrace),
            reason: Some("whatsapp-business.below-floor".into()),
            platform: Some(Platform::Android),
            group: Some("ventas/ñ".into()),
            os: Some("16".into()),
            patch: Some("2026-11-05".into()),
            whatsapp: Some("2.26.14.2".into()),
            evidence: Some(Evidence::OsReported),
            deadline_before: "2026-11-25T08:00:00Z".parse().ok(),
            left: Some(Left::Yes),
            sort: Some(Sort::Silent),
            after: Some(Cursor::Report { at: Some(7), device: DeviceId::new(1, [9; 12]) }),
            limit: Some(20),
        };
        let query = all.to_query();
        assert_eq!(DeviceFilter::from_query(query.strip_prefix('?').unwrap()).unwrap(), all);
        assert_eq!(DeviceFilter::default().to_query(), "");
    }

    #[test]
    fn what_a_form_leaves_empty_does_not_filter_and_nonsense_names_its_parameter() {
        let form = DeviceFilter::from_query("q=+&state=&check=&platform=android&limit=").unwrap();
        assert_eq!(form, DeviceFilter { platform: Some(Platform::Android), ..DeviceFilter::default() });
        let long = format!("q={}", "x".repeat(101));
        for (wrong, parameter) in [
            ("state=green", "state"),
            ("colour=green", "colour"),
            ("limit=many", "limit"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("deadlineBefore=soon", "deadlineBefore"),
            ("after=x", "after"),
            ("sort=device&after=a0.7.00000040G2081040G2081040G2", "after"),
            (&long, "q"),
        ] {
            assert_eq!(DeviceFilter::from_query(wrong).unwrap_err().parameter, parameter, "{wrong}");
        }
        let said = DeviceFilter::from_query("state=green").unwrap_err().to_string();
        assert_eq!(said, "`state` is one of compliant, in-grace, not-compliant, unknown, stale");
    }
}
