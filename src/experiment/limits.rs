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
/// Lowest point of a schedule, as a fraction of η.
pub const FLOOR: RangeInclusive<f64> = 0.0..=1.0;
/// What a step decay multiplies η by.
pub const STEP_FACTOR: RangeInclusive<f64> = 1e-6..=1.0;
/// Heights of a drawn schedule, as multiples of η.
pub const CURVE_FACTOR: RangeInclusive<f64> = 0.0..=10.0;
/// Points of a drawn schedule; milestones of a step decay.
pub const MAX_POINTS: usize = 24;
/// Longest span in epochs.
pub const MAX_EPOCHS: f64 = 100_000.0;
/// The power that a broken twin's growth is taken to.
pub const GROWTH_POWER: RangeInclusive<f64> = 0.0..=2.0;
/// Powers of two that a start may be multiplied by: f32 holds the squares of what comes out.
pub const SCALE: RangeInclusive<i32> = -40..=40;
/// Pixels that images may be shifted by.
pub const MAX_SHIFT: u8 = 8;
/// Largest number that is read as a size of a network; what a network may have is its own affair.
pub const MAX_SIZE: usize = 4_096;
/// Changes a link may carry.
pub const MAX_CHANGES: usize = 100;
/// Bytes of a link that are read.
pub const MAX_LINK_BYTES: usize = 131_072;

/// The log slider of η.
pub const LR_SLIDER: RangeInclusive<f64> = 1e-3..=10.0;
/// The log slider of λ.
pub const WEIGHT_DECAY_SLIDER: RangeInclusive<f64> = 1e-5..=1.0;
