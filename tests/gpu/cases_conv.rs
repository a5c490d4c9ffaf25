//! Convolutions, with the numbers they are tried on.

use crate::bench::{Case, Operand, plain_decode};
use crate::cases::{ARMS, by_arm, of_arm};
use crate::compare::randoms;
use explr::engine::cpu::reference as twin;
use explr::engine::gpu::calls::{self, Buf};
use explr::engine::gpu::layout::Layout;
use explr::engine::gpu::program::StepInputs;
use explr::model::{Activation, ConvGeometry, Layer, Net, Norm, Op, Plan, Shape};

/// Plan and layout of a single convolution.
pub fn convolution(n: usize, input: Shape, out: usize, kernel: usize, stride: usize) -> (ConvGeometry, Layout) {
    let layers = vec![Layer::Conv { name: "conv".into(), out, kernel, stride }];
    let net = Net { input, classes: 2, layers, norm: Norm::Batch, activation: Activation::Gelu };
    let plan = Plan::new(&net, n);
    let Op::Conv { geometry, .. } = plan.ops[0] else { unreachable!("the first operation is the convolution") };
    (geometry, Layout::new(&plan))
}

/// Channels that fill vectors and that do not; rows of one tile and of several, full ones and not; even and odd sizes,
/// strides, kernels of one block of 9 taps and of several; one split and many.
pub fn convolutions() -> Vec<Case> {
    let shape = |c, h, w| Shape { c, h, w };
    let sizes = [
        (5, shape(1, 6, 7), 16, 3, 1, true),
        (3, shape(3, 5, 5), 10, 3, 1, true),
        (4, shape(9, 8, 6), 6, 3, 2, false),
        (2, shape(8, 7, 7), 8, 3, 2, false),
        (3, shape(11, 6, 6), 12, 1, 2, false),
        (2, shape(2, 7, 6), 3, 5, 1, false),
        (40, shape(2, 8, 8), 4, 3, 1, false),
        (2, shape(10, 3, 19), 9, 3, 1, false),
        (3, shape(4, 3, 28), 8, 3, 2, false),
        (2, shape(20, 4, 13), 5, 1, 1, false),
        (2, shape(16, 9, 9), 8, 3, 1, false),
        (2, shape(8, 6, 15), 12, 3, 2, false),
    ];
    sizes.into_iter().flat_map(|(n, input, out, k, stride, shared)| cases(n, input, out, k, stride, shared)).collect()
}

/// Where what is added to a convolution lies.
pub const ADDEND: Buf = Buf::Map(3);

/// What is added to a convolution.
pub fn addend(len: usize) -> Operand {
    Operand::plain(ADDEND, randoms(7, len))
}

/// A convolution of one arm, plus `addend`.
pub fn convolved(x: &[f64], weights: &[f64], addend: Option<&[f64]>, g: &ConvGeometry) -> Vec<f64> {
    let mut y = vec![0.0; g.n * g.output.len()];
    twin::conv_forward(x, weights, &mut y, g);
    if let Some(addend) = addend {
        let own = y.clone();
        twin::add(&own, addend, &mut y);
    }
    y
}

/// Random weights of all arms, `w_len` each, packed for `buf`.
pub fn weights(layout: &Layout, w_len: usize, buf: Buf, pack: fn(&Layout, &[f64]) -> Vec<f32>) -> Operand {
    let values = randoms(3, ARMS * w_len);
    let packed: Vec<f32> = (0..ARMS).flat_map(|a| pack(layout, of_arm(&values, a))).collect();
    Operand { buf, values, bytes: bytemuck::cast_slice(&packed).to_vec() }
}

/// Partial sums of all arms → gradients `[out, in, kh, kw]` of all arms.
pub fn weight_gradient(layout: &Layout, partials: &[f32]) -> Vec<f64> {
    by_arm(|a| {
        let mut sums = vec![0.0; layout.len];
        let partials = &partials[a * layout.partial_len..(a + 1) * layout.partial_len];
        for split in partials.chunks(layout.len) {
            sums.iter_mut().zip(split).for_each(|(sum, &p)| *sum += p);
        }
        layout.unpack(&sums)
    })
}

/// `shared`: the input is that of all arms, the images, and has no gradient.
fn cases(n: usize, input: Shape, out: usize, kernel: usize, stride: usize, shared: bool) -> Vec<Case> {
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
    let w_operand = |buf, pack| weights(&layout, w_len, buf, pack);
    let forward = |add: bool| {
        let mut operands = vec![x_operand(), w_operand(Buf::Weights, Layout::pack)];
        operands.extend(add.then(|| addend(ARMS * y_len)));
        Case {
            name: format!("{} add={add}", name("conv_forward")),
            call: calls::conv_forward(&g, layer, &layout, ARMS, [x, y], add.then_some(ADDEND)),
            inputs: StepInputs::default(),
            operands,
            outputs: vec![(y, ARMS * y_len)],
            decode: plain_decode(),
            reference: Box::new(move |v| {
                vec![by_arm(|a| convolved(&x_of(&v[0], a), of_arm(&v[1], a), v.get(2).map(|v| of_arm(v, a)), &g))]
            }),
        }
    };
    let mut cases = vec![forward(false), forward(true)];
    let partials = (Buf::Partials, ARMS * layout.partial_len);
    if shared {
        let l = layout.clone();
        cases.push(Case {
            name: name("conv_weight_gradient"),
            call: calls::conv_weight_gradient(&g, layer, &layout, ARMS, [x, dy]),
            inputs: StepInputs::default(),
            operands: vec![x_operand(), dy_operand()],
            outputs: vec![partials],
            decode: Box::new(move |out| vec![weight_gradient(&l, &out[0])]),
            reference: Box::new(move |v| {
                vec![by_arm(|a| {
                    let mut dw = vec![0.0; w_len];
                    twin::conv_weight_gradient(&v[0], of_arm(&v[1], a), &mut dw, &g);
                    dw
                })]
            }),
        });
        return cases;
    }
    for accumulate in [false, true] {
        let l = layout.clone();
        let mut operands = vec![x_operand(), dy_operand(), w_operand(Buf::Transposed, Layout::transpose)];
        if accumulate {
            operands.push(Operand::plain(dx, randoms(4, ARMS * x_len)));
        }
        cases.push(Case {
            name: format!("{} accumulate={accumulate}", name("conv_backward")),
            call: calls::conv_backward(&g, layer, &layout, ARMS, [x, dy, dx], accumulate),
            inputs: StepInputs::default(),
            operands,
            outputs: vec![partials, (dx, ARMS * x_len)],
            decode: Box::new(move |out| {
                vec![weight_gradient(&l, &out[0]), out[1].iter().map(|&dx| f64::from(dx)).collect()]
            }),
            reference: Box::new(move |v| {
                let both = |a| {
                    let mut dw = vec![0.0; w_len];
                    let mut dx = v.get(3).map_or(vec![0.0; x_len], |dx| of_arm(dx, a).to_vec());
                    let operands = [0, 1, 2].map(|i| of_arm(&v[i], a));
                    twin::conv_backward(operands, [&mut dw, &mut dx], &g, accumulate);
                    [dw, dx]
                };
                [0, 1].map(|result| by_arm(|a| both(a)[result].clone())).into()
            }),
        });
    }
    cases
}
