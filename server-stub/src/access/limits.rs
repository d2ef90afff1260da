//! How often something may be asked: per token, device or account first, per address only beside that, since many
//! phones share one. Everything is in memory, and an address is only ever a number under a key of this process.

use std::{
    hash::{BuildHasher as _, Hash, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use agent_core::clock::Clock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter, clock::Reference as _, middleware::NoOpMiddleware, nanos::Nanos};

use crate::api::problem::{Problem, ProblemCode};

/// What is counted. Each kind has its own quota; see [`Limits::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// Passwords tried for one account, known or not.
    SignIn(&'a str),
    /// Sign-in pages and links asked for from one address.
    SignInFrom(IpAddr),
    /// Calls with one API token or session.
    Caller(&'a str),
    /// Calls of one device.
    Device(&'a [u8; 16]),
    /// Challenges and enrolments with one token.
    Enrolment(&'a [u8; 32]),
    /// Calls by nobody known yet, from one address.
    Stranger(IpAddr),
}

/// The limits of one process.
pub struct Limits {
    sign_in: Limit,
    sign_in_from: Limit,
    caller: Limit,
    device: Limit,
    enrolment: Limit,
    stranger: Limit,
    key: RandomState,
}

impl Limits {
    /// The limits, on this clock. For each kind: how many at once, and how many a minute after that.
    pub fn new(clock: &Arc<dyn Clock>) -> Self {
        let limit = |at_once: u32, a_minute: u32| Limit::new(at_once, a_minute, Arc::clone(clock));
        Self {
            // Five tries, then one a minute: a person who mistypes is not stopped, a guesser is.
            sign_in: limit(5, 1),
            sign_in_from: limit(30, 10),
            // A dashboard that asks for everything at once, then ten a second.
            caller: limit(200, 600),
            // A device that comes back after a month drains its outbox at once.
            device: limit(600, 60),
            // One token may reach a whole fleet by managed configuration.
            enrolment: limit(5000, 6000),
            // A whole office behind one address.
            stranger: limit(1000, 3000),
            key: RandomState::new(),
        }
    }

    /// Counts one; refused when there were too many, with the seconds to wait.
    pub fn count(&self, subject: Subject<'_>) -> Result<(), Problem> {
        match subject {
            Subject::SignIn(account) => self.sign_in.count(self.number(account)),
            Subject::SignInFrom(address) => self.sign_in_from.count(self.number(network(address))),
            Subject::Caller(name) => self.caller.count(self.number(name)),
            Subject::Device(device) => self.device.count(self.number(device)),
            Subject::Enrolment(token) => self.enrolment.count(self.number(token)),
            // Whoever is on this machine can do worse than ask.
            Subject::Stranger(address) if address.is_loopback() => Ok(()),
            Subject::Stranger(address) => self.stranger.count(self.number(network(address))),
        }
    }

    /// A number for this key that means nothing outside this process.
    fn number(&self, key: impl Hash) -> u64 {
        self.key.hash_one(key)
    }
}

/// Who has one address of an IPv6 network has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6((six.to_bits() >> 64 << 64).into()),
        four @ IpAddr::V4(_) => four,
    }
}

type Limiter = RateLimiter<u64, DashMapStateStore<u64>, Ticks, NoOpMiddleware<Nanos>>;

struct Limit {
    limiter: Limiter,
    clock: Ticks,
    counted: AtomicU32,
}

impl Limit {
    /// After so many counts, keys that are whole again are forgotten.
    const SWEEP: u32 = 4096;

    fn new(at_once: u32, a_minute: u32, clock: Arc<dyn Clock>) -> Self {
        let number = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let clock = Ticks(clock);
        let quota = Quota::per_minute(number(a_minute)).allow_burst(number(at_once));
        Self { limiter: RateLimiter::dashmap_with_clock(quota, clock.clone()), clock, counted: AtomicU32::new(0) }
    }

    fn count(&self, key: u64) -> Result<(), Problem> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % Self::SWEEP == Self::SWEEP - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&key).map_err(|refused| {
            let now = governor::clock::Clock::now(&self.clock);
            let wait: std::time::Duration = refused.earliest_possible().duration_since(now).into();
            let seconds = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1);
            ProblemCode::TooManyRequests.retry_after(seconds)
        })
    }
}

/// Our clock, as the limiter reads one.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(u64::try_from(self.0.now().as_nanosecond()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use agent_core::clock::FixedClock;
    use jiff::SignedDuration;

    use super::*;

    fn limits() -> (Arc<FixedClock>, Limits) {
        let clock = Arc::new(FixedClock::at(crate::access::tests::now()));
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        (clock, Limits::new(&shared))
    }

    #[test]
    fn a_guesser_is_stopped_and_told_when_to_come_back_and_others_are_not() {
        let (clock, limits) = limits();
        for _ in 0..5 {
            assert_eq!(limits.count(Subject::SignIn("marta@clinica.example")), Ok(()));
        }
        let refused = limits.count(Subject::SignIn("marta@clinica.example")).unwrap_err();
        assert_eq!((refused.code, refused.retry_after), (ProblemCode::TooManyRequests, Some(60)));
        assert_eq!(limits.count(Subject::SignIn("luis@clinica.example")), Ok(()));
        clock.advance(SignedDuration::from_secs(59));
        assert!(limits.count(Subject::SignIn("marta@clinica.example")).is_err());
        clock.advance(SignedDuration::from_secs(1));
        assert_eq!(limits.count(Subject::SignIn("marta@clinica.example")), Ok(()));
    }

    #[test]
    fn a_network_of_addresses_counts_as_one() {
        let (_clock, limits) = limits();
        let from = |text: &str| limits.count(Subject::SignInFrom(text.parse().unwrap()));
        for n in 0..30 {
            assert_eq!(from(&format!("2001:db8::{n:x}")), Ok(()));
        }
        assert!(from("2001:db8::ffff").is_err());
        assert_eq!(from("2001:db8:0:1::1"), Ok(()));
        assert_eq!(from("192.0.2.1"), Ok(()));
    }

    #[test]
    fn what_is_whole_again_is_forgotten() {
        let (clock, limits) = limits();
        for n in 0..u64::from(Limit::SWEEP) - 1 {
            assert_eq!(limits.device.count(n), Ok(()));
        }
        clock.advance(SignedDuration::from_mins(10));
        assert_eq!(limits.device.count(0), Ok(()));
        assert_eq!(limits.device.limiter.len(), 1);
    }
}
