//! When a silent device becomes stale, and when not compliant. Only counted time makes silence.

use jiff::Timestamp;

use super::{
    policy::Policy,
    posture::{DeviceState, PostureState},
    quiet_hours::Pause,
};

/// What silence makes of a device's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// The state that the fleet shows.
    pub state: DeviceState,
    /// Whether the device has been silent for longer than the policy allows; a device that was not compliant
    /// stays so and is marked.
    pub silent: bool,
    /// The next moment at which silence alone changes this; none when it never does.
    pub changes_at: Option<Timestamp>,
}

/// Judges silence since `last_heard`, the receipt of the last report or the enrolment.
pub fn judge(state: PostureState, last_heard: Timestamp, pauses: &[Pause], policy: &Policy, now: Timestamp) -> Silence {
    let hours = &policy.quiet_hours;
    let ahead = |moment: Timestamp| (moment < Timestamp::MAX).then_some(moment);
    let stale_at = hours.after_counted(last_heard, policy.stale.after, pauses);
    if now < stale_at {
        return Silence { state: state.into(), silent: false, changes_at: ahead(stale_at) };
    }
    if state == PostureState::NotCompliant {
        return Silence { state: DeviceState::NotCompliant, silent: true, changes_at: None };
    }
    let lost_at = policy.stale.not_compliant_after.map(|after| hours.after_counted(last_heard, after, pauses));
    match lost_at {
        Some(lost_at) if now >= lost_at => Silence { state: DeviceState::NotCompliant, silent: true, changes_at: None },
        _ => Silence { state: DeviceState::Stale, silent: true, changes_at: lost_at.and_then(ahead) },
    }
}
