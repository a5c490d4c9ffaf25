//! What may be asked of a GPU engine beside its setup.

use super::reduction::Reduction;
use super::tune::Tuning;

/// What tests and benchmarks decide otherwise than the adapter would.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes {
    /// How sums are shared out; as suits the adapter where it is not given.
    pub reduction: Option<Reduction>,
    /// When variants of the convolutions are measured. No choice changes a result.
    pub tuning: Tuning,
}
