//! What the operations' tests share: random numbers, slopes by central differences, and a comparison.

use crate::model::{ConvGeometry, Norm, NormGeometry, PoolGeometry, Shape};

/// `len` standard normal numbers.
pub(crate) fn randoms(seed: u32, len: usize) -> Vec<f64> {
    crate::model::init::normals(&mut crate::model::init::generator(seed, crate::model::init::Stream::Weights), len)
}

/// Σ a b.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The gradient of `f` at `at` by central differences. The step 1e-5 balances the truncation (∝ step²) against the
/// rounding (∝ 1/step) of f64 at arguments around 1: both about 1e-10.
pub(crate) fn slope(at: &[f64], mut f: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
    let mut x = at.to_vec();
    (0..at.len())
        .map(|i| {
            let mut moved = |by: f64| {
                x[i] = at[i] + by;
                f(&x)
            };
            let difference = moved(1e-5) - moved(-1e-5);
            x[i] = at[i];
            difference / 2e-5
        })
        .collect()
}

/// ‖a − b‖ / ‖b‖.
pub(crate) fn relative_error(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let difference: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    (difference / dot(b, b)).sqrt()
}

/// Fails if `a` and `b` are further apart than `tolerance`, relative to `b`; NaN fails.
#[track_caller]
pub(crate) fn assert_close(a: &[f64], b: &[f64], tolerance: f64) {
    let error = relative_error(a, b);
    assert!(error <= tolerance, "relative error {error:e} > {tolerance:e}");
}

/// Strides, paddings and kernels of every kind, small.
pub(crate) fn convolutions() -> Vec<ConvGeometry> {
    [(3, 1, 5, 5), (3, 2, 5, 3), (3, 2, 4, 2), (1, 1, 4, 4), (1, 2, 4, 2), (1, 2, 5, 3)]
        .into_iter()
        .map(|(kernel, stride, from, to)| ConvGeometry {
            n: 2,
            input: Shape { c: 3, h: from, w: from },
            output: Shape { c: 2, h: to, w: to },
            kernel,
            stride,
            pad: kernel / 2,
        })
        .collect()
}

/// Every kind of normalisation with the number of elements it covers.
pub(crate) fn norms() -> Vec<(NormGeometry, usize)> {
    let (n, shape) = (3, Shape { c: 4, h: 2, w: 3 });
    [Norm::Batch, Norm::Group(2), Norm::Layer, Norm::Instance]
        .map(|norm| (norm.geometry(n, shape), n * shape.len()))
        .into()
}

/// Poolings of even and odd sizes.
pub(crate) fn pools() -> Vec<PoolGeometry> {
    [(4, 6), (5, 4), (4, 7), (3, 3)].map(|(h, w)| PoolGeometry { n: 2, input: Shape { c: 3, h, w } }).into()
}

#[test]
#[should_panic(expected = "relative error")]
fn a_perturbed_result_fails() {
    let a = randoms(1, 100);
    let mut b = a.clone();
    b[17] += 1e-3;
    assert_close(&a, &b, 1e-6);
}

#[test]
#[should_panic(expected = "relative error")]
fn a_nan_fails() {
    assert_close(&[f64::NAN, 1.0], &[1.0, 1.0], 1e9);
}

#[test]
fn the_slope_of_a_square() {
    assert_close(&slope(&[3.0, -2.0], |x| x[0] * x[0] + x[0] * x[1]), &[4.0, 3.0], 1e-9);
}
