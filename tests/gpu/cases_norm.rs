//! Normalisations, with the numbers they are tried on.

use crate::bench::{Case, Operand, plain_decode};
use crate::cases::{ARMS, by_arm, of_arm};
use crate::compare::randoms;
use explr::engine::cpu::reference as twin;
use explr::engine::gpu::calls::Buf;
use explr::engine::gpu::norms;
use explr::engine::gpu::program::StepInputs;
use explr::engine::gpu::reduction::Reduction;
use explr::model::{Activation, Norm, NormGeometry, Shape};

/// ε of each arm: both kinds in one dispatch.
pub const EPSILONS: [f32; ARMS] = [0.0, 0.25];

/// Every activation and every geometry, in pairs, on maps whose pixels come in fours and on odd ones; and sets shorter and
/// longer than a workgroup of either size.
pub fn norms(reduction: Reduction) -> Vec<Case> {
    let shape = |c, h, w| Shape { c, h, w };
    let pairs = [
        (Norm::Batch, Activation::Gelu),
        (Norm::Group(3), Activation::Silu),
        (Norm::Layer, Activation::Softplus),
        (Norm::Instance, Activation::Tanh),
        (Norm::Batch, Activation::Relu),
    ];
    let small = [(5, shape(6, 4, 3)), (5, shape(6, 3, 3))];
    let large = [(33, shape(4, 8, 8)), (130, shape(2, 8, 8)), (45, shape(4, 7, 7))];
    let both = |(norm, activation)| small.map(|(n, shape)| cases(norm, activation, n, shape, reduction));
    let long =
        |(n, shape)| [Norm::Batch, Norm::Group(2)].map(|norm| cases(norm, Activation::Gelu, n, shape, reduction));
    pairs.into_iter().flat_map(both).chain(large.into_iter().flat_map(long)).flatten().collect()
}

/// Values around 1, so that a forgotten mean is seen.
pub fn shifted(seed: u32, len: usize) -> Vec<f64> {
    randoms(seed, len).into_iter().map(|x| f64::from((x + 1.0) as f32)).collect()
}

/// y, means and 1/√(var + ε) of one arm.
pub fn forward(g: &NormGeometry, activation: Activation, a: usize, x: &[f64]) -> [Vec<f64>; 3] {
    let (mut y, mut mean, mut rstd) = (vec![0.0; x.len()], vec![0.0; g.sets], vec![0.0; g.sets]);
    twin::norm_forward(x, g, activation, f64::from(EPSILONS[a]), &mut y, &mut mean, &mut rstd);
    [y, mean, rstd]
}

fn cases(norm: Norm, activation: Activation, n: usize, shape: Shape, reduction: Reduction) -> Vec<Case> {
    let (g, len) = (norm.geometry(n, shape), n * shape.len());
    let [x, y, stats] = [Buf::Map(0), Buf::Map(1), Buf::Stats(0)];
    let [dy, dx] = [Buf::Gradient(1), Buf::Gradient(0)];
    let mut inputs = StepInputs::default();
    inputs.arms.iter_mut().zip(EPSILONS).for_each(|(arm, epsilon)| arm.epsilon = epsilon);
    let values = shifted(1, ARMS * len);
    // The statistics that the backward pass reads: of these values.
    let device_stats: Vec<f64> = by_arm(|a| {
        let [_, mean, rstd] = forward(&g, activation, a, of_arm(&values, a));
        mean.into_iter().zip(rstd).flat_map(|(m, r)| [f64::from(m as f32), f64::from(r as f32)]).collect()
    });
    let mut cases = vec![Case {
        name: format!("norm_forward {norm:?} {activation:?} {n} × {}×{} {reduction:?}", shape.h, shape.w),
        call: norms::norm_forward(&g, activation, ARMS, [x, y, stats], reduction),
        inputs,
        operands: vec![Operand::plain(x, values.clone())],
        outputs: vec![(y, ARMS * len), (stats, 2 * ARMS * g.sets)],
        decode: plain_decode(),
        reference: Box::new(move |v| {
            let of = |part: usize| by_arm(|a| forward(&g, activation, a, of_arm(&v[0], a))[part].clone());
            let stats = of(1).into_iter().zip(of(2)).flat_map(|(mean, rstd)| [mean, rstd]).collect();
            vec![of(0), stats]
        }),
    }];
    for accumulate in [false, true] {
        let mut operands = vec![
            Operand::plain(x, values.clone()),
            Operand::plain(dy, randoms(2, ARMS * len)),
            Operand::plain(stats, device_stats.clone()),
        ];
        operands.extend(accumulate.then(|| Operand::plain(dx, randoms(3, ARMS * len))));
        cases.push(Case {
            name: format!(
                "norm_backward {norm:?} {activation:?} {n} × {}×{} {reduction:?} accumulate={accumulate}",
                shape.h, shape.w
            ),
            call: norms::norm_backward(&g, activation, ARMS, [x, dy, stats, dx], accumulate, reduction),
            inputs,
            operands,
            outputs: vec![(dx, ARMS * len)],
            decode: plain_decode(),
            reference: Box::new(move |v| {
                vec![by_arm(|a| {
                    let mut dx = v.get(3).map_or(vec![0.0; len], |dx| of_arm(dx, a).to_vec());
                    let stats = of_arm(&v[2], a);
                    let (mean, rstd): (Vec<f64>, Vec<f64>) = stats.chunks(2).map(|s| (s[0], s[1])).unzip();
                    let (x, dy) = (of_arm(&v[0], a), of_arm(&v[1], a));
                    twin::norm_backward(x, dy, &g, activation, &mean, &rstd, &mut dx, accumulate);
                    dx
                })]
            }),
        });
    }
    cases
}

/// Constant sets at several scales, in fours and not: output activation(0), no gradient, no NaN.
pub fn constant_sets(reduction: Reduction) -> Vec<Case> {
    [50, 52].into_iter().map(|n| constant_case(n, reduction)).collect()
}

fn constant_case(n: usize, reduction: Reduction) -> Case {
    let shape = Shape { c: 4, h: 3, w: 3 };
    let g = Norm::Batch.geometry(n, shape);
    let constants = [0.1f32, -3e-15, 0.0, 7e12];
    let x = (0..ARMS * n * shape.len()).map(|i| f64::from(constants[i / g.run_len % 4])).collect();
    let (y, stats) = (Buf::Map(1), Buf::Stats(0));
    let expected = twin::activation::value(Activation::Softplus, 0.0);
    Case {
        name: "norm_forward of constant sets".into(),
        call: norms::norm_forward(&g, Activation::Softplus, ARMS, [Buf::Map(0), y, stats], reduction),
        inputs: StepInputs::default(),
        operands: vec![Operand::plain(Buf::Map(0), x)],
        outputs: vec![(y, ARMS * n * shape.len()), (stats, 2 * ARMS * g.sets)],
        decode: Box::new(|out| {
            let rstd = out[1].iter().skip(1).step_by(2);
            vec![out[0].iter().map(|&y| f64::from(y)).collect(), rstd.map(|&r| f64::from(r)).collect()]
        }),
        reference: Box::new(move |_| vec![vec![expected; ARMS * n * shape.len()], vec![0.0; ARMS * g.sets]]),
    }
}
