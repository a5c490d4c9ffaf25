//! Long sums, in an order that the vectors fix and nothing else.

use super::scalar::Scalar;
use super::vector::{Pair, Vector};

/// A sum in a fixed order: four vectors of partial sums, and the ends of the runs one by one.
pub struct Sum<T, V> {
    /// The vectors.
    pub lanes: Pair<Pair<V>>,
    /// The ends.
    pub rest: T,
}

impl<T: Scalar, V: Vector<T>> Sum<T, V> {
    /// Zero.
    #[inline(always)]
    pub fn new() -> Self {
        Self { lanes: Pair::<Pair<V>>::splat(T::ZERO), rest: T::ZERO }
    }

    /// Adds a run.
    #[inline(always)]
    pub fn add(&mut self, x: &[T]) {
        let chunks = x.chunks_exact(4 * V::LEN);
        self.rest += chunks.remainder().iter().copied().fold(T::ZERO, |sum, x| sum + x);
        for x in chunks {
            self.lanes = self.lanes.add(Pair::load(x));
        }
    }

    /// Adds (x − mean)² of a run.
    #[inline(always)]
    pub fn add_squares(&mut self, x: &[T], mean: T) {
        let chunks = x.chunks_exact(4 * V::LEN);
        self.rest += chunks.remainder().iter().fold(T::ZERO, |sum, &x| sum + (x - mean) * (x - mean));
        let mean = Pair::<Pair<V>>::splat(mean);
        for x in chunks {
            let deviation = Pair::load(x).sub(mean);
            self.lanes = self.lanes.plus_product(deviation, deviation);
        }
    }

    /// What it comes to.
    #[inline(always)]
    pub fn total(self) -> T {
        self.lanes.sum() + self.rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::vector::{Kernel, dispatch};

    struct Check;

    impl Kernel<f32> for Check {
        #[inline(always)]
        fn run<V: Vector<f32>>(self) {
            let x: Vec<f32> = (0..1_000).map(|i| (i as f32 * 0.37).sin()).collect();
            let y: Vec<f32> = x.iter().map(|v| v * 0.25).collect();
            let sum = |v: &[f32]| {
                let mut sum = Sum::<f32, V>::new();
                v.chunks(130).for_each(|run| sum.add(run));
                sum.total()
            };
            let exact: f64 = x.iter().map(|&v| f64::from(v)).sum();
            assert!((f64::from(sum(&x)) - exact).abs() < 1e-4);
            assert_eq!(sum(&x) * 0.25, sum(&y), "a power of two is exact");
            let mut squares = Sum::<f32, V>::new();
            x.chunks(130).for_each(|run| squares.add_squares(run, 0.5));
            let exact: f64 = x.iter().map(|&v| (f64::from(v) - 0.5).powi(2)).sum();
            assert!((f64::from(squares.total()) / exact - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn sums_of_runs_are_right_and_scale_by_powers_of_two_exactly() {
        dispatch(Check);
        <Check as Kernel<f32>>::run::<f32>(Check);
    }
}
