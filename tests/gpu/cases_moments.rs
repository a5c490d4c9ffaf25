//! Normalisations of whole channels whose moments the convolution before has left, with the numbers they are tried on.

use crate::bench::{Case, Operand, plain_decode};
use crate::cases::{ARMS, by_arm, of_arm};
use crate::cases_conv::{ADDEND, addend, convolution, convolved, weights};
use crate::cases_norm::{EPSILONS, forward, shifted};
use crate::compare::randoms;
use explr::engine::cpu::reference as twin;
use explr::engine::gpu::calls::{self, Buf};
use explr::engine::gpu::layout::Layout;
use explr::engine::gpu::moments;
use explr::engine::gpu::program::StepInputs;
use explr::model::{Activation, Norm, Shape};

/// (mean, M2, count, 0) of some numbers.
fn piece(values: &[f64]) -> [f64; 4] {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    [mean, values.iter().map(|x| (x - mean) * (x - mean)).sum(), values.len() as f64, 0.0]
}

/// The same of all that the pieces are of: M2 is Σ x² − Σ x · mean, which f64 can afford.
fn merged(pieces: &[f64]) -> [f64; 4] {
    let sum = |f: fn(&[f64]) -> f64| pieces.chunks(4).map(f).sum::<f64>();
    let (count, total) = (sum(|p| p[2]), sum(|p| p[0] * p[2]));
    let squares = sum(|p| p[1] + p[2] * p[0] * p[0]);
    [total / count, squares - total * total / count, count, sum(|p| p[3])]
}

/// What is compared of moments, one a channel: means; M2; counts, and what fills up.
fn columns(moments: &[[f64; 4]]) -> Vec<Vec<f64>> {
    vec![
        moments.iter().map(|m| m[0]).collect(),
        moments.iter().map(|m| m[1]).collect(),
        moments.iter().flat_map(|m| [m[2], m[3]]).collect(),
    ]
}

/// One image and many; one workgroup and several; channels that fill tiles and that do not; rows of one tile and of
/// several, full ones and not; numbers of tiles that no workgroup divides; both strides.
pub fn convolutions() -> Vec<Case> {
    let shape = |c, h, w| Shape { c, h, w };
    let sizes = [
        (5, shape(1, 6, 7), 16, 3, 1, true),
        (1, shape(3, 6, 5), 9, 3, 1, false),
        (1, shape(2, 1, 1), 8, 1, 1, false),
        (37, shape(2, 9, 11), 20, 3, 1, false),
        (50, shape(2, 9, 9), 17, 3, 2, true),
        (40, shape(2, 8, 8), 4, 3, 1, false),
        (16, shape(4, 28, 28), 8, 3, 2, false),
        (3, shape(11, 6, 6), 12, 1, 2, false),
    ];
    let both = |(n, input, out, k, stride, shared)| {
        [false, true].map(|add| convolution_case(n, input, out, [k, stride], shared, add))
    };
    sizes.into_iter().flat_map(both).collect()
}

fn convolution_case(n: usize, input: Shape, out: usize, [kernel, stride]: [usize; 2], shared: bool, add: bool) -> Case {
    let (g, layout) = convolution(n, input, out, kernel, stride);
    let (x, y) = (if shared { Buf::Batch } else { Buf::Map(0) }, Buf::Map(1));
    let plain = calls::conv_forward(&g, &layout.layers[0], &layout, ARMS, [x, y], add.then_some(ADDEND));
    let pieces = moments::pieces(&plain);
    let moments_len = moments::len(ARMS * out, pieces);
    let (map, y_len) = (n * g.output.h * g.output.w, n * g.output.len());
    let mut operands = vec![
        Operand::plain(x, randoms(1, if shared { 1 } else { ARMS } * n * input.len())),
        weights(&layout, out * input.c * kernel * kernel, Buf::Weights, Layout::pack),
    ];
    operands.extend(add.then(|| addend(ARMS * y_len)));
    Case {
        name: format!(
            "conv_forward_moments {}→{out} {}×{} k{kernel} s{stride} n{n} add={add}",
            input.c, input.h, input.w
        ),
        call: moments::leave(plain, Buf::Moments(0)),
        inputs: StepInputs::default(),
        operands,
        outputs: vec![(y, ARMS * y_len), (Buf::Moments(0), moments_len)],
        decode: Box::new(move |out| {
            let [y, moments] = [0, 1].map(|i| out[i].iter().map(|&v| f64::from(v)).collect::<Vec<_>>());
            let channels: Vec<[f64; 4]> = moments.chunks(4 * pieces).map(merged).collect();
            [vec![y], columns(&channels)].concat()
        }),
        reference: Box::new(move |v| {
            let y = by_arm(|a| {
                let x = if shared { &v[0] } else { of_arm(&v[0], a) };
                convolved(x, of_arm(&v[1], a), v.get(2).map(|v| of_arm(v, a)), &g)
            });
            let channels: Vec<[f64; 4]> = y.chunks(map).map(piece).collect();
            [vec![y], columns(&channels)].concat()
        }),
    }
}

