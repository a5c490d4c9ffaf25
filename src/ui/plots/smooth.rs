//! Smoothing that never invents spikes: a mean over a window is never above the largest or below the smallest value in it.

use super::kept::{Id, Kept};
use crate::session::{Rows, Series};
use std::rc::Rc;

/// Half the window for `visible` steps: about a fortieth of what is seen, in powers of two so that it rarely changes.
pub fn half_window(visible: u64) -> u64 {
    (visible / 80).max(4).next_power_of_two()
}

/// Running sums of a series, kept from frame to frame: any mean is then two look-ups.
pub struct Sums {
    /// Sums of the finite values up to and including each.
    sums: Rc<Series>,
    /// How many those are.
    counts: Rc<Series>,
}

impl Sums {
    /// The sums of `len` values, one a row of `rows`; the names of `what` must be used for nothing else. Thinned, a sum goes
    /// on over all steps up to its own; where the steps are gone, a row stands for those since the one before.
    pub fn of(
        kept: &Kept,
        what: [&'static str; 2],
        id: Id,
        rows: Rows,
        len: usize,
        value: impl Fn(usize) -> f64,
    ) -> Self {
        let running = |what, add: &dyn Fn(f64) -> f64| {
            kept.series(Id { what, ..id }, rows, len, |i, before| {
                let (value, steps) = (value(i), i.checked_sub(1).map_or(1, |last| rows.step(i) - rows.step(last)));
                before.last().copied().unwrap_or(0.0) + if value.is_finite() { steps as f64 * add(value) } else { 0.0 }
            })
        };
        Self { sums: running(what[0], &|value| value), counts: running(what[1], &|_| 1.0) }
    }

    /// The mean over a centred window of `2 half + 1` steps around row `i`. Towards the start the window shrinks, so that the
    /// steep beginning is not smeared; towards the end it loses its right side only, so that the newest point does not jump
    /// about. Values that are not finite are left out.
    pub fn mean(&self, i: usize, half: u64) -> f64 {
        let rows = self.sums.rows();
        let step = rows.step(i);
        let half = half.min(step);
        let to = rows.row(step + half).min(self.sums.len() - 1);
        let before = |sums: &[f64]| rows.row(step - half).checked_sub(1).map_or(0.0, |at| sums[at]);
        let count = self.counts[to] - before(&self.counts);
        if count > 0.0 { (self.sums[to] - before(&self.sums)) / count } else { f64::NAN }
    }

    /// Means at every step that makes a difference to the eye, eight in half a window, and at the last one; `shown` turns
    /// row and mean into what is drawn.
    pub fn points(&self, half: u64, shown: impl Fn(usize, f64) -> f64) -> Vec<(u64, f64)> {
        let Some(last) = self.sums.len().checked_sub(1) else { return Vec::new() };
        let (rows, stride) = (self.sums.rows(), (half / 8).max(1));
        let mut seen: Vec<usize> = (0..rows.step(last)).step_by(stride as usize).map(|step| rows.row(step)).collect();
        seen.push(last);
        seen.dedup();
        seen.into_iter().map(|i| (rows.step(i), shown(i, self.mean(i, half)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Arm;

    fn means(values: &[f64], half: u64) -> Vec<f64> {
        let id = Id { what: "", arm: Arm::Wd, group: 0 };
        let sums = Sums::of(&Kept::default(), ["sum", "count"], id, Rows::ALL, values.len(), |i| values[i]);
        (0..values.len()).map(|i| sums.mean(i, half)).collect()
    }

    #[test]
    fn means_by_hand() {
        assert_eq!(means(&[1.0, 2.0, 6.0, 4.0], 1), [1.0, 3.0, 4.0, 5.0]);
        assert_eq!(means(&[], 4), Vec::<f64>::new());
    }

    #[test]
    fn what_is_missing_is_left_out() {
        let out = means(&[1.0, f64::NAN, 3.0, 5.0, f64::INFINITY], 1);
        assert_eq!(out, [1.0, 2.0, 4.0, 4.0, 5.0]);
        assert!(means(&[f64::NAN], 2)[0].is_nan());
    }

    #[test]
    fn points_are_few_and_end_at_the_last_step() {
        let id = Id { what: "", arm: Arm::Wd, group: 0 };
        let sums = |len| Sums::of(&Kept::default(), ["sum", "count"], id, Rows::ALL, len, |i| i as f64);
        assert_eq!(sums(4).points(4, |_, mean| mean), [(0, 0.0), (1, 1.0), (2, 1.5), (3, 1.5)]);
        let long = sums(100_001).points(256, |_, mean| mean);
        assert!(long.len() < 4_000 && long.last().is_some_and(|p| p.0 == 100_000), "{}", long.len());
        assert_eq!(long[100], (3_200, 3_200.0));
        assert!(sums(0).points(4, |_, mean| mean).is_empty());
    }

    proptest::proptest! {
        /// No smoothed value leaves the range of its window: spikes cannot be invented.
        #[test]
        fn stays_between_its_neighbours(values in proptest::collection::vec(-5.0f64..5.0, 1..80), half in 0u64..12) {
            for (i, s) in means(&values, half).into_iter().enumerate() {
                let half = half as usize;
                let window = &values[i.saturating_sub(half)..(i + half + 1).min(values.len())];
                let low = window.iter().copied().fold(f64::INFINITY, f64::min);
                let high = window.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                proptest::prop_assert!(s >= low - 1e-9 && s <= high + 1e-9);
            }
        }
    }
}
