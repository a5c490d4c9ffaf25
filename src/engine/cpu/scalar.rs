//! f32 and f64 behind one trait, with the few functions the fast path needs in a form that compilers vectorise and that
//! gives the same bits on every platform: no call into a system's mathematics library.

use super::Real;
use ndarray::LinalgScalar;

/// A floating-point type the engine trains in.
pub trait Scalar: Real + LinalgScalar {
    /// The largest |x| whose exponential and its inverse are both finite.
    const EXP_LIMIT: Self;

    /// eˣ for |x| ≤ [`Scalar::EXP_LIMIT`], to about one unit in the last place.
    fn exp_in_range(self) -> Self;

    /// ln(1 + x) for x in 0..=1.
    fn ln_1p(self) -> Self;

    /// `self` limited to `low..=high`.
    #[inline(always)]
    fn limited(self, low: Self, high: Self) -> Self {
        let x = if self < low { low } else { self };
        if x > high { high } else { x }
    }

    /// 1 / (1 + e^−x).
    #[inline(always)]
    fn sigmoid(self) -> Self {
        let x = self.limited(-Self::EXP_LIMIT, Self::EXP_LIMIT);
        Self::ONE / (Self::ONE + (-x).exp_in_range())
    }
}

/// e^r for |r| ≤ ln 2 / 2 by its Taylor series; the highest term used decides the precision.
macro_rules! exp_taylor {
    ($r:expr, $type:ty, [$($divisor:literal),*]) => {{
        let mut sum: $type = 1.0;
        $( sum = sum * ($r / $divisor) + 1.0; )*
        sum
    }};
}

impl Scalar for f32 {
    const EXP_LIMIT: f32 = 87.0;

    #[inline(always)]
    fn exp_in_range(self) -> Self {
        // Adding and taking away 1.5·2^23 rounds to an integer without a function call.
        const MAGIC: f32 = 12_582_912.0;
        // ln 2 in two parts, the first with trailing zeros, so that n·LN2_HIGH is exact.
        const LN2_HIGH: f32 = 0.693_359_4;
        const LN2_LOW: f32 = -2.121_944_4e-4;
        let n = (self * std::f32::consts::LOG2_E + MAGIC) - MAGIC;
        let r = (self - n * LN2_HIGH) - n * LN2_LOW;
        let p = exp_taylor!(r, f32, [8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]);
        f32::from_bits(p.to_bits().wrapping_add(((n as i32) << 23) as u32))
    }

    fn ln_1p(self) -> Self {
        self.to_f64().ln_1p() as f32
    }
}

impl Scalar for f64 {
    const EXP_LIMIT: f64 = 700.0;

    #[inline(always)]
    fn exp_in_range(self) -> Self {
        const MAGIC: f64 = 6_755_399_441_055_744.0;
        const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
        const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
        let n = (self * std::f64::consts::LOG2_E + MAGIC) - MAGIC;
        let r = (self - n * LN2_HIGH) - n * LN2_LOW;
        let p = exp_taylor!(r, f64, [14.0, 13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]);
        f64::from_bits(p.to_bits().wrapping_add(((n as i64) << 52) as u64))
    }

    fn ln_1p(self) -> Self {
        f64::ln_1p(self)
    }
}

/// How many partial sums a reduction keeps: enough for the widest vectors; the order is fixed by it.
pub const LANES: usize = 16;

/// Σ over runs of equal-length slices in a fixed order: lane `i % LANES` of each run, lanes added pairwise at the end.
#[inline(always)]
pub fn sum_runs<'a, T: Scalar>(runs: impl Iterator<Item = &'a [T]>, term: impl Fn(T) -> T) -> T {
    let mut lanes = [T::ZERO; LANES];
    for run in runs {
        let (whole, rest) = run.as_chunks::<LANES>();
        for chunk in whole {
            for (lane, &x) in lanes.iter_mut().zip(chunk) {
                *lane += term(x);
            }
        }
        for (lane, &x) in lanes.iter_mut().zip(rest) {
            *lane += term(x);
        }
    }
    fold_lanes(lanes)
}

/// The pairwise end of a lane-wise sum.
#[inline(always)]
pub fn fold_lanes<T: Scalar>(mut lanes: [T; LANES]) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_good_to_the_last_places() {
        for i in -8_600..=8_600 {
            let x = f64::from(i) * 0.01;
            let relative = (x.exp_in_range() / x.exp() - 1.0).abs();
            assert!(relative < 3e-16 * 4.0, "f64 e^{x}: {relative:e}");
            let x = x as f32;
            let relative = (f64::from(x.exp_in_range()) / f64::from(x).exp() - 1.0).abs();
            assert!(relative < 2.5e-7, "f32 e^{x}: {relative:e}");
        }
    }

    #[test]
    fn sigmoid_is_monotone_and_finite_at_the_ends() {
        for x in [-1e30f32, -200.0, -87.0, 0.0, 87.0, 1e30] {
            let s = x.sigmoid();
            assert!((0.0..=1.0).contains(&s), "{x}: {s}");
        }
        assert_eq!(0f32.sigmoid(), 0.5);
        assert_eq!(1e30f64.sigmoid(), 1.0);
    }

    #[test]
    fn sums_of_runs_are_right_and_scale_by_powers_of_two_exactly() {
        let x: Vec<f32> = (0..1_000).map(|i| (i as f32 * 0.37).sin()).collect();
        let y: Vec<f32> = x.iter().map(|v| v * 0.25).collect();
        let sum = |v: &[f32]| sum_runs(v.chunks(130), |a| a);
        let exact: f64 = x.iter().map(|&v| f64::from(v)).sum();
        assert!((f64::from(sum(&x)) - exact).abs() < 1e-4);
        assert_eq!(sum(&x) * 0.25, sum(&y));
    }
}
