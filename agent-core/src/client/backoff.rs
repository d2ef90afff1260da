//! How long to wait after a failed attempt: full jitter, so that a fleet that failed together does not return together.
//!
//! The wait is drawn evenly between a second and a limit that doubles with each failure
//! (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>; the second is ours, since an attempt right
//! behind a failed one meets the same failure).

use std::time::Duration;

use super::random::Random;

/// No wait is shorter.
const SHORTEST: Duration = Duration::from_secs(1);
/// The limit after the first failure.
const BASE: Duration = Duration::from_secs(2);
/// No limit is longer.
const CAP: Duration = Duration::from_mins(15);
/// A server's `Retry-After` is believed up to this: a slip of the pen must not silence a device for ever.
const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// The wait after this many failures in a row. A server that asked for a wait gets at least that, and its clients
/// spread behind it.
pub(super) fn wait(failures: u32, asked: Option<Duration>, random: &dyn Random) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let limit = BASE.saturating_mul(1 << doublings).min(CAP);
    let spread = u64::try_from(limit.saturating_sub(SHORTEST).as_millis()).unwrap_or(u64::MAX);
    let jitter = SHORTEST + Duration::from_millis(random.up_to(spread));
    asked.map_or(jitter, |asked| asked.min(LONGEST_ASKED) + jitter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::random::SeededRandom;

    struct Highest;

    impl Random for Highest {
        fn number(&self) -> u64 {
            u64::MAX
        }
        fn up_to(&self, highest: u64) -> u64 {
            highest
        }
    }

    struct Lowest;

    impl Random for Lowest {
        fn number(&self) -> u64 {
            0
        }
        fn up_to(&self, _: u64) -> u64 {
            0
        }
    }

    #[test]
    fn an_attempt_never_follows_a_failed_one_at_once() {
        for failures in 0..20 {
            assert_eq!(wait(failures, None, &Lowest), SHORTEST);
        }
    }

    #[test]
    fn the_limit_doubles_from_two_seconds_to_a_quarter_of_an_hour() {
        let limits: Vec<u64> = (1..=12).map(|failures| wait(failures, None, &Highest).as_secs()).collect();
        assert_eq!(limits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        assert_eq!(wait(u32::MAX, None, &Highest), CAP);
    }

    #[test]
    fn waits_spread_over_the_whole_range() {
        let random = SeededRandom::new(1);
        let waits: Vec<u128> = (0..1000).map(|_| wait(20, None, &random).as_millis()).collect();
        let tenth = CAP.as_millis() / 10;
        for slice in 0..10 {
            let inside = waits.iter().filter(|wait| **wait / tenth == slice).count();
            assert!((50..200).contains(&inside), "{inside} of 1000 in tenth {slice}");
        }
    }

    #[test]
    fn what_the_server_asks_for_is_the_least_and_has_an_end() {
        let minute = Duration::from_mins(1);
        let random = SeededRandom::new(2);
        for failures in 1..20 {
            assert!(wait(failures, Some(minute), &random) >= minute);
        }
        assert_eq!(wait(1, Some(Duration::MAX), &Highest), LONGEST_ASKED + BASE);
    }
}
