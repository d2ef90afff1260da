//! One phone and the person who carries it: what a probe would see on any day of its life.

use agent_core::judge::facts::{
    AppFacts, BootState, Declaration, DeclarationMade, DeviceFacts, Evidence, LockComplexity, Platform, Presence,
    Reading, RootSign, RulesAcknowledgement, StorageEncryption, UnknownReason,
};
use jiff::{ToSpan, civil::Date};

use crate::{
    model::{ABANDONED, ANCIENT, Care, Model, OLD, STAYS, USUAL},
    random::Choices,
    release::{self, FORGOTTEN},
    story::Story,
};

/// The version of the rules of use that people acknowledge.
pub const RULES_VERSION: u32 = 3;

/// A phone with its person's habits.
#[derive(Debug, Clone)]
pub struct Phone {
    /// The group that it is enrolled in.
    pub group: String,
    /// The day on which it is enrolled.
    pub joins: Date,
    pub(crate) model: &'static Model,
    pub(crate) story: Story,
    ends: Date,
    /// The last day on which a silent phone was heard.
    last_heard: Option<Date>,
    app_lag: i64,
    system_lag: i64,
    acknowledges_after: i64,
    complexity: LockComplexity,
    consumer_until: Option<Date>,
    declares_after: i64,
    linked_devices_again: i64,
}

impl Phone {
    /// A phone with this story, its person's habits chosen from the stream. `last_heard` is the last day of a silent
    /// one.
    pub(crate) fn new(group: String, story: Story, begins: Date, ends: Date, choices: &mut Choices) -> Self {
        let platform = story.platform();
        let usual = |choices: &mut Choices| {
            choices
                .weighted(USUAL, |model| {
                    if platform.is_none_or(|platform| model.platform() == platform) { model.weight } else { 0 }
                })
                .unwrap_or(&USUAL[0])
        };
        let model = match story {
            Story::Abandoned => &ABANDONED,
            Story::Old => &OLD,
            Story::Ancient => &ANCIENT,
            Story::KeepsOldIos => &STAYS,
            _ => usual(choices),
        };
        let back = |days: i64| ends.checked_sub(days.days()).unwrap_or(ends).max(begins);
        let joins = match story {
            Story::JustJoined { back: days } | Story::Joined { back: days } => back(days),
            // A company enrols over its first days.
            _ => begins.checked_add(choices.between(0, 2).days()).unwrap_or(begins).min(ends),
        };
        let consumer = choices.percent(6);
        Self {
            group,
            joins,
            model,
            story,
            ends,
            last_heard: None,
            // Staged releases reach people over a week; some put updates off.
            app_lag: if choices.percent(12) { choices.between(10, 24) } else { choices.between(1, 8) },
            system_lag: if choices.percent(8) { choices.between(15, 26) } else { choices.between(1, 12) },
            acknowledges_after: if choices.percent(70) { 0 } else { choices.between(1, 6) },
            complexity: if choices.percent(45) { LockComplexity::High } else { LockComplexity::Medium },
            consumer_until: consumer.then(|| back(choices.between(-60, 60))),
            declares_after: if choices.percent(94) { choices.between(0, 4) } else { 10_000 },
            linked_devices_again: choices.between(55, 85),
        }
    }

    /// The phone is last heard on this day.
    pub(crate) fn falls_silent(&mut self, last_heard: Date) {
        self.last_heard = Some(last_heard);
    }

    /// The phone's platform.
    pub const fn platform(&self) -> Platform {
        self.model.platform()
    }

