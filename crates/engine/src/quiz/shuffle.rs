//! Shuffles that every node and every replay make alike.
//!
//! SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 17; constants
//! of Vigna's public-domain version) drives a Fisher-Yates shuffle as Durstenfeld wrote it (CACM 7(7), 1964, algorithm
//! 235). Neither is secret: what must not be guessed is the seed, which hosts draw by loading a quiz.
//!
//! Neighbours: [`form`](super::form) shuffles what a question shows.

/// A stream of numbers.
#[derive(Debug, Clone)]
pub(super) struct SplitMix64(u64);

impl SplitMix64 {
    /// The stream of a game for one purpose, such as one question.
    pub(super) fn new(seed: u64, purpose: &[u64]) -> Self {
        let mut stream = Self(seed);
        for part in purpose {
            stream.0 = stream.next() ^ *part;
        }
        stream
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is above 0. The high half of a product: its bias is below `bound` in 2^64.
    fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next()) * bound as u128;
        usize::try_from(wide >> 64).expect("the high half is below the bound")
    }

    /// Puts the items into a random order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// Folds an identifier into a number that can name a purpose (FNV-1a, 64 bits).
pub(super) fn fold(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        let mut stream = SplitMix64(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| stream.next()).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn every_order_comes_about_equally_often() {
        let mut seen = BTreeMap::<[u8; 3], u32>::new();
        for seed in 0..6_000 {
            let mut items = [0, 1, 2];
            SplitMix64::new(seed, &[1]).shuffle(&mut items);
            *seen.entry(items).or_default() += 1;
        }
        assert_eq!(seen.len(), 6);
        assert!(seen.values().all(|count| (850..1_150).contains(count)), "{seen:?}");
    }

    #[test]
    fn purposes_have_streams_of_their_own() {
        let orders: std::collections::BTreeSet<_> = (0..50)
            .map(|purpose| {
                let mut items: Vec<u8> = (0..10).collect();
                SplitMix64::new(7, &[purpose]).shuffle(&mut items);
                items
            })
            .collect();
        assert_eq!(orders.len(), 50);
        assert_ne!(fold("ana"), fold("ben"));
    }
}
