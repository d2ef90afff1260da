//! What device management says, beside what the device reports of itself.
//!
//! Of two words the newer counts where the fact can have changed between them: a version that went forward, or a state
//! more than a day later. Fresh words that contradict each other make the fact unknown, and both are shown.

use std::cmp::Ordering;

use agent_core::judge::{
    Evidence, Platform, Reading, UnknownReason,
    version::{WhatsappAndroid, WhatsappIos},
};
use jiff::{SignedDuration, Timestamp};

use super::{Disagreement, Effective, compare_os, compare_patch};
use crate::mdm::{Managed, ManagedApp, Told};

/// Two words further apart than this do not contradict each other: what they are about changed between them.
const TOGETHER: SignedDuration = SignedDuration::from_hours(24);

/// When each fact was so that is known.
pub(super) fn moments(managed: &Managed) -> impl Iterator<Item = Timestamp> {
    let facts = &managed.facts;
    [
        facts.model.as_ref().map(|told| told.at),
        facts.os_version.as_ref().map(|told| told.at),
        facts.security_patch.as_ref().map(|told| told.at),
        facts.storage_encryption.as_ref().map(|told| told.at),
        facts.screen_lock.as_ref().map(|told| told.at),
        facts.whatsapp_business.as_ref().map(|told| told.at),
        facts.whatsapp_consumer.as_ref().map(|told| told.at),
    ]
    .into_iter()
    .flatten()
}

/// Joins what is fresh.
pub(super) fn join(
    effective: &mut Effective<'_>,
    managed: &Managed,
    reported_at: Option<Timestamp>,
    is_fresh: impl Fn(Timestamp) -> bool,
) {
    let platform = effective.facts.platform;
    let joined = effective.facts.to_mut();
    let mut scales =
        Scales { source: &managed.source, reported_at, is_fresh: &is_fresh, found: &mut effective.disagreements };
    let by_os = |a: &String, b: &String| compare_os(platform, a, b);
    let by_patch = |a: &String, b: &String| compare_patch(a, b);
    let by_app = |a: &String, b: &String| compare_whatsapp(platform, a, b);
    let told = &managed.facts;
    // The names of models differ by who prints them.
    if let (Reading::Unknown { .. }, Some(model)) = (&joined.model, &told.model)
        && is_fresh(model.at)
    {
        joined.model = Reading::known(model.value.clone(), Evidence::MdmConfirmed);
    }
    // A device does not tell the letter of a rapid response; management does, and means the same version.
    if let (Reading::Known { value, .. }, Some(managed)) = (&mut joined.os_version, &told.os_version)
        && is_fresh(managed.at)
        && managed
            .value
            .split_once(" (")
            .is_some_and(|(bare, _)| by_os(value, &bare.to_owned()) == Some(Ordering::Equal))
    {
        value.clone_from(&managed.value);
    }
    scales.weigh("osVersion", &mut joined.os_version, told.os_version.as_ref(), Some(&by_os));
    scales.weigh("securityPatch", &mut joined.security_patch, told.security_patch.as_ref(), Some(&by_patch));
    scales.weigh("storageEncryption", &mut joined.storage_encryption, told.storage_encryption.as_ref(), None);
    scales.weigh("screenLock", &mut joined.screen_lock, told.screen_lock.as_ref(), None);
    scales.weigh("whatsappConsumer", &mut joined.whatsapp_consumer, told.whatsapp_consumer.as_ref(), None);
    if let Some(Told { value: ManagedApp { presence, version, has_update_available, .. }, at }) =
        &told.whatsapp_business
    {
        let app = &mut joined.whatsapp_business;
        let presence = Told { value: *presence, at: *at };
        scales.weigh("whatsappBusiness.presence", &mut app.presence, Some(&presence), None);
        let version = version.as_ref().map(|version| Told { value: version.clone(), at: *at });
        scales.weigh("whatsappBusiness.version", &mut app.version, version.as_ref(), Some(&by_app));
        // What the store offers is said of the version that management saw, and of no other.
        if let (Some(offers), Some(seen), Some(judged)) = (has_update_available, &version, app.version.value())
            && is_fresh(*at)
            && (seen.value == *judged || by_app(&seen.value, judged) == Some(Ordering::Equal))
        {
            app.update_offered = Reading::known(*offers, Evidence::MdmConfirmed);
        }
    }
}

/// How two versions of WhatsApp compare; none where one cannot be read.
fn compare_whatsapp(platform: Platform, a: &str, b: &str) -> Option<Ordering> {
    match platform {
        Platform::Android => Some(a.parse::<WhatsappAndroid>().ok()?.cmp(&b.parse().ok()?)),
        Platform::Ios => Some(a.parse::<WhatsappIos>().ok()?.cmp(&b.parse().ok()?)),
        Platform::Linux | Platform::Macos | Platform::Windows => None,
    }
}

/// How two values of a fact follow each other, where they do.
type Compare<'a, T> = Option<&'a dyn Fn(&T, &T) -> Option<Ordering>>;

/// Weighs two words on one fact.
struct Scales<'a> {
    source: &'a str,
    reported_at: Option<Timestamp>,
    is_fresh: &'a dyn Fn(Timestamp) -> bool,
    found: &'a mut Vec<Disagreement>,
}

impl Scales<'_> {
    fn weigh<T: Clone + PartialEq + std::fmt::Debug + serde::Serialize>(
        &mut self,
        fact: &'static str,
        reading: &mut Reading<T>,
        told: Option<&Told<T>>,
        compare: Compare<'_, T>,
    ) {
        let Some(Told { value: managed, at }) = told.filter(|told| (self.is_fresh)(told.at)) else { return };
        let Reading::Known { value: reported, evidence } = reading else {
            *reading = Reading::known(managed.clone(), Evidence::MdmConfirmed);
            return;
        };
        let order = compare.and_then(|compare| compare(reported, managed));
        if reported == managed || order == Some(Ordering::Equal) {
            *evidence = (*evidence).max(Evidence::MdmConfirmed);
            return;
        }
        let reported_at = self.reported_at.unwrap_or(Timestamp::MIN);
        let apart = at.duration_since(reported_at);
        match order {
            // It was updated after management looked, or after it reported.
            Some(Ordering::Greater) if *at <= reported_at => return,
            Some(Ordering::Less) if *at > reported_at => {
                *reading = Reading::known(managed.clone(), Evidence::MdmConfirmed);
                return;
            }
            _ if apart > TOGETHER => {
                *reading = Reading::known(managed.clone(), Evidence::MdmConfirmed);
                return;
            }
            _ if apart < -TOGETHER => return,
            _ => {}
        }
        let word = |value: &T| match serde_json::to_value(value) {
            Ok(serde_json::Value::String(text)) => text,
            Ok(other) => other.to_string(),
            Err(_) => String::new(),
        };
        self.found.push(Disagreement {
            fact,
            report: word(reported),
            source: self.source.to_owned(),
            other: word(managed),
        });
        // What hardware signed is not shaken by what a server believes.
        if *evidence < Evidence::HardwareAttested {
            *reading = Reading::unknown(UnknownReason::SourcesDisagree);
        }
    }
}