    /// The model's name, such as `Pixel 8` or `iPhone15,2`.
    pub const fn model(&self) -> &'static str {
        self.model.name
    }

    /// Whether it is used on this day at all: enrolled, and neither lost nor away.
    pub fn is_heard(&self, on: Date) -> bool {
        let away = matches!(self.story, Story::Away { from, to } if self.back(from) <= on && on <= self.back(to));
        on >= self.joins && !away && self.last_heard.is_none_or(|last| on <= last)
    }

    fn back(&self, days: i64) -> Date {
        self.ends.checked_sub(days.days()).unwrap_or(self.ends)
    }

    fn since_joining(&self, on: Date) -> i64 {
        i64::from(on.since(self.joins).map_or(0, |span| span.get_days()))
    }

    /// What a probe that may read everything sees on this day.
    pub fn facts(&self, on: Date) -> DeviceFacts {
        let android = self.platform() == Platform::Android;
        let secure = !matches!(self.story, Story::NoLock { from, to } if self.back(from) <= on && on < self.back(to));
        let mut facts = DeviceFacts::nothing_collected(self.platform());
        facts.model = Reading::reported(self.model.name.to_owned());
        facts.os_version = Reading::reported(self.os_version(on));
        facts.screen_lock = Reading::reported(secure);
        facts.storage_encryption = Reading::reported(StorageEncryption::PerUser);
        facts.whatsapp_business = self.whatsapp_business(on);
        let consumer = self.consumer_until.is_some_and(|until| on <= until);
        facts.whatsapp_consumer = Reading::reported(if consumer { Presence::Installed } else { Presence::Absent });
        facts.root_signs = Reading::known(self.root_signs(on), Evidence::Heuristic);
        facts.usage_rules = Reading::known(self.rules(on), Evidence::UserDeclared);
        facts.declarations = Reading::known(self.declarations(on), Evidence::UserDeclared);
        if android {
            let (developer, adb) = self.developer(on);
            facts.security_patch = Reading::reported(self.patch_level(on).to_string());
            facts.lock_complexity = Reading::reported(self.complexity(on, secure));
            facts.developer_options = Reading::reported(developer);
            facts.adb = Reading::reported(adb);
            // Only attestation can tell, and it is not part of these reports.
            facts.boot_state = Reading::<BootState>::unknown(UnknownReason::NotSupported);
        } else {
            facts.lock_complexity = Reading::unknown(UnknownReason::PlatformForbids);
        }
        facts
    }

    fn os_version(&self, on: Date) -> String {
        let version = match &self.model.care {
            Care::Ios { systems } if self.story == Story::KeepsOldIos => systems.first().map_or("", |first| first.0),
            Care::Android { systems, .. } | Care::Ios { systems } => release::newest(systems, on, self.system_lag),
        };
        version.to_owned()
    }

    fn patch_level(&self, on: Date) -> Date {
        match (self.story, &self.model.care) {
            // Four months and some days at the end: past what is allowed, and for a while in grace.
            (Story::Abandoned, _) => release::patch_level(self.back(141), 0, 1).min(release::patch_level(on, 10, 1)),
            (Story::Old | Story::Ancient, _) => release::patch_level(self.back(200), 0, 1),
            (_, Care::Android { lag, every, .. }) => release::patch_level(on, *lag + self.system_lag / 2, *every),
            (_, Care::Ios { .. }) => on,
        }
    }

    fn complexity(&self, on: Date, secure: bool) -> LockComplexity {
        match self.story {
            _ if !secure => LockComplexity::None,
            Story::WeakLock { from, to } if self.back(from) <= on && on < self.back(to) => LockComplexity::Low,
            _ => self.complexity,
        }
    }

    fn whatsapp_business(&self, on: Date) -> AppFacts {
        let archived = matches!(self.story, Story::Archived { back } if self.back(back) <= on);
        let side_loaded = matches!(self.story, Story::SideLoaded { back } if self.back(back) <= on);
        let presence = Reading::reported(if archived { Presence::Archived } else { Presence::Installed });
        if self.platform() != Platform::Android {
            // iOS lets no app read another's version; that takes device management.
            let forbidden = UnknownReason::PlatformForbids;
            return AppFacts {
                presence,
                version: Reading::unknown(forbidden),
                signers: Reading::unknown(forbidden),
                installer: Reading::unknown(forbidden),
                ..AppFacts::default()
            };
        }
        let version = match self.story {
            Story::NeverUpdates => FORGOTTEN,
            Story::UpdatesLate { back } if on < self.back(back) => FORGOTTEN,
            _ => release::newest(release::WHATSAPP_ANDROID, on, self.app_lag),
        };
        let installer = if side_loaded { "" } else { "com.android.vending" };
        AppFacts {
            presence,
            version: Reading::reported(version.to_owned()),
            signers: Reading::unknown(UnknownReason::NotSupported),
            installer: Reading::reported(installer.to_owned()),
            ..AppFacts::default()
        }
    }

    fn developer(&self, on: Date) -> (bool, bool) {
        match self.story {
            Story::Developer { back, adb } if self.back(back) <= on => (true, adb),
            _ => (false, false),
        }
    }

    fn root_signs(&self, on: Date) -> Vec<RootSign> {
        match self.story {
            Story::Rooted { back } if self.back(back) <= on => vec![RootSign::RootManager],
            _ => Vec::new(),
        }
    }

    fn rules(&self, on: Date) -> Option<RulesAcknowledgement> {
        let after = match self.story {
            Story::IgnoresRules | Story::JustJoined { .. } => return None,
            Story::LateWithRules { days } => days,
            _ => self.acknowledges_after,
        };
        let day = self.joins.checked_add(after.days()).ok()?;
        (day <= on).then_some(RulesAcknowledgement { version: RULES_VERSION, on: day })
    }

    fn declarations(&self, on: Date) -> Vec<DeclarationMade> {
        let lived = self.since_joining(on);
        if lived < self.declares_after {
            return Vec::new();
        }
        let first = self.declares_after;
        let reviews = (lived - first) / self.linked_devices_again * self.linked_devices_again;
        let made = |declaration: Declaration, after: i64| DeclarationMade {
            declaration,
            affirmed: true,
            on: self.joins.checked_add(after.days()).unwrap_or(self.joins),
        };
        vec![made(Declaration::TwoStepVerification, first), made(Declaration::LinkedDevices, first + reviews)]
    }
}
