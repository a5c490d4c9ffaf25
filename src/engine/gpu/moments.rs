//! A normalisation of whole channels (BatchNorm) behind a convolution: the convolution's workgroups leave the moments of
//! what they write, and many workgroups share a set without reading it twice.
//!
//! One workgroup a set would be as many as there are channels, and leave most of a GPU idle. Sets of one image are many
//! and short: [`norms::norm_forward`] reduces them itself, as those that no convolution stands before.
//!
//! Backward it is the convolution behind the norm that begins: its workgroups take the gradient of their input on through the
//! activation and leave the two sums that the norm's gradient needs.

use super::calls::{Buf, Call};
use super::{kernels, norms};
use crate::model::{Activation, ConvGeometry, NormGeometry, Op, Plan, TensorId};

/// Elements of `Buf::Moments` for each piece: mean, M2 = Σ (y − mean)², count, 0.
const PIECE_LEN: usize = 4;
/// Elements of `Buf::Sums` for each piece: Σ d, Σ d · x̂.
const SUMS_LEN: usize = 2;
/// Times four numbers (or one) of a set that a workgroup normalises: fewer would keep a GPU busier and pay the merging
/// more often.
const SLICE: usize = 1024;
/// Threads that share out a slice.
const THREADS: usize = 64;

/// Whether the sets of `geometry` are the channels, each one run of memory.
pub fn over_channels(geometry: &NormGeometry) -> bool {
    geometry.runs == 1 && geometry.inner == 1 && geometry.outer_stride == geometry.run_len
}

/// Whether `plan` normalises whole channels of `tensor`.
pub fn are_wanted(plan: &Plan, tensor: TensorId) -> bool {
    let wants =
        |op: &Op| matches!(op, Op::NormAct { input, geometry, .. } if *input == tensor && over_channels(geometry));
    plan.ops.iter().any(wants)
}

/// `conv_forward_moments`: `call`, a `conv_forward`, leaves the moments of its output as well.
pub fn leave(call: Call, moments: Buf) -> Call {
    let mut buffers = call.buffers;
    buffers.push(moments);
    Call { kernel: &kernels::CONV_FORWARD_MOMENTS, buffers, ..call }
}

/// Pieces that `call`, a convolution, leaves of each channel: one a workgroup.
pub fn pieces(call: &Call) -> usize {
    call.grid[0]
}

/// f32 of the moments of so many sets, all arms together.
pub fn len(sets: usize, pieces: usize) -> usize {
    sets * pieces * PIECE_LEN
}

/// `norm_forward_merged`: the moments `[arm][set][piece]` come in so many `pieces` a set.
///
/// # Panics
/// If the sets are not whole channels.
pub fn norm_forward(
    g: &NormGeometry,
    activation: Activation,
    arms: usize,
    [x, moments, y, stats]: [Buf; 4],
    pieces: usize,
) -> Call {
    let (width, sizes, grid) = slices(g, arms, pieces);
    Call {
        kernel: if width == 4 { &kernels::NORM_FORWARD_MERGED_4 } else { &kernels::NORM_FORWARD_MERGED },
        constants: vec![norms::activation_constant(activation), ("THREADS", THREADS as f64)],
        sizes,
        buffers: vec![x, moments, y, stats],
        grid,
    }
}

/// Numbers taken at a time, sizes and grid of a norm of whole channels whose sums come in so many `pieces`.
fn slices(g: &NormGeometry, arms: usize, pieces: usize) -> (usize, Vec<(&'static str, usize)>, [usize; 3]) {
    assert!(over_channels(g), "{g:?}");
    let width = norms::width(g);
    let set = g.set_len() / width;
    // Slices of one length, so that none is left with little.
    let slice = set.div_ceil(set.div_ceil(SLICE)).next_multiple_of(THREADS);
    let sizes = vec![("run", set), ("slice", slice), ("pieces", pieces), ("count", g.set_len())];
    (width, sizes, [g.sets, set.div_ceil(slice), arms])
}

/// `conv_backward_sums`: `call`, a `conv_backward` of a convolution of `geometry`, goes on through the activation of the norm
/// whose input is `y`, which has `stats`, and leaves `sums`.
pub fn leave_sums(call: Call, activation: Activation, [y, stats, sums]: [Buf; 3]) -> Call {
    let Call { mut constants, mut buffers, .. } = call;
    constants.push(norms::activation_constant(activation));
    buffers.extend([y, stats, sums]);
    Call { kernel: &kernels::CONV_BACKWARD_SUMS, constants, buffers, ..call }
}

/// Pieces that `call`, a `conv_backward` of a convolution of `geometry`, leaves of each channel: one a workgroup.
pub fn pieces_of_sums(call: &Call, geometry: &ConvGeometry) -> usize {
    let weight_groups = call.sizes.iter().find(|(name, _)| *name == "weight_groups").map_or(0, |&(_, groups)| groups);
    (call.grid[0] - weight_groups) / geometry.input.c.div_ceil(8)
}

/// f32 of the sums of so many sets, all arms together.
pub fn sums_len(sets: usize, pieces: usize) -> usize {
    sets * pieces * SUMS_LEN
}

/// `norm_backward_merged`: the sums `[arm][set][piece]` come in so many `pieces` a set; `d` is what the convolution left of the
/// gradient.
///
/// # Panics
/// If the sets are not whole channels.
pub fn norm_backward(
    g: &NormGeometry,
    arms: usize,
    [x, d, stats, sums, dx]: [Buf; 5],
    accumulate: bool,
    pieces: usize,
) -> Call {
    let (width, sizes, grid) = slices(g, arms, pieces);
    Call {
        kernel: if width == 4 { &kernels::NORM_BACKWARD_MERGED_4 } else { &kernels::NORM_BACKWARD_MERGED },
        constants: vec![("THREADS", THREADS as f64), ("ACCUMULATE", f64::from(u8::from(accumulate)))],
        sizes,
        buffers: vec![x, d, stats, sums, dx],
        grid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Norm, Shape};

    #[test]
    fn only_sets_that_are_channels_are_merged() {
        let shape = Shape { c: 6, h: 4, w: 3 };
        let over = |norm: Norm, n| over_channels(&norm.geometry(n, shape));
        assert!(over(Norm::Batch, 5) && over(Norm::Batch, 1));
        assert!(over(Norm::Instance, 1), "of one image it is BatchNorm");
        for norm in [Norm::Group(3), Norm::Layer] {
            assert!(!over(norm, 5) && !over(norm, 1), "{norm:?}");
        }
        assert!(!over(Norm::Instance, 5));
    }

    #[test]
    fn slices_cover_a_set_once() {
        for (n, shape) in [(64, (28, 28)), (64, (7, 7)), (1, (1, 1)), (33, (8, 8)), (45, (7, 7)), (129, (11, 5))] {
            let g = Norm::Batch.geometry(n, Shape { c: 3, h: shape.0, w: shape.1 });
            let buffers = [Buf::Map(0), Buf::Moments(0), Buf::Map(1), Buf::Stats(0)];
            let call = norm_forward(&g, Activation::Gelu, 2, buffers, 1);
            let size = |name| call.sizes.iter().find(|(key, _)| *key == name).map_or(0, |&(_, size)| size);
            let [set, slice] = ["run", "slice"].map(size);
            assert!(call.grid[1] * slice >= set && (call.grid[1] - 1) * slice < set, "{call:?}");
            assert!(slice <= SLICE + THREADS, "{call:?}");
        }
    }
}
