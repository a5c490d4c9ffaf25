//! The ranges of every setting, in one place: links, sliders and typed numbers all ask here.

use std::ops::RangeInclusive;

/// η. 0 is allowed typed and in links; the slider starts at [`LR_SLIDER`].
pub const LR: RangeInclusive<f64> = 0.0..=10.0;
/// λ.
pub const WEIGHT_DECAY: RangeInclusive<f64> = 0.0..=1.0;
/// γ.
pub const MOMENTUM: RangeInclusive<f64> = 0.0..=0.999;
/// ε of the normalisation.
pub const EPSILON: RangeInclusive<f64> = 0.0..=1.0;
/// Frobenius norm of the head.
pub const HEAD_NORM: RangeInclusive<f64> = 0.1..=100.0;
/// Images per step.
pub const BATCH: RangeInclusive<usize> = 2..=256;
/// Steps of a run.
pub const STEPS: RangeInclusive<u64> = 1..=10_000_000;
/// Changes a link may carry.
pub const MAX_CHANGES: usize = 100;
/// Bytes of a link that are read.
pub const MAX_LINK_BYTES: usize = 16_384;

/// The log slider of η.
pub const LR_SLIDER: RangeInclusive<f64> = 1e-3..=10.0;
/// The log slider of λ.
pub const WEIGHT_DECAY_SLIDER: RangeInclusive<f64> = 1e-5..=1.0;
