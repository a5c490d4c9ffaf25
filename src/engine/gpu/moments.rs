//! A normalisation of whole channels (BatchNorm) behind a convolution: the convolution's workgroups leave the moments of
//! what they write, and many workgroups share a set without reading it twice.
//!
//! One workgroup a set would be as many as there are channels, and leave most of a GPU idle. Sets of one image are many
//! and short: [`norms::norm_forward`] reduces them itself, as those that no convolution stands before.

use super::calls::{Buf, Call};
use super::{kernels, norms};
use crate::model::{Activation, NormGeometry, Op, Plan, TensorId};

/// Elements of `Buf::Moments` for each piece: mean, M2 = Σ (y − mean)², count, 0.
const PIECE_LEN: usize = 4;
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
    assert!(over_channels(g), "{g:?}");
    let width = norms::width(g);
    let set = g.set_len() / width;
    // Slices of one length, so that none is left with little.
    let slice = set.div_ceil(set.div_ceil(SLICE)).next_multiple_of(THREADS);
    Call {
        kernel: if width == 4 { &kernels::NORM_FORWARD_MERGED_4 } else { &kernels::NORM_FORWARD_MERGED },
        constants: vec![norms::activation_constant(activation), ("THREADS", THREADS as f64)],
        sizes: vec![("run", set), ("slice", slice), ("pieces", pieces), ("count", g.set_len())],
        buffers: vec![x, moments, y, stats],
        grid: [g.sets, set.div_ceil(slice), arms],
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
