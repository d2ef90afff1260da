//! Chance as a parameter. It spreads clients in time and nothing else: no secret is ever made from it.

use std::sync::Mutex;

use ring::rand::SecureRandom;

/// A source of numbers that nobody can foresee, or that a test can.
pub trait Random: Send + Sync {
    /// Any number, each as likely as another.
    fn number(&self) -> u64;

    /// A number from 0 to this one, both included.
    fn up_to(&self, highest: u64) -> u64 {
        highest.checked_add(1).map_or_else(|| self.number(), |count| self.number() % count)
    }
}

/// The system's source.
#[derive(Debug, Clone)]
pub struct SystemRandom(ring::rand::SystemRandom);

impl Default for SystemRandom {
    fn default() -> Self {
        Self(ring::rand::SystemRandom::new())
    }
}

impl Random for SystemRandom {
    fn number(&self) -> u64 {
        let mut bytes = [0; 8];
        // A system without randomness still has to wait some time between attempts: half of the longest wait.
        self.0.fill(&mut bytes).map_or(u64::MAX / 2, |()| u64::from_ne_bytes(bytes))
    }
}

/// Always the same numbers for the same seed (SplitMix64): for tests and simulations.
#[derive(Debug)]
pub struct SeededRandom(Mutex<u64>);

impl SeededRandom {
    /// The numbers of this seed.
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Random for SeededRandom {
    fn number(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
