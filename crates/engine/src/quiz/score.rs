//! Points for an answer: how right it was, times how fast it was, rounded half up once.
//!
//! All arithmetic is whole, so a replay, another node and an explanation on screen agree to the last point.
//!
//! Neighbours: [`grade`](super::grade) says how right, [`ranking`](super::ranking) adds up.

use super::{Scoring, model::MAX_POINTS};
use crate::Millis;

/// Answers faster than this earn full points: nobody reads and taps in less.
const REFLEX_MS: u64 = 500;

/// What every further right answer in a row adds.
const STREAK_STEP: u32 = 100;
/// The most that a streak adds to one answer.
const STREAK_CAP: u32 = 500;

/// How right an answer is: a fraction from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    part: u128,
    whole: u128,
}

impl Share {
    pub(super) const NOTHING: Self = Self { part: 0, whole: 1 };
    pub(super) const ALL: Self = Self { part: 1, whole: 1 };

    /// `part` of `whole`; all of it if there is more part than whole, or no whole.
    ///
    /// Fractions that do not fit 64 bits lose their lowest bits, which is below 10^-18 of the points.
    pub(super) fn new(part: u128, whole: u128) -> Self {
        let common = gcd(part, whole).max(1);
        let (mut part, mut whole) = (part / common, whole / common);
        while whole > u128::from(u64::MAX) {
            part >>= 1;
            whole >>= 1;
        }
        if whole == 0 || part >= whole {
            Self::ALL
        } else {
            Self { part, whole }
        }
    }

    pub(super) fn of_count(part: usize, whole: usize) -> Self {
        Self::new(part as u128, whole as u128)
    }

    pub(super) fn is_all(self) -> bool {
        self.part == self.whole
    }

    pub(super) fn is_nothing(self) -> bool {
        self.part == 0
    }
}

/// Points for an answer of this share after time `t`, out of `points`. Time over the limit counts as the limit; without
/// a limit time does not count.
pub(super) fn points(scoring: Scoring, points: u32, share: Share, t: Millis, limit: Option<Millis>) -> u32 {
    let speed = limit.map_or(Share::ALL, |limit| speed(scoring, t, limit));
    let part = u128::from(points.min(MAX_POINTS)) * share.part * speed.part;
    let whole = share.whole * speed.whole;
    u32::try_from((2 * part + whole) / (2 * whole)).expect("a share of the points is at most the points")
}

/// What a streak of this length adds: nothing for the first right answer.
pub(super) fn streak_bonus(streak: u32) -> u32 {
    streak.saturating_sub(1).saturating_mul(STREAK_STEP).min(STREAK_CAP)
}

fn speed(scoring: Scoring, t: Millis, limit: Millis) -> Share {
    if t.0 < REFLEX_MS || limit.0 <= REFLEX_MS {
        return Share::ALL;
    }
    let (t, limit) = (u128::from(t.min(limit).0), u128::from(limit.0));
    match scoring {
        Scoring::Linear { speed_weight_permille } => {
            let span = limit - u128::from(REFLEX_MS);
            let lost = u128::from(speed_weight_permille.min(1_000)) * (t - u128::from(REFLEX_MS));
            Share {
                part: 1_000 * span - lost,
                whole: 1_000 * span,
            }
        }
        Scoring::Kahoot => Share {
            part: 2 * limit - t,
            whole: 2 * limit,
        },
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLASSIC: Scoring = Scoring::Linear {
        speed_weight_permille: 500,
    };
    const ACCURACY: Scoring = Scoring::Linear {
        speed_weight_permille: 0,
    };
    const RACE: Scoring = Scoring::Linear {
        speed_weight_permille: 1_000,
    };

    fn whole(scoring: Scoring, possible: u32, t: u64, limit: u64) -> u32 {
        points(scoring, possible, Share::ALL, Millis(t), Some(Millis(limit)))
    }

    #[test]
    fn published_and_computed_by_hand() {
        for (scoring, possible, t, limit, expected) in [
            (Scoring::Kahoot, 1_000, 2_000, 30_000, 967),
            (Scoring::Kahoot, 1_000, 499, 30_000, 1_000),
            (Scoring::Kahoot, 1_000, 500, 30_000, 992),
            (Scoring::Kahoot, 1_000, 30_000, 30_000, 500),
            (Scoring::Kahoot, 2_000, 15_000, 30_000, 1_500),
            (CLASSIC, 1_000, 0, 10_000, 1_000),
            (CLASSIC, 1_000, 500, 10_000, 1_000),
            (CLASSIC, 1_000, 5_250, 10_000, 750),
            (CLASSIC, 1_000, 10_000, 10_000, 500),
            (CLASSIC, 1_000, 60_000, 10_000, 500),
            (CLASSIC, 0, 1_000, 10_000, 0),
            (RACE, 1_000, 10_000, 10_000, 0),
            (RACE, 1_000, 5_250, 10_000, 500),
            (ACCURACY, 500, 9_999, 10_000, 500),
            (RACE, 1_000, 400, 500, 1_000),
            // The last of these loses exactly half a point, which is rounded up.
            (CLASSIC, 1_000, 519, 10_000, 999),
            (CLASSIC, 2_000, 519, 19_500, 1_999),
            (CLASSIC, 1_000, 519, 19_500, 1_000),
        ] {
            assert_eq!(
                whole(scoring, possible, t, limit),
                expected,
                "{scoring:?} {possible} {t}/{limit}"
            );
        }
        assert_eq!(points(RACE, 1_000, Share::ALL, Millis::secs(99), None), 1_000);
    }

    #[test]
    fn share_and_speed_are_rounded_once() {
        // 1,000 * 1/3 * 3/4 = 250; rounding in between would give 333 * 3/4 = 249.75.
        assert_eq!(
            points(
                CLASSIC,
                1_000,
                Share::of_count(1, 3),
                Millis(5_250),
                Some(Millis(10_000))
            ),
            250
        );
        assert_eq!(points(ACCURACY, 1, Share::of_count(1, 2), Millis(0), None), 1);
        assert_eq!(points(ACCURACY, 1, Share::of_count(49, 100), Millis(0), None), 0);
    }

    #[test]
    fn streaks_grow_to_a_cap() {
        assert_eq!(
            [0, 1, 2, 3, 6, 7, u32::MAX].map(streak_bonus),
            [0, 0, 100, 200, 500, 500, 500]
        );
    }

    prop_compose! {
        fn scoring()(permille in 0_u32..=1_000, kahoot in any::<bool>()) -> Scoring {
            if kahoot { Scoring::Kahoot } else { Scoring::Linear { speed_weight_permille: permille } }
        }
    }

    proptest! {
        #[test]
        fn within_bounds_and_never_more_for_later(
            scoring in scoring(), possible in 0_u32..=2_000, part in 0_u128..=u128::MAX >> 1, whole in 1_u128..=u128::MAX >> 1,
            limit in 1_u64..=6_000_000, a in 0_u64..=7_000_000, b in 0_u64..=7_000_000,
        ) {
            let share = Share::new(part, whole);
            let at = |t| points(scoring, possible, share, Millis(t), Some(Millis(limit)));
            let (early, late) = (at(a.min(b)), at(a.max(b)));
            prop_assert!(late <= early && early <= possible);
            prop_assert!(!share.is_nothing() || early == 0);
        }
    }
}
