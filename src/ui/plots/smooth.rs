//! Smoothing that never invents spikes: a mean over a window is never above the largest or below the smallest value in it.

/// Half the window for `visible` points: about a fortieth of what is seen, in powers of two so that it rarely changes.
pub fn half_window(visible: usize) -> usize {
    (visible / 80).max(4).next_power_of_two().min(256)
}

/// Means over a centred window of `2 half + 1` points. Towards the start the window shrinks, so that the steep beginning is
/// not smeared; towards the end it loses its right side only, so that the newest point does not jump about. Values that are
/// not finite are left out.
pub fn centred_mean(values: &[f64], half: usize) -> Vec<f64> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    let (mut sum, mut count) = (0.0, 0u32);
    sums.push((sum, count));
    for &v in values {
        if v.is_finite() {
            sum += v;
            count += 1;
        }
        sums.push((sum, count));
    }
    (0..values.len())
        .map(|i| {
            let half = half.min(i);
            let (a, b) = (sums[i - half], sums[(i + half + 1).min(values.len())]);
            if b.1 > a.1 { (b.0 - a.0) / f64::from(b.1 - a.1) } else { f64::NAN }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_by_hand() {
        assert_eq!(centred_mean(&[1.0, 2.0, 6.0, 4.0], 1), [1.0, 3.0, 4.0, 5.0]);
        assert_eq!(centred_mean(&[], 4), Vec::<f64>::new());
    }

    #[test]
    fn what_is_missing_is_left_out() {
        let out = centred_mean(&[1.0, f64::NAN, 3.0, 5.0, f64::INFINITY], 1);
        assert_eq!(out, [1.0, 2.0, 4.0, 4.0, 5.0]);
        assert!(centred_mean(&[f64::NAN], 2)[0].is_nan());
    }

    proptest::proptest! {
        /// No smoothed value leaves the range of its window: spikes cannot be invented.
        #[test]
        fn stays_between_its_neighbours(values in proptest::collection::vec(-5.0f64..5.0, 1..80), half in 0usize..12) {
            for (i, s) in centred_mean(&values, half).into_iter().enumerate() {
                let window = &values[i.saturating_sub(half)..(i + half + 1).min(values.len())];
                let low = window.iter().copied().fold(f64::INFINITY, f64::min);
                let high = window.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                proptest::prop_assert!(s >= low - 1e-9 && s <= high + 1e-9);
            }
        }
    }
}
