//! Phones that companies buy, with how their makers look after them.

use agent_core::judge::Platform;
use jiff::civil::Date;

use crate::release::{IOS_18, IOS_26, IOS_27, Release};

/// One model.
#[derive(Debug)]
pub(crate) struct Model {
    /// As the system names it.
    pub(crate) name: &'static str,
    /// How common it is.
    pub(crate) weight: u64,
    /// How it is looked after.
    pub(crate) care: Care,
}

/// How a maker looks after a model.
#[derive(Debug)]
pub(crate) enum Care {
    /// Android: its versions, how many days patches take to reach it, and every how many months they come.
    Android { systems: &'static [Release], lag: i64, every: i8 },
    /// iOS: the releases it gets.
    Ios { systems: &'static [Release] },
}

impl Model {
    pub(crate) const fn platform(&self) -> Platform {
        match self.care {
            Care::Android { .. } => Platform::Android,
            Care::Ios { .. } => Platform::Ios,
        }
    }
}

const LONG_AGO: Date = Date::constant(2026, 1, 1);

const fn android(name: &'static str, weight: u64, systems: &'static [Release], lag: i64, every: i8) -> Model {
    Model { name, weight, care: Care::Android { systems, lag, every } }
}

const fn ios(name: &'static str, weight: u64, systems: &'static [Release]) -> Model {
    Model { name, weight, care: Care::Ios { systems } }
}

const PIXEL: &[Release] = &[("16", LONG_AGO), ("17", Date::constant(2026, 6, 16))];
const SAMSUNG_FIRST: &[Release] = &[("16", LONG_AGO), ("17", Date::constant(2026, 9, 29))];
const ANDROID_16: &[Release] = &[("16", LONG_AGO)];
const ANDROID_15: &[Release] = &[("15", LONG_AGO)];
const ANDROID_14: &[Release] = &[("14", LONG_AGO)];
const ANDROID_13: &[Release] = &[("13", LONG_AGO)];

/// What most people have.
pub(crate) const USUAL: &[Model] = &[
    android("Pixel 8", 6, PIXEL, 2, 1),
    android("Pixel 9a", 7, PIXEL, 2, 1),
    android("Galaxy S24", 10, SAMSUNG_FIRST, 9, 1),
    android("Galaxy A54", 17, ANDROID_16, 14, 1),
    android("Galaxy A35", 14, ANDROID_16, 16, 1),
    android("Galaxy XCover7", 6, ANDROID_16, 18, 1),
    android("Fairphone 5", 3, ANDROID_15, 20, 1),
    android("Redmi Note 13", 7, ANDROID_15, 24, 2),
    ios("iPhone15,2", 5, IOS_27),
    ios("iPhone15,4", 7, IOS_27),
    ios("iPhone17,3", 6, IOS_27),
    ios("iPhone14,7", 5, IOS_26),
    ios("iPhone14,5", 4, IOS_26),
    ios("iPhone12,8", 2, IOS_26),
    ios("iPhone11,8", 1, IOS_18),
];

/// A model whose maker has stopped sending patches.
pub(crate) const ABANDONED: Model = android("Moto G84", 0, ANDROID_15, 0, 1);
/// A model that was abandoned long ago.
pub(crate) const OLD: Model = android("Galaxy A13", 0, ANDROID_14, 0, 1);
/// A model whose Android is out of support.
pub(crate) const ANCIENT: Model = android("Galaxy A12", 0, ANDROID_13, 0, 1);
/// A phone whose owner does not take updates.
pub(crate) const STAYS: Model = ios("iPhone14,7", 0, IOS_26);
