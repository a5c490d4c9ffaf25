//! Gradients of convolutions that leave the sums of the norm before them, and of that norm, with the numbers they are tried on.

use crate::bench::{Case, Operand, plain_decode};
use crate::cases::{ARMS, by_arm, of_arm};
use crate::cases_conv::{convolution, weight_gradient, weights};
use crate::cases_norm::shifted;
use crate::compare::randoms;
use explr::engine::cpu::reference as twin;
use explr::engine::gpu::calls::{self, Buf};
use explr::engine::gpu::layout::Layout;
use explr::engine::gpu::moments;
use explr::engine::gpu::program::StepInputs;
use explr::model::{Activation, Norm, NormGeometry, Shape};

/// Every activation but ReLU, whose slope hides what changes in x̂.
fn activations() -> impl Iterator<Item = Activation> {
    Activation::ALL.into_iter().filter(|&a| a != Activation::Relu).cycle()
}

/// One image and many; one workgroup and several; channels that fill tiles and that do not; rows of one tile and of
/// several, full ones and not; both strides.
pub fn convolutions() -> Vec<Case> {
    let shape = |c, h, w| Shape { c, h, w };
    let sizes = [
        (4, shape(9, 8, 6), 6, 3, 2),
        (1, shape(3, 6, 5), 9, 3, 1),
        (1, shape(2, 1, 1), 8, 1, 1),
        (37, shape(2, 9, 11), 5, 3, 1),
        (50, shape(10, 9, 9), 4, 3, 2),
        (16, shape(4, 28, 28), 8, 3, 2),
        (3, shape(11, 6, 6), 12, 1, 2),
    ];
    let both = |((n, input, out, kernel, stride), activation)| {
        [false, true].map(|accumulate| convolution_case(n, input, out, [kernel, stride], activation, accumulate))
    };
    sizes.into_iter().zip(activations()).flat_map(both).collect()
}

/// Σ d and Σ d · x̂ of each channel.
fn sums_of(d: &[f64], normalised: &[f64], map: usize) -> Vec<f64> {
    let products: Vec<f64> = d.iter().zip(normalised).map(|(d, x)| d * x).collect();
    d.chunks(map).zip(products.chunks(map)).flat_map(|(d, p)| [d.iter().sum::<f64>(), p.iter().sum()]).collect()
}

/// x̂ of all arms, whose channels are maps of `map` numbers.
fn normalise(y: &[f64], stats: &[f64], map: usize) -> Vec<f64> {
    let of_channel = |(y, s): (&[f64], &[f64])| y.iter().map(|y| (y - s[0]) * s[1]).collect::<Vec<f64>>();
    y.chunks(map).zip(stats.chunks(2)).flat_map(of_channel).collect()
}

fn convolution_case(
    n: usize,
    input: Shape,
    out: usize,
    [kernel, stride]: [usize; 2],
    activation: Activation,
    accumulate: bool,
) -> Case {
    let (g, layout) = convolution(n, input, out, kernel, stride);
    let (x_len, y_len, w_len) = (n * input.len(), n * g.output.len(), out * input.c * kernel * kernel);
    let [x, y, stats, sums] = [Buf::Map(0), Buf::Map(2), Buf::Stats(0), Buf::Sums(0)];
    let [dy, dx] = [Buf::Gradient(1), Buf::Gradient(0)];
    let plain = calls::conv_backward(&g, &layout.layers[0], &layout, ARMS, [x, dy, dx], accumulate);
    let (pieces, map) = (moments::pieces_of_sums(&plain, &g), n * input.h * input.w);
    let mut operands = vec![
        Operand::plain(x, randoms(1, ARMS * x_len)),
        Operand::plain(dy, randoms(2, ARMS * y_len)),
        weights(&layout, w_len, Buf::Transposed, Layout::transpose),
        Operand::plain(y, shifted(4, ARMS * x_len)),
        Operand::plain(stats, shifted(5, ARMS * 2 * input.c)),
    ];
    operands.extend(accumulate.then(|| Operand::plain(dx, randoms(6, ARMS * x_len))));
    let l = layout.clone();
    Case {
        name: format!(
            "conv_backward_sums {}→{out} {}×{} k{kernel} s{stride} n{n} {activation:?} accumulate={accumulate}",
            input.c, input.h, input.w
        ),
        call: moments::leave_sums(plain, activation, [y, stats, sums]),
        inputs: StepInputs::default(),
        operands,
        outputs: vec![
            (Buf::Partials, ARMS * layout.partial_len),
            (dx, ARMS * x_len),
            (sums, moments::sums_len(ARMS * input.c, pieces)),
        ],
        decode: Box::new(move |out| {
            let part = |piece: &[f32], i: usize| piece.iter().skip(i).step_by(2).map(|&s| f64::from(s)).sum::<f64>();
            let sums = out[2].chunks(2 * pieces).flat_map(|channel| [part(channel, 0), part(channel, 1)]);
            vec![weight_gradient(&l, &out[0]), out[1].iter().map(|&d| f64::from(d)).collect(), sums.collect()]
        }),
        reference: Box::new(move |v| {
            let normalised = normalise(&v[3], &v[4], map);
            let both = |a| {
                let mut dw = vec![0.0; w_len];
                let mut dx = v.get(5).map_or(vec![0.0; x_len], |dx| of_arm(dx, a).to_vec());
                twin::conv_backward([0, 1, 2].map(|i| of_arm(&v[i], a)), [&mut dw, &mut dx], &g, accumulate);
                let slope = |(dx, &x): (&f64, &f64)| dx * twin::activation::derivative(activation, x);
                [dw, dx.iter().zip(of_arm(&normalised, a)).map(slope).collect()]
            };
            let [dw, d] = [0, 1].map(|result| by_arm(|a| both(a)[result].clone()));
            let sums = sums_of(&d, &normalised, map);
            vec![dw, d, sums]
        }),
    }
}

