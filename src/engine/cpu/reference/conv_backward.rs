//! Both gradients of a convolution, which a GPU computes in one go.

use super::{conv_input_gradient, conv_weight_gradient};
use crate::engine::cpu::Real;
use crate::model::ConvGeometry;

/// `dw` as [`conv_weight_gradient()`] has it, and `dx` as [`conv_input_gradient()`] has it: added to `dx` with `accumulate`.
pub fn conv_backward<T: Real>(
    [x, dy, weights]: [&[T]; 3],
    [dw, dx]: [&mut [T]; 2],
    geometry: &ConvGeometry,
    accumulate: bool,
) {
    conv_weight_gradient(x, dy, dw, geometry);
    conv_input_gradient(dy, weights, dx, geometry, accumulate);
}