/// Every activation but ReLU, behind which a changed number below 0 goes unseen; sets of one slice and of several, in fours and not; one image; more pieces than threads.
pub fn norms() -> Vec<Case> {
    let shape = |c, h, w| Shape { c, h, w };
    let sizes = [
        (5, shape(6, 4, 3), 7),
        (5, shape(6, 3, 3), 60),
        (1, shape(3, 7, 7), 20),
        (130, shape(2, 8, 8), 64),
        (45, shape(4, 7, 7), 5),
        (23, shape(3, 28, 28), 130),
    ];
    let activations = Activation::ALL.into_iter().filter(|&a| a != Activation::Relu).cycle();
    sizes
        .into_iter()
        .zip(activations)
        .map(|((n, shape, len), activation)| norm_case(activation, n, shape, len))
        .collect()
}

/// The moments come in pieces of `piece_len` numbers; the last has what is left.
fn norm_case(activation: Activation, n: usize, shape: Shape, piece_len: usize) -> Case {
    let (g, len) = (Norm::Batch.geometry(n, shape), n * shape.len());
    let [x, y, stats] = [Buf::Map(0), Buf::Map(1), Buf::Stats(0)];
    let mut inputs = StepInputs::default();
    inputs.arms.iter_mut().zip(EPSILONS).for_each(|(arm, epsilon)| arm.epsilon = epsilon);
    let values = shifted(1, ARMS * len);
    let noted = pieces_of(&values, g.set_len(), piece_len);
    let pieces = g.set_len().div_ceil(piece_len);
    Case {
        name: format!("norm_forward_merged {activation:?} {n} × {}×{} of {pieces}", shape.h, shape.w),
        call: moments::norm_forward(&g, activation, ARMS, [x, Buf::Moments(0), y, stats], pieces),
        inputs,
        operands: vec![Operand::plain(x, values), Operand::plain(Buf::Moments(0), noted)],
        outputs: vec![(y, ARMS * len), (stats, 2 * ARMS * g.sets)],
        decode: plain_decode(),
        reference: Box::new(move |v| {
            let sets: Vec<[f64; 4]> = v[1].chunks(4 * pieces).map(merged).collect();
            let stats = by_arm(|a| {
                let of_set = |&[mean, squares, count, _]: &[f64; 4]| {
                    [mean, twin::norm_forward::inverse_deviation(mean, squares / count, f64::from(EPSILONS[a]))]
                };
                sets[a * g.sets..][..g.sets].iter().flat_map(of_set).collect()
            });
            let normalised = |(i, x): (usize, &f64)| {
                let set = i / g.set_len();
                twin::activation::value(activation, (x - stats[2 * set]) * stats[2 * set + 1])
            };
            vec![v[0].iter().enumerate().map(normalised).collect(), stats]
        }),
    }
}

/// `[set][piece]`, rounded as the device has them.
fn pieces_of(values: &[f64], set: usize, piece_len: usize) -> Vec<f64> {
    let sets = values.chunks(set).flat_map(|set| set.chunks(piece_len));
    sets.flat_map(piece).map(|x| f64::from(x as f32)).collect()
}

/// Both kernels together are `norm_forward`: the pieces of a set say what its numbers do.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn merging_pieces_gives_the_statistics_of_the_whole() {
    let g = Norm::Batch.geometry(5, Shape { c: 6, h: 3, w: 3 });
    let values = shifted(1, 5 * 54);
    let [_, mean, rstd] = forward(&g, Activation::Gelu, 1, &values);
    for (set, pieces) in pieces_of(&values, 45, 7).chunks(4 * 7).enumerate() {
        let [m, squares, count, _] = merged(pieces);
        assert!((m - mean[set]).abs() < 1e-6 && count == 45.0);
        assert!((1.0 / (squares / count + f64::from(EPSILONS[1])).sqrt() - rstd[set]).abs() < 1e-6);
    }
}

/// Constant channels at several scales: output activation(0), rstd 0.
pub fn constant_channels() -> Case {
    let (n, shape) = (50, Shape { c: 4, h: 3, w: 3 });
    let g = Norm::Batch.geometry(n, shape);
    let constants = [0.1f32, -3e-15, 0.0, 7e12];
    let x: Vec<f64> = (0..ARMS * n * shape.len()).map(|i| f64::from(constants[i / g.run_len % 4])).collect();
    let noted = pieces_of(&x, g.set_len(), 64);
    let (y, stats) = (Buf::Map(1), Buf::Stats(0));
    let expected = twin::activation::value(Activation::Softplus, 0.0);
    let pieces = g.set_len().div_ceil(64);
    Case {
        name: "norm_forward_merged of constant sets".into(),
        call: moments::norm_forward(&g, Activation::Softplus, ARMS, [Buf::Map(0), Buf::Moments(0), y, stats], pieces),
        inputs: StepInputs::default(),
        operands: vec![Operand::plain(Buf::Map(0), x), Operand::plain(Buf::Moments(0), noted)],
        outputs: vec![(y, ARMS * n * shape.len()), (stats, 2 * ARMS * g.sets)],
        decode: Box::new(|out| {
            let rstd = out[1].iter().skip(1).step_by(2);
            vec![out[0].iter().map(|&y| f64::from(y)).collect(), rstd.map(|&r| f64::from(r)).collect()]
        }),
        reference: Box::new(move |_| vec![vec![expected; ARMS * n * shape.len()], vec![0.0; ARMS * g.sets]]),
    }
}