/// Sets of one slice and of several, in fours and not; one image; more pieces than threads.
pub fn norms() -> Vec<Case> {
    let shape = |c, h, w| Shape { c, h, w };
    let sizes = [
        (5, shape(6, 4, 3), 3),
        (5, shape(6, 3, 3), 70),
        (1, shape(3, 7, 7), 2),
        (130, shape(2, 8, 8), 5),
        (45, shape(5, 7, 7), 3),
        (4, shape(3, 28, 28), 7),
    ];
    sizes.into_iter().flat_map(|(n, shape, pieces)| [false, true].map(|add| norm_case(n, shape, pieces, add))).collect()
}

/// The sums come in so many `pieces`, which add up to those of `d`.
fn norm_case(n: usize, shape: Shape, pieces: usize, accumulate: bool) -> Case {
    let (g, len) = (Norm::Batch.geometry(n, shape), n * shape.len());
    let [x, d, dx, stats] = [Buf::Map(0), Buf::Gradient(1), Buf::Gradient(0), Buf::Stats(0)];
    let sums = Buf::Sums(0);
    // Averages as large as what they are taken off.
    let scale = (g.set_len() as f64 / (pieces as f64).sqrt()).round();
    let piece_sums: Vec<f64> =
        randoms(4, 2 * ARMS * g.sets * pieces).into_iter().map(|s| f64::from((s * scale) as f32)).collect();
    let mut operands = vec![
        Operand::plain(x, shifted(1, ARMS * len)),
        Operand::plain(d, randoms(2, ARMS * len)),
        Operand::plain(stats, shifted(3, 2 * ARMS * g.sets)),
        Operand::plain(sums, piece_sums),
    ];
    operands.extend(accumulate.then(|| Operand::plain(dx, randoms(5, ARMS * len))));
    Case {
        name: format!("norm_backward_merged {n} × {}×{} of {pieces} accumulate={accumulate}", shape.h, shape.w),
        call: moments::norm_backward(&g, ARMS, [x, d, stats, sums, dx], accumulate, pieces),
        inputs: StepInputs::default(),
        operands,
        outputs: vec![(dx, ARMS * len)],
        decode: plain_decode(),
        reference: Box::new(move |v| vec![backward(&g, v, pieces)]),
    }
}

/// dx of all arms from x, d, statistics, sums in pieces, and what is added to.
fn backward(g: &NormGeometry, v: &[Vec<f64>], pieces: usize) -> Vec<f64> {
    let count = g.set_len() as f64;
    let normalised = normalise(&v[0], &v[2], g.set_len());
    let average = |set: usize, i| v[3][2 * set * pieces..][..2 * pieces].iter().skip(i).step_by(2).sum::<f64>() / count;
    let averages: Vec<[f64; 2]> = (0..ARMS * g.sets).map(|set| [average(set, 0), average(set, 1)]).collect();
    let of = |(i, (d, x)): (usize, (&f64, &f64))| {
        let set = i / g.set_len();
        let [sum, product] = averages[set];
        v.get(4).map_or(0.0, |dx| dx[i]) + v[2][2 * set + 1] * (d - sum - x * product)
    };
    v[1].iter().zip(&normalised).enumerate().map(of).collect()
}

/// Both kernels together are `norm_backward`, on the CPU in f64: what is split is the same formula.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn sums_first_gives_the_gradient_of_the_whole() {
    let (n, shape, activation) = (5, Shape { c: 6, h: 3, w: 3 }, Activation::Gelu);
    let g = Norm::Batch.geometry(n, shape);
    let len = ARMS * n * shape.len();
    let (x, dz) = (shifted(1, len), randoms(2, len));
    let stats = by_arm(|a| {
        let [_, mean, rstd] = crate::cases_norm::forward(&g, activation, a, of_arm(&x, a));
        mean.into_iter().zip(rstd).flat_map(|(m, r)| [m, r]).collect()
    });
    let normalised = normalise(&x, &stats, g.set_len());
    let slope = |(dz, &x): (&f64, &f64)| dz * twin::activation::derivative(activation, x);
    let d: Vec<f64> = dz.iter().zip(&normalised).map(slope).collect();
    let sums = sums_of(&d, &normalised, g.set_len());
    let got = backward(&g, &[x.clone(), d, stats.clone(), sums], 1);
    let expected = by_arm(|a| {
        let mut dx = vec![0.0; n * shape.len()];
        let (mean, rstd): (Vec<f64>, Vec<f64>) = of_arm(&stats, a).chunks(2).map(|s| (s[0], s[1])).unzip();
        let (x, dz) = (of_arm(&x, a), of_arm(&dz, a));
        twin::norm_backward(x, dz, &g, activation, &mean, &rstd, &mut dx, false);
        dx
    });
    assert!(got.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12), "{got:?} {expected:?}");
}
