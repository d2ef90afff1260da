//! Time as a parameter. This is the one file that may ask the system for it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What tells the time.
pub trait Clock: Send + Sync {
    /// The moment now, UTC, as the clock on the wall tells it: whoever holds the device can set it.
    fn now(&self) -> Timestamp;

    /// How long the system has run; none where nothing counts it.
    fn uptime(&self) -> Option<Uptime> {
        None
    }
}

/// How long a system has run since it started, sleep counted. Nobody can set it; it begins anew with each start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Uptime {
    /// Milliseconds since the start.
    pub millis: u64,
    /// Which start: the same text until the next one. None where the system does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<String>,
}

/// What a device's own clocks tell at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceTime {
    /// The clock on the wall.
    pub wall: Timestamp,
    /// How long the system has run.
    pub uptime: Option<Uptime>,
}

impl DeviceTime {
    /// What this clock tells now.
    pub fn of(clock: &dyn Clock) -> Self {
        Self { wall: clock.now(), uptime: clock.uptime() }
    }
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn uptime(&self) -> Option<Uptime> {
        system::uptime()
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod system {
    use rustix::time::{ClockId, clock_gettime};

    use super::Uptime;

    /// Counts sleep, which `CLOCK_MONOTONIC` does not on Linux:
    /// <https://man7.org/linux/man-pages/man2/clock_gettime.2.html>
    #[cfg(not(target_vendor = "apple"))]
    const SINCE_BOOT: ClockId = ClockId::Boottime;
    /// "will continue to increment while the system is asleep": `man 3 clock_gettime` of macOS and iOS.
    #[cfg(target_vendor = "apple")]
    const SINCE_BOOT: ClockId = ClockId::Monotonic;

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub(super) fn uptime() -> Option<Uptime> {
        let ran = clock_gettime(SINCE_BOOT);
        let (seconds, nanos) = (u64::try_from(ran.tv_sec).ok()?, u64::try_from(ran.tv_nsec).ok()?);
        Some(Uptime { millis: seconds.checked_mul(1000)?.checked_add(nanos / 1_000_000)?, boot: boot() })
    }

    /// The kernel draws one at each start. Android lets every app read it (`allow domain proc_random:file r_file_perms` in
    /// the system's `sepolicy/public/domain.te`); where one does not, nothing is told. It never leaves the device.
    #[cfg(not(target_vendor = "apple"))]
    fn boot() -> Option<String> {
        static BOOT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
        let read = || {
            let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
            let id = text.trim();
            (1..=64).contains(&id.len()).then(|| id.to_owned())
        };
        BOOT.get_or_init(read).clone()
    }

    /// Apple tells apps of no start that setting the clock would not move.
    #[cfg(target_vendor = "apple")]
    const fn boot() -> Option<String> {
        None
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod system {
    /// On Windows no library of this tree reads one that counts sleep.
    pub(super) const fn uptime() -> Option<super::Uptime> {
        None
    }
}

/// A clock that stands still until it is moved: for tests, simulations and `--at`.
#[derive(Debug)]
pub struct FixedClock(Mutex<Hands>);

#[derive(Debug, Clone, Copy)]
struct Hands {
    wall: Timestamp,
    /// None for a clock that knows of no system.
    uptime: Option<SignedDuration>,
    boots: u32,
}

impl FixedClock {
    /// A clock that stands at this moment, on a system that has just started.
    pub const fn at(moment: Timestamp) -> Self {
        Self(Mutex::new(Hands { wall: moment, uptime: Some(SignedDuration::ZERO), boots: 0 }))
    }

    /// A clock on a wall alone, without a system that runs: for `--at`.
    pub const fn on_the_wall(moment: Timestamp) -> Self {
        Self(Mutex::new(Hands { wall: moment, uptime: None, boots: 0 }))
    }

    /// Somebody puts the clock on the wall to this moment: no time passes.
    pub fn set(&self, moment: Timestamp) {
        self.hands().wall = moment;
    }

    /// Time passes; the clock stays where it is if that is out of range.
    pub fn advance(&self, by: SignedDuration) {
        let mut hands = self.hands();
        hands.wall = hands.wall.checked_add(by).unwrap_or(hands.wall);
        hands.uptime = hands.uptime.map(|ran| ran.saturating_add(by.max(SignedDuration::ZERO)));
    }

    /// Time passes until this moment.
    pub fn advance_to(&self, moment: Timestamp) {
        self.advance(moment.duration_since(self.now()));
    }

    /// The system starts again, off for no time.
    pub fn reboot(&self) {
        let mut hands = self.hands();
        hands.uptime = hands.uptime.and(Some(SignedDuration::ZERO));
        hands.boots += 1;
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.hands().wall
    }

    fn uptime(&self) -> Option<Uptime> {
        let Hands { uptime, boots, .. } = *self.hands();
        Some(Uptime { millis: u64::try_from(uptime?.as_millis()).ok()?, boot: Some(format!("fixed-{boots}")) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn the_system_tells_how_long_it_has_run_and_since_which_start() {
        let before = SystemClock.uptime().unwrap();
        // The same in seconds and hundredths.
        let told = std::fs::read_to_string("/proc/uptime").unwrap();
        let after = SystemClock.uptime().unwrap();
        let millis: u64 = told.split(' ').next().unwrap().replace('.', "").parse::<u64>().unwrap() * 10;
        assert!((before.millis - 10..=after.millis).contains(&millis), "{before:?} {told} {after:?}");
        assert_eq!(before.boot, after.boot);
        assert!(before.boot.is_some_and(|boot| boot.len() == 36));
    }

    #[test]
    fn a_fixed_clock_runs_on_when_time_passes_and_not_when_it_is_set() {
        let clock = FixedClock::at("2026-11-24T09:00:00Z".parse().unwrap());
        let millis = || clock.uptime().unwrap().millis;
        clock.advance(SignedDuration::from_mins(1));
        clock.set("2030-01-01T00:00:00Z".parse().unwrap());
        clock.advance_to("2030-01-01T00:01:00Z".parse().unwrap());
        assert_eq!(millis(), 120_000);
        let before = clock.uptime().unwrap().boot;
        clock.reboot();
        assert_eq!(millis(), 0);
        assert_ne!(clock.uptime().unwrap().boot, before);
    }
}
