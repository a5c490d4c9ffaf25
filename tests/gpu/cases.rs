//! Convolutions, sums, pooling and gathering, with the numbers they are tried on.

use crate::bench::{Case, Operand, plain_decode};
use crate::compare::randoms;
use explr::engine::cpu::reference as twin;
use explr::engine::gpu::calls::{self, Buf};
use explr::engine::gpu::layout::Layout;
use explr::engine::gpu::program::{StepInputs, draw_words};
use explr::model::{Activation, ConvGeometry, Draw, Layer, Net, Norm, Op, Plan, Shape};

/// Every case works on so many arms.
pub const ARMS: usize = 2;

/// The part of arm `a`.
pub fn of_arm(values: &[f64], a: usize) -> &[f64] {
    let len = values.len() / ARMS;
    &values[a * len..(a + 1) * len]
}

/// Each arm's result of `f`, one after another.
pub fn by_arm(f: impl Fn(usize) -> Vec<f64>) -> Vec<f64> {
    (0..ARMS).flat_map(f).collect()
}

/// Plan and layout of a single convolution.
fn convolution(n: usize, input: Shape, out: usize, kernel: usize, stride: usize) -> (ConvGeometry, Layout) {
    let layers = vec![Layer::Conv { name: "conv".into(), out, kernel, stride }];
    let net = Net { input, classes: 2, layers, norm: Norm::Batch, activation: Activation::Gelu };
    let plan = Plan::new(&net, n);
    let Op::Conv { geometry, .. } = plan.ops[0] else { unreachable!("the first operation is the convolution") };
    (geometry, Layout::new(&plan))
}

/// Channels that fill vectors and that do not, odd and even sizes, strides, kernels beyond one block of 9 taps.
pub fn convolutions() -> Vec<Case> {
    let sizes = [
        (5, Shape { c: 1, h: 6, w: 7 }, 16, 3, 1, true),
        (3, Shape { c: 3, h: 5, w: 5 }, 10, 3, 1, false),
        (4, Shape { c: 9, h: 8, w: 6 }, 6, 3, 2, false),
        (2, Shape { c: 8, h: 7, w: 7 }, 8, 3, 2, false),
        (3, Shape { c: 5, h: 6, w: 6 }, 12, 1, 2, false),
        (2, Shape { c: 2, h: 7, w: 6 }, 3, 5, 1, false),
        (40, Shape { c: 2, h: 8, w: 8 }, 4, 3, 1, false),
    ];
    sizes
        .into_iter()
        .flat_map(|(n, input, out, k, stride, shared)| conv_cases(n, input, out, k, stride, shared))
        .collect()
}

