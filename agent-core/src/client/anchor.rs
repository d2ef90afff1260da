//! The best known time: the server's when it last spoke, and what has passed since.
//!
//! What has passed is counted by how long the system has run, which nobody can set. After a restart, or where the system
//! does not count, the clock on the wall tells it.
//!
//! Where the system does not tell one start from another (Apple), these are told apart by both clocks: since a restart that
//! came behind the anchor, the wall has moved by as long as the system has run now, at least; without one, by less. A wall
//! clock that is right never misleads this rule. So whoever sets the clock back changes nothing. Whoever sets it forward
//! changes nothing either, where the start is told; where it is not, a step as long as the system had run at the anchor
//! looks like a restart and is believed. A device that was restarted believes its clock forwards, and backwards to the
//! anchor and by as long as it has run. All of that ends when the server is heard again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::{DeviceTime, Uptime};

/// The server's time beside what this device's clocks told at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Anchor {
    #[serde(deserialize_with = "crate::moment::read")]
    server: Timestamp,
    #[serde(deserialize_with = "crate::moment::read")]
    device: Timestamp,
    /// None where the system does not count, and in what was kept before it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uptime: Option<Uptime>,
}

impl Anchor {
    /// The server told this time just now.
    pub(super) fn new(server: Timestamp, now: &DeviceTime) -> Self {
        Self { server, device: now.wall, uptime: now.uptime.clone() }
    }

    /// The best known time; never before what the server said.
    pub(super) fn trusted(&self, now: &DeviceTime) -> Timestamp {
        let passed = self.counted(now).unwrap_or_else(|| {
            // Another start: all that the system has run is behind the anchor, and time is never before it.
            let ran = self.uptime.as_ref().and(now.uptime.as_ref()).map_or(0, |uptime| uptime.millis);
            self.walled(now).max(millis(ran))
        });
        self.server.checked_add(passed).unwrap_or(Timestamp::MAX)
    }

    /// How far the clock on the wall is ahead of the best known time.
    pub(super) fn ahead(&self, now: &DeviceTime) -> SignedDuration {
        now.wall.duration_since(self.trusted(now))
    }

    /// The same time, told from now on; the anchor itself where nothing counted what has passed. A guess is not kept: a
    /// clock that is put right must be able to correct it.
    pub(super) fn carried(&self, now: &DeviceTime) -> Self {
        if self.counted(now).is_some() { Self::new(self.trusted(now), now) } else { self.clone() }
    }

    /// What the clock on the wall says has passed; less than nothing where it was set back.
    fn walled(&self, now: &DeviceTime) -> SignedDuration {
        now.wall.duration_since(self.device)
    }

    /// How long the system has run since; none where it started again or does not count.
    fn counted(&self, now: &DeviceTime) -> Option<SignedDuration> {
        let (then, uptime) = (self.uptime.as_ref()?, now.uptime.as_ref()?);
        let ran = uptime.millis.checked_sub(then.millis)?;
        let is_same_start = match (&then.boot, &uptime.boot) {
            (Some(then), Some(now)) => then == now,
            _ => self.walled(now) < millis(uptime.millis),
        };
        is_same_start.then(|| millis(ran))
    }
}

