//! A small seeded source of choices (`SplitMix64`, Steele, Lea and Flood 2014): the same seed makes the same fleet
//! everywhere. It decides lives, never keys.

/// A stream of choices.
#[derive(Debug, Clone)]
pub struct Choices(u64);

impl Choices {
    /// The stream of this seed.
    pub const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream of its own for this part, so that adding a choice in one part moves no other.
    #[must_use]
    pub fn fork(&self, part: u64) -> Self {
        let mut forked = Self(self.0 ^ part.wrapping_mul(0xA24B_AED4_963E_E407));
        forked.next();
        forked
    }

    /// The next 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A whole number from `least` through `most`; `least` when they are the wrong way round.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = u64::try_from(most.saturating_sub(least)).map_or(1, |span| span + 1);
        least + i64::try_from(self.next() % span).unwrap_or_default()
    }

    /// True this often in a hundred.
    pub const fn percent(&mut self, share: u64) -> bool {
        self.next() % 100 < share
    }

    /// One of these.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let most = i64::try_from(of.len()).ok()? - 1;
        of.get(usize::try_from(self.between(0, most)).ok()?)
    }

    /// One of these, by weight.
    pub fn weighted<'a, T>(&mut self, of: &'a [T], weight: impl Fn(&T) -> u64) -> Option<&'a T> {
        let total: u64 = of.iter().map(&weight).sum();
        let mut left = self.next() % total.max(1);
        of.iter().find(|one| {
            let weight = weight(one);
            let found = left < weight;
            left = left.saturating_sub(weight);
            found
        })
    }

    /// In another order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            let other = self.between(0, i64::try_from(last).unwrap_or_default());
            all.swap(last, usize::try_from(other).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_choices() {
        let (mut one, mut other) = (Choices::of(7), Choices::of(7));
        assert!((0..100).all(|_| one.next() == other.next()));
        assert_ne!(Choices::of(7).next(), Choices::of(8).next());
        assert_ne!(Choices::of(7).fork(1).next(), Choices::of(7).fork(2).next());
    }

    #[test]
    fn the_stream_is_that_of_its_reference() {
        // The first values of seed 1234567 in the reference implementation's published test vector.
        let mut choices = Choices::of(1_234_567);
        assert_eq!(choices.next(), 6_457_827_717_110_365_317);
        assert_eq!(choices.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn choices_stay_within_their_bounds() {
        let mut choices = Choices::of(1);
        assert!((0..1000).all(|_| (3..=5).contains(&choices.between(3, 5))));
        assert_eq!(choices.between(4, 3), 4);
        assert_eq!(choices.one::<u8>(&[]), None);
        assert_eq!(choices.weighted(&["never", "always"], |word| u64::from(*word == "always")), Some(&"always"));
        let mut all: Vec<u8> = (0..20).collect();
        choices.shuffle(&mut all);
        all.sort_unstable();
        assert_eq!(all, (0..20).collect::<Vec<_>>());
    }
}
