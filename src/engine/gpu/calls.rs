//! Calls of kernels as data: which kernel, specialised how, on which buffers, over which grid.

use super::kernels::{self, Kernel};
use super::layout::{LayerLayout, Layout, filled_up, gradient_threads};
use super::reduction::Reduction;
use crate::model::{ConvGeometry, PoolGeometry, Shape};

/// A buffer on the device. Feature maps are `[arm][c, n, h, w]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Buf {
    /// All images `[n, c, h, w]`.
    Images,
    /// Their classes, u32.
    Labels,
    /// Draws of each step that may be enqueued, two u32 each.
    Draws,
    /// The batch `[c, n, h, w]`, shared by all arms.
    Batch,
    /// A feature map, or several that never meet.
    Map(usize),
    /// A gradient with respect to a feature map, or several that never meet.
    Gradient(usize),
    /// (mean, 1/√(var + ε)) of each set of one norm.
    Stats(usize),
    /// (mean, M2, count, 0) of each channel of a tensor, in pieces ([`super::moments`]).
    Moments(usize),
    /// (Σ d, Σ d · x̂) of each channel of one norm, in pieces ([`super::moments`]).
    Sums(usize),
    /// The frozen head `[features, classes]`.
    Head,
    /// Weights, in the order of [`Layout`].
    Weights,
    /// Weights once more, transposed for the gradients of inputs.
    Transposed,
    /// The momentum buffer, in the order of the weights.
    Momentum,
    /// Partial sums of the weight gradients.
    Partials,
    /// (loss, 1 if right) of each image.
    Losses,
    /// What each workgroup of `update` does.
    Blocks,
    /// First vec4 of weights of each layer, and the end.
    Bounds,
    /// Sums over θ and g of each vec4 of weights.
    WeightSums,
    /// Results: rows of steps, or logits of evaluations.
    Ring,
}