fn millis(millis: u64) -> SignedDuration {
    SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 86_400_000;

    /// A device, and the time that it cannot know.
    #[derive(Debug, Clone)]
    struct Device {
        truth: Timestamp,
        ahead: SignedDuration,
        uptime: u64,
        boots: u32,
        tells_boots: bool,
    }

    #[derive(Debug, Clone)]
    enum Step {
        Passes(u64),
        Set(i64),
        Restart { off: u64 },
        Keep,
    }

    impl Device {
        fn new(uptime: u64, tells_boots: bool) -> Self {
            let truth = "2026-11-24T09:00:00Z".parse().unwrap();
            Self { truth, ahead: SignedDuration::ZERO, uptime, boots: 0, tells_boots }
        }

        fn now(&self) -> DeviceTime {
            let boot = self.tells_boots.then(|| self.boots.to_string());
            let wall = self.truth.checked_add(self.ahead).unwrap();
            DeviceTime { wall, uptime: Some(Uptime { millis: self.uptime, boot }) }
        }

        fn takes(&mut self, step: &Step) {
            match step {
                Step::Passes(by) => {
                    self.truth += millis(*by);
                    self.uptime += by;
                }
                Step::Set(ahead) => self.ahead = SignedDuration::from_millis(*ahead),
                Step::Restart { off } => {
                    self.truth += millis(*off);
                    (self.uptime, self.boots) = (0, self.boots + 1);
                }
                Step::Keep => {}
            }
        }
    }

    fn passes() -> impl Strategy<Value = Step> {
        prop_oneof![(0u64..60_000), (0..30 * 86_400_000u64)].prop_map(Step::Passes)
    }

    fn set() -> impl Strategy<Value = Step> {
        prop_oneof![(-2 * DAY..2 * DAY), (-50 * 365 * DAY..50 * 365 * DAY)].prop_map(Step::Set)
    }

    fn restart() -> impl Strategy<Value = Step> {
        prop_oneof![(0u64..60_000), (0..30 * 86_400_000u64)].prop_map(|off| Step::Restart { off })
    }

    fn uptime() -> impl Strategy<Value = u64> {
        prop_oneof![(1u64..60_000), (1..30 * 86_400_000u64)]
    }

    /// Steps of these kinds, and now and then what is known is kept.
    fn steps(kinds: Vec<BoxedStrategy<Step>>) -> impl Strategy<Value = Vec<Step>> {
        let kinds: Vec<_> = kinds.into_iter().chain([Just(Step::Keep).boxed()]).map(|kind| (1, kind)).collect();
        prop::collection::vec(proptest::strategy::Union::new_weighted(kinds), 1..20)
    }

    /// The best known time beside the true one after each step, and the latest that was kept before it.
    fn lives(mut device: Device, steps: &[Step]) -> Vec<(Timestamp, Timestamp, Timestamp)> {
        let mut anchor = Anchor::new(device.truth, &device.now());
        let mut seen = Vec::new();
        let mut kept = device.truth;
        for step in steps {
            device.takes(step);
            let now = device.now();
            let trusted = anchor.trusted(&now);
            seen.push((trusted, device.truth, kept));
            if matches!(step, Step::Keep) {
                anchor = anchor.carried(&now);
                kept = kept.max(anchor.server);
            }
            assert_eq!(now.wall.checked_sub(anchor.ahead(&now)).unwrap(), anchor.trusted(&now));
        }
        seen
    }

    proptest! {
        #[test]
        fn a_clock_set_to_and_fro_moves_nothing(
            uptime in uptime(), steps in steps(vec![passes().boxed(), set().boxed()]),
        ) {
            for (trusted, truth, _) in lives(Device::new(uptime, true), &steps) {
                prop_assert_eq!(trusted, truth);
            }
        }

        #[test]
        fn where_no_start_is_told_a_clock_set_by_less_than_the_system_had_run_moves_nothing(
            uptime in uptime(), steps in steps(vec![passes().boxed(), set().boxed()]),
        ) {
            let less: Vec<_> = steps.into_iter().map(|step| match step {
                Step::Set(ahead) => Step::Set(ahead.min(i64::try_from(uptime).unwrap() - 1)),
                other => other,
            }).filter(|step| !matches!(step, Step::Keep)).collect();
            for (trusted, truth, _) in lives(Device::new(uptime, false), &less) {
                prop_assert_eq!(trusted, truth);
            }
        }

        #[test]
        fn where_no_start_is_told_no_setting_makes_time_late(
            uptime in uptime(), steps in steps(vec![passes().boxed(), set().boxed()]),
        ) {
            for (trusted, truth, _) in lives(Device::new(uptime, false), &steps) {
                prop_assert!(trusted >= truth, "{trusted} {truth}");
            }
        }

        #[test]
        fn restarts_move_nothing_while_the_clock_is_right(
            uptime in uptime(), tells in any::<bool>(), steps in steps(vec![passes().boxed(), restart().boxed()]),
        ) {
            for (trusted, truth, _) in lives(Device::new(uptime, tells), &steps) {
                prop_assert_eq!(trusted, truth);
            }
        }

        #[test]
        fn nothing_leads_behind_what_was_kept(
            uptime in uptime(), tells in any::<bool>(),
            steps in steps(vec![passes().boxed(), set().boxed(), restart().boxed()]),
        ) {
            for (trusted, _, kept) in lives(Device::new(uptime, tells), &steps) {
                prop_assert!(trusted >= kept, "{trusted} {kept}");
            }
        }
    }

    #[test]
    fn without_uptime_the_wall_tells_and_never_goes_before_the_server() {
        let wall = |text: &str| DeviceTime { wall: text.parse().unwrap(), uptime: None };
        // What was kept before the uptime was looked at.
        let anchor: Anchor =
            serde_json::from_str(r#"{"server":"2026-11-24T09:00:00Z","device":"2026-11-24T10:00:00Z"}"#).unwrap();
        let told = |text: &str| anchor.trusted(&wall(text)).to_string();
        assert_eq!(told("2026-11-24T12:00:00Z"), "2026-11-24T11:00:00Z");
        assert_eq!(told("2020-01-01T00:00:00Z"), "2026-11-24T09:00:00Z");
        let run_long = DeviceTime { uptime: Device::new(u64::MAX, true).now().uptime, ..wall("2026-11-24T12:00:00Z") };
        assert_eq!(anchor.trusted(&run_long).to_string(), "2026-11-24T11:00:00Z", "an unknown start proves nothing");
        assert_eq!(anchor.carried(&run_long), anchor);
        let later = Anchor::new(anchor.server, &run_long);
        assert_eq!(later.trusted(&wall("2026-11-24T12:30:00Z")).to_string(), "2026-11-24T09:30:00Z");
    }
}