fn conv_cases(n: usize, input: Shape, out: usize, kernel: usize, stride: usize, shared: bool) -> Vec<Case> {
    let (g, layout) = convolution(n, input, out, kernel, stride);
    let name = |what: &str| format!("{what} {}→{out} {}×{} k{kernel} s{stride} n{n}", input.c, input.h, input.w);
    let (x_len, y_len) = (n * input.len(), n * g.output.len());
    let w_len = out * input.c * kernel * kernel;
    let (x, y, dx, dy) =
        (if shared { Buf::Batch } else { Buf::Map(0) }, Buf::Map(1), Buf::Gradient(0), Buf::Gradient(1));
    let layer = &layout.layers[0];
    let x_operand = || Operand::plain(x, randoms(1, if shared { x_len } else { ARMS * x_len }));
    let x_of = move |values: &[f64], a: usize| if shared { values.to_vec() } else { of_arm(values, a).to_vec() };
    let dy_operand = || Operand::plain(dy, randoms(2, ARMS * y_len));
    let w_operand = || {
        let values = randoms(3, ARMS * w_len);
        let packed: Vec<f32> = (0..ARMS).flat_map(|a| layout.pack(of_arm(&values, a))).collect();
        Operand { buf: Buf::Weights, values, bytes: bytemuck::cast_slice(&packed).to_vec() }
    };

    let mut cases = vec![Case {
        name: name("conv_forward"),
        call: calls::conv_forward(&g, layer, &layout, ARMS, x, y),
        inputs: StepInputs::default(),
        operands: vec![x_operand(), w_operand()],
        outputs: vec![(y, ARMS * y_len)],
        decode: plain_decode(),
        reference: Box::new(move |v| {
            vec![by_arm(|a| {
                let mut y = vec![0.0; y_len];
                twin::conv_forward(&x_of(&v[0], a), of_arm(&v[1], a), &mut y, &g);
                y
            })]
        }),
    }];
    let decode_layout = layout.clone();
    cases.push(Case {
        name: name("conv_weight_gradient"),
        call: calls::conv_weight_gradient(&g, layer, &layout, ARMS, [x, dy]),
        inputs: StepInputs::default(),
        operands: vec![x_operand(), dy_operand()],
        outputs: vec![(Buf::Partials, ARMS * layout.partial_len)],
        decode: Box::new(move |out| {
            let l = &decode_layout;
            vec![by_arm(|a| {
                let mut sums = vec![0.0; l.len];
                let partials = &out[0][a * l.partial_len..(a + 1) * l.partial_len];
                for split in partials.chunks(l.len) {
                    sums.iter_mut().zip(split).for_each(|(sum, &p)| *sum += p);
                }
                l.unpack(&sums)
            })]
        }),
        reference: Box::new(move |v| {
            vec![by_arm(|a| {
                let mut dw = vec![0.0; w_len];
                twin::conv_weight_gradient(&x_of(&v[0], a), of_arm(&v[1], a), &mut dw, &g);
                dw
            })]
        }),
    });
    for accumulate in [false, true] {
        let mut operands = vec![dy_operand(), w_operand()];
        if accumulate {
            operands.push(Operand::plain(dx, randoms(4, ARMS * x_len)));
        }
        cases.push(Case {
            name: format!("{} accumulate={accumulate}", name("conv_input_gradient")),
            call: calls::conv_input_gradient(&g, layer, &layout, ARMS, [dy, dx], accumulate),
            inputs: StepInputs::default(),
            operands,
            outputs: vec![(dx, ARMS * x_len)],
            decode: plain_decode(),
            reference: Box::new(move |v| {
                vec![by_arm(|a| {
                    let mut dx = v.get(2).map_or(vec![0.0; x_len], |dx| of_arm(dx, a).to_vec());
                    twin::conv_input_gradient(of_arm(&v[0], a), of_arm(&v[1], a), &mut dx, &g, accumulate);
                    dx
                })]
            }),
        });
    }
    cases
}

/// Sums, and the gradient of a summand.
pub fn sums() -> Vec<Case> {
    let len = 700;
    let operand = |buf, seed| Operand::plain(buf, randoms(seed, len));
    let mut cases = vec![Case {
        name: "add".into(),
        call: calls::add(len, [Buf::Map(0), Buf::Map(1), Buf::Map(2)]),
        inputs: StepInputs::default(),
        operands: vec![operand(Buf::Map(0), 1), operand(Buf::Map(1), 2)],
        outputs: vec![(Buf::Map(2), len)],
        decode: plain_decode(),
        reference: Box::new(move |v| {
            let mut y = vec![0.0; len];
            twin::add(&v[0], &v[1], &mut y);
            vec![y]
        }),
    }];
    for accumulate in [false, true] {
        let [dy, dx] = [Buf::Gradient(0), Buf::Gradient(1)];
        let mut operands = vec![operand(dy, 3)];
        operands.extend(accumulate.then(|| operand(dx, 4)));
        cases.push(Case {
            name: format!("add_backward accumulate={accumulate}"),
            call: calls::add_backward(len, [dy, dx], accumulate),
            inputs: StepInputs::default(),
            operands,
            outputs: vec![(dx, len)],
            decode: plain_decode(),
            reference: Box::new(move |v| {
                let mut dx = v.get(1).cloned().unwrap_or(vec![0.0; len]);
                twin::add_backward(&v[0], &mut dx, accumulate);
                vec![dx]
            }),
        });
    }
    cases
}

