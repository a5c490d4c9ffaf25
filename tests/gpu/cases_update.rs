//! The update and the measurements, with the numbers they are tried on.

use crate::bench::{Case, Operand, arm, plain_decode};
use crate::cases::{ARMS, by_arm, of_arm};
use crate::compare::randoms;
use explr::engine::ArmInput;
use explr::engine::cpu::reference as twin;
use explr::engine::gpu::calls::{self, Buf};
use explr::engine::gpu::layout::Layout;
use explr::engine::gpu::program::StepInputs;
use explr::engine::gpu::program::step_inputs;
use explr::engine::gpu::reduction::Reduction;
use explr::model::{Activation, Net, Norm, Plan, Shape};

fn layout() -> (Plan, Layout) {
    let net = Net::convnet(Shape { c: 2, h: 12, w: 12 }, 10, &[(10, 1), (16, 2)], Norm::Batch, Activation::Gelu);
    let plan = Plan::new(&net.with_trained_head(), 12);
    let layout = Layout::new(&plan);
    (plan, layout)
}

fn packed(buf: Buf, layout: &Layout, values: Vec<f64>) -> Operand {
    let device: Vec<f32> = (0..ARMS).flat_map(|a| layout.pack(of_arm(&values, a))).collect();
    Operand { buf, values, bytes: bytemuck::cast_slice(&device).to_vec() }
}

/// Gradients as partial sums: each split holds its share, `[layer][split][weight]`.
fn partials(layout: &Layout, gradient: Vec<f64>) -> Operand {
    let device: Vec<f32> = (0..ARMS)
        .flat_map(|a| {
            let all = layout.pack(of_arm(&gradient, a));
            layout.layers.iter().flat_map(move |layer| {
                let share = all[layer.first..layer.first + layer.len].to_vec();
                // Powers of two of the whole: exact, and no two splits alike; the last takes what is left.
                (0..layer.splits).flat_map(move |i| {
                    let last = i + 1 == layer.splits;
                    let part = 2f32.powi(-(i as i32) - i32::from(!last));
                    share.clone().into_iter().map(move |g| g * part)
                })
            })
        })
        .collect();
    Operand { buf: Buf::Partials, values: gradient, bytes: bytemuck::cast_slice(&device).to_vec() }
}

fn updates() -> Vec<(&'static str, [ArmInput; ARMS])> {
    let plain = arm(0.1);
    vec![
        ("plain", [plain, ArmInput { lr: 0.3, weight_decay: 0.0, momentum: 0.5, ..plain }]),
        ("kick and halvings", [ArmInput { kick: 0.7, ..plain }, ArmInput { halvings: 3, ..plain }]),
        (
            "converted, and doubled",
            [plain.out_of_gauge(0.6, 0.3), ArmInput { halvings: -2, ..plain.into_gauge(0.7, 0.2) }],
        ),
        ("the head, frozen and trained", [plain, ArmInput { trains_head: true, ..plain }]),
        ("resting", [ArmInput { live: false, halvings: 2, ..plain }, plain]),
    ]
}

/// `update` of several layers with several splits.
pub fn update() -> Vec<Case> {
    updates().into_iter().map(|(name, arms)| update_case(name, arms)).collect()
}

fn update_case(name: &str, arms: [ArmInput; ARMS]) -> Case {
    let (plan, layout) = layout();
    assert!(layout.layers.iter().any(|layer| layer.splits > 3), "nothing is split");
    let count = plan.weight_count();
    let (blocks, bounds) = (layout.blocks(), layout.bounds());
    let (decode, weights) = (layout.clone(), plan.weights.clone());
    let transposed = |layout: &Layout, weights: &[f64]| -> Vec<f32> {
        (0..ARMS).flat_map(|a| layout.transpose(of_arm(weights, a))).collect()
    };
    // What it holds before: an arm that rests keeps it.
    let before = transposed(&layout, &randoms(1, ARMS * count));
    let transposing = layout.clone();
    Case {
        name: format!("update, {name}"),
        call: calls::update(&layout, ARMS),
        inputs: step_inputs(0, 0, &arms),
        operands: vec![
            packed(Buf::Weights, &layout, randoms(1, ARMS * count)),
            packed(Buf::Momentum, &layout, randoms(2, ARMS * count)),
            partials(&layout, randoms(3, ARMS * count)),
            Operand::integers(Buf::Blocks, bytemuck::cast_slice(&blocks)),
            Operand { buf: Buf::Transposed, values: vec![], bytes: bytemuck::cast_slice(&before).to_vec() },
        ],
        outputs: vec![
            (Buf::Weights, ARMS * layout.len),
            (Buf::Momentum, ARMS * layout.len),
            (Buf::WeightSums, ARMS * layout.len),
            (Buf::Transposed, ARMS * layout.transposed_len),
        ],
        decode: Box::new(move |out| {
            let unpack = |i: usize| by_arm(|a| decode.unpack(&out[i][a * decode.len..(a + 1) * decode.len]));
            let sums = by_arm(|a| {
                let vector = move |v: u32, part: usize| f64::from(out[2][a * decode.len + 4 * v as usize + part]);
                let layers = bounds.windows(2);
                layers.flat_map(|w| (0..4).map(|part| (w[0]..w[1]).map(|v| vector(v, part)).sum())).collect()
            });
            vec![unpack(0), unpack(1), sums, out[3].iter().map(|&w| f64::from(w)).collect()]
        }),
        reference: Box::new(move |v| {
            let (mut theta, mut buffer, mut sums) = (v[0].clone(), v[1].clone(), vec![]);
            for (a, input) in arms.iter().enumerate() {
                for w in &weights {
                    let range = a * count + w.offset..a * count + w.offset + w.len();
                    let (theta, buffer) = (&mut theta[range.clone()], &mut buffer[range.clone()]);
                    let s = twin::update(theta, buffer, &v[2][range], &input.on(w.role));
                    sums.extend([s.weight_sq, s.gradient_sq, s.dot, s.step_sq]);
                }
            }
            let copy = transposed(&transposing, &theta).into_iter().map(f64::from).collect();
            vec![theta, buffer, sums, copy]
        }),
    }
}

/// `measure`: rows are found where the engine looks for them.
pub fn measure(reduction: Reduction) -> Vec<Case> {
    let (_, layout) = layout();
    let (n, layers) = (130, layout.layers.len());
    let (row, bounds) = (2 + 4 * layers, layout.bounds());
    let starts = bounds.clone();
    vec![Case {
        name: format!("measure {reduction:?}"),
        call: calls::measure(n, &layout, ARMS, reduction),
        inputs: StepInputs { ring: 2, ..StepInputs::default() },
        operands: vec![
            Operand::plain(Buf::Losses, randoms(1, 2 * ARMS * n)),
            Operand::plain(Buf::WeightSums, randoms(2, ARMS * layout.len)),
            Operand::integers(Buf::Bounds, &bounds),
        ],
        outputs: vec![(Buf::Ring, 3 * ARMS * row)],
        decode: Box::new(move |out| plain_decode()(&[out[0][2 * ARMS * row..].to_vec()])),
        reference: Box::new(move |v| {
            vec![by_arm(|a| {
                let (losses, sums) = (of_arm(&v[0], a), of_arm(&v[1], a));
                let part = |i: usize| losses.iter().skip(i).step_by(2).sum::<f64>();
                let layers = starts
                    .windows(2)
                    .flat_map(|w| (0..4).map(move |p| (w[0]..w[1]).map(|v| sums[4 * v as usize + p]).sum::<f64>()));
                [part(0) / n as f64, part(1)].into_iter().chain(layers).collect()
            })]
        }),
    }]
}