/// One dispatch of one kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What runs.
    pub kernel: &'static Kernel,
    /// Its `override` constants.
    pub constants: Vec<(&'static str, f64)>,
    /// Its `struct Sizes`, in order.
    pub sizes: Vec<(&'static str, usize)>,
    /// Its buffers, from binding 1 on.
    pub buffers: Vec<Buf>,
    /// Workgroups.
    pub grid: [usize; 3],
}

/// `gather`: `n` images of `shape`.
pub fn gather(n: usize, shape: Shape) -> Call {
    Call {
        kernel: &kernels::GATHER,
        constants: vec![],
        sizes: vec![("n", n), ("channels", shape.c), ("height", shape.h), ("width", shape.w)],
        buffers: vec![Buf::Images, Buf::Draws, Buf::Batch],
        grid: [(n * shape.h * shape.w).div_ceil(64), shape.c, 1],
    }
}

/// Pixels of a row that one thread of a convolution computes: few tiles first, then no more waste than they need.
fn tile(width: usize) -> usize {
    width.div_ceil(width.div_ceil(8))
}

/// How a convolution's `Tile` walks: over rows of `width` pixels, `step` columns of the source apart.
fn tile_constants(g: &ConvGeometry, width: usize, step: usize, side_by_side: bool) -> [(&'static str, f64); 3] {
    let taps = if side_by_side && g.kernel.is_multiple_of(3) { 3 } else { 1 };
    [("TILE", tile(width) as f64), ("STEP", step as f64), ("TAPS", taps as f64)]
}

fn conv_constants(g: &ConvGeometry) -> Vec<(&'static str, f64)> {
    let sizes = [
        ("IN_C", g.input.c),
        ("IN_H", g.input.h),
        ("IN_W", g.input.w),
        ("OUT_C", g.output.c),
        ("OUT_H", g.output.h),
        ("OUT_W", g.output.w),
        ("KERNEL", g.kernel),
        ("STRIDE", g.stride),
        ("PAD", g.pad),
    ];
    sizes.map(|(name, size)| (name, size as f64)).into()
}

/// Elements of `x` between two arms: they share the batch.
fn x_arm(g: &ConvGeometry, x: Buf) -> usize {
    if x == Buf::Batch { 0 } else { g.n * g.input.len() }
}

/// `conv_forward` of one layer; `addend`, where there is one, is added to it.
pub fn conv_forward(
    g: &ConvGeometry,
    layer: &LayerLayout,
    layout: &Layout,
    arms: usize,
    [x, y]: [Buf; 2],
    addend: Option<Buf>,
) -> Call {
    let mut constants = conv_constants(g);
    constants.push(("ADD", f64::from(u8::from(addend.is_some()))));
    constants.extend(tile_constants(g, g.output.w, g.stride, true));
    let threads = g.n * g.output.h * g.output.w.div_ceil(tile(g.output.w));
    Call {
        kernel: &kernels::CONV_FORWARD,
        constants,
        sizes: vec![
            ("n", g.n),
            ("x_arm", x_arm(g, x)),
            ("weight_first", layer.first / 4),
            ("weight_arm", layout.len / 4),
        ],
        buffers: vec![x, Buf::Weights, y, addend.unwrap_or(x)],
        grid: [threads.div_ceil(64), filled_up(g.output.c) / 8, arms],
    }
}

/// `conv_weight_gradient` of one layer.
pub fn conv_weight_gradient(
    g: &ConvGeometry,
    layer: &LayerLayout,
    layout: &Layout,
    arms: usize,
    [x, dy]: [Buf; 2],
) -> Call {
    Call {
        kernel: &kernels::CONV_WEIGHT_GRADIENT,
        constants: conv_constants(g),
        sizes: weight_gradient_sizes(g, layer, layout, x),
        buffers: vec![x, dy, Buf::Partials],
        grid: [weight_gradient_groups(g, layer), 1, arms],
    }
}

fn weight_gradient_sizes(g: &ConvGeometry, layer: &LayerLayout, layout: &Layout, x: Buf) -> Vec<(&'static str, usize)> {
    vec![
        ("n", g.n),
        ("x_arm", x_arm(g, x)),
        ("splits", layer.splits),
        ("partial_first", layer.partial_first / 4),
        ("split", layer.len / 4),
        ("partial_arm", layout.partial_len / 4),
    ]
}

fn weight_gradient_groups(g: &ConvGeometry, layer: &LayerLayout) -> usize {
    (layer.splits * gradient_threads(g)).div_ceil(64)
}

/// `conv_backward` of one layer.
pub fn conv_backward(
    g: &ConvGeometry,
    layer: &LayerLayout,
    layout: &Layout,
    arms: usize,
    [x, dy, dx]: [Buf; 3],
    accumulate: bool,
) -> Call {
    // Pixels that meet the same taps are a stride apart, and what they meet lies side by side.
    let (rows, columns) = (g.input.h.div_ceil(g.stride), g.input.w.div_ceil(g.stride));
    let mut constants = conv_constants(g);
    constants.extend(tile_constants(g, columns, 1, g.stride == 1));
    constants.push(("ACCUMULATE", f64::from(u8::from(accumulate))));
    let phase = (g.n * rows * columns.div_ceil(tile(columns))).div_ceil(64);
    let groups = [weight_gradient_groups(g, layer), phase * g.stride * g.stride * g.input.c.div_ceil(8)];
    let mut sizes = weight_gradient_sizes(g, layer, layout, x);
    sizes.extend([
        ("weight_groups", groups[0]),
        ("transposed_first", layer.transposed_first / 4),
        ("transposed_arm", layout.transposed_len / 4),
    ]);
    Call {
        kernel: &kernels::CONV_BACKWARD,
        constants,
        sizes,
        buffers: vec![x, dy, Buf::Transposed, Buf::Partials, dx],
        grid: [groups[0] + groups[1], 1, arms],
    }
}

/// Workgroups of 256 for `len` elements: a side of a grid has at most 65,535.
fn flat_grid(len: usize) -> [usize; 3] {
    let groups = len.div_ceil(256);
    let rows = groups.div_ceil(65_535);
    [groups.div_ceil(rows), rows, 1]
}

/// `add_backward`: `len` elements in all arms.
pub fn add_backward(len: usize, [dy, dx]: [Buf; 2], accumulate: bool) -> Call {
    Call {
        kernel: &kernels::ADD_BACKWARD,
        constants: vec![("ACCUMULATE", f64::from(u8::from(accumulate)))],
        sizes: vec![("len", len)],
        buffers: vec![dy, dx],
        grid: flat_grid(len),
    }
}

/// `concat`: of an arm `len_a` elements of `a`, then `len_b` of `b`.
pub fn concat([len_a, len_b]: [usize; 2], arms: usize, [a, b, y]: [Buf; 3]) -> Call {
    let len = arms * (len_a + len_b);
    Call {
        kernel: &kernels::CONCAT,
        constants: vec![],
        sizes: vec![("len", len), ("a_arm", len_a), ("b_arm", len_b)],
        buffers: vec![a, b, y],
        grid: flat_grid(len),
    }
}

/// `concat_backward`: of an arm's `whole` elements of `dy` the `part` elements from `first` on.
pub fn concat_backward([whole, first, part]: [usize; 3], arms: usize, [dy, dx]: [Buf; 2], accumulate: bool) -> Call {
    Call {
        kernel: &kernels::CONCAT_BACKWARD,
        constants: vec![("ACCUMULATE", f64::from(u8::from(accumulate)))],
        sizes: vec![("len", arms * part), ("part", part), ("first", first), ("dy_arm", whole)],
        buffers: vec![dy, dx],
        grid: flat_grid(arms * part),
    }
}

fn avg_pool_sizes(g: &PoolGeometry, len: usize) -> Vec<(&'static str, usize)> {
    let (input, output) = (g.input, g.output());
    vec![("len", len), ("in_h", input.h), ("in_w", input.w), ("out_h", output.h), ("out_w", output.w)]
}

/// `avg_pool`.
pub fn avg_pool(g: &PoolGeometry, arms: usize, [x, y]: [Buf; 2]) -> Call {
    let len = arms * g.n * g.output().len();
    Call {
        kernel: &kernels::AVG_POOL,
        constants: vec![],
        sizes: avg_pool_sizes(g, len),
        buffers: vec![x, y],
        grid: flat_grid(len),
    }
}

/// `avg_pool_backward`.
pub fn avg_pool_backward(g: &PoolGeometry, arms: usize, [dy, dx]: [Buf; 2], accumulate: bool) -> Call {
    let len = arms * g.n * g.input.len();
    Call {
        kernel: &kernels::AVG_POOL_BACKWARD,
        constants: vec![("ACCUMULATE", f64::from(u8::from(accumulate)))],
        sizes: avg_pool_sizes(g, len),
        buffers: vec![dy, dx],
        grid: flat_grid(len),
    }
}

/// What the two kernels that end in logits have in common.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// Images.
    pub n: usize,
    /// Of each image, before they are pooled.
    pub features: Shape,
    /// Logits of each image.
    pub classes: usize,
}

impl Pool {
    fn call(self, kernel: &'static Kernel, arms: usize, buffers: Vec<Buf>, reduction: Reduction) -> Call {
        let Self { n, features, classes } = self;
        Call {
            kernel,
            constants: vec![
                ("THREADS", reduction.threads(64)),
                ("FEATURES", features.c as f64),
                ("CLASSES", classes as f64),
            ],
            sizes: vec![("n", n), ("pixels", features.h * features.w)],
            buffers,
            grid: [n, 1, arms],
        }
    }
}

/// `pool_head`.
pub fn pool_head(pool: Pool, arms: usize, [x, dx]: [Buf; 2], reduction: Reduction) -> Call {
    let buffers = vec![x, Buf::Head, Buf::Labels, Buf::Draws, dx, Buf::Losses];
    pool.call(&kernels::POOL_HEAD, arms, buffers, reduction)
}

/// `pool_logits`.
pub fn pool_logits(pool: Pool, arms: usize, x: Buf, reduction: Reduction) -> Call {
    pool.call(&kernels::POOL_LOGITS, arms, vec![x, Buf::Head, Buf::Ring], reduction)
}

/// `update` of all layers.
pub fn update(layout: &Layout, arms: usize) -> Call {
    Call {
        kernel: &kernels::UPDATE,
        constants: vec![],
        sizes: vec![
            ("weight_arm", layout.len / 4),
            ("partial_arm", layout.partial_len / 4),
            ("transposed_arm", layout.transposed_len),
        ],
        buffers: vec![Buf::Blocks, Buf::Partials, Buf::Weights, Buf::Momentum, Buf::WeightSums, Buf::Transposed],
        grid: [layout.blocks().len(), 1, arms],
    }
}

/// `measure`, after `update`.
pub fn measure(n: usize, layout: &Layout, arms: usize, reduction: Reduction) -> Call {
    Call {
        kernel: &kernels::MEASURE,
        constants: vec![("THREADS", reduction.threads(128))],
        sizes: vec![("n", n), ("weight_arm", layout.len / 4)],
        buffers: vec![Buf::Losses, Buf::WeightSums, Buf::Bounds, Buf::Ring],
        grid: [layout.layers.len() + 1, 1, arms],
    }
}
