//! Normalise, then activate; and back. One computation for every [`NormGeometry`].

use super::activation::value_and_slope;
use super::reference::norm_forward::inverse_deviation;
use super::scalar::{LANES, Scalar, fold_lanes, sum_runs};
use crate::model::{Activation, NormGeometry};

/// What the backward pass needs of the forward pass, feature maps `[c, n, h, w]`.
#[derive(Clone, Debug)]
pub struct NormTape<T> {
    /// The normalised input.
    pub normalised: Vec<T>,
    /// The activation's slope at it.
    pub slope: Vec<T>,
    /// 1/√(var + ε) of each set; 0 for a constant set.
    pub inverse_std: Vec<T>,
}

impl<T: Scalar> NormTape<T> {
    /// Room for `len` elements in `sets` sets.
    pub fn new(len: usize, sets: usize) -> Self {
        Self { normalised: vec![T::ZERO; len], slope: vec![T::ZERO; len], inverse_std: vec![T::ZERO; sets] }
    }
}

/// `output = activation((input − mean) / √(var + ε))` set by set; biased variance, in two passes.
pub fn forward<T: Scalar>(
    geometry: &NormGeometry,
    activation: Activation,
    epsilon: f64,
    input: &[T],
    tape: &mut NormTape<T>,
    output: &mut [T],
) {
    let count = T::from_f64(geometry.set_len() as f64);
    for set in 0..geometry.sets {
        let runs = |x| runs(geometry, set, x);
        let mean = sum_runs(runs(input), |x| x) / count;
        let variance = sum_runs(runs(input), |x| (x - mean) * (x - mean)) / count;
        let inverse_std = inverse_deviation(mean, variance, T::from_f64(epsilon));
        tape.inverse_std[set] = inverse_std;
        for range in ranges(geometry, set) {
            for (z, &x) in tape.normalised[range.clone()].iter_mut().zip(&input[range]) {
                *z = (x - mean) * inverse_std;
            }
        }
    }
    value_and_slope(activation, &tape.normalised, output, &mut tape.slope);
}

/// Gradient with respect to the input, from the gradient with respect to the output; overwrites `input_gradient`, or
/// adds to it. `output_gradient` is used up: it becomes the gradient at the normalised value.
pub fn backward<T: Scalar>(
    geometry: &NormGeometry,
    tape: &NormTape<T>,
    output_gradient: &mut [T],
    input_gradient: &mut [T],
    accumulate: bool,
) {
    let count = T::from_f64(geometry.set_len() as f64);
    for (g, &s) in output_gradient.iter_mut().zip(&tape.slope) {
        *g *= s;
    }
    for set in 0..geometry.sets {
        let inverse_std = tape.inverse_std[set];
        let mean_gradient = sum_runs(runs(geometry, set, output_gradient), |x| x) / count;
        let mean_product = dot_runs(geometry, set, output_gradient, &tape.normalised) / count;
        for range in ranges(geometry, set) {
            let source = output_gradient[range.clone()].iter().zip(&tape.normalised[range.clone()]);
            for (dx, (&g, &z)) in input_gradient[range].iter_mut().zip(source) {
                let value = inverse_std * (g - mean_gradient - z * mean_product);
                *dx = if accumulate { *dx + value } else { value };
            }
        }
    }
}

fn ranges(geometry: &NormGeometry, set: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let (base, len, stride) = (geometry.base(set), geometry.run_len, geometry.run_stride);
    (0..geometry.runs).map(move |r| base + r * stride..base + r * stride + len)
}

fn runs<'a, T>(geometry: &NormGeometry, set: usize, x: &'a [T]) -> impl Iterator<Item = &'a [T]> {
    ranges(geometry, set).map(|range| &x[range])
}

/// Σ a·b over a set, in the order of [`sum_runs`].
fn dot_runs<T: Scalar>(geometry: &NormGeometry, set: usize, a: &[T], b: &[T]) -> T {
    let mut lanes = [T::ZERO; LANES];
    for range in ranges(geometry, set) {
        for (a, b) in a[range.clone()].chunks(LANES).zip(b[range].chunks(LANES)) {
            for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
                *lane += a * b;
            }
        }
    }
    fold_lanes(lanes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::reference::check::{assert_close, randoms};
    use crate::engine::cpu::reference::{norm_backward, norm_forward};
    use crate::model::{Norm, Shape};

    /// 9 images of 6 × 5 × 7: no length is a multiple of the lanes.
    const SHAPE: Shape = Shape { c: 6, h: 5, w: 7 };
    const N: usize = 9;

    #[test]
    fn agrees_with_the_naive_twin() {
        let len = N * SHAPE.len();
        let x: Vec<f64> = randoms(1, len).iter().enumerate().map(|(i, x)| 3.0 + x * (1.0 + (i % 7) as f64)).collect();
        let dy = randoms(2, len);
        for norm in [Norm::Batch, Norm::Group(2), Norm::Layer, Norm::Instance] {
            for activation in Activation::ALL {
                for (epsilon, accumulate) in [(0.0, false), (0.3, true)] {
                    let g = norm.geometry(N, SHAPE);
                    let (mut mean, mut rstd) = (vec![0.0; g.sets], vec![0.0; g.sets]);
                    let (mut want, mut got) = (vec![0.0; len], vec![0.0; len]);
                    norm_forward(&x, &g, activation, epsilon, &mut want, &mut mean, &mut rstd);
                    let mut tape = NormTape::new(len, g.sets);
                    forward(&g, activation, epsilon, &x, &mut tape, &mut got);
                    assert_close(&got, &want, 1e-13);
                    let (mut want, mut got) = (vec![0.5; len], vec![0.5; len]);
                    norm_backward(&x, &dy, &g, activation, &mean, &rstd, &mut want, accumulate);
                    backward(&g, &tape, &mut dy.clone(), &mut got, accumulate);
                    assert_close(&got, &want, 1e-12);
                }
            }
        }
    }

    #[test]
    fn a_constant_channel_gives_zero_and_no_gradient() {
        let g = Norm::Batch.geometry(3, Shape { c: 2, h: 2, w: 2 });
        let x: Vec<f32> = (0..24).map(|i| if i < 12 { 0.1 } else { i as f32 }).collect();
        let (mut tape, mut y, mut dx) = (NormTape::new(24, 2), vec![7.0; 24], vec![7.0; 24]);
        forward(&g, Activation::Tanh, 0.0, &x, &mut tape, &mut y);
        backward(&g, &tape, &mut [1.0; 24], &mut dx, false);
        assert!(y[..12].iter().chain(&dx[..12]).all(|&v| v == 0.0));
        assert!(y[12..].iter().all(|&v| v != 0.0));
    }
}
