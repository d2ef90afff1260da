//! The demo's clock: it is put from moment to moment while history is made, then runs with the system's.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use agent_core::clock::{Clock, FixedClock, SystemClock};
use jiff::Timestamp;

/// Stands until it is released, then shows the system's time; never goes back.
#[derive(Debug)]
pub(super) struct DemoClock {
    standing: FixedClock,
    released: AtomicBool,
    // A system whose clock is set back must not take the history's last moments back.
    newest: Mutex<Timestamp>,
}

impl DemoClock {
    /// A clock that stands at this moment.
    pub(super) const fn at(moment: Timestamp) -> Self {
        Self { standing: FixedClock::at(moment), released: AtomicBool::new(false), newest: Mutex::new(moment) }
    }

    /// Puts it to this moment, while it stands.
    pub(super) fn set(&self, moment: Timestamp) {
        self.standing.set(moment);
    }

    /// Lets it run.
    pub(super) fn release(&self) {
        self.released.store(true, Ordering::Release);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        let told = if self.released.load(Ordering::Acquire) { SystemClock.now() } else { self.standing.now() };
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = told.max(*newest);
        *newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_until_it_is_released_and_never_goes_back() {
        let (then, later): (Timestamp, Timestamp) =
            ("2020-01-01T00:00:00Z".parse().unwrap(), "2020-01-02T00:00:00Z".parse().unwrap());
        let clock = DemoClock::at(then);
        assert_eq!(clock.now(), then);
        clock.set(later);
        assert_eq!(clock.now(), later);
        clock.set(then);
        assert_eq!(clock.now(), later);
        clock.release();
        assert!(clock.now() > later);
    }
}
