//! What is compared, and by how much it may differ.

use explr::model::init::{Stream, generator, normals};

/// Relative Frobenius distance that f32 kernels may have from the f64 reference: sums of some thousand products of
/// rounding error 6e-8 stay a good factor below.
pub const KERNEL_TOLERANCE: f64 = 3e-6;

/// `len` standard normal numbers, exact in f32.
pub fn randoms(seed: u32, len: usize) -> Vec<f64> {
    let mut rng = generator(seed, Stream::Weights);
    normals(&mut rng, len).into_iter().map(|x| f64::from(x as f32)).collect()
}

/// ‖a − b‖ / ‖b‖; infinite where lengths differ or something is NaN.
pub fn relative_error(a: &[f64], b: &[f64]) -> f64 {
    let difference: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    let norm: f64 = b.iter().map(|b| b * b).sum();
    let error = if norm == 0.0 { difference.sqrt() } else { (difference / norm).sqrt() };
    if a.len() == b.len() && error.is_finite() { error } else { f64::INFINITY }
}

/// Fails if they are further apart than `tolerance`.
#[track_caller]
pub fn assert_close(what: &str, a: &[f64], b: &[f64], tolerance: f64) {
    let error = relative_error(a, b);
    assert!(error <= tolerance, "{what}: relative error {error:.2e} > {tolerance:.0e}");
}

gpu_test! {
    /// The comparison can fail.
    async fn a_difference_is_seen() {
        let a = randoms(1, 1000);
        let mut b = a.clone();
        assert_eq!(relative_error(&a, &b), 0.0);
        b[500] += 1e-3;
        assert!(relative_error(&a, &b) > KERNEL_TOLERANCE);
        b[500] = f64::NAN;
        assert_eq!(relative_error(&b, &a), f64::INFINITY);
        assert_eq!(relative_error(&a[1..], &a), f64::INFINITY);
    }
}
