//! Calls of the normalisations that reduce their sets themselves, one workgroup each; [`super::moments`] has the others.

use super::calls::{Buf, Call};
use super::kernels;
use super::reduction::Reduction;
use crate::model::{Activation, NormGeometry};

pub(super) fn activation_constant(activation: Activation) -> (&'static str, f64) {
    let place = Activation::ALL.iter().position(|&a| a == activation).unwrap_or(0);
    ("ACTIVATION", place as f64)
}

/// Numbers that a normalisation takes at a time: 4 where every stretch of its sets begins and ends between vec4s.
pub(super) fn width(g: &NormGeometry) -> usize {
    let strides = [g.outer_stride, g.inner_stride, g.run_stride, g.run_len];
    if strides.iter().all(|stride| stride.is_multiple_of(4)) { 4 } else { 1 }
}

/// Threads that share out a set: more where it is long.
fn threads(g: &NormGeometry, reduction: Reduction) -> (&'static str, f64) {
    ("THREADS", reduction.threads(if g.set_len() / width(g) < 2048 { 64 } else { 128 }))
}

fn sizes(g: &NormGeometry) -> Vec<(&'static str, usize)> {
    let width = width(g);
    vec![
        ("inner", g.inner),
        ("outer_stride", g.outer_stride / width),
        ("inner_stride", g.inner_stride / width),
        ("runs", g.runs),
        ("run_len", g.run_len / width),
        ("run_stride", g.run_stride / width),
        ("sets", g.sets),
        ("arm", g.sets * g.set_len() / width),
        ("count", g.set_len()),
    ]
}

/// `norm_forward`.
pub fn norm_forward(
    g: &NormGeometry,
    activation: Activation,
    arms: usize,
    [x, y, stats]: [Buf; 3],
    reduction: Reduction,
) -> Call {
    Call {
        kernel: if width(g) == 4 { &kernels::NORM_FORWARD_4 } else { &kernels::NORM_FORWARD },
        constants: vec![activation_constant(activation), threads(g, reduction)],
        sizes: sizes(g),
        buffers: vec![x, y, stats],
        grid: [g.sets, 1, arms],
    }
}

/// `norm_backward`.
pub fn norm_backward(
    g: &NormGeometry,
    activation: Activation,
    arms: usize,
    [x, dy, stats, dx]: [Buf; 4],
    accumulate: bool,
    reduction: Reduction,
) -> Call {
    Call {
        kernel: if width(g) == 4 { &kernels::NORM_BACKWARD_4 } else { &kernels::NORM_BACKWARD },
        constants: vec![
            activation_constant(activation),
            threads(g, reduction),
            ("ACCUMULATE", f64::from(u8::from(accumulate))),
        ],
        sizes: sizes(g),
        buffers: vec![x, dy, stats, dx],
        grid: [g.sets, 1, arms],
    }
}