/// The batch, and both ends of the network.
pub fn ends() -> Vec<Case> {
    let (n, classes, features) = (7, 10, Shape { c: 70, h: 3, w: 2 });
    let image = Shape { c: 3, h: 4, w: 5 };
    let drawn = |(image, (dx, dy, flip))| Draw { image, dx, dy, flip };
    let moves =
        [(0, 0, false), (1, 0, false), (-2, 3, true), (0, 0, true), (-1, -1, false), (5, 0, true), (0, -128, false)];
    let draws: Vec<Draw> = [4, 0, 8, 8, 2, 5, 1].into_iter().zip(moves).map(drawn).collect();
    let labels: Vec<u32> = (0..9).map(|i| (i * 7 % 10) as u32).collect();
    // Slot 1 of the draws.
    let slots: Vec<u32> = vec![Draw::plain(3); n].iter().chain(&draws).flat_map(|&draw| draw_words(draw)).collect();
    let inputs = StepInputs { first_draw: n as u32, ring: 1, ..StepInputs::default() };
    let x_len = n * features.len();
    let x = || Operand::plain(Buf::Map(0), randoms(1, ARMS * x_len));
    let head = || Operand::plain(Buf::Head, randoms(2, features.c * classes));

    let picked = draws.clone();
    let gather = Case {
        name: "gather".into(),
        call: calls::gather(n, image),
        inputs,
        operands: vec![Operand::plain(Buf::Images, randoms(3, 9 * image.len())), Operand::integers(Buf::Draws, &slots)],
        outputs: vec![(Buf::Batch, n * image.len())],
        decode: plain_decode(),
        reference: Box::new(move |v| {
            let mut out = vec![0.0; n * image.len()];
            twin::gather(&v[0], image, &picked, &mut out);
            vec![out]
        }),
    };
    let logits = Case {
        name: "pool_logits".into(),
        call: calls::pool_logits(n, features, classes, ARMS, Buf::Map(0)),
        inputs,
        operands: vec![x(), head()],
        outputs: vec![(Buf::Ring, 2 * ARMS * n * classes)],
        decode: Box::new(move |out| vec![out[0][ARMS * n * classes..].iter().map(|&z| f64::from(z)).collect()]),
        reference: Box::new(move |v| vec![by_arm(|a| twin::logits(of_arm(&v[0], a), features, n, &v[1], classes))]),
    };
    let (integers, table) = (Operand::integers(Buf::Draws, &slots), Operand::integers(Buf::Labels, &labels));
    let wanted: Vec<u8> = draws.iter().map(|draw| labels[draw.image as usize] as u8).collect();
    let head = Case {
        name: "pool_head".into(),
        call: calls::pool_head(n, features, classes, ARMS, [Buf::Map(0), Buf::Gradient(0)]),
        inputs,
        operands: vec![x(), head(), integers, table],
        outputs: vec![(Buf::Gradient(0), ARMS * x_len), (Buf::Losses, 2 * ARMS * n)],
        decode: Box::new(move |out| {
            let sum = |a: usize, part| out[1][2 * a * n..2 * (a + 1) * n].iter().skip(part).step_by(2).sum::<f32>();
            let gradient = out[0].iter().map(|&x| f64::from(x)).collect();
            vec![gradient, by_arm(|a| vec![f64::from(sum(a, 0)) / n as f64, f64::from(sum(a, 1))])]
        }),
        reference: Box::new(move |v| {
            let mut dx = vec![0.0; ARMS * x_len];
            let sums = by_arm(|a| {
                let mut scratch = vec![0.0; x_len];
                let sums = twin::pool_head(of_arm(&v[0], a), features, &wanted, &v[1], classes, &mut scratch);
                vec![sums.loss, f64::from(sums.correct)]
            });
            for (a, dx) in dx.chunks_mut(x_len).enumerate() {
                twin::pool_head(of_arm(&v[0], a), features, &wanted, &v[1], classes, dx);
            }
            vec![dx, sums]
        }),
    };
    vec![gather, logits, head]
}
